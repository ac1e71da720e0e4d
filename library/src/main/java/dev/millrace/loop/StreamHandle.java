package dev.millrace.loop;

import dev.millrace.driver.Port;
import dev.millrace.kernel.Address;
import dev.millrace.kernel.BufferSource;
import dev.millrace.kernel.KeepAlive;
import dev.millrace.kernel.KernelOption;
import dev.millrace.kernel.SystemError;
import dev.millrace.stream.Region;
import dev.millrace.stream.WriteLimit;
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
 * Loop thread only. Operating errors arrive by callback, never from inside the call that meets
 * them.
 *
 * {@snippet class="dev.millrace.loop.StreamHandleExamplesTest" region="connect"}
 */
public final class StreamHandle extends Handle {
    private final StreamReceiver receiver;
    private final StreamWriteBacklog backlog = new StreamWriteBacklog(this);

    /** The driver's end of the socket; null while there is none. */
    private @Nullable Port port;

    /** What was chosen for the socket; null for one with nothing chosen. */
    private @Nullable StreamSetup setup;

    /** It was asked for {@link #progressNanos}. */
    private boolean notesProgress;

    private long progressNanos;

    /** A connection stands, or stood until the stream was closed. */
    boolean isConnected;

    /** The last answers of {@link #localAddress} and {@link #remoteAddress}: to be shown. */
    private @Nullable Address shownLocal;

    private @Nullable Address shownRemote;

    /** Remembered, as a closed socket can't be asked any more. */
    private HandleKind kind = HandleKind.UNKNOWN;

    /** A stream without a socket; {@link #connect} makes one. */
    public StreamHandle(Loop loop, StreamEvents events) {
        super(loop);
        this.receiver = new StreamReceiver(this, Objects.requireNonNull(events, "events"));
    }

    /** A stream on a connection that was accepted; its owner takes it with {@link #owner}. */
    StreamHandle(Loop loop, Port port) {
        super(loop);
        this.receiver = new StreamReceiver(this, new StreamReceiver.WithoutOwner(this));
        this.isConnected = true;
        attach(port);
    }

    void attach(Port opened) {
        port = opened;
        opened.attach(receiver);
    }

    /**
     * Makes a stream of a descriptor that was opened elsewhere: a connected socket, a pipe, a
     * terminal. It belongs to the stream from now on; the flags of its description, which others
     * may share, stay as they are. A write end of a pipe can't be read, and the other way round.
     * Standard input, output and error are never closed.
     *
     * @throws IOException EBUSY if the stream has a descriptor already, or connects; EEXIST if the
     *     loop has this one; EINVAL for one that is no stream; EBADF; EPERM for a regular file;
     *     ENOTCONN for a socket without a connection; EINVAL or what open(2) says for what blocks
     *     and has no other way. The descriptor is still the caller's then
     * @throws UnsupportedOperationException if the loop's driver can't do it
     */
    public void open(int descriptor) throws IOException {
        loop.checkThread();
        setup().adopt(descriptor);
    }

    /** The connection of {@code opened} is this stream's from now on. */
    void stands(Port opened, HandleKind ofOpened) {
        kind = ofOpened;
        attach(opened);
        setup().apply(opened);
        stands();
    }

    /** TCP, UNIX, PIPE or TERMINAL; asked for the first time after closing, UNKNOWN. */
    @Override
    HandleKind ownKind() {
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
        receiver.events(owner);
    }

    /**
     * Connects to {@code peer}. Bytes written before are sent once the connection stands. After a
     * failure it may be tried again.
     *
     * @throws IllegalStateException if the stream is connected, connecting or closed
     */
    public void connect(Address peer, Request request) {
        loop.checkThread();
        setup().connect(peer, request);
        shownRemote = peer;
    }

    /**
     * Gives up on the connect under way: its request ends with ETIMEDOUT, soon. Without one it does
     * nothing.
     */
    public void abandonConnect() {
        loop.checkThread();
        if (setup != null && !isClosing) {
            setup.abandon();
        }
    }

