package dev.millrace.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.kernel.Address;
import dev.millrace.kernel.UnixAddress;
import dev.millrace.testing.Kernel;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A worker leaves, and its clients' connections go on at others. */
@Tag("epoll")
@Tag("X88")
class ClusterMoveTest {
    private static final int CLIENTS = 20;

    @TempDir Path folder;

    @ParameterizedTest
    @EnumSource
    void itsConnectionsMoveWhoeverAccepts(Scheduling scheduling) {
        try (var moving = new MovingCluster(2, scheduling, "tcp", "0")) {
            Address address = moving.cluster.tcp(2);
            long before = moving.connect(address, CLIENTS).stream().filter(id -> id == 1).count();
            moving.leave(1);
            moving.cluster.until("exit 1");
            assertThat(moving.servedBy()).containsExactly(2);
            assertThat(moving.cluster.primary.movedCount()).isEqualTo(before);
            assertThat(moving.cluster.primary.notMovedCount()).isZero();
            moving.worker(2).send("count");
            moving.cluster.until("2 Counts[away=0, here=" + before + ", stayed=0]");
        }
    }

    @Test
    void overUnixSocketsAsWell() {
        Path path = folder.resolve("s");
        try (var moving = new MovingCluster(2, Scheduling.ROUND_ROBIN, "unix", path.toString())) {
            moving.cluster.until("tcp listens Unix:" + path, 2);
            assertThat(moving.connect(UnixAddress.of(path), 4)).contains(1, 2);
            moving.leave(1);
            moving.cluster.until("exit 1");
            assertThat(moving.servedBy()).containsExactly(2);
            assertThat(moving.cluster.primary.movedCount()).isEqualTo(2);
        }
    }

    @Test
    void whomABalancerHasNamedIsKnownThere() {
        try (var moving = new MovingCluster(2, Scheduling.ROUND_ROBIN, "proxied", "0")) {
            Address address = moving.cluster.tcp(2);
            for (int number = 1; number <= 2; number++) {
                MovingCluster.Client client = moving.new Client(address);
                client.socket.write("PROXY TCP4 10.1.2." + number + " 10.0.0.1 4711 80\r\n");
                client.get("/");
            }
            moving.leave(1);
            moving.cluster.until("exit 1");
            for (int number = 1; number <= 2; number++) {
                MovingCluster.Client client = moving.clients.get(number - 1).send("/from");
                String expected = "2 10.1.2." + number + ":4711 /from";
                moving.cluster.until(
                        expected + " in " + client.text,
                        () -> client.text.toString().endsWith(" /from\n"));
                assertThat(client.text.toString()).contains(expected);
            }
        }
    }

    /** What was pipelined travels unread, and a busy connection waits for its response. */
    @Test
    void aBusyOneMovesBehindItsResponse() {
        try (var moving = new MovingCluster(2, Scheduling.ROUND_ROBIN, "tcp", "0")) {
            Address address = moving.cluster.tcp(2);
            moving.connect(address, 2);
            MovingCluster.Client busy =
                    moving.clients.stream()
                            .filter(client -> client.get("/") == 1)
                            .findFirst()
                            .orElseThrow();
            busy.send("/later");
            moving.cluster.until("due");
            moving.leave(1);
            moving.untilRead(1);
            busy.send("/a", "/b");
            moving.worker(1).send("answer");
            assertThat(busy.served("/b")).isEqualTo(2);
            moving.cluster.until("exit 1");
            assertThat(moving.servedBy()).containsExactly(2);
        }
    }

