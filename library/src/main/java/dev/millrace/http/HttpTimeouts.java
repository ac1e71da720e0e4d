package dev.millrace.http;

import java.time.Duration;

/**
 * How long a peer may take. Zero means without limit. All are checked within a second, or within a
 * quarter of the shortest one.
 *
 * @param header from the accept, or from the first byte of a later request, to the end of the head;
 *     then 408 and close
 * @param request from the first byte to the end of the body, not counting the time in which the
 *     handler has paused reading; then 408 and close
 * @param keepAlive between a response and the next request; announced to the peer, which gets a
 *     fifth more before the connection closes
 * @param write without the peer taking a byte of what waits for it; then the connection is
 *     destroyed
 * @see HttpServerOptions
 */
public record HttpTimeouts(Duration header, Duration request, Duration keepAlive, Duration write) {
    /** 60 s, 300 s, 5 s, 60 s. */
    public static final HttpTimeouts DEFAULTS =
            new HttpTimeouts(
                    Duration.ofSeconds(60),
                    Duration.ofSeconds(300),
                    Duration.ofSeconds(5),
                    Duration.ofSeconds(60));

    /**
     * @throws IllegalArgumentException if one is negative
     */
    public HttpTimeouts {
        requireNotNegative(header, "header");
        requireNotNegative(request, "request");
        requireNotNegative(keepAlive, "keepAlive");
        requireNotNegative(write, "write");
    }

    private static void requireNotNegative(Duration timeout, String name) {
        if (timeout.isNegative()) {
            throw new IllegalArgumentException(
                    "the " + name + " timeout is zero (no limit) or more, was " + timeout);
        }
    }

    /** These timeouts with another one for the head. */
    public HttpTimeouts withHeader(Duration header) {
        return new HttpTimeouts(header, request, keepAlive, write);
    }

    /** These timeouts with another one for the whole request. */
    public HttpTimeouts withRequest(Duration request) {
        return new HttpTimeouts(header, request, keepAlive, write);
    }

    /** These timeouts with another one for idle connections. */
    public HttpTimeouts withKeepAlive(Duration keepAlive) {
        return new HttpTimeouts(header, request, keepAlive, write);
    }

    /** These timeouts with another one for peers that do not read. */
    public HttpTimeouts withWrite(Duration write) {
        return new HttpTimeouts(header, request, keepAlive, write);
    }
}
