package dev.millrace.cli;

import dev.millrace.cluster.Scheduling;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What {@code start} was told.
 *
 * @param workers how many processes
 * @param scheduling who accepts connections
 * @param control where the primary is asked and told; empty for the usual place
 * @param isWatching whether files that change make new workers
 * @param listen where a command is to listen, as it was written; empty for a source file
 * @param startLimit how long workers may take until they listen
 * @param classPath what a source file imports besides
 * @param words the file or the command, and what it gets
 */
record StartSettings(
        int workers,
        Scheduling scheduling,
        Optional<Path> control,
        boolean isWatching,
        List<String> listen,
        Duration startLimit,
        String classPath,
        List<String> words) {
    private static final String WATCH = "--watch";
    private static final String LISTEN = "--listen";
    private static final String START_LIMIT = "--start-limit";
    private static final String CLASS_PATH = "--class-path";

    static List<Option> options() {
        return List.of(
                new Option(
                        ClusterSettings.WORKERS, "N", "processes (default one for each processor)"),
                Option.flag("", WATCH, "new workers when the program's files change"),
                ClusterSettings.schedulingOption(),
                new Option(ClusterSettings.CONTROL, "PATH", "Unix socket for ps, reload and stop"),
                new Option(LISTEN, "ADDRESS", "for a COMMAND: a socket that it gets").repeatable(),
                new Option(CLASS_PATH, "PATH", "for FILE.java: what it imports besides"),
                new Option(START_LIMIT, "TIME", "for workers to listen (default 30s)"));
    }

    static StartSettings read(Arguments arguments) {
        List<String> words = arguments.operands();
        List<String> listen = arguments.texts(LISTEN);
        if (words.isEmpty()) {
            throw new UsageError(
                    listen.isEmpty()
                            ? "start needs a Java source file, or --listen and a command; see:"
                                    + " millrace help start"
                            : LISTEN
                                    + " needs a command; write it behind --, -- python3 app.py"
                                    + " for instance");
        }
        if (!listen.isEmpty() && arguments.has(CLASS_PATH)) {
            throw new UsageError(
                    CLASS_PATH
                            + " is for a Java source file, "
                            + LISTEN
                            + " for a"
                            + " command; leave one out");
        }
        if (!listen.isEmpty() && arguments.has(ClusterSettings.SCHEDULING)) {
            throw new UsageError(
                    ClusterSettings.SCHEDULING
                            + " is for a Java source file; the processes of a command accept"
                            + " themselves, so leave it out");
        }
        return new StartSettings(
                ClusterSettings.workers(arguments)
                        .orElse(Runtime.getRuntime().availableProcessors()),
                ClusterSettings.scheduling(arguments),
                ClusterSettings.control(arguments),
                arguments.has(WATCH),
                listen,
                arguments.duration(START_LIMIT).orElse(ClusterPlan.START_LIMIT),
                arguments.text(CLASS_PATH).orElse(""),
                words);
    }
}
