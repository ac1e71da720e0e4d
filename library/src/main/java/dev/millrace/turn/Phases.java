package dev.millrace.turn;

import dev.millrace.driver.Driver;
import dev.millrace.driver.Guarded;
import dev.millrace.observe.Observation;
import org.jspecify.annotations.Nullable;

/**
 * The phases of a loop, in the order that libuv has them since 1.45 (rows A3, R1); each is entered
 * through the {@link CallbackScope}:
 *
 * <pre>
 *     ┌▶ pending ─▶ idle ─▶ prepare ─▶ poll ─▶ pending (again) ─▶ check ─▶ closing ─▶ timers ─┐
 *     └──────────────────────────── while something keeps it alive ◀─────────────────────────┘
 * </pre>
 */
public final class Phases {
    /** Tasks of other threads run in one turn, so that they can't starve the loop's own events. */
    private static final int TASKS_PER_TURN = 1024;

    /**
     * Rounds of callbacks that became pending by callbacks, before the next phase gets its turn.
     */
    private static final int PENDING_ROUNDS_MAX = 8;

    private final Driver driver;
    private final Failures failures = new Failures();
    private final CallbackScope scope = new CallbackScope(failures, this::pendRest);
    private final Driver.Dispatcher dispatcher = this::dispatch;
    private final TurnQueue<Guarded> pending = new TurnQueue<>(scope::enter);
    private final PhaseList idle = new PhaseList();
    private final PhaseList prepare = new PhaseList();
    private final RemoteTasks inbox;
    private final PhaseList check = new PhaseList();

    /** Run right after {@link #check}. */
    private final TurnQueue<?> immediates;

    private final TurnQueue<?> closing;
    private final TimerHeap timers = new TimerHeap();

    /** The loop's time, read once a turn. */
    private long nowNanos;

    /** {@link #nowNanos} is from before a wait. */
    private boolean isTimeStale;

    /** Handles that keep the loop alive. */
    private int activeHandles;

    /** Requests, work and holds that keep the loop alive. */
    private int activeRequests;

    /** The run ends after this turn. */
    private boolean isStopped;

    /** Null until the loop is to be measured. */
    private @Nullable LoopMeter meter;

    /** Phases on {@code driver}; what waits for the last two queues is known to the caller. */
    public Phases(Driver driver, TurnQueue<?> immediates, TurnQueue<?> closing) {
        this.driver = driver;
        this.immediates = immediates;
        this.closing = closing;
        this.inbox = new RemoteTasks(driver);
        scope.gather().announce(driver);
        updateTime();
    }

    /** Runs turns until nothing is left to do, or {@link #stop} is called. */
    public void runToEnd() {
        run(false, true);
    }

    /** Runs one turn, which waits for an event only if it may and nothing else is due. */
    public void runTurn(boolean mayWait) {
        run(true, mayWait);
    }

    private void run(boolean isSingle, boolean mayWait) {
        scope.trace(Observation.isOn());
        scope.settleNow();
        updateTime();
        if (meter != null) {
            meter.begin(nowNanos);
        }
        if (!isSingle && isAlive() && !isEnding()) {
            runTimers();
        }
        while (isAlive() && !isEnding()) {
            boolean waits = mayWait && (!isSingle || pending.isEmpty());
            scope.trace(Observation.isOn());
            pending.run();
            idle.run(scope);
            prepare.run(scope);
            poll(waits ? timeoutNanos() : 0);
            for (int round = 0; round < PENDING_ROUNDS_MAX && !pending.isEmpty(); round++) {
                pending.run();
            }
            check.run(scope);
            immediates.run();
            closing.run();
            updateTime();
            runTimers();
            if (isSingle) {
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
        if (isEnding() || !isWaiting || isWorkQueued() || !idle.isEmpty() || !inbox.isEmpty()) {
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
                dispatch(new Task(failures, task));
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
        Timer due = timers.pollDue(now, startedBefore);
        if (due == null) {
            return;
        }
        for (; due != null; due = timers.pollDue(now, startedBefore)) {
            if (meter != null) {
                meter.timer(now - due.dueNanos);
            }
            due.expire();
            scope.enter(due);
        }
        // The next turn begins: what the timers took must not make it wait too long. libuv leaves
        // that out, and its next timer is late by as much.
        updateTime();
    }

    /** Whether something keeps the loop running (row A4). */
    public boolean isAlive() {
        return activeHandles > 0 || activeRequests > 0 || isWorkQueued() || !inbox.isEmpty();
    }

    /** Reads the clock. */
    public void updateTime() {
        isTimeStale = false;
        nowNanos = driver.nanoTime();
    }

    private boolean isWorkQueued() {
        return !pending.isEmpty() || !immediates.isEmpty() || !closing.isEmpty();
    }

    private boolean isEnding() {
        return isStopped || failures.isFatal();
    }

    private void pendRest() {
        pend(scope::restIsNext);
    }

    /** Runs {@code task} in the next pending phase. */
    public void pend(Runnable task) {
        pending.add(new Task(failures, task));
    }

    /** Ends the run after this turn. */
    public void stop() {
        isStopped = true;
    }

    /** After a run, however it ended: the next one starts clean. */
    public void ended() {
        isStopped = false;
        scope.unwound();
    }

    /** Counts handles that keep the loop alive. */
    public void countActive(int difference) {
        activeHandles += difference;
    }

    /** Handles that keep the loop alive; on another thread the number may be old. */
    public int activeHandles() {
        return activeHandles;
    }

    /** Counts requests, and other work under way, that keep the loop alive. */
    public void countRequests(int difference) {
        activeRequests += difference;
    }

    /** Measures from now on; null until then. */
    public void meter(LoopMeter meter) {
        this.meter = meter;
    }

    /** The loop's time, read once a turn. */
    public long nowNanos() {
        return nowNanos;
    }

    /** The guarded call site. */
    public CallbackScope scope() {
        return scope;
    }

    /** Where exceptions go that nothing else takes care of. */
    public Failures failures() {
        return failures;
    }

    /** The timers that run. */
    public TimerHeap timers() {
        return timers;
    }

    /** The hooks before {@link #prepare}. */
    public PhaseList idle() {
        return idle;
    }

    /** The hooks right before polling. */
    public PhaseList prepare() {
        return prepare;
    }

    /** The hooks right after polling. */
    public PhaseList check() {
        return check;
    }

    /** Tasks of other threads. */
    public RemoteTasks inbox() {
        return inbox;
    }
}
