package dev.millrace.bench;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The workloads that measure traffic: every server runs, all but the measured one are stopped, and
 * they take turns.
 *
 * <p>The order moves on by one with each round, so that no server always follows the same one.
 */
final class Rounds {

    private static final int ROUNDS = 5;
    private static final double LEAD_SECONDS = 0.5;

    private final Workload workload;
    private final Options options;
    private final Load load;
    private final Window window;
    private final Starter starter;
    private final Results results;

    Rounds(Workload workload, Options options, Load load, Starter starter, Results results) {
        this.workload = workload;
        this.options = options;
        this.load = load;
        this.starter = starter;
        this.results = results;
        this.window = new Window(options.quietPercent());
    }

    void run() throws IOException, InterruptedException {
        try {
            load.requireGenerator(usesWrk());
        } catch (LeftOut reason) {
            starter.leaveOut(reason);
            return;
        }
        List<Contender> contenders = starter.startAll(workload, workload.service());
        try {
            for (Variant variant : workload.variants()) {
                if (options.wants(variant)) {
                    run(contenders, variant);
                }
            }
        } finally {
            for (Contender contender : contenders) {
                contender.process().close();
            }
        }
    }

    private void run(List<Contender> contenders, Variant variant)
            throws IOException, InterruptedException {
        contenders.forEach(Contender::forget);
        everyone(contenders, 0, c -> warmUp(c, variant));
        for (int round = 0; round < options.roundsOr(ROUNDS); round++) {
            everyone(contenders, round, c -> measure(c, variant));
            progress(contenders, variant, round);
        }
        if (usesWrk() && workload != Workload.CHURN && workload != Workload.FILE) {
            everyone(contenders, 0, c -> latencies(c, variant));
        }
        results.add(Tables.traffic(workload, variant, contenders, options.seconds(), usesWrk()));
    }

    private interface Task {
        void run(Contender contender) throws LeftOut, IOException, InterruptedException;
    }

    /** One turn for each; a server that fails in its turn leaves the run. */
    private void everyone(List<Contender> contenders, int shift, Task task)
            throws IOException, InterruptedException {
        List<Contender> order = new ArrayList<>(contenders);
        Collections.rotate(order, -shift);
        for (Contender contender : order) {
            try {
                contender.process().resume();
                task.run(contender);
                contender.process().stop();
            } catch (LeftOut | NoSuchFileException failed) {
                // A process that has ended has no files in /proc.
                boolean ended = failed instanceof NoSuchFileException;
                String reason =
                        ended ? contender.name() + ": ended during the run" : failed.getMessage();
                starter.leaveOut(new LeftOut(reason));
                contenders.remove(contender);
                contender.process().close();
            }
        }
    }

    private void warmUp(Contender contender, Variant variant)
            throws LeftOut, IOException, InterruptedException {
        boolean again = contender.isWarm();
        Command slice = command(contender, variant, WarmUp.SLICE_SECONDS);
        WarmUp.run(contender.process(), slice, window, again);
        contender.warm();
    }

    private void measure(Contender contender, Variant variant)
            throws LeftOut, IOException, InterruptedException {
        window.take(contender.process(), command(contender, variant, LEAD_SECONDS));
        Command measured = command(contender, variant, options.seconds());
        Sample sample = window.quietest(contender.process(), measured);
        contender.samples().add(sample);
        results.sample(workload, variant, contender.name(), sample);
    }

    private void latencies(Contender contender, Variant variant)
            throws LeftOut, IOException, InterruptedException {
        Command exact = load.exact(contender, workload.service(), variant, options.seconds());
        contender.latency(window.quietest(contender.process(), exact));
    }

    private Command command(Contender contender, Variant variant, double seconds)
            throws LeftOut, IOException, InterruptedException {
        return usesWrk()
                ? load.wrk(contender, workload, variant, seconds)
                : load.exact(contender, workload.service(), variant, seconds);
    }

    private boolean usesWrk() {
        boolean echo = workload.service() == Service.ECHO;
        boolean isWrkOnly = workload == Workload.CHURN || workload == Workload.FILE;
        return !echo && (!options.exact() || isWrkOnly);
    }

    private void progress(List<Contender> contenders, Variant variant, int round) {
        List<String> parts = new ArrayList<>();
        contenders.forEach(
                c -> parts.add("%s %.2f".formatted(c.name(), c.samples().getLast().cpuMicros())));
        System.err.printf(
                "  %s %s round %d: %s%n",
                workload.title(), variant.name(), round + 1, String.join(", ", parts));
    }
}
