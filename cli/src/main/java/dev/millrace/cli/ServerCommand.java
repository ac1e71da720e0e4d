package dev.millrace.cli;

import dev.millrace.cluster.Cluster;
import java.io.PrintStream;
import java.util.Optional;

/** A command that serves until a signal ends it, in one process or, with workers, in several. */
interface ServerCommand extends Command {
    /** Reads the arguments; nothing is opened yet. */
    ServerRun prepare(Arguments arguments);

    @Override
    default int run(Arguments arguments, PrintStream out) {
        Optional<ClusterSettings> cluster = ClusterSettings.read(arguments);
        ServerRun run = prepare(arguments);
        if (cluster.isPresent() && !Cluster.isPrimary()) {
            return run.work();
        }
        if (cluster.isPresent()) {
            return ClusterRun.run(ClusterPlan.of(this, run, cluster.get()), out);
        }
        run.run(out);
        return Main.OK;
    }
}