    @Test
    void whatOneDoesNotTakeGoesToTheNextAndBackIfNoneDoes() {
        try (var moving = new MovingCluster(3, Scheduling.ROUND_ROBIN, "tcp", "0")) {
            Address address = moving.cluster.tcp(3);
            while (!moving.connect(address, 1).contains(1)) {
                moving.clients.clear();
            }
            moving.worker(3).send("pause");
            moving.cluster.until("pause done");
            moving.leave(1);
            moving.cluster.until("exit 1");
            assertThat(moving.servedBy()).containsExactly(2);
            assertThat(moving.cluster.primary.notMovedCount()).isZero();
            moving.leave(2);
            MovingCluster.Client client = moving.clients.getFirst();
            moving.cluster.until("its end", client.socket::isDestroyed);
            assertThat(client.text).as("in order").isEmpty();
            moving.cluster.until("exit 2");
            assertThat(moving.cluster.primary.notMovedCount()).isPositive();
        }
    }

    @Test
    void whenTheClusterEndsNothingMoves() {
        try (var moving = new MovingCluster(2, Scheduling.ROUND_ROBIN, "tcp", "0")) {
            moving.connect(moving.cluster.tcp(2), 4);
            moving.cluster.primary.shutdown(Duration.ofSeconds(60));
            moving.cluster.until(
                    "the end of all",
                    () -> moving.clients.stream().allMatch(one -> one.socket.isDestroyed()));
            assertThat(moving.clients).allMatch(one -> one.text.isEmpty());
            assertThat(moving.cluster.primary.movedCount()).isZero();
            assertThat(moving.cluster.primary.notMovedCount()).as("nor is tried").isZero();
        }
    }

    @Test
    @Tag("X85")
    void whatIsOnItsWayToOneThatDiesGoesToAnother() throws Exception {
        try (var moving = new MovingCluster(3, Scheduling.SHARED, "tcp", "0")) {
            Address address = moving.cluster.tcp(3);
            while (!moving.connect(address, 3).contains(1)) {
                moving.clients.clear();
            }
            moving.clients.removeIf(client -> client.get("/") != 1);
            WorkerProcess heir = moving.worker(3);
            Kernel.signal("STOP", heir.pid().orElseThrow());
            moving.leave(1);
            moving.cluster.until(
                    "under way", () -> !moving.cluster.primary.moves().heirs().isEmpty());
            heir.kill();
            moving.cluster.until("exit 1");
            assertThat(moving.clients.getFirst().get("/")).isEqualTo(2);
        }
    }

    /** A request that kills is served once: it would kill one worker after the other. */
    @Test
    void aRequestThatHasArrivedIsNotRepeated() {
        try (var moving = new MovingCluster(3, Scheduling.ROUND_ROBIN, "tcp", "0")) {
            Address address = moving.cluster.tcp(3);
            moving.connect(address, 3);
            MovingCluster.Client deadly =
                    moving.clients.stream()
                            .filter(client -> client.get("/") == 1)
                            .findFirst()
                            .orElseThrow();
            deadly.send("/later");
            moving.cluster.until("due");
            moving.leave(1);
            moving.untilRead(1);
            deadly.send("/die");
            moving.worker(1).send("answer");
            moving.cluster.until("its end", deadly.socket::isDestroyed);
            moving.cluster.until("exit 3");
            moving.cluster.until("exit 1");
            moving.cluster.until("online 4");
            assertThat(moving.cluster.journal.count("exit 2")).isZero();
            assertThat(moving.cluster.primary.movedCount()).isOne();
        }
    }

    @Test
    void whatOneHasNoDescriptorForGoesToAnother() {
        String[] limited = {"sh", "-c", "ulimit -n 400; exec \"$@\"", "sh"};
        ClusterOptions options =
                MovingCluster.options(3, Scheduling.ROUND_ROBIN, limited, "tcp", "0");
        try (var moving = new MovingCluster(options)) {
            Address address = moving.cluster.tcp(3);
            while (!moving.connect(address, 3).contains(1)) {
                moving.clients.clear();
            }
            moving.clients.removeIf(client -> client.get("/") != 1);
            moving.worker(3).send("starve");
            moving.cluster.until("starve done");
            moving.leave(1);
            moving.cluster.until("exit 1");
            assertThat(moving.servedBy()).containsExactly(2);
            assertThat(moving.cluster.primary.notMovedCount()).isZero();
        }
    }
}
