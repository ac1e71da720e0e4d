package dev.millrace.cluster;

import dev.millrace.loop.Loop;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** What the signals of a process mean to its {@link Primary} (row X89). */
final class PrimarySignals {
    /** Sent to every process of a terminal's foreground, or of a session that ends. */
    static final List<String> OF_TERMINALS = List.of("HUP", "INT");

    /** A shell's status for a process that a signal has ended. */
    private static final int SIGNALLED = 128;

    private static final int SIGINT = 2;
    private static final int SIGTERM = 15;
    private static final System.Logger LOGGER = System.getLogger("dev.millrace.cluster");

    private PrimarySignals() {}

    static void watch(Primary primary) {
        Loop loop = primary.loop();
        loop.onSignal("HUP", signal -> log(primary.reload()));
        loop.onSignal("USR1", signal -> log(primary.replace()));
        loop.onSignal("TERM", signal -> end(primary, SIGTERM));
        loop.onSignal("INT", signal -> end(primary, SIGINT));
    }

    /** A failure is the operator's to see, and no reason to end. */
    private static void log(CompletionStage<?> outcome) {
        outcome.whenComplete((done, failure) -> {
            if (failure != null) {
                LOGGER.log(System.Logger.Level.WARNING, failure.getMessage());
            }
        });
    }

    private static void end(Primary primary, int signal) {
        if (primary.isShuttingDown()) {
            // They would drain when this process is gone.
            primary.workers().forEach(WorkerProcess::kill);
            Runtime.getRuntime().exit(SIGNALLED + signal);
        } else {
            primary.shutdown(primary.options().drainLimit());
        }
    }
}
