package dev.millrace.conformance.chaos;

import dev.millrace.conformance.chaos.History.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A table of what was found, with what is wrong of it. */
final class Report {
    private final List<String> lines = new ArrayList<>();
    private final List<String> wrong = new ArrayList<>();

    void line(String name, Object value) {
        lines.add("%-44s %s".formatted(name, value));
    }

    void require(boolean isRight, String what) {
        if (!isRight) {
            wrong.add(what);
        }
    }

    /** What every run has to hold: one outcome for each request, and no connect that fails. */
    void history(History history) {
        line("requests", history.all.size());
        line("  served", history.count(Outcome.SERVED));
        line("  repeated on another connection", history.count(Outcome.REPEATED));
        line("  failed", history.count(Outcome.FAILED));
        line("idle connections that ended by an error", history.idleEnds);
        line("milliseconds until the response, median", history.latencyMillis(50));
        line("  99 %", history.latencyMillis(99));
        line("  the longest", history.latencyMillis(100));
        require(history.open() == 0, history.open() + " requests have no outcome");
        history.mistakes.stream().limit(20).forEach(wrong::add);
    }

    /** Of workers that began under load. */
    void starts(List<Long> millis, long limit) {
        long p95 = percentile(millis, 95);
        line("replacements that have served", millis.size());
        line("ms from a worker's start to its first response", percentile(millis, 50) + " median");
        line("  95 %", p95 + ", at most " + limit);
        require(p95 <= limit, "a first response after " + p95 + " ms (95 %), at most " + limit);
    }

    private static long percentile(List<Long> sorted, int percent) {
        return sorted.isEmpty() ? 0 : sorted.get((sorted.size() - 1) * percent / 100);
    }

    /** No socket file is left; the file of a lock beside one stays (row G11). */
    void left(Path folder) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.list(folder)) {
            files = all.toList();
        }
        for (Path file : files) {
            require(file.toString().endsWith(".lock"), "left: " + file);
            Files.delete(file);
        }
        Files.delete(folder);
    }

    boolean isRight() {
        return wrong.isEmpty();
    }

    @Override
    public String toString() {
        List<String> all = new ArrayList<>(lines);
        wrong.forEach(what -> all.add("wrong: " + what));
        all.add(isRight() ? "PASS" : "FAIL");
        return String.join("\n", all) + "\n";
    }
}
