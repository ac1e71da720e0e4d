package dev.millrace.conformance.differential;

import dev.millrace.conformance.differential.Cause.Kind;
import dev.millrace.http.wire.GoldenCorpus;
import dev.millrace.http.wire.RequestMutator;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * {@code conformance/differential}: the golden samples and mutations of them, read by millrace, by
 * llhttp and by Netty; each disagreement has to have a named cause, and none may be one in which we
 * alone read what both others refuse.
 */
public final class Differential {
    private static final int BATCH = 5_000;
    private static final int SHOWN_MAX = 10;

    private final Map<String, Map<Cause, Integer>> table = new TreeMap<>();
    private final boolean isOfResponses;
    private final List<String> unclassified = new ArrayList<>();
    private final List<String> laxer = new ArrayList<>();
    private int messages;
    private int agreed;
    private int behindGaps;

    private Differential(boolean isOfResponses) {
        this.isOfResponses = isOfResponses;
    }

    /** {@code [--messages N] [--seed S]}; requests, then a quarter as many responses. */
    public static void main(String... arguments) throws IOException {
        int messages = 200_000;
        long seed = 1;
        for (int i = 0; i < arguments.length; i += 2) {
            String value = i + 1 < arguments.length ? arguments[i + 1] : "";
            if (!value.matches("\\d{1,9}") || !arguments[i].matches("--messages|--seed")) {
                System.err.println("differential: use [--messages N] [--seed S]");
                System.exit(2);
            }
            if (arguments[i].equals("--seed")) {
                seed = Long.parseLong(value);
            } else {
                messages = Integer.parseInt(value);
            }
        }
        if (Llhttp.version().isEmpty()) {
            System.err.println("differential: needs node on the PATH, for llhttp");
            System.exit(2);
        }
        Path root = Path.of(System.getProperty("millrace.root", ""));
        Differential requests = run(root, false, messages, seed);
        System.out.print(requests.report());
        Differential responses = run(root, true, messages / 4, seed);
        System.out.print(responses.report());
        System.exit(requests.isRight() && responses.isRight() ? 0 : 1);
    }

    static Differential run(Path root, boolean isOfResponses, int messages, long seed)
            throws IOException {
        Differential run = new Differential(isOfResponses);
        List<byte[]> corpus = GoldenCorpus.all(isOfResponses ? "response" : "request");
        RequestMutator mutator = new RequestMutator(seed, corpus);
        try (Llhttp llhttp = new Llhttp(root.toAbsolutePath())) {
            List<byte[]> batch =
                    new ArrayList<>(corpus.subList(0, Math.min(messages, corpus.size())));
            while (run.messages < messages) {
                while (batch.size() < Math.min(BATCH, messages - run.messages)) {
                    batch.add(mutator.next());
                }
                run.compare(batch, llhttp.read(batch, isOfResponses));
                batch.clear();
            }
        }
        return run;
    }

    private void compare(List<byte[]> batch, List<Verdict> ofLlhttp) {
        OurRequests ours = new OurRequests();
        NettyRequests netty = new NettyRequests();
        for (int i = 0; i < batch.size(); i++) {
            byte[] input = batch.get(i);
            Verdict our = isOfResponses ? OurResponses.read(input) : ours.read(input);
            Disagreement first = disagreement(input, "llhttp", our, ofLlhttp.get(i));
            Disagreement second =
                    disagreement(
                            input,
                            "netty",
                            our,
                            isOfResponses ? NettyResponses.read(input) : netty.read(input));
            messages++;
            agreed += first == null && second == null ? 1 : 0;
            Cause one = first == null ? null : note(first);
            Cause other = second == null ? null : note(second);
            if (one != null && other != null && isRefusedByBoth(first, second)) {
                if (isGap(one) || isGap(other)) {
                    behindGaps++;
                } else {
                    laxer.add(one + " and " + other + ": " + first.shown());
                }
            }
        }
    }

    private static boolean isGap(Cause cause) {
        return cause.kind == Kind.GAP || cause.kind == Kind.LATER;
    }

    private static boolean isRefusedByBoth(Disagreement one, Disagreement other) {
        return one.at() == other.at() && one.isRefusedByThem() && other.isRefusedByThem();
    }

    private static Disagreement disagreement(
            byte[] input, String peer, Verdict ours, Verdict theirs) {
        int at = ours.differsFrom(theirs);
        return at < 0 ? null : new Disagreement(input, peer, ours, theirs, at);
    }

    private Cause note(Disagreement disagreement) {
        Cause cause = Cause.of(disagreement);
        if (cause == null) {
            unclassified.add(
                    "%s%n    ours %s%n    %s %s"
                            .formatted(
                                    disagreement.shown(),
                                    disagreement.ours(),
                                    disagreement.peer(),
                                    disagreement.theirs()));
        } else {
            table.computeIfAbsent(disagreement.peer(), peer -> new EnumMap<>(Cause.class))
                    .merge(cause, 1, Integer::sum);
        }
        return cause;
    }

    boolean isRight() {
        return unclassified.isEmpty() && laxer.isEmpty();
    }

    /** The table, and what has no place in it. */
    String report() {
        StringBuilder text = new StringBuilder();
        text.append(
                "%,d %s, %,d read alike by millrace, %s and Netty%n"
                        .formatted(
                                messages,
                                isOfResponses ? "responses" : "requests",
                                agreed,
                                Llhttp.version()));
        table.forEach((peer, causes) ->
                causes.forEach((cause, count) ->
                        text.append(
                                "%-7s %-9s %-18s %,8d  %s%n"
                                        .formatted(peer, cause.kind, cause, count, cause.rule))));
        text.append(
                "%,d unclassified, %,d read by us and refused by both, %,d more behind a gap of theirs%n"
                        .formatted(unclassified.size(), laxer.size(), behindGaps));
        unclassified.stream()
                .limit(SHOWN_MAX)
                .forEach(line -> text.append("  ? ").append(line).append('\n'));
        laxer.stream()
                .limit(SHOWN_MAX)
                .forEach(line -> text.append("  ! ").append(line).append('\n'));
        return text.toString();
    }
}
