package dev.millrace.net;

import dev.millrace.dns.NameLookup;
import dev.millrace.kernel.Address;
import dev.millrace.kernel.UnixAddress;
import dev.millrace.loop.Loop;
import dev.millrace.loop.StreamHandle;
import dev.millrace.stream.Filter;
import dev.millrace.stream.ReadSide;
import dev.millrace.stream.StreamPipe;
import dev.millrace.stream.WriteStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
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
public final class NetSocket extends KernelSocket implements WriteStream {
    private final Loop loop;
    private final SocketWires wires;
    private final StreamHandle handle;
    private final ReadSide read;
    private final NetSocketOptions options;
    private final SocketListeners listeners = new SocketListeners();
    private @Nullable IOException failure;
    private final boolean isOurs;
    private boolean isConnecting;
    private boolean isEnding;
    private boolean isEndedByPeer;
    private boolean isFinished;
    private boolean isDestroyed;

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
        this.wires = new SocketWires(this);
        this.handle = accepted == null ? new StreamHandle(loop, wires) : accepted;
        this.read = new ReadSide(wires);
        handle.owner(wires);
        handle.onClose(this::closed);
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
        if (!isDestroyed) {
            new ConnectAttempts(handle, addresses, options, this::connectEnded).start();
        }
    }

    private void connectEnded(@Nullable IOException error) {
        if (isDestroyed) {
            return;
        }
        if (error != null) {
            destroy(error);
            return;
        }
        wires.connected();
    }

    /** The connection stands, and the filter, if there is one, is ready. */
    void opened() {
        isConnecting = false;
        listeners.tellConnected(this);
        if (!isDestroyed) {
            wires.endIfDue();
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
        listeners.drain = ReadSide.once(listeners.drain, listener, "onDrain");
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
        listeners.finish = ReadSide.once(listeners.finish, listener, "onFinish");
        return this;
    }

    @Override
    public void piped(StreamPipe pipe) {
        loop.checkThread();
        wires.piped(pipe);
    }

    /**
     * Puts {@code filter} between this socket and the wire, at once or in mid-stream. What was
     * written before goes out unfiltered. What was received before and not taken belongs to the
     * filter; inside a listener of {@code onBytes} or {@code onFrames} that is what it leaves.
     *
     * <p>Until the filter is ready a connection of ours counts as connecting, and writes wait.
     *
     * @throws IllegalStateException if there is a filter already, or after {@link #end}
     */
    public NetSocket filter(Filter filter) {
        loop.checkThread();
        if (isEnding) {
            throw new IllegalStateException("a filter after end");
        }
        wires.filter(filter);
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
        if (isRefused(callback)) {
            return false;
        }
        return wires.mayGoOn(wires.writeOwned(buffer, callback));
    }

    /** As the other {@code write}; {@code callback} gets null when the kernel has the bytes. */
    public boolean write(
            byte[] array,
            int offset,
            int length,
            @Nullable Consumer<? super @Nullable IOException> callback) {
        if (isRefused(callback)) {
            return false;
        }
        return wires.mayGoOn(wires.write(array, offset, length, callback));
    }

    /**
     * Hands the kernel what it takes at once, and queues nothing (row F3).
     *
     * @return how many bytes that were: 0 before the connection stands, while something waits, when
     *     the kernel is full, behind a filter, and when the socket is destroyed
     * @throws IllegalStateException after {@link #end}
     */
    public int tryWrite(byte[] array, int offset, int length) {
        return isRefused(null) ? 0 : wires.tryWrite(array, offset, length);
    }

    /** After end() a write is the caller's mistake; it fails where that is the peer's doing. */
    private boolean isRefused(@Nullable Consumer<? super @Nullable IOException> callback) {
        loop.checkThread();
        if (isEndedByPeer) {
            destroy(SocketWires.endedByPeer());
        }
        if (isDestroyed && callback != null) {
            loop.nextTick(
                    () -> callback.accept(new IOException("write after the socket was destroyed")));
        }
        if (isEnding && !isDestroyed) {
            throw new IllegalStateException("write after end (ERR_STREAM_WRITE_AFTER_END)");
        }
        return isDestroyed;
    }

    @Override
    public void end() {
        loop.checkThread();
        if (!isEnding && !isDestroyed) {
            isEnding = true;
            wires.end();
        }
    }

    /** The last byte and FIN were handed to the kernel, or could not be. */
    void finished() {
        if (isDestroyed) {
            return;
        }
        isFinished = true;
        SocketListeners.tell(listeners.finish);
        if (read.isEnded()) {
            destroy();
        }
    }

    /** The reader has been told the end. */
    void ended() {
        if (!options.allowHalfOpen() && !isEnding) {
            end();
            isEndedByPeer = true;
        }
        if (isFinished) {
            destroy();
        }
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
        if (!isDestroyed) {
            isDestroyed = true;
            failure = error;
            handle.close();
            wires.destroyed();
            listeners.tellDestroyed(this);
            // Last: it destroys what a pipeline leads to, which may be a user's own and throw.
            read.destroy();
        }
    }

    /** A listener threw: the socket is destroyed with it, and never without a word. */
    void thrown(Throwable thrown) {
        if (isDestroyed) {
            listeners.logAfterClose(thrown);
        } else {
            listeners.thrown(thrown, isOurs);
        }
        destroy(new IOException("a listener of the socket threw " + thrown, thrown));
    }

    /** Destroys the socket with a reset, so that the peer sees ECONNRESET. */
    public void reset() {
        loop.checkThread();
        if (!isDestroyed) {
            handle.reset();
            destroy();
        }
    }

    /** The closing phase: error, then close (row R12). */
    private void closed() {
        wires.closed(failure);
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

    /** Where the wires deliver to. */
    ReadSide inbound() {
        return read;
    }

    @Override
    StreamHandle handle() {
        return handle;
    }

    @Override
    SocketWires wires() {
        return wires;
    }

    /** Whether the connection is still being made. */
    public boolean isConnecting() {
        return isConnecting;
    }

    /** Whether bytes can be written to the connection. */
    public boolean isWritable() {
        return handle.isWritable() && !isEnding;
    }

    /** Whether it is over. */
    public boolean isDestroyed() {
        return isDestroyed;
    }

    /** Whether an error ended it (row R12). */
    public boolean hadError() {
        return failure != null;
    }
}
