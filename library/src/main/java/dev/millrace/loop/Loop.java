package dev.millrace.loop;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * An event loop, with libuv's phases in today's order. The phases are {@link #run(RunMode)}; each
 * box is entered through the {@link Trampoline}:
 *
 * <pre>
 *     ┌▶ pending ─▶ idle ─▶ prepare ─▶ poll ─▶ pending (again) ─▶ check ─▶ closing ─▶ timers ─┐
 *     └──────────────────────────── while something keeps it alive ◀─────────────────────────┘
 * </pre>
 *
 * A loop and all its handles belong to the thread that made it; a call from another one throws
 * {@link WrongThreadException}. The way back is {@link #execute}, which any thread may call.
 */
public final class Loop implements Executor, AutoCloseable {
    /** Tasks of other threads run in one turn, so that they can't starve the loop's own events. */
    private static final int TASKS_PER_TURN = 1024;

    /**
     * Rounds of callbacks that became pending by callbacks, before the next phase gets its turn.
     */
    private static final int PENDING_ROUNDS_MAX = 8;

    private final Thread thread;
    final Driver driver;
    final TimerHeap timers = new TimerHeap();
    private final Trampoline trampoline = new Trampoline(this);
    private final Driver.Dispatcher dispatcher = this::dispatch;
    private final Inbox inbox;
    private final PhaseList idle = new PhaseList();
    private final PhaseList prepare = new PhaseList();
    private final PhaseList check = new PhaseList();
    private final TurnQueues queues = new TurnQueues(trampoline);
    private ListenSource listenSource = ListenSource.OWN;
    private final Failures failures = new Failures();
    private long nowNanos;
    private int activeHandles;
    private int activeRequests;
    private boolean isTimeStale;
    private boolean isStopped;
    private boolean isRunning;

    Loop(Driver driver) {
        if (Thread.currentThread().isVirtual()) {
            throw new IllegalStateException(
                    "a loop needs a platform thread: on a virtual one its waiting would pin the carrier");
        }
        this.thread = Thread.currentThread();
        this.driver = driver;
        this.inbox = new Inbox(driver);
        updateTime();
    }

    /**
     * A loop that belongs to the calling thread.
     *
     * @throws IllegalStateException on a virtual thread, or without native access
     * @throws UncheckedIOException if the kernel refuses the loop's own descriptors
     */
    public static Loop create() {
        return on(Drivers.open());
    }

    /** A loop on a driver of the caller's, which it closes with itself. */
    public static Loop on(Driver driver) {
        return new Loop(driver);
    }

    /**
     * Runs {@code setup} on a fresh loop on the calling thread, and returns when nothing keeps the
     * loop alive any more (rows A1, A4).
     *
     * @throws RuntimeException what a callback threw, unless {@link #onUncaught} has a listener; an
     *     {@link IOException} comes as an {@link UncheckedIOException}
     */
    public static void run(Consumer<? super Loop> setup) {
        Objects.requireNonNull(setup, "setup");
        try (Loop loop = create()) {
            loop.run(() -> setup.accept(loop));
            loop.run(RunMode.DEFAULT);
        }
    }

    /**
     * Runs the loop; true if something still keeps it alive (row A2).
     *
     * @throws IllegalStateException from inside one of the loop's own callbacks
     */
    public boolean run(RunMode mode) {
        checkThread();
        if (isRunning || trampoline.isRunning()) {
            throw new IllegalStateException(
                    "the loop is running: it can't be run from one of its own callbacks");
        }
        isRunning = true;
        try {
            return turns(mode);
        } finally {
            isRunning = false;
            isStopped = false;
        }
    }

    private boolean turns(RunMode mode) {
        trampoline.settleNow();
        updateTime();
        if (mode == RunMode.DEFAULT && isAlive() && !isStopped) {
            runTimers();
        }
        while (isAlive() && !isStopped) {
            boolean mayWait =
                    mode == RunMode.DEFAULT || (mode == RunMode.ONCE && !queues.hasPending());
            queues.runPending();
            idle.run(trampoline);
            prepare.run(trampoline);
            poll(mayWait ? timeoutNanos() : 0);
            for (int round = 0; round < PENDING_ROUNDS_MAX && queues.hasPending(); round++) {
                queues.runPending();
            }
            check.run(trampoline);
            queues.runImmediates();
            queues.runClosing();
            updateTime();
            runTimers();
            if (mode != RunMode.DEFAULT) {
                break;
            }
        }
        failures.rethrow();
        return isAlive();
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
        driver.poll(timeoutNanos, dispatcher);
        if (inbox.beginDrain()) {
            for (int count = 0; count < TASKS_PER_TURN; count++) {
                Runnable task = inbox.poll();
                if (task == null) {
                    break;
                }
                dispatch(new Task(this, task));
            }
        }
    }

    /**
     * The first event after a wait finds the time as it is now, the others of the turn find the
     * same (row A7).
     */
    private void dispatch(Guarded callback) {
        if (isTimeStale) {
            updateTime();
        }
        trampoline.enter(callback);
    }

    private void runTimers() {
        long startedBefore = timers.starts();
        long now = nowNanos;
        for (TimerHandle due = timers.pollDue(now, startedBefore);
                due != null;
                due = timers.pollDue(now, startedBefore)) {
            due.expire();
            trampoline.enter(due);
        }
    }

    /** Whether something keeps the loop running (row A4). */
    public boolean isAlive() {
        return activeHandles > 0 || activeRequests > 0 || !queues.isEmpty() || !inbox.isEmpty();
    }

    /** Ends {@link #run(RunMode)} after the current turn; the next run starts clean (row A5). */
    public void stop() {
        checkThread();
        isStopped = true;
    }

    /**
     * Runs {@code task} in the loop's next poll phase. Any thread; the only way in from another
     * one.
     */
    @Override
    public void execute(Runnable task) {
        inbox.add(Objects.requireNonNull(task, "task"));
    }

    /** Whether the calling thread is the loop's. */
    public boolean inLoop() {
        return Thread.currentThread() == thread;
    }

    /** Runs {@code callback} once, {@code delay} from {@link #now} on. */
    public TimerHandle setTimeout(Duration delay, Runnable callback) {
        TimerHandle timer = new TimerHandle(this);
        timer.start(delay, callback);
        return timer;
    }

    /**
     * Runs {@code callback} every {@code interval}.
     *
     * @throws IllegalArgumentException if the interval is not positive
     */
    public TimerHandle setInterval(Duration interval, Runnable callback) {
        if (!interval.isPositive()) {
            throw new IllegalArgumentException("an interval is more than zero: " + interval);
        }
        TimerHandle timer = new TimerHandle(this);
        timer.start(interval, interval, callback);
        return timer;
    }

    /**
     * Runs {@code task} in the check phase of this turn, or of the next one if that phase is
     * running (row R5).
     */
    public Immediate setImmediate(Runnable task) {
        checkThread();
        Immediate immediate = new Immediate(this, Objects.requireNonNull(task, "task"));
        queues.addImmediate(immediate);
        return immediate;
    }

    /**
     * Runs {@code task} right after the callback that is running, before anything else (row R4).
     */
    public void nextTick(Runnable task) {
        checkThread();
        trampoline.nextTick(Objects.requireNonNull(task, "task"));
    }

    /**
     * Runs {@code task} after the callback that is running, behind every {@link #nextTick} (row
     * R4).
     */
    public void queueMicrotask(Runnable task) {
        checkThread();
        trampoline.microtask(Objects.requireNonNull(task, "task"));
    }

    /**
     * The time that passed on the loop's clock, read once a turn (row A7); only differences mean
     * something.
     */
    public Duration now() {
        return Duration.ofNanos(nowNanos);
    }

    /** {@link #now} in nanoseconds. */
    public long nowNanos() {
        return nowNanos;
    }

    /** Reads the clock anew, for callbacks that take long. */
    public void updateTime() {
        isTimeStale = false;
        nowNanos = driver.nanoTime();
    }

    /**
     * Told what a callback threw that nothing else takes care of. Without a listener {@link
     * #run(RunMode)} ends after the turn and throws it.
     *
     * @throws IllegalStateException if there is a listener already
     */
    public void onUncaught(Consumer<? super Throwable> listener) {
        checkThread();
        failures.listener(listener);
    }

    /** Where listeners get their sockets from. */
    public ListenSource listenSource() {
        return listenSource;
    }

    /** Sets where listeners get their sockets from. */
    public void listenSource(ListenSource source) {
        checkThread();
        listenSource = Objects.requireNonNull(source, "source");
    }

    /** The name of the driver it runs on, {@code epoll} for instance. */
    public String driverName() {
        return driver.name();
    }

    /**
     * Runs {@code callback} now, guarded: what it throws goes to its {@link Guarded#failed}. For
     * authors of protocols who call back a user; everything the loop itself calls back is guarded
     * already.
     */
    public void enter(Guarded callback) {
        trampoline.enter(callback);
    }

    /** Reports what nobody else takes care of, as {@link #onUncaught} describes. */
    public void uncaught(Throwable thrown) {
        if (!failures.report(thrown)) {
            isStopped = true;
        }
    }

    /** Ends the run with {@code thrown}, whoever listens. */
    void fatal(Throwable thrown) {
        isStopped = true;
        failures.fatal(thrown);
    }

    /**
     * Closes every socket that is still open, without callbacks, and the loop's own descriptors.
     * Idempotent.
     */
    @Override
    public void close() {
        checkThread();
        driver.close();
    }

    /**
     * @throws WrongThreadException on any thread but the loop's
     */
    public void checkThread() {
        if (Thread.currentThread() != thread) {
            throw new WrongThreadException(
                    "this belongs to the loop of "
                            + thread.getName()
                            + " but was called from "
                            + Thread.currentThread().getName()
                            + ": hand the call over with loop.execute(() -> ...)");
        }
    }

    /**
     * Keeps the loop alive until what it answers is run, once, on the loop's thread: for work that
     * goes on elsewhere.
     */
    public Runnable keepAlive() {
        checkThread();
        countRequests(1);
        return () -> countRequests(-1);
    }

    void run(Runnable task) {
        trampoline.enter(new Task(this, task));
    }

    void pend(Runnable callback) {
        queues.addPending(new Task(this, callback));
    }

    void closing(Handle handle) {
        queues.addClosing(handle);
    }

    void finished(Outbox outbox) {
        trampoline.finished(outbox);
    }

    GatherBuffer gather() {
        return trampoline.gather;
    }

    PhaseList phase(PhaseHandle.Phase phase) {
        return switch (phase) {
            case IDLE -> idle;
            case PREPARE -> prepare;
            case CHECK -> check;
        };
    }

    void countActive(int difference) {
        activeHandles += difference;
    }

    void countRequests(int difference) {
        activeRequests += difference;
    }
}
