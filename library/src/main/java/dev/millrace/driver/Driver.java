package dev.millrace.driver;

import dev.millrace.kernel.Address;
import dev.millrace.kernel.BufferSource;
import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.KernelOption;
import dev.millrace.kernel.Readiness;
import dev.millrace.kernel.UnixAddress;
import dev.millrace.sys.Errno;
import java.io.Closeable;
import java.io.IOException;
import java.net.NetworkInterface;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The seam between a loop and a kernel: epoll, NIO, a simulation, perhaps io_uring one day. It is
 * completion-shaped: start something once and be called back with each result, until it is stopped.
 *
 * <p>What every driver promises; one abstract contract suite checks it against each of them:
 *
 * <ol>
 *   <li>All methods but {@link #wakeUp} are called on the loop's thread only.
 *   <li>{@link PortEvents} are called from {@link #poll} only, never from inside another method.
 *   <li>Every call of an event goes through the {@link Dispatcher}, one per port and readiness, so
 *       that an exception in one never skips another.
 *   <li>A stop takes effect at once: after {@link #readStop} returns no further {@code onRead}
 *       comes, not even for bytes that the kernel has already delivered; they come after the next
 *       {@link #readStart}.
 *   <li>Nothing is lost: bytes, connections and errors not reported yet are reported after the next
 *       start.
 *   <li>Bytes come in order; {@code onEnd} comes once, after the last byte.
 *   <li>The array given to {@code onRead} is the receiver's only during the call, unless it came
 *       from the port's own {@link BufferSource}.
 *   <li>{@link #tryWrite} takes what can be taken at once; {@link #write} completes exactly once
 *       with {@code onWritten}, and its array stays untouched by the caller until then. One write
 *       per port at a time.
 *   <li>{@link #connect} completes exactly once: by its result, or by {@code onConnect} after
 *       answering {@code -EINPROGRESS}.
 *   <li>After {@link #close} no event of that port comes, whatever was under way, and an event of a
 *       recycled descriptor never reaches the wrong port (X71). A descriptor that others hold as
 *       well is taken out of the kernel's set before it is closed (X107).
 *   <li>A port that is neither read nor written costs nothing: no wake-up, no system call; but that
 *       its peer leaves is told once, by {@code onPeerClosed}, and what the peer had sent can still
 *       be read ({@link Capability#PEER_CLOSED}).
 *   <li>{@link #poll} with a timeout returns when the time is over or something was dispatched,
 *       whichever is first.
 *   <li>What it can't do it declares by {@link #supports}, and answers the call for it with {@code
 *       -EOPNOTSUPP} or an {@link UnsupportedOperationException} that names the driver.
 *   <li>An interrupted call is repeated and never shows (row B9).
 *   <li>A datagram comes whole, or cut and told so, never joined with another one. What fails for
 *       one ends nothing, and a flood of them does not keep other ports from their turn.
 * </ol>
 */
public interface Driver extends AutoCloseable {
    /** The most bytes of one {@code onRead}: libuv's suggestion of 64 KiB (row E2). */
    int RECEIVE_MAX_BYTES = 64 * 1024;

    /** Runs one callback guarded: {@code Loop.enter}. */
    @FunctionalInterface
    interface Dispatcher {
        /** Runs {@code callback} and whatever became due by it. */
        void enter(Guarded callback);
    }

    /**
     * A description that is on its way from one loop's driver to another's; any thread may hold it.
     */
    interface Shared extends AutoCloseable {
        /** Closes it, if no driver has adopted it or if it can be adopted again. */
        @Override
        void close();
    }

    /** Its name in start lines, in {@code doctor} and for {@code MILLRACE_DRIVER}. */
    String name();

    /** Whether it can do {@code capability}. */
    boolean supports(Capability capability);

    /** Monotonic time in nanoseconds, of the clock that {@link #poll} waits by. */
    long nanoTime();

    /**
     * Waits for events and dispatches them. {@code timeoutNanos}: 0 does not wait, negative waits
     * without end.
     */
    void poll(long timeoutNanos, Dispatcher dispatcher);

    /**
     * Most writes will come from {@code array}, which lives as long as the driver: it may remember
     * what it needs to know of it. It keeps no other array beyond the write.
     */
    default void sendsFrom(byte[] array) {}

    /** Makes the current or the next {@link #poll} return. Any thread. */
    void wakeUp();

    /**
     * A new stream socket of the family of {@code address}, non-blocking and close-on-exec (row
     * B10).
     */
    Port socket(Address address) throws IOException;

    /** A new datagram socket (UDP) of the family of {@code address}. */
    default Port datagram(Address address) throws IOException {
        throw Capability.DATAGRAMS.missing(this);
    }

    /**
     * A port on a descriptor that exists: a connected or listening socket, a datagram socket, a
     * pipe, a terminal (row B11). The port owns it from now on; the flags of its description, which
     * others may share, stay as they are, and are not relied on: another holder may change them; so
     * of a listener that blocks none is shed without free descriptors. Standard input, output and
     * error are served and never closed.
     *
     * @throws IOException EBADF; EEXIST if this driver has it already; EPERM for a regular file,
     *     which has no readiness; ENOTCONN for a stream socket that neither is connected nor
     *     listens; EINVAL or what open(2) says for what blocks and has no other way. It is still
     *     the caller's then
     */
    default Port open(int descriptor) throws IOException {
        throw Capability.OPEN_DESCRIPTORS.missing(this);
    }

    /**
     * As {@link #open}, of a connection and of nothing else: EINVAL for what is no stream socket.
     */
    default Port openConnection(int descriptor) throws IOException {
        throw Capability.OPEN_DESCRIPTORS.missing(this);
    }

    /**
     * A port that only tells readiness of a descriptor which stays the user's; see {@link
     * #watchStart}.
     *
     * @throws IOException as {@link #open}
     */
    default Port watch(int descriptor) throws IOException {
        throw Capability.WATCH_DESCRIPTORS.missing(this);
    }

    /** 0, or a negated errno. */
    int bind(Port port, Address address);

    /** 0, or a negated errno. */
    int listen(Port port, int backlog);

    /**
     * {@code onAccept} for each connection, until stopped; at most {@code perWakeUp} of them before
     * other ports get their turn (row C12).
     */
    void acceptStart(Port port, int perWakeUp);

    /** No further {@code onAccept}. */
    void acceptStop(Port port);

    /**
     * 0 when connected at once, {@code -EINPROGRESS} when {@code onConnect} will tell, or a negated
     * errno. A datagram socket is connected at once.
     */
    int connect(Port port, Address address);

    /**
     * Ends what {@link #connect} began for a datagram socket: it keeps its port, and hears every
     * sender again. 0, or a negated errno.
     */
    default int disconnect(Port port) {
        return -Errno.EOPNOTSUPP;
    }

    /**
     * {@code onRead} for each chunk, until stopped; then {@code onEnd} or {@code onReadError}. For
     * a datagram socket {@code onDatagram} for each.
     */
    void readStart(Port port);

    /** No further {@code onRead} or {@code onDatagram}. */
    void readStop(Port port);

    /** How many bytes were taken at once, 0 to {@code length}, or a negated errno. */
    int tryWrite(Port port, byte[] array, int offset, int length);

    /** Takes all bytes, as fast as the peer lets it; then {@code onWritten}. */
    void write(Port port, byte[] array, int offset, int length);

    /**
     * Whether {@link #trySendFile} may be called: {@code port} is connected, can do that, and its
     * description does not wait.
     */
    default boolean sendsFiles(Port port) {
        return false;
    }

    /**
     * Sends {@code length} bytes of a region, from its byte {@code offset} on: how many were taken
     * at once, 0 to {@code length}, or a negated errno; ENODATA and EIO are the file's, see {@link
     * FileRegion#failsWith}. For the rest there is {@link #awaitWritable}. A file that is not in
     * memory holds the caller up.
     */
    default int trySendFile(Port port, FileRegion region, int offset, int length) {
        throw Capability.SEND_FILES.missing(this);
    }

    /**
     * Makes a channel of a stream socket in the Unix domain, before anything is read from it: from
     * now on {@code onDescriptors} tells which descriptors the peer has sent, which are dropped
     * otherwise (rows G1, E10). A channel can't listen, and {@link #listen} answers EINVAL.
     *
     * @return 0, or {@code -EINVAL} for a port of another kind, or one that listens
     */
    default int carryDescriptors(Port port) {
        throw Capability.PASS_DESCRIPTORS.missing(this);
    }

    /**
     * Sends bytes over a channel, and with the first of them a copy of each descriptor: one byte at
     * least, and not while a {@link #write} is under way. Once a byte was taken they are on their
     * way; what is left of the bytes follows by {@link #tryWrite} or {@link #write} (row F4).
     *
     * @return how many bytes were taken at once, 1 to {@code length}; {@code -EAGAIN} if none;
     *     {@code -EINVAL} for a port that is no channel, or for more descriptors than 253; or
     *     another negated errno, EBADF and ETOOMANYREFS among them
     */
    default int sendDescriptors(
            Port port, byte[] array, int offset, int length, int... descriptors) {
        throw Capability.PASS_DESCRIPTORS.missing(this);
    }

    /**
     * Another descriptor of what {@code port} serves, close-on-exec, which is the caller's: to be
     * sent elsewhere. The port goes on, and knows that its description may live on (X107).
     */
    default int duplicate(Port port) throws IOException {
        throw Capability.PASS_DESCRIPTORS.missing(this);
    }

    /**
     * Gives the descriptor of {@code port} away: it is the caller's, close-on-exec, and the port is
     * closed. What was read and not told of yet is lost.
     */
    default int release(Port port) {
        throw Capability.PASS_DESCRIPTORS.missing(this);
    }

    /** Closes what {@code onDescriptors} told of and is not wanted. */
    default void closeDescriptors(int... descriptors) {
        throw Capability.PASS_DESCRIPTORS.missing(this);
    }

    /**
     * Sends one datagram, to {@code to} or to whom the port is connected: {@code length}, {@code
     * -EAGAIN} when {@link #awaitWritable} will tell when to try again, or a negated errno.
     */
    default int trySend(Port port, byte[] array, int offset, int length, @Nullable Address to) {
        return -Errno.EOPNOTSUPP;
    }

    /**
     * {@code onWritable} once, when a datagram socket takes datagrams again, or a stream bytes of a
     * region; of a stream not while a {@link #write} is under way.
     */
    default void awaitWritable(Port port) {
        throw Capability.DATAGRAMS.missing(this);
    }

    /**
     * Joins or leaves a multicast group on {@code networkInterface} (null: the kernel's choice),
     * from every source or from {@code source} alone. 0, or a negated errno.
     */
    default int membership(
            Port port,
            IpAddress group,
            @Nullable NetworkInterface networkInterface,
            @Nullable IpAddress source,
            boolean isJoining) {
        return -Errno.EOPNOTSUPP;
    }

    /** The interface that multicast datagrams leave by. 0, or a negated errno. */
    default int multicastInterface(Port port, NetworkInterface networkInterface) {
        return -Errno.EOPNOTSUPP;
    }

    /** {@code onReady} for whatever of {@code interest} holds, level-triggered, until stopped. */
    default void watchStart(Port port, Set<Readiness> interest) {
        throw Capability.WATCH_DESCRIPTORS.missing(this);
    }

    /** No further {@code onReady}. */
    default void watchStop(Port port) {
        throw Capability.WATCH_DESCRIPTORS.missing(this);
    }

    /** Sends FIN after the bytes taken so far. 0, or a negated errno. */
    int shutdown(Port port);

    /**
     * Whether {@link #close} sends FIN as {@link #shutdown} does: no other descriptor, here or in
     * another process, leads to the connection.
     */
    default boolean endsByClose(Port port) {
        return false;
    }

    /** The local address, or null when there is none (any more). */
    @Nullable Address localAddress(Port port);

    /** The peer's address, or null when there is none (any more). */
    @Nullable Address remoteAddress(Port port);

    /** 0, or a negated errno. */
    int setOption(Port port, KernelOption option, int value);

    /** The value of an option, or a negated errno. */
    int getOption(Port port, KernelOption option);

    /** Closes the socket; of a {@link #watch} port, only the watching. */
    void close(Port port);

    /** Closes the socket with a reset, so that the peer sees ECONNRESET. */
    void reset(Port port);

    /** Sets the permission bits of a listener's socket file. 0, or a negated errno (row G12). */
    default int chmod(UnixAddress path, int mode) {
        return -Errno.EOPNOTSUPP;
    }

    /** Removes the socket file of a listener. */
    void unlink(UnixAddress path);

    /**
     * The file at {@code path} itself, be it a link; null when there is none, or when it can't be
     * told which one it is.
     */
    @Nullable SocketFile file(UnixAddress path);

    /**
     * Takes the lock that guards {@code path}, on the file beside it whose name ends in {@code
     * .lock}; closing gives it up.
     *
     * @throws IOException EADDRINUSE when another holder has it, EACCES when there is no folder,
     *     EEXIST when the file is no regular one, or why it can't be made
     */
    Closeable lock(UnixAddress path) throws IOException;

    /** Another holder of a listening port's description; it can be adopted any number of times. */
    default Shared share(Port port) throws IOException {
        throw Capability.SHARED_LISTENERS.missing(this);
    }

    /**
     * Takes a connection out of this driver, for another loop's to adopt; the port is closed
     * thereby.
     */
    default Shared detach(Port port) throws IOException {
        throw Capability.MOVE_CONNECTIONS.missing(this);
    }

    /** A port of this driver on what another loop's driver of the same kind shared or detached. */
    default Port adopt(Shared shared) throws IOException {
        throw Capability.MOVE_CONNECTIONS.missing(this);
    }

    /** Closes everything that is still open. */
    @Override
    void close();
}
