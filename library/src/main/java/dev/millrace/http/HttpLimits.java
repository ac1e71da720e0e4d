package dev.millrace.http;

import dev.millrace.http.wire.WireLimits;

/**
 * How much of everything a peer may send before it is refused, or has to wait. The limits are
 * checked at the same byte however the network cuts the input. All of them are inclusive: a message
 * that reaches a limit exactly is served.
 *
 * @param maxTargetBytes the request target; beyond it the response is 414
 * @param maxHeaderBytes the whole head, from the first byte of the request line (and the empty
 *     lines skipped before it) to the empty line that ends it; the trailer fields of the same
 *     message share what the head left over; beyond it the response is 431
 * @param maxHeaderLines field lines, those of the trailer included; beyond it the response is 431,
 *     none is ever cut off. There is no number for "unlimited": {@code maxHeaderBytes} bounds them
 *     too
 * @param maxChunkExtensionBytes all chunk extensions of one message together; beyond it the
 *     response is 413
 * @param maxBodyBytes the body without its framing; beyond it the response is 413, before the body
 *     is read when its length is announced
 * @param maxConcurrentRequests requests of one connection whose responses are not ended; what a
 *     peer sends beyond is read when one ends. A response that ends before its handler returns does
 *     not count, so quick handlers are called for a whole batch. It bounds what pipelining can make
 *     handlers hold at once; {@code 1} calls each when the response before is complete
 * @see HttpServerOptions
 */
public record HttpLimits(
        int maxTargetBytes,
        int maxHeaderBytes,
        int maxHeaderLines,
        int maxChunkExtensionBytes,
        long maxBodyBytes,
        int maxConcurrentRequests) {

    /**
     * Node's figures where Node has one (16 KiB heads, 1000 lines, 16 KiB of extensions); bodies
     * unlimited; 8 requests of a connection at once.
     */
    public static final HttpLimits DEFAULTS =
            new HttpLimits(8 << 10, 16 << 10, 1000, 16 << 10, Long.MAX_VALUE, 8);

    /** Beyond this a head could no longer be joined in one array with room for its trailer. */
    private static final int MOST_HEADER_BYTES = 1 << 30;

    public HttpLimits {
        require(maxTargetBytes, 1, "maxTargetBytes");
        require(maxHeaderBytes, 1, "maxHeaderBytes");
        require(maxHeaderLines, 1, "maxHeaderLines");
        require(maxChunkExtensionBytes, 0, "maxChunkExtensionBytes");
        require(maxBodyBytes, 0, "maxBodyBytes");
        require(maxConcurrentRequests, 1, "maxConcurrentRequests");
        if (maxHeaderBytes > MOST_HEADER_BYTES) {
            throw new IllegalArgumentException(
                    "maxHeaderBytes must be at most "
                            + MOST_HEADER_BYTES
                            + ", was "
                            + maxHeaderBytes);
        }
    }

    public HttpLimits withMaxTargetBytes(int bytes) {
        return new HttpLimits(
                bytes,
                maxHeaderBytes,
                maxHeaderLines,
                maxChunkExtensionBytes,
                maxBodyBytes,
                maxConcurrentRequests);
    }

    public HttpLimits withMaxHeaderBytes(int bytes) {
        return new HttpLimits(
                maxTargetBytes,
                bytes,
                maxHeaderLines,
                maxChunkExtensionBytes,
                maxBodyBytes,
                maxConcurrentRequests);
    }

    public HttpLimits withMaxHeaderLines(int lines) {
        return new HttpLimits(
                maxTargetBytes,
                maxHeaderBytes,
                lines,
                maxChunkExtensionBytes,
                maxBodyBytes,
                maxConcurrentRequests);
    }

    public HttpLimits withMaxChunkExtensionBytes(int bytes) {
        return new HttpLimits(
                maxTargetBytes,
                maxHeaderBytes,
                maxHeaderLines,
                bytes,
                maxBodyBytes,
                maxConcurrentRequests);
    }

    public HttpLimits withMaxBodyBytes(long bytes) {
        return new HttpLimits(
                maxTargetBytes,
                maxHeaderBytes,
                maxHeaderLines,
                maxChunkExtensionBytes,
                bytes,
                maxConcurrentRequests);
    }

    public HttpLimits withMaxConcurrentRequests(int requests) {
        return new HttpLimits(
                maxTargetBytes,
                maxHeaderBytes,
                maxHeaderLines,
                maxChunkExtensionBytes,
                maxBodyBytes,
                requests);
    }

    /** What the readers of the wire need of it. */
    WireLimits wire() {
        return new WireLimits(
                maxTargetBytes,
                maxHeaderBytes,
                maxHeaderLines,
                maxChunkExtensionBytes,
                maxBodyBytes);
    }

    private static void require(long value, long least, String name) {
        if (value < least) {
            throw new IllegalArgumentException(
                    name + " must be at least " + least + ", was " + value);
        }
    }
}
