package dev.millrace.web;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A virtual thread for each task, and not more than so many at once; others wait in their order.
 */
final class ThreadLimit implements Executor {
    private final ReentrantLock lock = new ReentrantLock();
    private final Queue<Runnable> waiting = new ArrayDeque<>();
    private final int maxThreads;
    private final int maxWaiting;
    private int running;

    /** Places that {@link #reserve} has given, and no task has taken yet. */
    private int reserved;

    ThreadLimit(int maxThreads, int maxWaiting) {
        this.maxThreads = maxThreads;
        this.maxWaiting = maxWaiting;
    }

    /** Keeps a place for the task that follows; false when there is none. */
    boolean reserve() {
        lock.lock();
        try {
            boolean hasPlace =
                    (long) running + waiting.size() + reserved < (long) maxThreads + maxWaiting;
            reserved += hasPlace ? 1 : 0;
            return hasPlace;
        } finally {
            lock.unlock();
        }
    }

    /** Runs {@code task}, for which a place was kept. */
    @Override
    public void execute(Runnable task) {
        lock.lock();
        try {
            reserved--;
            if (running == maxThreads) {
                waiting.add(task);
                return;
            }
            running++;
        } finally {
            lock.unlock();
        }
        Thread.startVirtualThread(() -> work(task));
    }

    private void work(Runnable first) {
        for (Runnable task = first; task != null; task = next()) {
            try {
                task.run();
            } finally {
                // An interrupt was for the task that is over.
                Thread.interrupted();
            }
        }
    }

    private @Nullable Runnable next() {
        lock.lock();
        try {
            Runnable task = waiting.poll();
            running -= task == null ? 1 : 0;
            return task;
        } finally {
            lock.unlock();
        }
    }

    int running() {
        lock.lock();
        try {
            return running;
        } finally {
            lock.unlock();
        }
    }

    int waiting() {
        lock.lock();
        try {
            return waiting.size();
        } finally {
            lock.unlock();
        }
    }
}
