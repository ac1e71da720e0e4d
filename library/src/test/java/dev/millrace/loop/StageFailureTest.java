package dev.millrace.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.testing.Journal;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A failure at the end of a chain is told, once; one that something took is not. */
@Tag("A14")
class StageFailureTest {
    private final Loop loop = Loop.create();
    private final Journal journal = new Journal();

    @BeforeEach
    void listen() {
        loop.onUncaught(thrown -> journal.add("uncaught " + thrown.getMessage()));
    }

    @AfterEach
    void close() {
        loop.close();
    }

    private <T> Callable<T> failing(String message) {
        return () -> {
            throw new IllegalStateException(message);
        };
    }

    private static <T, R> Function<T, R> throwing(String message) {
        return value -> {
            throw new IllegalStateException(message);
        };
    }

    private void run() {
        assertThat(loop.run(RunMode.DEFAULT)).isFalse();
    }

    /** What may stand at the end of a chain whose first stage fails, or itself fails. */
    private enum End {
        ACCEPT(one -> one.thenAccept(v -> {})),
        RUN(one -> one.thenRun(() -> {})),
        APPLY(one -> one.thenApply(v -> v).thenApply(v -> v)),
        ASYNC(one -> one.thenApplyAsync(v -> v)),
        ELSEWHERE(one -> one.thenApplyAsync(v -> v, WorkPool.shared())),
        COMPOSE(one -> one.thenCompose(CompletableFuture::completedFuture)),
        COMBINE(one -> one.thenCombine(CompletableFuture.completedFuture(1), (a, b) -> a)),
        BOTH(one -> CompletableFuture.completedFuture(1).thenCombine(one, (a, b) -> a), false),
        EITHER(one -> one.applyToEither(new CompletableFuture<>(), v -> v)),
        AFTER_BOTH(one -> one.runAfterBoth(CompletableFuture.completedFuture(1), () -> {})),
        AFTER_EITHER(one -> one.runAfterEither(new CompletableFuture<>(), () -> {})),
        COPY(CompletableFuture::copy),
        AGAIN(one -> one.exceptionally(throwing("failed"))),
        AGAIN_HANDLED(one -> one.handle((v, e) -> throwing("failed").apply(v))),
        AGAIN_COMPOSED(one ->
                one.exceptionallyCompose(e ->
                        CompletableFuture.<Object>completedFuture(1)
                                .thenApply(throwing("failed")))),
        LOOKED_ON_ONLY(one -> one.whenComplete((v, e) -> {}).thenAccept(v -> {})),
        TWO_ENDS(one -> {
            one.thenAccept(v -> {});
            return one.thenRun(() -> {});
        }),
        WITH_A_CLOCK(one -> one.orTimeout(1, TimeUnit.HOURS)),

        TAKEN(one -> one.exceptionally(e -> 1), false),
        TAKEN_BY_HANDLE(one -> one.thenApply(v -> v).handle((v, e) -> 1), false),
        LOOKED_AT(one -> one.whenComplete((v, e) -> {}), false),
        ALL(one -> CompletableFuture.allOf(one, one.thenApply(v -> v)), false),
        ANY(one -> CompletableFuture.anyOf(new CompletableFuture<>(), one), false),
        HANDED_ON(CompletableFuture::toCompletableFuture, false);

        final Function<CompletableFuture<Object>, CompletableFuture<?>> chain;
        final boolean isTold;

        End(Function<CompletableFuture<Object>, CompletableFuture<?>> chain) {
            this(chain, true);
        }

        End(Function<CompletableFuture<Object>, CompletableFuture<?>> chain, boolean isTold) {
            this.chain = chain;
            this.isTold = isTold;
        }
    }

    @ParameterizedTest
    @EnumSource(End.class)
    void theLastOfAChainTellsAndOnce(End end) {
        loop.run(() -> end.chain.apply(loop.offload(failing("failed"))));
        run();
        assertThat(journal.lines()).isEqualTo(end.isTold ? List.of("uncaught failed") : List.of());
    }

    /** Put there in the very callback in which the stage fails. */
    @ParameterizedTest
    @EnumSource(End.class)
    void theEndOfTheChainMayComeAtTheLastMoment(End end) {
        LoopStage<Object> stage = new LoopStage<>(loop);
        loop.run(() -> {
            stage.completeExceptionally(new IllegalStateException("failed"));
            loop.queueMicrotask(() -> loop.queueMicrotask(() -> end.chain.apply(stage)));
        });
        run();
        // It can't be seen that a stage that has failed was handed to anyOf; of the two that are
        // handed to allOf the first has one behind it, and the other fails later.
        boolean isUnseen = end == End.ANY;
        assertThat(journal.count("uncaught failed")).isEqualTo(end.isTold || isUnseen ? 1 : 0);
        assertThat(journal.lines()).hasSize(end.isTold || isUnseen ? 1 : 0);
    }

    @Test
    void aContinuationThatThrowsIsTold() {
        loop.offload(() -> 1).thenAccept(throwing("continuation")::apply);
        run();
        assertThat(journal.lines()).containsExactly("uncaught continuation");
    }

    @Test
    void behindAStageThatIsDoneItRunsAfterTheCallbackAndAnAllOfIsInTime() {
        LoopStage<Object> stage = new LoopStage<>(loop);
        stage.complete(1);
        loop.run(() -> {
            var failed = stage.thenApply(throwing("failed"));
            journal.add("done " + failed.isDone());
            CompletableFuture.allOf(failed)
                    .exceptionally(e -> {
                        journal.add("all " + e.getCause().getMessage());
                        return null;
                    });
        });
        run();
        assertThat(journal.lines()).containsExactly("done false", "all failed");
    }

    @Test
    void aWatcherThatThrowsIsNoOneThatTookIt() {
        loop.offload(failing("failed"))
                .whenComplete((v, e) -> {
                    throw new IllegalArgumentException("as well");
                });
        run();
        assertThat(journal.lines()).containsExactly("uncaught failed");
    }

    @Test
    void whatTheProgramCancelsIsNoFailureAndACancellationOfATaskIsOne() {
        Work<Object> work = loop.offload(task -> {}, () -> 1);
        loop.run(() -> {
            work.thenAccept(v -> journal.add("never"));
            loop.offload(() -> 1).thenCompose(v -> work);
            loop.setImmediate(work::cancel);
        });
        run();
        assertThat(journal.lines()).isEmpty();
        loop.offload(
                        () -> {
                            throw new CancellationException("of its own");
                        })
                .thenRun(() -> {});
        run();
        assertThat(journal.lines()).containsExactly("uncaught of its own");
    }

    @Test
    void anExecutorThatRefusesAContinuationFailsItsStage() {
        loop.offload(() -> 1)
                .thenAcceptAsync(
                        v -> {},
                        task -> {
                            throw new RejectedExecutionException("full");
                        });
        run();
        assertThat(journal.lines()).containsExactly("uncaught full");
    }

    @Test
    void aThreadThatWaitsHasHeardOfIt() {
        LoopStage<Object> stage = new LoopStage<>(loop);
        stage.completeExceptionally(new IllegalStateException("failed"));
        assertThatThrownBy(stage::join).hasRootCauseMessage("failed");
        run();
        assertThat(journal.lines()).isEmpty();
    }

    /** A machine's error ends the loop, listener or not. */
    @Test
    void anErrorOfTheMachineEndsTheRun() {
        loop.offload(() -> 1)
                .thenAccept(v -> {
                    throw new InternalError("machine");
                });
        assertThatThrownBy(this::run).isInstanceOf(InternalError.class);
    }
}
