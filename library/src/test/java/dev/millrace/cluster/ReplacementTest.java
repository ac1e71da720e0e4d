package dev.millrace.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.ipc.ChildOptions;
import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.UnixAddress;
import dev.millrace.loop.Loop;
import dev.millrace.net.NetSocket;
import dev.millrace.testing.ChildJvm;
import dev.millrace.testing.Kernel;
import dev.millrace.testing.LoopFixture;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A primary that gives its place to a new process. */
@Tag("epoll")
class ReplacementTest {
    @TempDir Path folder;

    private Path control() {
        return folder.resolve("control");
    }

    private Map<String, String> ask(Loop loop, String command) {
        var stage = ControlClient.ask(loop, control(), command).toCompletableFuture();
        LoopFixture.pollUntil(loop, command, stage::isDone);
        return stage.join().isEmpty() ? Map.of() : stage.join().getFirst();
    }

    /** Notes the outcome. */
    private static void replace(ClusterFixture cluster, List<String> command) {
        ChildOptions program = ChildOptions.DEFAULTS.withCommand(command).withSilent(true);
        cluster.primary
                .replace(program)
                .whenComplete((pid, failure) ->
                        cluster.journal.add(
                                failure == null
                                        ? "replaced"
                                        : "replace failed " + failure.getMessage()));
    }

    private List<String> primary(String... ofWorkers) {
        List<String> arguments = new ArrayList<>(List.of(control().toString()));
        arguments.addAll(List.of(ofWorkers));
        return ChildJvm.archived(SignalledProgram.class, arguments.toArray(String[]::new));
    }

    /** The clients' own ports of the connections to {@code port}. */
    private static Set<Integer> clients(int port) {
        return Kernel.tcp().stream()
                .filter(one -> one.remotePort() == port && one.state() == Kernel.ESTABLISHED)
                .map(Kernel.Tcp::localPort)
                .collect(Collectors.toSet());
    }

    @Test
    @Tag("X88")
    void aNewPrimaryTakesOverUnderLoadAndNoRequestFails() throws IOException, InterruptedException {
        try (var primary = new PrimaryProcess(control(), "http", "0");
                Loop loop = Loop.create()) {
            int port = primary.port(primary.pid(), "http", 2);
            long socket = Kernel.listener(port);
            List<ProcessHandle> old = primary.workers(primary.pid());
            long pid;
            try (var load = new KeepAliveLoad(loop, IpAddress.loopback(port), 8)) {
                LoopFixture.pollUntil(loop, "load", () -> load.count > 100);
                Set<Integer> connections = clients(port);
                assertThat(connections).hasSize(8);
                pid = Long.parseLong(ask(loop, "replace").get("pid"));
                LoopFixture.pollUntil(loop, "it ends", () -> !primary.process.isAlive());
                int before = load.count;
                LoopFixture.pollUntil(loop, "more", () -> load.count > before + 100);
                assertThat(load.failures).isEmpty();
                assertThat(clients(port)).as("the same connections").isEqualTo(connections);
            }
            assertThat(pid).isNotEqualTo(primary.pid());
            assertThat(primary.process.waitFor()).isZero();
            assertThat(old).noneMatch(ProcessHandle::isAlive);
            assertThat(Kernel.listener(port)).as("never closed").isEqualTo(socket);
            assertThat(ask(loop, "status"))
                    .containsEntry("pid", String.valueOf(pid))
                    .containsEntry("state", "running")
                    .containsEntry("running", "2");
            Kernel.signal("USR1", pid);
            Kernel.await("again", () -> !Kernel.isRunning(pid));
            long third = Long.parseLong(ask(loop, "status").get("pid"));
            assertThat(third).isNotIn(pid, primary.pid());
            assertThat(Kernel.listener(port)).isEqualTo(socket);
            assertThat(ask(loop, "stop")).isEmpty();
            Kernel.await("nothing listens", () -> !Kernel.isListening(port));
            Kernel.await("it has ended", () -> !Kernel.isRunning(third));
            assertThat(control()).doesNotExist();
        }
    }

