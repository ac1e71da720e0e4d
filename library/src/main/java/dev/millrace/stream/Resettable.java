package dev.millrace.stream;

/**
 * A stream, whichever side of it: it can be ended before it is over.
 *
 * {@snippet class="dev.millrace.stream.StreamSnippets" region="reset"}
 */
public interface Resettable {
    /**
     * Ends the stream at once, in both directions where it has two; what waits is not sent.
     * Idempotent. Loop thread only.
     */
    void destroy();

    /**
     * As {@link #destroy}, so that the other end can tell that what it has is not all: a TCP socket
     * resets the connection. Where there is no such difference it is the same.
     */
    default void reset() {
        destroy();
    }
}
