package dev.millrace.loop;

import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * A few platform threads for work that would pin a virtual one: native calls that block, above all.
 * They are daemons, start when there is work and end when there was none for ten seconds. What does
 * not get a thread waits in a queue with a limit; past it work is refused rather than forgotten.
 *
 * <p>Any thread. {@link Loop#offload(Executor, java.util.concurrent.Callable)} brings the result
 * back.
 *
 * {@snippet class="dev.millrace.loop.LoopExamplesTest" region="pool"}
 */
public final class WorkPool implements Executor {
    /** As many threads as libuv's pool has. */
    public static final int THREADS = 4;

    /** How much work waits for a thread before more of it is refused. */
    public static final int WAITING_MAX = 1024;

    private static final long IDLE_SECONDS = 10;
    private static final WorkPool SHARED = new WorkPool("millrace-work", THREADS, WAITING_MAX);

    private final ThreadPoolExecutor threads;

    /**
     * A pool of at most {@code threads} threads, with {@code name} and a number.
     *
     * @throws IllegalArgumentException if a number is not positive
     */
    public WorkPool(String name, int threads, int waitingMax) {
        if (threads < 1 || waitingMax < 1) {
            throw new IllegalArgumentException(
                    "a pool has 1 or more threads and places: " + threads + ", " + waitingMax);
        }
        ThreadFactory factory = Thread.ofPlatform().daemon().name(name + "-", 1).factory();
        this.threads =
                new ThreadPoolExecutor(
                        threads,
                        threads,
                        IDLE_SECONDS,
                        TimeUnit.SECONDS,
                        new LinkedBlockingQueue<>(waitingMax),
                        factory,
                        (task, pool) -> {
                            throw new RejectedExecutionException(
                                    "all "
                                            + threads
                                            + " threads of "
                                            + name
                                            + " are busy and "
                                            + waitingMax
                                            + " tasks wait already");
                        });
        this.threads.allowCoreThreadTimeOut(true);
    }

    /** The process's own: {@link #THREADS} threads, {@link #WAITING_MAX} places. */
    public static WorkPool shared() {
        return SHARED;
    }

    /** How much work waits for a thread. */
    public int waiting() {
        return threads.getQueue().size();
    }

    /** What has not begun gives its place to others. */
    void forget(Runnable task) {
        threads.remove(task);
    }

    /**
     * @throws RejectedExecutionException if as much waits as may wait
     */
    @Override
    public void execute(Runnable task) {
        threads.execute(task);
    }

    /** {@code WorkPool[4 threads, 0 waiting]}. */
    @Override
    public String toString() {
        return "WorkPool[" + threads.getMaximumPoolSize() + " threads, " + waiting() + " waiting]";
    }
}
