package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What goes wrong is one line, and a status. */
class ConsoleTest {

    @Test
    void anExceptionIsOneLineWhateverItsMessageHolds() {
        assertThat(Console.oneLine(new IOException("one\n  two \r\nthree")))
                .isEqualTo("one two three");
        assertThat(Console.oneLine(new IOException())).isEqualTo("java.io.IOException");
    }

    @Test
    void wrongUsageAndFailureHaveEachItsStatus() {
        assertThat(Main.run(List.of("no-such-command"))).isEqualTo(2);
        assertThat(Main.run(List.of("hello", "--port", "x"))).isEqualTo(2);
        assertThat(Main.run(List.of("serve", "/no/such/folder"))).isEqualTo(1);
    }
}