    @Test
    @Tag("X108")
    void theFileOfAUnixListenerStays() throws IOException {
        Path path = folder.resolve("s");
        try (var primary = new PrimaryProcess(control(), "unix", path.toString(), "udp", "0");
                Loop loop = Loop.create()) {
            primary.said(primary.pid(), "unix listens");
            long socket = Kernel.listener(path);
            String udp = primary.said(primary.pid(), "udp listens ");
            Kernel.await("two", () -> primary.workers(primary.pid()).size() == 2);
            long pid = Long.parseLong(ask(loop, "replace").get("pid"));
            Kernel.await("it ends", () -> !primary.process.isAlive());
            assertThat(Kernel.listener(path)).isEqualTo(socket);
            assertThat(primary.said(pid, "udp listens ")).isEqualTo(udp);
            StringBuilder text = new StringBuilder();
            NetSocket client =
                    NetSocket.connect(loop, UnixAddress.of(path))
                            .onData(data -> text.append(StandardCharsets.UTF_8.decode(data)));
            LoopFixture.pollUntil(loop, "greeted", () -> text.indexOf("\n") > 0);
            client.destroy();
            assertThat(ask(loop, "stop")).isEmpty();
            Kernel.await("it has ended", () -> !Kernel.isRunning(pid));
            assertThat(path).doesNotExist();
        }
    }

    @Test
    @Tag("R35")
    void whatNoOldWorkerHasTakenIsServedByNewOnes() {
        ClusterOptions options =
                ClusterFixture.options(1, Scheduling.ROUND_ROBIN, "tcp", "0")
                        .withDrainLimit(Duration.ofMillis(1));
        try (var cluster = new ClusterFixture(options)) {
            IpAddress address = cluster.tcp(1);
            List<Long> pids = new ArrayList<>();
            cluster.primary.onReplaced(pids::add);
            Kernel.signal("STOP", cluster.processes().getFirst().pid());
            List<StringBuilder> texts = new ArrayList<>();
            List<NetSocket> sockets = new ArrayList<>();
            for (int number = 0; number < 10; number++) {
                StringBuilder text = new StringBuilder();
                texts.add(text);
                sockets.add(cluster.connect(address, text));
            }
            cluster.until("connected", () -> sockets.stream().noneMatch(NetSocket::isConnecting));
            replace(cluster, primary("tcp", "0"));
            cluster.until("replaced");
            assertThat(cluster.primary.isReplaced()).isTrue();
            cluster.until(
                    "all are served",
                    () -> texts.stream().allMatch(text -> text.indexOf("\n") > 0));
            assertThat(texts).allMatch(text -> text.toString().matches("[12]\n"));
            cluster.until("exit 1");
            assertThat(cluster.primary.killedCount()).isEqualTo(1);
            assertThat(pids).hasSize(1);
            replace(cluster, List.of("/bin/true"));
            cluster.until("told", () -> cluster.journal.lines().toString().contains("already"));
            sockets.forEach(NetSocket::destroy);
            assertThat(ask(cluster.loop, "stop 0")).isEmpty();
            Kernel.await("it has ended", () -> !Kernel.isRunning(pids.getFirst()));
        }
    }

    @Test
    @Tag("X88")
    void everythingStaysWhenTheNewOneDoesNotComeUp() {
        ClusterOptions options =
                ClusterFixture.options(1, Scheduling.ROUND_ROBIN, "tcp", "0")
                        .withReload(ReloadOptions.DEFAULTS.withReadyLimit(Duration.ofMillis(2500)));
        try (var cluster = new ClusterFixture(options)) {
            IpAddress address = cluster.tcp(1);
            replace(cluster, List.of("sh", "-c", "exit 3"));
            assertThat(cluster.said("replace failed "))
                    .contains("ERR_REPLACE_FAILED", "ended with status 3", "this one goes on");
            replace(cluster, List.of("/no/such/program"));
            cluster.until(
                    "the second",
                    () -> cluster.journal.lines().toString().contains("can't be started"));
            replace(cluster, primary("mute", "-"));
            replace(cluster, primary("mute", "-"));
            cluster.primary.reload().exceptionally(failure -> null);
            cluster.until(
                    "the last",
                    () -> cluster.journal.lines().toString().contains("ready within 2500 ms"));
            assertThat(cluster.journal.lines())
                    .anyMatch(line -> line.contains("a replacement is under way"))
                    .anyMatch(line -> line.contains("the primary is being replaced"));
            assertThat(cluster.greeting(address)).isEqualTo("1");
            assertThat(cluster.primary.isReplaced()).isFalse();
            assertThat(cluster.primary.workers()).hasSize(1);
        }
    }

