package dev.millrace.conformance.fuzz;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** {@code conformance/fuzz TARGET SECONDS}: runs Jazzer in a process of its own. */
public final class Fuzz {
    private static final String JAZZER = "com.code_intelligence.jazzer.Jazzer";

    private Fuzz() {}

    /** The target's name and how long. */
    public static void main(String... arguments) throws IOException, InterruptedException {
        boolean isRight =
                arguments.length == 2
                        && arguments[0].matches("request|response|chunked|host|multipart|proxy")
                        && arguments[1].matches("[1-9]\\d{0,6}");
        if (!isRight) {
            System.err.println(
                    "fuzz: use request, response, chunked, host, multipart or proxy, and seconds");
            System.exit(2);
        }
        Target target = Target.valueOf(arguments[0].toUpperCase(Locale.ROOT));
        Path folder = Files.createDirectories(Path.of("target/fuzz", arguments[0]));
        List<String> lines = run(target, Integer.parseInt(arguments[1]), folder);
        lines.forEach(System.out::println);
        System.exit(isClean(lines) ? 0 : 1);
    }

    /** Whether the time was up before anything was found. */
    static boolean isClean(List<String> lines) {
        return lines.stream().anyMatch(line -> line.matches("Done \\d+ runs in \\d+ second.*"));
    }

    /** Fuzzes from the target's seeds; what Jazzer says. {@code folder} keeps corpus and finds. */
    static List<String> run(Target target, int seconds, Path folder)
            throws IOException, InterruptedException {
        Path corpus = Files.createDirectories(folder.resolve("corpus"));
        for (int i = 0; i < target.seeds().size(); i++) {
            Files.write(corpus.resolve("seed-" + i), target.seeds().get(i));
        }
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(
                List.of("-XX:+EnableDynamicAgentLoading", "--enable-native-access=ALL-UNNAMED"));
        command.addAll(List.of("--sun-misc-unsafe-memory-access=allow", "-Xmx1g"));
        command.add("-Dmillrace.fuzz=" + target.name().toLowerCase(Locale.ROOT));
        command.addAll(List.of("-cp", classPath(), JAZZER));
        command.add("--target_class=" + Target.class.getName());
        command.add("--instrumentation_includes=" + target.room() + ".**");
        command.add("--reproducer_path=" + folder);
        command.add("-artifact_prefix=" + folder + "/");
        command.addAll(
                List.of("-max_total_time=" + seconds, "-max_len=2000", "-print_final_stats=1"));
        command.add(corpus.toString());
        Process jazzer =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .directory(
                                Path.of(System.getProperty("millrace.root", ""))
                                        .toAbsolutePath()
                                        .toFile())
                        .start();
        List<String> lines;
        try (BufferedReader reader = jazzer.inputReader()) {
            lines = reader.lines().toList();
        }
        jazzer.waitFor();
        return lines;
    }

    /** Maven hides the class path in a jar, and tells it so. */
    private static String classPath() {
        return System.getProperty(
                "surefire.test.class.path", System.getProperty("java.class.path"));
    }
}
