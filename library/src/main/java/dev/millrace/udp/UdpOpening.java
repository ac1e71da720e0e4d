package dev.millrace.udp;

import dev.millrace.dns.NameLookup;
import dev.millrace.kernel.Address;
import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.SystemError;
import dev.millrace.kernel.UdpOptions;
import dev.millrace.loop.ListenSource;
import dev.millrace.loop.Loop;
import dev.millrace.loop.UdpHandle;
import dev.millrace.sys.Errno;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * The way of a {@link UdpSocket} to its port and to its peer, and what has to wait meanwhile.
 *
 * <pre>
 *   CREATED ──bind, or the first use──▶ OPENING ──▶ OPEN ──connect──▶ CONNECTING
 *      ▲                                   │          ▲                  │
 *      └──────────── onError ──────────────┘          └─onConnect, onError
 * </pre>
 */
final class UdpOpening {
    private enum State {
        CREATED,
        OPENING,
        OPEN,
        CONNECTING
    }

    /** Something done to the handle that the kernel may refuse. */
    interface Change {
        void apply() throws IOException;
    }

    final UdpWaiting waiting;
    private final Loop loop;
    private final UdpHandle handle;
    private final UdpOptions options;
    private final UdpListeners listeners;
    private State state = State.CREATED;

    /** Cancels the look-up of our own name, or of the peer's. */
    private Runnable lookUp = () -> {};

    /** From connect() on, whether or not that has come to its end. */
    private boolean hasPeer;

    UdpOpening(UdpHandle handle, UdpOptions options, UdpListeners listeners) {
        this.loop = handle.loop();
        this.handle = handle;
        this.options = options;
        this.listeners = listeners;
        this.waiting = new UdpWaiting(options);
        handle.onClose(this::closed);
    }

    void bind(int port) {
        IpAddress everyIpv6 = IpAddress.of("::", port);
        begin();
        loop.nextTick(() -> openDualStack(everyIpv6));
    }

    void bind(int port, String host) {
        // A wrong port is the caller's mistake, and leaves the socket as it was.
        IpAddress.loopback(port);
        begin();
        lookUp =
                NameLookup.addresses(
                        loop,
                        host,
                        port,
                        found -> open((IpAddress) found.getFirst()),
                        this::openFailed);
    }

    void bind(IpAddress address) {
        begin();
        loop.nextTick(() -> open(address));
    }

    /** The handle has a socket that was opened elsewhere. */
    void adopted() {
        state = State.OPEN;
        hasPeer = handle.remoteAddress() != null;
        handle.receiveStart();
    }

    private void begin() {
        checkOpen();
        if (state != State.CREATED) {
            throw new IllegalStateException(
                    "the socket is bound already, or will be (ERR_SOCKET_ALREADY_BOUND)");
        }
        state = State.OPENING;
    }

    private void openDualStack(IpAddress everyIpv6) {
        open(
                everyIpv6,
                error -> {
                    boolean hasNoIpv6 =
                            List.of("EAFNOSUPPORT", "EADDRNOTAVAIL", "EINVAL")
                                    .contains(SystemError.codeOf(error));
                    if (hasNoIpv6 && !options.ipv6Only()) {
                        open(IpAddress.of("0.0.0.0", everyIpv6.port()));
                    } else {
                        openFailed(error);
                    }
                });
    }

    private void open(IpAddress address) {
        open(address, this::openFailed);
    }

    /** The loop's source may answer on a later turn. */
    private void open(IpAddress address, Consumer<? super IOException> ifNot) {
        if (handle.isClosing()) {
            return;
        }
        ListenSource source = options.exclusive() ? ListenSource.OWN : loop.listenSource();
        source.bind(
                handle,
                address,
                error -> {
                    if (handle.isClosing()) {
                        return;
                    }
                    if (error == null) {
                        opened();
                    } else {
                        ifNot.accept(error);
                    }
                });
    }

    private void opened() {
        state = State.OPEN;
        handle.receiveStart();
        listeners.tell(listeners.listening);
        catchUp();
    }

    private void openFailed(IOException error) {
        if (!handle.isClosing()) {
            state = State.CREATED;
            hasPeer = false;
            waiting.failForSocket(error);
            failed(error);
        }
    }

