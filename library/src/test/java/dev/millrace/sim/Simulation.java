package dev.millrace.sim;

import dev.millrace.loop.DriverLoops;
import dev.millrace.loop.Loop;
import dev.millrace.loop.RunMode;
import dev.millrace.testing.QuietLog;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;

/**
 * Runs seeds: one seed is one run of the real loop, streams, sockets and HTTP on a {@link
 * SimDriver}.
 */
final class Simulation {
    /** Connections of a run. */
    static final int CLIENTS = 1_000;

    /**
     * What became of a run.
     *
     * @param seed what it began with
     * @param complaints what was wrong; empty when all was well
     * @param hash of everything that happened
     * @param events how much that was
     * @param lines all of it, if asked for
     */
    record Outcome(long seed, List<String> complaints, long hash, long events, List<String> lines) {
        boolean isRight() {
            return complaints.isEmpty();
        }

        /** How to see it again. */
        String report() {
            return "seed "
                    + seed
                    + ": "
                    + String.join("\n  ", complaints)
                    + "\nreplay: conformance/simulate --seed "
                    + seed;
        }
    }

    private Simulation() {}

    /** A run with faults that the seed chooses. */
    static Outcome run(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        return run(seed, random, Faults.some(random.split()), CLIENTS, false);
    }

    /** The same run, with every event kept. */
    static Outcome trace(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        return run(seed, random, Faults.some(random.split()), CLIENTS, true);
    }

    /** A run with faults of the caller's choice. */
    static Outcome run(long seed, Faults faults) {
        return run(seed, new SplittableRandom(seed), faults, CLIENTS, false);
    }

    /** The same run, with every event kept. */
    static Outcome trace(long seed, Faults faults) {
        return run(seed, new SplittableRandom(seed), faults, CLIENTS, true);
    }

    private static Outcome run(
            long seed, SplittableRandom random, Faults faults, int clients, boolean isKept) {
        EventLog log = new EventLog(isKept);
        SimDriver driver = new SimDriver(random.split(), faults, log);
        Oracle oracle = new Oracle(driver, log);
        try (QuietLog quiet = new QuietLog();
                Loop loop = DriverLoops.on(driver)) {
            loop.onUncaught(thrown -> oracle.complain("loop", "uncaught " + thrown));
            oracle.onEnough(loop::stop);
            Scenario scenario = new Scenario(loop, driver, oracle, random.split());
            try {
                scenario.start(clients);
                loop.run(RunMode.DEFAULT);
                oracle.require(!loop.isAlive(), "loop", "is alive still");
                scenario.verify();
            } catch (AssertionError stuck) {
                oracle.complain("loop", stuck.getMessage() + "\n  left: " + scenario.remaining());
            }
        }
        return new Outcome(seed, oracle.complaints(), log.hash(), log.count(), log.lines());
    }

    /** What went wrong with {@code seed}, or nothing. */
    static String check(long seed) {
        Outcome outcome = run(seed);
        return outcome.isRight() ? "" : outcome.report();
    }

    /** Runs so many seeds, each on one thread, as many at a time as there are processors. */
    static List<String> checkAll(long from, long count) {
        // Here as well: runs beside each other end at different times.
        try (QuietLog quiet = new QuietLog()) {
            return LongStream.range(from, from + count)
                    .parallel()
                    .mapToObj(Simulation::check)
                    .filter(report -> !report.isEmpty())
                    .toList();
        }
    }

    /**
     * What to run.
     *
     * @param from the first seed
     * @param count how many
     * @param isTraced whether everything that happens in the first one is printed
     */
    record Order(long from, long count, boolean isTraced) {
        static final String USAGE = "use [--seeds N] [--from S], --seed S or --trace S";

        /**
         * @throws IllegalArgumentException if {@code arguments} are something else
         */
        static Order of(String... arguments) {
            Order order = new Order(1, 500, false);
            for (int at = 0; at < arguments.length; at += 2) {
                if (at + 1 == arguments.length || !arguments[at + 1].matches("\\d{1,18}")) {
                    throw new IllegalArgumentException(arguments[at] + " needs a number");
                }
                long value = Long.parseLong(arguments[at + 1]);
                order =
                        switch (arguments[at]) {
                            case "--seeds" -> new Order(order.from, value, false);
                            case "--from" -> new Order(value, order.count, false);
                            case "--seed" -> new Order(value, 1, false);
                            case "--trace" -> new Order(value, 1, true);
                            default ->
                                    throw new IllegalArgumentException("unknown: " + arguments[at]);
                        };
            }
            return order;
        }
    }

    /**
     * {@code [--seeds N] [--from S] [--seed S] [--trace S]}: runs seeds S to S + N - 1, or one, and
     * prints what was wrong; {@code --trace} prints everything that happened before.
     */
    public static void main(String[] arguments) {
        Order order;
        try {
            order = Order.of(arguments);
        } catch (IllegalArgumentException e) {
            System.err.println("simulate: " + e.getMessage() + "; " + Order.USAGE);
            System.exit(2);
            return;
        }
        if (order.isTraced()) {
            trace(order.from()).lines().forEach(System.out::println);
        }
        long began = System.nanoTime();
        List<String> reports = checkAll(order.from(), order.count());
        reports.forEach(System.out::println);
        double seconds = (System.nanoTime() - began) / 1e9;
        System.out.printf("%d seeds, %d failed, %.1f s%n", order.count(), reports.size(), seconds);
        System.exit(reports.isEmpty() ? 0 : 1);
    }
}
