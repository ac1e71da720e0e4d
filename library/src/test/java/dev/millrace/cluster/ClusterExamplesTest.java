package dev.millrace.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.loop.Loop;
import dev.millrace.net.NetServer;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What the Javadoc shows; {@code ClusterTest} and the examples run it. */
class ClusterExamplesTest {
    // @start region="cluster"
    static void main() {
        Loop.run(loop -> {
            if (Cluster.isPrimary()) {
                Cluster.primary(loop);
            } else {
                Cluster.join(loop);
                NetServer.create(loop, socket -> socket.pipeTo(socket)).listen(7000);
            }
        });
    }

    // @end region="cluster"

    static void counter(Loop loop) {
        // @start region="messages"
        int[] total = {0};
        Primary primary = Cluster.primary(loop);
        primary.onMessage((worker, text) -> {
            total[0] += Integer.parseInt(text);
            worker.send("in all " + total[0]);
        });
        primary.onExit((worker, exit) -> System.err.println(worker + " ended: " + exit));
        loop.onSignal("TERM", signal -> primary.shutdown(Duration.ofSeconds(10)));
        // @end region="messages"
    }

    static void announce(Primary primary) {
        // @start region="listening"
        primary.onListening(
                (worker, address) -> System.out.println(worker.id() + " listens on " + address));
        // @end region="listening"
    }

    @Test
    void aClusterIsChosen() {
        // @start region="options"
        ClusterOptions options =
                ClusterOptions.DEFAULTS
                        .withWorkers(4)
                        .withScheduling(Scheduling.SHARED)
                        .withHeartbeat(Duration.ofMillis(500), Duration.ofSeconds(5));
        // @end region="options"
        assertThat(options.workers()).isEqualTo(4);
        assertThat(options.scheduling()).isEqualTo(Scheduling.SHARED);
        assertThat(options.frozenLimit()).isEqualTo(Duration.ofSeconds(5));
    }
}
