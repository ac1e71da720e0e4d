package dev.millrace.cli;

import dev.millrace.cluster.WorkerFigures;
import dev.millrace.cluster.WorkerProcess;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What is shown of a worker. Connections, requests and lag are {@value #UNKNOWN} where they are not
 * known, as of a program's processes.
 *
 * @param lagMicros what 99 of 100 events had to wait at most
 */
record WorkerRow(
        long id,
        long pid,
        String state,
        long connections,
        long requests,
        long lagMicros,
        long memoryBytes,
        long uptimeMillis) {
    static final long UNKNOWN = -1;

    private static final String RESIDENT = "VmRSS:";

    /** As a control socket tells it. */
    static WorkerRow of(Map<String, String> words) {
        return new WorkerRow(
                number(words, "id"),
                number(words, "pid"),
                words.getOrDefault("state", "unknown"),
                figure(words, "connections"),
                figure(words, "requests"),
                figure(words, "lag_us"),
                number(words, "rss_bytes"),
                number(words, "uptime_ms"));
    }

    private static long number(Map<String, String> words, String name) {
        return Math.max(0, Units.parseDigits(words.getOrDefault(name, "0")));
    }

    private static long figure(Map<String, String> words, String name) {
        return words.containsKey(name) ? number(words, name) : UNKNOWN;
    }

    /** A process of a program, but for its memory. */
    static WorkerRow of(ProgramMember member) {
        return new WorkerRow(
                member.id(),
                member.pid(),
                member.state().word(),
                UNKNOWN,
                UNKNOWN,
                UNKNOWN,
                0,
                member.age().toMillis());
    }

    /** As its primary sees it, but for its memory. */
    static WorkerRow of(WorkerProcess worker) {
        WorkerFigures figures = worker.figures();
        return new WorkerRow(
                worker.id(),
                worker.pid().orElse(0),
                worker.state().name().toLowerCase(Locale.ROOT),
                figures.connections(),
                figures.requests(),
                figures.lag().toNanos() / 1000,
                0,
                worker.age().toMillis());
    }

    /** With the memory that proc(5) tells; it reads a file. */
    WorkerRow withMemory() {
        List<String> status = Procfs.lines(Path.of("/proc", String.valueOf(pid), "status"));
        long kilobytes =
                status.stream()
                        .filter(line -> line.startsWith(RESIDENT))
                        .mapToLong(line -> Units.parseDigits(line.replaceAll("[^0-9]", "")))
                        .findFirst()
                        .orElse(0);
        return new WorkerRow(
                id, pid, state, connections, requests, lagMicros, kilobytes * 1024, uptimeMillis);
    }
}
