package dev.millrace.cluster;

import dev.millrace.ipc.Passable;
import dev.millrace.kernel.Address;
import dev.millrace.kernel.Descriptor;
import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.ListenOptions;
import dev.millrace.kernel.SystemError;
import dev.millrace.kernel.UdpOptions;
import dev.millrace.loop.Handle;
import dev.millrace.loop.ListenHandle;
import dev.millrace.loop.Loop;
import dev.millrace.loop.UdpEvents;
import dev.millrace.loop.UdpHandle;
import dev.millrace.sys.Errno;
import java.io.IOException;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What several workers listen on, in the primary: opened for the first that asks, closed when the
 * last one lets go (R35).
 */
final class SharedSocket {
    /** A datagram socket of which nothing is read here. */
    private static final UdpEvents UNREAD =
            new UdpEvents() {
                @Override
                public void onDatagram(
                        byte[] array,
                        int offset,
                        int length,
                        IpAddress from,
                        boolean isTruncated) {}

                @Override
                public void onError(IOException error) {}

                @Override
                public void onReceiveEnded(IOException error) {}

                @Override
                public void onThrown(Throwable thrown) {}
            };

    final int number;
    final String key;
    private final Handle handle;

    /** Where, with the port that the kernel has chosen. */
    final Address address;

    /** Null if it is not the primary that accepts. */
    final @Nullable RoundRobin dealer;

    /** Each worker has a socket of its own. */
    private final @Nullable ListenOptions reusePort;

    final Set<WorkerProcess> users = new LinkedHashSet<>();

    /** Those of them whose process has it. */
    private final Set<WorkerProcess> served = new HashSet<>();

    private SharedSocket(
            int number,
            String key,
            Handle handle,
            Address address,
            @Nullable RoundRobin dealer,
            @Nullable ListenOptions reusePort) {
        this.number = number;
        this.key = key;
        this.handle = handle;
        this.address = address;
        this.dealer = dealer;
        this.reusePort = reusePort;
    }

    /**
     * Listens at {@code address}.
     *
     * @throws IOException what bind or listen met
     */
    static SharedSocket listen(
            Loop loop,
            int number,
            String key,
            Address address,
            ListenOptions options,
            Scheduling scheduling,
            KeptSockets kept)
            throws IOException {
        boolean isEach = scheduling == Scheduling.REUSE_PORT && address instanceof IpAddress;
        ListenOptions own = isEach ? options.withReusePort(true) : RoundRobin.options(options);
        OptionalInt inherited = isEach ? OptionalInt.empty() : kept.take(address);
        ListenHandle listener =
                inherited.isPresent()
                        ? adopt(loop, inherited.getAsInt(), own)
                        : bind(loop, address, own);
        // Of sockets that share a port only those that listen get connections.
        if (!isEach && inherited.isEmpty()) {
            open(listener);
        }
        if (!isEach) {
            kept.opened(key, listener);
        }
        Address bound = Objects.requireNonNull(listener.localAddress());
        RoundRobin dealer =
                scheduling == Scheduling.ROUND_ROBIN
                        ? new RoundRobin(listener, number, false)
                        : null;
        return new SharedSocket(number, key, listener, bound, dealer, isEach ? own : null);
    }

    /** Of one that listens already, opened elsewhere: a socket file is not ours to remove. */
    private static ListenHandle adopt(Loop loop, int descriptor, ListenOptions options)
            throws IOException {
        ListenHandle listener = new ListenHandle(loop, options);
        try (Descriptor given = Descriptor.of(descriptor)) {
            listener.open(given.number());
            given.release();
        } catch (IOException refused) {
            listener.close();
            throw refused;
        }
        return listener;
    }

    private static ListenHandle bind(Loop loop, Address address, ListenOptions options)
            throws IOException {
        ListenHandle listener = new ListenHandle(loop, options);
        try {
            listener.bind(address);
        } catch (IOException refused) {
            listener.close();
            throw refused;
        }
        return listener;
    }

    private static void open(ListenHandle listener) throws IOException {
        try {
            listener.open();
        } catch (IOException refused) {
            listener.close();
            throw refused;
        }
    }

    /**
     * What another primary has listened on. Until {@link #release} nothing is accepted here.
     *
     * @throws IOException if {@code descriptor} is no listener; it is still the caller's then
     */
    static SharedSocket adopt(
            Loop loop, int number, String key, Descriptor descriptor, Scheduling scheduling)
            throws IOException {
        ListenHandle listener = adopt(loop, descriptor);
        Address bound = Objects.requireNonNull(listener.localAddress());
        RoundRobin dealer =
                scheduling == Scheduling.ROUND_ROBIN
                        ? new RoundRobin(listener, number, true)
                        : null;
        return new SharedSocket(number, key, listener, bound, dealer, null);
    }

