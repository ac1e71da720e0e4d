package dev.millrace.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.testing.Journal;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class PhaseHandleTest {
    private final Loop loop = Loop.create();
    private final Journal journal = new Journal();
    private final PhaseHandle check = new PhaseHandle(loop, PhaseHandle.Phase.CHECK);

    @AfterEach
    void close() {
        loop.close();
    }

    @Test
    @Tag("A10")
    void aWatcherIsStartedGivenAnotherCallbackStoppedAndClosed() {
        check.start(journal.line("one"));
        loop.run(RunMode.NOWAIT);
        check.start(journal.line("two"));
        loop.run(RunMode.NOWAIT);
        check.stop();
        assertThat(loop.run(RunMode.NOWAIT)).as("stopped, it holds nothing").isFalse();
        check.start(journal.line("three"));
        loop.run(RunMode.NOWAIT);
        check.onClose(journal.line("closed"));
        check.close();
        loop.run(RunMode.NOWAIT);
        assertThat(journal.lines()).containsExactly("one", "two", "three", "closed");
        assertThatThrownBy(() -> check.start(() -> {})).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void oneThatIsStoppedByAnotherInTheSameTurnIsLeftOut() {
        PhaseHandle second = new PhaseHandle(loop, PhaseHandle.Phase.CHECK);
        PhaseHandle third = new PhaseHandle(loop, PhaseHandle.Phase.CHECK);
        check.start(() -> {
            journal.add("first");
            second.stop();
            third.start(journal.line("third"));
        });
        second.start(journal.line("second"));
        loop.run(RunMode.NOWAIT);
        assertThat(journal.lines())
                .as("one that is started waits for the next turn")
                .containsExactly("first");
        loop.run(RunMode.NOWAIT);
        assertThat(journal.lines()).containsExactly("first", "first", "third");
    }

    @Test
    void oneThatIsStoppedAndStartedAgainByAnotherWaitsForTheNextTurn() {
        PhaseHandle second = new PhaseHandle(loop, PhaseHandle.Phase.CHECK);
        check.start(() -> {
            check.stop();
            second.stop();
            second.start(journal.line("anew"));
        });
        second.start(journal.line("second"));
        loop.run(RunMode.NOWAIT);
        assertThat(journal.lines()).isEmpty();
        loop.run(RunMode.NOWAIT);
        assertThat(journal.lines()).containsExactly("anew");
    }

    @Test
    void anUnreferencedHookDoesNotHoldTheLoop() {
        check.start(journal.line("never"));
        check.unref();
        assertThat(loop.run(RunMode.DEFAULT)).isFalse();
        assertThat(journal.lines()).isEmpty();
    }
}
