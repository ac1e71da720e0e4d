package dev.millrace.conformance.orders;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * In which order events are told, beside the order in which Node tells them: {@code
 * conformance/scenarios} has the words of both.
 */
class OrdersTest {
    private static final int SCENARIOS_MIN = 30;

    static Set<String> names() {
        return Orders.scenes().keySet();
    }

    @ParameterizedTest
    @MethodSource("names")
    void millraceTellsWhatItsColumnSays(String name) throws IOException {
        String now = Orders.table(name).withMillrace(Orders.millrace(name)).text();
        assertThat(now)
                .as("if the change is meant: conformance/orders --accept %s", name)
                .isEqualTo(Files.readString(Orders.file(name)));
    }

    @ParameterizedTest
    @MethodSource("names")
    void eachDifferenceSaysWhy(String name) throws IOException {
        OrderTable table = Orders.table(name);
        assertThat(table.node()).as("Node's column").isNotEmpty();
        assertThat(table.differences())
                .allSatisfy(one -> assertThat(one.why()).hasSizeGreaterThan(20));
    }

    @Test
    void eachScenarioHasItsRecorderAndItsFile() throws IOException {
        assertThat(names()).hasSizeGreaterThanOrEqualTo(SCENARIOS_MIN);
        Set<String> files = new TreeSet<>();
        try (Stream<Path> all = Files.list(Orders.file("x").getParent())) {
            all.map(file -> file.getFileName().toString()).forEach(files::add);
        }
        Set<String> wanted = new TreeSet<>(Set.of("scene.js"));
        names().forEach(name -> wanted.addAll(Set.of(name + ".js", name + ".txt")));
        assertThat(files).isEqualTo(wanted);
    }

    /** The words of a table are those that are in its text, reasons included. */
    @Test
    void aTableIsReadAsItIsWritten() {
        String text =
                """
                # R1: a title
                # Node v1                                | millrace
                server
                  connection                             | connection
                  close                                  | first
                  last                                   |
                    why: the close is last here
                """;
        OrderTable table = OrderTable.parse(text.lines().toList());
        assertThat(table.text()).isEqualTo(text);
        assertThat(table.withMillrace(table.millrace()).text()).isEqualTo(text);
        assertThat(table.withMillrace(table.node()).differences()).isEmpty();
        assertThat(table.withNode("R1", "v2", table.millrace()).differences()).isEmpty();
        assertThat(table.withNode("R1", "v2", Map.of()).differences())
                .extracting(OrderTable.Stretch::why)
                .containsExactly(OrderTable.UNKNOWN);
    }
}
