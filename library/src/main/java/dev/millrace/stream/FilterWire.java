package dev.millrace.stream;

import java.io.IOException;

/**
 * What a {@link Filter} can do with its stream: towards the user, towards the peer, and for itself.
 * The filter may call it inside any of its own methods, and between them on the loop's thread. Once
 * the stream is over, calls do nothing.
 *
 * {@snippet class="dev.millrace.stream.StreamExamplesTest" region="filterWire"}
 */
public interface FilterWire {
    /**
     * The user may talk from now on. Connects the stream, if that was still to come, then passes on
     * what the user has written meanwhile: {@code written} may be called from inside. Idempotent.
     */
    void ready();

    /**
     * Hands plain bytes to the reader, which copies or consumes them at once. Bytes that come after
     * the reader paused are kept for it.
     *
     * @throws IllegalStateException before {@link #ready}
     */
    void deliver(byte[] array, int offset, int length);

    /**
     * The reader's end comes behind what was delivered. Idempotent.
     *
     * @throws IllegalStateException before {@link #ready}
     */
    void deliverEnd();

    /**
     * Sends bytes to the peer, which are copied or sent at once.
     *
     * @throws IllegalStateException after {@link #sendEnd}
     */
    void send(byte[] array, int offset, int length);

    /** FIN follows what was sent. Idempotent. */
    void sendEnd();

    /** Destroys the stream with {@code error}. */
    void fail(IOException error);
}
