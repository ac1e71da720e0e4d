package dev.millrace.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.loop.LoopStage;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What is done before workers are replaced, and what is told of those that listen. */
@Tag("epoll")
class ReloadPreparationTest {
    private static void reload(ClusterFixture cluster) {
        cluster.primary
                .reload()
                .whenComplete((done, failure) ->
                        cluster.journal.add(
                                failure == null
                                        ? "reloaded " + done.replaced()
                                        : "failed " + failure.getMessage()));
    }

    @Test
    void workersAreReplacedBehindItAndNotIfItFails() {
        try (var cluster = new ClusterFixture(1, Scheduling.ROUND_ROBIN, "tcp", "0")) {
            List<CompletableFuture<String>> tasks = new ArrayList<>();
            cluster.primary.onReload(() -> {
                tasks.add(new CompletableFuture<>());
                return tasks.getLast();
            });
            assertThatThrownBy(() -> cluster.primary.onReload(() -> new LoopStage<>(cluster.loop)))
                    .isInstanceOf(IllegalStateException.class);
            cluster.tcp(1);
            reload(cluster);
            cluster.until("the task begins", () -> tasks.size() == 1);
            assertThat(cluster.primary.isReloading()).isTrue();
            assertThat(cluster.primary.workers()).as("nothing new yet").hasSize(1);
            tasks.getLast().complete("done");
            cluster.until("reloaded 1");
            assertThat(cluster.primary.workers()).extracting(WorkerProcess::id).containsExactly(2);
            reload(cluster);
            cluster.until("the task begins", () -> tasks.size() == 2);
            tasks.getLast().completeExceptionally(new IOException("it does not compile"));
            cluster.until("the failure", () -> !cluster.primary.isReloading());
            assertThat(cluster.journal.lines())
                    .anyMatch(line ->
                            line.startsWith("failed") && line.contains("it does not compile"));
            assertThat(cluster.primary.workers()).extracting(WorkerProcess::id).containsExactly(2);
            reload(cluster);
            cluster.until("the task begins", () -> tasks.size() == 3);
            cluster.primary.shutdown(Duration.ZERO);
            cluster.until("the end", () -> cluster.primary.workers().isEmpty());
            tasks.getLast().complete("too late");
            assertThat(cluster.journal.lines())
                    .anyMatch(line -> line.contains("the cluster ends: 0 of 1"));
        }
    }

    @Test
    void whatHappensMeanwhileDoesNotBeginIt() {
        try (var cluster = new ClusterFixture(2, Scheduling.ROUND_ROBIN, "tcp", "0")) {
            CompletableFuture<String> task = new CompletableFuture<>();
            cluster.primary.onReload(() -> task);
            cluster.tcp(2);
            reload(cluster);
            cluster.primary.workers().getFirst().kill();
            cluster.until("exit 1");
            cluster.until("online 3");
            assertThat(cluster.primary.isReloading()).isTrue();
            assertThat(cluster.primary.workers())
                    .extracting(WorkerProcess::id)
                    .containsExactly(2, 3);
            task.complete("done");
            cluster.until("reloaded 1");
        }
    }

    @Test
    @Tag("L3")
    void itIsToldWhereEachWorkerListens() {
        for (Scheduling scheduling : Scheduling.values()) {
            try (var cluster = new ClusterFixture(2, scheduling, "tcp", "0", "tcp", "0")) {
                cluster.primary.onListening(
                        (worker, address) -> cluster.journal.add(worker.id() + " on " + address));
                cluster.until(
                        "four listen",
                        () ->
                                cluster.journal.lines().stream()
                                                .filter(line -> line.contains(" on 127.0.0.1:"))
                                                .count()
                                        == 4);
                assertThat(
                                cluster.journal.lines().stream()
                                        .filter(line -> line.contains(" on "))
                                        .map(line -> line.substring(line.indexOf(':')))
                                        .distinct())
                        .as("two ports, each the same in both")
                        .hasSize(2)
                        .doesNotContain(":0");
            }
        }
    }
}
