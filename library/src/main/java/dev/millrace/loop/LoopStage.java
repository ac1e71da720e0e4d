package dev.millrace.loop;

import dev.millrace.turn.Failures;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The outcome of a one-shot operation of a loop, and what comes of it.
 *
 * <p>Continuations run on the loop, whatever thread completes the stage: a timeout of {@link
 * #orTimeout} too. Behind a stage that has its outcome already they run after the callback that is
 * running, as microtasks do. Only an executor that is named runs them elsewhere; then the loop
 * stays alive for them.
 *
 * <p>A failure at the end of a chain, that of a continuation included, is never lost. When the
 * microtasks have run out and there is still nothing behind the stage, no continuation, no {@link
 * CompletableFuture#allOf} and no thread that waits, an HTTP request in whose handler the first
 * stage was made is answered with 500; anything else goes to {@link Loop#onUncaught}. An action of
 * {@link #whenComplete} that is the last of its chain counts as one that took it. It is told
 * without the {@link CompletionException} around it, and once, if it ends several chains. What
 * {@link #cancel} brings is no failure, and a thread that makes a stage off the loop looks after it
 * itself. A stage that has failed already when it is handed to {@code anyOf} or {@code allOf} can't
 * be seen to be, and is told.
 *
 * <p>Other threads may wait for a stage; the loop's own thread may not, because it would wait for
 * itself.
 *
 * {@snippet class="dev.millrace.loop.LoopExamplesTest" region="stage"}
 */
public sealed class LoopStage<T> extends StageMethods<T> permits Work {
    /** Brings a value, or throws what the stage fails with. */
    private interface Attempt<V> {
        V call() throws Throwable;
    }

    private final StageChain chain;

    /**
     * Something is behind it, or has seen its outcome, or is about to: a thread that makes one off
     * the loop has not come to its next line when the loop is through with it.
     */
    private volatile boolean isObserved;

    /** The failure that an action of {@link #whenComplete} saw, which made this stage's outcome. */
    private volatile @Nullable Throwable seen;

    /** How many of the dependents are clocks of ours, which hear of no failure. */
    private final AtomicInteger clocks = new AtomicInteger();

    /** An outcome that is still open. */
    public LoopStage(Loop loop) {
        this(loop, thrown -> false);
    }

    /**
     * An outcome that is still open.
     *
     * @param isToldElsewhere answers whether a listener has been told of that failure, which is
     *     then no business of {@link Loop#onUncaught}
     */
    public LoopStage(Loop loop, Predicate<? super Throwable> isToldElsewhere) {
        this(new StageChain(loop, isToldElsewhere));
    }

    private LoopStage(StageChain chain) {
        this.chain = chain;
        this.isObserved = !chain.loop.inLoop();
    }

    @Override
    public <U> CompletableFuture<U> newIncompleteFuture() {
        return new LoopStage<>(chain);
    }

    /** The loop: {@code thenApplyAsync} and the like run on one of its next turns. */
    @Override
    public Executor defaultExecutor() {
        return chain.loop;
    }

    @Override
    Executor onLoop() {
        LoopStages stages = chain.loop.stages();
        return isDone() ? stages.soon : stages.now;
    }

    @Override
    <U> LoopStage<U> behind(Executor executor, Step<? super T, ? extends U> step) {
        LoopStage<U> next = observe();
        Executor there = new LoopStages.Place(next, executor);
        when(there, (value, failure) -> next.become(failure, () -> step.take(value, failure)));
        return next;
    }

    @Override
    LoopStage<T> behindWatched(Executor executor, BiConsumer<? super T, ? super Throwable> action) {
        Objects.requireNonNull(action, "action");
        LoopStage<T> next = observe();
        Executor there = new LoopStages.Place(next, executor);
        when(
                there,
                (value, failure) -> next.become(failure, () -> next.look(action, value, failure)));
        return next;
    }

    /** The outcome goes on as it is, unless the action spoils a success. */
    private T look(
            BiConsumer<? super T, ? super Throwable> action, T value, @Nullable Throwable failure)
            throws Throwable {
        if (failure == null) {
            action.accept(value, null);
            return value;
        }
        try {
            action.accept(value, failure);
            seen = bare(failure);
        } catch (Throwable thrown) {
            Failures.attach(failure, thrown);
        }
        throw failure;
    }

    @Override
    <U> LoopStage<U> behindMade(
            Executor executor, Step<? super T, ? extends CompletionStage<U>> step) {
        LoopStage<U> next = observe();
        Executor there = new LoopStages.Place(next, executor);
        when(there, (value, failure) -> next.follow(failure, () -> step.take(value, failure)));
        return next;
    }

    @Override
    <V, U> LoopStage<U> behindBoth(
            CompletionStage<? extends V> other,
            Executor executor,
            BiFunction<? super T, ? super V, ? extends U> function) {
        CompletableFuture<? extends V> second = other.toCompletableFuture();
        LoopStage<U> next = observe();
        Executor there = new LoopStages.Place(next, executor);
        BiFunction<T, V, U> joined = function::apply;
        when(
                Runnable::run,
                (one, failed) ->
                        second.handleAsync(
                                (two, failedToo) -> {
                                    Throwable failure = failed == null ? failedToo : failed;
                                    next.become(
                                            failure,
                                            () -> {
                                                if (failure != null) {
                                                    throw failure;
                                                }
                                                return joined.apply(one, two);
                                            });
                                    return next;
                                },
                                there));
        return next;
    }

    @Override
    @SuppressWarnings("unchecked") // runAfterEither has a second stage of any type, and an action
    <U> LoopStage<U> behindEither(
            CompletionStage<?> other, Executor executor, Step<? super T, ? extends U> step) {
        CompletableFuture<T> second = (CompletableFuture<T>) other.toCompletableFuture();
        LoopStage<U> next = observe();
        Executor there = new LoopStages.Place(next, executor);
        AtomicBoolean isTaken = new AtomicBoolean();
        BiConsumer<T, Throwable> first =
                (value, failure) -> {
                    if (isTaken.compareAndSet(false, true)) {
                        next.become(failure, () -> step.take(value, failure));
                    }
                };
        when(there, first);
        second.handleAsync(
                (value, failure) -> {
                    first.accept(value, failure);
                    return next;
                },
                there);
        return next;
    }

    Loop loop() {
        return chain.loop;
    }

    /** Whether the loop has to stay alive for what {@code executor} runs. */
    boolean runsElsewhere(Executor executor) {
        LoopStages stages = chain.loop.stages();
        boolean isOurs =
                executor == chain.loop
                        || executor == stages.now
                        || executor == stages.soon
                        || executor instanceof LoopStages.Place;
        return !isOurs && chain.loop.inLoop();
    }

    /** A stage behind this one. */
    private <U> LoopStage<U> observe() {
        isObserved = true;
        return new LoopStage<>(chain);
    }

    /**
     * Takes what {@code outcome} returns or throws; {@code before}: the failure that it may hand
     * on.
     */
    private void become(@Nullable Throwable before, Attempt<? extends T> outcome) {
        chain.run(() -> {
            T value;
            try {
                value = outcome.call();
            } catch (Throwable thrown) {
                failed(before, thrown);
                return;
            }
            complete(value);
        });
    }

    /** An error of the machine in a continuation ends the loop, as in every callback. */
    private void failed(@Nullable Throwable before, Throwable thrown) {
        if (thrown != before && thrown instanceof VirtualMachineError error) {
            chain.broken(error);
        }
        fail(thrown);
    }

    /** Ends as the stage does that {@code maker} returns. */
    private void follow(@Nullable Throwable before, Attempt<? extends CompletionStage<T>> maker) {
        chain.run(() -> {
            try {
                CompletableFuture<T> inner = maker.call().toCompletableFuture();
                inner.handleAsync(
                        (value, failure) -> {
                            ended(inner, value, failure);
                            return chain;
                        },
                        new LoopStages.Place(this, chain.loop.stages().now));
            } catch (Throwable thrown) {
                failed(before, thrown);
            }
        });
    }

    private void ended(CompletableFuture<T> inner, T value, @Nullable Throwable failure) {
        if (failure == null) {
            complete(value);
            return;
        }
        if (inner instanceof LoopStage<T> stage) {
            chain.follow(stage.chain);
        }
        fail(failure);
    }

    /** Fails as a stage does that depends on another one. */
    void fail(Throwable thrown) {
        completeExceptionally(
                thrown instanceof CompletionException ? thrown : new CompletionException(thrown));
    }

    @Override
    public boolean completeExceptionally(Throwable thrown) {
        // Looked at before: what depends on it is gone from the list afterwards.
        boolean isWatched = isObserved || getNumberOfDependents() > clocks.get();
        boolean isOutcome = super.completeExceptionally(thrown);
        if (isOutcome && !isWatched) {
            chain.loop.stages().failed(this, bare(thrown));
        }
        return isOutcome;
    }

    private static Throwable bare(Throwable thrown) {
        Throwable bare = thrown;
        while (bare instanceof CompletionException && bare.getCause() != null) {
            bare = bare.getCause();
        }
        return bare;
    }

    /** Whether nothing took the failure, and nothing else knows of it. */
    boolean isUnheard(Throwable thrown) {
        return !isObserved && thrown != seen && chain.isNews(thrown);
    }

    void tellOwner(Throwable thrown) {
        chain.tellOwner(thrown);
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        chain.cancelled();
        return super.cancel(mayInterruptIfRunning);
    }

    /** This stage; its receiver is trusted to look at the outcome. */
    @Override
    public CompletableFuture<T> toCompletableFuture() {
        isObserved = true;
        return this;
    }

    @Override
    public CompletableFuture<T> copy() {
        return thenApply(value -> value);
    }

    @Override
    public CompletionStage<T> minimalCompletionStage() {
        return copy();
    }

    @Override
    public CompletableFuture<T> completeAsync(Supplier<? extends T> supplier, Executor executor) {
        Objects.requireNonNull(supplier, "supplier");
        executor.execute(() -> become(null, supplier::get));
        return this;
    }

    /** Fails with a {@link TimeoutException} after a while; its continuations run on the loop. */
    @Override
    public CompletableFuture<T> orTimeout(long timeout, TimeUnit unit) {
        after(timeout, unit, () -> completeExceptionally(new TimeoutException()));
        return this;
    }

    @Override
    public CompletableFuture<T> completeOnTimeout(T value, long timeout, TimeUnit unit) {
        after(timeout, unit, () -> complete(value));
        return this;
    }

    /** The outcome stops the clock, which would keep it in memory otherwise. */
    private void after(long timeout, TimeUnit unit, Runnable task) {
        if (isDone()) {
            return;
        }
        CompletableFuture<Object> clock = new CompletableFuture<>();
        clock.orTimeout(timeout, unit)
                .exceptionally(late -> {
                    task.run();
                    return late;
                });
        clocks.incrementAndGet();
        when(Runnable::run, (value, failure) -> clock.complete(chain));
    }

    /**
     * @throws IllegalStateException on the loop's own thread, when the outcome is still open
     */
    @Override
    public T get() throws InterruptedException, ExecutionException {
        observeNow();
        return super.get();
    }

    /**
     * @throws IllegalStateException on the loop's own thread, when the outcome is still open
     */
    @Override
    public T get(long timeout, TimeUnit unit)
            throws InterruptedException, ExecutionException, TimeoutException {
        observeNow();
        return super.get(timeout, unit);
    }

    /**
     * @throws IllegalStateException on the loop's own thread, when the outcome is still open
     */
    @Override
    public T join() {
        observeNow();
        return super.join();
    }

    @Override
    public Throwable exceptionNow() {
        if (isDone()) {
            observeNow();
        }
        return super.exceptionNow();
    }

    private void observeNow() {
        if (!isDone() && chain.loop.inLoop()) {
            throw new IllegalStateException(
                    "waiting here would block the loop that is to bring the outcome:"
                            + " use thenAccept or whenComplete");
        }
        isObserved = true;
    }

    /** {@code Work[pending]}; or done, failed, cancelled. Any thread. */
    @Override
    public String toString() {
        String state = isCancelled() ? "cancelled" : isCompletedExceptionally() ? "failed" : "done";
        return getClass().getSimpleName() + "[" + (isDone() ? state : "pending") + "]";
    }
}
