package dev.millrace.loop;

import dev.millrace.driver.Driver;
import dev.millrace.driver.Guarded;
import dev.millrace.observe.Cause;
import dev.millrace.observe.LoopEvent;
import dev.millrace.observe.LoopObserver;
import dev.millrace.observe.Observation;
import dev.millrace.turn.CallbackGauge;
import dev.millrace.turn.CallbackScope;
import dev.millrace.turn.GatherBuffer;
import dev.millrace.turn.LoopMeter;
import dev.millrace.turn.Phases;
import dev.millrace.turn.Task;
import dev.millrace.turn.TimerHeap;
import dev.millrace.turn.TurnQueue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An event loop, with libuv's phases in today's order. A turn runs idle and prepare hooks, waits
 * for events and runs what they bring, then check hooks and immediates, close listeners, and
 * timers.
 *
 * <p>A loop and all its handles belong to the thread that made it; a call from another one throws
 * {@link WrongThreadException}, also one that only looks. The way back is {@link #execute}, which
 * any thread may call. {@code toString()} is for any thread, and so is what says so.
 *
 * {@snippet class="dev.millrace.loop.LoopExamplesTest" region="run"}
 */
public final class Loop implements Executor, AutoCloseable {
    private final Thread thread;
    final Driver driver;
    private final TurnQueue<Immediate> immediates = new TurnQueue<>(this::enter);
    private final TurnQueue<Handle> closing = new TurnQueue<>(Handle::finishClosing);

    /** What turns it; the loop only hands on to it. */
    final Phases phases;

    /** That of {@link #phases}. */
    private final CallbackScope scope;

    private final LoopStages stages = new LoopStages(this);
    private ListenSource listenSource = ListenSource.OWN;

    /** That of {@link #phases}, for other threads. */
    private volatile @Nullable LoopMeter meter;

    /** In their order; a set, since thousands of files may come and go. */
    private final Set<Runnable> atClose = new LinkedHashSet<>();

    /** In their order. */
    private final Set<BooleanSupplier> atShortage = new LinkedHashSet<>();

    private boolean isRunning;

    Loop(Driver driver) {
        if (Thread.currentThread().isVirtual()) {
            throw new IllegalStateException(
                    "a loop needs a platform thread: on a virtual one its waiting would pin the carrier");
        }
        this.thread = Thread.currentThread();
        this.driver = driver;
        this.phases = new Phases(driver, immediates, closing);
        this.scope = phases.scope();
    }

    /**
     * A loop that belongs to the calling thread, on the driver that {@link Drivers} chooses.
     *
     * @throws IllegalStateException on a virtual thread, or if a driver is asked for that this
     *     machine can't have, or a {@link ListenSource.Provider} that is not there
     * @throws UncheckedIOException if the kernel refuses the loop's own descriptors
     */
    public static Loop create() {
        Loop loop = on(Drivers.open());
        loop.listenSource = ListenSource.Provider.first(loop);
        return loop;
    }

    /** A loop on a driver of the caller's, which it closes with itself. */
    static Loop on(Driver driver) {
        return new Loop(driver);
    }

    /**
     * Runs {@code setup} on a fresh loop on the calling thread, and returns when nothing keeps the
     * loop alive any more.
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
     * Runs the loop; true if something still keeps it alive.
     *
     * @throws IllegalStateException from inside one of the loop's own callbacks; if it is closed
     */
    public boolean run(RunMode mode) {
        checkIdle("it can't be run from one of its own callbacks");
        checkOpen();
        isRunning = true;
        Observation.tellLoop(LoopEvent.Step.RUN, thread.getName());
        try {
            switch (mode) {
                case DEFAULT -> phases.runToEnd();
                case ONCE -> phases.runTurn(true);
                case NOWAIT -> phases.runTurn(false);
            }
            phases.failures().rethrow();
            return phases.isAlive();
        } finally {
            isRunning = false;
            phases.ended();
            Observation.tellLoop(LoopEvent.Step.STOP, thread.getName());
        }
    }

    /** Whether something keeps the loop running. */
    public boolean isAlive() {
        checkThread();
        return phases.isAlive();
    }

    /**
     * Ends {@link #run(RunMode)} after the current turn; the next run starts clean.
     *
     * {@snippet class="dev.millrace.loop.LoopExamplesTest" region="stop"}
     */
    public void stop() {
        checkThread();
        phases.stop();
    }

    /**
     * Runs {@code task} in the loop's next poll phase. Any thread; the only way in from another
     * one. Closing the loop drops what waits, and what comes later.
     *
     * {@snippet class="dev.millrace.loop.LoopExamplesTest" region="execute"}
     */
    @Override
    public void execute(Runnable task) {
        phases.inbox().add(Cause.bind(Objects.requireNonNull(task, "task")));
    }

    /** Whether the calling thread is the loop's. */
    public boolean inLoop() {
        return Thread.currentThread() == thread;
    }

    /**
     * Runs {@code task}, which may block, on a virtual thread; the outcome comes back on the loop.
     * For calls of the JDK: files, name look-ups, blocking clients.
     *
     * {@snippet class="dev.millrace.loop.LoopExamplesTest" region="offload"}
     */
    public <T> Work<T> offload(Callable<? extends T> task) {
        return offload(Thread::startVirtualThread, task);
    }

    /**
     * As {@link #offload(Callable)}, on {@code executor}: {@link WorkPool#shared} for what would
     * pin a virtual thread, as a native call that blocks. Work that it refuses fails with its
     * {@link java.util.concurrent.RejectedExecutionException}.
     */
    public <T> Work<T> offload(Executor executor, Callable<? extends T> task) {
        return Work.start(this, executor, task);
    }

    /**
     * Runs {@code callback} once, {@code delay} after this call, as Node does. {@link
     * TimerHandle#start} counts from {@link #now}, as libuv does.
     *
     * {@snippet class="dev.millrace.loop.LoopExamplesTest" region="setTimeout"}
     */
    public TimerHandle setTimeout(Duration delay, Runnable callback) {
        TimerHandle timer = new TimerHandle(this);
        timer.startNow(delay, Duration.ZERO, callback);
        return timer;
    }

    /**
     * Runs {@code callback} every {@code interval}, the first time that long after this call.
     *
     * {@snippet class="dev.millrace.loop.LoopExamplesTest" region="setInterval"}
     *
     * @throws IllegalArgumentException if the interval is not positive
     */
    public TimerHandle setInterval(Duration interval, Runnable callback) {
        if (!interval.isPositive()) {
            throw new IllegalArgumentException("an interval is more than zero: " + interval);
        }
        TimerHandle timer = new TimerHandle(this);
        timer.startNow(interval, interval, callback);
        return timer;
    }

    /**
     * Runs {@code task} in the check phase of this turn, or of the next one if that phase is
     * running.
     *
     * {@snippet class="dev.millrace.loop.LoopExamplesTest" region="setImmediate"}
     */
    public Immediate setImmediate(Runnable task) {
        checkThread();
        Immediate immediate = new Immediate(this, Objects.requireNonNull(task, "task"));
        immediates.add(immediate);
        return immediate;
    }

    /**
     * Tells {@code listener} each {@code signal} of the process from now on, as {@link
     * SignalHandle#start} does. It does not keep the loop alive.
     *
     * {@snippet class="dev.millrace.loop.LoopExamplesTest" region="onSignal"}
     *
     * @return the handle, to stop or to close
     */
    public SignalHandle onSignal(String signal, Consumer<? super String> listener) {
        SignalHandle handle = new SignalHandle(this);
        handle.start(signal, listener);
        handle.unref();
        return handle;
    }

    /**
     * Runs {@code task} right after the callback that is running, before anything else. Ticks that
     * go on adding ticks keep everything else from running, as in Node: {@link #setImmediate} does
     * not, and a {@link StallDetector} reports them.
     *
     * {@snippet class="dev.millrace.loop.LoopExamplesTest" region="nextTick"}
     */
    public void nextTick(Runnable task) {
        checkThread();
        scope.nextTick(Objects.requireNonNull(task, "task"));
    }

    /**
     * Runs {@code task} after the callback that is running, behind every {@link #nextTick}; with
     * the same danger.
     */
    public void queueMicrotask(Runnable task) {
        checkThread();
        scope.microtask(Objects.requireNonNull(task, "task"));
    }

    /**
     * The time that passed on the loop's clock, read once a turn; only differences mean something.
     */
    public Duration now() {
        checkThread();
        return Duration.ofNanos(phases.nowNanos());
    }

    /** {@link #now} in nanoseconds. */
    public long nowNanos() {
        checkThread();
        return phases.nowNanos();
    }

    /**
     * The loop's clock in nanoseconds, read in this call; libuv's {@code uv_hrtime}. Any thread.
     */
    public long hrtime() {
        return driver.nanoTime();
    }

    /** Reads the clock anew, for callbacks that take long. */
    public void updateTime() {
        checkThread();
        phases.updateTime();
    }

    /**
     * Measures the loop from now on, for {@link #metrics}: two readings of the clock a turn and a
     * count an event. Does nothing when it is measured already.
     *
     * {@snippet class="dev.millrace.loop.LoopExamplesTest" region="metrics"}
     */
    public void measure() {
        checkThread();
        if (meter == null) {
            LoopMeter started = new LoopMeter(driver.nanoTime());
            phases.meter(started);
            meter = started;
        }
    }

    /**
     * What was measured so far. Any thread.
     *
     * @throws IllegalStateException if {@link #measure} was not called
     */
    public LoopMetrics metrics() {
        LoopMeter measured = meter;
        if (measured == null) {
            throw new IllegalStateException("the loop is not measured: call measure() first");
        }
        return new LoopMetrics(
                measured.turns(),
                measured.events(),
                Duration.ofNanos(measured.idleNanos()),
                Lag.of(measured.timerLag()),
                Lag.of(measured.turnTime()));
    }

    /**
     * Has {@code observer} told what happens on this loop, as {@link Observation#add} does for all
     * of them.
     *
     * @return closed, it ends that
     */
    public Observation observe(LoopObserver observer) {
        checkThread();
        return Observation.add(observer, thread);
    }

    /**
     * Told what a callback threw that nothing else takes care of. Without a listener {@link
     * #run(RunMode)} ends after the turn and throws it.
     *
     * {@snippet class="dev.millrace.loop.LoopExamplesTest" region="onUncaught"}
     *
     * @throws IllegalStateException if there is a listener already
     */
    public void onUncaught(Consumer<? super Throwable> listener) {
        checkThread();
        phases.failures().listener(listener);
    }

    /** Whether {@link #onUncaught} has a listener. */
    public boolean hasUncaughtListener() {
        checkThread();
        return phases.failures().hasListener();
    }

    /** Where listeners get their sockets from. */
    public ListenSource listenSource() {
        checkThread();
        return listenSource;
    }

    /** Sets where listeners get their sockets from. */
    public void listenSource(ListenSource source) {
        checkThread();
        listenSource = Objects.requireNonNull(source, "source");
    }

    /** The name of the driver it runs on, {@code epoll} for instance. Any thread. */
    public String driverName() {
        return driver.name();
    }

    /**
     * Calls {@code callback} for {@code target} now, guarded: what it throws goes to {@code failed}
     * with the target, and the other callbacks of the turn still run. For authors of protocols that
     * call back a user; everything the loop itself calls back is guarded already.
     *
     * {@snippet class="dev.millrace.loop.LoopExamplesTest" region="enter"}
     */
    public <T> void enter(
            T target, LoopCallback<? super T> callback, BiConsumer<? super T, Throwable> failed) {
        checkThread();
        scope.enter(target, callback, failed);
    }

    /**
     * As {@link #enter(Object, LoopCallback, BiConsumer)}, for callbacks that have something to
     * answer: {@code unheard} is told, later, what a stage failed with that was made in the
     * callback, or in a continuation of such a stage, when nothing is behind that stage.
     */
    public <T> void enter(
            T target,
            LoopCallback<? super T> callback,
            BiConsumer<? super T, Throwable> failed,
            BiConsumer<? super T, Throwable> unheard) {
        stages.enter(target, callback, failed, unheard);
    }

    void enter(Guarded callback) {
        scope.enter(callback);
    }

    private void enter(Immediate immediate) {
        scope.enter(immediate, Immediate::call, Immediate::failed);
    }

    /** Reports what nothing else takes care of, as {@link #onUncaught} describes. */
    public void uncaught(Throwable thrown) {
        checkThread();
        phases.failures().report(thrown);
    }

    /**
     * Closes every socket that is still open, without callbacks, and the loop's own descriptors;
     * leaves the signals it watched and removes the socket files of its listeners. Idempotent.
     *
     * @throws IllegalStateException from inside one of the loop's own callbacks: {@link #stop} it,
     *     and close it when {@link #run(RunMode)} has returned
     */
    @Override
    public void close() {
        checkIdle("stop() it, and close it when run has returned");
        phases.inbox().close();
        List.copyOf(atClose).forEach(Runnable::run);
        atClose.clear();
        driver.close();
    }

    /** Whether it was closed: tasks are dropped from then on. Any thread. */
    public boolean isClosed() {
        return phases.inbox().isClosed();
    }

    void checkOpen() {
        if (isClosed()) {
            throw new IllegalStateException("the loop is closed");
        }
    }

    private void checkIdle(String remedy) {
        checkThread();
        if (isRunning || scope.isRunning()) {
            throw new IllegalStateException("the loop is running: " + remedy);
        }
    }

    /**
     * @throws WrongThreadException on any thread but the loop's
     */
    public void checkThread() {
        if (Thread.currentThread() != thread) {
            throw wrongThread();
        }
    }

    /** By itself, so that the compare is small enough to be inlined everywhere. */
    private WrongThreadException wrongThread() {
        return new WrongThreadException(
                "this belongs to the loop of "
                        + thread.getName()
                        + " but was called from "
                        + name(Thread.currentThread())
                        + ": hand the call over with loop.execute(() -> ...)");
    }

    /** Most virtual threads have no name. */
    private static String name(Thread caller) {
        return caller.isVirtual()
                ? ("virtual thread " + caller.getName()).strip()
                : caller.getName();
    }

    /**
     * Keeps the loop alive until what it answers is run on the loop's thread, the first time: for
     * work that goes on elsewhere.
     */
    public Runnable keepAlive() {
        checkThread();
        return new Hold(this);
    }

    /** The name of its thread. Any thread. */
    public String threadName() {
        return thread.getName();
    }

    /**
     * One line for a log: {@code Loop[main, 5 handles]}, those that keep it alive. Any thread, any
     * state.
     */
    @Override
    public String toString() {
        String what = phases.inbox().isClosed() ? "closed" : phases.activeHandles() + " handles";
        return "Loop[" + thread.getName() + ", " + what + "]";
    }

    /** {@link #nowNanos}, for texts on any thread. */
    long turnNanos() {
        return phases.nowNanos();
    }

    void run(Runnable task) {
        scope.enterBetweenRuns(new Task(phases.failures(), task));
    }

    void pend(Runnable callback) {
        phases.pend(callback);
    }

    void closing(Handle handle) {
        closing.add(handle);
    }

    void finished(StreamWriteBacklog backlog) {
        scope.finished(backlog);
    }

    GatherBuffer gather() {
        return scope.gather();
    }

    /**
     * Runs {@code task} when the loop is closed: for authors of what holds something elsewhere in
     * the process, a descriptor for instance. By then no callback of the loop comes any more. The
     * same task once; {@link #notAtClose} takes it back.
     *
     * {@snippet class="dev.millrace.loop.LoopExamplesTest" region="atClose"}
     */
    public void atClose(Runnable task) {
        checkThread();
        atClose.add(Objects.requireNonNull(task, "task"));
    }

    /** Takes back what {@link #atClose} was given. */
    public void notAtClose(Runnable task) {
        checkThread();
        atClose.remove(task);
    }

    /**
     * Asks {@code giveUp} for descriptors when this process has none left for a connection that
     * waits: for authors of what keeps files or sockets open that it can do without, as a cache
     * does. It closes them at once and says whether there were any; then the connection is tried
     * once more, before its client is turned away. On the loop's thread.
     *
     * {@snippet class="dev.millrace.loop.LoopShortageTest" region="atShortage"}
     */
    public void atShortage(BooleanSupplier giveUp) {
        checkThread();
        atShortage.add(Objects.requireNonNull(giveUp, "giveUp"));
    }

    /** Whether any was given up. */
    boolean giveDescriptorsUp() {
        return atShortage.stream().filter(BooleanSupplier::getAsBoolean).count() > 0;
    }

    Thread thread() {
        return thread;
    }

    /** The gauge of its callbacks, for detectors to look at; null takes it away. */
    void gauge(@Nullable CallbackGauge gauge) {
        scope.gauge(gauge);
    }

    @Nullable CallbackGauge gauge() {
        return scope.gauge();
    }

    LoopStages stages() {
        return stages;
    }

    TimerHeap timers() {
        return phases.timers();
    }

    void countActive(int difference) {
        phases.countActive(difference);
    }

    void countRequests(int difference) {
        phases.countRequests(difference);
    }
}
