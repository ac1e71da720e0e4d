package dev.millrace.conformance.chaos;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** What became of every request: exactly one thing, or a mistake. One thread. */
final class History {
    /** In what a request may end. */
    enum Outcome {
        SERVED,
        /** The connection ended in order before a byte of the response; asked again on another. */
        REPEATED,
        FAILED
    }

    /** A request of one connection. */
    static final class Asked {
        final long number;
        final int port;

        /** Which has served this connection so far; empty if none has. */
        final String worker;

        final long sentNanos;
        long endNanos;
        Outcome outcome;
        String text = "";

        Asked(long number, int port, String worker, long sentNanos) {
            this.number = number;
            this.port = port;
            this.worker = worker;
            this.sentNanos = sentNanos;
        }

        @Override
        public String toString() {
            return "request %d, port %d, worker %s, %d ms, %s: %s"
                    .formatted(
                            number,
                            port,
                            worker.isEmpty() ? "unknown" : worker,
                            (endNanos - sentNanos) / 1_000_000,
                            outcome,
                            text);
        }
    }

    final List<Asked> all = new ArrayList<>();
    final List<String> mistakes = new ArrayList<>();

    /** How many connections ended other than in order, without a request. */
    long idleEnds;

    Asked ask(int port, String worker, long now) {
        Asked asked = new Asked(all.size(), port, worker, now);
        all.add(asked);
        return asked;
    }

    void end(Asked asked, Outcome outcome, String text, long now) {
        if (asked.outcome != null) {
            mistakes.add("a second outcome, " + outcome + ", of " + asked);
            return;
        }
        asked.outcome = outcome;
        asked.text = text;
        asked.endNanos = now;
    }

    long count(Outcome outcome) {
        return all.stream().filter(asked -> asked.outcome == outcome).count();
    }

    long open() {
        return all.stream().filter(asked -> asked.outcome == null).count();
    }

    List<Asked> failed() {
        return all.stream().filter(asked -> asked.outcome == Outcome.FAILED).toList();
    }

    /** How many requests each worker has served. */
    TreeMap<String, Integer> servedBy() {
        TreeMap<String, Integer> counts = new TreeMap<>();
        for (Asked asked : all) {
            if (asked.outcome == Outcome.SERVED) {
                counts.merge(asked.text, 1, Integer::sum);
            }
        }
        return counts;
    }

    /** The longest time until a response, in milliseconds, of so many of a hundred. */
    long latencyMillis(int percent) {
        long[] sorted =
                all.stream()
                        .filter(asked -> asked.outcome == Outcome.SERVED)
                        .mapToLong(asked -> asked.endNanos - asked.sentNanos)
                        .sorted()
                        .toArray();
        return sorted.length == 0 ? 0 : sorted[(sorted.length - 1) * percent / 100] / 1_000_000;
    }
}
