package dev.millrace.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * What a {@link ProgramRun} runs.
 *
 * @param command the program and what it gets
 * @param sockets where it listens, by name
 * @param workers in how many processes
 * @param watched files whose change replaces the processes
 * @param control where the processes are listed and told; empty for the usual place
 * @param settledAfter how long a process has to live to count as one that serves
 * @param stopLimit how long one may take to end that was asked to; then it is killed
 */
record ProgramPlan(
        List<String> command,
        SequencedMap<String, Endpoint> sockets,
        int workers,
        List<Path> watched,
        Optional<Path> control,
        Duration settledAfter,
        Duration stopLimit) {
    /** There is no telling when a program serves; one that can't start ends sooner. */
    static final Duration SETTLED_AFTER = Duration.ofSeconds(1);

    /** What it is called in messages. */
    String title() {
        return command.getFirst();
    }
}
