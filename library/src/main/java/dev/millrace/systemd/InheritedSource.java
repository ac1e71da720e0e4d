package dev.millrace.systemd;

import dev.millrace.kernel.DescriptorKind;
import dev.millrace.kernel.IpAddress;
import dev.millrace.loop.Handle;
import dev.millrace.loop.ListenAttempt;
import dev.millrace.loop.ListenHandle;
import dev.millrace.loop.ListenSource;
import dev.millrace.loop.Loop;
import dev.millrace.loop.UdpHandle;
import dev.millrace.net.NetServer;
import dev.millrace.net.Successor;
import dev.millrace.net.SuccessorSource;
import java.io.IOException;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The listeners of a loop: an inherited socket where there is one, otherwise as before. The same
 * holds for their connections when they leave: the source before may know of a successor, as that
 * of a cluster's worker does, and an inherited socket has none.
 */
final class InheritedSource implements ListenSource, SuccessorSource {
    private final InheritedSockets sockets;
    private final ListenSource before;
    private final Loop loop;
    private final Map<Handle, InheritedSocket> used = new IdentityHashMap<>();

    InheritedSource(InheritedSockets sockets, ListenSource before, Loop loop) {
        this.sockets = sockets;
        this.before = before;
        this.loop = loop;
    }

    @Override
    public boolean isShared() {
        return before.isShared();
    }

    @Override
    public void open(ListenAttempt attempt) throws IOException {
        InheritedSocket socket =
                sockets.use(DescriptorKind.LISTENER, attempt.address(), loop, isShared());
        if (socket == null) {
            before.open(attempt);
            return;
        }
        opening(attempt.handle(), socket, () -> before.open(attempt.handle(), socket.number()));
        attempt.listens();
    }

    @Override
    public void bind(
            UdpHandle handle, IpAddress address, Consumer<? super @Nullable IOException> outcome) {
        // Each loop of a group has datagram sockets of its own.
        InheritedSocket socket = sockets.use(DescriptorKind.UDP, address, loop, false);
        if (socket == null) {
            before.bind(handle, address, outcome);
            return;
        }
        IOException error = null;
        try {
            opening(handle, socket, () -> handle.open(socket.number()));
        } catch (IOException e) {
            error = e;
        }
        outcome.accept(error);
    }

    /** Makes a handle serve a descriptor. */
    private interface Opening {
        void run() throws IOException;
    }

    private void opening(Handle handle, InheritedSocket socket, Opening opening)
            throws IOException {
        boolean isOpen = false;
        try {
            opening.run();
            isOpen = true;
            used.put(handle, socket);
        } finally {
            if (!isOpen) {
                socket.leave(loop, false);
            }
        }
    }

    @Override
    public void open(ListenHandle handle, int descriptor) throws IOException {
        before.open(handle, descriptor);
    }

    @Override
    public void listens(NetServer server) {
        SuccessorSource.of(before).listens(server);
    }

    @Override
    public @Nullable Successor successor(NetServer server) {
        return SuccessorSource.of(before).successor(server);
    }

    @Override
    public void full(NetServer server, boolean isFull) {
        SuccessorSource.of(before).full(server, isFull);
    }

    @Override
    public void closed(Handle handle) {
        InheritedSocket socket = used.remove(handle);
        if (socket != null) {
            socket.leave(loop, true);
        }
        before.closed(handle);
    }
}
