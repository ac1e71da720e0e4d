package dev.millrace.cluster;

import dev.millrace.ipc.ChildOptions;
import java.time.Duration;
import java.util.Objects;

/**
 * How a cluster is run.
 *
 * {@snippet class="dev.millrace.cluster.ClusterExamplesTest" region="options"}
 *
 * @param workers how many processes serve; each has a loop. Where they are more than the
 *     processors, they take turns: one that wakes up does not stop another (SCHED_BATCH of
 *     sched(7))
 * @param scheduling how connections are dealt out
 * @param child what a worker runs: by default this program once more
 * @param heartbeat how often a worker is asked whether it lives; one that has not answered by the
 *     time of the next question gets no connection until it does
 * @param frozenLimit how long a worker may not answer; then it is killed and replaced
 * @param restartRest the least time between a worker's death and its successor's start, when the
 *     worker had not lived for long; it doubles each time, up to 64 times
 * @param drainLimit how long connections have to end when their worker leaves, be it replaced, or
 *     because the primary has died
 * @param reload how workers are replaced while the cluster serves
 */
public record ClusterOptions(
        int workers,
        Scheduling scheduling,
        ChildOptions child,
        Duration heartbeat,
        Duration frozenLimit,
        Duration restartRest,
        Duration drainLimit,
        ReloadOptions reload) {
    /**
     * One worker a processor, round robin, a heartbeat a second, 10 s until a frozen worker is
     * replaced, 100 ms of rest, 10 s to drain.
     */
    public static final ClusterOptions DEFAULTS =
            new ClusterOptions(
                    Runtime.getRuntime().availableProcessors(),
                    Scheduling.ROUND_ROBIN,
                    ChildOptions.DEFAULTS,
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(10),
                    Duration.ofMillis(100),
                    Duration.ofSeconds(10),
                    ReloadOptions.DEFAULTS);

    private static final int WORKERS_MAX = 1024;

    /**
     * @throws IllegalArgumentException if a number or a time makes no sense
     */
    public ClusterOptions {
        Objects.requireNonNull(scheduling, "scheduling");
        Objects.requireNonNull(child, "child");
        Objects.requireNonNull(reload, "reload");
        if (workers < 1 || workers > WORKERS_MAX) {
            throw new IllegalArgumentException(
                    "workers is " + workers + ": use 1 to " + WORKERS_MAX);
        }
        positive("heartbeat", heartbeat);
        positive("restartRest", restartRest);
        positive("drainLimit", drainLimit);
        if (frozenLimit.compareTo(heartbeat) <= 0) {
            throw new IllegalArgumentException(
                    "frozenLimit is "
                            + frozenLimit
                            + ": use more than the heartbeat, "
                            + heartbeat);
        }
    }

    private static void positive(String name, Duration time) {
        if (!time.isPositive()) {
            throw new IllegalArgumentException(name + " is " + time + ": use more than zero");
        }
    }

    /** These options with another number of workers. */
    public ClusterOptions withWorkers(int workers) {
        return new ClusterOptions(
                workers,
                scheduling,
                child,
                heartbeat,
                frozenLimit,
                restartRest,
                drainLimit,
                reload);
    }

    /** These options with another way to deal out connections. */
    public ClusterOptions withScheduling(Scheduling scheduling) {
        return new ClusterOptions(
                workers,
                scheduling,
                child,
                heartbeat,
                frozenLimit,
                restartRest,
                drainLimit,
                reload);
    }

    /** These options with another program for the workers. */
    public ClusterOptions withChild(ChildOptions child) {
        return new ClusterOptions(
                workers,
                scheduling,
                child,
                heartbeat,
                frozenLimit,
                restartRest,
                drainLimit,
                reload);
    }

    /** These options with other times for workers that do not answer. */
    public ClusterOptions withHeartbeat(Duration heartbeat, Duration frozenLimit) {
        return new ClusterOptions(
                workers,
                scheduling,
                child,
                heartbeat,
                frozenLimit,
                restartRest,
                drainLimit,
                reload);
    }

    /** These options with another rest before a worker is replaced. */
    public ClusterOptions withRestartRest(Duration restartRest) {
        return new ClusterOptions(
                workers,
                scheduling,
                child,
                heartbeat,
                frozenLimit,
                restartRest,
                drainLimit,
                reload);
    }

    /** These options with another time to drain. */
    public ClusterOptions withDrainLimit(Duration drainLimit) {
        return new ClusterOptions(
                workers,
                scheduling,
                child,
                heartbeat,
                frozenLimit,
                restartRest,
                drainLimit,
                reload);
    }

    /** These options with another way to replace workers. */
    public ClusterOptions withReload(ReloadOptions reload) {
        return new ClusterOptions(
                workers,
                scheduling,
                child,
                heartbeat,
                frozenLimit,
                restartRest,
                drainLimit,
                reload);
    }
}
