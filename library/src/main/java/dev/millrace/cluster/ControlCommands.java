package dev.millrace.cluster;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/** The commands of a control socket, each of which answers by lines once it is done. */
final class ControlCommands {
    private static final String OK = "ok";

    private final Primary primary;

    /** Those that have asked for the end. */
    private final List<Consumer<? super List<String>>> ends = new ArrayList<>();

    ControlCommands(Primary primary) {
        this.primary = primary;
    }

    void run(String line, Consumer<? super List<String>> outcome) {
        String[] words = line.split(" +");
        if (words.length > 1 && !words[0].equals("stop")) {
            outcome.accept(error(words[0] + " has no arguments"));
            return;
        }
        switch (words[0]) {
            case "ps" -> ps(outcome);
            case "status" -> outcome.accept(status());
            case "reload" -> reload(outcome);
            case "stop" -> stop(words, outcome);
            case "replace" -> replace(outcome);
            default ->
                    outcome.accept(
                            error(
                                    "unknown command: use ps, status, reload, replace or stop [MILLIS]"));
        }
    }

    private static List<String> error(String text) {
        return List.of("error " + text.replace('\n', ' '));
    }

    private void reload(Consumer<? super List<String>> outcome) {
        primary.reload()
                .whenComplete((done, failure) -> {
                    if (failure != null) {
                        outcome.accept(error(String.valueOf(failure.getMessage())));
                        return;
                    }
                    Map<String, Object> words = new LinkedHashMap<>();
                    words.put("replaced", done.replaced());
                    words.put("killed", done.killed());
                    words.put("took_ms", done.took().toMillis());
                    outcome.accept(List.of(ControlLine.text(words), OK));
                });
    }

    private void replace(Consumer<? super List<String>> outcome) {
        primary.replace()
                .whenComplete((pid, failure) ->
                        outcome.accept(
                                failure == null
                                        ? List.of("pid=" + pid, OK)
                                        : error(String.valueOf(failure.getMessage()))));
    }

    private void stop(String[] words, Consumer<? super List<String>> outcome) {
        Duration limit = primary.options().drainLimit();
        try {
            if (words.length > 1) {
                limit = Duration.ofMillis(Integer.parseUnsignedInt(words[1]));
            }
            if (words.length > 2 || limit.isNegative()) {
                throw new NumberFormatException();
            }
        } catch (NumberFormatException wrong) {
            outcome.accept(error("stop takes one number, the limit in milliseconds"));
            return;
        }
        ends.add(outcome);
        primary.shutdown(limit);
    }

    /** The last worker is gone. */
    void over() {
        ends.forEach(outcome -> outcome.accept(List.of(OK)));
        ends.clear();
    }

    private List<String> status() {
        Map<String, Object> words = new LinkedHashMap<>();
        words.put("pid", ProcessHandle.current().pid());
        words.put("state", state());
        words.put("workers", primary.options().workers());
        words.put("running", primary.workers().size());
        words.put("dropped", primary.droppedCount());
        words.put("killed", primary.killedCount());
        words.put("uptime_ms", primary.age().toMillis());
        List<String> lines = new ArrayList<>();
        lines.add(ControlLine.text(words));
        primary.keys().forEach(key -> lines.add(ControlLine.text(Map.of("listens", key))));
        lines.add(OK);
        return lines;
    }

    private String state() {
        if (primary.isShuttingDown()) {
            return "stopping";
        }
        if (primary.isReplaced()) {
            return "replaced";
        }
        return primary.isReloading() ? "reloading" : "running";
    }

    private void ps(Consumer<? super List<String>> outcome) {
        List<Map<String, Object>> all = primary.workers().stream().map(this::words).toList();
        primary.loop()
                .offload(() -> {
                    all.forEach(one ->
                            one.replace(
                                    "rss_bytes", residentBytes(String.valueOf(one.get("pid")))));
                    return all;
                })
                .thenAccept(known -> {
                    List<String> lines = new ArrayList<>();
                    known.forEach(one -> lines.add(ControlLine.text(one)));
                    lines.add(OK);
                    outcome.accept(lines);
                });
    }

    private Map<String, Object> words(WorkerProcess worker) {
        WorkerFigures figures = worker.figures();
        Map<String, Object> words = new LinkedHashMap<>();
        words.put("id", worker.id());
        words.put("pid", worker.pid().orElse(0));
        words.put("state", worker.state().name().toLowerCase(Locale.ROOT));
        words.put("connections", figures.connections());
        words.put("requests", figures.requests());
        words.put("lag_us", figures.lag().toNanos() / 1000);
        words.put("rss_bytes", 0);
        words.put("uptime_ms", worker.age().toMillis());
        return words;
    }

    /** What proc(5) calls VmRSS; 0 of a process that is gone. */
    private static long residentBytes(String pid) {
        try {
            List<String> status =
                    Files.readAllLines(
                            Path.of("/proc", pid, "status"), StandardCharsets.ISO_8859_1);
            return status.stream()
                    .filter(line -> line.startsWith("VmRSS:"))
                    .map(line -> line.replaceAll("[^0-9]", ""))
                    .mapToLong(kilobytes -> Long.parseLong(kilobytes) * 1024)
                    .findFirst()
                    .orElse(0);
        } catch (IOException gone) {
            return 0;
        }
    }
}
