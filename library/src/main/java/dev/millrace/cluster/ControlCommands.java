package dev.millrace.cluster;

import dev.millrace.loop.Loop;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** The commands of a control socket, each of which answers by lines once it is done. */
final class ControlCommands {
    private static final String OK = "ok";

    private final Loop loop;
    private final Controlled controlled;

    /** Those that have asked for the end. */
    private final List<Consumer<? super List<String>>> ends = new ArrayList<>();

    ControlCommands(Loop loop, Controlled controlled) {
        this.loop = loop;
        this.controlled = controlled;
    }

    void run(String line, Consumer<? super List<String>> outcome) {
        String[] words = line.split(" +");
        if (words.length > 1 && !words[0].equals("stop")) {
            outcome.accept(error(words[0] + " has no arguments"));
            return;
        }
        switch (words[0]) {
            case "ps" -> ps(outcome);
            case "status" -> outcome.accept(lines(controlled.status()));
            case "reload" -> tell(controlled.reload(), outcome);
            case "stop" -> stop(words, outcome);
            case "replace" -> tell(controlled.replace(), outcome);
            default ->
                    outcome.accept(
                            error(
                                    "unknown command: use ps, status, reload, replace or stop [MILLIS]"));
        }
    }

    private static List<String> error(String text) {
        return List.of("error " + text.replace('\n', ' '));
    }

    private static List<String> lines(List<? extends Map<String, ?>> all) {
        List<String> lines = new ArrayList<>();
        all.forEach(words -> lines.add(ControlLine.text(words)));
        lines.add(OK);
        return lines;
    }

    private static void tell(
            CompletionStage<Map<String, Object>> stage, Consumer<? super List<String>> outcome) {
        stage.whenComplete((words, failure) ->
                outcome.accept(failure == null ? lines(List.of(words)) : error(reason(failure))));
    }

    private static String reason(Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : null;
        return String.valueOf(cause == null ? failure.getMessage() : cause.getMessage());
    }

    private void stop(String[] words, Consumer<? super List<String>> outcome) {
        Optional<Duration> limit = Optional.empty();
        try {
            if (words.length > 1) {
                limit = Optional.of(Duration.ofMillis(Integer.parseUnsignedInt(words[1])));
            }
            if (words.length > 2 || limit.filter(Duration::isNegative).isPresent()) {
                throw new NumberFormatException();
            }
        } catch (NumberFormatException wrong) {
            outcome.accept(error("stop takes one number, the limit in milliseconds"));
            return;
        }
        ends.add(outcome);
        controlled.stop(limit);
    }

    /** The last process is gone. */
    void over() {
        ends.forEach(outcome -> outcome.accept(List.of(OK)));
        ends.clear();
    }

    private void ps(Consumer<? super List<String>> outcome) {
        List<Map<String, Object>> all = controlled.ps();
        loop.offload(() -> all.stream().map(ControlCommands::withMemory).toList())
                .thenAccept(known -> outcome.accept(lines(known)));
    }

    private static Map<String, Object> withMemory(Map<String, Object> words) {
        Map<String, Object> more = new LinkedHashMap<>(words);
        more.put("rss_bytes", residentBytes(String.valueOf(words.get("pid"))));
        return more;
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
