package dev.millrace.loop;

import dev.millrace.observe.Cause;

/**
 * A task that {@link Loop#setImmediate} has queued; closing it before it ran takes it back. Loop
 * thread only.
 *
 * {@snippet class="dev.millrace.loop.LoopExamplesTest" region="clearImmediate"}
 */
public final class Immediate implements AutoCloseable {
    private final Loop loop;
    private final Runnable task;
    private boolean isCancelled;

    Immediate(Loop loop, Runnable task) {
        this.loop = loop;
        this.task = Cause.bind(task);
    }

    @Override
    public void close() {
        loop.checkThread();
        isCancelled = true;
    }

    void call() {
        if (!isCancelled) {
            isCancelled = true;
            task.run();
        }
    }

    void failed(Throwable thrown) {
        loop.uncaught(thrown);
    }

    /** {@code Immediate[waiting]} or {@code Immediate[over]}. Any thread. */
    @Override
    public String toString() {
        return isCancelled ? "Immediate[over]" : "Immediate[waiting]";
    }
}
