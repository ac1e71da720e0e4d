package dev.millrace.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.UnixAddress;
import dev.millrace.loop.Loop;
import dev.millrace.net.NetSocket;
import dev.millrace.testing.Kernel;
import dev.millrace.udp.UdpSocket;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Workers that are processes. */
@Tag("epoll")
class ClusterTest {
    @TempDir Path folder;

    @Test
    @Tag("I11")
    @Tag("I16")
    @Tag("I17")
    @Tag("L3")
    @Tag("L4")
    @Tag("L5")
    @Tag("R35")
    void aPlainListenIsSharedRoundRobinAndAnExclusiveOneIsNot() {
        Path path = folder.resolve("s");
        try (var cluster =
                new ClusterFixture(
                        2,
                        Scheduling.ROUND_ROBIN,
                        "tcp",
                        "0",
                        "tcp",
                        "0",
                        "unix",
                        path.toString())) {
            cluster.until("unix listens Unix:" + path, 2);
            assertThat(cluster.primary.keys())
                    .containsExactlyInAnyOrder(
                            "IPv4:127.0.0.1:0:1", "IPv4:127.0.0.1:0:2", "Unix:" + path);
            IpAddress address = cluster.tcp(2);
            Map<String, Integer> counts = new TreeMap<>();
            for (int number = 0; number < 20; number++) {
                counts.merge(cluster.greeting(address), 1, Integer::sum);
            }
            assertThat(counts).isEqualTo(Map.of("1", 10, "2", 10));
            assertThat(cluster.greeting(UnixAddress.of(path))).isIn("1", "2");
            StringBuilder text = new StringBuilder();
            NetSocket socket = cluster.connect(address, text);
            socket.write("to and fro");
            cluster.until("an echo", () -> text.indexOf("to and fro") > 0);
            cluster.primary.broadcast("hello");
            cluster.until("echo hello", 2);
            socket.destroy();
            lastOneCloses(cluster, address);
        }
        assertThat(path).doesNotExist();
    }

    private static void lastOneCloses(ClusterFixture cluster, IpAddress address) {
        cluster.primary.workers().getFirst().send("close");
        cluster.until("echo close");
        for (int number = 0; number < 4; number++) {
            assertThat(cluster.greeting(address)).as("the other one serves").isEqualTo("2");
        }
        assertThat(cluster.primary.keys()).hasSize(3);
        cluster.primary.workers().getLast().send("close");
        cluster.until("nothing listens", () -> cluster.primary.keys().isEmpty());
        assertThat(Kernel.isListening(address.port())).isFalse();
    }

    @Test
    @Tag("I16")
    void exclusiveListenersMeetEachOther() throws IOException {
        int port;
        try (var free = new java.net.ServerSocket(0)) {
            port = free.getLocalPort();
        }
        try (var cluster =
                new ClusterFixture(2, Scheduling.ROUND_ROBIN, "exclusive", String.valueOf(port))) {
            cluster.until("exclusive listens IPv4:127.0.0.1:" + port);
            cluster.until("exclusive failed EADDRINUSE");
            assertThat(cluster.primary.keys()).as("the primary was not asked").isEmpty();
        }
    }

    @Test
    @Tag("I16")
    void exclusiveDatagramSocketsMeetEachOther() throws IOException {
        int port;
        try (var free = new java.net.DatagramSocket(0)) {
            port = free.getLocalPort();
        }
        String text = String.valueOf(port);
        try (var cluster = new ClusterFixture(2, Scheduling.SHARED, "exclusive-udp", text)) {
            cluster.until("udp listens " + port);
            cluster.until("udp failed EADDRINUSE");
            assertThat(cluster.primary.keys()).as("the primary was not asked").isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"SHARED", "REUSE_PORT"})
    @Tag("L4")
    void theKernelDealsOut(Scheduling scheduling) {
        try (var cluster = new ClusterFixture(2, scheduling, "tcp", "0", "udp", "0")) {
            IpAddress address = cluster.tcp(2);
            Map<String, Integer> counts = new TreeMap<>();
            for (int round = 0; round < 5 || (counts.size() < 2 && round < 250); round++) {
                cluster.greetings(address, 4).forEach(id -> counts.merge(id, 1, Integer::sum));
            }
            assertThat(counts).containsOnlyKeys("1", "2");
            String port = cluster.said("udp listens ");
            cluster.until("udp listens " + port, 2);
            StringBuilder text = new StringBuilder();
            UdpSocket client = UdpSocket.create(cluster.loop);
            client.onMessage((data, from) -> text.append(StandardCharsets.UTF_8.decode(data)));
            client.send("ping", IpAddress.loopback(Integer.parseInt(port)));
            cluster.until("a datagram", () -> text.indexOf("ping") > 0);
            client.close();
        }
    }

    @Test
    @Tag("I17")
    @Tag("L6")
    void aProcessThatNoPrimaryHasStartedIsNoWorker() {
        assertThat(Cluster.isPrimary()).isTrue();
        try (Loop loop = Loop.create()) {
            assertThatThrownBy(() -> Cluster.join(loop))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("isPrimary");
        }
    }
}
