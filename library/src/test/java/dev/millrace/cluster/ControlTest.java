package dev.millrace.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.kernel.UnixAddress;
import dev.millrace.loop.Loop;
import dev.millrace.net.NetServer;
import dev.millrace.net.NetSocket;
import dev.millrace.testing.LoopFixture;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A primary that is asked over its control socket. */
@Tag("epoll")
class ControlTest {
    @TempDir Path folder;

    private Path path() {
        return folder.resolve("control");
    }

    private ClusterFixture cluster(int workers) {
        var cluster = new ClusterFixture(workers, Scheduling.ROUND_ROBIN, "http", "0");
        cluster.primary.control(path());
        cluster.address("http", workers);
        return cluster;
    }

    private List<Map<String, String>> ask(ClusterFixture cluster, String command) {
        var stage = ControlClient.ask(cluster.loop, path(), command).toCompletableFuture();
        cluster.until("a response", stage::isDone);
        return stage.join();
    }

    /** What a client of any kind gets for its bytes. */
    private String raw(ClusterFixture cluster, String bytes) {
        StringBuilder text = new StringBuilder();
        NetSocket socket = cluster.connect(UnixAddress.of(path()), text);
        socket.write(bytes);
        cluster.until("the end", socket::isDestroyed);
        return text.toString();
    }

    @Test
    void workersAreListedWithTheirFigures() {
        try (var cluster = cluster(2)) {
            ask(cluster, "ps");
            try (var load = new KeepAliveLoad(cluster.loop, cluster.address("http", 2), 4)) {
                cluster.until("load", () -> load.count > 50);
                cluster.until(
                        "figures",
                        () ->
                                cluster.primary.workers().stream()
                                        .map(WorkerProcess::figures)
                                        .allMatch(one ->
                                                one.connections() == 2
                                                        && one.requests() > 0
                                                        && one.lag().isPositive()));
                List<Map<String, String>> lines = ask(cluster, "ps");
                assertThat(lines).hasSize(2);
                WorkerProcess first = cluster.primary.workers().getFirst();
                assertThat(lines.getFirst())
                        .containsEntry("id", "1")
                        .containsEntry("pid", String.valueOf(first.pid().orElseThrow()))
                        .containsEntry("state", "online")
                        .containsEntry("connections", "2");
                assertThat(lines.getFirst().keySet())
                        .containsExactly(
                                "id",
                                "pid",
                                "state",
                                "connections",
                                "requests",
                                "lag_us",
                                "uptime_ms",
                                "rss_bytes");
                for (Map<String, String> line : lines) {
                    assertThat(Long.parseLong(line.get("requests"))).isPositive();
                    assertThat(Long.parseLong(line.get("lag_us"))).isPositive();
                    assertThat(Long.parseLong(line.get("rss_bytes"))).isGreaterThan(10_000_000);
                    assertThat(Long.parseLong(line.get("uptime_ms"))).isPositive();
                }
            }
        }
    }

    @Test
    void thePrimaryReloadsTellsItsStateAndStops() {
        try (var cluster = cluster(1)) {
            assertThat(ask(cluster, "status"))
                    .satisfiesExactly(
                            about ->
                                    assertThat(about)
                                            .containsEntry("state", "running")
                                            .containsEntry("workers", "1")
                                            .containsEntry(
                                                    "pid",
                                                    String.valueOf(ProcessHandle.current().pid())),
                            key ->
                                    assertThat(key)
                                            .isEqualTo(Map.of("listens", "IPv4:127.0.0.1:0:1")));
            var reload = ControlClient.ask(cluster.loop, path(), "reload").toCompletableFuture();
            cluster.until("it begins", cluster.primary::isReloading);
            assertThat(ask(cluster, "status").getFirst())
                    .containsEntry("state", "reloading")
                    .containsEntry("running", "2");
            cluster.until("reloaded", reload::isDone);
            assertThat(reload.join().getFirst())
                    .containsEntry("replaced", "1")
                    .containsEntry("killed", "0");
            assertThat(raw(cluster, "stop 1000\n")).isEqualTo("ok\n");
            assertThat(cluster.primary.workers()).isEmpty();
            cluster.until("the file is removed", () -> !Files.exists(path()));
        }
    }

