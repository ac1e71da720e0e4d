package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.conformance.CommandLines;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Command lines that run one after the other in one process, from the command's own jars: what
 * differs from as many starts by the launcher are the starts. What the launcher does is not in it,
 * nor is the end of a process; tests that are about these start the command for each line.
 */
record Several(int status, String output, String errors) {
    /** Each in this folder, with these variables; the outcomes in the same order. */
    static List<Several> run(Path folder, Map<String, String> variables, String[]... lines) {
        Launched.requireBuilt();
        List<String> words = new ArrayList<>();
        words.add(Path.of(System.getProperty("java.home"), "bin/java").toString());
        Path app = Launched.root().resolve("cli/target/app");
        String jars =
                app.resolve("millrace-cli.jar")
                        + ":"
                        + app.resolve("millrace.jar")
                        + ":"
                        + app.resolve("jackson-core.jar");
        words.addAll(
                List.of(
                        "-XX:+UseSerialGC",
                        "-XX:-UsePerfData",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:CompileThresholdScaling=10",
                        "--enable-native-access=dev.millrace",
                        "--module-path=" + jars,
                        "--add-modules=dev.millrace.cli",
                        "--add-opens=dev.millrace.cli/dev.millrace.cli=ALL-UNNAMED",
                        "--class-path=" + classes(),
                        CommandLines.class.getName()));
        for (String[] line : lines) {
            words.add(String.join("\n", line));
        }
        try (Launched all = Launched.start(folder, variables, words)) {
            List<String> outputs = parts(all.output(), lines.length);
            List<String> errors = parts(all.errors(), lines.length);
            assertThat(all.status()).isZero();
            List<Several> outcomes = new ArrayList<>();
            for (int at = 0; at < lines.length; at++) {
                String status = outputs.get(at + 1).lines().findFirst().orElseThrow();
                outcomes.add(
                        new Several(Integer.parseInt(status), said(outputs, at), said(errors, at)));
            }
            return outcomes;
        }
    }

    private static Path classes() {
        String path =
                CommandLines.class.getProtectionDomain().getCodeSource().getLocation().getPath();
        return Path.of(path);
    }

    private static List<String> parts(String text, int count) {
        List<String> parts = List.of(text.split(CommandLines.END, -1));
        assertThat(parts).as(text).hasSize(count + 1);
        return parts;
    }

    /** What stands between the ends of two: behind the status of the one before. */
    private static String said(List<String> parts, int at) {
        String part = parts.get(at);
        return at == 0 ? part : part.substring(part.indexOf('\n') + 1);
    }

    static String[] line(String... words) {
        return words;
    }
}
