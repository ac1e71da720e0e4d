package dev.millrace.loop;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Measures a loop, once somebody asked for it: the phases hold one, or null. The loop's thread
 * writes, any thread reads.
 */
final class LoopMeter {
    private static final int TURNS = 0;
    private static final int EVENTS = 1;
    private static final int IDLE_NANOS = 2;

    private final AtomicLongArray counts = new AtomicLongArray(3);
    private final LagHistogram timerLag = new LagHistogram();
    private final LagHistogram turnTime = new LagHistogram();

    /** When the wait or the work between two waits began that is under way. */
    private long sinceNanos;

    LoopMeter(long nowNanos) {
        begin(nowNanos);
    }

    /** The loop begins to run; the time before is nobody's. */
    void begin(long nowNanos) {
        sinceNanos = nowNanos;
    }

    void event() {
        add(EVENTS, 1);
    }

    void timer(long lateNanos) {
        timerLag.record(lateNanos);
    }

    /** The loop is about to look for events, whether it may wait or not: once a turn. */
    void turn(long nowNanos) {
        add(TURNS, 1);
        turnTime.record(nowNanos - sinceNanos);
        sinceNanos = nowNanos;
    }

    /** The loop has waited. */
    void waited(long nowNanos) {
        add(IDLE_NANOS, nowNanos - sinceNanos);
        sinceNanos = nowNanos;
    }

    private void add(int index, long difference) {
        counts.setOpaque(index, counts.getPlain(index) + difference);
    }

    LoopMetrics read() {
        return new LoopMetrics(
                counts.getOpaque(TURNS),
                counts.getOpaque(EVENTS),
                Duration.ofNanos(counts.getOpaque(IDLE_NANOS)),
                timerLag.read(),
                turnTime.read());
    }
}
