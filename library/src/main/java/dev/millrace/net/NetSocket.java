package dev.millrace.net;

import dev.millrace.kernel.Address;
import dev.millrace.kernel.BufferSource;
import dev.millrace.kernel.KeepAlive;
import dev.millrace.kernel.KernelOption;
import dev.millrace.kernel.UnixAddress;
import dev.millrace.loop.Loop;
import dev.millrace.loop.StreamHandle;
import dev.millrace.observe.Identified;
import dev.millrace.proxyprotocol.ProxyHeader;
import dev.millrace.stream.Filter;
import dev.millrace.stream.InboundStream;
import dev.millrace.stream.Listeners;
import dev.millrace.stream.ReadSide;
import dev.millrace.stream.RegionWriter;
import dev.millrace.stream.StreamPipe;
import dev.millrace.stream.WriteLimit;
import dev.millrace.stream.WriteStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;
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
        implements WriteStream, AutoCloseable, Identified {
    /** The kernel's end. */
    final StreamHandle handle;

    /** What came, on its way to the reader. */
    final ReadSide inbound;

    /** The listeners of neither side. */
    final SocketListeners listeners = new SocketListeners();

    /** Between the two sides and the handle. */
    final SocketTransport transport;

    /** How it comes to its connection; null for one that was accepted, as a rule. */
    @Nullable SocketConnect connect;

    /** The error that destroyed it, for {@link #onError}. */
    private @Nullable IOException failure;

    /** As drawn above. */
    private SocketLife life;

    /** Whether we opened it; then an error without a listener goes to the loop. */
    final boolean isOurs;

    /** A connection that was accepted. */
    NetSocket(StreamHandle accepted, NetSocketOptions options) {
        this(accepted.loop(), accepted, options);
        options.applyTo(handle);
        inbound.start();
    }

    private NetSocket(Loop loop, @Nullable StreamHandle accepted, NetSocketOptions options) {
        this.isOurs = accepted == null;
        this.life = isOurs ? SocketLife.CONNECTING : SocketLife.OPEN;
        this.transport = new SocketTransport(this, options.allowHalfOpen());
        this.inbound = new ReadSide(transport);
        this.handle =
                transport.owning(accepted == null ? new StreamHandle(loop, transport) : accepted);
    }

    /** A connection to {@code port} of {@code localhost}. */
    public static NetSocket connect(Loop loop, int port) {
        return connect(loop, port, "localhost");
    }

    /**
     * A connection to {@code port} of {@code host}: an IP literal, or a name, which is looked up
     * without blocking the loop, and whose addresses are tried as {@link NameOptions} has it.
     * Writes before it stands are sent then. {@link #destroy()} gives it up at any time.
     *
     * {@snippet class="dev.millrace.net.SocketExamplesTest" region="connect"}
     */
    public static NetSocket connect(Loop loop, int port, String host) {
        return connect(loop, port, host, NetSocketOptions.DEFAULTS);
    }

    /** As {@link #connect(Loop, int, String)}, with options. */
    public static NetSocket connect(Loop loop, int port, String host, NetSocketOptions options) {
        return new NetSocket(loop, null, options).connect(options).start(host, port);
    }

    /** A connection to {@code address}, TCP or Unix. */
    public static NetSocket connect(Loop loop, Address address) {
        return connect(loop, address, NetSocketOptions.DEFAULTS);
    }

    /** As {@link #connect(Loop, Address)}, with options. */
    public static NetSocket connect(Loop loop, Address address, NetSocketOptions options) {
        return new NetSocket(loop, null, options).connect(options).start(address);
    }

    /** A connection to a Unix socket; {@code path} as {@link UnixAddress#of(String)} takes it. */
    public static NetSocket connect(Loop loop, String path) {
        return connect(loop, UnixAddress.of(path));
    }

    /** A socket on {@code stream}, which is connected; it is the socket's from now on. */
    public static NetSocket on(StreamHandle stream, NetSocketOptions options) {
        return new NetSocket(stream, options);
    }

    /** The connection stands, or a filter is ready, which may be long before or after. */
    void opened() {
        life = SocketLife.OPEN;
        listeners.opened();
    }

    /** The connection stands: told before any data. Never told for an accepted connection. */
    public NetSocket onConnect(Runnable listener) {
        SocketConnect connect = connect(NetSocketOptions.DEFAULTS);
        connect.listener = Listeners.once(connect.listener, listener, "onConnect");
        return this;
    }

    /**
     * The connection as a stage, which ends with an {@link IOException} when there is none to be
     * had.
     *
     * {@snippet class="dev.millrace.net.SocketExamplesTest" region="connected"}
     */
    public CompletionStage<NetSocket> connected() {
        return connect(NetSocketOptions.DEFAULTS).stage(failure);
    }

    /** Made at the first use; {@code options} of a connection that we open. */
    private SocketConnect connect(NetSocketOptions options) {
        checkThread();
        if (connect == null) {
            connect = new SocketConnect(this, options);
        }
        return connect;
    }

    @Override
    public NetSocket onError(Consumer<? super IOException> listener) {
        checkThread();
        listeners.error = Listeners.and(listeners.error, listener);
        return this;
    }

    @Override
    public NetSocket onClose(Runnable listener) {
        checkThread();
        listeners.close = Listeners.and(listeners.close, listener);
        return this;
    }

    @Override
    public NetSocket onDrain(Runnable listener) {
        checkThread();
        transport.onDrain(listener);
        return this;
    }

    /**
     * The peer left while it was not read, because the socket is paused, or because what it sent
     * has no taker. {@code listener} gets null after the peer's FIN, ECONNRESET after its reset, at
     * most once. What the peer had sent is not lost: after {@link #resume} it comes, then the end
     * or the error as always. While the socket is read the end tells the same, and this is not
     * told. The driver {@code nio} never tells it.
     *
     * <p>Only {@link #pause} keeps a socket so. Where there is no listener, or a destination of
     * {@code pipeTo} is full, a reset destroys it; where there is no listener, and none is left of
     * its destinations, the peer's FIN does once our side has finished as well.
     */
    public NetSocket onPeerClosed(Consumer<? super @Nullable IOException> listener) {
        checkThread();
        listeners.peerClosed = Listeners.once(listeners.peerClosed, listener, "onPeerClosed");
        return this;
    }

    /**
     * The source of {@link #bufferSource} had no buffer: {@code listener} gets ENOBUFS, and the
     * socket is paused until {@link #resume}.
     */
    public NetSocket onNoBuffer(Consumer<? super IOException> listener) {
        checkThread();
        listeners.noBuffer = Listeners.once(listeners.noBuffer, listener, "onNoBuffer");
        return this;
    }

    /** Our last byte was handed to the kernel, after {@link #end}. */
    public NetSocket onFinish(Runnable listener) {
        checkThread();
        transport.onFinish(listener);
        return this;
    }

    @Override
    public void piped(StreamPipe pipe) {
        checkThread();
        transport.piped(pipe);
    }

    /**
     * Puts {@code filter} between this socket and the wire, at once or in mid-stream. What was
     * written before goes out unfiltered. What was received before and not taken belongs to the
     * filter; inside a listener of {@code onBytes} or {@code onFrames} that is what it leaves.
     *
     * <p>Until the filter is ready a connection of ours counts as connecting, and writes wait. A
     * socket that is destroyed does not take it any more.
     *
     * @throws IllegalStateException if there is a filter already, or after {@link #end}
     */
    public NetSocket filter(Filter filter) {
        checkThread();
        transport.filter(filter);
        return this;
    }

    /** Without a filter, and on the driver epoll. */
    @Override
    public @Nullable RegionWriter regions() {
        checkThread();
        return transport.regions();
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
        checkThread();
        return transport.write(buffer, callback);
    }

    /** As the other {@code write}; {@code callback} gets null when the kernel has the bytes. */
    public boolean write(
            byte[] array,
            int offset,
            int length,
            @Nullable Consumer<? super @Nullable IOException> callback) {
        checkThread();
        return transport.write(array, offset, length, callback);
    }

    /**
     * Hands the kernel what it takes at once, and queues nothing.
     *
     * @return how many bytes that were: 0 before the connection stands, while something waits, when
     *     the kernel is full, behind a filter, and when the socket is destroyed or was ended
     */
    public int tryWrite(byte[] array, int offset, int length) {
        checkThread();
        return transport.admit(null) ? transport.tryWrite(array, offset, length) : 0;
    }

    @Override
    public void end() {
        checkThread();
        transport.end();
    }

    @Override
    public void destroy() {
        destroy(null);
    }

    /** As {@link #destroy()}. */
    @Override
    public void close() {
        destroy(null);
    }

    /** Destroys the socket with an error for {@link #onError}, or null; the first call counts. */
    public void destroy(@Nullable IOException error) {
        if (!isDestroyed()) {
            life = SocketLife.DESTROYED;
            failure = error;
            transport.tearDown(error);
        }
    }

    /** A listener threw: the socket is destroyed with it, and never without a word. */
    void thrown(Throwable thrown) {
        destroy(listeners.thrown(thrown, isDestroyed(), isOurs));
    }

    /**
     * Destroys the socket with a reset, so that the peer sees ECONNRESET; unsent bytes are thrown
     * away. A Unix socket has no reset: it is destroyed, and the peer sees the end.
     */
    @Override
    public void reset() {
        handle.reset();
        destroy();
    }

    /**
     * Ends the socket, and destroys it as soon as the kernel has the last byte: what the peer still
     * sends, its end included, is not waited for. A peer that has sent bytes that were not read can
     * meet a reset before it has read all of ours (close(2)).
     *
     * {@snippet class="dev.millrace.net.SocketExamplesTest" region="destroySoon"}
     */
    public void destroySoon() {
        checkThread();
        transport.destroySoon();
    }

    /** The closing phase: error, then close. */
    void closed() {
        life = SocketLife.CLOSED;
        transport.closed(failure);
    }

    /** As {@link #handOver(ByteBuffer)}, by an owner that has consumed all that it took. */
    public NetSocket handOver() {
        return handOver(ByteBuffer.allocate(0));
    }

    /**
     * Passes the socket to a new owner, for an upgrade of the protocol for instance. All listeners
     * are gone, and the new owner registers its own.
     *
     * <p>No byte is lost, wherever the input was cut: the new owner gets what remains in {@code
     * unread}, then what was received and not taken, then what is still to come. Inside a listener
     * of {@code onBytes} that includes the part of the chunk that the listener does not take;
     * inside one of {@code onFrames}, what follows the frame. Writes under way go out in order, and
     * their callbacks are told. A paused socket stays paused, an ended side stays ended. The peer's
     * end is told to the new owner even if the old one was told; it waits until there is a listener
     * for bytes or for the end, or {@link #resume} is called.
     *
     * {@snippet class="dev.millrace.net.SocketExamplesTest" region="handOver"}
     *
     * @param unread what the old owner took and has not consumed; it is copied
     * @return this socket
     * @throws IllegalStateException if it is closed, or a pipe from or to it is not over yet
     */
    public NetSocket handOver(ByteBuffer unread) {
        checkThread();
        life.checkHandOver(inbound.isPiped() || transport.isPiped());
        inbound.handOver(unread);
        transport.handOver();
        listeners.handOver(this);
        return this;
    }

    /**
     * This socket for threads that block, virtual ones above all: the view is its new owner, as
     * {@link #handOver()} has it, and may be used on any thread but the loop's. It reads at once, a
     * paused socket too, and allows half-open connections: the peer's end is the end of its input,
     * and no more.
     *
     * {@snippet class="dev.millrace.net.BlockingExamplesTest" region="blocking"}
     *
     * @throws IllegalStateException if the socket is closed, or a pipe from or to it is not over
     */
    public BlockingSocket blocking() {
        checkThread();
        return new BlockingSocket(this);
    }

    /**
     * What of this socket concerns descriptors: a Unix socket as their way, or this one as what
     * travels. {@code MessageChannel} of {@code ipc} is made of it.
     */
    public SocketDescriptors descriptors() {
        checkThread();
        return new SocketDescriptors(this);
    }

    /**
     * What of this socket concerns TLS: what its handshake has agreed on, and the change to TLS in
     * mid-stream (STARTTLS).
     */
    public SocketTls tls() {
        checkThread();
        return new SocketTls(this);
    }

    @Override
    protected ReadSide readSide() {
        checkThread();
        return inbound;
    }

    @Override
    protected NetSocket self() {
        return this;
    }

    private void checkThread() {
        handle.loop().checkThread();
    }

    /**
     * Its number in what {@link dev.millrace.observe.LoopObserver} is told, and in {@code
     * toString()} once it was given; unique in the process.
     */
    @Override
    public long id() {
        checkThread();
        return listeners.id();
    }

    /** The loop it belongs to. */
    public Loop loop() {
        return handle.loop();
    }

    /** Lets the socket keep its loop alive while it reads, which is the default. */
    public NetSocket ref() {
        handle.ref();
        return this;
    }

    /**
     * Stops the socket from keeping its loop alive, also before it is connected. What is under way,
     * a connection that is being made or a write, still does.
     */
    public NetSocket unref() {
        handle.unref();
        return this;
    }

    /** Whether bytes can still arrive. */
    public boolean isReadable() {
        return handle.isReadable();
    }

    /** Bytes written that the kernel has not taken yet, those that a filter holds included. */
    public long queuedBytes() {
        return transport.queuedBytes();
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

    /**
     * The peer's address; empty before the connection stands and after it is over. Behind a
     * balancer that tells it ({@link ProxyProtocol}) the client's, which stays known.
     */
    public Optional<Address> remoteAddress() {
        return Optional.ofNullable(transport.remoteAddress());
    }

    /**
     * The address of the socket at the other end, be it a balancer's; otherwise as {@link
     * #remoteAddress}.
     */
    public Optional<Address> peerAddress() {
        return Optional.ofNullable(handle.remoteAddress());
    }

    /**
     * What the balancer before a server has said of this connection: its addresses, TLS, names.
     * Empty without {@link NetServerOptions#proxyProtocol}.
     *
     * {@snippet class="dev.millrace.net.ProxyProtocolExamplesTest" region="proxyHeader"}
     */
    public Optional<ProxyHeader> proxyHeader() {
        checkThread();
        return Optional.ofNullable(transport.proxyHeader());
    }

    /** Sends segments at once (TCP_NODELAY), or waits for more. */
    public NetSocket noDelay(boolean noDelay) {
        handle.option(KernelOption.NO_DELAY, noDelay ? 1 : 0);
        return this;
    }

    /** Probes the peer while the connection is idle; a Unix socket has no need of it. */
    public NetSocket keepAlive(KeepAlive settings) {
        handle.keepAlive(settings);
        return this;
    }

    /** Switches keep-alive off, as it is by default; the timing stays. */
    public NetSocket keepAliveOff() {
        handle.keepAliveOff();
        return this;
    }

    /**
     * Tells {@code listener} when no byte went either way for so long (a millisecond at least),
     * once for each idle stretch, also while the connection is being made. It only tells: the
     * listener ends the socket, or doesn't. It never keeps the loop alive. A further call takes the
     * place of the one before; zero is {@link #timeoutOff}. Exact whatever the loop's callbacks
     * cost, and free of cost for a message.
     *
     * {@snippet class="dev.millrace.net.SocketExamplesTest" region="timeout"}
     *
     * @throws IllegalArgumentException if {@code idle} is negative
     */
    public NetSocket timeout(Duration idle, Runnable listener) {
        checkThread();
        listeners.idle(IdleTimeout.of(this, idle, listener));
        return this;
    }

    /** Removes the idle timeout, as it is by default. */
    public NetSocket timeoutOff() {
        return timeout(Duration.ZERO, () -> {});
    }

    /** How much may wait to be written. */
    public WriteLimit writeLimit() {
        return transport.writeLimit();
    }

    /** Sets how much may wait to be written, and what becomes of more. */
    public NetSocket writeLimit(WriteLimit limit) {
        checkThread();
        transport.writeLimit(Objects.requireNonNull(limit, "limit"));
        return this;
    }

    /**
     * For experts: received bytes go to buffers of {@code source} instead of the loop's one array,
     * and {@code onBytes} gets them there; null: as before. When it has none, the socket is paused
     * and {@link #onNoBuffer} is told; nothing is lost.
     */
    public NetSocket bufferSource(@Nullable BufferSource source) {
        handle.bufferSource(source);
        return this;
    }

    /** Whether the connection is still being made. */
    public boolean isConnecting() {
        checkThread();
        return life == SocketLife.CONNECTING;
    }

    /** Whether bytes can be written to the connection. */
    public boolean isWritable() {
        return handle.isWritable() && transport.isOpen();
    }

    /** Whether it is over. */
    public boolean isDestroyed() {
        checkThread();
        return life.isOver();
    }

    /** Whether an error ended it. */
    public boolean hadError() {
        checkThread();
        return failure != null;
    }

    /**
     * One line for a log: {@code NetSocket[open, 127.0.0.1:4000 -> 127.0.0.1:8080, read 5 B,
     * written 0 B, queued 0 B]}. An address is there once the program has connected to it or asked
     * for it: the kernel is not asked. Any thread, any state.
     */
    @Override
    public String toString() {
        return life.text(listeners.idText(), handle);
    }
}
