package dev.millrace.cluster;

import dev.millrace.loop.Loop;
import java.time.Duration;

/**
 * A primary of two {@link MovingProgram}s that says when a connection is on its way. It blames none
 * that a test has stopped.
 */
final class MovingPrimary {
    private MovingPrimary() {}

    public static void main(String[] arguments) {
        ClusterOptions options =
                MovingCluster.options(2, Scheduling.SHARED, new String[0], "tcp", "0")
                        .withHeartbeat(Duration.ofHours(1), Duration.ofHours(2))
                        .withDrainLimit(Duration.ofSeconds(60));
        Loop.run(loop -> {
            Primary primary = Cluster.primary(loop, options);
            primary.onMessage(
                    (worker, text) -> System.out.println(worker.pid().orElseThrow() + " " + text));
            loop.setInterval(
                    Duration.ofMillis(5),
                    () -> {
                        if (!primary.moves().heirs().isEmpty()) {
                            System.out.println("under way");
                        }
                    });
        });
    }
}
