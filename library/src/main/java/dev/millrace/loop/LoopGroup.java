package dev.millrace.loop;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Several loops that run the same set-up, one thread each, and share what they listen on: the
 * kernel hands each connection to one loop (see {@link SharedListeners}), and "address in use"
 * stays visible because there is one socket.
 *
 * <p>Any thread may use a group.
 */
public final class LoopGroup {
    private final List<Thread> threads = new ArrayList<>();
    private final List<Loop> loops = new ArrayList<>();
    private final SharedListeners listeners = new SharedListeners();
    private @Nullable Throwable failure;

    private LoopGroup() {}

    /**
     * Starts {@code count} loops and returns once each has run {@code setup}.
     *
     * @throws IllegalArgumentException if {@code count} is not positive
     */
    public static LoopGroup start(int count, Consumer<? super Loop> setup)
            throws InterruptedException {
        Objects.requireNonNull(setup, "setup");
        if (count < 1) {
            throw new IllegalArgumentException("a group has 1 or more loops, not " + count);
        }
        LoopGroup group = new LoopGroup();
        CountDownLatch ready = new CountDownLatch(count);
        for (int number = 1; number <= count; number++) {
            Thread thread =
                    Thread.ofPlatform()
                            .name("millrace-loop-" + number)
                            .unstarted(() -> group.run(setup, ready));
            group.threads.add(thread);
        }
        group.threads.forEach(Thread::start);
        ready.await();
        return group;
    }

    private void run(Consumer<? super Loop> setup, CountDownLatch ready) {
        try (Loop loop = Loop.create();
                SharedListeners.Source source = listeners.source()) {
            loop.listenSource(source);
            synchronized (loops) {
                loops.add(loop);
            }
            stopIfFailed(loop);
            loop.run(() -> setup.accept(loop));
            ready.countDown();
            loop.run(RunMode.DEFAULT);
        } catch (Throwable thrown) {
            failed(thrown);
        } finally {
            ready.countDown();
        }
    }

    /** A loop that comes late to a group that has failed is not told to stop by anybody else. */
    private synchronized void stopIfFailed(Loop loop) {
        if (failure != null) {
            loop.stop();
        }
    }

    /** One loop that ends by an exception ends the others: half a server is worse than none. */
    private synchronized void failed(Throwable thrown) {
        if (failure == null) {
            failure = thrown;
            each(Loop::stop);
        } else if (failure != thrown) {
            failure.addSuppressed(thrown);
        }
    }

    /**
     * Runs {@code task} on every loop, each on its own thread. A loop that has ended leaves it
     * undone.
     */
    public void each(Consumer<? super Loop> task) {
        synchronized (loops) {
            loops.forEach(loop -> loop.execute(() -> task.accept(loop)));
        }
    }

    /**
     * Waits until every loop has ended.
     *
     * @throws RuntimeException what the first loop ended with, if it was an exception
     */
    public void join() throws InterruptedException {
        for (Thread thread : threads) {
            thread.join();
        }
        synchronized (this) {
            switch (failure) {
                case null -> {}
                case RuntimeException e -> throw e;
                case Error e -> throw e;
                default -> throw new IllegalStateException(failure);
            }
        }
    }
}
