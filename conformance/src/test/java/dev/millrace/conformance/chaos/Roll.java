package dev.millrace.conformance.chaos;

import dev.millrace.cluster.ControlClient;
import dev.millrace.conformance.chaos.History.Outcome;
import dev.millrace.kernel.IpAddress;
import dev.millrace.net.NetSocket;
import dev.millrace.testing.Kernel;
import dev.millrace.testing.LoopFixture;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Rolling restarts one after the other, under load over connections that are kept alive: {@code
 * conformance/roll --requests N --rolls N --connections N}. With {@code --replace} it is the
 * primary that gives its place to a new one each time, and all workers with it.
 */
final class Roll {
    private static final int WORKERS = 2;

    private final Report report = new Report();
    private final Words words;
    private final boolean isReplacing;
    private int probes;

    /** Beside the load, if it was asked for. */
    private @Nullable Wrk wrk;

    /** The process that is the primary; 0 before it was replaced. */
    private long primary;

    /** How many times all workers were replaced. */
    private int count;

    private Roll(Words words) {
        this.words = words;
        this.isReplacing = words.has("--replace");
    }

    public static void main(String[] arguments) throws Exception {
        Path folder = Files.createTempDirectory("millrace-roll");
        Roll roll = new Roll(new Words(arguments));
        try {
            roll.run(folder.resolve("socket"));
        } finally {
            if (roll.wrk != null) {
                roll.wrk.close();
            }
        }
        roll.report.left(folder);
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
            wrk = words.has("--wrk") ? new Wrk(cluster.port(), 16) : null;
            for (int done = 0; done < rolls || load.endedCount() < requests; done++) {
                String what = isReplacing ? replace(fixture, file) : reload(cluster, done + 1);
                System.out.printf("%s, %d requests%n", what, load.endedCount());
                count++;
            }
            if (wrk != null) {
                wrk.judge(report);
            }
            long first = fixture.call(load::firstCount);
            fixture.call(load::finish).get(60, TimeUnit.SECONDS);
            judge(load.history, cluster, requests);
            report.line("connections that stay", connections + 32);
            String each = isReplacing ? " replacements" : " rolls";
            report.line("  still the same after " + count + each, first);
            report.require(
                    first * 100 >= (connections + 32) * 99L, "too few are the same connections");
            ask(fixture, file, "stop");
            ClusterProcess.await("the end of the primary", () -> isOver(cluster), 30);
            report.require(!Kernel.isListening(cluster.port()), "something listens");
        }
    }

    private boolean isOver(ClusterProcess cluster) {
        return !cluster.isAlive() && !isAlive(primary) && cluster.left().isEmpty();
    }

    private static String reload(ClusterProcess cluster, int expected) {
        cluster.say("reload");
        ClusterProcess.await("a roll", () -> cluster.reloads() == expected, 120);
        return cluster.told().getLast();
    }

    /** Until the one before has ended, which its workers do when they have let go of everything. */
    private String replace(LoopFixture fixture, Path file) throws Exception {
        long before = Long.parseLong(ask(fixture, file, "status").getFirst().get("pid"));
        primary = Long.parseLong(ask(fixture, file, "replace").getFirst().get("pid"));
        ClusterProcess.await(before + " ends", () -> !isAlive(before), 30);
        return "replaced by " + primary;
    }

    private static boolean isAlive(long pid) {
        return ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isPresent();
    }

    private static List<Map<String, String>> ask(LoopFixture fixture, Path file, String command)
            throws Exception {
        Path control = ClusterProgram.control(file);
        return fixture.call(() -> ControlClient.ask(fixture.loop(), control, command))
                .toCompletableFuture()
                .get(120, TimeUnit.SECONDS);
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
        int all = WORKERS * (count + 1);
        report.require(
                cluster.seenCount() == all,
                cluster.seenCount() + " processes, not " + all + ": each is a new one");
        // Under another primary a worker waits for the others before it gets a connection.
        long limit = words.number("--start-limit", isReplacing ? 5000 : 1000);
        report.starts(cluster.firstMillis(), limit);
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
