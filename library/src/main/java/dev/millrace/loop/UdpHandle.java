package dev.millrace.loop;

import dev.millrace.binding.UdpBinding;
import dev.millrace.driver.Port;
import dev.millrace.driver.PortEvents;
import dev.millrace.kernel.Address;
import dev.millrace.kernel.BufferSource;
import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.KernelOption;
import dev.millrace.kernel.SystemError;
import dev.millrace.kernel.UdpOptions;
import dev.millrace.sys.Errno;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A datagram socket: libuv's {@code uv_udp_t}. {@code udp} has one that is easier to use.
 *
 * <pre>
 *   created ──bind, or by itself with the first send, receiveStart, joinGroup──▶ bound ──close──▶ closed
 *      └────────────────connect────────────────▶ connected ◀──connect / disconnect──▶ ┘
 * </pre>
 *
 * Active while it receives. What is done at once throws its {@link IOException}; what has an
 * outcome later tells it by callback. Loop thread only.
 *
 * {@snippet class="dev.millrace.loop.StreamHandleExamplesTest" region="receive"}
 */
public final class UdpHandle extends Handle {
    private static final IpAddress ANY = IpAddress.of("0.0.0.0", 0);
    private static final IpAddress ANY6 = IpAddress.of("::", 0);

    private final UdpOptions options;
    private final UdpEvents events;
    private final UdpSendQueue queue;
    final Receiver receiver = new Receiver();
    private @Nullable Port port;
    private @Nullable IpAddress peer;

    /** The last answer of {@link #localAddress}: to be shown. */
    private @Nullable IpAddress shown;

    private @Nullable BufferSource bufferSource;
    private boolean isReceiving;

    /** A handle without a socket. */
    public UdpHandle(Loop loop, UdpOptions options, UdpEvents events) {
        super(loop);
        this.options = Objects.requireNonNull(options, "options");
        this.events = Objects.requireNonNull(events, "events");
        this.queue = new UdpSendQueue(this, options);
    }

    /**
     * Makes the socket and binds it; port 0 takes any free one, {@link #localAddress} tells which.
     *
     * @throws IOException EADDRINUSE, EADDRNOTAVAIL, EACCES; it may be tried again
     * @throws IllegalStateException if it is bound already, or closed
     */
    public void bind(IpAddress address) throws IOException {
        checkOpen();
        if (port != null) {
            throw new IllegalStateException(
                    "the socket is bound already (ERR_SOCKET_ALREADY_BOUND)");
        }
        attach(UdpBinding.bound(loop.driver, options, address));
        shown = address.port() == 0 ? localAddress() : address;
    }

    /**
     * Takes a datagram socket that was opened elsewhere, bound or not; it belongs to the handle
     * from now on.
     *
     * @throws IOException EBUSY if the handle has a socket already; EEXIST if the loop has this
     *     one; EINVAL for one of another kind. The descriptor is still the caller's then
     * @throws UnsupportedOperationException if the loop's driver can't do it
     */
    public void open(int descriptor) throws IOException {
        loop.checkThread();
        if (port != null || isClosing) {
            throw SystemError.of(Errno.EBUSY, "open");
        }
        attach(UdpBinding.opened(loop.driver, descriptor));
        peer = (IpAddress) loop.driver.remoteAddress(port());
    }

    private void attach(Port opened) {
        port = opened;
        opened.attach(receiver);
        opened.bufferSource(bufferSource);
    }

    /** How its socket is made. */
    public UdpOptions options() {
        loop.checkThread();
        return options;
    }

    /** Binds to any port, of the family that is wanted, unless it is bound already. */
    Port bound(InetAddress wanted) throws IOException {
        if (port == null) {
            bind(wanted instanceof Inet6Address ? ANY6 : ANY);
        }
        return port();
    }

    /**
     * Sends to {@code peer} from now on, and hears no other.
     *
     * @throws IOException ENETUNREACH, EACCES, EAFNOSUPPORT
     * @throws IllegalStateException if it is connected already, or closed
     */
    public void connect(IpAddress peer) throws IOException {
        checkOpen();
        if (this.peer != null) {
            throw new IllegalStateException("already connected (ERR_SOCKET_DGRAM_IS_CONNECTED)");
        }
        if (port == null) {
            attach(UdpBinding.connected(loop.driver, options, peer));
        } else {
            check(loop.driver.connect(port, peer), "connect", peer);
        }
        this.peer = peer;
    }

