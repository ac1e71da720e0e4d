package dev.millrace.http.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.GoldenRows;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * One sample of the golden files in {@code http/request} or {@code http/response}: a heading with a
 * title and, in brackets, the rows that it proves, perhaps a line with limits, a block with the
 * bytes, a block with the events. {@code BehavioursTest} reads the same headings.
 */
record GoldenSample(
        String file,
        String title,
        List<String> rows,
        WireLimits limits,
        String bytes,
        List<String> log) {

    private static final String FENCE = "```";
    private static final String LIMITS = "limits: ";

    private static final Map<String, List<GoldenSample>> READ = new ConcurrentHashMap<>();

    /** Those of a folder below {@code http}. */
    static List<GoldenSample> in(String folder) {
        return READ.computeIfAbsent("http/" + folder, GoldenSample::read);
    }

    byte[] input() {
        return bytes.getBytes(ISO_8859_1);
    }

    boolean isRefused() {
        return !log.isEmpty() && log.getLast().startsWith("error ");
    }

    @Override
    public String toString() {
        return file + ": " + title;
    }

    private static List<GoldenSample> read(String folder) {
        try (Stream<Path> files = Files.list(GoldenRows.folder(folder))) {
            List<GoldenSample> samples = new ArrayList<>();
            for (Path file : files.sorted().toList()) {
                samples.addAll(read(file));
            }
            return List.copyOf(samples);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<GoldenSample> read(Path file) throws IOException {
        List<GoldenSample> samples = new ArrayList<>();
        List<String> lines = Files.readAllLines(file, UTF_8);
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).startsWith("## ")) {
                String heading = lines.get(i).substring(3);
                int request = next(lines, i, FENCE + "http") + 1;
                int behind = next(lines, request, FENCE);
                int events = next(lines, behind, FENCE + "text") + 1;
                samples.add(
                        new GoldenSample(
                                file.getFileName().toString(),
                                heading.replaceFirst(" \\[.*", ""),
                                GoldenRows.of(heading),
                                limits(lines.get(i + 1)),
                                Escapes.read(String.join("", lines.subList(request, behind))),
                                lines.subList(events, next(lines, events, FENCE))));
            }
        }
        return samples;
    }

    /** {@code limits: target 8, head 60}; the others are those of a server without options. */
    private static WireLimits limits(String line) {
        WireLimits limits = RequestReplay.LIMITS;
        if (!line.startsWith(LIMITS)) {
            return limits;
        }
        for (String limit : line.substring(LIMITS.length()).split(", ")) {
            String[] words = limit.split(" ");
            limits = with(limits, words[0], Integer.parseInt(words[1]));
        }
        return limits;
    }

    private static WireLimits with(WireLimits limits, String name, int value) {
        int target = name.equals("target") ? value : limits.maxTargetBytes();
        int head = name.equals("head") ? value : limits.maxHeaderBytes();
        int lines = name.equals("lines") ? value : limits.maxHeaderLines();
        int extensions = name.equals("extensions") ? value : limits.maxChunkExtensionBytes();
        long body = name.equals("body") ? value : limits.maxBodyBytes();
        WireLimits changed = new WireLimits(target, head, lines, extensions, body);
        if (changed.equals(limits)) {
            throw new IllegalArgumentException("no limit: " + name);
        }
        return changed;
    }

    private static int next(List<String> lines, int from, String line) {
        int at = from;
        while (!lines.get(at).equals(line)) {
            at++;
        }
        return at;
    }
}
