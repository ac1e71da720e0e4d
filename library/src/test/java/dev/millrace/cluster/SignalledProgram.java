package dev.millrace.cluster;

import dev.millrace.ipc.ChildOptions;
import dev.millrace.loop.Loop;
import dev.millrace.systemd.ServiceNotifier;
import dev.millrace.testing.ChildJvm;
import java.nio.file.Path;
import java.time.Duration;

/**
 * A primary that obeys signals and a control socket, and prints what happens: its arguments are the
 * socket's path and those of its workers.
 */
final class SignalledProgram {
    private SignalledProgram() {}

    public static void main(String[] arguments) {
        String[] ofWorkers = java.util.Arrays.copyOfRange(arguments, 1, arguments.length);
        ClusterOptions options =
                ClusterOptions.DEFAULTS
                        .withWorkers(2)
                        .withDrainLimit(Duration.ofSeconds(60))
                        .withChild(
                                ChildOptions.DEFAULTS.withCommand(
                                        ChildJvm.archived(WorkerProgram.class, ofWorkers)));
        Loop.run(loop -> {
            Primary primary = Cluster.primary(loop, options);
            ServiceNotifier systemd = ServiceNotifier.of(loop);
            primary.signals().control(Path.of(arguments[0])).supervised(systemd);
            long pid = ProcessHandle.current().pid();
            say(pid + " watchdog " + systemd.watchdogInterval().toMillis());
            primary.onMessage((worker, text) -> say(pid + " " + text));
            primary.onOnline(worker ->
                    say(pid + " online " + worker.id() + " " + worker.pid().orElseThrow()));
            primary.onExit((worker, exit) -> say(pid + " exit " + worker.id()));
            primary.onError(error -> say(pid + " error " + error.getMessage()));
        });
    }

    /** One write a line: several processes print to one pipe. */
    private static void say(String line) {
        System.out.print(line + "\n");
        System.out.flush();
    }
}
