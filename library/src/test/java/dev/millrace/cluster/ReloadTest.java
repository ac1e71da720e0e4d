package dev.millrace.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.ipc.ChildOptions;
import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.SystemError;
import dev.millrace.loop.RunMode;
import dev.millrace.net.NetSocket;
import dev.millrace.testing.ChildJvm;
import dev.millrace.testing.Kernel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Workers that give their places to new processes. */
@Tag("epoll")
class ReloadTest {
    @TempDir Path folder;

    /** Notes the outcome. */
    private static void reload(ClusterFixture cluster) {
        cluster.primary
                .reload()
                .whenComplete((done, failure) -> {
                    if (failure == null) {
                        cluster.journal.add(
                                "reloaded " + done.replaced() + ", killed " + done.killed());
                    } else {
                        cluster.journal.add("reload failed " + failure.getMessage());
                    }
                });
    }

    private static List<Integer> ids(ClusterFixture cluster) {
        return cluster.primary.workers().stream().map(WorkerProcess::id).toList();
    }

    /** A program that can be changed on disk. */
    private ClusterOptions program(int workers, List<String> command) throws IOException {
        write(command);
        return ClusterFixture.options(workers, Scheduling.ROUND_ROBIN)
                .withDrainLimit(Duration.ofSeconds(10))
                .withChild(
                        ChildOptions.DEFAULTS.withCommand(
                                List.of("sh", folder.resolve("program").toString())));
    }

    private void write(List<String> command) throws IOException {
        String line =
                command.stream()
                        .map(word -> "'" + word + "'")
                        .collect(Collectors.joining(" ", "exec ", "\n"));
        Files.writeString(folder.resolve("program"), line);
    }

    private static List<String> worker(String... arguments) {
        return ChildJvm.archived(WorkerProgram.class, arguments);
    }

    @ParameterizedTest
    @EnumSource(names = {"ROUND_ROBIN", "SHARED"})
    @Tag("X88")
    void everyWorkerIsANewProcessAndNoRequestFails(Scheduling scheduling) {
        try (var cluster = new ClusterFixture(2, scheduling, "http", "0")) {
            IpAddress address = cluster.address("http", 2);
            long socket = Kernel.listener(address.port());
            List<ProcessHandle> old = cluster.processes();
            try (var load = new KeepAliveLoad(cluster.loop, address, 8)) {
                cluster.until("load", () -> load.count > 100);
                reload(cluster);
                cluster.until("reloaded 2, killed 0");
                int before = load.count;
                cluster.until("more", () -> load.count > before + 100);
                assertThat(load.failures).isEmpty();
                assertThat(load.served.keySet()).containsAnyOf("3", "4");
            }
            assertThat(ids(cluster)).containsExactly(3, 4);
            assertThat(old).noneMatch(ProcessHandle::isAlive);
            assertThat(Kernel.listener(address.port())).as("never closed").isEqualTo(socket);
            assertThat(cluster.primary.killedCount()).isZero();
        }
    }

    @Test
    @Tag("X88")
    void anOldWorkerFinishesItsConnectionsFirst() {
        try (var cluster = new ClusterFixture(1, Scheduling.ROUND_ROBIN, "tcp", "0")) {
            IpAddress address = cluster.tcp(1);
            StringBuilder text = new StringBuilder();
            NetSocket socket = cluster.connect(address, text);
            cluster.until("greeted", () -> text.indexOf("\n") > 0);
            WorkerProcess old = cluster.primary.workers().getFirst();
            reload(cluster);
            cluster.until("the old one leaves", () -> old.state() == WorkerState.LEAVING);
            assertThat(cluster.greeting(address)).isEqualTo("2");
            socket.write("still served");
            cluster.until("an echo", () -> text.indexOf("still served") > 0);
            assertThat(cluster.primary.isReloading()).isTrue();
            socket.destroy();
            cluster.until("reloaded 1, killed 0");
            assertThat(old.state()).isEqualTo(WorkerState.GONE);
        }
    }

