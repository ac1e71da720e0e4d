package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.kernel.Terminal;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Workers as lines. */
class WorkerTableTest {
    private static final long SECOND = 1_000_000_000;

    private static WorkerRow row(long id, long requests) {
        return new WorkerRow(id, 4711, "online", 12, requests, 1500, 80 << 20, 59_999);
    }

    @Test
    void aListOfOneMomentHasAllRequestsSoFar() {
        assertThat(new WorkerTable().lines(List.of(row(1, 1234)), 0))
                .containsExactly(
                        "worker      pid  state     connections   requests   lag p99    memory       age",
                        "     1     4711  online             12       1234    1.5 ms    80 MiB      59 s");
    }

    @Test
    void aListAgainAndAgainHasARate() {
        WorkerTable table = new WorkerTable();
        assertThat(table.lines(List.of(row(1, 100)), SECOND).getLast()).contains(" - ");
        assertThat(table.lines(List.of(row(1, 600), row(2, 9)), 3 * SECOND).get(1))
                .as("500 in two seconds")
                .contains(" 250 ");
        assertThat(table.lines(List.of(row(2, 9)), 4 * SECOND).getLast())
                .as("only since it was seen")
                .contains("        0 ");
    }

    @Test
    void whatAControlSocketDoesNotTellIsNothing() {
        assertThat(WorkerRow.of(Map.of("id", "3", "pid", "x", "state", "leaving")))
                .isEqualTo(new WorkerRow(3, 0, "leaving", -1, -1, -1, 0, 0));
        assertThat(WorkerRow.of(Map.of("lag_us", "7", "rss_bytes", "8", "uptime_ms", "9")))
                .isEqualTo(new WorkerRow(0, 0, "unknown", -1, -1, 7, 8, 9));
        WorkerRow old = new WorkerRow(1, 0, "starting", 0, 0, 0, 0, 3_725_000);
        assertThat(new WorkerTable().lines(List.of(old), 0).getLast()).endsWith(" - 1 h 2 min");
        assertThat(row(1, 0).withMemory().memoryBytes()).as("no such process").isZero();
    }

    @Test
    void whatIsNotKnownOfAProcessIsADash() {
        WorkerRow row = WorkerRow.of(Map.of("id", "1", "pid", "4711", "state", "online"));
        String dashes = "     1     4711  online              -          -         -         -";
        WorkerTable table = new WorkerTable();
        assertThat(table.lines(List.of(row), 0).getLast()).startsWith(dashes);
        assertThat(table.lines(List.of(row), SECOND).getLast()).startsWith(dashes);
        assertThat(table.lines(List.of(row), 2 * SECOND).getLast()).startsWith(dashes);
    }

    @Test
    void linesFitTheTerminal() {
        List<String> lines = List.of("abcdef", "gh", "ij");
        assertThat(LiveLines.cut(lines, new Terminal.Size(3, 3))).containsExactly("abc", "gh");
        assertThat(LiveLines.cut(lines, new Terminal.Size(0, 0))).isEqualTo(lines);
        assertThat(LiveLines.cut(lines, new Terminal.Size(80, 1))).containsExactly("abcdef");
    }
}
