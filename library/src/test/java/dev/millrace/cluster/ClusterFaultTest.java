package dev.millrace.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.ipc.ChildOptions;
import dev.millrace.kernel.IpAddress;
import dev.millrace.net.NetSocket;
import dev.millrace.testing.ChildJvm;
import dev.millrace.testing.Kernel;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What becomes of a cluster when one of its processes dies, or stops. */
@Tag("epoll")
class ClusterFaultTest {
    private static void signal(String name, long pid) {
        try {
            int status =
                    new ProcessBuilder("kill", "-" + name, String.valueOf(pid)).start().waitFor();
            assertThat(status).isZero();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    @Tag("X85")
    @Tag("X91")
    void aKilledWorkerIsReplacedAndOnlyItsConnectionsAreLost() {
        try (var cluster = new ClusterFixture(2, Scheduling.ROUND_ROBIN, "tcp", "0")) {
            IpAddress address = cluster.tcp(2);
            List<StringBuilder> texts = List.of(new StringBuilder(), new StringBuilder());
            List<NetSocket> sockets = new ArrayList<>();
            for (StringBuilder text : texts) {
                sockets.add(cluster.connect(address, text));
                cluster.until("greeted", () -> text.indexOf("\n") > 0);
            }
            assertThat(texts.stream().map(StringBuilder::toString))
                    .as("one connection for each")
                    .containsExactlyInAnyOrder("1\n", "2\n");
            WorkerProcess victim = cluster.primary.workers().getFirst();
            String id = String.valueOf(victim.id());
            int ofVictim = texts.get(0).toString().startsWith(id) ? 0 : 1;
            victim.kill();
            cluster.until("exit " + id);
            cluster.until("its connection's end", () -> sockets.get(ofVictim).isDestroyed());
            assertThat(cluster.primary.workers()).doesNotContain(victim);
            NetSocket other = sockets.get(1 - ofVictim);
            other.write("still there");
            cluster.until("an echo", () -> texts.get(1 - ofVictim).indexOf("still there") > 0);
            for (int number = 0; number < 4; number++) {
                assertThat(cluster.greeting(address)).isNotEqualTo(id);
            }
            cluster.until("online 3");
            cluster.until("tcp listens " + cluster.said("tcp listens "), 3);
            List<String> greetings = List.of(cluster.greeting(address), cluster.greeting(address));
            assertThat(greetings).contains("3");
            other.destroy();
        }
    }

    /** What it was served before it was acknowledged would be served once more by the next. */
    @Test
    @Tag("X85")
    @Tag("R35")
    void whatAWorkerDiesOfNoOtherWorkerServesAgain() {
        try (var cluster = new ClusterFixture(1, Scheduling.ROUND_ROBIN, "fall", "0")) {
            StringBuilder text = new StringBuilder();
            NetSocket socket = cluster.connect(cluster.tcp(1), text);
            cluster.until("its end", socket::isDestroyed);
            cluster.until("tcp listens " + cluster.said("tcp listens "), 2);
            assertThat(text.toString().strip()).isEqualTo("1");
            assertThat(cluster.journal.count("exit 2")).isZero();
        }
    }

    @Test
    @Tag("X85")
    @Tag("R35")
    void whatWaitsForTheOnlyWorkerIsServedByItsSuccessor() {
        try (var cluster = new ClusterFixture(1, Scheduling.ROUND_ROBIN, "tcp", "0")) {
            IpAddress address = cluster.tcp(1);
            WorkerProcess first = cluster.primary.workers().getFirst();
            signal("STOP", first.pid().orElseThrow());
            List<StringBuilder> texts = new ArrayList<>();
            List<NetSocket> sockets = new ArrayList<>();
            for (int number = 0; number < 8; number++) {
                StringBuilder text = new StringBuilder();
                texts.add(text);
                sockets.add(cluster.connect(address, text));
            }
            cluster.until("connected", () -> sockets.stream().noneMatch(NetSocket::isConnecting));
            first.kill();
            cluster.until(
                    "all are served",
                    () -> texts.stream().allMatch(text -> text.indexOf("\n") > 0));
            assertThat(texts).allMatch(text -> text.toString().equals("2\n"));
        }
    }

    @Test
    @Tag("R35")
    void clientsThatComeAndGoAtOnceUseUpNothing() throws IOException {
        try (var cluster = new ClusterFixture(2, Scheduling.ROUND_ROBIN, "tcp", "0")) {
            IpAddress address = cluster.tcp(2);
            for (int number = 0; number < 20; number++) {
                new Socket("127.0.0.1", address.port()).close();
            }
            // A worker that could not take one rests a moment, and the other serves alone.
            Set<String> greetings = new HashSet<>();
            for (int number = 0; number < 1_000 && greetings.size() < 2; number++) {
                greetings.add(cluster.greeting(address));
            }
            assertThat(greetings).containsExactlyInAnyOrder("1", "2");
        }
    }

    /** Ended behind what it has to say: no word of it is lost on the way to a worker. */
    @Test
    @Tag("R35")
    void aClientThatHasEndedItsSideIsServed() throws IOException {
        try (var cluster = new ClusterFixture(2, Scheduling.ROUND_ROBIN, "tcp", "0")) {
            IpAddress address = cluster.tcp(2);
            try (Socket client = new Socket("127.0.0.1", address.port())) {
                client.getOutputStream().write("all of it".getBytes(StandardCharsets.UTF_8));
                client.shutdownOutput();
                StringBuilder text = new StringBuilder();
                Thread reader =
                        Thread.ofVirtual()
                                .start(() -> {
                                    try {
                                        byte[] all = client.getInputStream().readAllBytes();
                                        text.append(new String(all, StandardCharsets.UTF_8));
                                    } catch (IOException e) {
                                        text.append(e);
                                    }
                                });
                cluster.until("the end", () -> !reader.isAlive());
                assertThat(text.toString()).matches("[12]\nall of it");
            }
        }
    }

    @Test
    @Tag("X86")
    void aStoppedWorkerGetsNoConnectionsAndIsReplaced() {
        ClusterOptions options =
                ClusterFixture.options(2, Scheduling.ROUND_ROBIN, "tcp", "0")
                        .withHeartbeat(Duration.ofMillis(100), Duration.ofSeconds(3));
        try (var cluster = new ClusterFixture(options)) {
            IpAddress address = cluster.tcp(2);
            WorkerProcess victim = cluster.primary.workers().getFirst();
            signal("STOP", victim.pid().orElseThrow());
            cluster.until("frozen", victim::isFrozen);
            for (int number = 0; number < 4; number++) {
                assertThat(cluster.greeting(address)).isEqualTo("2");
            }
            assertThat(cluster.primary.workers()).as("none waited for it").contains(victim);
            cluster.until("exit 1");
            cluster.until("online 3");
        }
    }

    @Test
    @Tag("X87")
    void theWorkersOfAKilledPrimaryDrainAndEnd() throws IOException, InterruptedException {
        Process primary = new ProcessBuilder(ChildJvm.archived(PrimaryProgram.class)).start();
        List<Long> pids = new ArrayList<>();
        int port = 0;
        BufferedReader lines = primary.inputReader();
        while (pids.size() < 2) {
            String line = lines.readLine();
            pids.add(Long.parseLong(line.substring(0, line.indexOf(' '))));
            port = Integer.parseInt(line.substring(line.lastIndexOf(':') + 1));
        }
        List<ProcessHandle> workers =
                pids.stream().map(pid -> ProcessHandle.of(pid).orElseThrow()).toList();
        int listening = port;
        assertThat(Kernel.isListening(listening)).isTrue();
        try {
            try (Socket client = new Socket("127.0.0.1", listening)) {
                BufferedReader greeting =
                        new BufferedReader(
                                new InputStreamReader(
                                        client.getInputStream(), StandardCharsets.UTF_8));
                assertThat(greeting.readLine()).isIn("1", "2");
                primary.destroyForcibly().waitFor();
                Kernel.await("the port is free", () -> !Kernel.isListening(listening));
                client.getOutputStream().write("still served\n".getBytes(StandardCharsets.UTF_8));
                assertThat(greeting.readLine()).isEqualTo("still served");
            }
            Kernel.await("no orphan", () -> PrimaryProcess.areOver(workers));
        } finally {
            primary.destroyForcibly();
            workers.forEach(ProcessHandle::destroyForcibly);
        }
    }

    @Test
    @Tag("X91")
    void aWorkerThatCantBeStartedIsTriedAgainAfterARest() {
        ClusterOptions options =
                ClusterOptions.DEFAULTS
                        .withWorkers(1)
                        .withRestartRest(Duration.ofMillis(1))
                        .withChild(ChildOptions.DEFAULTS.withCommand(List.of("/no/such/program")));
        try (var cluster = new ClusterFixture(options)) {
            cluster.until("exit 3");
            assertThat(cluster.journal.lines().stream().filter(line -> line.startsWith("error ")))
                    .hasSizeGreaterThanOrEqualTo(3)
                    .allMatch(line -> line.contains("/no/such/program"));
        }
    }
}