    @Test
    @Tag("X88")
    void theOldOneStaysWhenTheNewProgramEndsBeforeItIsReady() throws IOException {
        try (var cluster = new ClusterFixture(program(2, worker("tcp", "0")))) {
            IpAddress address = cluster.tcp(2);
            write(List.of("sh", "-c", "exit 3"));
            reload(cluster);
            String said = cluster.said("reload failed ");
            assertThat(said)
                    .contains(
                            "ERR_RELOAD_FAILED", "worker 3 ended with status 3", "worker 1 goes on")
                    .contains("0 of 2 were replaced");
            assertThat(cluster.said("error ")).as("to the listener too").isEqualTo(said);
            assertThat(ids(cluster)).containsExactly(1, 2);
            assertThat(cluster.greeting(address)).isIn("1", "2");
            write(worker("tcp", "0"));
            cluster.primary.workers().getFirst().kill();
            cluster.until("online 4");
            reload(cluster);
            cluster.until("reloaded 2, killed 0");
            assertThat(ids(cluster)).containsExactly(5, 6);
        }
    }

    @Test
    @Tag("X88")
    void oneThatDoesNotListenInTimeIsKilled() throws IOException {
        ClusterOptions options =
                program(1, worker("tcp", "0"))
                        .withReload(ReloadOptions.DEFAULTS.withReadyLimit(Duration.ofMillis(1500)));
        try (var cluster = new ClusterFixture(options)) {
            cluster.tcp(1);
            write(worker("mute", "-"));
            reload(cluster);
            assertThat(cluster.said("reload failed ")).contains("not ready within 1500 ms");
            cluster.until("exit 2");
            assertThat(ids(cluster)).containsExactly(1);
            assertThat(cluster.primary.keys()).hasSize(1);
        }
    }

    @Test
    @Tag("X88")
    void oneThatListensElsewhereSaysThatItIsReady() throws IOException {
        try (var cluster = new ClusterFixture(program(1, worker("tcp", "0")))) {
            cluster.tcp(1);
            write(worker("ready", "-"));
            reload(cluster);
            cluster.until("reloaded 1, killed 0");
            assertThat(ids(cluster)).containsExactly(2);
            assertThat(cluster.primary.keys()).as("the new program has no port").isEmpty();
            cluster.primary.workers().getFirst().kill();
            cluster.until("online 3");
        }
    }

    @Test
    @Tag("X90")
    void aWorkerThatIsStuckInItsDrainIsKilledAndCounted() {
        ClusterOptions options =
                ClusterFixture.options(1, Scheduling.ROUND_ROBIN, "tcp", "0")
                        .withDrainLimit(Duration.ofMillis(1))
                        // Its heartbeat would end it as well, later.
                        .withHeartbeat(Duration.ofHours(1), Duration.ofHours(2));
        try (var cluster = new ClusterFixture(options)) {
            cluster.tcp(1);
            cluster.primary.workers().getFirst().send("stick");
            cluster.until("echo stick");
            reload(cluster);
            cluster.until("reloaded 1, killed 1");
            assertThat(cluster.primary.killedCount()).isEqualTo(1);
            assertThat(ids(cluster)).containsExactly(2);
        }
    }

    @Test
    void anotherReloadWaitsForTheFirstAndIsTheSameForAll() {
        try (var cluster = new ClusterFixture(1, Scheduling.ROUND_ROBIN, "tcp", "0")) {
            cluster.tcp(1);
            var first = cluster.primary.reload();
            var second = cluster.primary.reload();
            assertThat(second).isNotSameAs(first).isSameAs(cluster.primary.reload());
            cluster.until("both", () -> second.toCompletableFuture().isDone());
            assertThat(first.toCompletableFuture().join().replaced()).isEqualTo(1);
            assertThat(second.toCompletableFuture().join().replaced()).isEqualTo(1);
            assertThat(ids(cluster)).containsExactly(3);
        }
    }

