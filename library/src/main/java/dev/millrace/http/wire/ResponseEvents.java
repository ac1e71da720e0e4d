package dev.millrace.http.wire;

/**
 * What a {@link ResponseParser} tells while it reads. For every request, in this order:
 *
 * <pre>
 *   onInterim*  onHead  onBody*  [onTrailers]  onMessageEnd
 * </pre>
 *
 * The promises of {@link RequestEvents} hold here as well; {@code finish} tells as {@code parse}
 * does.
 */
public interface ResponseEvents {

    /** The head of a response with a status of 1xx (RFC 9110 section 15.2); another follows. */
    void onInterim(ResponseParser head);

    /** The head of the final response is complete and valid, its framing decided. */
    void onHead(ResponseParser head);

    /** Some of the body, without its framing, as {@link RequestEvents#onBody} has it. */
    void onBody(byte[] array, int offset, int length);

    /** The trailer field lines, as {@link RequestEvents#onTrailers} has them. */
    void onTrailers(byte[] array, int start, int end);

    /** The response is complete. */
    void onMessageEnd();
}
