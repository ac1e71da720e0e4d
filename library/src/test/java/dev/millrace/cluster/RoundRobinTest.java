package dev.millrace.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.ipc.ChildOptions;
import dev.millrace.kernel.IpAddress;
import dev.millrace.net.ConnectionDrop;
import dev.millrace.net.NetSocket;
import dev.millrace.testing.ChildJvm;
import dev.millrace.testing.Kernel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Connections that are dealt to workers which do not take them. */
@Tag("epoll")
class RoundRobinTest {
    private final List<NetSocket> sockets = new ArrayList<>();
    private final List<StringBuilder> texts = new ArrayList<>();

    /** Connections that stay; what each of them was told comes to {@link #texts}. */
    private void connect(ClusterFixture cluster, IpAddress address, int count) {
        texts.clear();
        for (int left = count; left > 0; left--) {
            StringBuilder text = new StringBuilder();
            texts.add(text);
            sockets.add(cluster.connect(address, text));
        }
    }

    private void untilAllAre(ClusterFixture cluster, String text) {
        cluster.until(
                "all are told " + text,
                () -> texts.stream().allMatch(told -> told.toString().matches(text)));
    }

    private static ClusterOptions workersWithFewDescriptors(int workers) {
        List<String> command =
                new ArrayList<>(List.of("sh", "-c", "ulimit -n 256; exec \"$@\"", "sh"));
        command.addAll(ChildJvm.command(WorkerProgram.class, "tcp", "0"));
        return ClusterOptions.DEFAULTS
                .withWorkers(workers)
                .withHeartbeat(Duration.ofMinutes(1), Duration.ofMinutes(2))
                .withChild(ChildOptions.DEFAULTS.withCommand(command));
    }

    private static void tell(ClusterFixture cluster, int worker, String text) {
        int before = cluster.journal.count("echo " + text);
        cluster.primary.workers().stream()
                .filter(one -> one.id() == worker)
                .forEach(one -> one.send(text));
        cluster.until("echo " + text, before + 1);
    }

    @Test
    @Tag("R35")
    void whatAFullWorkerCantTakeIsServedByAnother() {
        try (var cluster = new ClusterFixture(workersWithFewDescriptors(2))) {
            IpAddress address = cluster.tcp(2);
            connect(cluster, address, 4);
            untilAllAre(cluster, "[12]\n");
            tell(cluster, 1, "fill");
            connect(cluster, address, 20);
            untilAllAre(cluster, "2\n");
            assertThat(cluster.primary.droppedCount()).isZero();
            tell(cluster, 1, "empty");
            tell(cluster, 2, "fill");
            connect(cluster, address, 2);
            untilAllAre(cluster, "1\n");
            assertThat(cluster.primary.droppedCount()).isZero();
            sockets.forEach(NetSocket::destroy);
        }
    }

    @Test
    @Tag("R35")
    void whatNoWorkerCanTakeIsResetAndCounted() {
        try (var cluster = new ClusterFixture(workersWithFewDescriptors(1))) {
            IpAddress address = cluster.tcp(1);
            connect(cluster, address, 1);
            untilAllAre(cluster, "1\n");
            tell(cluster, 1, "fill");
            long before = cluster.loop.hrtime();
            connect(cluster, address, 6);
            untilAllAre(cluster, ".*ECONNRESET.*");
            // Of 16 attempts each, four are under way at a time, and the worker rests behind them.
            assertThat(Duration.ofNanos(cluster.loop.hrtime() - before))
                    .isGreaterThan(Duration.ofMillis(500));
            assertThat(cluster.primary.droppedCount()).isEqualTo(6);
            tell(cluster, 1, "empty");
            connect(cluster, address, 6);
            untilAllAre(cluster, "1\n");
            assertThat(cluster.primary.droppedCount()).isEqualTo(6);
            sockets.forEach(NetSocket::destroy);
        }
    }

    private static final int PLACES = 6;

    /** Two workers, each with so many places. */
    private static ClusterFixture small(List<ConnectionDrop> drops) {
        ClusterOptions options =
                ClusterFixture.options(
                                2,
                                Scheduling.ROUND_ROBIN,
                                "places",
                                String.valueOf(PLACES),
                                "tcp",
                                "0")
                        .withHeartbeat(Duration.ofMinutes(1), Duration.ofMinutes(2));
        var cluster = new ClusterFixture(options);
        cluster.primary.onDrop(drops::add);
        return cluster;
    }

    /** As {@link #small}, all places taken. */
    private ClusterFixture full(List<ConnectionDrop> drops) {
        var cluster = small(drops);
        connect(cluster, cluster.tcp(2), 2 * PLACES);
        untilAllAre(cluster, "[12]\n");
        assertThat(texts).filteredOn(text -> text.indexOf("1") == 0).hasSize(PLACES);
        return cluster;
    }

