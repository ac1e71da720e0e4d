package dev.millrace.cli;

import dev.millrace.cluster.Scheduling;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * How a command is run in several processes.
 *
 * @param workers how many serve
 * @param scheduling who accepts connections
 * @param control where the primary is asked and told; empty for the usual place
 * @param hasView whether a terminal shows the workers
 */
record ClusterSettings(
        int workers, Scheduling scheduling, Optional<Path> control, boolean hasView) {
    static final String WORKERS = "--workers";
    static final String CONTROL = "--control";
    static final String SCHEDULING = "--scheduling";

    private static final int WORKERS_MAX = 1024;

    static List<Option> options() {
        return List.of(
                new Option(WORKERS, "N", "processes that share the addresses (default: one alone)"),
                schedulingOption(),
                new Option(CONTROL, "PATH", "Unix socket for ps, reload and stop, with --workers"));
    }

    static Option schedulingOption() {
        return new Option(
                SCHEDULING, "WHO", "of workers: round-robin (default), shared or reuse-port");
    }

    /**
     * What the arguments say of it; empty for one process alone.
     *
     * @throws UsageError if something does not fit
     */
    static Optional<ClusterSettings> read(Arguments arguments) {
        Optional<Integer> workers = workers(arguments);
        for (String option : List.of(CONTROL, SCHEDULING)) {
            if (workers.isEmpty() && arguments.has(option)) {
                throw new UsageError(
                        option + " is for several processes; give " + WORKERS + " too");
            }
        }
        if (workers.isPresent() && arguments.has(ServerOptions.LOOPS)) {
            throw new UsageError(
                    WORKERS
                            + " and "
                            + ServerOptions.LOOPS
                            + " exclude each other; a worker has"
                            + " one loop, so give as many workers");
        }
        if (workers.isPresent()
                && arguments.text(ServerOptions.DRIVER).filter("nio"::equals).isPresent()) {
            throw new UsageError(
                    WORKERS
                            + " needs the driver epoll, by which sockets pass; leave "
                            + ServerOptions.DRIVER
                            + " nio out");
        }
        // Lines of a log would come between those of the workers.
        boolean hasView = arguments.text(ServeOptions.LOG).filter("-"::equals).isEmpty();
        Scheduling scheduling = scheduling(arguments);
        return workers.map(
                count -> new ClusterSettings(count, scheduling, control(arguments), hasView));
    }

    /** The number that is given. */
    static Optional<Integer> workers(Arguments arguments) {
        return arguments.number(WORKERS, 1, WORKERS_MAX, "use 1 to " + WORKERS_MAX);
    }

    /** Who accepts, as it is given. */
    static Scheduling scheduling(Arguments arguments) {
        String name = arguments.text(SCHEDULING).orElse("round-robin");
        return switch (name) {
            case "round-robin" -> Scheduling.ROUND_ROBIN;
            case "shared" -> Scheduling.SHARED;
            case "reuse-port" -> Scheduling.REUSE_PORT;
            default ->
                    throw new UsageError(
                            SCHEDULING + " " + name + ": use round-robin, shared or reuse-port");
        };
    }

    /** The path that is given. */
    static Optional<Path> control(Arguments arguments) {
        Optional<String> path = arguments.text(CONTROL);
        if (path.filter(String::isEmpty).isPresent()) {
            throw new UsageError(CONTROL + " is empty; name a file to make");
        }
        return path.map(name -> Path.of(name).toAbsolutePath());
    }
}
