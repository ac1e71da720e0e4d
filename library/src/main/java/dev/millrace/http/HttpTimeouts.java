package dev.millrace.http;

import java.time.Duration;
import java.util.Objects;

/**
 * How long a peer may take, and a handler. Zero means without limit. All are measured by one
 * monotonic clock and checked within a second, or within a quarter of the shortest one; none ends
 * early. What ran into one is counted by {@link HttpServer#statistics}.
 *
 * @param header from the accept, or from the first byte of a later request, to the end of the head;
 *     then 408 and close
 * @param request from the first byte to the end of the body, not counting the time in which the
 *     handler has paused reading; then 408 and close
 * @param keepAlive between a response and the next request; announced to the peer, which gets a
 *     fifth more before the connection closes
 * @param write without the peer taking a byte of what waits for it; then the connection is
 *     destroyed
 * @param handler from the call of the handler, or from the end of the body while that comes, to the
 *     head of the response; then 503 and close. What the handler does later with that response does
 *     nothing
 * @param bodyRate how fast a body has to come, framing included, while the handler reads; else 408
 *     and close
 * @param sendRate how fast a peer has to take what waits for it; else the connection is destroyed
 * @see HttpServerOptions
 */
public record HttpTimeouts(
        Duration header,
        Duration request,
        Duration keepAlive,
        Duration write,
        Duration handler,
        MinimumRate bodyRate,
        MinimumRate sendRate) {
    /**
     * A number of bytes that has to pass, on the average of each stretch of at least {@code grace}.
     *
     * {@snippet class="dev.millrace.http.HttpObservationExamplesTest" region="rates"}
     *
     * @param bytesPerSecond zero: none
     * @param grace how long each stretch is, the first one too; a second at least is sensible
     */
    public record MinimumRate(long bytesPerSecond, Duration grace) {
        /** No minimum. */
        public static final MinimumRate NONE = new MinimumRate(0, Duration.ZERO);

        /**
         * @throws IllegalArgumentException if a number is negative, or if there is a rate and no
         *     grace
         */
        public MinimumRate {
            // Nothing of the outer class is used: whichever is made first, neither waits for it.
            if (bytesPerSecond < 0 || grace.isNegative() || bytesPerSecond > 0 && grace.isZero()) {
                throw new IllegalArgumentException(
                        "a minimum rate is zero (none), or more with a grace above zero, was "
                                + bytesPerSecond
                                + " bytes a second after "
                                + grace);
            }
        }

        boolean isNone() {
            return bytesPerSecond == 0;
        }
    }

    private static final int CHECKS = 4;
    private static final Duration CHECK_INTERVAL_MIN = Duration.ofMillis(5);

    /** Limits from here on are checked as often as this one. */
    private static final Duration LONG = Duration.ofSeconds(CHECKS);

    /** 60 s, 300 s, 5 s, 60 s; handlers may take any time, and there are no minimum rates. */
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
        requireNotNegative(handler, "handler");
        Objects.requireNonNull(bodyRate, "bodyRate");
        Objects.requireNonNull(sendRate, "sendRate");
    }

    /** Timeouts without a limit for handlers, and without minimum rates. */
    public HttpTimeouts(Duration header, Duration request, Duration keepAlive, Duration write) {
        this(header, request, keepAlive, write, Duration.ZERO, MinimumRate.NONE, MinimumRate.NONE);
    }

    private static void requireNotNegative(Duration timeout, String name) {
        if (timeout.isNegative()) {
            throw new IllegalArgumentException(
                    "the " + name + " timeout is zero (no limit) or more, was " + timeout);
        }
    }

    /** These timeouts with another one for the head. */
    public HttpTimeouts withHeader(Duration header) {
        return new HttpTimeouts(header, request, keepAlive, write, handler, bodyRate, sendRate);
    }

    /** These timeouts with another one for the whole request. */
    public HttpTimeouts withRequest(Duration request) {
        return new HttpTimeouts(header, request, keepAlive, write, handler, bodyRate, sendRate);
    }

    /** These timeouts with another one for idle connections. */
    public HttpTimeouts withKeepAlive(Duration keepAlive) {
        return new HttpTimeouts(header, request, keepAlive, write, handler, bodyRate, sendRate);
    }

    /** These timeouts with another one for peers that do not read. */
    public HttpTimeouts withWrite(Duration write) {
        return new HttpTimeouts(header, request, keepAlive, write, handler, bodyRate, sendRate);
    }

    /** These timeouts with another one for handlers. */
    public HttpTimeouts withHandler(Duration handler) {
        return new HttpTimeouts(header, request, keepAlive, write, handler, bodyRate, sendRate);
    }

    /** These timeouts with a minimum for bodies that come. */
    public HttpTimeouts withBodyRate(MinimumRate bodyRate) {
        return new HttpTimeouts(header, request, keepAlive, write, handler, bodyRate, sendRate);
    }

    /** These timeouts with a minimum for responses that leave. */
    public HttpTimeouts withSendRate(MinimumRate sendRate) {
        return new HttpTimeouts(header, request, keepAlive, write, handler, bodyRate, sendRate);
    }

    /**
     * How often connections are to be looked at, so that none of {@code limits} is late by more
     * than a quarter, nor by more than a second. Those that are zero are off.
     */
    static Duration checkInterval(Duration... limits) {
        Duration shortest = LONG;
        for (Duration limit : limits) {
            if (limit.isPositive() && limit.compareTo(shortest) < 0) {
                shortest = limit;
            }
        }
        // Not Duration's own division: it brings in BigDecimal, at a cost that each start would
        // feel.
        Duration interval = Duration.ofNanos(shortest.toNanos() / CHECKS);
        return interval.compareTo(CHECK_INTERVAL_MIN) < 0 ? CHECK_INTERVAL_MIN : interval;
    }
}