    /**
     * Takes the connection of {@code winner}, another stream of this loop, which is closed thereby:
     * of several that race for one purpose this stream keeps the first to stand. What was written
     * to this stream before is sent, and what was chosen for it holds for the connection.
     *
     * {@snippet class="dev.millrace.loop.StreamHandleExamplesTest" region="takeConnection"}
     *
     * @throws IllegalStateException if this stream is connected, connecting, closed or a channel,
     *     or {@code winner} is not connected, is a channel, or was read from or written to already
     */
    public void takeConnection(StreamHandle winner) {
        loop.checkThread();
        setup().take(winner);
    }

    /** Lets go of its socket, and is closed thereby. */
    Port giveAway() {
        Port given = port();
        port = null;
        close();
        return given;
    }

    private boolean isConnecting() {
        return setup != null && setup.isConnecting();
    }

    /** The request of the connect under way, which is over thereby. */
    private @Nullable Request takeConnect() {
        return setup == null ? null : setup.takeRequest();
    }

    /** The connect ended, with {@code errno} or 0. */
    void connectEnded(int errno) {
        Request request = takeConnect();
        if (request == null) {
            return;
        }
        isConnected = errno == 0;
        request.end(errno);
        if (isConnected && !isClosing) {
            stands();
        }
    }

    /** What was asked for before there was a connection comes true. */
    private void stands() {
        isConnected = true;
        if (receiver.isReading()) {
            loop.driver.readStart(port());
        }
        backlog.writable();
    }

    /** Reports what arrives, from now on. */
    public void readStart() {
        loop.checkThread();
        receiver.start();
    }

    /** Reports nothing more; takes effect at once, also inside {@code onRead}. */
    public void readStop() {
        loop.checkThread();
        receiver.stop();
    }

    /**
     * Writes bytes that the caller may reuse at once. Small writes of one callback leave in one
     * send.
     *
     * @param request told when the bytes were handed to the kernel, or why not; null if the caller
     *     need not know
     * @return false if none of them were taken: beyond the {@link #writeLimit}, or writing failed
     * @throws IllegalStateException after {@link #shutdown} or {@link #close}
     */
    public boolean write(byte[] array, int offset, int length, @Nullable Request request) {
        loop.checkThread();
        return backlog.write(array, offset, length, true, request);
    }

    /**
     * As {@link #write}, of bytes that do not change any more: what the kernel does not take at
     * once is not copied, unless it is little (up to 4 KiB). The array is the stream's until {@code
     * request} is told that they were handed over; after an error until {@link #close}.
     */
    public boolean writeOwned(byte[] array, int offset, int length, @Nullable Request request) {
        loop.checkThread();
        return backlog.write(array, offset, length, false, request);
    }

    /**
     * Writes a part of an open file, behind what was written before, without bringing it into the
     * heap (sendfile(2)). It does not count for the {@link #writeLimit}, having no bytes here. A
     * file that is not in memory holds the loop up.
     *
     * @param request told as for {@link #write}; of an error of the file alone, ENODATA or EIO,
     *     what is written behind the region still goes out
     * @return false if that can't be done here, or not now, and nothing was done: on a driver other
     *     than epoll, without a connection, and while another holder of the connection's
     *     description makes it wait
     * @throws IllegalStateException after {@link #shutdown} or {@link #close}
     */
    public boolean write(Region region, Request request) {
        loop.checkThread();
        return backlog.write(region, request);
    }

    /**
     * Hands the kernel what it takes at once, and queues nothing.
     *
     * @return how many bytes that were: 0 where libuv says EAGAIN, because there is no connection
     *     yet, or something waits already, or the kernel is full; and when it failed, which {@link
     *     StreamEvents#onError} tells
     * @throws IllegalStateException after {@link #shutdown} or {@link #close}
     */
    public int tryWrite(byte[] array, int offset, int length) {
        loop.checkThread();
        return backlog.tryWrite(array, offset, length);
    }