    @Test
    void aReloadThatFailsIsAnError() {
        try (var cluster = cluster(1)) {
            var reload = ControlClient.ask(cluster.loop, path(), "reload").toCompletableFuture();
            cluster.until("it begins", () -> cluster.primary.workers().size() == 2);
            var stop = ControlClient.ask(cluster.loop, path(), "stop").toCompletableFuture();
            cluster.until("both", () -> reload.isDone() && stop.isDone());
            assertThat(reload.exceptionNow())
                    .hasMessageContaining("ERR_CONTROL_FAILED")
                    .hasMessageContaining("the cluster ends");
            assertThat(stop.join()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "restart",
                "",
                "ps x",
                "status now",
                "reload 3",
                "stop x",
                "stop -1",
                "stop 1 2"
            })
    void whatIsNoCommandIsRefusedWithWords(String command) {
        try (var cluster = new ClusterFixture(1, Scheduling.ROUND_ROBIN, "mute", "-")) {
            cluster.primary.control(path());
            cluster.until("listening", () -> Files.exists(path()));
            assertThat(raw(cluster, command + "\n"))
                    .startsWith("error ")
                    .containsAnyOf("unknown command", "no arguments", "one number")
                    .hasLineCount(1);
            assertThat(cluster.primary.isShuttingDown()).isFalse();
        }
    }

    @Test
    void whatAPeerCanMakeUsHoldIsBounded() {
        try (var cluster = new ClusterFixture(1, Scheduling.ROUND_ROBIN, "mute", "-")) {
            cluster.primary.control(path());
            cluster.until("listening", () -> Files.exists(path()));
            String longest = "x".repeat(ControlServer.LINE_MAX_BYTES);
            assertThat(raw(cluster, longest + "\n")).contains("unknown command");
            assertThat(raw(cluster, longest + "x\n")).contains("at most 1024 bytes");
            assertThat(raw(cluster, longest + "x")).contains("at most 1024 bytes");
            List<NetSocket> idle =
                    java.util.stream.IntStream.range(0, ControlServer.CONNECTIONS_MAX)
                            .mapToObj(number ->
                                    cluster.connect(UnixAddress.of(path()), new StringBuilder()))
                            .toList();
            cluster.until("connected", () -> idle.stream().noneMatch(NetSocket::isConnecting));
            assertThat(raw(cluster, "status\n")).doesNotContain("state=");
            idle.forEach(NetSocket::destroy);
            cluster.until("room again", () -> raw(cluster, "status\n").endsWith("ok\n"));
        }
    }

    @Test
    void theFileIsForThisUserAloneAndAStaleOneIsReplaced() throws IOException {
        var crashed = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        crashed.bind(UnixDomainSocketAddress.of(path()));
        crashed.close();
        assertThat(path()).exists();
        try (var cluster = cluster(1)) {
            assertThat(ask(cluster, "status")).isNotEmpty();
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path())))
                    .isEqualTo("rw-------");
        }
    }

    @Test
    void aPathThatIsTakenIsAnError() {
        try (var cluster = new ClusterFixture(1, Scheduling.ROUND_ROBIN, "mute", "-")) {
            NetServer other =
                    NetServer.create(cluster.loop, NetSocket::end).listen(path().toString());
            cluster.until("taken", other::isListening);
            cluster.primary.control(path());
            assertThat(cluster.said("error ")).contains("EADDRINUSE");
            other.close();
        }
    }

    @Test
    void clientsAreToldWhyThereIsNoResponse() {
        try (Loop loop = Loop.create()) {
            var none = ControlClient.ask(loop, path(), "ps").toCompletableFuture();
            LoopFixture.pollUntil(loop, "refused", none::isDone);
            assertThat(none.exceptionNow()).hasMessageContaining("ENOENT");
            for (String response : List.of("", "pid=1\n", "x\nok\n", "ok")) {
                String name = "@millrace-control-" + ProcessHandle.current().pid();
                NetServer server =
                        NetServer.create(loop, socket -> socket.end(response)).listen(name);
                LoopFixture.pollUntil(loop, "listening", server::isListening);
                var told = ControlClient.ask(loop, Path.of(name), "ps").toCompletableFuture();
                LoopFixture.pollUntil(loop, "told", told::isDone);
                assertThat(told.exceptionNow()).hasMessageContaining("ERR_CONTROL_FAILED");
                server.close();
                LoopFixture.pollUntil(loop, "closed", () -> !loop.isAlive());
            }
        }
    }

    @Test
    void wordsKeepWhateverTheyAreMadeOf() {
        Map<String, String> words = Map.of("listens", "Unix:/run/a b\n100%=ü");
        String line = ControlLine.text(words);
        assertThat(line).isEqualTo("listens=Unix:/run/a%20b%0A100%25=%C3%BC");
        assertThat(ControlLine.of(line)).isEqualTo(words);
        assertThat(line.getBytes(StandardCharsets.UTF_8)).hasSize(line.length());
    }
}
