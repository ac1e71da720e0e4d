package dev.millrace.http;

import java.time.Duration;

/**
 * What a connection waits for, since when, and for how long it may (rows X42, X45, X46, R56). The
 * server looks at all its connections in turn; no connection has a timer of its own.
 *
 * <pre>
 *   accepted ──▶ HEAD ──▶ BODY ──▶ HANDLER ──▶ KEEP_ALIVE ──first byte──▶ HEAD …
 *                                       anywhere ──▶ LINGER
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
        }
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
        checkWrite(timeouts.write(), nowNanos);
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
                    connection.refuse(408, "the request took longer than the request timeout");
                }
            }
            case KEEP_ALIVE -> {
                // A fifth more than announced, for a request that is on its way (X46).
                Duration keepAlive = timeouts.keepAlive();
                if (isOver(keepAlive.plus(keepAlive.dividedBy(5)), nowNanos)) {
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
            connection.refuse(408, "the request head took longer than the header timeout");
        } else {
            connection.socket().destroy();
        }
    }

    private boolean isOver(Duration limit, long nowNanos) {
        return !limit.isZero() && nowNanos - sinceNanos >= limit.toNanos();
    }

    /** X44: bytes wait, and the peer has taken none of them for too long. */
    private void checkWrite(Duration limit, long nowNanos) {
        long queued = connection.socket().queuedBytes();
        long sent = connection.socket().bytesWritten() - queued;
        if (queued == 0 || sent != sentBytes) {
            sentBytes = sent;
            progressNanos = nowNanos;
        } else if (!limit.isZero() && nowNanos - progressNanos >= limit.toNanos()) {
            connection.responses().abort();
        }
    }
}
