package dev.millrace.loop;

import dev.millrace.driver.Port;
import dev.millrace.kernel.Address;
import dev.millrace.kernel.SystemError;
import dev.millrace.sys.Errno;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A connected byte stream, or one that is going to be: TCP or a Unix socket, by its address.
 * Authors of protocols use it through {@code net}'s sockets; this is the layer that libuv's users
 * know.
 *
 * <pre>
 *   created ──connect──▶ connecting ──▶ connected ──shutdown──▶ write side over ──close──▶ closed
 *              accepted connections start here ───┘
 * </pre>
 *
 * Loop thread only. Operating errors arrive by callback, never from inside the call that meets them
 * (row R9).
 */
public final class StreamHandle extends AdjustableStream {
    private final WriteBacklog outbox = new WriteBacklog(this);
    private @Nullable Port port;
    private StreamEvents events;
    private boolean isConnected;
    private boolean isReading;
    private boolean isEnded;
    private boolean isBroken;
    private long bytesRead;
    private HandleKind kind = HandleKind.UNKNOWN;

    /** A stream without a socket; {@link #connect} makes one (row C9). */
    public StreamHandle(Loop loop, StreamEvents events) {
        super(loop);
        this.events = Objects.requireNonNull(events, "events");
    }

    /** A stream on a connection that was accepted; its owner takes it with {@link #owner}. */
    StreamHandle(Loop loop, Port port) {
        super(loop);
        this.events = new UnownedStream(this);
        this.isConnected = true;
        attach(port);
    }

    void attach(Port opened) {
        port = opened;
        opened.attach(this);
    }

    /**
     * Makes a stream of a descriptor that somebody else opened: a connected socket, a pipe, a
     * terminal (row B11). It belongs to the stream from now on; the flags of its description, which
     * others may share, stay as they are. A write end of a pipe can't be read, and the other way
     * round. Standard input, output and error are never closed.
     *
     * @throws IOException EBUSY if the stream has a descriptor already, or connects; EEXIST if the
     *     loop has this one; EINVAL for one that is no stream; otherwise as {@link
     *     dev.millrace.driver.Driver#open}. The descriptor is still the caller's then
     * @throws UnsupportedOperationException if the loop's driver can't do it
     */
    public void open(int descriptor) throws IOException {
        loop.checkThread();
        if (port != null || isConnecting() || isClosing()) {
            throw SystemError.of(Errno.EBUSY, "open");
        }
        OpenedStream opened = OpenedStream.of(loop.driver, descriptor, isChannel());
        kind = opened.kind();
        attach(opened.port());
        StreamSetup setup = setupOrNull();
        if (setup != null) {
            setup.apply(opened.port());
        }
        stands();
    }

    /** TCP, UNIX, PIPE or TERMINAL; asked for the first time after closing, UNKNOWN. */
    @Override
    public HandleKind kind() {
        if (kind == HandleKind.UNKNOWN) {
            kind = HandleKind.of(localAddress());
        }
        return kind;
    }

    /** A connect that failed leaves a socket of no use; a further attempt brings its own. */
    void detach() {
        if (port != null) {
            loop.driver.close(port);
            port = null;
        }
    }

    /** Sets who owns an accepted stream. */
    public void owner(StreamEvents owner) {
        loop.checkThread();
        this.events = Objects.requireNonNull(owner, "owner");
    }

    /**
     * Connects to {@code peer}. Bytes written before are sent once the connection stands (row H14).
     * After a failure it may be tried again.
     *
     * @throws IllegalStateException if the stream is connected, connecting or closed
     */
    public void connect(Address peer, Request request) {
        loop.checkThread();
        if (isConnecting() || isConnected || isClosing()) {
            throw new IllegalStateException(
                    isClosing()
                            ? "the stream is closed"
                            : isConnected ? "already connected" : "already connecting");
        }
        setup().connect(peer, request);
    }

    /**
     * Gives up on the connect under way: its request ends with ETIMEDOUT, soon (row X66). Without
     * one it does nothing.
     */
    public void abandonConnect() {
        loop.checkThread();
        StreamSetup setup = setupOrNull();
        if (setup != null && !isClosing()) {
            setup.abandon();
        }
    }

    private boolean isConnecting() {
        StreamSetup setup = setupOrNull();
        return setup != null && setup.isConnecting();
    }

    /** The request of the connect under way, which is over thereby. */
    private @Nullable Request takeConnect() {
        StreamSetup setup = setupOrNull();
        return setup == null ? null : setup.takeRequest();
    }

    @Override
    public void onConnect(int errno) {
        Request request = takeConnect();
        if (request == null) {
            return;
        }
        isConnected = errno == 0;
        request.end(errno);
        if (isConnected && !isClosing()) {
            stands();
        }
    }

    /** What was asked for before there was a connection comes true. */
    private void stands() {
        isConnected = true;
        if (isReading) {
            loop.driver.readStart(port());
        }
        outbox.connected();
    }

    /** Reports what arrives, from now on (row E1). */
    public void readStart() {
        loop.checkThread();
        if (!isReading && !isEnded && !isClosing()) {
            isReading = true;
            setActive(true);
            if (isConnected) {
                loop.driver.readStart(port());
            }
        }
    }

    /** Reports nothing more; takes effect at once, also inside {@code onRead} (row R23). */
    public void readStop() {
        loop.checkThread();
        if (isReading) {
            isReading = false;
            setActive(false);
            if (isConnected) {
                loop.driver.readStop(port());
            }
        }
    }

