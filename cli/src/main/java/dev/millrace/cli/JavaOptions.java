package dev.millrace.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The options of the JVM that this command runs in, for those of its workers. */
final class JavaOptions {
    /** Made for this command: a cache of its classes, and a heap for what it does. */
    private static final List<String> OURS_ALONE =
            List.of("-XX:AOT", "-XX:MaxNewSize=", "-Xshare:");

    private JavaOptions() {}

    /** What the launcher gave this JVM, as far as it fits any program. */
    static List<String> ofWorkers() {
        String line = String.join("\n", Procfs.lines(Path.of("/proc/self/cmdline")));
        return of(List.of(line.split("\0")));
    }

    /** {@code words} are java's own, its name first. */
    static List<String> of(List<String> words) {
        List<String> options = new ArrayList<>(List.of("-Xshare:auto"));
        for (String word : words.subList(1, words.size())) {
            if (word.equals("-p") || word.equals("-cp") || !word.startsWith("-")) {
                break;
            }
            if (OURS_ALONE.stream().noneMatch(word::startsWith)) {
                options.add(word);
            }
        }
        return options;
    }
}
