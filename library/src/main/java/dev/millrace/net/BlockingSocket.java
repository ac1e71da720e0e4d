package dev.millrace.net;

import dev.millrace.kernel.Address;
import dev.millrace.loop.Loop;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * A connection for threads that block, as {@link java.net.Socket} is one: the third face of a
 * {@link NetSocket}, made by {@link NetSocket#blocking}. Meant for virtual threads, of which each
 * connection can have its own; the loop does all that concerns the kernel, so none of them is ever
 * pinned by it.
 *
 * {@snippet class="dev.millrace.net.BlockingExamplesTest" region="echo"}
 *
 * <p>Any thread but the loop's may use it, several at once too: one that reads and one that writes
 * do not meet, and a write comes whole before that of another thread. The loop lives on until it is
 * closed.
 *
 * <p>Memory is bounded: 64 KiB wait to be read at most before the peer is slowed down, and a write
 * waits where more than 64 KiB wait to be taken by the loop. A write that has returned is on its
 * way, as with a JDK socket; a failure that comes later is told by the next write, flush or read.
 * What came before a failure, or before the peer's end, is read first.
 *
 * <p>What ends a wait:
 *
 * <ul>
 *   <li>{@link #close} or {@link #reset} by another thread: {@link java.net.SocketException}
 *       ("Socket closed")
 *   <li>an interrupt: {@link java.io.InterruptedIOException} ("interrupted while reading"). The
 *       thread stays interrupted and the socket open; what can be done without a wait goes on
 *   <li>{@link #readTimeout} or {@link #writeTimeout}: {@link java.net.SocketTimeoutException},
 *       which is an {@code InterruptedIOException} too, so it has to be caught first. The socket
 *       stays open
 *   <li>the socket's failure: an {@link IOException} of its kind with its code, for instance {@code
 *       ECONNRESET}
 * </ul>
 */
public final class BlockingSocket implements AutoCloseable {
    private final BlockingBridge bridge;
    private final InputStream input;
    private final OutputStream output;

    BlockingSocket(NetSocket socket) {
        this.bridge = new BlockingBridge(socket);
        this.input = new BlockingInput(bridge);
        this.output = new BlockingOutput(bridge);
    }

    /**
     * Waits for a connection to {@code port} of {@code host}, a name or an IP literal, made by
     * {@code loop}, which has to run. An interrupt gives it up.
     *
     * {@snippet class="dev.millrace.net.BlockingExamplesTest" region="connect"}
     *
     * @throws IllegalStateException on the loop's own thread
     */
    public static BlockingSocket connect(Loop loop, int port, String host) throws IOException {
        return connect(loop, port, host, NetSocketOptions.DEFAULTS);
    }

    /** As {@link #connect(Loop, int, String)}, with options. */
    public static BlockingSocket connect(Loop loop, int port, String host, NetSocketOptions options)
            throws IOException {
        return BlockingConnect.of(loop, () -> NetSocket.connect(loop, port, host, options));
    }

    /** Waits for a connection to {@code address}, TCP or Unix. */
    public static BlockingSocket connect(Loop loop, Address address) throws IOException {
        return connect(loop, address, NetSocketOptions.DEFAULTS);
    }

    /** As {@link #connect(Loop, Address)}, with options. */
    public static BlockingSocket connect(Loop loop, Address address, NetSocketOptions options)
            throws IOException {
        return BlockingConnect.of(loop, () -> NetSocket.connect(loop, address, options));
    }

    /**
     * A connection listener for {@link NetServer} that serves each connection on a virtual thread
     * of its own.
     *
     * <p>The connection is closed when {@code handler} returns, and reset when it throws. A failure
     * of the connection itself, a time-out and an {@link java.io.EOFException} are expected there;
     * any other exception goes to the socket's error listener, or else to the log.
     *
     * {@snippet class="dev.millrace.net.BlockingExamplesTest" region="echo"}
     */
    public static Consumer<NetSocket> onVirtualThreads(BlockingHandler handler) {
        Objects.requireNonNull(handler, "handler");
        return socket -> {
            BlockingSocket view = socket.blocking();
            Thread.startVirtualThread(() -> view.serve(handler));
        };
    }

    private void serve(BlockingHandler handler) {
        try {
            handler.serve(this);
            close();
        } catch (Throwable thrown) {
            bridge.fail(thrown);
        }
    }

    /** What the peer sends; to close it is to {@link #close} the socket. Always the same object. */
    public InputStream inputStream() {
        return input;
    }

    /**
     * What the peer gets; to close it is to {@link #close} the socket. Always the same object.
     *
     * <p>It does not gather: many small writes are better put into a {@link
     * java.io.BufferedOutputStream}, and flushed.
     */
    public OutputStream outputStream() {
        return output;
    }

    /**
     * How long one read may wait; zero, which is the default, is without limit. What a read waits
     * for already keeps its limit.
     *
     * {@snippet class="dev.millrace.net.BlockingExamplesTest" region="timeout"}
     */
    public BlockingSocket readTimeout(Duration timeout) {
        bridge.inbox.timeout(timeout);
        return this;
    }

    /**
     * How long one write may wait in all; zero, which is the default, is without limit. {@link
     * java.io.InterruptedIOException#bytesTransferred} says how much of it went out.
     */
    public BlockingSocket writeTimeout(Duration timeout) {
        bridge.outbox.timeout(timeout);
        return this;
    }

    /** Ends our side behind what was written; reading goes on. Idempotent, any thread. */
    public void shutdownOutput() {
        bridge.outbox.end();
        bridge.wake();
    }

    /**
     * Closes the socket, and waits for nothing: threads inside a read or a write get an exception
     * at once. What was written still goes out, unless the peer takes nothing of it for 60 s; what
     * was not read is thrown away. Idempotent, any thread, the loop's too.
     */
    @Override
    public void close() {
        bridge.close();
    }

    /**
     * As {@link #close}, but what was written is thrown away and the peer can tell: it sees
     * ECONNRESET, or the end on a Unix socket.
     */
    public void reset() {
        bridge.reset();
    }

    /**
     * The socket behind it, on its loop's thread: for its addresses, its options, and listeners of
     * its error and its close. Its data belongs to this view.
     */
    public NetSocket socket() {
        return bridge.socket;
    }

    /** One line for a log, that of its socket. Any thread, any state. */
    @Override
    public String toString() {
        return "BlockingSocket[" + bridge.socket + "]";
    }
}
