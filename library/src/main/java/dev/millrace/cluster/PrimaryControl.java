package dev.millrace.cluster;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** A primary, as its control socket asks and tells it. */
final class PrimaryControl implements Controlled {
    private final Primary primary;

    PrimaryControl(Primary primary) {
        this.primary = primary;
    }

    @Override
    public List<Map<String, Object>> ps() {
        return primary.workers().stream().map(PrimaryControl::words).toList();
    }

    private static Map<String, Object> words(WorkerProcess worker) {
        WorkerFigures figures = worker.figures();
        Map<String, Object> words = new LinkedHashMap<>();
        words.put("id", worker.id());
        words.put("pid", worker.pid().orElse(0));
        words.put("state", worker.state().name().toLowerCase(Locale.ROOT));
        words.put("connections", figures.connections());
        words.put("requests", figures.requests());
        words.put("lag_us", figures.lag().toNanos() / 1000);
        words.put("uptime_ms", worker.age().toMillis());
        return words;
    }

    @Override
    public List<Map<String, Object>> status() {
        Map<String, Object> words = new LinkedHashMap<>();
        words.put("pid", ProcessHandle.current().pid());
        words.put("state", state());
        words.put("workers", primary.options().workers());
        words.put("running", primary.workers().size());
        words.put("dropped", primary.droppedCount());
        words.put("killed", primary.killedCount());
        words.put("uptime_ms", primary.age().toMillis());
        List<Map<String, Object>> lines = new ArrayList<>();
        lines.add(words);
        primary.keys().forEach(key -> lines.add(Map.of("listens", key)));
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

    @Override
    public CompletionStage<Map<String, Object>> reload() {
        return primary.reload()
                .thenApply(done -> {
                    Map<String, Object> words = new LinkedHashMap<>();
                    words.put("replaced", done.replaced());
                    words.put("killed", done.killed());
                    words.put("took_ms", done.took().toMillis());
                    return words;
                });
    }

    @Override
    public CompletionStage<Map<String, Object>> replace() {
        return primary.replace().thenApply(pid -> Map.of("pid", pid));
    }

    @Override
    public void stop(Optional<Duration> limit) {
        primary.shutdown(limit.orElse(primary.options().drainLimit()));
    }
}
