package dev.millrace.bench;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** One run of a load generator against one server, and what every process used meanwhile. */
final class Window {

    private static final int RETAKES = 2;
    private static final long RUN_SECONDS_MAX = 120;
    private static final int QUIET_TRIES = 25;
    private static final long QUIET_STEP_MILLIS = 200;

    private final double quietPercent;

    Window(double quietPercent) {
        this.quietPercent = quietPercent;
    }

    /**
     * Waits for a quiet machine; a window that others disturbed is taken again, and the best is
     * kept.
     */
    Sample quietest(ServerProcess server, Command load)
            throws LeftOut, IOException, InterruptedException {
        Sample best = null;
        for (int take = 0; take <= RETAKES; take++) {
            awaitQuiet();
            Sample sample = take(server, load);
            if (best == null || sample.otherPercent() < best.otherPercent()) {
                best = sample;
            }
            if (sample.otherPercent() < quietPercent) {
                break;
            }
        }
        return best;
    }

    Sample take(ServerProcess server, Command load)
            throws LeftOut, IOException, InterruptedException {
        List<Long> pids = server.pids();
        long ownBefore = ProcFs.ownNanos(false);
        long loadBefore = ProcFs.ownNanos(true);
        ProcFs.Machine machineBefore = ProcFs.machine();
        ProcFs.Cpu before = ProcFs.cpu(pids);
        long begin = System.nanoTime();
        Map<String, Double> said = run(server.name(), load);
        double wall = System.nanoTime() - begin;
        ProcFs.Cpu after = ProcFs.cpu(pids);
        ProcFs.Machine machine = ProcFs.machine();
        double used = after.nanosSince(before);
        double loadUsed = ProcFs.ownNanos(true) - loadBefore;
        double own = ProcFs.ownNanos(false) - ownBefore;
        double all = machine.busyNanos() - machineBefore.busyNanos();
        double stolen = machine.stolenNanos() - machineBefore.stolenNanos();
        double operations = said.getOrDefault("ops", 0.0);
        if (operations == 0) {
            throw new LeftOut(server.name() + ": no operation was completed");
        }
        double cpuMicros = used / operations / 1e3;
        return new Sample(
                operations,
                operations / said.get("seconds"),
                cpuMicros,
                cpuMicros * after.kernelShareSince(before),
                100 * used / wall,
                100 * loadUsed / wall,
                100 * (Math.max(0, all - used - loadUsed - own) + stolen) / wall,
                said.getOrDefault("mean_us", Double.NaN),
                said.getOrDefault("p50_us", Double.NaN),
                said.getOrDefault("p99_us", Double.NaN),
                said.getOrDefault("max_us", Double.NaN),
                said.getOrDefault("errors", 0.0),
                ProcFs.residentBytes(pids));
    }

    private static Map<String, Double> run(String name, Command load)
            throws LeftOut, IOException, InterruptedException {
        Process process = load.builder().redirectErrorStream(true).start();
        try {
            String output = new String(process.getInputStream().readAllBytes());
            boolean ended = process.waitFor(RUN_SECONDS_MAX, TimeUnit.SECONDS);
            if (!ended || process.exitValue() != 0) {
                throw new LeftOut(name + ": the load generator gave up: " + output.strip());
            }
            return FlatJson.parse(output);
        } finally {
            process.destroyForcibly();
        }
    }

    /**
     * Our own servers are stopped or idle now: what is busy is another program. Waits 5 s at most.
     */
    private void awaitQuiet() throws IOException, InterruptedException {
        for (int i = 0; i < QUIET_TRIES; i++) {
            long busy = ProcFs.machine().busyNanos();
            Thread.sleep(QUIET_STEP_MILLIS);
            double percent = (ProcFs.machine().busyNanos() - busy) / (QUIET_STEP_MILLIS * 1e4);
            if (percent < quietPercent) {
                return;
            }
        }
    }
}