    /**
     * Hears every sender again; the port stays.
     *
     * @throws IllegalStateException if it is not connected, or closed
     */
    public void disconnect() throws IOException {
        checkOpen();
        if (peer == null) {
            throw new IllegalStateException("not connected (ERR_SOCKET_DGRAM_NOT_CONNECTED)");
        }
        check(loop.driver.disconnect(port()), "connect", peer);
        peer = null;
    }

    /** Reports datagrams from now on; a socket that is not bound is bound to any IPv4 port. */
    public void receiveStart() {
        loop.checkThread();
        if (isReceiving || isClosing) {
            return;
        }
        try {
            loop.driver.readStart(bound(ANY.host()));
        } catch (IOException e) {
            // Known at once, but told later (row R9).
            loop.pend(() -> tell(handle -> handle.events.onReceiveEnded(e)));
            return;
        }
        isReceiving = true;
        setActive(true);
    }

    /** Reports nothing more; takes effect at once, also inside {@code onDatagram}. */
    public void receiveStop() {
        loop.checkThread();
        if (isReceiving) {
            isReceiving = false;
            setActive(false);
            loop.driver.readStop(port());
        }
    }

    /** Where datagrams are received into; null, the default: the loop's one array. */
    public void bufferSource(@Nullable BufferSource source) {
        loop.checkThread();
        bufferSource = source;
        if (port != null) {
            port.bufferSource(source);
        }
    }

    /**
     * Sends one datagram, whose bytes the caller may reuse at once. What the kernel does not take
     * now waits, in order, as far as {@link UdpOptions} lets it.
     *
     * {@snippet class="dev.millrace.loop.StreamHandleExamplesTest" region="send"}
     *
     * @param to the receiver, or null when the socket is connected
     * @param request told when the kernel has the datagram, or why not; null if the caller need not
     *     know, and then {@link UdpEvents#onError} is told of an error
     * @throws IllegalStateException with an address though connected, without one though not, or
     *     after {@link #close}
     */
    public void send(
            byte[] array,
            int offset,
            int length,
            @Nullable IpAddress to,
            @Nullable Request request) {
        checkSend(array, offset, length, to);
        queue.send(array, offset, length, to, request);
    }

    /**
     * Sends one datagram now or not at all; false when the kernel can't take it, or others wait
     * already.
     *
     * @throws IOException what {@link #send} tells by its request
     */
    public boolean trySend(byte[] array, int offset, int length, @Nullable IpAddress to)
            throws IOException {
        checkSend(array, offset, length, to);
        return queue.trySend(array, offset, length, to);
    }

    private void checkSend(byte[] array, int offset, int length, @Nullable IpAddress to) {
        checkOpen();
        Objects.checkFromIndexSize(offset, length, array.length);
        if ((to == null) == (peer == null)) {
            throw new IllegalStateException(
                    to == null
                            ? "send where to? (ERR_SOCKET_DGRAM_NOT_CONNECTED)"
                            : "connected to " + peer + " (ERR_SOCKET_DGRAM_IS_CONNECTED)");
        }
    }

    /** Tells an error that no request takes. */
    void report(IOException error) {
        tell(handle -> handle.events.onError(error));
    }

    private void tell(LoopCallback<UdpHandle> told) {
        if (!isClosing) {
            loop.enter(this, told, UdpHandle::thrown);
        }
    }

    /** Bytes of the datagrams that the kernel has not taken yet. */
    public long queuedBytes() {
        loop.checkThread();
        return queue.queuedBytes();
    }

    /** How many datagrams the kernel has not taken yet. */
    public int queuedCount() {
        loop.checkThread();
        return queue.queuedCount();
    }

    /**
     * Joins a multicast group on {@code networkInterface} (null: the kernel's choice), to hear
     * {@code source} alone or, with null, every sender.
     *
     * @throws IOException EINVAL: no group; ENODEV: no such interface; EADDRINUSE: joined already
     */
    public void joinGroup(
            InetAddress group,
            @Nullable NetworkInterface networkInterface,
            @Nullable InetAddress source)
            throws IOException {
        membership(group, networkInterface, source, true);
    }

    /**
     * Leaves a group that {@link #joinGroup} joined with the same arguments.
     *
     * @throws IOException EADDRNOTAVAIL: not joined
     */
    public void leaveGroup(
            InetAddress group,
            @Nullable NetworkInterface networkInterface,
            @Nullable InetAddress source)
            throws IOException {
        membership(group, networkInterface, source, false);
    }

