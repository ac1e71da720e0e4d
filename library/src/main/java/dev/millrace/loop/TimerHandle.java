package dev.millrace.loop;

import dev.millrace.observe.Cause;
import dev.millrace.turn.Timer;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A timer. It runs in the timer phase at the end of a turn; timers due at the same time run in the
 * order they were started. A repeating timer is armed again before its callback, so that the
 * callback can stop it.
 *
 * <p>As libuv's, it counts from the loop's cached {@link Loop#now}, which is read once a turn:
 * after work of 500 ms in the same callback a timer of 400 ms is due at once. {@link
 * Loop#setTimeout} and {@link Loop#setInterval} count from the moment of the call.
 *
 * {@snippet class="dev.millrace.loop.LoopExamplesTest" region="timer"}
 */
public final class TimerHandle extends Handle {
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final Entry entry = new Entry();
    private long repeatNanos;
    private @Nullable Runnable callback;

    /** A timer that is not started yet. */
    public TimerHandle(Loop loop) {
        super(loop);
    }

    @Override
    HandleKind ownKind() {
        return HandleKind.TIMER;
    }

    /** Runs {@code callback} once after {@code timeout}; a timer that is running starts anew. */
    public void start(Duration timeout, Runnable callback) {
        start(timeout, Duration.ZERO, callback);
    }

    /**
     * Runs {@code callback} after {@code timeout}, then every {@code repeat} (zero: once).
     *
     * @throws IllegalArgumentException if a duration is negative
     * @throws IllegalStateException if the timer is closed
     */
    public void start(Duration timeout, Duration repeat, Runnable callback) {
        start(loop.nowNanos(), timeout, repeat, callback);
    }

    /** As {@link #start(Duration, Duration, Runnable)}, counted from this moment. */
    void startNow(Duration timeout, Duration repeat, Runnable callback) {
        start(loop.hrtime(), timeout, repeat, callback);
    }

    private void start(long startNanos, Duration timeout, Duration repeat, Runnable callback) {
        loop.checkThread();
        if (isClosing()) {
            throw new IllegalStateException("the timer is closed");
        }
        if (timeout.isNegative() || repeat.isNegative()) {
            throw new IllegalArgumentException(
                    "a timer's duration is zero or more: " + timeout + ", " + repeat);
        }
        this.callback = Cause.bind(Objects.requireNonNull(callback, "callback"));
        this.repeatNanos = nanos(repeat);
        arm(startNanos, nanos(timeout));
    }

    /** Stops the timer; a stopped timer stays usable. */
    public void stop() {
        loop.checkThread();
        loop.timers().remove(entry);
        setActive(false);
    }

    /**
     * Starts a repeating timer anew with its interval, and does nothing to one that does not
     * repeat.
     *
     * @throws IllegalStateException if the timer was never started
     */
    public void again() {
        loop.checkThread();
        if (callback == null) {
            throw new IllegalStateException("the timer was never started");
        }
        if (repeatNanos > 0 && !isClosing()) {
            arm(loop.nowNanos(), repeatNanos);
        }
    }

    /** The time left, by the loop's cached time; zero when it is due or stopped. */
    public Duration dueIn() {
        loop.checkThread();
        return entry.isStarted()
                ? Duration.ofNanos(Math.max(0, entry.dueNanos() - loop.nowNanos()))
                : Duration.ZERO;
    }

    long dueNanos() {
        return entry.dueNanos();
    }

    private void arm(long startNanos, long nanos) {
        loop.timers().remove(entry);
        loop.timers().add(entry, startNanos + nanos);
        setActive(true);
    }

    /** What the loop's heap holds of it. */
    private final class Entry extends Timer {
        @Override
        public void expire() {
            setActive(false);
            if (repeatNanos > 0) {
                arm(loop.nowNanos(), repeatNanos);
            }
        }

        @Override
        public void call() {
            Objects.requireNonNull(callback).run();
        }

        @Override
        public void failed(Throwable thrown) {
            TimerHandle.this.thrown(thrown);
        }
    }

    @Override
    void release() {
        loop.timers().remove(entry);
    }

    private static long nanos(Duration duration) {
        // Half of the clock's range is 146 years: "never" for every purpose, and safe to add to the
        // time.
        return duration.getSeconds() > Long.MAX_VALUE / 2_000_000_000L
                ? Long.MAX_VALUE / 2
                : duration.toNanos();
    }

    @Override
    String details() {
        long nanos = Math.max(0, entry.dueNanos() - loop.turnNanos());
        return (entry.isStarted() ? ", due in " + nanos / NANOS_PER_MILLI + " ms" : "")
                + (repeatNanos > 0 ? ", every " + repeatNanos / NANOS_PER_MILLI + " ms" : "");
    }
}
