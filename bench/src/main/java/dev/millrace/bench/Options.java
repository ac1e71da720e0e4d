package dev.millrace.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The command line.
 *
 * @param only names of the peers that take part; empty for all
 * @param variants names of the shapes of load; empty for all
 * @param exact load.c in place of wrk
 * @param quietPercent of one CPU: a window in which other processes used more is taken again
 */
record Options(
        List<Workload> workloads,
        Set<String> only,
        Set<String> variants,
        List<SystemUnderTest> suts,
        int rounds,
        double seconds,
        boolean exact,
        double quietPercent,
        int idleConnections) {

    static final String USAGE =
            """
            usage: bench/compare WORKLOAD... [option...]
              workloads: tcp-echo unix-echo http-plain http-post churn file idle startup, or all
              --rounds N        rounds, in which the servers take turns (5; startup: 11; idle: 3 at most)
              --seconds N       length of one measured window (3)
              --only A,B        peers that take part (all)
              --variants A,B    shapes of load (all)
              --sut name=N,cmd=C[,jvm=no]   one more server; {port} {path} {service} are filled in; repeatable
              --exact           load.c in place of wrk: true latencies, same bytes
              --quiet PERCENT   take a window again when others used more of a CPU (25)
              --idle N          connections of the idle workload (10000)
            """;

    static Options parse(String[] arguments) {
        Parser parser = new Parser(arguments);
        while (parser.next < arguments.length) {
            parser.one();
        }
        if (parser.workloads.isEmpty()) {
            throw new IllegalArgumentException("which workload?");
        }
        return new Options(
                List.copyOf(parser.workloads),
                parser.only,
                parser.variants,
                parser.suts,
                parser.rounds,
                parser.seconds,
                parser.exact,
                parser.quiet,
                parser.idle);
    }

    int roundsOr(int otherwise) {
        return rounds > 0 ? rounds : otherwise;
    }

    boolean wants(String peer) {
        return only.isEmpty()
                || only.contains(peer)
                || suts.stream().anyMatch(s -> s.name().equals(peer));
    }

    boolean wants(Variant variant) {
        return variants.isEmpty() || variants.contains(variant.name());
    }

    private static final class Parser {
        private final String[] arguments;
        private final Set<Workload> workloads = new LinkedHashSet<>();
        private final Set<String> only = new LinkedHashSet<>();
        private final Set<String> variants = new LinkedHashSet<>();
        private final List<SystemUnderTest> suts = new ArrayList<>();
        private int next;
        private int rounds;
        private int idle = 10_000;
        private double seconds = 3;
        private double quiet = 25;
        private boolean exact;

        Parser(String[] arguments) {
            this.arguments = arguments;
        }

        void one() {
            String word = arguments[next++];
            switch (word) {
                case "--rounds" -> rounds = (int) number(word);
                case "--seconds" -> seconds = number(word);
                case "--quiet" -> quiet = number(word);
                case "--idle" -> idle = (int) number(word);
                case "--only" -> only.addAll(Arrays.asList(value(word).split(",")));
                case "--variants" -> variants.addAll(Arrays.asList(value(word).split(",")));
                case "--sut" -> suts.add(SystemUnderTest.parse(value(word)));
                case "--exact" -> exact = true;
                case "all" -> workloads.addAll(Arrays.asList(Workload.values()));
                default -> workloads.add(workload(word));
            }
        }

        private static Workload workload(String word) {
            return Workload.named(word)
                    .orElseThrow(() ->
                            new IllegalArgumentException("no such workload or option: " + word));
        }

        private String value(String option) {
            if (next == arguments.length) {
                throw new IllegalArgumentException(option + " wants a value");
            }
            return arguments[next++];
        }

        private double number(String option) {
            double number = Double.parseDouble(value(option));
            if (!(number > 0)) {
                throw new IllegalArgumentException(option + " wants a number above 0");
            }
            return number;
        }
    }
}
