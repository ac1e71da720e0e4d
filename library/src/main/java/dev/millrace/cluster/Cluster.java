package dev.millrace.cluster;

import dev.millrace.loop.Loop;

/**
 * One program in several processes, which share what they listen on.
 *
 * <p>The program asks whether it is the primary. The primary starts the program once more for each
 * worker; a worker joins, and from then on a plain {@code listen} of its loop is shared with the
 * other workers, for TCP, Unix and datagram sockets alike; {@code ListenOptions.withExclusive}
 * keeps one out.
 *
 * {@snippet class="dev.millrace.cluster.ClusterExamplesTest" region="cluster"}
 */
public final class Cluster {
    /** The number of a worker, in its environment. */
    static final String WORKER = "MILLRACE_WORKER";

    /** How long a worker drains when its primary has died, in milliseconds. */
    static final String DRAIN = "MILLRACE_DRAIN_MILLIS";

    /** How many workers its primary keeps. */
    static final String WORKERS = "MILLRACE_WORKERS";

    /** Told to a process that comes in the place of its parent, a primary. */
    static final String REPLACES = "MILLRACE_REPLACES";

    private Cluster() {}

    /**
     * Whether this process is no worker of a cluster: the primary, or a program of its own. A child
     * of {@code ChildProcess} is no worker.
     */
    public static boolean isPrimary() {
        return System.getenv(WORKER) == null;
    }

    /** As {@link #primary(Loop, ClusterOptions)}, with one worker a processor. */
    public static Primary primary(Loop loop) {
        return primary(loop, ClusterOptions.DEFAULTS);
    }

    /**
     * Starts the workers, and replaces those that die, until {@link Primary#shutdown}.
     *
     * @throws IllegalStateException in a worker, which would start workers without end
     * @throws UnsupportedOperationException if the loop's driver passes no descriptors
     */
    public static Primary primary(Loop loop, ClusterOptions options) {
        if (!isPrimary()) {
            throw new IllegalStateException(
                    "a worker starts no workers: ask Cluster.isPrimary() first");
        }
        return new Primary(loop, options);
    }

    /**
     * Makes {@code loop} a worker's: what listens on it from now on is shared with the other
     * workers.
     *
     * @throws IllegalStateException in a process that no primary has started, or called again
     */
    public static Worker join(Loop loop) {
        if (isPrimary()) {
            throw new IllegalStateException(
                    "no primary has started this process: ask Cluster.isPrimary() first");
        }
        return Worker.join(loop);
    }
}