    @Test
    void severalAtOnce() {
        ClusterOptions options =
                ClusterFixture.options(2, Scheduling.ROUND_ROBIN, "tcp", "0")
                        .withReload(ReloadOptions.DEFAULTS.withAtOnce(2));
        try (var cluster = new ClusterFixture(options)) {
            cluster.tcp(2);
            reload(cluster);
            cluster.until("four", () -> cluster.primary.workers().size() == 4);
            cluster.until("reloaded 2, killed 0");
            assertThat(ids(cluster)).containsExactly(3, 4);
        }
    }

    @Test
    @Tag("X85")
    void anOldOneThatDiesMeanwhileGetsNoSecondSuccessor() {
        try (var cluster = new ClusterFixture(1, Scheduling.ROUND_ROBIN, "tcp", "0")) {
            IpAddress address = cluster.tcp(1);
            long socket = Kernel.listener(address.port());
            WorkerProcess old = cluster.primary.workers().getFirst();
            reload(cluster);
            cluster.until("two", () -> cluster.primary.workers().size() == 2);
            old.kill();
            cluster.until("reloaded 1, killed 0");
            cluster.loop.run(RunMode.NOWAIT);
            assertThat(ids(cluster)).containsExactly(2);
            assertThat(Kernel.listener(address.port())).isEqualTo(socket);
            assertThat(cluster.greeting(address)).isEqualTo("2");
        }
    }

    @Test
    void theEndOfTheClusterEndsTheReload() {
        try (var cluster = new ClusterFixture(2, Scheduling.ROUND_ROBIN, "tcp", "0")) {
            cluster.tcp(2);
            reload(cluster);
            cluster.until("three", () -> cluster.primary.workers().size() == 3);
            reload(cluster);
            cluster.primary.shutdown(Duration.ofSeconds(5));
            reload(cluster);
            cluster.until("all gone", () -> cluster.primary.workers().isEmpty());
            assertThat(cluster.journal.lines())
                    .filteredOn(line -> line.startsWith("reload failed "))
                    .hasSize(3)
                    .allMatch(line -> line.contains("the cluster ends"));
        }
    }

    @Test
    void aWorkerMayLeaveByItselfAndIsNotReplaced() {
        try (var cluster = new ClusterFixture(2, Scheduling.ROUND_ROBIN, "tcp", "0")) {
            IpAddress address = cluster.tcp(2);
            List<StringBuilder> texts = new ArrayList<>();
            List<NetSocket> sockets = new ArrayList<>();
            for (int number = 0; number < 2; number++) {
                StringBuilder text = new StringBuilder();
                texts.add(text);
                sockets.add(cluster.connect(address, text));
                cluster.until("greeted", () -> text.indexOf("\n") > 0);
            }
            cluster.primary.workers().getFirst().send("leave");
            cluster.until("echo leave");
            for (int number = 0; number < 4; number++) {
                assertThat(cluster.greeting(address)).isEqualTo("2");
            }
            assertThat(ids(cluster)).as("it has a connection").containsExactly(1, 2);
            sockets.forEach(NetSocket::destroy);
            cluster.until("exit 1");
            assertThat(ids(cluster)).containsExactly(2);
            assertThat(cluster.journal.lines()).noneMatch(line -> line.startsWith("error"));
        }
    }

    @Test
    void aFailureThatNothingHearsIsNotLost() {
        try (var cluster = new ClusterFixture(1, Scheduling.ROUND_ROBIN, "tcp", "0")) {
            cluster.primary.shutdown(Duration.ZERO);
            var failed = cluster.primary.reload().toCompletableFuture();
            cluster.until("told", () -> failed.isDone());
            assertThat(SystemError.codeOf(failed.exceptionNow())).isEqualTo("ERR_RELOAD_FAILED");
            assertThat(cluster.said("error ")).contains("the cluster ends");
        }
    }
}
