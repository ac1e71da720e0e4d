package dev.millrace.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.testing.Journal;
import dev.millrace.testing.LoopFixture;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever completes a stage, what stands behind it runs on the loop. */
@Tag("A14")
class StageContinuationTest {
    private final Journal journal = new Journal();

    /** Every kind of continuation; each completes with whether it ran on the loop. */
    private enum Kind {
        APPLY((stage, loop) -> stage.thenApply(v -> loop.inLoop())),
        ACCEPT((stage, loop) -> noted(n -> stage.thenAccept(v -> n.complete(loop.inLoop())))),
        RUN((stage, loop) -> noted(n -> stage.thenRun(() -> n.complete(loop.inLoop())))),
        APPLY_ASYNC((stage, loop) -> stage.thenApplyAsync(v -> loop.inLoop())),
        BEHIND_ELSEWHERE((stage, loop) ->
                stage.thenApplyAsync(v -> v, Thread::startVirtualThread)
                        .thenApply(v -> loop.inLoop())),
        COMBINE((stage, loop) -> stage.thenCombine(other(), (a, b) -> loop.inLoop())),
        BOTH((stage, loop) ->
                noted(n -> stage.thenAcceptBoth(other(), (a, b) -> n.complete(loop.inLoop())))),
        AFTER_BOTH((stage, loop) ->
                noted(n -> stage.runAfterBoth(other(), () -> n.complete(loop.inLoop())))),
        EITHER((stage, loop) -> stage.applyToEither(new CompletableFuture<>(), v -> loop.inLoop())),
        ACCEPT_EITHER((stage, loop) ->
                noted(n ->
                        stage.acceptEither(
                                new CompletableFuture<>(), v -> n.complete(loop.inLoop())))),
        AFTER_EITHER((stage, loop) ->
                noted(n ->
                        stage.runAfterEither(
                                new CompletableFuture<>(), () -> n.complete(loop.inLoop())))),
        COMPOSE((stage, loop) -> stage.thenCompose(v -> other()).thenApply(v -> loop.inLoop())),
        WHEN_COMPLETE((stage, loop) ->
                noted(n -> stage.whenComplete((v, e) -> n.complete(loop.inLoop())))),
        HANDLE((stage, loop) -> stage.handle((v, e) -> loop.inLoop())),
        EXCEPTIONALLY((stage, loop) ->
                stage.<Object>thenApply(
                                v -> {
                                    throw new IllegalStateException();
                                })
                        .exceptionally(e -> loop.inLoop())),
        EXCEPTIONALLY_COMPOSE((stage, loop) ->
                stage.<Object>thenApply(
                                v -> {
                                    throw new IllegalStateException();
                                })
                        .exceptionallyCompose(
                                e -> CompletableFuture.completedFuture(loop.inLoop()))),
        COPY((stage, loop) -> stage.copy().thenApply(v -> loop.inLoop())),
        MINIMAL((stage, loop) -> stage.minimalCompletionStage().thenApply(v -> loop.inLoop()));

        final BiFunction<CompletableFuture<Object>, Loop, CompletionStage<?>> put;

        Kind(BiFunction<CompletableFuture<Object>, Loop, CompletionStage<?>> put) {
            this.put = put;
        }

        private static CompletionStage<?> noted(
                java.util.function.Consumer<CompletableFuture<Object>> put) {
            CompletableFuture<Object> noted = new CompletableFuture<>();
            put.accept(noted);
            return noted;
        }

        /** What a thread of the JDK completes. */
        private static CompletableFuture<Object> other() {
            return CompletableFuture.supplyAsync(() -> 1);
        }
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void completedByAnotherThread(Kind kind) {
        try (LoopFixture fixture = new LoopFixture()) {
            LoopStage<Object> stage = fixture.call(() -> new LoopStage<>(fixture.loop()));
            CompletionStage<?> end = fixture.call(() -> kind.put.apply(stage, fixture.loop()));
            stage.complete(1);
            assertThat((Object) fixture.await(end.toCompletableFuture())).isEqualTo(true);
        }
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void putThereByAnotherThread(Kind kind) {
        try (LoopFixture fixture = new LoopFixture()) {
            LoopStage<Object> stage = fixture.call(() -> new LoopStage<>(fixture.loop()));
            stage.complete(1);
            CompletionStage<?> end = kind.put.apply(stage, fixture.loop());
            assertThat((Object) fixture.await(end.toCompletableFuture())).isEqualTo(true);
        }
    }

    @Test
    void aTimeoutComesOnTheLoop() {
        Queue<Runnable> held = new ArrayDeque<>();
        LoopFixture.run(loop ->
                loop.offload(held::add, () -> "late")
                        .orTimeout(1, TimeUnit.MILLISECONDS)
                        .whenComplete((value, late) -> {
                            journal.add(loop.inLoop() + " " + (late instanceof TimeoutException));
                            held.remove().run();
                        }));
        assertThat(journal.lines()).containsExactly("true true");
    }

    @Test
    void aValueForATimeoutComesOnTheLoop() {
        Queue<Runnable> held = new ArrayDeque<>();
        LoopFixture.run(loop ->
                loop.offload(held::add, () -> "late")
                        .completeOnTimeout("instead", 1, TimeUnit.MILLISECONDS)
                        .thenAccept(value -> {
                            journal.add(loop.inLoop() + " " + value);
                            held.remove().run();
                        }));
        assertThat(journal.lines()).containsExactly("true instead");
    }

    @Test
    void theLoopStaysAliveForWhatRunsElsewhere() {
        LoopFixture.run(loop ->
                loop.offload(() -> 1)
                        .thenApplyAsync(value -> value + 1, WorkPool.shared())
                        .thenAccept(value -> journal.add(value + " " + loop.inLoop())));
        assertThat(journal.lines()).containsExactly("2 true");
    }

    /** The JDK unwinds such a chain as well. */
    @Test
    void aVeryLongChainDoesNotOverflowTheStack() {
        LoopFixture.run(loop -> {
            CompletableFuture<Integer> end = loop.offload(() -> 0);
            for (int i = 0; i < 100_000; i++) {
                end = end.thenApply(value -> value + 1);
            }
            end.thenAccept(value -> journal.add("" + value));
        });
        assertThat(journal.lines()).containsExactly("100000");
    }

    @Test
    void aFailureGoesDownTheChainAsTheJdkHasIt() {
        LoopFixture.run(loop -> {
            Work<Object> work =
                    loop.offload(() -> {
                        throw new IllegalStateException("first");
                    });
            work.whenComplete((value, failure) -> journal.add("root " + failure.getMessage()));
            work.thenApply(value -> value)
                    .whenComplete((value, failure) -> journal.add("end " + failure));
        });
        assertThat(journal.lines())
                .containsExactlyInAnyOrder(
                        "root first",
                        "end " + new CompletionException(new IllegalStateException("first")));
    }
}
