package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The files of deploy/: what can be said of them without the programs that they are for. */
class DeployTest {
    private static final Path FOLDER = Launched.root().resolve("deploy");
    private static final Pattern COMMAND = Pattern.compile("(?m)millrace (serve [^\n]*)$");
    private static final Pattern SECTION = Pattern.compile("\\[(Unit|Service|Socket|Install)]");
    private static final Pattern ASSIGNMENT = Pattern.compile("([A-Z][A-Za-z]+)=(.*)");

    private static String text(String file) throws IOException {
        return Files.readString(FOLDER.resolve(file));
    }

    /** Sections and assignments, as systemd.syntax(7) has them, and nothing else. */
    private static Map<String, Map<String, String>> unit(String file) throws IOException {
        Map<String, Map<String, String>> unit = new LinkedHashMap<>();
        Map<String, String> section = Map.of();
        for (String line : text(file).split("\n")) {
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            Matcher head = SECTION.matcher(line);
            Matcher assignment = ASSIGNMENT.matcher(line);
            if (head.matches()) {
                section = new LinkedHashMap<>();
                assertThat(unit.put(head.group(1), section)).as("once: " + line).isNull();
            } else {
                assertThat(assignment.matches()).as(file + ": " + line).isTrue();
                String key = assignment.group(1);
                assertThat(section.put(key, assignment.group(2))).as("once: " + key).isNull();
            }
        }
        return unit;
    }

    @Test
    void theUnitsFitEachOther() throws IOException {
        var service = unit("millrace.service");
        var socket = unit("millrace.socket");
        assertThat(service.keySet()).containsExactly("Unit", "Service", "Install");
        assertThat(socket.keySet()).containsExactly("Unit", "Socket", "Install");
        assertThat(service.get("Unit").get("Requires")).isEqualTo("millrace.socket");
        assertThat(service.get("Service"))
                .containsEntry("Type", "notify")
                .containsKeys("WatchdogSec", "FileDescriptorStoreMax", "TimeoutStopSec");
        assertThat(socket.get("Socket")).containsKeys("ListenStream", "FileDescriptorName");
        assertThat(socket.get("Socket")).doesNotContainEntry("Accept", "yes");
    }

    /** An option that is no more, or is called otherwise, is a service that does not start. */
    @Test
    void everyCommandLineIsRight() throws IOException {
        List<String> lines = new ArrayList<>();
        for (String file : List.of("millrace.service", "haproxy.cfg", "nginx.conf")) {
            Matcher command = COMMAND.matcher(text(file));
            while (command.find()) {
                lines.add(command.group(1));
            }
        }
        Matcher list =
                Pattern.compile("millrace\", (\"serve\".*)]").matcher(text("kubernetes.yaml"));
        assertThat(list.find()).isTrue();
        lines.add(list.group(1).replaceAll("[\",]", ""));
        assertThat(lines).hasSize(4);
        assertThat(lines).allSatisfy(DeployTest::expectRight);
    }

    private static void expectRight(String line) {
        List<String> words = List.of(line.split(" "));
        Arguments arguments = Arguments.parse(new ServeCommand(), words.subList(1, words.size()));
        assertThat(arguments.operand()).contains("/srv/www");
        HttpSettings.read(arguments);
        Draining draining = Draining.read(arguments);
        assertThat(draining.delay().toSeconds()).isEqualTo(5);
    }

    /** What waits for the end waits for longer than the end takes. */
    @Test
    void theTimesFitEachOther() throws IOException {
        long drain = 5 + ServerRun.FINISH_MAX.toSeconds();
        String stop = unit("millrace.service").get("Service").get("TimeoutStopSec");
        assertThat(Long.parseLong(stop)).isGreaterThan(drain);
        Matcher grace =
                Pattern.compile("terminationGracePeriodSeconds: (\\d+)")
                        .matcher(text("kubernetes.yaml"));
        assertThat(grace.find()).isTrue();
        assertThat(Long.parseLong(grace.group(1))).isGreaterThan(drain + 2);
    }

    @Test
    void theReadmeNamesEveryFile() throws IOException {
        String readme = text("README.md");
        try (var files = Files.list(FOLDER)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .allMatch(
                            name -> name.equals("README.md") || readme.contains("`" + name + "`"));
        }
    }
}
