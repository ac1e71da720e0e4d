package dev.millrace.http;

import dev.millrace.http.HttpServerStatistics.Timeout;
import dev.millrace.http.HttpTimeouts.MinimumRate;
import dev.millrace.kernel.SystemError;
import dev.millrace.sys.Errno;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a connection waits for, since when, and for how long it may (rows X42, X45, X46, R56). The
 * server looks at all its connections in turn; no connection has a timer of its own.
 *
 * <pre>
 *   accepted ──▶ HEAD ──▶ BODY ──▶ HANDLER ──▶ KEEP_ALIVE ──first byte──▶ HEAD …
 *   moved here ────────────────────────────────────────┘        anywhere ──▶ LINGER
 * </pre>
 */
final class ConnectionClock {
    private enum Wait {
        HEAD,
        BODY,
        HANDLER,
        KEEP_ALIVE,
        LINGER,
        NOTHING
    }

    private static final double NANOS_PER_SECOND = 1e9;

    private final ServerConnection connection;
    private Wait wait = Wait.HEAD;
    private long sinceNanos;

    /** The wait began within the chunk that is being parsed, and counts from its end. */
    private boolean isBeginning;

    private boolean isPaused;
    private long pausedNanos;
    private boolean hasBegun;
    private long sentBytes;
    private long progressNanos;

    /** How fast a body comes, and how fast what waits is taken; null while that is not measured. */
    private @Nullable Stretch bodyRate;

    private @Nullable Stretch sendRate;

    /** When the last response was out. */
    private long lingerNanos;

    ConnectionClock(ServerConnection connection) {
        this.connection = connection;
        this.sinceNanos = now();
        this.progressNanos = sinceNanos;
    }

    /** Not the loop's cached time: a handler may have kept it for long. */
    private long now() {
        return connection.loop().hrtime();
    }

    /** The clock is read once a chunk, however many requests are in it. */
    private void waitFor(Wait next) {
        wait = next;
        isBeginning = true;
        if (!connection.intake().isParsing()) {
            parsed();
        }
    }

    /** The chunk is parsed, and its handlers have returned. */
    void parsed() {
        if (isBeginning) {
            isBeginning = false;
            sinceNanos = now();
        }
    }

    /** The first request's head counts from the accept, whenever its first byte came (X45). */
    void requestBegan() {
        if (wait == Wait.KEEP_ALIVE || wait == Wait.HANDLER) {
            waitFor(Wait.HEAD);
        }
        hasBegun = true;
    }

    void headEnded() {
        wait = Wait.BODY;
    }

    void requestEnded() {
        isPaused = false;
        wait = Wait.HANDLER;
    }

    void paused() {
        if (!isPaused) {
            isPaused = true;
            pausedNanos = now();
        }
    }

    void resumed() {
        if (isPaused) {
            isPaused = false;
            sinceNanos += now() - pausedNanos;
            bodyRate = null;
        }
    }

    /** The connection has come in between two requests of another server's. */
    void moved() {
        waitFor(Wait.KEEP_ALIVE);
    }

    /** Every response is out. While a further request is arriving, its own clock runs. */
    void idle() {
        if (wait == Wait.HANDLER) {
            hasBegun = false;
            waitFor(Wait.KEEP_ALIVE);
        }
    }

    void lingering() {
        waitFor(Wait.LINGER);
        lingerNanos = now();
    }

    /** Something has come that is thrown away. */
    void lingersOn() {
        sinceNanos = now();
    }

    void stopped() {
        wait = Wait.NOTHING;
    }