    /**
     * Tells {@link StreamEvents#onDrained} once, when all bytes written so far were handed to the
     * kernel.
     */
    public void notifyDrained() {
        loop.checkThread();
        backlog.notifyDrained();
    }

    /**
     * Ends the write side: FIN follows the last byte. A second call's request ends with ENOTCONN.
     */
    public void shutdown(Request request) {
        loop.checkThread();
        backlog.shutdown(request, !isClosing && (isConnected || isConnecting()));
    }

    /** Bytes written but not handed to the kernel yet. */
    public long queuedBytes() {
        loop.checkThread();
        return backlog.queuedBytes();
    }

    /** Bytes received so far; survives {@link #close}. */
    public long bytesRead() {
        loop.checkThread();
        return receiver.bytesRead();
    }

    /** Bytes written so far, those that are still queued included. */
    public long bytesWritten() {
        loop.checkThread();
        return backlog.bytesAccepted();
    }

    /**
     * When bytes last went either way, on the clock of {@link Loop#hrtime}. It is noted from the
     * first call on, which returns its own moment; a stream that is not asked notes nothing.
     */
    public long progressNanos() {
        loop.checkThread();
        if (!notesProgress) {
            notesProgress = true;
            progressNanos = loop.hrtime();
        }
        return progressNanos;
    }

    /** The kernel took bytes, or gave some. */
    void progressed(int bytes) {
        if (notesProgress && bytes > 0) {
            progressNanos = loop.hrtime();
        }
    }

    /** Whether a connection stands, or stood until {@link #close}. */
    public boolean isConnected() {
        loop.checkThread();
        return isConnected;
    }

    /** Whether bytes can still arrive. */
    public boolean isReadable() {
        loop.checkThread();
        return isConnected && !receiver.isOver() && !isClosing;
    }

    /** Whether bytes can be written. */
    public boolean isWritable() {
        loop.checkThread();
        return isConnected && backlog.isOpen() && !receiver.isBroken() && !isClosing;
    }

    /** The local address, or null when there is no socket (any more). */
    public @Nullable Address localAddress() {
        loop.checkThread();
        Address found = port == null || isClosing ? null : loop.driver.localAddress(port);
        shownLocal = found == null ? shownLocal : found;
        return found;
    }

    /** The peer's address, or null when no connection stands (any more). */
    public @Nullable Address remoteAddress() {
        loop.checkThread();
        Address found = isConnected && !isClosing ? loop.driver.remoteAddress(port()) : null;
        shownRemote = found == null ? shownRemote : found;
        return found;
    }

    /**
     * What the kernel knows of the process that made the peer's end of a Unix socket (SO_PEERCRED),
     * as it was then: {@link KernelOption#PEER_PID} or {@link KernelOption#PEER_UID}. Negative
     * where nothing is known, and once it is closed.
     */
    public int peer(KernelOption which) {
        loop.checkThread();
        return port == null || isClosing ? -1 : loop.driver.getOption(port(), which);
    }

    /** Closes with a reset: unsent bytes are thrown away and the peer sees ECONNRESET. */
    public void reset() {
        loop.checkThread();
        if (port != null && !isClosing) {
            // First, or close() would flush them into a descriptor number that may be another's by
            // then.
            loop.gather().discard(backlog);
            loop.driver.reset(port);
        }
        close();
    }

    /** Binds the local end before {@link StreamHandle#connect}; a failure shows at connect. */
    public void bind(Address local) {
        loop.checkThread();
        setup().local = local;
    }

    /**
     * Sets an option; before there is a socket it is kept and applied to it. An option that this
     * kind of socket does not have is passed over. Saying the same again costs nothing.
     */
    public void option(KernelOption option, int value) {
        loop.checkThread();
        if (!isClosing) {
            setup().option(option, value);
        }
    }

