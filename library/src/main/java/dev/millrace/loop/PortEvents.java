package dev.millrace.loop;

/**
 * What a {@link Driver.Port} reports; see the promises of {@link Driver}. All on the loop's thread.
 */
public interface PortEvents {
    /** Receives nothing: a port is born with it. */
    PortEvents NONE = new PortEvents() {};

    /** A connection was accepted; whoever receives it owns it. */
    default void onAccept(Driver.Port connection) {}

    /** Accepting failed with {@code errno}; it goes on (row D6). */
    default void onAcceptError(int errno) {}

    /** The connect that was in progress ended; 0, or an errno. */
    default void onConnect(int errno) {}

    /** {@code length} bytes arrived, lent for the duration of the call. */
    default void onRead(byte[] array, int offset, int length) {}

    /** The peer sent FIN and every byte before it was reported. */
    default void onEnd() {}

    /** Reading failed with {@code errno}; nothing more will be read. */
    default void onReadError(int errno) {}

    /** The write under way ended; 0, or an errno. */
    default void onWritten(int errno) {}

    /** A callback of this port threw. */
    default void failed(Throwable thrown) {}
}
