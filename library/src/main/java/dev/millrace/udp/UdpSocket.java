package dev.millrace.udp;

import dev.millrace.kernel.Descriptor;
import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.KernelOption;
import dev.millrace.kernel.UdpOptions;
import dev.millrace.loop.Loop;
import dev.millrace.loop.UdpHandle;
import dev.millrace.stream.Listeners;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A datagram socket (UDP), as Node's {@code dgram.Socket} is.
 *
 * <pre>
 *   created ──bind, or the first use──▶ opening ──onListening──▶ open ◀──onConnect, onError── connecting
 *      ▲                                  │                       └────────connect──────────────▶ ┘
 *      └─────────────onError──────────────┘             anywhere: close() ──▶ onClose
 * </pre>
 *
 * What is asked of it while it opens or connects is done afterwards, in order. Once open it
 * receives, and so keeps its loop alive until {@link #close} or {@link #unref}; what comes while
 * {@link #onMessage} has no listener is gone.
 *
 * <p>Belongs to its loop's thread. An error goes to the callback of what failed, otherwise to
 * {@link #onError}; it ends nothing. Without that listener a failure of {@code bind}, of {@code
 * connect} or of an option goes to {@link Loop#onUncaught}, and so does everything that fails while
 * the socket is connected. On a socket that is not, a datagram that can't be sent is forgotten, as
 * in Node: a peer's address alone can make that happen, and must not end a server.
 *
 * {@snippet class="dev.millrace.udp.UdpExamplesTest" region="echo"}
 */
public final class UdpSocket implements AutoCloseable {
    private final Loop loop;
    private final UdpListeners listeners;
    private final UdpHandle handle;
    private final UdpOpening opening;
    private final UdpSender sender;

    private UdpSocket(Loop loop, UdpOptions options) {
        this.loop = loop;
        this.listeners = new UdpListeners(loop);
        this.handle = new UdpHandle(loop, options, listeners);
        listeners.handle = handle;
        this.opening = new UdpOpening(handle, options, listeners);
        this.sender = new UdpSender(opening, handle);
    }

    /** A socket with a port of its own. */
    public static UdpSocket create(Loop loop) {
        return create(loop, UdpOptions.DEFAULTS);
    }

    /**
     * A socket on a datagram socket that was opened elsewhere, bound or not, which belongs to it
     * from now on.
     *
     * {@snippet class="dev.millrace.udp.UdpDescriptorTest" region="open"}
     *
     * @throws IOException EINVAL if it is no datagram socket; it is still the caller's then
     * @throws UnsupportedOperationException if the loop's driver can't do it
     */
    public static UdpSocket open(Loop loop, Descriptor descriptor) throws IOException {
        UdpSocket socket = new UdpSocket(loop, UdpOptions.DEFAULTS);
        try {
            socket.handle.open(descriptor.number());
        } catch (IOException | RuntimeException refused) {
            socket.close();
            throw refused;
        }
        descriptor.release();
        socket.opening.adopted();
        return socket;
    }

    /** A socket with options. */
    public static UdpSocket create(Loop loop, UdpOptions options) {
        return new UdpSocket(loop, options);
    }

    /**
     * A datagram came, from whom the second argument says; the buffer is the listener's for ever.
     */
    public UdpSocket onMessage(BiConsumer<? super ByteBuffer, ? super IpAddress> listener) {
        loop.checkThread();
        listeners.message = Listeners.once(listeners.message, listener, "onMessage");
        return this;
    }

    /** It is bound, and receives from now on. */
    public UdpSocket onListening(Runnable listener) {
        loop.checkThread();
        listeners.listening = Listeners.once(listeners.listening, listener, "onListening");
        return this;
    }

    /** It is connected; see {@link #connect(IpAddress)}. */
    public UdpSocket onConnect(Runnable listener) {
        loop.checkThread();
        listeners.connect = Listeners.once(listeners.connect, listener, "onConnect");
        return this;
    }

    /**
     * Something failed that has no callback of its own; see above for what becomes of it without.
     */
    public UdpSocket onError(Consumer<? super IOException> listener) {
        loop.checkThread();
        listeners.error = Listeners.and(listeners.error, listener);
        return this;
    }

    /** It is closed, and every send has been told its outcome. */
    public UdpSocket onClose(Runnable listener) {
        loop.checkThread();
        listeners.close = Listeners.and(listeners.close, listener);
        return this;
    }

    /**
     * Binds to {@code port} of every interface: IPv6 and IPv4 on one socket, IPv4 alone where there
     * is no IPv6. Port 0 takes any free one; {@link #address} tells which.
     *
     * @throws IllegalStateException if it is bound already, be it by its first use, or closed
     */
    public UdpSocket bind(int port) {
        opening.bind(port);
        return this;
    }

    /** Binds to {@code port} of {@code host}, an IP literal or a name. */
    public UdpSocket bind(int port, String host) {
        opening.bind(port, host);
        return this;
    }

    /** Binds to {@code address}. */
    public UdpSocket bind(IpAddress address) {
        opening.bind(address);
        return this;
    }

    /**
     * Sends to {@code peer} from now on, and hears no other; told by {@link #onConnect}.
     *
     * {@snippet class="dev.millrace.udp.UdpExamplesTest" region="connect"}
     *
     * @throws IllegalStateException if it has a peer already, or is closed
     */
    public UdpSocket connect(IpAddress peer) {
        opening.connect(peer);
        return this;
    }

    /** As {@link #connect(IpAddress)}, to {@code port} of {@code host}, an IP literal or a name. */
    public UdpSocket connect(int port, String host) {
        opening.connect(port, host);
        return this;
    }

    /**
     * Hears every sender again.
     *
     * @throws IllegalStateException if it has no peer, or is closed
     */
    public UdpSocket disconnect() {
        opening.disconnect();
        return this;
    }

    /**
     * Sends the remaining bytes of {@code bytes} as one datagram to {@code to}. The buffer may be
     * reused at once. What the kernel does not take now waits, as far as {@link UdpOptions} lets
     * it.
     *
     * @throws IllegalStateException if the socket has a peer, or is closed
     */
    public UdpSocket send(ByteBuffer bytes, IpAddress to) {
        sender.send(bytes, to, null);
        return this;
    }

    /** As the other; {@code callback} gets null when the kernel has the datagram. */
    public UdpSocket send(
            ByteBuffer bytes, IpAddress to, Consumer<? super @Nullable IOException> callback) {
        sender.send(bytes, to, callback);
        return this;
    }

    /**
     * As {@link #send(ByteBuffer, IpAddress)}, to {@code port} of {@code host}. A name is looked up
     * each time without blocking the loop, and what is sent meanwhile does not wait for it.
     *
     * {@snippet class="dev.millrace.udp.UdpExamplesTest" region="ask"}
     */
    public UdpSocket send(ByteBuffer bytes, int port, String host) {
        sender.send(bytes, port, host, null);
        return this;
    }

    /** As the other; {@code callback} gets null when the kernel has the datagram. */
    public UdpSocket send(
            ByteBuffer bytes,
            int port,
            String host,
            Consumer<? super @Nullable IOException> callback) {
        sender.send(bytes, port, host, callback);
        return this;
    }

    /**
     * As {@link #send(ByteBuffer, IpAddress)}, to the peer of {@link #connect(IpAddress)}.
     *
     * @throws IllegalStateException if the socket has no peer, or is closed
     */
    public UdpSocket send(ByteBuffer bytes) {
        sender.send(bytes, null, null);
        return this;
    }

    /** As the other; {@code callback} gets null when the kernel has the datagram. */
    public UdpSocket send(ByteBuffer bytes, Consumer<? super @Nullable IOException> callback) {
        sender.send(bytes, null, callback);
        return this;
    }

    /** Sends {@code text} in UTF-8 to {@code to}. */
    public UdpSocket send(String text, IpAddress to) {
        return send(StandardCharsets.UTF_8.encode(text), to);
    }

    /** Sends {@code text} in UTF-8 to {@code port} of {@code host}. */
    public UdpSocket send(String text, int port, String host) {
        return send(StandardCharsets.UTF_8.encode(text), port, host);
    }

    /** Sends {@code text} in UTF-8 to the peer. */
    public UdpSocket send(String text) {
        return send(StandardCharsets.UTF_8.encode(text));
    }

    /**
     * Hears the multicast {@code group} as well, on {@code networkInterface} (null: the kernel's
     * choice).
     *
     * {@snippet class="dev.millrace.udp.UdpExamplesTest" region="group"}
     */
    public UdpSocket joinGroup(InetAddress group, @Nullable NetworkInterface networkInterface) {
        return change(() -> handle.joinGroup(group, networkInterface, null));
    }

    /** As {@link #joinGroup(InetAddress, NetworkInterface)}, what {@code source} sends alone. */
    public UdpSocket joinGroup(
            InetAddress group, @Nullable NetworkInterface networkInterface, InetAddress source) {
        return change(() -> handle.joinGroup(group, networkInterface, source));
    }

    /** Undoes the {@code joinGroup} with the same arguments. */
    public UdpSocket leaveGroup(InetAddress group, @Nullable NetworkInterface networkInterface) {
        return change(() -> handle.leaveGroup(group, networkInterface, null));
    }

    /** Undoes the {@code joinGroup} with the same arguments. */
    public UdpSocket leaveGroup(
            InetAddress group, @Nullable NetworkInterface networkInterface, InetAddress source) {
        return change(() -> handle.leaveGroup(group, networkInterface, source));
    }

    /** The interface that multicast leaves by. */
    public UdpSocket multicastInterface(NetworkInterface networkInterface) {
        return change(() -> handle.multicastInterface(networkInterface));
    }

    /** How far multicast goes: 0 to 255 hops, 1 unless set. */
    public UdpSocket multicastTtl(int hops) {
        return option(KernelOption.MULTICAST_TTL, hops, 0, 255);
    }

    /** Whether multicast is heard on this machine too, which is the default. */
    public UdpSocket multicastLoop(boolean isLoop) {
        return option(KernelOption.MULTICAST_LOOP, isLoop ? 1 : 0, 0, 1);
    }

    /** How far other datagrams go: 1 to 255 hops. */
    public UdpSocket ttl(int hops) {
        return option(KernelOption.TTL, hops, 1, 255);
    }

    /** Whether it may send to broadcast addresses; EACCES otherwise. */
    public UdpSocket broadcast(boolean isAllowed) {
        return option(KernelOption.BROADCAST, isAllowed ? 1 : 0, 0, 1);
    }

    /** The size of the kernel's buffer for what was not received yet. */
    public UdpSocket receiveBufferBytes(int bytes) {
        return option(KernelOption.RECEIVE_BUFFER_BYTES, bytes, 1, Integer.MAX_VALUE);
    }

    /** The size of the kernel's buffer for what is under way. */
    public UdpSocket sendBufferBytes(int bytes) {
        return option(KernelOption.SEND_BUFFER_BYTES, bytes, 1, Integer.MAX_VALUE);
    }

    private UdpSocket change(UdpOpening.Change change) {
        opening.change(change);
        return this;
    }

    private UdpSocket option(KernelOption option, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                    option + " is " + value + ": use " + least + " to " + most);
        }
        return change(() -> handle.option(option, value));
    }

    /**
     * A second descriptor of the socket, for another process, which shares its port and its
     * datagrams: each goes to one of them.
     *
     * @throws IOException EMFILE
     * @throws IllegalStateException if it is not bound (yet), or closed
     * @throws UnsupportedOperationException if the loop's driver can't do it
     */
    public Descriptor duplicate() throws IOException {
        return handle.duplicate();
    }

    /** Where it is bound, with the port the kernel chose; empty while it is not. */
    public Optional<IpAddress> address() {
        return Optional.ofNullable(handle.localAddress());
    }

    /**
     * The port it is bound to.
     *
     * @throws IllegalStateException if it is not bound
     */
    public int port() {
        return address()
                .orElseThrow(() -> new IllegalStateException("the socket is not bound"))
                .port();
    }

    /** The peer it is connected to; empty while it is not. */
    public Optional<IpAddress> remoteAddress() {
        return Optional.ofNullable(handle.remoteAddress());
    }

    /** How many datagrams the kernel has not taken yet. */
    public int queuedCount() {
        return handle.queuedCount();
    }

    /** Bytes of the datagrams that the kernel has not taken yet. */
    public long queuedBytes() {
        return handle.queuedBytes();
    }

    /** Lets the socket keep its loop alive, which is the default. */
    public UdpSocket ref() {
        handle.ref();
        return this;
    }

    /** Stops the socket from keeping its loop alive; may be called before bind as well. */
    public UdpSocket unref() {
        handle.unref();
        return this;
    }

    /** The loop it belongs to. */
    public Loop loop() {
        return loop;
    }

    /** Neither receives nor sends any more; what still waits ends with ECANCELED. Idempotent. */
    @Override
    public void close() {
        handle.close();
    }

    /**
     * One line for a log: {@code UdpSocket[open, 127.0.0.1:5353, queued 0 B]}. Any thread, any
     * state.
     */
    @Override
    public String toString() {
        // "UdpHandle[active, ...]": what follows the state, which is said in this class's words.
        String text = handle.toString();
        boolean isOver = text.startsWith("UdpHandle[clos");
        String state = isOver ? text.substring(10, text.indexOf(',')) : opening.state();
        return "UdpSocket[" + state + text.substring(text.indexOf(','));
    }
}
