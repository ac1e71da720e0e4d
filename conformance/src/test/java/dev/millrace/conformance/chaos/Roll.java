package dev.millrace.conformance.chaos;

import dev.millrace.conformance.chaos.History.Outcome;
import dev.millrace.kernel.IpAddress;
import dev.millrace.net.NetSocket;
import dev.millrace.testing.LoopFixture;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Rolling restarts one after the other, under load over connections that are kept alive: {@code
 * conformance/roll --requests N --rolls N --connections N}.
 */
final class Roll {
    private static final int WORKERS = 2;

    private final Report report = new Report();
    private final Words words;
    private int probes;

    private Roll(Words words) {
        this.words = words;
    }

    public static void main(String[] arguments) throws Exception {
        Path folder = Files.createTempDirectory("millrace-roll");
        Roll roll = new Roll(new Words(arguments));
        roll.run(folder.resolve("socket"));
        Files.deleteIfExists(folder);
        System.out.print(roll.report);
        System.exit(roll.report.isRight() ? 0 : 1);
    }

    private void run(Path file) throws Exception {
        long requests = words.number("--requests", 100_000);
        int rolls = (int) words.number("--rolls", 5);
        int connections = (int) words.number("--connections", 1000);
        try (ClusterProcess cluster = new ClusterProcess(WORKERS, "ROUND_ROBIN", file);
                LoopFixture fixture = new LoopFixture()) {
            IpAddress address = IpAddress.loopback(cluster.port());
            Load load = fixture.call(() -> new Load(fixture.loop(), address, 1, worker -> false));
            fixture.act(() -> {
                load.add(connections, Load.Habit.SLOW);
                load.add(32, Load.Habit.BUSY);
                probe(load);
            });
            for (int done = 0; done < rolls || load.endedCount() < requests; done++) {
                cluster.say("reload");
                int expected = done + 1;
                ClusterProcess.await("a roll", () -> cluster.reloads() == expected, 120);
                System.out.printf("%s, %d requests%n", cluster.told().getLast(), load.endedCount());
            }
            long first = fixture.call(load::firstCount);
            fixture.call(load::finish).get(60, TimeUnit.SECONDS);
            judge(load.history, cluster, requests);
            report.line("connections that stay", connections + 32);
            report.line("  still the same after " + cluster.reloads() + " rolls", first);
            cluster.say("stop");
            ClusterProcess.await("the end of the primary", () -> !cluster.isAlive(), 30);
            report.require(cluster.left().isEmpty(), "left: " + cluster.left());
        }
    }

    private void judge(History history, ClusterProcess cluster, long requests) {
        report.history(history);
        report.line("connects of the prober", probes);
        report.require(probes > 0, "the prober did not connect");
        report.require(history.all.size() >= requests, "only " + history.all.size() + " requests");
        history.failed().stream()
                .limit(20)
                .forEach(failed -> report.require(false, failed.toString()));
        report.require(history.count(Outcome.FAILED) == 0, "requests failed");
        List<String> bad =
                cluster.told().stream().filter(line -> !line.startsWith("reloaded ok")).toList();
        report.line("processes in all", cluster.seenCount());
        report.require(bad.isEmpty(), "the primary says " + bad);
        int all = WORKERS * (cluster.reloads() + 1);
        report.require(
                cluster.seenCount() == all,
                cluster.seenCount() + " processes, not " + all + ": each is a new one");
        report.starts(cluster.firstMillis(), words.number("--start-limit", 1000));
    }

    /** Connects all the time, and asks for nothing: the listening socket is never closed. */
    private void probe(Load load) {
        if (load.isEnding()) {
            return;
        }
        NetSocket socket = NetSocket.connect(load.loop, load.address);
        boolean[] isThere = {false};
        socket.onConnect(
                        () -> {
                            isThere[0] = true;
                            probes++;
                            socket.destroy();
                        })
                .onError(error -> {
                    if (!isThere[0]) {
                        load.refused(error);
                    }
                })
                .onClose(() -> load.loop.setTimeout(Duration.ofMillis(10), () -> probe(load)));
    }
}