    @Override
    public void onRead(byte[] array, int offset, int length) {
        bytesRead += length;
        events.onRead(array, offset, length);
    }

    @Override
    public void onEnd() {
        readOver();
        events.onEnd();
    }

    @Override
    public void onReadError(int errno) {
        readOver();
        isBroken = true;
        events.onError(error(errno, "read"));
    }

    @Override
    public void onPeerClosed(int errno) {
        events.onPeerClosed(errno == 0 ? null : error(errno, "read"));
    }

    @Override
    public void onNoBuffer() {
        isReading = false;
        setActive(false);
        events.onNoBuffer(error(Errno.ENOBUFS, "read"));
    }

    private void readOver() {
        isEnded = true;
        isReading = false;
        setActive(false);
    }

    /**
     * Writes bytes that the caller may reuse at once. Small writes of one callback leave in one
     * send (row F2).
     *
     * @param request told when the bytes were handed to the kernel, or why not; null if nobody
     *     wants to know
     * @return false if none of them were taken: beyond the {@link #writeLimit}, or writing failed
     * @throws IllegalStateException after {@link #shutdown} or {@link #close}
     */
    public boolean write(byte[] array, int offset, int length, @Nullable Request request) {
        loop.checkThread();
        return outbox.write(array, offset, length, true, request);
    }

    /**
     * As {@link #write}, of bytes that nobody changes any more: what the kernel does not take at
     * once is not copied, unless it is little (up to 4 KiB). The array is the stream's until {@code
     * request} is told that they were handed over; after an error until {@link #close}.
     */
    public boolean writeOwned(byte[] array, int offset, int length, @Nullable Request request) {
        loop.checkThread();
        return outbox.write(array, offset, length, false, request);
    }

    /**
     * Hands the kernel what it takes at once, and queues nothing (row F3).
     *
     * @return how many bytes that were: 0 where libuv says EAGAIN, because there is no connection
     *     yet, or something waits already, or the kernel is full; and when it failed, which {@link
     *     StreamEvents#onError} tells
     * @throws IllegalStateException after {@link #shutdown} or {@link #close}
     */
    public int tryWrite(byte[] array, int offset, int length) {
        loop.checkThread();
        return outbox.tryWrite(array, offset, length);
    }

    @Override
    public void onWritten(int errno) {
        outbox.written(errno);
    }

    /**
     * Tells {@link StreamEvents#onDrained} once, when all bytes written so far were handed to the
     * kernel.
     */
    public void notifyDrained() {
        loop.checkThread();
        outbox.notifyDrained();
    }

    /**
     * Ends the write side: FIN follows the last byte (row F8). A second call's request ends with
     * ENOTCONN.
     */
    public void shutdown(Request request) {
        loop.checkThread();
        outbox.shutdown(request, !isClosing() && (isConnected || isConnecting()));
    }

    /** Bytes written but not handed to the kernel yet. */
    public long queuedBytes() {
        return outbox.queuedBytes();
    }

    /** Bytes received so far; survives {@link #close} (row E9). */
    public long bytesRead() {
        return bytesRead;
    }

    /** Bytes written so far, those that are still queued included. */
    public long bytesWritten() {
        return outbox.bytesAccepted();
    }

    /** Whether a connection stands, or stood until {@link #close}. */
    public boolean isConnected() {
        return isConnected;
    }

    /** Whether bytes can still arrive (row B8). */
    public boolean isReadable() {
        return isConnected && !isEnded && !isClosing();
    }

    /** Whether bytes can be written (row B8). */
    public boolean isWritable() {
        return isConnected && outbox.isOpen() && !isBroken && !isClosing();
    }

    /** The local address, or null when there is no socket (any more). */
    public @Nullable Address localAddress() {
        return port == null || isClosing() ? null : loop.driver.localAddress(port);
    }

    /** The peer's address, or null when no connection stands (any more). */
    public @Nullable Address remoteAddress() {
        return isConnected && !isClosing() ? loop.driver.remoteAddress(port()) : null;
    }

    /** Closes with a reset: unsent bytes are thrown away and the peer sees ECONNRESET. */
    public void reset() {
        loop.checkThread();
        if (port != null && !isClosing()) {
            // First, or close() would flush them into a descriptor number that may be another's by
            // then.
            loop.gather().discard(outbox);
            loop.driver.reset(port);
        }
        close();
    }

    @Override
    void release() {
        if (loop.gather().holds(outbox)) {
            loop.gather().flush();
        }
        isReading = false;
        if (port != null) {
            loop.driver.close(port);
        }
        super.release();
    }

    @Override
    void cancel() {
        Request request = takeConnect();
        if (request != null) {
            request.end(Errno.ECANCELED);
        }
        outbox.cancel();
    }

    @Override
    public void failed(Throwable thrown) {
        thrown(thrown);
    }

    @Override
    void thrown(Throwable thrown) {
        events.onThrown(thrown);
    }

    @Override
    IOException error(int errno, String syscall) {
        StreamSetup setup = setupOrNull();
        return setup == null ? SystemError.of(errno, syscall) : setup.error(errno, syscall);
    }

    @Override
    StreamHandle self() {
        return this;
    }

    WriteBacklog outbox() {
        return outbox;
    }

    StreamEvents events() {
        return events;
    }

    Port port() {
        return Objects.requireNonNull(port, "no socket yet");
    }

    @Nullable Port portOrNull() {
        return port;
    }
}
