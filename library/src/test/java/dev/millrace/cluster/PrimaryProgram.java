package dev.millrace.cluster;

import dev.millrace.ipc.ChildOptions;
import dev.millrace.loop.Loop;
import dev.millrace.testing.ChildJvm;
import java.time.Duration;

/** A primary that prints what its workers tell. */
final class PrimaryProgram {
    private PrimaryProgram() {}

    public static void main(String[] arguments) {
        ClusterOptions options =
                ClusterOptions.DEFAULTS
                        .withWorkers(2)
                        .withDrainLimit(Duration.ofSeconds(60))
                        .withChild(
                                ChildOptions.DEFAULTS.withCommand(
                                        ChildJvm.archived(WorkerProgram.class, "tcp", "0")));
        Loop.run(loop ->
                Cluster.primary(loop, options)
                        .onMessage((worker, text) ->
                                System.out.println(worker.pid().orElseThrow() + " " + text)));
    }
}