    /**
     * The listener that was passed as {@code descriptor}.
     *
     * @throws IOException if it is none; it is still the caller's then
     */
    static ListenHandle adopt(Loop loop, Descriptor descriptor) throws IOException {
        ListenHandle listener = new ListenHandle(loop, RoundRobin.options(ListenOptions.DEFAULTS));
        try {
            listener.open(descriptor.number());
        } catch (IOException refused) {
            listener.close();
            throw refused;
        }
        descriptor.release();
        return listener;
    }

    /** A datagram socket that another primary has bound. */
    static SharedSocket adopt(Loop loop, int number, String key, Descriptor descriptor)
            throws IOException {
        UdpHandle udp = new UdpHandle(loop, UdpOptions.DEFAULTS, UNREAD);
        try {
            udp.open(descriptor.number());
        } catch (IOException refused) {
            udp.close();
            throw refused;
        }
        descriptor.release();
        Address bound = Objects.requireNonNull(udp.localAddress());
        return new SharedSocket(number, key, udp, bound, null, null);
    }

    /** What was adopted is this primary's alone: it accepts, and removes the file at the end. */
    void release() {
        if (handle instanceof ListenHandle listener) {
            listener.ownFile(true);
        }
        if (dealer != null) {
            dealer.release();
        }
    }

    /**
     * This socket for another primary. One that each worker has for itself that one opens anew,
     * beside those here.
     *
     * @throws IOException EMFILE
     */
    SharedSockets.Handed hand() throws IOException {
        boolean isUdp = handle instanceof UdpHandle;
        String options = reusePort == null ? "" : Control.text(reusePort);
        String text =
                Control.text(
                        Control.Verb.SOCKET,
                        key,
                        isUdp ? "udp" : "stream",
                        Control.text(address),
                        options);
        return new SharedSockets.Handed(
                text, reusePort == null ? List.of(Passable.of(handle.duplicate())) : List.of());
    }

    /** It is another primary's now: {@code other} gets the connections that no worker has taken. */
    void handOver(Consumer<? super Descriptor> other) {
        if (handle instanceof ListenHandle listener) {
            listener.ownFile(false);
        }
        if (dealer != null) {
            dealer.handOver(other);
        }
        handle.close();
    }

    /** Binds a datagram socket. */
    static SharedSocket bind(
            Loop loop, int number, String key, IpAddress address, UdpOptions options)
            throws IOException {
        UdpHandle udp = new UdpHandle(loop, options, UNREAD);
        try {
            udp.bind(address);
        } catch (IOException refused) {
            udp.close();
            throw refused;
        }
        Address bound = Objects.requireNonNull(udp.localAddress());
        return new SharedSocket(number, key, udp, bound, null, null);
    }

    /**
     * One worker more has it, and is told so.
     *
     * @param outcome told when it has, or why it can't
     * @throws IOException EMFILE, or EADDRINUSE if the worker has it already
     */
    void join(WorkerProcess worker, String request, Consumer<? super @Nullable IOException> outcome)
            throws IOException {
        if (users.contains(worker)) {
            throw SystemError.of(Errno.EADDRINUSE, "listen", address);
        }
        String where = Control.text(address);
        if (dealer != null) {
            dealer.join(worker);
            worker.tell(Control.text(Control.Verb.FED, request, number, where));
            users.add(worker);
            served.add(worker);
            outcome.accept(null);
            return;
        }
        String text = Control.text(Control.Verb.SHARED, request, number, where);
        Passable passed = passed();
        users.add(worker);
        worker.tell(
                text,
                List.of(passed),
                error -> {
                    if (error == null && users.contains(worker)) {
                        served.add(worker);
                    }
                    outcome.accept(error);
                });
    }

    /** Whether the worker has it, and not only will. */
    boolean serves(WorkerProcess worker) {
        return served.contains(worker);
    }

    private Passable passed() throws IOException {
        if (reusePort == null) {
            return Passable.of(handle.duplicate());
        }
        ListenHandle own = bind(handle.loop(), address, reusePort);
        open(own);
        try {
            return Passable.of(own.duplicate());
        } finally {
            own.close();
        }
    }

    /** A worker has it no more. */
    void leave(WorkerProcess worker) {
        users.remove(worker);
        served.remove(worker);
        if (dealer != null) {
            dealer.leave(worker);
        }
    }

    void close() {
        handle.close();
        if (dealer != null) {
            dealer.close();
        }
    }
}
