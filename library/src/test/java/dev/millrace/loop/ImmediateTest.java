package dev.millrace.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.testing.Journal;
import org.junit.jupiter.api.Test;

class ImmediateTest {
    @Test
    void oneThatIsClosedDoesNotRunAndOneOfAnImmediateWaitsForTheNextTurn() {
        Journal journal = new Journal();
        try (Loop loop = Loop.create()) {
            loop.setImmediate(() -> loop.setImmediate(journal.line("next turn")));
            Immediate taken = loop.setImmediate(journal.line("never"));
            taken.close();
            loop.run(RunMode.NOWAIT);
            assertThat(journal.lines()).isEmpty();
            loop.run(RunMode.NOWAIT);
            assertThat(journal.lines()).containsExactly("next turn");
        }
    }
}
