package dev.millrace.turn;

import dev.millrace.driver.Driver;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Tasks that other threads hand to a loop. The first one wakes it, later ones find it woken; tasks
 * of one thread run in the order they were handed over.
 */
public final class RemoteTasks {
    private final Driver driver;
    private final ConcurrentLinkedQueue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean isAwake = new AtomicBoolean();
    private volatile boolean isClosed;

    RemoteTasks(Driver driver) {
        this.driver = driver;
    }

    /** Any thread. */
    public void add(Runnable task) {
        tasks.add(task);
        if (isAwake.compareAndSet(false, true)) {
            driver.wakeUp();
        }
        if (isClosed) {
            // No turn will take it; a thread that goes on adding must not fill the memory.
            tasks.clear();
        }
    }

    /** No task runs any more. */
    public void close() {
        isClosed = true;
        tasks.clear();
    }

    /** Whether tasks are dropped. Any thread. */
    public boolean isClosed() {
        return isClosed;
    }

    boolean isEmpty() {
        return tasks.isEmpty();
    }

    /**
     * The loop's thread, after every wait: forgets the wake-up before it looks, so that a task
     * added meanwhile wakes it again. True if there are tasks. Forgetting only when there are some
     * would be wrong: the wake-up may be of a task that the drain before has taken already, and no
     * later task could wake the loop then.
     */
    boolean beginDrain() {
        if (isAwake.get()) {
            isAwake.set(false);
        }
        return !tasks.isEmpty();
    }

    @Nullable Runnable poll() {
        return tasks.poll();
    }
}
