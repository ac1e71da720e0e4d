package dev.millrace.cluster;

import java.time.Duration;

/**
 * How busy a worker was at its last heartbeat.
 *
 * {@snippet class="dev.millrace.cluster.ClusterExamplesTest" region="figures"}
 *
 * @param connections open connections of all its servers
 * @param requests requests that its servers were given so far; of a protocol of the program's own
 *     what {@link dev.millrace.net.ServerLoad#countRequest} was told
 * @param lag how long an event has to wait while the loop is busy, of 99 in 100, since the worker
 *     is measured
 */
public record WorkerFigures(long connections, long requests, Duration lag) {
    /** Of a worker that has not told any. */
    public static final WorkerFigures NONE = new WorkerFigures(0, 0, Duration.ZERO);

    /** As a worker tells them. */
    static WorkerFigures of(Control told) {
        return new WorkerFigures(
                told.longNumber(0), told.longNumber(1), Duration.ofNanos(told.longNumber(2)));
    }
}