    private void membership(
            InetAddress group,
            @Nullable NetworkInterface networkInterface,
            @Nullable InetAddress source,
            boolean isJoining)
            throws IOException {
        checkOpen();
        IpAddress from = source == null ? null : new IpAddress(source, 0);
        check(
                loop.driver.membership(
                        bound(group), new IpAddress(group, 0), networkInterface, from, isJoining),
                "setsockopt",
                null);
    }

    /** The interface that multicast leaves by; the socket is bound already. */
    public void multicastInterface(NetworkInterface networkInterface) throws IOException {
        checkOpen();
        check(loop.driver.multicastInterface(port(), networkInterface), "setsockopt", null);
    }

    /**
     * Sets an option of the socket, which is bound already: {@link KernelOption#TTL} and {@link
     * KernelOption#MULTICAST_TTL} in hops, {@link KernelOption#MULTICAST_LOOP} and {@link
     * KernelOption#BROADCAST} 0 or 1, the sizes of the kernel's buffers in bytes.
     *
     * @throws IOException EINVAL: out of range
     */
    public void option(KernelOption option, int value) throws IOException {
        checkOpen();
        check(loop.driver.setOption(port(), option, value), "setsockopt", null);
    }

    /** The value of an option; Linux answers twice the size of a buffer that was set. */
    public int option(KernelOption option) throws IOException {
        checkOpen();
        return check(loop.driver.getOption(port(), option), "getsockopt", null);
    }

    private static int check(int result, String syscall, @Nullable IpAddress about)
            throws IOException {
        if (result < 0) {
            throw about == null
                    ? SystemError.of(-result, syscall)
                    : SystemError.of(-result, syscall, about);
        }
        return result;
    }

    /** Where it is bound, or null when it is not (any more). */
    public @Nullable IpAddress localAddress() {
        loop.checkThread();
        IpAddress found =
                port == null || isClosing ? null : (IpAddress) loop.driver.localAddress(port);
        shown = found == null ? shown : found;
        return found;
    }

    /** The peer it is connected to, or null. */
    public @Nullable IpAddress remoteAddress() {
        loop.checkThread();
        return isClosing ? null : peer;
    }

    @Override
    @Nullable Port portOrNull() {
        return port;
    }

    @Override
    HandleKind ownKind() {
        return HandleKind.UDP;
    }

    /** Whether datagrams are reported. */
    public boolean isReceiving() {
        loop.checkThread();
        return isReceiving;
    }

    private void checkOpen() {
        loop.checkThread();
        if (isClosing) {
            throw new IllegalStateException("the socket is closed (ERR_SOCKET_DGRAM_NOT_RUNNING)");
        }
    }

    Port port() {
        if (port == null) {
            throw new IllegalStateException("the socket is not bound yet");
        }
        return port;
    }

    @Override
    void release() {
        isReceiving = false;
        loop.listenSource().closed(this);
        if (port != null) {
            loop.driver.close(port);
        }
    }

    @Override
    void cancel() {
        queue.cancel();
    }

    @Override
    void thrown(Throwable thrown) {
        events.onThrown(thrown);
    }

    @Override
    String details() {
        IpAddress from = shown;
        IpAddress to = peer;
        return (from == null && to == null ? "" : ", " + (from == null ? "?" : from))
                + (to == null ? "" : " -> " + to)
                + (", queued " + queue.queuedBytes() + " B");
    }

    /** What the driver reports. */
    final class Receiver implements PortEvents {
        @Override
        public void onDatagram(
                byte[] array, int offset, int length, Address from, boolean isTruncated) {
            events.onDatagram(array, offset, length, (IpAddress) from, isTruncated);
        }

        @Override
        public void onDatagramError(int errno) {
            events.onError(error(errno, "recvfrom"));
        }

        /**
         * The descriptor is lost, or the kernel has no room to watch it: nothing comes any more
         * that would be waited for.
         */
        @Override
        public void onReadError(int errno) {
            isReceiving = false;
            setActive(false);
            events.onReceiveEnded(error(errno, "recvfrom"));
        }

        @Override
        public void onNoBuffer() {
            onReadError(Errno.ENOBUFS);
        }

        @Override
        public void onWritable() {
            queue.writable();
        }

        @Override
        public void failed(Throwable thrown) {
            UdpHandle.this.thrown(thrown);
        }
    }
}
