package dev.millrace.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** One line about the machine: figures without it can't be compared with anything. */
final class Machine {

    private Machine() {}

    static String describe() throws IOException {
        return "%d CPUs (%s), Linux %s, tcp %s, Java %s (%s), load %s"
                .formatted(
                        Runtime.getRuntime().availableProcessors(),
                        model(),
                        System.getProperty("os.version"),
                        firstLine("/proc/sys/net/ipv4/tcp_congestion_control"),
                        Runtime.version(),
                        System.getProperty("java.vendor"),
                        firstLine("/proc/loadavg").split(" ")[0]);
    }

    private static String model() throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            return lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse(System.getProperty("os.arch"));
        }
    }

    private static String firstLine(String file) {
        try {
            return Files.readString(Path.of(file)).lines().findFirst().orElse("?");
        } catch (IOException unreadable) {
            return "?";
        }
    }
}
