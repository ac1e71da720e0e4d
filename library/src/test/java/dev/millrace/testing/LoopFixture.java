package dev.millrace.testing;

import dev.millrace.driver.Driver;
import dev.millrace.kernel.IpAddress;
import dev.millrace.loop.DriverLoops;
import dev.millrace.loop.Loop;
import dev.millrace.loop.RunMode;
import dev.millrace.loop.TimerHandle;
import dev.millrace.net.NetServer;
import dev.millrace.net.NetServerOptions;
import dev.millrace.net.NetSocket;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A loop on a thread of its own, for tests that look at it from outside; it stays alive until the
 * fixture is closed. Whatever takes longer than the deadline fails, with the loop's stack in the
 * message.
 */
public final class LoopFixture implements AutoCloseable {
    /** Bounds a failure; nothing waits for it when all is well. */
    public static final long DEADLINE_SECONDS = 15;

    private final CompletableFuture<Loop> started = new CompletableFuture<>();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final Thread thread;
    private Runnable release = () -> {};

    /** On the machine's own driver. */
    public LoopFixture() {
        this(Loop::create);
    }

    /** On a driver of the test's. */
    public static LoopFixture on(Supplier<? extends Driver> driver) {
        return new LoopFixture(() -> DriverLoops.on(driver.get()));
    }

    private LoopFixture(Supplier<Loop> maker) {
        thread = Thread.ofPlatform().daemon().name("fixture-loop").start(() -> work(maker));
        await(started);
    }

    private void work(Supplier<Loop> maker) {
        try (Loop loop = maker.get()) {
            release = loop.keepAlive();
            started.complete(loop);
            loop.run(RunMode.DEFAULT);
            ended.complete(null);
        } catch (Throwable thrown) {
            started.completeExceptionally(thrown);
            ended.completeExceptionally(thrown);
        }
    }

    /**
     * Runs {@code setup} on a fresh loop until it ends by itself, as {@link Loop#run(Consumer)}
     * does, and throws what that throws.
     */
    public static void run(Consumer<? super Loop> setup) {
        run(Loop::create, setup);
    }

    /** As {@link #run(Consumer)}, on a driver of the test's. */
    public static void run(Supplier<? extends Loop> maker, Consumer<? super Loop> setup) {
        CompletableFuture<Void> outcome = new CompletableFuture<>();
        Thread runner =
                Thread.ofPlatform()
                        .daemon()
                        .name("test-loop")
                        .start(() -> {
                            try (Loop loop = maker.get()) {
                                loop.nextTick(() -> setup.accept(loop));
                                loop.run(RunMode.DEFAULT);
                                outcome.complete(null);
                            } catch (Throwable thrown) {
                                outcome.completeExceptionally(thrown);
                            }
                        });
        await(outcome, runner);
    }

    /**
     * Runs {@code loop}, which belongs to the calling thread, turn by turn until {@code condition}
     * holds.
     */
    public static void turnUntil(Loop loop, String what, BooleanSupplier condition) {
        TimerHandle deadline =
                loop.setTimeout(
                        Duration.ofSeconds(DEADLINE_SECONDS),
                        () -> {
                            throw new AssertionError("never: " + what);
                        });
        while (!condition.getAsBoolean()) {
            loop.run(RunMode.ONCE);
        }
        deadline.close();
    }

    /** As {@link #turnUntil}, of a loop that has nothing to wait for at times. */
    public static void pollUntil(Loop loop, String what, BooleanSupplier condition) {
        Kernel.await(
                what,
                () -> {
                    loop.run(RunMode.NOWAIT);
                    return condition.getAsBoolean();
                });
    }

    /** The loop; touch it inside {@link #call} and {@link #run(Callable)} only. */
    public Loop loop() {
        return started.join();
    }

    /** Runs {@code task} on the loop and waits for its answer. */
    public <T> T call(Callable<T> task) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        ended.whenComplete((none, thrown) ->
                answer.completeExceptionally(
                        thrown == null ? new IllegalStateException("the loop is over") : thrown));
        loop().execute(() -> {
            try {
                answer.complete(task.call());
            } catch (Throwable thrown) {
                answer.completeExceptionally(thrown);
            }
        });
        return await(answer);
    }

    /** Runs {@code task} on the loop and waits until it is done. */
    public void act(Task task) {
        call(() -> {
            task.run();
            return true;
        });
    }

    /** A server on the loop that listens on a free port of the loopback address. */
    public NetServer serve(NetServerOptions options, Consumer<? super NetSocket> handler) {
        return call(() -> Ends.server(loop(), options, handler).listen(IpAddress.loopback(0)));
    }

    /** The port of a server as {@link #serve} makes it, without options. */
    public int listen(Consumer<? super NetSocket> handler) {
        return call(serve(NetServerOptions.DEFAULTS, handler)::port);
    }

    /** Something to do that may fail. */
    @FunctionalInterface
    public interface Task {
        /** Does it. */
        void run() throws Exception;
    }

    /** Waits for {@code future} no longer than the deadline. */
    public <T> T await(CompletableFuture<T> future) {
        return await(future, thread);
    }

    private static <T> T await(CompletableFuture<T> future, Thread worker) {
        try {
            return future.get(DEADLINE_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException late) {
            AssertionError error =
                    new AssertionError("not done in " + DEADLINE_SECONDS + " s; " + worker);
            error.setStackTrace(worker.getStackTrace());
            throw error;
        } catch (ExecutionException e) {
            throw Thrown.as(e.getCause());
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Waits until nothing keeps the loop alive any more, and throws what it ended with. */
    public void awaitEnd() {
        loop().execute(release);
        await(ended);
    }

    /** Ends the loop, and throws what it ended with. */
    @Override
    public void close() {
        Loop loop = loop();
        loop.execute(() -> {
            release.run();
            loop.stop();
        });
        await(ended);
    }
}
