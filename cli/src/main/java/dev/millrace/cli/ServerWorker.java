package dev.millrace.cli;

import java.util.function.Supplier;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/**
 * A server command as a worker of its {@link ClusterRun}: the same words in another process. It
 * prints no start line, and ends when its primary says so.
 */
final class ServerWorker {
    /** In front of what the primary is told of a listen that failed. */
    static final String FAILED = "failed ";

    private ServerWorker() {}

    /** Serves until it is over; the exit status. */
    static int run(Supplier<ServerRun> prepare) {
        // Ctrl-C reaches every process of the terminal's group: the primary ends the workers, in
        // order.
        ignore("INT");
        // A new worker opens its files anew, and the primary makes new workers then.
        ignore("HUP");
        return prepare.get().work();
    }

    private static void ignore(String signal) {
        try {
            Signal.handle(new Signal(signal), SignalHandler.SIG_IGN);
        } catch (IllegalArgumentException e) {
            // -Xrs keeps signals from the JVM: then each process ends by itself.
        }
    }
}