    @Test
    @Tag("X87")
    void oneThatWasGivenEverythingGoesOnWhenTheOldOneDies() throws IOException {
        try (var primary = new PrimaryProcess(control(), "tcp", "0");
                Loop loop = Loop.create()) {
            int port = primary.port(primary.pid(), "tcp", 2);
            long socket = Kernel.listener(port);
            ControlClient.ask(loop, control(), "replace").exceptionally(failure -> List.of());
            LoopFixture.pollUntil(
                    loop,
                    "a new primary with workers that listen",
                    () -> successor(primary).isPresent());
            long pid = successor(primary).orElseThrow();
            primary.process.destroyForcibly();
            LoopFixture.pollUntil(loop, "it is gone", () -> !primary.process.isAlive());
            Map<String, String> status = ask(loop, "status");
            assertThat(status).containsEntry("pid", String.valueOf(pid));
            assertThat(Kernel.listener(port)).isEqualTo(socket);
            PrimaryProcess.connect(port).close();
            assertThat(ask(loop, "stop 0")).isEmpty();
            Kernel.await("it has ended", () -> !Kernel.isRunning(pid));
        }
    }

    /** The new primary, once a worker of its own is online. */
    private static Optional<Long> successor(PrimaryProcess primary) {
        return primary.journal.lines().stream()
                .filter(line -> line.matches("[0-9]+ online .*"))
                .map(line -> Long.parseLong(line.substring(0, line.indexOf(' '))))
                .filter(pid -> pid != primary.pid())
                .findFirst();
    }

    @Test
    @Tag("X88")
    void oneThatIsNotReadyAcceptsNothingAndIsNoPrimaryWhenItEnds() {
        try (var cluster = new ClusterFixture(1, Scheduling.ROUND_ROBIN, "tcp", "0", "udp", "0")) {
            IpAddress address = cluster.tcp(1);
            cluster.said("udp listens ");
            Path output = folder.resolve("output");
            List<String> command = new ArrayList<>();
            command.addAll(List.of("sh", "-c", "exec \"$@\" > \"$0\"", output.toString()));
            command.addAll(primary("tcp", "0"));
            replace(cluster, command);
            cluster.until("both listen", () -> count(output, " tcp listens ") == 2);
            for (int number = 0; number < 10; number++) {
                assertThat(cluster.greeting(address)).as("of the old worker").isEqualTo("1");
            }
            String first = lines(output).getFirst();
            Kernel.signal("TERM", Long.parseLong(first.substring(0, first.indexOf(' '))));
            assertThat(cluster.said("replace failed ")).contains("before it was ready");
            assertThat(cluster.greeting(address)).isEqualTo("1");
        }
    }

    private static List<String> lines(Path file) {
        try {
            return Files.exists(file) ? Files.readAllLines(file) : List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long count(Path file, String part) {
        return lines(file).stream().filter(line -> line.contains(part)).count();
    }

    @Test
    void theEndOfTheClusterEndsTheReplacement() {
        try (var cluster = new ClusterFixture(1, Scheduling.ROUND_ROBIN, "tcp", "0")) {
            cluster.tcp(1);
            replace(cluster, primary("mute", "-"));
            cluster.primary.shutdown(Duration.ofSeconds(5));
            assertThat(cluster.said("replace failed ")).contains("the cluster ends");
            replace(cluster, primary("mute", "-"));
            cluster.until("gone", () -> cluster.primary.workers().isEmpty());
            cluster.until("both", () -> cluster.journal.lines().toString().contains("replace ERR"));
        }
    }
}
