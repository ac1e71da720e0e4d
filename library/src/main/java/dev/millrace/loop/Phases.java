package dev.millrace.loop;

import dev.millrace.driver.Driver;
import dev.millrace.driver.Guarded;
import org.jspecify.annotations.Nullable;

/**
 * The phases of a {@link Loop}, in the order that libuv has them since 1.45 (rows A3, R1); each is
 * entered through the {@link CallbackScope}:
 *
 * <pre>
 *     ┌▶ pending ─▶ idle ─▶ prepare ─▶ poll ─▶ pending (again) ─▶ check ─▶ closing ─▶ timers ─┐
 *     └──────────────────────────── while something keeps it alive ◀─────────────────────────┘
 * </pre>
 */
final class Phases {
    /** Tasks of other threads run in one turn, so that they can't starve the loop's own events. */
    private static final int TASKS_PER_TURN = 1024;

    /**
     * Rounds of callbacks that became pending by callbacks, before the next phase gets its turn.
     */
    private static final int PENDING_ROUNDS_MAX = 8;

    private final Driver driver;
    private final CallbackScope scope;
    private final Loop loop;
    private final Driver.Dispatcher dispatcher = this::dispatch;
    final TimerHeap timers = new TimerHeap();
    final PhaseList idle = new PhaseList();
    final PhaseList prepare = new PhaseList();
    final PhaseList check = new PhaseList();
    final TurnQueues queues;
    final RemoteTasks inbox;
    long nowNanos;
    int activeHandles;
    int activeRequests;
    boolean isStopped;
    private boolean isTimeStale;

    /** Null until somebody wants to measure the loop; other threads have {@link Loop#metrics}. */
    @Nullable LoopMeter meter;

    Phases(Loop loop, CallbackScope scope) {
        this.loop = loop;
        this.driver = loop.driver;
        this.scope = scope;
        this.queues = new TurnQueues(scope);
        this.inbox = new RemoteTasks(driver);
        updateTime();
    }

    /** Runs turns until nothing is left to do, or as {@code mode} says. */
    void run(RunMode mode) {
        scope.settleNow();
        updateTime();
        if (meter != null) {
            meter.begin(nowNanos);
        }
        if (mode == RunMode.DEFAULT && isAlive() && !isStopped) {
            runTimers();
        }
        while (isAlive() && !isStopped) {
            boolean mayWait =
                    mode == RunMode.DEFAULT || (mode == RunMode.ONCE && !queues.hasPending());
            queues.runPending();
            idle.run(scope);
            prepare.run(scope);
            poll(mayWait ? timeoutNanos() : 0);
            for (int round = 0; round < PENDING_ROUNDS_MAX && queues.hasPending(); round++) {
                queues.runPending();
            }
            check.run(scope);
            queues.runImmediates();
            queues.runClosing();
            updateTime();
            runTimers();
            if (mode != RunMode.DEFAULT) {
                break;
            }
        }
    }

    /**
     * Zero when there is something to do anyway, else until the next timer, else without end (row
     * A6).
     */
    private long timeoutNanos() {
        boolean isWaiting = activeHandles > 0 || activeRequests > 0;
        if (isStopped || !isWaiting || !queues.isEmpty() || !idle.isEmpty() || !inbox.isEmpty()) {
            return 0;
        }
        return timers.isEmpty() ? -1 : Math.max(0, timers.nextDueNanos() - nowNanos);
    }

    private void poll(long timeoutNanos) {
        isTimeStale = timeoutNanos != 0;
        if (meter != null) {
            meter.turn(driver.nanoTime());
        }
        driver.poll(timeoutNanos, dispatcher);
        if (isTimeStale) {
            waited();
        }
        if (inbox.beginDrain()) {
            for (int count = 0; count < TASKS_PER_TURN; count++) {
                Runnable task = inbox.poll();
                if (task == null) {
                    break;
                }
                dispatch(new Task(loop, task));
            }
        }
    }

    /**
     * The first event after a wait finds the time as it is now, everything else in the turn finds
     * the same (row A7).
     */
    private void dispatch(Guarded callback) {
        if (isTimeStale) {
            waited();
        }
        if (meter != null) {
            meter.event();
        }
        scope.enter(callback);
    }

    private void waited() {
        updateTime();
        if (meter != null) {
            meter.waited(nowNanos);
        }
    }

    private void runTimers() {
        long startedBefore = timers.starts();
        long now = nowNanos;
        TimerHandle due = timers.pollDue(now, startedBefore);
        if (due == null) {
            return;
        }
        for (; due != null; due = timers.pollDue(now, startedBefore)) {
            if (meter != null) {
                meter.timer(now - due.dueNanos);
            }
            due.expire();
            scope.enter(due, TimerHandle::call, TimerHandle::thrown);
        }
        // The next turn begins: what the timers took must not make it wait too long. libuv leaves
        // that out, and its next timer is late by as much.
        updateTime();
    }

    /** Whether something keeps the loop running (row A4). */
    boolean isAlive() {
        return activeHandles > 0 || activeRequests > 0 || !queues.isEmpty() || !inbox.isEmpty();
    }

    void updateTime() {
        isTimeStale = false;
        nowNanos = driver.nanoTime();
    }
}
