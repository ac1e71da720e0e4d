package dev.millrace.loop;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The seam between a loop and a kernel: epoll here, perhaps another selector, a simulation or
 * io_uring elsewhere. It is completion-shaped: start something once and be called back with each
 * result, until it is stopped.
 *
 * <p>What every driver promises:
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
 *   <li>The array given to {@code onRead} is the receiver's only during the call.
 *   <li>{@link #tryWrite} takes what can be taken at once; {@link #write} completes exactly once
 *       with {@code onWritten}, and its array stays untouched by the caller until then. One write
 *       per port at a time.
 *   <li>{@link #connect} completes exactly once: by its result, or by {@code onConnect} after
 *       answering {@code -EINPROGRESS}.
 *   <li>After {@link #close} no event of that port comes, whatever was under way, and an event of a
 *       recycled descriptor never reaches the wrong port.
 *   <li>A port that nobody reads from or writes to costs nothing: no wake-up, no system call.
 *   <li>{@link #poll} with a timeout returns when the time is over or something was dispatched,
 *       whichever is first.
 * </ol>
 */
public interface Driver extends AutoCloseable {
    /** The most bytes of one {@code onRead}: libuv's suggestion of 64 KiB (row E2). */
    int RECEIVE_MAX_BYTES = 64 * 1024;

    /** A kernel's end of one socket; a driver extends it with what it needs to know. */
    abstract class Port implements Guarded {
        private PortEvents events = PortEvents.NONE;

        /** For drivers. */
        protected Port() {}

        /** Whom events are reported to. */
        public final PortEvents events() {
            return events;
        }

        /** Sets whom events are reported to. */
        public final void attach(PortEvents receiver) {
            events = receiver;
        }

        @Override
        public final void failed(Throwable thrown) {
            events.failed(thrown);
        }
    }

    /** Runs one callback guarded: {@link Loop#enter}. */
    @FunctionalInterface
    interface Dispatcher {
        /** Runs {@code callback} and whatever became due by it. */
        void enter(Guarded callback);
    }

    /** An integer option of a socket. */
    enum Option {
        NO_DELAY,
        KEEP_ALIVE,
        REUSE_ADDRESS,
        REUSE_PORT,
        IPV6_ONLY,
        RECEIVE_BUFFER_BYTES,
        SEND_BUFFER_BYTES
    }

    /** A listening description that several loops can serve; closed when its maker closes it. */
    interface Shared extends AutoCloseable {
        @Override
        void close();
    }

    /** Its name in start lines and in {@code doctor}. */
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

    /** Makes the current or the next {@link #poll} return. Any thread. */
    void wakeUp();

    /**
     * A new stream socket of the family of {@code address}, non-blocking and close-on-exec (row
     * B10).
     */
    Port socket(Address address) throws IOException;

    /** 0, or a negated errno. */
    int bind(Port port, Address address);

    /** 0, or a negated errno. */
    int listen(Port port, int backlog);

    /** {@code onAccept} for each connection, until stopped. */
    void acceptStart(Port port);

    /** No further {@code onAccept}. */
    void acceptStop(Port port);

    /**
     * 0 when connected at once, {@code -EINPROGRESS} when {@code onConnect} will tell, or a negated
     * errno.
     */
    int connect(Port port, Address address);

    /** {@code onRead} for each chunk, until stopped; then {@code onEnd} or {@code onReadError}. */
    void readStart(Port port);

    /** No further {@code onRead}. */
    void readStop(Port port);

    /** How many bytes were taken at once, 0 to {@code length}, or a negated errno. */
    int tryWrite(Port port, byte[] array, int offset, int length);

    /** Takes all bytes, as fast as the peer lets it; then {@code onWritten}. */
    void write(Port port, byte[] array, int offset, int length);

    /** Sends FIN after the bytes taken so far. 0, or a negated errno. */
    int shutdown(Port port);

    /** The local address, or null when there is none (any more). */
    @Nullable Address localAddress(Port port);

    /** The peer's address, or null when there is none (any more). */
    @Nullable Address remoteAddress(Port port);

    /** 0, or a negated errno. */
    int setOption(Port port, Option option, int value);

    /** Closes the socket. */
    void close(Port port);

    /** Closes the socket with a reset, so that the peer sees ECONNRESET. */
    void reset(Port port);

    /** Removes the socket file of a listener. */
    void unlink(UnixAddress path);

    /** Another holder of a listening port's description. */
    Shared share(Port port) throws IOException;

    /** A port of this driver on a description that another loop's driver shared. */
    Port adopt(Shared shared) throws IOException;

    /** Closes everything that is still open. */
    @Override
    void close();
}
