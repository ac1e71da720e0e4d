package dev.millrace.ipc;

import dev.millrace.kernel.Descriptor;
import dev.millrace.loop.ListenHandle;
import dev.millrace.loop.Loop;
import dev.millrace.net.NetSocket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A message on its way out.
 *
 * <pre>
 *   waiting ──its turn──▶ sent, and what passes is still ours ──taken──▶ ours no more
 *      │                                        └──not taken, lost, the channel's end──▶ ours again
 *      └──the channel's end, nothing to duplicate──▶ ours again
 * </pre>
 */
final class Departure {
    final byte type;
    final byte[] body;
    private final List<Passable> passed;
    private final Consumer<? super @Nullable IOException> outcome;

    /** A connection can travel only when the callback is over that may be reading it. */
    boolean isReady;

    /** The descriptors that the kernel is given, of ours. */
    final List<Descriptor> copies = new ArrayList<>();

    Departure(
            byte type,
            byte[] body,
            List<Passable> passed,
            Consumer<? super @Nullable IOException> outcome) {
        this.type = type;
        this.body = body;
        this.passed = passed;
        this.outcome = outcome;
        this.isReady = passed.isEmpty();
    }

    int count() {
        return passed.size();
    }

    /** The one thing that passes, of a message that has one. */
    Passable first() {
        return passed.getFirst();
    }

    /** From now on nothing is read from what passes. */
    void freeze() {
        for (Passable one : passed) {
            if (one instanceof Passable.Connection(NetSocket socket)) {
                socket.handOver().pause();
            }
        }
    }

    /**
     * The entries of the frame's table, one for each descriptor; {@link #copies} are made.
     *
     * @throws IOException EMFILE, or that something is no socket any more
     */
    List<byte[]> entries() throws IOException {
        List<byte[]> entries = new ArrayList<>();
        for (Passable one : passed) {
            copies.add(copy(one));
            boolean isMoved =
                    switch (one) {
                        case Passable.Listener listener -> listener.isMoved();
                        case Passable.Datagrams datagrams -> datagrams.isMoved();
                        case Passable.Connection _, Passable.Open _ -> true;
                    };
            entries.add(
                    one instanceof Passable.Connection(NetSocket socket)
                            ? Arrival.Entry.encode(
                                    isMoved, socket.proxyHeader(), socket.descriptors().unread())
                            : Arrival.Entry.encode(
                                    isMoved, Optional.empty(), ByteBuffer.allocate(0)));
        }
        return entries;
    }

    private static Descriptor copy(Passable one) throws IOException {
        try {
            return switch (one) {
                case Passable.Connection(NetSocket socket) -> socket.descriptors().duplicate();
                case Passable.Listener listener ->
                        listener.server()
                                .handle()
                                .orElseThrow(() ->
                                        new IllegalStateException("the server does not listen"))
                                .duplicate();
                case Passable.Datagrams datagrams -> datagrams.socket().duplicate();
                case Passable.Open(Descriptor descriptor) -> descriptor.duplicate();
            };
        } catch (IllegalStateException closed) {
            throw new IOException("what was to be passed is closed: " + one, closed);
        }
    }

    /** The kernel has them, or never will. */
    void closeCopies() {
        copies.forEach(Descriptor::close);
        copies.clear();
    }

    /** It is the peer's now. */
    void taken() {
        for (Passable one : passed) {
            switch (one) {
                case Passable.Connection(NetSocket socket) -> socket.destroy();
                case Passable.Open(Descriptor descriptor) -> descriptor.close();
                case Passable.Listener listener when listener.isMoved() -> {
                    listener.server().handle().ifPresent(Departure::disown);
                    listener.server().close();
                }
                case Passable.Datagrams datagrams when datagrams.isMoved() ->
                        datagrams.socket().close();
                case Passable.Listener _, Passable.Datagrams _ -> {}
            }
        }
        outcome.accept(null);
    }

    private static void disown(ListenHandle handle) {
        handle.ownFile(false);
    }

    /** It is still ours. Told in a call of its own, so that what one throws skips no other. */
    void failed(Loop loop, IOException error) {
        closeCopies();
        loop.nextTick(() -> outcome.accept(error));
    }
}
