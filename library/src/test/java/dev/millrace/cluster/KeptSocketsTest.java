package dev.millrace.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.kernel.DescriptorKind;
import dev.millrace.kernel.IpAddress;
import dev.millrace.loop.Loop;
import dev.millrace.systemd.FakeSystemd;
import dev.millrace.systemd.InheritedSockets;
import dev.millrace.systemd.ServiceNotifier;
import dev.millrace.testing.Kernel;
import dev.millrace.testing.NoticeReceiver;
import dev.millrace.testing.NoticeReceiver.Notice;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Listeners of a primary that come from systemd, and go there. */
@Tag("epoll")
class KeptSocketsTest {
    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            return socket.getLocalPort();
        }
    }

    private static ClusterFixture cluster(int port, FakeSystemd systemd, InheritedSockets sockets) {
        ClusterFixture cluster =
                new ClusterFixture(1, Scheduling.ROUND_ROBIN, "tcp", String.valueOf(port));
        cluster.primary.keep(sockets, systemd.notifier(cluster.loop));
        return cluster;
    }

    @Test
    @Tag("I22")
    void theNextPrimaryServesWhatWaitsForTheOneThatIsGone(@TempDir Path folder) throws IOException {
        int port = freePort();
        IpAddress address = IpAddress.loopback(port);
        String name = "IPv4%3A127.0.0.1%3A" + port;
        try (FakeSystemd systemd = new FakeSystemd(folder)) {
            Notice kept;
            try (var first = cluster(port, systemd, InheritedSockets.ofProcess())) {
                first.tcp(1);
                kept = systemd.notices().next();
                assertThat(kept.text()).isEqualTo("FDSTORE=1\nFDNAME=" + name);
                assertThat(kept.descriptors()).hasSize(1);
                assertThat(kept.descriptors().getFirst().kind()).isEqualTo(DescriptorKind.LISTENER);
                assertThat(first.greeting(address)).isEqualTo("1");
                assertThat(systemd.notices().hasNext()).isFalse();
            }
            // One that ends in order takes it back; one that crashes would not have.
            assertThat(systemd.notices().all()).containsExactly("FDSTOREREMOVE=1\nFDNAME=" + name);
            assertThat(Kernel.isListening(port)).as("by the descriptor that is kept").isTrue();
            try (Socket waiting = new Socket("127.0.0.1", port)) {
                InheritedSockets passed = systemd.passing(name, kept.descriptors().getFirst());
                try (var second = cluster(port, systemd, passed)) {
                    second.tcp(1);
                    assertThat(waiting.getInputStream().read()).isEqualTo('1');
                    assertThat(second.greeting(address)).isEqualTo("1");
                    assertThat(passed.take(address)).as("it is the primary's").isEmpty();
                    NoticeReceiver notices = systemd.notices();
                    assertThat(notices.all()).containsExactly("FDSTORE=1\nFDNAME=" + name);
                }
            }
            assertThat(Kernel.isListening(port)).isFalse();
        }
    }

    @Test
    void withoutSystemdNothingIsKept() {
        try (var cluster = new ClusterFixture(1, Scheduling.SHARED, "tcp", "0")) {
            Loop loop = cluster.loop;
            Primary primary = cluster.primary;
            // @start region="keep"
            ServiceNotifier systemd = ServiceNotifier.of(loop);
            primary.keep(InheritedSockets.ofProcess(), systemd).supervised(systemd);
            // @end
            assertThat(cluster.greeting(cluster.tcp(1))).isEqualTo("1");
        }
    }
}