    /** Ends what has waited for too long. */
    void check(HttpTimeouts timeouts, long nowNanos) {
        checkWrite(timeouts, nowNanos);
        if (connection.isGone) {
            return;
        }
        if (timeouts.handler().isPositive()) {
            connection.responses().checkHandlers(timeouts.handler(), nowNanos);
        }
        if ((wait == Wait.KEEP_ALIVE || wait == Wait.LINGER)
                && connection.socket().queuedBytes() > 0) {
            // The last response is still on its way, and the peer has nothing to say before it
            // ends.
            sinceNanos = nowNanos;
            lingerNanos = nowNanos;
        }
        switch (wait) {
            case HEAD -> {
                if (isOver(timeouts.header(), nowNanos)) {
                    headLate();
                }
            }
            case BODY -> {
                if (!isPaused && isOver(timeouts.request(), nowNanos)) {
                    late(Timeout.REQUEST, "the request took longer than the request timeout");
                } else if (!timeouts.bodyRate().isNone() && isBodySlow(timeouts, nowNanos)) {
                    late(Timeout.BODY_RATE, "the body came slower than the minimum rate");
                }
            }
            case KEEP_ALIVE -> {
                // A fifth more than announced, for a request that is on its way (X46).
                long keepAlive = timeouts.keepAlive().toNanos();
                if (keepAlive > 0
                        && nowNanos - sinceNanos - keepAlive >= keepAlive / 5
                        && connection.isIdle()) {
                    count(Timeout.KEEP_ALIVE);
                    connection.closeWhenIdle();
                }
            }
            case LINGER -> {
                if (isOver(HttpServer.LINGER_IDLE_MAX, nowNanos)
                        || nowNanos - lingerNanos >= HttpServer.LINGER_MAX.toNanos()) {
                    connection.socket().destroy();
                }
            }
            case HANDLER, NOTHING -> {}
        }
    }

    /** To a peer that has not sent a byte there is nothing to say. */
    private void headLate() {
        if (hasBegun) {
            late(Timeout.HEADER, "the request head took longer than the header timeout");
        } else {
            count(Timeout.HEADER);
            connection.socket().destroy();
        }
    }

    private void late(Timeout kind, String text) {
        count(kind);
        connection.refuse(408, "ERR_HTTP_REQUEST_TIMEOUT", text);
    }

    private void count(Timeout kind) {
        connection.server().counts().timedOut(kind);
    }

    /** Nothing is measured over a time in which the peer could not send, or need not. */
    private boolean isBodySlow(HttpTimeouts timeouts, long nowNanos) {
        ServerRequest request = connection.intake().reading();
        if (isPaused || request == null || request.isAwaitingContinue()) {
            bodyRate = null;
            return false;
        }
        long read = connection.socket().bytesRead();
        if (bodyRate == null || bodyRate.request != request) {
            bodyRate = new Stretch(request, read, nowNanos);
        }
        return bodyRate.isSlow(timeouts.bodyRate(), read, nowNanos);
    }

    /** X43, X44: a stretch of time, and what passed in it. */
    private static final class Stretch {
        private final @Nullable ServerRequest request;
        private long beganBytes;
        private long beganNanos;

        Stretch(@Nullable ServerRequest request, long bytes, long nowNanos) {
            this.request = request;
            this.beganBytes = bytes;
            this.beganNanos = nowNanos;
        }

        /** Whether too little has passed; after the grace another stretch begins. */
        boolean isSlow(MinimumRate rate, long bytes, long nowNanos) {
            long nanos = nowNanos - beganNanos;
            if (nanos < rate.grace().toNanos()) {
                return false;
            }
            double least = (double) rate.bytesPerSecond() * nanos / NANOS_PER_SECOND;
            boolean isSlow = bytes - beganBytes < least;
            beganBytes = bytes;
            beganNanos = nowNanos;
            return isSlow;
        }
    }

    private boolean isOver(Duration limit, long nowNanos) {
        return !limit.isZero() && nowNanos - sinceNanos >= limit.toNanos();
    }

    /** X44: bytes wait, and the peer has taken none of them for too long. */
    private void checkWrite(HttpTimeouts timeouts, long nowNanos) {
        Duration limit = timeouts.write();
        long queued = connection.socket().queuedBytes();
        long sent = connection.socket().bytesWritten() - queued;
        if (queued == 0 || sent != sentBytes) {
            sentBytes = sent;
            progressNanos = nowNanos;
        } else if (!limit.isZero() && nowNanos - progressNanos >= limit.toNanos()) {
            cut(Timeout.WRITE);
            return;
        }
        if (queued == 0 || timeouts.sendRate().isNone()) {
            sendRate = null;
        } else if (sendRate == null) {
            sendRate = new Stretch(null, sent, nowNanos);
        } else if (sendRate.isSlow(timeouts.sendRate(), sent, nowNanos)) {
            cut(Timeout.SEND_RATE);
        }
    }

    /** The peer takes nothing, or too little: it can't be told so. */
    private void cut(Timeout kind) {
        count(kind);
        connection.responses().abort(SystemError.of(Errno.ETIMEDOUT, "write"));
    }
}
