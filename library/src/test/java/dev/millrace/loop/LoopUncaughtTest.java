package dev.millrace.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.testing.Journal;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What happens to an exception that nobody expected. */
class LoopUncaughtTest {
    private final Loop loop = Loop.create();
    private final Journal journal = new Journal();

    @AfterEach
    void close() {
        loop.close();
    }

    private static Runnable throwing(String message) {
        return () -> {
            throw new IllegalStateException(message);
        };
    }

    @Test
    void withoutAListenerTheTurnEndsAndRunThrows() {
        loop.setImmediate(throwing("first"));
        loop.setImmediate(journal.line("same phase"));
        loop.setImmediate(throwing("second"));
        loop.setTimeout(Duration.ofHours(1), journal.line("never"));
        assertThatThrownBy(() -> loop.run(RunMode.DEFAULT))
                .hasMessage("first")
                .satisfies(e -> assertThat(e.getSuppressed()[0]).hasMessage("second"));
        assertThat(journal.lines()).containsExactly("same phase");
        assertThat(loop.run(RunMode.NOWAIT)).as("the loop can run again").isTrue();
    }

    @Test
    void aListenerTakesItAndTheLoopGoesOn() {
        loop.onUncaught(thrown -> journal.add("caught " + thrown.getMessage()));
        loop.nextTick(throwing("tick"));
        loop.queueMicrotask(throwing("micro"));
        loop.setImmediate(throwing("immediate"));
        loop.setTimeout(Duration.ZERO, throwing("timer"));
        loop.execute(throwing("task"));
        loop.pend(throwing("pending"));
        loop.run(RunMode.DEFAULT);
        assertThat(journal.lines())
                .containsExactlyInAnyOrder(
                        "caught tick",
                        "caught micro",
                        "caught immediate",
                        "caught timer",
                        "caught task",
                        "caught pending");
        assertThatThrownBy(() -> loop.onUncaught(t -> {}))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("onUncaught has a listener already");
    }

    @Test
    void aListenerThatThrowsEndsTheRunWithBoth() {
        loop.onUncaught(thrown -> {
            throw new IllegalArgumentException("the listener's");
        });
        loop.setImmediate(throwing("the callback's"));
        loop.setTimeout(Duration.ofHours(1), () -> {});
        assertThatThrownBy(() -> loop.run(RunMode.DEFAULT))
                .hasMessage("the listener's")
                .satisfies(e -> assertThat(e.getSuppressed()[0]).hasMessage("the callback's"));
    }

    /** "Log it and throw on." */
    @Test
    void aListenerThatThrowsOnWhatItGotIsCalledOnceAndTheTurnGoesOn() {
        loop.onUncaught(thrown -> {
            journal.add("caught " + thrown.getMessage());
            throw (RuntimeException) thrown;
        });
        loop.setImmediate(throwing("mine"));
        loop.setImmediate(journal.line("same phase"));
        loop.setTimeout(Duration.ofHours(1), () -> {});
        assertThatThrownBy(() -> loop.run(RunMode.DEFAULT)).hasMessage("mine");
        assertThat(journal.lines()).containsExactly("caught mine", "same phase");
    }

    @Test
    void aFailureHandlerThatThrowsOnWhatItGotIsTheLoopsFailure() {
        loop.setImmediate(() ->
                loop.enter(
                        "target",
                        target -> {
                            throw new IllegalStateException("mine");
                        },
                        (target, thrown) -> {
                            throw (RuntimeException) thrown;
                        }));
        loop.setImmediate(journal.line("same phase"));
        assertThatThrownBy(() -> loop.run(RunMode.DEFAULT)).hasMessage("mine");
        assertThat(journal.lines()).containsExactly("same phase");
    }

    @Test
    void whatAnotherThreadThrewShowsWhereItWasRunAsWell() {
        loop.offload(LoopUncaughtTest::taskThatFails);
        assertThatThrownBy(() -> loop.run(RunMode.DEFAULT))
                .satisfies(thrown ->
                        assertThat(thrown.getStackTrace())
                                .extracting(StackTraceElement::getMethodName)
                                .contains(
                                        "taskThatFails",
                                        "whatAnotherThreadThrewShowsWhereItWasRunAsWell"));
    }

    private static Object taskThatFails() {
        throw new IllegalStateException("off the loop");
    }

    @Test
    void anErrorOfTheMachineEndsTheLoopWhoeverListens() {
        loop.onUncaught(thrown -> journal.add("caught"));
        loop.setImmediate(() -> {
            throw new OutOfMemoryError("made up");
        });
        loop.setTimeout(Duration.ofHours(1), () -> {});
        assertThatThrownBy(() -> loop.run(RunMode.DEFAULT)).isInstanceOf(OutOfMemoryError.class);
        assertThat(journal.lines()).isEmpty();
    }

    @Test
    void otherErrorsAreToldAsTheyAre() {
        loop.setImmediate(() -> {
            throw new AssertionError("mine");
        });
        assertThatThrownBy(() -> loop.run(RunMode.DEFAULT)).isInstanceOf(AssertionError.class);
    }
}
