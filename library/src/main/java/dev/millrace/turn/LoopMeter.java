package dev.millrace.turn;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Measures a loop, once that was asked for: the phases hold one, or null. The loop's thread writes,
 * any thread reads.
 */
public final class LoopMeter {
    private static final int TURNS = 0;
    private static final int EVENTS = 1;
    private static final int IDLE_NANOS = 2;

    private final AtomicLongArray counts = new AtomicLongArray(3);
    private final LagHistogram timerLag = new LagHistogram();
    private final LagHistogram turnTime = new LagHistogram();

    /** When the wait or the work between two waits began that is under way. */
    private long sinceNanos;

    /** Measures from {@code nowNanos} on. */
    public LoopMeter(long nowNanos) {
        begin(nowNanos);
    }

    /** The loop begins to run; the time before counts for nothing. */
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

    /** Turns that began. Any thread, as the next ones. */
    public long turns() {
        return counts.getOpaque(TURNS);
    }

    /** Events and tasks of other threads that the poll phase ran. */
    public long events() {
        return counts.getOpaque(EVENTS);
    }

    /** The time spent waiting for events. */
    public long idleNanos() {
        return counts.getOpaque(IDLE_NANOS);
    }

    /** How late timers ran. */
    public LagFigures timerLag() {
        return timerLag.read();
    }

    /** How long the loop was away from waiting. */
    public LagFigures turnTime() {
        return turnTime.read();
    }
}
