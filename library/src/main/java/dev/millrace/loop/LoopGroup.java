package dev.millrace.loop;

import dev.millrace.sys.SignalWatch;
import dev.millrace.turn.Failures;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Several loops that run the same set-up, one thread each, and share what they listen on: the
 * kernel hands each connection to one loop, and "address in use" stays visible because there is one
 * socket.
 *
 * {@snippet class="dev.millrace.loop.LoopExamplesTest" region="group"}
 *
 * <p>Any thread may use a group.
 */
public final class LoopGroup implements AutoCloseable {
    private final List<Thread> threads = new ArrayList<>();

    /** Those that run, each with what it listens on. */
    private final SequencedMap<Loop, SharedListeners.Source> loops = new LinkedHashMap<>();

    /** Lets go of the signals that are watched, when the last loop has ended. */
    private final List<Runnable> unwatch = new ArrayList<>();

    private final SharedListeners listeners = new SharedListeners();
    private @Nullable Throwable failure;

    private LoopGroup() {}

    /**
     * Starts {@code count} loops and returns once each has run {@code setup}, or has failed before.
     *
     * @throws IllegalArgumentException if {@code count} is not positive
     * @throws InterruptedException if the calling thread is interrupted meanwhile; then the loops
     *     end
     */
    public static LoopGroup start(int count, Consumer<? super Loop> setup)
            throws InterruptedException {
        Objects.requireNonNull(setup, "setup");
        if (count < 1) {
            throw new IllegalArgumentException("a group has 1 or more loops, not " + count);
        }
        LoopGroup group = new LoopGroup();
        // One each: a loop may be over before another one has begun.
        List<CountDownLatch> ready = new ArrayList<>();
        for (int number = 1; number <= count; number++) {
            CountDownLatch own = new CountDownLatch(1);
            ready.add(own);
            Thread thread =
                    Thread.ofPlatform()
                            .name("millrace-loop-" + number)
                            .unstarted(() -> group.run(setup, own));
            group.threads.add(thread);
        }
        group.start(ready);
        return group;
    }

    private void start(List<CountDownLatch> ready) throws InterruptedException {
        try {
            threads.forEach(Thread::start);
            for (CountDownLatch one : ready) {
                one.await();
            }
        } catch (InterruptedException | Error e) {
            // The group is not returned, so the loops that run have no other way to end.
            failed(e);
            throw e;
        }
    }

    private void run(Consumer<? super Loop> setup, CountDownLatch ready) {
        try (Loop loop = Loop.create();
                SharedListeners.Source source = listeners.source()) {
            if (loop.listenSource() == ListenSource.OWN) {
                loop.listenSource(source);
            }
            synchronized (loops) {
                loops.put(loop, source);
            }
            try {
                stopIfFailed(loop);
                loop.run(() -> setup.accept(loop));
                ready.countDown();
                loop.run(RunMode.DEFAULT);
            } finally {
                ended(loop);
            }
        } catch (Throwable thrown) {
            failed(thrown);
        } finally {
            ready.countDown();
        }
    }

    /** A loop that comes late to a group that has failed missed its call to stop. */
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
        } else {
            Failures.attach(failure, thrown);
        }
    }

    /**
     * Runs {@code task} on every loop, each on its own thread. A loop that has ended leaves it
     * undone.
     */
    public void each(Consumer<? super Loop> task) {
        synchronized (loops) {
            loops.keySet().forEach(loop -> loop.execute(() -> task.accept(loop)));
        }
    }

    /**
     * Ends the group in order: whatever listens on a loop takes no further connection, and has
     * {@code limit} for those that it has; a server cuts off the rest then, as its own {@code
     * shutdown} does. A loop ends when nothing keeps it alive any more; what else a program has
     * there it ends itself. Called again, the nearer limit counts.
     *
     * {@snippet class="dev.millrace.loop.LoopExamplesTest" region="groupShutdown"}
     *
     * @throws IllegalArgumentException if {@code limit} is negative
     */
    public void shutdown(Duration limit) {
        if (limit.isNegative()) {
            throw new IllegalArgumentException("the limit is " + limit + ": use zero or more");
        }
        synchronized (loops) {
            loops.forEach((loop, source) -> loop.execute(() -> source.shutDown(limit)));
        }
    }

    /**
     * Tells {@code listener} each {@code signal} of the process, as {@link Loop#onSignal} does: on
     * the thread of one of the loops that run.
     *
     * {@snippet class="dev.millrace.loop.LoopExamplesTest" region="groupShutdown"}
     *
     * @return this group
     * @throws IllegalArgumentException as {@link SignalHandle#start} has it
     */
    public LoopGroup onSignal(String signal, Consumer<? super String> listener) {
        Objects.requireNonNull(listener, "listener");
        String name = SignalWatch.name(signal);
        Runnable raised = () -> raised(name, listener);
        synchronized (loops) {
            if (!loops.isEmpty()) {
                SignalWatch.add(name, raised);
                unwatch.add(() -> SignalWatch.remove(name, raised));
            }
        }
        return this;
    }

    /** On a thread of the JVM's. */
    private void raised(String name, Consumer<? super String> listener) {
        synchronized (loops) {
            if (!loops.isEmpty()) {
                loops.firstEntry().getKey().execute(() -> listener.accept(name));
            }
        }
    }

    private void ended(Loop loop) {
        synchronized (loops) {
            loops.remove(loop);
            if (loops.isEmpty()) {
                unwatch.forEach(Runnable::run);
                unwatch.clear();
            }
        }
    }

    /**
     * Stops every loop after its present turn, and waits until they have ended: what is open is
     * closed without a word. On the thread of one of the loops it does not wait.
     */
    @Override
    public void close() {
        each(Loop::stop);
        boolean wasInterrupted = false;
        for (Thread thread : threads) {
            while (!threads.contains(Thread.currentThread()) && thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    wasInterrupted = true;
                }
            }
        }
        if (wasInterrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Waits until every loop has ended.
     *
     * {@snippet class="dev.millrace.loop.LoopExamplesTest" region="join"}
     *
     * @throws RuntimeException what the first loop ended with, if it was an exception
     * @throws IllegalStateException on the thread of one of them, which would wait for itself
     */
    public void join() throws InterruptedException {
        if (threads.contains(Thread.currentThread())) {
            throw new IllegalStateException("a loop can't wait for the group that it belongs to");
        }
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

    /** {@code LoopGroup[4 loops, 4 running]}. */
    @Override
    public String toString() {
        long running = threads.stream().filter(Thread::isAlive).count();
        return "LoopGroup[" + threads.size() + " loops, " + running + " running]";
    }
}
