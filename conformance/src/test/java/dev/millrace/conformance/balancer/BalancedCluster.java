package dev.millrace.conformance.balancer;

import dev.millrace.cluster.Cluster;
import dev.millrace.cluster.ClusterOptions;
import dev.millrace.cluster.Primary;
import dev.millrace.loop.Loop;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;

/**
 * A node of two workers behind a balancer: each of them is a {@link BalancedNode}. SIGHUP replaces
 * them; the primary prints when they listen, and what became of it.
 */
public final class BalancedCluster {
    static final int WORKERS = 2;

    private BalancedCluster() {}

    /** The port. */
    public static void main(String... arguments) {
        Loop.run(loop -> {
            if (Cluster.isPrimary()) {
                primary(loop);
            } else {
                Cluster.join(loop);
                BalancedNode.serve(loop, Integer.parseInt(arguments[0]));
            }
        });
    }

    private static void primary(Loop loop) {
        ClusterOptions options =
                ClusterOptions.DEFAULTS.withWorkers(WORKERS).withDrainLimit(Duration.ofSeconds(20));
        Set<Integer> listening = new HashSet<>();
        Primary primary = Cluster.primary(loop, options).signals();
        primary.onListening(
                        (worker, address) -> {
                            listening.add(worker.id());
                            if (listening.size() == WORKERS) {
                                System.out.println("listening");
                            }
                        })
                .onExit((worker, exit) -> System.out.println("gone"))
                .onError(error -> System.out.println(error.getMessage()));
    }
}
