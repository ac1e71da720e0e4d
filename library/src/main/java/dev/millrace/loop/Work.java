package dev.millrace.loop;

import dev.millrace.observe.Cause;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Work off the loop whose outcome comes back on it, as libuv's {@code uv_queue_work} does; see
 * {@link Loop#offload}.
 *
 * <pre>
 *   waiting ──a thread takes it──▶ running ──its outcome reaches the loop──▶ done
 *      └──────────────cancel───────────┴──▶ cancelled: what comes later is dropped
 * </pre>
 *
 * It keeps the loop alive until it is done or cancelled. What becomes of a failure that nothing
 * takes, {@link LoopStage} says. A loop that is closed meanwhile never hears of it.
 *
 * {@snippet class="dev.millrace.loop.LoopExamplesTest" region="cancel"}
 */
public final class Work<T> extends LoopStage<T> {
    private final Loop loop;
    private final Executor executor;
    private final Runnable begin = Cause.bind(this::perform);
    private final Object lock = new Object();

    /** The thread that runs the task; guarded by the lock, as the next one. */
    private @Nullable Thread runner;

    private boolean isCancelled;

    /** Null once it has begun, or never will: what it holds may be large. */
    private @Nullable Callable<? extends T> task;

    /**
     * Whether the loop still waits for it; the loop's thread. A user may complete the stage before,
     * by a timeout for instance, and the work goes on.
     */
    private boolean isAwaited = true;

    private Work(Loop loop, Executor executor, Callable<? extends T> task) {
        super(loop);
        this.loop = loop;
        this.executor = executor;
        this.task = Objects.requireNonNull(task, "task");
    }

    static <T> Work<T> start(Loop loop, Executor executor, Callable<? extends T> task) {
        loop.checkThread();
        Work<T> work = new Work<>(loop, executor, task);
        try {
            executor.execute(work.begin);
        } catch (RejectedExecutionException full) {
            loop.execute(() -> work.end(null, full));
        }
        loop.countRequests(1);
        return work;
    }

    /** Off the loop. */
    private void perform() {
        Callable<? extends T> begun;
        synchronized (lock) {
            begun = task;
            task = null;
            if (begun == null) {
                return;
            }
            runner = Thread.currentThread();
        }
        T result = null;
        Throwable failure = null;
        try {
            result = begun.call();
        } catch (Throwable thrown) {
            failure = thrown;
        }
        T outcome = result;
        Throwable thrown = failure;
        synchronized (lock) {
            runner = null;
            if (isCancelled) {
                // The interrupt was for this task, and must not reach the thread's next one.
                Thread.interrupted();
                return;
            }
        }
        loop.execute(() -> end(outcome, thrown));
    }

    /** On the loop; does nothing after a cancel. */
    private void end(@Nullable T result, @Nullable Throwable thrown) {
        if (!isAwaited) {
            return;
        }
        isAwaited = false;
        loop.countRequests(-1);
        if (thrown == null) {
            complete(result);
            return;
        }
        completeExceptionally(thrown);
    }

    /**
     * Cancels it: the outcome is a {@link CancellationException} from now on. A task that has not
     * begun never does; one that runs is interrupted, and its result or failure is dropped whenever
     * it comes. A call that heeds no interrupt, as most native ones, occupies its thread until it
     * returns.
     *
     * @param mayInterruptIfRunning false leaves a task that runs alone
     * @return false if it is done or cancelled already
     * @throws WrongThreadException on any thread but the loop's
     */
    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        loop.checkThread();
        if (isDone()) {
            return false;
        }
        synchronized (lock) {
            isCancelled = true;
            task = null;
            if (runner != null && mayInterruptIfRunning) {
                runner.interrupt();
            }
        }
        if (executor instanceof WorkPool pool) {
            pool.forget(begin);
        }
        isAwaited = false;
        loop.countRequests(-1);
        return super.cancel(mayInterruptIfRunning);
    }

    /** {@link #cancel(boolean)}, with an interrupt. */
    public boolean cancel() {
        return cancel(true);
    }
}
