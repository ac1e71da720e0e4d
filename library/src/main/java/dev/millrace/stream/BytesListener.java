package dev.millrace.stream;

/**
 * Receives bytes in place, without a copy: the array is lent for the duration of the call and
 * overwritten afterwards.
 *
 * {@snippet class="dev.millrace.stream.StreamExamplesTest" region="onBytes"}
 */
@FunctionalInterface
public interface BytesListener {
    /**
     * Takes bytes from the front and answers how many. What it leaves is kept and comes again:
     * after resume, if it paused the stream, otherwise soon. A listener that takes nothing has to
     * pause.
     */
    int onBytes(byte[] array, int offset, int length);

    /** The stream has ended, and every byte was taken; told before the listener of the end. */
    default void onEnd() {}

    /**
     * The stream was destroyed: no further call. Told once, within the call that destroys it; not
     * to an owner that has handed the stream over.
     */
    default void onDestroyed() {}

    /**
     * Whether the stream belongs to this listener, as a socket does to the HTTP server that reads
     * requests from it: then it is neither replaced nor removed, and nothing is put back in front
     * of it. Another owner may take the stream.
     */
    default boolean isOwner() {
        return false;
    }
}
