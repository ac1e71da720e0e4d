package dev.millrace.turn;

import dev.millrace.driver.Guarded;
import dev.millrace.driver.Port;
import dev.millrace.observe.Cause;
import dev.millrace.observe.Identified;
import java.util.ArrayDeque;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The one guarded call site: everything the loop runs is entered here, so that an exception in one
 * callback never skips another, and so that what a callback left behind is settled before the next
 * one starts (rows R4, M4):
 *
 * <pre>
 *   callback → next-ticks → microtasks → gathered writes leave in one send → write callbacks
 *                 ▲                                                                │
 *                 └───────────────────── until all is quiet ◀──────────────────────┘
 * </pre>
 *
 * A callback entered from within another one (a handler below a parser, say) is guarded as well,
 * and settled with the outermost. Of very many write callbacks the rest is called in the pending
 * phase.
 */
public final class CallbackScope {
    /**
     * Calls of {@link WriteTenant#deliver} at most, before others get their turn. A callback that
     * writes on when a write is over would otherwise keep the loop as long as its peer is fast.
     * libuv has such a limit as well.
     */
    private static final int DELIVERIES_MAX = 64;

    private final Failures failures;
    private final Runnable askForRest;
    private final GatherBuffer gather = new GatherBuffer();
    private final ArrayDeque<Runnable> ticks = new ArrayDeque<>();
    private final ArrayDeque<Runnable> microtasks = new ArrayDeque<>();
    private final ArrayDeque<WriteTenant> finished = new ArrayDeque<>();
    private int depth;
    private boolean isInMicrotasks;

    /** The pending phase is going to settle what {@link #DELIVERIES_MAX} left over. */
    private boolean isRestDue;

    /** Null unless a detector of stalls looks at this loop. */
    private @Nullable CallbackGauge gauge;

    /** Events are told, and so it is followed whose callback something happens in. */
    private boolean isTraced;

    /** A scope that has {@code askForRest} run when it needs to be entered in the pending phase. */
    CallbackScope(Failures failures, Runnable askForRest) {
        this.failures = failures;
        this.askForRest = askForRest;
    }

    /** Calls {@code callback}; what it throws goes to its own {@link Guarded#failed}. */
    public void enter(Guarded callback) {
        enter(callback, Guarded::call, Guarded::failed);
    }

    /** Calls {@code callback} for {@code target}; what it throws goes to {@code failed}. */
    public <T> void enter(
            T target, TargetCallback<? super T> callback, BiConsumer<? super T, Throwable> failed) {
        if (depth > 0) {
            enterWithin(target, callback, failed);
        } else {
            enterOutermost(target, callback, failed);
        }
    }

    /**
     * Each has a method of its own: what the compiler learns about the outermost callback, which
     * sends what was written, would otherwise be put into every handler below a parser as well.
     */
    private <T> void enterWithin(
            T target, TargetCallback<? super T> callback, BiConsumer<? super T, Throwable> failed) {
        // Kept here, not counted back: an error of the machine may end an inner call half-way
        // (X60).
        int outer = depth;
        depth = outer + 1;
        try {
            if (isTraced) {
                callTraced(target, callback);
            } else {
                callback.call(target);
            }
        } catch (Throwable thrown) {
            threw(target, failed, thrown);
        }
        depth = outer;
    }

    private <T> void enterOutermost(
            T target, TargetCallback<? super T> callback, BiConsumer<? super T, Throwable> failed) {
        depth = 1;
        if (gauge != null) {
            gauge.begin();
        }
        try {
            if (isTraced) {
                callTraced(target, callback);
            } else {
                callback.call(target);
            }
        } catch (Throwable thrown) {
            threw(target, failed, thrown);
        }
        depth = 0;
        settle();
        if (gauge != null) {
            gauge.end();
        }
    }

