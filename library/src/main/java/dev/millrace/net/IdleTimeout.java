package dev.millrace.net;

import dev.millrace.loop.Loop;
import dev.millrace.loop.TimerHandle;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Tells when a socket was idle for so long (rows H5 to H7, R28). Progress costs it nothing: the
 * handle notes when bytes last went, and the timer looks there when it is due.
 *
 * <pre>
 *   waiting ──due, progress since──▶ waiting for the rest of the time
 *      └──due, none since──▶ told ──due, none since──▶ told, in silence
 *                              └──due, progress since──▶ waiting
 * </pre>
 */
final class IdleTimeout {
    /** It looks again for as long as the socket is open: no limit makes the loop spin. */
    private static final long LEAST_NANOS = 1_000_000;

    /** A century. */
    private static final Duration NEVER = Duration.ofDays(36_500);

    private final NetSocket socket;
    private final long limitNanos;
    private final Runnable listener;
    private final TimerHandle timer;

    /** Since when it waits, whatever the handle says: it was set, or the connection stands. */
    private long sinceNanos;

    /** The progress behind which an idle stretch was told. */
    private long toldNanos;

    private boolean isTold;

    /** As {@link NetSocket#timeout} takes it; null for none. */
    static @Nullable IdleTimeout of(NetSocket socket, Duration limit, Runnable listener) {
        Objects.requireNonNull(listener, "listener");
        if (limit.isNegative()) {
            throw new IllegalArgumentException("an idle timeout is zero or more: " + limit);
        }
        boolean isSet = !limit.isZero() && !socket.isDestroyed();
        return isSet ? new IdleTimeout(socket, limit, listener) : null;
    }

    private IdleTimeout(NetSocket socket, Duration limit, Runnable listener) {
        this.socket = socket;
        long asked = limit.compareTo(NEVER) < 0 ? limit.toNanos() : NEVER.toNanos();
        this.limitNanos = Math.max(asked, LEAST_NANOS);
        this.listener = listener;
        this.timer = new TimerHandle(socket.loop());
        timer.unref();
        socket.handle.progressNanos(); // noted from now on
        restart();
    }

    private Loop loop() {
        return socket.loop();
    }

    /** Counts from now. */
    void restart() {
        sinceNanos = loop().hrtime();
        waitFor(limitNanos);
    }

    void stop() {
        timer.close();
    }

    /** From this moment on, where the timer itself would count from the loop's cached time. */
    private void waitFor(long nanos) {
        long late = loop().hrtime() - loop().nowNanos();
        timer.start(Duration.ofNanos(nanos + late), this::due);
    }

    private void due() {
        long progress = socket.handle.progressNanos();
        long last = progress - sinceNanos > 0 ? progress : sinceNanos;
        long idle = loop().hrtime() - last;
        if (idle < limitNanos) {
            waitFor(limitNanos - idle);
            return;
        }
        waitFor(limitNanos);
        if (!isTold || toldNanos != last) {
            isTold = true;
            toldNanos = last;
            SocketTransport.guarded(socket, listener);
        }
    }
}
