package dev.millrace.driver;

import dev.millrace.kernel.Address;
import dev.millrace.kernel.BufferSource;
import dev.millrace.kernel.Readiness;
import java.util.Set;

/** What a {@link Port} reports; see the promises of {@link Driver}. All on the loop's thread. */
public interface PortEvents {
    /** Receives nothing: a port is born with it. */
    PortEvents NONE = new PortEvents() {};

    /** A connection was accepted; its receiver owns it. */
    default void onAccept(Port connection) {}

    /**
     * Accepting failed with {@code errno}; the receiver decides when to go on (row D6). {@code
     * shed}: for want of descriptors (EMFILE, ENFILE) so many waiting connections were accepted and
     * closed, so that their clients know (row D4). Then one descriptor is free during the call, for
     * a receiver that needs one to write this down.
     */
    default void onAcceptError(int errno, int shed) {}

    /**
     * There is no descriptor for a connection that waits (EMFILE, ENFILE), and {@code
     * onAcceptError} is about to follow.
     *
     * @return whether the receiver has closed some that it can do without: then accepting is tried
     *     once more
     */
    default boolean onDescriptorsShort() {
        return false;
    }

    /**
     * After an {@code onAcceptError} of EMFILE or ENFILE: this process has closed a descriptor, so
     * that accepting may succeed again.
     */
    default void onDescriptorsFreed() {}

    /** The connect that was in progress ended; 0, or an errno. */
    default void onConnect(int errno) {}

    /** {@code length} bytes arrived, lent for the duration of the call. */
    default void onRead(byte[] array, int offset, int length) {}

    /**
     * Descriptors arrived over a channel, close-on-exec, in the order they were sent; the receiver
     * owns them. The {@code onRead} of the bytes that they came with follows at once, even if
     * reading is stopped meanwhile.
     */
    default void onDescriptors(int[] descriptors) {}

    /**
     * Descriptors arrived over a channel, and there was no room for all of them in this process
     * (EMFILE); those that there was room for are closed.
     *
     * @return whether the receiver knows which bytes miss them: then the {@code onRead} of these
     *     follows as above, and otherwise {@code onReadError}
     */
    default boolean onDescriptorsLost() {
        return false;
    }

    /**
     * The port's own {@link BufferSource} had no room (row E3): nothing was read, and nothing will
     * be until the next {@link Driver#readStart}.
     */
    default void onNoBuffer() {}

    /** The peer sent FIN and every byte before it was reported. */
    default void onEnd() {}

    /**
     * Reading failed with {@code errno}; nothing more will be read, of a datagram socket until the
     * next {@link Driver#readStart}.
     */
    default void onReadError(int errno) {}

    /**
     * The peer left while it was not read: {@code errno} 0 after its FIN, ECONNRESET after its
     * reset. Told at most once. What it had sent is still there; end or error follow when it was
     * read.
     */
    default void onPeerClosed(int errno) {}

    /** The write under way ended; 0, or an errno. */
    default void onWritten(int errno) {}

    /**
     * A datagram arrived, lent for the duration of the call; {@code isTruncated}: it was longer
     * than the buffer, and the rest of it is gone.
     */
    default void onDatagram(
            byte[] array, int offset, int length, Address from, boolean isTruncated) {}

    /** Receiving a datagram failed with {@code errno}, ECONNREFUSED for instance; it goes on. */
    default void onDatagramError(int errno) {}

    /** Datagrams, or a region of a file, can be sent on; after {@link Driver#awaitWritable}. */
    default void onWritable() {}

    /** A watched descriptor is ready for {@code events}; errors and hang-ups count for all. */
    default void onReady(Set<Readiness> events) {}

    /** A callback of this port threw. */
    default void failed(Throwable thrown) {}
}
