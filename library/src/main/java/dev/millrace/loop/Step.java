package dev.millrace.loop;

import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What a stage makes of the outcome of the one before it. */
@FunctionalInterface
interface Step<T, U> {
    /** The value is null when there is a failure. */
    U take(T value, @Nullable Throwable failure) throws Throwable;

    /** After a success; a failure goes by. */
    static <T, U> Step<T, U> success(Function<? super T, ? extends U> function) {
        Objects.requireNonNull(function, "function");
        return (value, failure) -> {
            if (failure != null) {
                throw failure;
            }
            return function.apply(value);
        };
    }

    @SuppressWarnings("NullAway") // the value of a stage without one
    static <T> Step<T, Void> accepting(Consumer<? super T> action) {
        Objects.requireNonNull(action, "action");
        return success(value -> {
            action.accept(value);
            return null;
        });
    }

    @SuppressWarnings("NullAway") // as above
    static <T> Step<T, Void> running(Runnable action) {
        Objects.requireNonNull(action, "action");
        return success(value -> {
            action.run();
            return null;
        });
    }

    @SuppressWarnings("NullAway") // as above
    static <T, V> BiFunction<T, V, Void> acceptingBoth(BiConsumer<? super T, ? super V> action) {
        Objects.requireNonNull(action, "action");
        return (one, other) -> {
            action.accept(one, other);
            return null;
        };
    }

    @SuppressWarnings("NullAway") // as above
    static <T, V> BiFunction<T, V, Void> runningAfterBoth(Runnable action) {
        Objects.requireNonNull(action, "action");
        return (one, other) -> {
            action.run();
            return null;
        };
    }

    @SuppressWarnings("NullAway") // as above
    static <T, U> Step<T, U> handling(BiFunction<? super T, Throwable, ? extends U> function) {
        Objects.requireNonNull(function, "function");
        return (value, failure) -> function.apply(value, failure);
    }

    /** After a failure; a success goes by. */
    static <T> Step<T, T> rescuing(Function<Throwable, ? extends T> function) {
        Objects.requireNonNull(function, "function");
        return (value, failure) -> failure == null ? value : function.apply(failure);
    }

    /** As {@link #rescuing}, by what another stage brings. */
    static <T> Step<T, CompletionStage<T>> replacing(
            Function<Throwable, ? extends CompletionStage<T>> function) {
        Objects.requireNonNull(function, "function");
        return (value, failure) ->
                failure == null
                        ? CompletableFuture.completedFuture(value)
                        : function.apply(failure);
    }
}