    /** Probes the peer while the connection is idle; it is off by default. */
    public void keepAlive(KeepAlive settings) {
        option(KernelOption.TCP_KEEPIDLE, (int) settings.idle().toSeconds());
        option(KernelOption.TCP_KEEPINTVL, (int) settings.interval().toSeconds());
        option(KernelOption.TCP_KEEPCNT, settings.probes());
        option(KernelOption.KEEP_ALIVE, 1);
    }

    /** Switches keep-alive off; its timing stays. */
    public void keepAliveOff() {
        option(KernelOption.KEEP_ALIVE, 0);
    }

    /**
     * Where received bytes go instead of the loop's one array; null: there again. Best set before
     * {@link StreamHandle#readStart}. See {@link StreamEvents#onNoBuffer}.
     */
    public void bufferSource(@Nullable BufferSource source) {
        loop.checkThread();
        setup().bufferSource(source);
    }

    /**
     * Makes a channel of the stream, unless it is one: from now on it keeps the descriptors that
     * its peer sends, for the result, which also sends them; the kernel drops those that come over
     * other streams. That is chosen at creation, or in the listener that accepted the stream, and
     * only for Unix sockets: a channel's {@link StreamHandle#connect} to another address, and
     * {@link StreamHandle#open} of another descriptor, end with EINVAL, of one that listens as
     * well.
     *
     * @throws IOException EINVAL if the stream is connected, but not over a Unix socket
     * @throws IllegalStateException if bytes have come already, or the stream is closed
     * @throws UnsupportedOperationException if the loop's driver can't do it
     */
    public StreamDescriptors carryDescriptors() throws IOException {
        loop.checkThread();
        return setup().carryDescriptors();
    }

    /** How much may wait to be written. */
    public WriteLimit writeLimit() {
        loop.checkThread();
        return backlog.limit;
    }

    /** Sets how much may wait to be written, {@link WriteLimit#DEFAULTS} by default. */
    public void writeLimit(WriteLimit limit) {
        loop.checkThread();
        backlog.limit = Objects.requireNonNull(limit, "limit");
    }

    StreamSetup setup() {
        if (setup == null) {
            setup = new StreamSetup(this);
        }
        return setup;
    }

    @Nullable StreamSetup setupOrNull() {
        return setup;
    }

    @Override
    void release() {
        if (loop.gather().holds(backlog)) {
            loop.gather().flush();
        }
        receiver.release();
        if (port != null) {
            loop.driver.close(port);
        }
        if (setup != null && setup.received != null) {
            setup.received.release();
        }
    }

    @Override
    void cancel() {
        Request request = takeConnect();
        if (request != null) {
            request.end(Errno.ECANCELED);
        }
        backlog.cancel();
    }

    @Override
    void thrown(Throwable thrown) {
        receiver.events().onThrown(thrown);
    }

    @Override
    IOException error(int errno, String syscall) {
        return setup == null ? SystemError.of(errno, syscall) : setup.error(errno, syscall);
    }

    StreamWriteBacklog backlog() {
        return backlog;
    }

    StreamReceiver receiver() {
        return receiver;
    }

    Port port() {
        return Objects.requireNonNull(port, "no socket yet");
    }

    @Override
    @Nullable Port portOrNull() {
        return port;
    }

    @Override
    void settle() {
        loop.gather().flush(backlog);
    }

    @Override
    String state() {
        String state = super.state();
        return state.startsWith("clos")
                ? state
                : isConnected ? "connected" : isConnecting() ? "connecting" : "open";
    }

    @Override
    String details() {
        Address from = shownLocal;
        String ends =
                (from == null ? "?" : from) + " -> " + (shownRemote == null ? "?" : shownRemote);
        return (from == null && shownRemote == null ? "" : ", " + ends)
                + (", read " + receiver.bytesRead() + " B, written " + backlog.bytesAccepted())
                + (" B, queued " + backlog.queuedBytes() + " B");
    }
}