    /** By itself, as it is seldom needed: a method that is small is compiled into its callers. */
    private <T> void callTraced(T target, TargetCallback<? super T> callback) throws Exception {
        Object receiver = target instanceof Port port ? port.events() : target;
        long id = receiver instanceof Identified identified ? identified.id() : Cause.NONE;
        Cause.call(
                id,
                () -> {
                    callback.call(target);
                    return true;
                });
    }

    /** As {@link #enter}, where no run cleans up behind it. */
    public void enterBetweenRuns(Guarded callback) {
        try {
            enter(callback);
        } finally {
            unwound();
        }
    }

    /** After a run, however it ended: no callback is running any more. */
    public void unwound() {
        depth = 0;
        if (gauge != null) {
            gauge.end();
        }
    }

    private <T> void threw(T target, BiConsumer<? super T, Throwable> failed, Throwable thrown) {
        if (thrown instanceof VirtualMachineError fatal) {
            failures.fatal(fatal);
            return;
        }
        try {
            failed.accept(target, thrown);
        } catch (Throwable again) {
            // The listener for errors failed as well; only the loop's own is left to tell.
            Failures.attach(thrown, again);
            failures.report(thrown);
        }
    }

    private void settle() {
        if (isQuiet()) {
            return;
        }
        depth++;
        isInMicrotasks = false;
        int deliveries = 0;
        while (!isQuiet()) {
            Runnable task = nextTask();
            if (task != null) {
                run(task);
            } else if (!gather.flush()) {
                if (deliveries == DELIVERIES_MAX) {
                    leaveRest();
                    break;
                }
                deliveries++;
                finished.remove().deliver();
            }
        }
        depth--;
    }

    /** Entering anything settles; the pending phase makes sure that something is entered. */
    private void leaveRest() {
        if (!isRestDue) {
            isRestDue = true;
            askForRest.run();
        }
    }

    /** The pending phase is there: what is entered now settles the rest. */
    void restIsNext() {
        isRestDue = false;
    }

    /** Whether a callback is running. */
    public boolean isRunning() {
        return depth > 0;
    }

    private boolean isQuiet() {
        return ticks.isEmpty() && microtasks.isEmpty() && gather.isEmpty() && finished.isEmpty();
    }

    /**
     * All next-ticks come before the first microtask, also those that a next-tick adds; and once
     * microtasks run, all of them come before the next next-tick, as in Node.
     */
    private @Nullable Runnable nextTask() {
        Runnable tick = isInMicrotasks ? null : ticks.poll();
        if (tick != null) {
            return tick;
        }
        Runnable microtask = microtasks.poll();
        isInMicrotasks = microtask != null;
        return isInMicrotasks ? microtask : ticks.poll();
    }

    private void run(Runnable task) {
        try {
            task.run();
        } catch (VirtualMachineError fatal) {
            failures.fatal(fatal);
        } catch (Throwable thrown) {
            failures.report(thrown);
        }
    }

    /** Runs {@code task} right after the callback that is running. */
    public void nextTick(Runnable task) {
        ticks.add(isTraced ? Cause.bind(task) : task);
    }

    /** Runs {@code task} behind every next-tick. */
    public void microtask(Runnable task) {
        microtasks.add(isTraced ? Cause.bind(task) : task);
    }

    /** {@code writer} has callbacks, or an end of writing, to deliver. */
    public void finished(WriteTenant writer) {
        finished.add(writer);
    }

    /** Where small writes gather until the callback that is running is over. */
    public GatherBuffer gather() {
        return gather;
    }

    /** Follows whose callback runs, or does not any more. */
    void trace(boolean isOn) {
        isTraced = isOn;
    }

    /** Null unless detectors look at this loop. */
    public @Nullable CallbackGauge gauge() {
        return gauge;
    }

    /** Puts up a gauge for detectors to look at; null takes it away. */
    public void gauge(@Nullable CallbackGauge gauge) {
        this.gauge = gauge;
    }

    /** Settles what was left outside any callback, as before the loop runs for the first time. */
    void settleNow() {
        if (depth == 0) {
            settle();
        }
    }
}
