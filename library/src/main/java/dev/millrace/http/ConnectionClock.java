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
    private boolean isPaused;
    private long pausedNanos;
    private boolean hasBegun;
    private long sentBytes;
    private long progressNanos;

    ConnectionClock(ServerConnection connection) {
        this.connection = connection;
        this.sinceNanos = now();
        this.progressNanos = sinceNanos;
    }

    private long now() {
        return connection.loop().nowNanos();
    }

    private void waitFor(Wait next) {
        wait = next;
        sinceNanos = now();
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
    }

    void stopped() {
        wait = Wait.NOTHING;
    }

    /** Ends what has waited for too long. */
    void check(HttpTimeouts timeouts) {
        checkWrite(timeouts.write());
        if ((wait == Wait.KEEP_ALIVE || wait == Wait.LINGER)
                && connection.socket().queuedBytes() > 0) {
            // The last response is still on its way, and the peer has nothing to say before it
            // ends.
            sinceNanos = now();
        }
        switch (wait) {
            case HEAD -> {
                if (isOver(timeouts.header())) {
                    headLate();
                }
            }
            case BODY -> {
                if (!isPaused && isOver(timeouts.request())) {
                    connection.refuse(408, "the request took longer than the request timeout");
                }
            }
            case KEEP_ALIVE -> {
                // A fifth more than announced, for a request that is on its way (X46).
                if (isOver(timeouts.keepAlive().plus(timeouts.keepAlive().dividedBy(5)))) {
                    connection.closeWhenIdle();
                }
            }
            case LINGER -> {
                if (isOver(HttpServer.LINGER_MAX)) {
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

    private boolean isOver(Duration limit) {
        return !limit.isZero() && now() - sinceNanos >= limit.toNanos();
    }

    /** X44: bytes wait, and the peer has taken none of them for too long. */
    private void checkWrite(Duration limit) {
        long queued = connection.socket().queuedBytes();
        long sent = connection.socket().bytesWritten() - queued;
        if (queued == 0 || sent != sentBytes) {
            sentBytes = sent;
            progressNanos = now();
        } else if (!limit.isZero() && now() - progressNanos >= limit.toNanos()) {
            connection.socket().destroy();
        }
    }
}
