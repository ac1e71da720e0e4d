package dev.millrace.http;

import java.time.Duration;
import java.util.Objects;

/**
 * How many connections an {@link HttpClient} has to one origin, and how long an idle one is kept.
 *
 * {@snippet class="dev.millrace.http.HttpClientExamplesTest" region="options"}
 *
 * @param maxSockets connections to one origin at a time; further requests wait
 * @param maxFreeSockets idle connections that are kept for one origin
 * @param maxWaiting requests that wait for a connection to one origin; one more fails
 * @param idle how long an idle connection is kept; less when the server announced that it closes
 *     earlier ({@code Keep-Alive: timeout}), by a second before that; zero keeps none
 */
public record HttpPoolLimits(int maxSockets, int maxFreeSockets, int maxWaiting, Duration idle) {
    /** 64 connections, 16 idle ones for 4 s, 10,000 waiting requests. */
    public static final HttpPoolLimits DEFAULTS =
            new HttpPoolLimits(64, 16, 10_000, Duration.ofSeconds(4));

    /**
     * @throws IllegalArgumentException if there is no connection, or something is negative
     */
    public HttpPoolLimits {
        Objects.requireNonNull(idle, "idle");
        if (maxSockets < 1 || maxFreeSockets < 0 || maxWaiting < 0 || idle.isNegative()) {
            throw new IllegalArgumentException(
                    "maxSockets is 1 or more, the others 0 or more, not "
                            + maxSockets
                            + ", "
                            + maxFreeSockets
                            + ", "
                            + maxWaiting
                            + ", "
                            + idle);
        }
    }

    /** These limits with so many connections to an origin. */
    public HttpPoolLimits withMaxSockets(int maxSockets) {
        return new HttpPoolLimits(maxSockets, maxFreeSockets, maxWaiting, idle);
    }

    /** These limits with so many idle connections. */
    public HttpPoolLimits withMaxFreeSockets(int maxFreeSockets) {
        return new HttpPoolLimits(maxSockets, maxFreeSockets, maxWaiting, idle);
    }

    /** These limits with so many waiting requests. */
    public HttpPoolLimits withMaxWaiting(int maxWaiting) {
        return new HttpPoolLimits(maxSockets, maxFreeSockets, maxWaiting, idle);
    }

    /** These limits with another time for idle connections. */
    public HttpPoolLimits withIdle(Duration idle) {
        return new HttpPoolLimits(maxSockets, maxFreeSockets, maxWaiting, idle);
    }
}
