package dev.millrace.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.testing.LoopFixture;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class LoopStageTest {
    @Test
    void waitingOnTheLoopsOwnThreadThrowsInsteadOfHanging() {
        try (Loop loop = Loop.create()) {
            LoopStage<String> stage = new LoopStage<>(loop);
            var dependent = stage.thenApply(String::length);
            List<ThrowingCallable> waits =
                    List.of(
                            stage::join,
                            stage::get,
                            () -> stage.get(1, TimeUnit.MINUTES),
                            dependent::join);
            assertThat(waits)
                    .allSatisfy(wait ->
                            assertThatThrownBy(wait)
                                    .isInstanceOf(IllegalStateException.class)
                                    .hasMessageContaining("thenAccept"));
            stage.complete("done");
            assertThat(stage.join()).isEqualTo("done");
            assertThat(dependent.join()).isEqualTo(4);
        }
    }

    @Test
    void anotherThreadMayWait() {
        try (LoopFixture fixture = new LoopFixture()) {
            LoopStage<String> stage = fixture.call(() -> new LoopStage<>(fixture.loop()));
            fixture.loop().execute(() -> stage.complete("done"));
            assertThat(stage.join()).isEqualTo("done");
        }
    }
}
