package dev.millrace.http.wire;

/**
 * What a {@link RequestParser} tells while it reads. For every message, in this order:
 *
 * <pre>
 *   onMessageBegin  onHead  onBody*  [onTrailers]  onMessageEnd
 * </pre>
 *
 * <ol>
 *   <li>Every call happens inside {@code parse}, on its thread. An error ends the sequence
 *       anywhere, without a call.
 *   <li>The order and the bytes do not depend on how the input was cut; only the number of {@code
 *       onBody} does.
 *   <li>After {@code pause()} inside a call, no other call follows until {@code resume()} and the
 *       next {@code parse}.
 *   <li>{@code parse} must not be called from inside a call; nor {@code reset}: pause, return, then
 *       reset.
 *   <li>When a call throws, the position is lost and the parser is good for {@code reset} only.
 * </ol>
 */
public interface RequestEvents {

    /** The first byte of a request line was seen. */
    void onMessageBegin();

    /** The head is complete and valid, its framing decided. */
    void onHead(RequestParser head);

    /**
     * Some of the body, without its framing, in the array that was given to {@code parse}: copy
     * what must outlive the call. Never empty; one call for each {@code parse}, or for each 16 KiB
     * when chunks have to be joined.
     */
    void onBody(byte[] array, int offset, int length);

    /**
     * The trailer field lines, valid, with the empty line that ends them. Not called when there are
     * none.
     */
    void onTrailers(byte[] array, int start, int end);

    /** The message is complete; what follows belongs to the next one. */
    void onMessageEnd();
}
