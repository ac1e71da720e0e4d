package dev.millrace.cluster;

/**
 * Where a worker stands in its life, as {@link WorkerProcess} draws it.
 *
 * {@snippet class="dev.millrace.cluster.ClusterExamplesTest" region="figures"}
 */
public enum WorkerState {
    /** Its process begins; it has not joined. */
    STARTING,
    /** It has joined, and answers. */
    ONLINE,
    /** It does not answer the heartbeat, and gets no connection. */
    FROZEN,
    /** It takes no connection any more, finishes those that it has, and ends. */
    LEAVING,
    /** Its process is over. */
    GONE
}
