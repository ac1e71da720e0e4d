package dev.millrace.loop;

import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Every way to put something behind a stage, in terms of the few that a {@link LoopStage} knows:
 * behind one, both, either, behind an action that looks on, and behind a stage that a function
 * makes.
 *
 * <p>A method without an executor runs its function on the loop, as {@link LoopStages#now} or
 * {@link LoopStages#soon} do.
 */
abstract sealed class StageMethods<T> extends CompletableFuture<T> permits LoopStage {
    /** The one door to the JDK's own list of dependents: {@code receiver} is told the outcome. */
    final void when(Executor executor, BiConsumer<? super T, Throwable> receiver) {
        super.handleAsync(
                (value, failure) -> {
                    receiver.accept(value, failure);
                    return true;
                },
                executor);
    }

    /** Where functions without an executor run. */
    abstract Executor onLoop();

    abstract <U> LoopStage<U> behind(Executor executor, Step<? super T, ? extends U> step);

    abstract LoopStage<T> behindWatched(
            Executor executor, BiConsumer<? super T, ? super Throwable> action);

    abstract <U> LoopStage<U> behindMade(
            Executor executor, Step<? super T, ? extends CompletionStage<U>> step);

    abstract <V, U> LoopStage<U> behindBoth(
            CompletionStage<? extends V> other,
            Executor executor,
            BiFunction<? super T, ? super V, ? extends U> function);

    abstract <U> LoopStage<U> behindEither(
            CompletionStage<?> other, Executor executor, Step<? super T, ? extends U> step);

    @Override
    public <U> CompletableFuture<U> thenApply(Function<? super T, ? extends U> function) {
        return behind(onLoop(), Step.success(function));
    }

    @Override
    public <U> CompletableFuture<U> thenApplyAsync(Function<? super T, ? extends U> function) {
        return thenApplyAsync(function, defaultExecutor());
    }

    @Override
    public <U> CompletableFuture<U> thenApplyAsync(
            Function<? super T, ? extends U> function, Executor executor) {
        return behind(executor, Step.success(function));
    }

    @Override
    public CompletableFuture<Void> thenAccept(Consumer<? super T> action) {
        return behind(onLoop(), Step.accepting(action));
    }

    @Override
    public CompletableFuture<Void> thenAcceptAsync(Consumer<? super T> action) {
        return thenAcceptAsync(action, defaultExecutor());
    }

    @Override
    public CompletableFuture<Void> thenAcceptAsync(Consumer<? super T> action, Executor executor) {
        return behind(executor, Step.accepting(action));
    }

    @Override
    public CompletableFuture<Void> thenRun(Runnable action) {
        return behind(onLoop(), Step.running(action));
    }

    @Override
    public CompletableFuture<Void> thenRunAsync(Runnable action) {
        return thenRunAsync(action, defaultExecutor());
    }

    @Override
    public CompletableFuture<Void> thenRunAsync(Runnable action, Executor executor) {
        return behind(executor, Step.running(action));
    }

    @Override
    public <U, V> CompletableFuture<V> thenCombine(
            CompletionStage<? extends U> other,
            BiFunction<? super T, ? super U, ? extends V> function) {
        return behindBoth(other, onLoop(), Objects.requireNonNull(function, "function"));
    }

    @Override
    public <U, V> CompletableFuture<V> thenCombineAsync(
            CompletionStage<? extends U> other,
            BiFunction<? super T, ? super U, ? extends V> function) {
        return thenCombineAsync(other, function, defaultExecutor());
    }

    @Override
    public <U, V> CompletableFuture<V> thenCombineAsync(
            CompletionStage<? extends U> other,
            BiFunction<? super T, ? super U, ? extends V> function,
            Executor executor) {
        return behindBoth(other, executor, Objects.requireNonNull(function, "function"));
    }

    @Override
    public <U> CompletableFuture<Void> thenAcceptBoth(
            CompletionStage<? extends U> other, BiConsumer<? super T, ? super U> action) {
        return behindBoth(other, onLoop(), Step.acceptingBoth(action));
    }

    @Override
    public <U> CompletableFuture<Void> thenAcceptBothAsync(
            CompletionStage<? extends U> other, BiConsumer<? super T, ? super U> action) {
        return thenAcceptBothAsync(other, action, defaultExecutor());
    }

    @Override
    public <U> CompletableFuture<Void> thenAcceptBothAsync(
            CompletionStage<? extends U> other,
            BiConsumer<? super T, ? super U> action,
            Executor executor) {
        return behindBoth(other, executor, Step.acceptingBoth(action));
    }

    @Override
    public CompletableFuture<Void> runAfterBoth(CompletionStage<?> other, Runnable action) {
        return behindBoth(other, onLoop(), Step.runningAfterBoth(action));
    }

    @Override
    public CompletableFuture<Void> runAfterBothAsync(CompletionStage<?> other, Runnable action) {
        return runAfterBothAsync(other, action, defaultExecutor());
    }

    @Override
    public CompletableFuture<Void> runAfterBothAsync(
            CompletionStage<?> other, Runnable action, Executor executor) {
        return behindBoth(other, executor, Step.runningAfterBoth(action));
    }

    @Override
    public <U> CompletableFuture<U> applyToEither(
            CompletionStage<? extends T> other, Function<? super T, U> function) {
        return behindEither(other, onLoop(), Step.success(function));
    }

    @Override
    public <U> CompletableFuture<U> applyToEitherAsync(
            CompletionStage<? extends T> other, Function<? super T, U> function) {
        return applyToEitherAsync(other, function, defaultExecutor());
    }

    @Override
    public <U> CompletableFuture<U> applyToEitherAsync(
            CompletionStage<? extends T> other,
            Function<? super T, U> function,
            Executor executor) {
        return behindEither(other, executor, Step.success(function));
    }

    @Override
    public CompletableFuture<Void> acceptEither(
            CompletionStage<? extends T> other, Consumer<? super T> action) {
        return behindEither(other, onLoop(), Step.accepting(action));
    }

    @Override
    public CompletableFuture<Void> acceptEitherAsync(
            CompletionStage<? extends T> other, Consumer<? super T> action) {
        return acceptEitherAsync(other, action, defaultExecutor());
    }

    @Override
    public CompletableFuture<Void> acceptEitherAsync(
            CompletionStage<? extends T> other, Consumer<? super T> action, Executor executor) {
        return behindEither(other, executor, Step.accepting(action));
    }

    @Override
    public CompletableFuture<Void> runAfterEither(CompletionStage<?> other, Runnable action) {
        return behindEither(other, onLoop(), Step.running(action));
    }

    @Override
    public CompletableFuture<Void> runAfterEitherAsync(CompletionStage<?> other, Runnable action) {
        return runAfterEitherAsync(other, action, defaultExecutor());
    }

    @Override
    public CompletableFuture<Void> runAfterEitherAsync(
            CompletionStage<?> other, Runnable action, Executor executor) {
        return behindEither(other, executor, Step.running(action));
    }

    @Override
    public <U> CompletableFuture<U> thenCompose(
            Function<? super T, ? extends CompletionStage<U>> function) {
        return behindMade(onLoop(), Step.success(function));
    }

    @Override
    public <U> CompletableFuture<U> thenComposeAsync(
            Function<? super T, ? extends CompletionStage<U>> function) {
        return thenComposeAsync(function, defaultExecutor());
    }

    @Override
    public <U> CompletableFuture<U> thenComposeAsync(
            Function<? super T, ? extends CompletionStage<U>> function, Executor executor) {
        return behindMade(executor, Step.success(function));
    }

    @Override
    public CompletableFuture<T> whenComplete(BiConsumer<? super T, ? super Throwable> action) {
        return behindWatched(onLoop(), action);
    }

    @Override
    public CompletableFuture<T> whenCompleteAsync(BiConsumer<? super T, ? super Throwable> action) {
        return whenCompleteAsync(action, defaultExecutor());
    }

    @Override
    public CompletableFuture<T> whenCompleteAsync(
            BiConsumer<? super T, ? super Throwable> action, Executor executor) {
        return behindWatched(executor, action);
    }

    @Override
    public <U> CompletableFuture<U> handle(BiFunction<? super T, Throwable, ? extends U> function) {
        return behind(onLoop(), Step.handling(function));
    }

    @Override
    public <U> CompletableFuture<U> handleAsync(
            BiFunction<? super T, Throwable, ? extends U> function) {
        return handleAsync(function, defaultExecutor());
    }

    @Override
    public <U> CompletableFuture<U> handleAsync(
            BiFunction<? super T, Throwable, ? extends U> function, Executor executor) {
        return behind(executor, Step.handling(function));
    }

    @Override
    public CompletableFuture<T> exceptionally(Function<Throwable, ? extends T> function) {
        return behind(onLoop(), Step.rescuing(function));
    }

    @Override
    public CompletableFuture<T> exceptionallyAsync(Function<Throwable, ? extends T> function) {
        return exceptionallyAsync(function, defaultExecutor());
    }

    @Override
    public CompletableFuture<T> exceptionallyAsync(
            Function<Throwable, ? extends T> function, Executor executor) {
        return behind(executor, Step.rescuing(function));
    }

    @Override
    public CompletableFuture<T> exceptionallyCompose(
            Function<Throwable, ? extends CompletionStage<T>> function) {
        return behindMade(onLoop(), Step.replacing(function));
    }

    @Override
    public CompletableFuture<T> exceptionallyComposeAsync(
            Function<Throwable, ? extends CompletionStage<T>> function) {
        return exceptionallyComposeAsync(function, defaultExecutor());
    }

    @Override
    public CompletableFuture<T> exceptionallyComposeAsync(
            Function<Throwable, ? extends CompletionStage<T>> function, Executor executor) {
        return behindMade(executor, Step.replacing(function));
    }
}
