package dev.millrace.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.kernel.Address;
import dev.millrace.net.NetSocketOptions;
import dev.millrace.tls.TestCertificates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Workers that speak TLS. */
@Tag("epoll")
class ClusterTlsTest {
    @TempDir Path folder;

    /** The keys of a connection are in its worker, so it ends there, in order. */
    @Test
    void whatCanNotMoveEndsInOrderBehindItsResponse() throws IOException {
        assertEndsInOrder(Scheduling.ROUND_ROBIN);
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "ROUND_ROBIN")
    @Tag("faults")
    void whatCanNotMoveEndsInOrderHoweverItWasDealt(Scheduling scheduling) throws IOException {
        assertEndsInOrder(scheduling);
    }

    private void assertEndsInOrder(Scheduling scheduling) throws IOException {
        Path pem = folder.resolve("both.pem");
        TestCertificates.Issued own = TestCertificates.LOCALHOST;
        Files.writeString(pem, own.certificatePem() + own.keyPem());
        try (var moving = new MovingCluster(2, scheduling, "tls", "0", pem.toString())) {
            moving.sockets = NetSocketOptions.DEFAULTS.withTls(TestCertificates.client());
            Address address = moving.cluster.tcp(2);
            List<Integer> servedBy;
            do {
                servedBy = moving.connect(address, 1);
            } while (!servedBy.contains(1));
            MovingCluster.Client idle = moving.clients.getLast();
            do {
                servedBy = moving.connect(address, 1);
            } while (!servedBy.contains(1));
            MovingCluster.Client busy = moving.clients.getLast();
            busy.send("/later");
            moving.cluster.until("due");
            moving.leave(1);
            moving.cluster.until("the end of the idle one", idle.socket::isDestroyed);
            assertThat(idle.text).as("close_notify came before the end").isEmpty();
            assertThat(busy.socket.isDestroyed()).as("its response is due").isFalse();
            moving.worker(1).send("answer");
            assertThat(busy.served("/later")).isEqualTo(1);
            moving.cluster.until("the end of the busy one", busy.socket::isDestroyed);
            assertThat(busy.text).isEmpty();
            moving.cluster.until("exit 1");
            assertThat(moving.cluster.primary.movedCount()).isZero();
            assertThat(moving.connect(address, 1)).containsExactly(2);
        }
    }
}
