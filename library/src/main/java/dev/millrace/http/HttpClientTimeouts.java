package dev.millrace.http;

import java.time.Duration;

/**
 * How long a server may take before the request fails with ETIMEDOUT, in an error that names the
 * limit, its length and the origin. Zero means without limit. Those but {@code connect} and {@code
 * proceed} are checked within a second, or within a quarter of the shortest one.
 *
 * {@snippet class="dev.millrace.http.HttpClientExamplesTest" region="options"}
 *
 * @param waiting in the queue for a connection, when there are as many as the pool may have
 * @param connect until a connection stands, the look-up of the name included
 * @param proceed how long a body waits for 100 with {@code Expect: 100-continue}; then it is sent
 *     without (RFC 9110 section 10.1.1). Zero: until the server says something
 * @param response from the last byte of the request to the end of the response's head
 * @param body between two parts of a body, in either direction, not counting the time in which the
 *     program has paused reading
 * @param total from the end of the request's head to the end of the response, waiting, repetition
 *     and redirects included, and pauses too
 * @param minBytesPerSecond how fast bodies have to move at least, over each {@link #RATE_PERIOD} in
 *     which something moves at all, pauses of the program not counted; 0: as slow as they like
 */
public record HttpClientTimeouts(
        Duration waiting,
        Duration connect,
        Duration proceed,
        Duration response,
        Duration body,
        Duration total,
        long minBytesPerSecond) {
    /** What a rate is taken over. */
    public static final Duration RATE_PERIOD = Duration.ofSeconds(10);

    /** None for waiting, 10 s, 1 s, 300 s, 300 s, none in all, and any rate. */
    public static final HttpClientTimeouts DEFAULTS =
            new HttpClientTimeouts(
                    Duration.ZERO,
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(300),
                    Duration.ofSeconds(300),
                    Duration.ZERO,
                    0);

    /** No limit at all. */
    public static final HttpClientTimeouts NONE =
            new HttpClientTimeouts(
                    Duration.ZERO,
                    Duration.ZERO,
                    Duration.ZERO,
                    Duration.ZERO,
                    Duration.ZERO,
                    Duration.ZERO,
                    0);

    /**
     * @throws IllegalArgumentException if one is negative
     */
    public HttpClientTimeouts {
        requireNotNegative(waiting, "waiting");
        requireNotNegative(connect, "connect");
        requireNotNegative(proceed, "proceed");
        requireNotNegative(response, "response");
        requireNotNegative(body, "body");
        requireNotNegative(total, "total");
        if (minBytesPerSecond < 0) {
            throw new IllegalArgumentException(
                    "minBytesPerSecond is 0 (no limit) or more, was " + minBytesPerSecond);
        }
    }

    private static void requireNotNegative(Duration timeout, String name) {
        if (timeout.isNegative()) {
            throw new IllegalArgumentException(
                    "the " + name + " timeout is zero (no limit) or more, was " + timeout);
        }
    }

    /** These timeouts with another one for requests that wait for a connection. */
    public HttpClientTimeouts withWaiting(Duration waiting) {
        return new HttpClientTimeouts(
                waiting, connect, proceed, response, body, total, minBytesPerSecond);
    }

    /** These timeouts with another one for connecting. */
    public HttpClientTimeouts withConnect(Duration connect) {
        return new HttpClientTimeouts(
                waiting, connect, proceed, response, body, total, minBytesPerSecond);
    }

    /** These timeouts with another one for bodies that wait for 100. */
    public HttpClientTimeouts withProceed(Duration proceed) {
        return new HttpClientTimeouts(
                waiting, connect, proceed, response, body, total, minBytesPerSecond);
    }

    /** These timeouts with another one for the response's head. */
    public HttpClientTimeouts withResponse(Duration response) {
        return new HttpClientTimeouts(
                waiting, connect, proceed, response, body, total, minBytesPerSecond);
    }

    /** These timeouts with another one for bodies. */
    public HttpClientTimeouts withBody(Duration body) {
        return new HttpClientTimeouts(
                waiting, connect, proceed, response, body, total, minBytesPerSecond);
    }

    /** These timeouts with another one for all of it. */
    public HttpClientTimeouts withTotal(Duration total) {
        return new HttpClientTimeouts(
                waiting, connect, proceed, response, body, total, minBytesPerSecond);
    }

    /** These timeouts with another least rate of bodies. */
    public HttpClientTimeouts withMinBytesPerSecond(long minBytesPerSecond) {
        return new HttpClientTimeouts(
                waiting, connect, proceed, response, body, total, minBytesPerSecond);
    }
}
