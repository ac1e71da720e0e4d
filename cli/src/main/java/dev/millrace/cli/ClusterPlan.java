package dev.millrace.cli;

import dev.millrace.cluster.ClusterOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What a {@link ClusterRun} runs.
 *
 * @param title what it is called in messages
 * @param options the workers
 * @param scheme what is in front of an address in the start line
 * @param addressCount on how many addresses each worker listens; 0 if only the program knows
 * @param startLimit how long the first workers may take until they listen
 * @param control where the primary is asked and told; empty for the usual place
 * @param source what is compiled before workers are replaced; empty if nothing is
 * @param watched files whose change replaces the workers
 * @param hasView whether a terminal shows the workers
 */
record ClusterPlan(
        String title,
        ClusterOptions options,
        Scheme scheme,
        int addressCount,
        Duration startLimit,
        Optional<Path> control,
        Optional<SourceProgram> source,
        List<Path> watched,
        boolean hasView) {
    /** Until the first workers listen. */
    static final Duration START_LIMIT = Duration.ofSeconds(30);

    /** A server command: each worker is this very command line once more. */
    static ClusterPlan of(Command command, ServerRun run, ClusterSettings settings) {
        return new ClusterPlan(
                command.name(),
                ClusterOptions.DEFAULTS
                        .withWorkers(settings.workers())
                        .withScheduling(settings.scheduling())
                        .withDrainLimit(ServerRun.FINISH_MAX),
                run.scheme(),
                run.addressCount(),
                START_LIMIT,
                settings.control(),
                Optional.empty(),
                List.of(),
                settings.hasView());
    }
}
