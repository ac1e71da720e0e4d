package dev.millrace.net;

import dev.millrace.dns.NameLookup;
import dev.millrace.kernel.Address;
import dev.millrace.kernel.BufferSource;
import dev.millrace.kernel.KernelOption;
import dev.millrace.kernel.UnixAddress;
import dev.millrace.loop.KeepAlive;
import dev.millrace.loop.Loop;
import dev.millrace.loop.StreamHandle;
import dev.millrace.stream.Filter;
import dev.millrace.stream.InboundStream;
import dev.millrace.stream.ReadSide;
import dev.millrace.stream.StreamPipe;
import dev.millrace.stream.WriteLimit;
import dev.millrace.stream.WriteStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A TCP or Unix connection: a stream in both directions, as Node's {@code net.Socket} is.
 *
 * <pre>
 *   connect ──▶ connecting ──onConnect──▶ open ──onEnd──▶ peer ended ─┐
 *   accepted ─────────────────────────────▶ │                         ├─ both ──▶ onClose
 *                                           └──end()───▶ we ended ────┘
 *   anywhere: destroy(), or an error ──▶ onError ──▶ onClose
 * </pre>
 *
 * Belongs to its loop's thread. Without an {@link #onError} listener, an error of a connection that
 * we opened goes to {@link Loop#onUncaught}; one that a peer opened just closes.
 */
public final class NetSocket extends InboundStream<NetSocket>
        implements WriteStream, AutoCloseable {
    private final Loop loop;
    private final StreamHandle handle;

    /** Carries the bytes, and is the write side. */
    private final SocketTransport transport;

    private final ReadSide read;
    private final NetSocketOptions options;
    private final SocketListeners listeners = new SocketListeners();

    /** What it was destroyed with. */
    private @Nullable IOException failure;

    /** We have opened it, and so its failure is told if nothing listens for it. */
    private final boolean isOurs;

    /** No connection stands yet. */
    private boolean isConnecting;

    /** A connection that was accepted. */
    NetSocket(StreamHandle accepted, NetSocketOptions options) {
        this(accepted.loop(), accepted, options);
        options.applyTo(handle);
        read.start();
    }

    private NetSocket(Loop loop, @Nullable StreamHandle accepted, NetSocketOptions options) {
        this.loop = loop;
        this.options = options;
        this.isOurs = accepted == null;
        this.isConnecting = isOurs;
        this.transport = new SocketTransport(this);
        this.handle = accepted == null ? new StreamHandle(loop, transport) : accepted;
        this.read = new ReadSide(transport);
        handle.owner(transport);
        handle.onClose(transport);
    }

    /** A connection to {@code port} of {@code localhost}. */
    public static NetSocket connect(Loop loop, int port) {
        return connect(loop, port, "localhost");
    }

    /**
     * A connection to {@code port} of {@code host}: an IP literal, or a name, which is looked up
     * without blocking the loop, and whose addresses are tried in turn. Writes before it stands are
     * sent then (row H14).
     */
    public static NetSocket connect(Loop loop, int port, String host) {
        return connect(loop, port, host, NetSocketOptions.DEFAULTS);
    }

    /** As {@link #connect(Loop, int, String)}, with options. */
    public static NetSocket connect(Loop loop, int port, String host, NetSocketOptions options) {
        NetSocket socket = new NetSocket(loop, null, options);
        NameLookup.addresses(loop, host, port, socket::attempt, socket::destroy);
        return socket;
    }

    /** A connection to {@code address}, TCP or Unix. */
    public static NetSocket connect(Loop loop, Address address) {
        return connect(loop, address, NetSocketOptions.DEFAULTS);
    }

    /** As {@link #connect(Loop, Address)}, with options. */
    public static NetSocket connect(Loop loop, Address address, NetSocketOptions options) {
        NetSocket socket = new NetSocket(loop, null, options);
        socket.attempt(List.of(address));
        return socket;
    }

    /** A connection to a Unix socket; {@code path} as {@link UnixAddress#of(String)} takes it. */
    public static NetSocket connect(Loop loop, String path) {
        return connect(loop, UnixAddress.of(path));
    }

    private void attempt(List<Address> addresses) {
        if (!isDestroyed()) {
            new ConnectAttempts(handle, addresses, options, this::connectEnded).start();
        }
    }

    private void connectEnded(@Nullable IOException error) {
        if (isDestroyed()) {
            return;
        }
        if (error != null) {
            destroy(error);
            return;
        }
        isConnecting = false;
        listeners.tellConnected(this);
        if (!isDestroyed()) {
            transport.connected();
            read.start();
        }
    }

    /**
     * The connection stands (row H13): told before any data. Never told for an accepted connection.
     */
    public NetSocket onConnect(Runnable listener) {
        loop.checkThread();
        listeners.connect = ReadSide.once(listeners.connect, listener, "onConnect");
        return this;
    }

    /**
     * The connection as a stage, which ends with an {@link IOException} when there is none to be
     * had.
     */
    public CompletionStage<NetSocket> connected() {
        loop.checkThread();
        return listeners.connected(this, failure);
    }

    @Override
    public NetSocket onError(Consumer<? super IOException> listener) {
        loop.checkThread();
        listeners.error = ReadSide.once(listeners.error, listener, "onError");
        return this;
    }

    @Override
    public NetSocket onClose(Runnable listener) {
        loop.checkThread();
        listeners.close = ReadSide.once(listeners.close, listener, "onClose");
        return this;
    }

    @Override
    public NetSocket onDrain(Runnable listener) {
        loop.checkThread();
        transport.onDrain(listener);
        return this;
    }

    /**
     * The peer left while nobody was reading: paused, or with 64 KiB kept that nobody takes. {@code
     * listener} gets null after the peer's FIN, ECONNRESET after its reset, at most once (rows H16,
     * E7). What the peer had sent is not lost: after {@link #resume} it comes, then the end or the
     * error as always. While the socket is read the end tells the same, and this is not told. Never
     * told by a driver without {@link dev.millrace.driver.Capability#PEER_CLOSED}.
     */
    public NetSocket onPeerClosed(Consumer<? super @Nullable IOException> listener) {
        loop.checkThread();
        listeners.peerClosed = ReadSide.once(listeners.peerClosed, listener, "onPeerClosed");
        return this;
    }

    /**
     * The source of {@link #bufferSource} had no buffer: {@code listener} gets ENOBUFS, and the
     * socket is paused until {@link #resume} (rows E3, R24).
     */
    public NetSocket onNoBuffer(Consumer<? super IOException> listener) {
        loop.checkThread();
        listeners.noBuffer = ReadSide.once(listeners.noBuffer, listener, "onNoBuffer");
        return this;
    }

    /** Our last byte was handed to the kernel, after {@link #end} (row R11). */
    public NetSocket onFinish(Runnable listener) {
        loop.checkThread();
        transport.onFinish(listener);
        return this;
    }

    @Override
    public void piped(StreamPipe pipe) {
        loop.checkThread();
        transport.piped(pipe);
    }

    /**
     * Puts {@code filter} between this socket and the wire. Call it before the first byte is read
     * or written.
     *
     * @throws IllegalStateException if there is a filter already
     */
    public NetSocket filter(Filter filter) {
        loop.checkThread();
        transport.filter(filter);
        return this;
    }

    @Override
    public boolean write(byte[] array, int offset, int length) {
        return write(array, offset, length, null);
    }

    @Override
    public boolean write(ByteBuffer buffer) {
        return write(buffer, null);
    }

    /** As {@link #write(ByteBuffer)}; {@code callback} gets null when the kernel has the bytes. */
    public boolean write(
            ByteBuffer buffer, @Nullable Consumer<? super @Nullable IOException> callback) {
        loop.checkThread();
        return transport.write(buffer, callback);
    }

    /** As the other {@code write}; {@code callback} gets null when the kernel has the bytes. */
    public boolean write(
            byte[] array,
            int offset,
            int length,
            @Nullable Consumer<? super @Nullable IOException> callback) {
        loop.checkThread();
        return transport.write(array, offset, length, true, callback);
    }

    /**
     * Hands the kernel what it takes at once, and queues nothing.
     *
     * @return how many bytes that were: 0 before the connection stands, while something waits, when
     *     the kernel is full, behind a filter, and when the socket is destroyed
     * @throws IllegalStateException after {@link #end}
     */
    public int tryWrite(byte[] array, int offset, int length) {
        loop.checkThread();
        return transport.tryWrite(array, offset, length);
    }

    @Override
    public void end() {
        loop.checkThread();
        transport.end();
    }

    /** Our end was handed to the kernel; if the peer's was told as well, both are over. */
    void endedBoth() {
        if (transport.isFinished() && read.isEnded()) {
            destroy();
        }
    }

    /** The reader has been told the end. */
    void ended() {
        if (!options.allowHalfOpen()) {
            transport.cut();
        }
        endedBoth();
    }

    @Override
    public void destroy() {
        destroy(null);
    }

    /**
     * Destroys the socket with an error for {@link #onError}, or null; the first call counts (R19).
     */
    public void destroy(@Nullable IOException error) {
        loop.checkThread();
        if (!isDestroyed()) {
            transport.destroySide();
            failure = error;
            handle.close();
            listeners.tellDestroyed(this);
            // Last: it destroys what a pipeline leads to, which may be a user's own and throw.
            read.destroy();
        }
    }

    /** A listener threw: the socket is destroyed with it, and never without a word. */
    void thrown(Throwable thrown) {
        if (isDestroyed()) {
            listeners.logAfterClose(thrown);
        } else {
            listeners.thrown(thrown, isOurs);
        }
        destroy(new IOException("a listener of the socket threw " + thrown, thrown));
    }

    /** Destroys the socket with a reset, so that the peer sees ECONNRESET. */
    public void reset() {
        loop.checkThread();
        if (!isDestroyed()) {
            handle.reset();
            destroy();
        }
    }

    /** The closing phase: error, then close (row R12). */
    void closed() {
        listeners.tellClosed(this, failure, isOurs);
    }

    SocketListeners listeners() {
        return listeners;
    }

    /** Where its server counts it. */
    void countedBy(ServerConnections connections) {
        listeners.countedBy = connections;
    }

    @Override
    protected ReadSide readSide() {
        loop.checkThread();
        return read;
    }

    @Override
    protected NetSocket self() {
        return this;
    }

    /** Where the transport deliver to. */
    ReadSide inbound() {
        return read;
    }

    StreamHandle handle() {
        return handle;
    }

    SocketTransport transport() {
        return transport;
    }

    /** Whether the connection is still being made. */
    public boolean isConnecting() {
        return isConnecting;
    }

    /** Whether bytes can be written to the connection. */
    public boolean isWritable() {
        return handle.isWritable() && transport.isOpen();
    }

    /** Whether it is over. */
    public boolean isDestroyed() {
        return transport.isDestroyed();
    }

    /** Whether an error ended it (row R12). */
    public boolean hadError() {
        return failure != null;
    }

    /** As {@link NetSocket#destroy()}. */
    @Override
    public void close() {
        destroy();
    }

    /** The loop it belongs to. */
    public Loop loop() {
        return loop;
    }

    /** Lets the socket keep its loop alive while it reads, which is the default. */
    public NetSocket ref() {
        handle.ref();
        return this;
    }

    /**
     * Stops the socket from keeping its loop alive, also before it is connected (row B16). What is
     * under way, a connection that is being made or a write, still does.
     */
    public NetSocket unref() {
        handle.unref();
        return this;
    }

    /** Whether bytes can still arrive. */
    public boolean isReadable() {
        return handle.isReadable();
    }

    /** Bytes written that the kernel has not taken yet. */
    public long queuedBytes() {
        return handle.queuedBytes();
    }

    /** Bytes received so far. */
    public long bytesRead() {
        return handle.bytesRead();
    }

    /** Bytes written so far, those waiting included. */
    public long bytesWritten() {
        return handle.bytesWritten();
    }

    /** Our end's address; empty before there is a socket and after it is over. */
    public Optional<Address> localAddress() {
        return Optional.ofNullable(handle.localAddress());
    }

    /** The peer's address; empty before the connection stands and after it is over. */
    public Optional<Address> remoteAddress() {
        return Optional.ofNullable(handle.remoteAddress());
    }

    /** Sends segments at once (TCP_NODELAY), or waits for more. */
    public NetSocket noDelay(boolean noDelay) {
        handle.option(KernelOption.NO_DELAY, noDelay ? 1 : 0);
        return this;
    }

    /**
     * Probes the peer while the connection is idle (rows K1, K5); a Unix socket has no need of it.
     */
    public NetSocket keepAlive(KeepAlive settings) {
        handle.keepAlive(settings);
        return this;
    }

    /** Switches keep-alive off, as it is by default; the timing stays (rows K2, K3). */
    public NetSocket keepAliveOff() {
        handle.keepAliveOff();
        return this;
    }

    /** How much may wait to be written. */
    public WriteLimit writeLimit() {
        return handle.writeLimit();
    }

    /** Sets how much may wait to be written, and what becomes of more (row X80). */
    public NetSocket writeLimit(WriteLimit limit) {
        handle.writeLimit(limit);
        return this;
    }

    /**
     * For experts: received bytes go to buffers of {@code source} instead of the loop's one array,
     * and {@code onBytes} gets them there; null: as before (rows E2, E3). When it has none, the
     * socket is paused and {@link NetSocket#onNoBuffer} is told; nothing is lost.
     */
    public NetSocket bufferSource(@Nullable BufferSource source) {
        handle.bufferSource(source);
        return this;
    }
}
