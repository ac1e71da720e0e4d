package dev.millrace.loop;

import dev.millrace.observe.Observation;
import dev.millrace.turn.CallbackGauge;
import dev.millrace.turn.StallWatcher;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reports callbacks that block their loop: each one that takes longer than a threshold, once with
 * the loop's stack when it is noticed and once with its duration when it is over. A callback is the
 * outermost one with everything it leaves behind, so next-ticks that breed next-ticks are a stall
 * as well.
 *
 * <pre>
 *   watching ──the same callback for longer than the threshold──▶ stalled: told, with its stack
 *       ▲                                                            │
 *       └──────────────────────────it is over: told──────────────────┘
 * </pre>
 *
 * <p>A daemon thread, one for the process, samples the loops that have a detector four times within
 * a threshold. The listener is called on that thread, because the loop has no time: it must be
 * quick, and touch nothing of the loop. The same is told as the JFR event {@code millrace.Stall}.
 * Closing the loop closes its detectors.
 *
 * {@snippet class="dev.millrace.loop.HandleExamplesTest" region="stall"}
 */
public final class StallDetector implements AutoCloseable {
    /** Below this a threshold would report the scheduler rather than the program. */
    public static final Duration THRESHOLD_MIN = Duration.ofMillis(1);

    private static final int SAMPLES_PER_THRESHOLD = 4;
    private static final boolean HAS_FLIGHT_RECORDER =
            ModuleLayer.boot().findModule("jdk.jfr").isPresent();

    private final Loop loop;
    private final CallbackGauge gauge;
    private final long thresholdNanos;
    private final Consumer<? super Stall> listener;
    private final Runnable atLoopClose = this::end;
    private final Watch watch = new Watch();
    private volatile boolean isClosed;

    // The watcher's own, from here on.
    private long seen;
    private long sinceNanos;
    private @Nullable Stall stall;

    /** A detector that is not sampled yet. */
    StallDetector(Loop loop, Duration threshold, Consumer<? super Stall> listener) {
        loop.checkThread();
        if (threshold.compareTo(THRESHOLD_MIN) < 0) {
            throw new IllegalArgumentException(
                    "a threshold is " + THRESHOLD_MIN + " or more: " + threshold);
        }
        this.loop = loop;
        this.thresholdNanos = threshold.toNanos();
        this.listener = Objects.requireNonNull(listener, "listener");
        CallbackGauge present = loop.gauge();
        this.gauge = present == null ? new CallbackGauge() : present;
        gauge.watch();
        loop.gauge(gauge);
        loop.atClose(atLoopClose);
    }

    /**
     * Watches {@code loop}, from its next callback on.
     *
     * @throws IllegalArgumentException if the threshold is below {@link #THRESHOLD_MIN}
     * @throws WrongThreadException on any thread but the loop's
     */
    public static StallDetector start(
            Loop loop, Duration threshold, Consumer<? super Stall> listener) {
        StallDetector detector = new StallDetector(loop, threshold, listener);
        StallWatcher.add(detector.watch);
        return detector;
    }

    /** What the watcher's thread calls. */
    private final class Watch implements StallWatcher.Watch {
        @Override
        public long intervalNanos() {
            return StallDetector.this.intervalNanos();
        }

        @Override
        public void sample(long nowNanos) {
            StallDetector.this.sample(nowNanos);
        }
    }

    /** How long the watcher may wait between two samples. */
    long intervalNanos() {
        return thresholdNanos / SAMPLES_PER_THRESHOLD;
    }

    /** Looks at the loop; one thread only, which is the watcher's. */
    void sample(long nowNanos) {
        long number = gauge.read();
        if (number != seen) {
            Stall before = stall;
            stall = null;
            if (before != null) {
                report(nowNanos - sinceNanos, before.stack(), true);
            }
            seen = number;
            sinceNanos = nowNanos;
        } else if (CallbackGauge.isInCallback(number)
                && stall == null
                && nowNanos - sinceNanos > thresholdNanos) {
            StackTraceElement[] stack = loop.thread().getStackTrace();
            // If the callback has ended meanwhile, the stack is of something else.
            if (gauge.read() == number) {
                stall = report(nowNanos - sinceNanos, List.of(stack), false);
            }
        }
    }

    private Stall report(long nanos, List<StackTraceElement> stack, boolean isOver) {
        Stall found = new Stall(loop.thread().getName(), Duration.ofNanos(nanos), stack, isOver);
        if (!isClosed) {
            try {
                if (HAS_FLIGHT_RECORDER) {
                    StallEvent.commit(found);
                }
                Observation.tellStall(found.thread(), found.lasted());
                listener.accept(found);
            } catch (Throwable thrown) {
                loop.execute(() -> loop.uncaught(thrown));
            }
        }
        return found;
    }

    /** No further report, but for one that is being told right now. Idempotent. */
    @Override
    public void close() {
        loop.checkThread();
        loop.notAtClose(atLoopClose);
        end();
    }

    private void end() {
        if (!isClosed) {
            isClosed = true;
            StallWatcher.remove(watch);
            if (gauge.unwatch()) {
                loop.gauge(null);
            }
        }
    }

    /** {@code StallDetector[main, 100 ms]}. Any thread. */
    @Override
    public String toString() {
        return "StallDetector["
                + (isClosed ? "closed, " : "")
                + loop.thread().getName()
                + ", "
                + Duration.ofNanos(thresholdNanos).toMillis()
                + " ms]";
    }
}
