package dev.millrace.cli.load;

import dev.millrace.loop.Loop;
import dev.millrace.loop.TimerHandle;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * When the requests of one loop are due: at even distances, whatever becomes of those before. A
 * server that stalls finds them all waiting, and each counts from the moment it was due; a load
 * that waits for responses leaves out just the requests that would have shown the stall.
 *
 * <pre>
 *   waiting for the next ──due──▶ sent by a free connection
 *                           └──none free──▶ late: the next one that becomes free sends it
 * </pre>
 *
 * The kernel's timers wake up a millisecond late, so the last two are spent asking the clock once a
 * turn.
 */
final class Schedule {
    private static final long SPIN_NANOS = 2_000_000;
    private static final double SECOND_NANOS = 1e9;

    private final Loop loop;
    private final double perSecond;
    private final LoadLoop load;
    private long start;

    /** The number of the next request, from 0. */
    private long next;

    /** Where the search for a free connection begins. */
    private int turn;

    private boolean isWaiting;
    private boolean isOver;
    private @Nullable TimerHandle timer;

    Schedule(Loop loop, double perSecond, LoadLoop load) {
        this.loop = loop;
        this.perSecond = perSecond;
        this.load = load;
    }

    void start() {
        start = System.nanoTime();
        proceed();
    }

    private long due(long number) {
        return start + (long) (number * SECOND_NANOS / perSecond);
    }

    /** Sends what is due, as far as connections are free, and waits for the next one. */
    private void proceed() {
        isWaiting = false;
        long now = System.nanoTime();
        while (!isOver && due(next) <= now) {
            LoadConnection free = free();
            if (free == null || !load.mayAsk()) {
                // The first connection that becomes free goes on.
                return;
            }
            free.send(due(next++), now);
        }
        await(now);
    }

    /** {@code connection} can send. */
    void serve(LoadConnection connection) {
        long now = System.nanoTime();
        while (!isOver && connection.isFree() && due(next) <= now && load.mayAsk()) {
            connection.send(due(next++), now);
        }
        await(now);
    }

    private @Nullable LoadConnection free() {
        int size = load.connections().size();
        for (int tried = 0; tried < size; tried++) {
            turn = turn + 1 < size ? turn + 1 : 0;
            LoadConnection connection = load.connections().get(turn);
            if (connection.isFree()) {
                return connection;
            }
        }
        return null;
    }

    private void await(long now) {
        if (isWaiting || isOver) {
            return;
        }
        isWaiting = true;
        long left = due(next) - now;
        if (left > SPIN_NANOS) {
            timer = loop.setTimeout(Duration.ofNanos(left - SPIN_NANOS), this::spin);
        } else {
            loop.setImmediate(this::spin);
        }
    }

    private void spin() {
        if (!isOver && due(next) > System.nanoTime()) {
            loop.setImmediate(this::spin);
        } else {
            proceed();
        }
    }

    /** Ends it, and answers how many were due and not sent. */
    long stop() {
        isOver = true;
        if (timer != null) {
            timer.close();
        }
        long late = System.nanoTime() - due(next);
        return late < 0 ? 0 : (long) (late / SECOND_NANOS * perSecond) + 1;
    }
}
