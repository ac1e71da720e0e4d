package dev.millrace.cli;

import dev.millrace.cluster.Controlled;
import dev.millrace.loop.Loop;
import dev.millrace.loop.LoopStage;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * A program's processes, as a control socket asks and tells them. There is no channel to them: what
 * only they know, such as their requests, is in no line.
 */
final class ProgramControl implements Controlled {
    /** What there is no way to do, and what there is. */
    static final String NO_REPLACEMENT =
            "the first process of a program with --listen can't be replaced while it serves; use"
                    + " reload, which replaces the program's own processes";

    private final Loop loop;
    private final ProgramCrew crew;

    /** Each as {@code tcp://127.0.0.1:8080}. */
    private final List<String> addresses;

    private final Consumer<Optional<Duration>> stop;
    private final long beginNanos;

    /**
     * @param stop ends the program, within a limit if one is given
     */
    ProgramControl(
            Loop loop,
            ProgramCrew crew,
            List<String> addresses,
            Consumer<Optional<Duration>> stop) {
        this.loop = loop;
        this.crew = crew;
        this.addresses = List.copyOf(addresses);
        this.stop = stop;
        this.beginNanos = loop.hrtime();
    }

    @Override
    public List<Map<String, Object>> ps() {
        List<Map<String, Object>> lines = new ArrayList<>();
        for (ProgramMember member : crew.members()) {
            Map<String, Object> words = new LinkedHashMap<>();
            words.put("id", member.id());
            words.put("pid", member.pid());
            words.put("state", member.state().word());
            words.put("uptime_ms", member.age().toMillis());
            lines.add(words);
        }
        return lines;
    }

    @Override
    public List<Map<String, Object>> status() {
        Map<String, Object> words = new LinkedHashMap<>();
        words.put("pid", ProcessHandle.current().pid());
        words.put("state", state());
        words.put("workers", crew.workers());
        words.put("running", crew.members().size());
        words.put("killed", crew.killedCount());
        words.put("uptime_ms", Duration.ofNanos(loop.hrtime() - beginNanos).toMillis());
        List<Map<String, Object>> lines = new ArrayList<>();
        lines.add(words);
        addresses.forEach(address -> lines.add(Map.of("listens", address)));
        return lines;
    }

    private String state() {
        if (crew.isEnding()) {
            return "stopping";
        }
        return crew.isReloading() ? "reloading" : "running";
    }

    @Override
    public CompletionStage<Map<String, Object>> reload() {
        LoopStage<Map<String, Object>> stage = new LoopStage<>(loop);
        crew.reload(done -> {
            if (done.failure().isPresent()) {
                stage.completeExceptionally(new IOException(done.text()));
                return;
            }
            Map<String, Object> words = new LinkedHashMap<>();
            words.put("replaced", done.replaced());
            words.put("killed", done.killed());
            words.put("took_ms", done.took().toMillis());
            stage.complete(words);
        });
        return stage;
    }

    @Override
    public CompletionStage<Map<String, Object>> replace() {
        LoopStage<Map<String, Object>> stage = new LoopStage<>(loop);
        stage.completeExceptionally(new IOException(NO_REPLACEMENT));
        return stage;
    }

    @Override
    public void stop(Optional<Duration> limit) {
        stop.accept(limit);
    }
}
