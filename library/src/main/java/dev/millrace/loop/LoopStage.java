package dev.millrace.loop;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The outcome of a one-shot operation of a loop. Other threads may wait for it; the loop's own
 * thread may not, because it would wait for itself.
 *
 * {@snippet class="dev.millrace.loop.LoopExamplesTest" region="stage"}
 */
public sealed class LoopStage<T> extends CompletableFuture<T> permits Work {
    private final Loop loop;

    /** An outcome that is still open. */
    public LoopStage(Loop loop) {
        this.loop = loop;
    }

    @Override
    public <U> CompletableFuture<U> newIncompleteFuture() {
        return new LoopStage<>(loop);
    }

    /**
     * @throws IllegalStateException on the loop's own thread, when the outcome is still open
     */
    @Override
    public T get() throws InterruptedException, ExecutionException {
        checkMayWait();
        return super.get();
    }

    /**
     * @throws IllegalStateException on the loop's own thread, when the outcome is still open
     */
    @Override
    public T get(long timeout, TimeUnit unit)
            throws InterruptedException, ExecutionException, TimeoutException {
        checkMayWait();
        return super.get(timeout, unit);
    }

    /**
     * @throws IllegalStateException on the loop's own thread, when the outcome is still open
     */
    @Override
    public T join() {
        checkMayWait();
        return super.join();
    }

    private void checkMayWait() {
        if (!isDone() && loop.inLoop()) {
            throw new IllegalStateException(
                    "waiting here would block the loop that is to bring the outcome:"
                            + " use thenAccept or whenComplete");
        }
    }
}
