package dev.millrace.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.testing.Journal;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class HandleTest {
    private final Loop loop = Loop.create();
    private final Journal journal = new Journal();
    private final TimerHandle timer = new TimerHandle(loop);

    @AfterEach
    void close() {
        loop.close();
    }

    @Test
    void whatHasNoSocketCantGiveItAway() {
        assertThatThrownBy(timer::extract)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("there is no socket behind it: ");
        assertThat(timer.isClosing()).isFalse();
    }

    @Test
    @Tag("B6")
    @Tag("R6")
    void theCloseCallbackRunsOnceInTheClosingPhaseAfterCloseReturned() {
        timer.onClose(journal.line("closed"));
        loop.setImmediate(() -> {
            timer.close();
            timer.close();
            loop.setImmediate(timer::close);
            journal.add("close returned");
            assertThat(timer.isClosing()).isTrue();
            assertThat(timer.isClosed()).isFalse();
        });
        loop.setImmediate(journal.line("rest of the check phase"));
        loop.run(RunMode.DEFAULT);
        assertThat(timer.isClosed()).isTrue();
        assertThat(journal.lines())
                .containsExactly("close returned", "rest of the check phase", "closed");
    }

    @Test
    @Tag("R6")
    void aTimerThatWasDueDoesNotFireAfterClose() {
        timer.start(Duration.ZERO, journal.line("timer"));
        timer.onClose(journal.line("closed"));
        loop.setTimeout(Duration.ZERO, () -> {});
        timer.close();
        loop.run(RunMode.DEFAULT);
        assertThat(journal.lines()).containsExactly("closed");
    }

    @Test
    void theListenerOfOnCloseIsOne() {
        timer.onClose(() -> {});
        assertThatThrownBy(() -> timer.onClose(() -> {}))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("onClose has a listener already");
    }

    @Test
    void anExceptionInACloseCallbackDoesNotSkipTheOthers() {
        TimerHandle other = new TimerHandle(loop);
        timer.onClose(() -> {
            throw new IllegalStateException("mine");
        });
        other.onClose(journal.line("other closed"));
        timer.close();
        other.close();
        assertThatThrownBy(() -> loop.run(RunMode.DEFAULT)).hasMessage("mine");
        assertThat(journal.lines()).containsExactly("other closed");
    }
}
