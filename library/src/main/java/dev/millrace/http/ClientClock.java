package dev.millrace.http;

import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a connection of a client waits for, and since when; the twin of {@link ConnectionClock}. */
final class ClientClock {
    /** A server that closes after so many seconds may do so while a request is on its way. */
    private static final Duration MARGIN = Duration.ofSeconds(1);

    private final ClientConnection connection;

    /** Since when nothing has moved. */
    private long sinceNanos;

    /** What had left the last time. */
    private long sentBytes;

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
        Duration idle = connection.options().pool().idle();
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
        HttpClientTimeouts timeouts = connection.options().timeouts();
        ClientRequest request = connection.current();
        long queued = connection.socket().queuedBytes();
        long sent = connection.socket().bytesWritten() - queued;
        if (sent != sentBytes || connection.isHeld() || !isWaiting(request, queued)) {
            sentBytes = sent;
            sinceNanos = request == null ? sinceNanos : nowNanos;
        }
        long waited = nowNanos - sinceNanos;
        if (request == null) {
            if (waited >= restMax.toNanos() && connection.isResting()) {
                connection.drop();
            }
            return;
        }
        boolean isForHead = queued == 0 && !request.hasResponse();
        Duration limit = isForHead ? timeouts.response() : timeouts.body();
        if (!limit.isZero() && waited >= limit.toNanos()) {
            connection.late(isForHead ? "response" : "body");
        }
    }

    /** Whether it is the server that something is expected of. */
    private boolean isWaiting(@Nullable ClientRequest request, long queued) {
        return request == null
                || !connection.socket().isConnecting()
                        && (queued > 0 || request.isEnded() || request.hasResponse());
    }
}
