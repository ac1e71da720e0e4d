package dev.millrace.http;

import dev.millrace.http.HttpClientStatistics.Limit;
import java.time.Duration;
import java.util.Locale;

/** What a connection of a client waits for, and since when; the twin of {@link ConnectionClock}. */
final class ClientClock {
    /** A server that closes after so many seconds may do so while a request is on its way. */
    private static final Duration MARGIN = Duration.ofSeconds(1);

    private final ClientConnection connection;

    /** Since when nothing has moved. */
    private long sinceNanos;

    /** What had left the last time. */
    private long sentBytes;

    /** A rate is being taken, since when and from what. */
    private boolean isRated;

    private long rateNanos;
    private long rateBytes;

    /** How long the connection may rest now. */
    private Duration restMax = Duration.ZERO;

    ClientClock(ClientConnection connection) {
        this.connection = connection;
        moved();
    }

    /** A request begins, or a byte came. */
    void moved() {
        sinceNanos = connection.loop().hrtime();
    }

    /**
     * How long the connection may rest after {@code headers}; zero: not at all. Their hint counts
     * as the first number behind {@code timeout=}.
     */
    Duration restAfter(HttpHeaders headers) {
        Duration idle = connection.pool().client().options().pool().idle();
        long seconds = headers.first("Keep-Alive").map(ClientClock::timeout).orElse(-1L);
        if (seconds >= 0 && Duration.ofSeconds(seconds).minus(MARGIN).compareTo(idle) < 0) {
            idle = Duration.ofSeconds(seconds).minus(MARGIN);
        }
        restMax = idle.isNegative() ? Duration.ZERO : idle;
        return restMax;
    }

    /** Negative when there is none. */
    private static long timeout(String hint) {
        int at = hint.toLowerCase(Locale.ROOT).indexOf("timeout=");
        int from = at + "timeout=".length();
        int end = from;
        while (at >= 0 && end < hint.length() && end - from < 9 && isDigit(hint.charAt(end))) {
            end++;
        }
        return at < 0 || end == from ? -1 : Long.parseLong(hint.substring(from, end));
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    /** Ends what has waited for too long. */
    void check(long nowNanos) {
        ClientExchange exchange = connection.current();
        long queued = connection.socket().queuedBytes();
        long sent = connection.socket().bytesWritten() - queued;
        boolean isWaiting = exchange == null || isWaiting(exchange, queued);
        if (sent != sentBytes || connection.isHeld() || !isWaiting) {
            sentBytes = sent;
            sinceNanos = exchange == null ? sinceNanos : nowNanos;
        }
        long waited = nowNanos - sinceNanos;
        if (exchange != null) {
            checkExchange(exchange, queued, nowNanos, waited);
            checkRate(exchange, queued, sent, nowNanos);
        } else if (waited >= restMax.toNanos() && connection.isResting()) {
            connection.drop();
        }
    }

    private void checkExchange(ClientExchange exchange, long queued, long nowNanos, long waited) {
        HttpClientTimeouts timeouts = connection.pool().client().options().timeouts();
        if (isOver(timeouts.total(), nowNanos - exchange.begunNanos())) {
            late(exchange, Limit.TOTAL, timeouts.total());
            return;
        }
        boolean isForHead = queued == 0 && !exchange.hasResponse();
        Duration limit = isForHead ? timeouts.response() : timeouts.body();
        if (isOver(limit, waited)) {
            late(exchange, isForHead ? Limit.RESPONSE : Limit.BODY, limit);
        }
    }

    private void late(ClientExchange exchange, Limit limit, Duration length) {
        connection.release();
        connection.pool().client().late(exchange, limit, length);
    }

    static boolean isOver(Duration limit, long nanos) {
        return !limit.isZero() && nanos >= limit.toNanos();
    }

    /** The rate counts while bytes are due from the server, or wait for it. */
    private void checkRate(ClientExchange exchange, long queued, long sent, long nowNanos) {
        long least = connection.pool().client().options().timeouts().minBytesPerSecond();
        boolean isMoving = queued > 0 || exchange.hasResponse();
        if (least == 0 || !isMoving || connection.isHeld() || connection.current() == null) {
            isRated = false;
            return;
        }
        long moved = sent + connection.socket().bytesRead();
        long period = HttpClientTimeouts.RATE_PERIOD.toNanos();
        if (!isRated) {
            isRated = true;
            rateNanos = nowNanos;
            rateBytes = moved;
        } else if (nowNanos - rateNanos >= period) {
            double seconds = (nowNanos - rateNanos) / 1e9;
            if (moved - rateBytes < least * seconds) {
                late(exchange, Limit.RATE, Duration.ofNanos(nowNanos - rateNanos));
            }
            rateNanos = nowNanos;
            rateBytes = moved;
        }
    }

    /** Whether it is the server that something is expected of. */
    private boolean isWaiting(ClientExchange exchange, long queued) {
        boolean isAsked =
                connection.isTunnelling()
                        || exchange.body().isEnded()
                        || exchange.body().isHeld()
                        || exchange.hasResponse();
        return !connection.socket().isConnecting() && (queued > 0 || isAsked);
    }
}