    /** What it was told, or a part of the error. */
    private String outcome(ClusterFixture cluster, IpAddress address) {
        connect(cluster, address, 1);
        cluster.until("an outcome", () -> !texts.getFirst().isEmpty());
        return texts.getFirst().toString();
    }

    /** Until the worker has said that there are places again connections are refused. */
    private void untilServedBy(ClusterFixture cluster, IpAddress address, String worker) {
        String outcome = outcome(cluster, address);
        while (outcome.contains("ECONNRESET")) {
            outcome = outcome(cluster, address);
        }
        assertThat(outcome).isEqualTo(worker + "\n");
    }

    private void leave(String worker) {
        for (int index = 0; index < texts.size(); index++) {
            if (texts.get(index).toString().equals(worker + "\n")) {
                sockets.get(index).destroy();
            }
        }
    }

    @Test
    @Tag("R35")
    void whatFindsEveryWorkerFullIsResetAtOnceAndTold() {
        List<ConnectionDrop> drops = new ArrayList<>();
        try (var cluster = full(drops)) {
            IpAddress address = cluster.tcp(2);
            List<StringBuilder> before = List.copyOf(texts);
            connect(cluster, address, 9);
            untilAllAre(cluster, ".*ECONNRESET.*");
            assertThat(before).allMatch(text -> text.length() == 2);
            assertThat(cluster.primary.droppedCount()).isEqualTo(9);
            assertThat(drops).hasSize(9);
            assertThat(drops)
                    .allMatch(drop -> drop.reason() == ConnectionDrop.Reason.MAX_CONNECTIONS)
                    .allMatch(drop -> drop.local().equals(Optional.of(address)))
                    .allMatch(drop -> drop.remote().isPresent());
            assertThat(sockets.subList(2 * PLACES, sockets.size()))
                    .allMatch(NetSocket::isDestroyed);
        }
    }

    /** A worker that fills up sends back what was under way to it; its server drops nothing. */
    @Test
    @Tag("R35")
    void ofABurstAsManyAreServedAsThereArePlaces() {
        List<ConnectionDrop> drops = new ArrayList<>();
        try (var cluster = small(drops)) {
            connect(cluster, cluster.tcp(2), 2 * PLACES + 8);
            untilAllAre(cluster, "[12]\n|.*ECONNRESET.*");
            assertThat(texts).filteredOn(text -> text.length() == 2).hasSize(2 * PLACES);
            assertThat(cluster.primary.droppedCount()).isEqualTo(8);
            assertThat(drops).hasSize(8);
        }
    }

    @Test
    @Tag("R35")
    void aBurstWaitsForAWorkerWithPlacesAndNotForTheFullOne() {
        List<ConnectionDrop> drops = new ArrayList<>();
        try (var cluster = full(drops)) {
            IpAddress address = cluster.tcp(2);
            // What is sent to it nevertheless does not come back.
            long pid = cluster.primary.workers().getFirst().pid().orElseThrow();
            Kernel.signal("STOP", pid);
            leave("2");
            untilServedBy(cluster, address, "2");
            int dropped = drops.size();
            connect(cluster, address, PLACES - 1);
            untilAllAre(cluster, "2\n");
            Kernel.signal("CONT", pid);
            assertThat(drops).hasSize(dropped);
            assertThat(outcome(cluster, address)).contains("ECONNRESET");
            assertThat(cluster.primary.droppedCount()).isEqualTo(drops.size());
        }
    }

    @Test
    @Tag("R35")
    void aWorkerHasAsManyUnderWayAsItHasAskedFor() {
        try (var cluster = new ClusterFixture(workersWithFewDescriptors(1))) {
            IpAddress address = cluster.tcp(1);
            long pid = cluster.processes().getFirst().pid();
            Kernel.signal("STOP", pid);
            connect(cluster, address, 10);
            // Four are under way, one is accepted, and the others wait in the kernel.
            cluster.until("five wait", () -> waiting(address.port()) == 5);
            assertThat(cluster.primary.workers()).hasSize(1);
            Kernel.signal("CONT", pid);
            untilAllAre(cluster, "1\n");
            sockets.forEach(NetSocket::destroy);
        }
    }

    /** How many are connected and not accepted: no process has their sockets. */
    private static long waiting(int port) {
        return Kernel.tcp().stream()
                .filter(one -> one.localPort() == port && one.state() == Kernel.ESTABLISHED)
                .filter(one -> one.inode() == 0)
                .count();
    }
}
