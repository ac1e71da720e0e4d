package dev.millrace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.testing.PlainOnly;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What can't hold behind TLS is said, and nothing else is. */
class PlainOnlyTest {
    private static final String HEADING = "## What does not hold behind TLS";

    /** {@code | tests | why |}, of each reason. */
    @Test
    void theTableHasTheReasonsAndTheTests() throws IOException {
        List<SourceFile> sources = SourceFile.all();
        List<String> wanted =
                Arrays.stream(PlainOnly.Reason.values())
                        .map(reason -> row(reason, sources))
                        .toList();
        assertThat(wanted).noneMatch(row -> row.startsWith("|  |"));
        Path file = SourceFile.root().resolve("docs/tls.md");
        List<String> lines = Files.readAllLines(file);
        List<String> rows =
                lines.subList(lines.indexOf(HEADING) + 1, lines.size()).stream()
                        .filter(line -> line.startsWith("| "))
                        .filter(line -> !line.startsWith("| ---") && !line.startsWith("| tests"))
                        .toList();
        assertThat(rows).isEqualTo(wanted);
    }

    private static String row(PlainOnly.Reason reason, List<SourceFile> sources) {
        String said = "@PlainOnly(PlainOnly.Reason." + reason + ")";
        List<String> tests =
                sources.stream()
                        .filter(source ->
                                source.lines().stream().anyMatch(line -> line.strip().equals(said)))
                        .map(source -> "`" + source.path().replaceAll(".*/|\\.java", "") + "`")
                        .sorted()
                        .toList();
        return "| " + String.join(", ", tests) + " | " + reason.text() + " |";
    }
}