    /** Does what waited for the socket, as far as nothing of it makes the rest wait again. */
    private void catchUp() {
        while (state == State.OPEN && !handle.isClosing()) {
            UdpWaiting.Operation next = waiting.poll();
            if (next == null) {
                return;
            }
            next.run();
        }
    }

    boolean isReady() {
        return state == State.OPEN && !waiting.isForSocket();
    }

    /** Runs {@code operation} once the socket is open, which it makes it be. */
    void perform(UdpWaiting.Operation operation) {
        if (isReady()) {
            operation.run();
            return;
        }
        waiting.addForSocket(operation);
        if (state == State.CREATED) {
            bind(0);
        }
    }

    void change(Change change) {
        checkOpen();
        perform(() -> {
            try {
                change.apply();
            } catch (IOException e) {
                // Never from inside the call (row R9).
                loop.nextTick(() -> failed(e));
            }
        });
    }

    void connect(IpAddress peer) {
        connect(() -> loop.nextTick(() -> connected(peer)));
    }

    void connect(int port, String host) {
        IpAddress.loopback(port);
        connect(() ->
                lookUp =
                        NameLookup.addresses(
                                loop,
                                host,
                                port,
                                found -> connected(fitting(found)),
                                this::connectFailed));
    }

    private void connect(Runnable attempt) {
        checkOpen();
        if (hasPeer) {
            throw new IllegalStateException("already connected (ERR_SOCKET_DGRAM_IS_CONNECTED)");
        }
        hasPeer = true;
        perform(() -> {
            state = State.CONNECTING;
            attempt.run();
        });
    }

    private void connected(IpAddress peer) {
        if (handle.isClosing()) {
            return;
        }
        try {
            handle.connect(peer);
        } catch (IOException e) {
            connectFailed(e);
            return;
        }
        state = State.OPEN;
        hasPeer = true;
        listeners.tell(listeners.connect);
        catchUp();
    }

    private void connectFailed(IOException error) {
        if (!handle.isClosing()) {
            state = State.OPEN;
            hasPeer = false;
            failed(error);
            catchUp();
        }
    }

    void disconnect() {
        checkOpen();
        if (!hasPeer) {
            throw new IllegalStateException("not connected (ERR_SOCKET_DGRAM_NOT_CONNECTED)");
        }
        hasPeer = false;
        change(() -> {
            hasPeer = false;
            if (handle.remoteAddress() != null) {
                handle.disconnect();
            }
        });
    }

    /** The first address that this socket can reach, or else the first. */
    IpAddress fitting(List<Address> found) {
        IpAddress local = handle.localAddress();
        boolean isIpv4 = local != null && local.family().equals("IPv4");
        String only = isIpv4 ? "IPv4" : options.ipv6Only() ? "IPv6" : "";
        return found.stream()
                .map(IpAddress.class::cast)
                .filter(address -> only.isEmpty() || address.family().equals(only))
                .findFirst()
                .orElse((IpAddress) found.getFirst());
    }

    private void closed() {
        lookUp.run();
        waiting.fail(SystemError.of(Errno.ECANCELED, "send"));
        listeners.tell(listeners.close);
    }

    /** In a word; any thread. */
    String state() {
        return state.name().toLowerCase(Locale.ROOT);
    }

    /** Whether there is a peer, or is going to be. */
    boolean hasPeer() {
        return hasPeer;
    }

    /** The handle checks the thread. */
    void checkOpen() {
        if (handle.isClosing()) {
            throw new IllegalStateException("the socket is closed (ERR_SOCKET_DGRAM_NOT_RUNNING)");
        }
    }

    /** Something failed that has no callback of its own. */
    void failed(IOException error) {
        if (!handle.isClosing()) {
            listeners.tell(() -> listeners.failed(error));
        }
    }

    /** A datagram could not be sent, and its sender has no callback for that. */
    void sendFailed(IOException error) {
        if (!handle.isClosing()) {
            listeners.tell(() -> listeners.onError(error));
        }
    }

    /** Runs one of the user's callbacks. */
    void tell(Runnable callback) {
        listeners.tell(callback);
    }

    Loop loop() {
        return loop;
    }
}
