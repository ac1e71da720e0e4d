package dev.millrace.http;

import java.time.Duration;

/**
 * How long a server may take before the request fails with ETIMEDOUT. Zero means without limit.
 * Those but {@code connect} are checked within a second, or within a quarter of the shortest one.
 *
 * {@snippet class="dev.millrace.http.HttpClientExamplesTest" region="options"}
 *
 * @param connect until a connection stands, the look-up of the name included
 * @param response from the last byte of the request to the end of the response's head
 * @param body between two parts of a body, in either direction, not counting the time in which the
 *     program has paused reading
 */
public record HttpClientTimeouts(Duration connect, Duration response, Duration body) {
    /** 10 s, 300 s, 300 s. */
    public static final HttpClientTimeouts DEFAULTS =
            new HttpClientTimeouts(
                    Duration.ofSeconds(10), Duration.ofSeconds(300), Duration.ofSeconds(300));

    /**
     * @throws IllegalArgumentException if one is negative
     */
    public HttpClientTimeouts {
        if (connect.isNegative() || response.isNegative() || body.isNegative()) {
            throw new IllegalArgumentException(
                    "a timeout is zero (no limit) or more, not "
                            + connect
                            + ", "
                            + response
                            + ", "
                            + body);
        }
    }

    /** These timeouts with another one for connecting. */
    public HttpClientTimeouts withConnect(Duration connect) {
        return new HttpClientTimeouts(connect, response, body);
    }

    /** These timeouts with another one for the response's head. */
    public HttpClientTimeouts withResponse(Duration response) {
        return new HttpClientTimeouts(connect, response, body);
    }

    /** These timeouts with another one for bodies. */
    public HttpClientTimeouts withBody(Duration body) {
        return new HttpClientTimeouts(connect, response, body);
    }
}
