package dev.millrace.conformance.chaos;

import dev.millrace.kernel.IpAddress;
import dev.millrace.testing.Kernel;
import dev.millrace.testing.LoopFixture;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A cluster of four workers under load, of which one is killed every 5 s and one stopped every 20
 * s, with a rolling restart every minute: {@code conformance/chaos --seconds N}.
 */
final class Chaos {
    private static final int WORKERS = 4;
    private static final int KILL_SECONDS = 5;
    private static final int STOP_SECONDS = 20;
    private static final int RELOAD_SECONDS = 60;
    private static final int ACT_SECONDS = 40;

    private final Random random;
    private final Report report = new Report();
    private final Strikes strikes = new Strikes();
    private final Path file;
    private final int seconds;
    private final long startLimitMillis;

    private Chaos(int seconds, long seed, long startLimitMillis, Path folder) {
        this.seconds = seconds;
        this.random = new Random(seed);
        this.startLimitMillis = startLimitMillis;
        this.file = folder.resolve("socket");
    }

    public static void main(String[] arguments) throws Exception {
        Words words = new Words(arguments);
        int seconds = (int) words.number("--seconds", 60 * words.number("--minutes", 10));
        long seed = words.number("--seed", 1);
        Path folder = Files.createTempDirectory("millrace-chaos");
        System.out.printf("%d s, seed %d%n", seconds, seed);
        Chaos chaos = new Chaos(seconds, seed, words.number("--start-limit", 1000), folder);
        chaos.run(seed);
        chaos.report.left(folder);
        System.out.print(chaos.report);
        System.exit(chaos.report.isRight() ? 0 : 1);
    }

    private void run(long seed) throws Exception {
        try (ClusterProcess cluster = new ClusterProcess(WORKERS, "ROUND_ROBIN", file);
                LoopFixture fixture = new LoopFixture()) {
            List<String> before = cluster.descriptors();
            IpAddress address = IpAddress.loopback(cluster.port());
            Load load =
                    fixture.call(() -> new Load(fixture.loop(), address, seed, strikes::isStruck));
            fixture.act(() -> {
                load.add(64, Load.Habit.SLOW);
                load.add(8, Load.Habit.STEADY);
                load.add(8, Load.Habit.CHURN);
            });
            act(cluster);
            settle(cluster);
            fixture.call(load::finish).get(60, TimeUnit.SECONDS);
            judge(load.history);
            report.starts(cluster.firstMillis(), startLimitMillis);
            ClusterProcess.await(
                    "the descriptors of the beginning, " + before,
                    () -> cluster.descriptors().equals(before),
                    30);
            end(cluster);
        }
    }

    /** One second after the other, so that a seed strikes in the same order. */
    private void act(ClusterProcess cluster) {
        long began = System.nanoTime();
        for (int second = 1; second <= seconds; second++) {
            LockSupport.parkNanos(began + TimeUnit.SECONDS.toNanos(second) - System.nanoTime());
            if (second % RELOAD_SECONDS == ACT_SECONDS) {
                strikes.roll();
                cluster.say("reload");
            }
            if (second % STOP_SECONDS == 0) {
                strike("STOP", cluster);
            } else if (second % KILL_SECONDS == 0) {
                strike("KILL", cluster);
            }
        }
    }

    private void strike(String signal, ClusterProcess cluster) {
        List<Long> workers =
                cluster.online().stream()
                        .filter(pid -> !strikes.isStruck(String.valueOf(pid)))
                        .toList();
        if (!workers.isEmpty()) {
            strikes.strike(signal, workers.get(random.nextInt(workers.size())));
        }
    }

    /** As many workers as in the beginning, none of them struck, and no reload. */
    private void settle(ClusterProcess cluster) {
        ClusterProcess.await(
                "four workers again",
                () ->
                        cluster.online().size() == WORKERS
                                && cluster.online().stream()
                                        .noneMatch(pid -> strikes.isStruck("" + pid)),
                60);
    }

    private void judge(History history) {
        report.history(history);
        long explained = history.failed().stream().filter(strikes::explains).count();
        report.line("  of these open at a killed or stopped worker", explained);
        report.line(
                "  closed by a leaving worker before the first",
                history.failed().stream().filter(strikes::isOfRoll).count());
        report.line("strikes", strikes.counts());
        history.failed().stream().limit(200).forEach(failed -> report.line("    failed", failed));
        history.failed().stream()
                .filter(failed -> !strikes.explains(failed) && !strikes.isOfRoll(failed))
                .limit(20)
                .forEach(failed -> report.require(false, "no strike explains " + failed));
        report.line("workers that served", history.servedBy().size());
    }

    private void end(ClusterProcess cluster) {
        report.line("processes in all", cluster.seenCount());
        report.line("told by the primary", cluster.told());
        cluster.say("stop");
        ClusterProcess.await("the end of the primary", () -> !cluster.isAlive(), 30);
        report.require(cluster.left().isEmpty(), "left: " + cluster.left());
        report.require(!Files.exists(file), "the socket file is left");
        report.require(!Kernel.isListening(cluster.port()), "something listens");
        for (String line : cluster.told()) {
            boolean isBad = line.startsWith("error") || line.startsWith("reloaded failed");
            report.require(!isBad, line);
        }
        killPrimary();
    }

    /** Its listeners are closed within 2 s, its workers gone with their limit. */
    private void killPrimary() {
        try (ClusterProcess cluster = new ClusterProcess(WORKERS, "ROUND_ROBIN", file)) {
            long began = System.nanoTime();
            cluster.kill();
            ClusterProcess.await("nothing listens", () -> !Kernel.isListening(cluster.port()), 10);
            long closed = (System.nanoTime() - began) / 1_000_000;
            report.line("ms from the primary's SIGKILL: nothing listens", closed);
            report.require(closed <= 2000, "something listened for " + closed + " ms");
            int limit = (int) ClusterProgram.DRAIN_LIMIT.toSeconds() + 2;
            ClusterProcess.await("no orphan", () -> cluster.left().isEmpty(), limit);
            report.line("  no worker left", (System.nanoTime() - began) / 1_000_000);
            // Of a process that is killed they stay; the next one to listen takes them over.
            Files.deleteIfExists(file);
            Files.deleteIfExists(ClusterProgram.control(file));
        } catch (java.io.IOException e) {
            report.require(false, e.toString());
        }
    }
}
