package dev.millrace.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Whether workers stop each other on a processor that they share (sched(7)). */
@Tag("epoll")
class WorkerTurnsTest {
    private static final String SCHED_OTHER = "0";
    private static final String SCHED_BATCH = "3";

    @Test
    void moreWorkersThanProcessorsTakeTurns() {
        int processors = Runtime.getRuntime().availableProcessors();
        assertThat(policy(processors + 1)).isEqualTo(SCHED_BATCH);
    }

    @Test
    void aWorkerWithAProcessorOfItsOwnIsWokenAtOnce() {
        assertThat(policy(1)).isEqualTo(SCHED_OTHER);
    }

    private static String policy(int workers) {
        try (var cluster = new ClusterFixture(workers, Scheduling.SHARED, "mute", "x")) {
            cluster.until("mute", workers);
            cluster.primary.broadcast("policy");
            return cluster.said("policy ");
        }
    }
}
