package dev.millrace.cluster;

import java.time.Duration;

/**
 * What {@link Primary#reload} has done.
 *
 * {@snippet class="dev.millrace.cluster.ClusterExamplesTest" region="reload"}
 *
 * @param replaced workers that gave their place to a new process
 * @param killed how many of them had not ended a second after the limit, and were killed
 * @param took how long it took in all
 */
public record Reload(int replaced, int killed, Duration took) {}
