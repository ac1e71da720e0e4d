package dev.millrace.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.loop.Loop;
import dev.millrace.loop.TimerHandle;
import dev.millrace.net.NetServer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What the Javadoc shows; {@code ClusterTest} and the examples run it. */
class ClusterExamplesTest {
    // @start region="cluster"
    static void main() {
        Loop.run(loop -> {
            if (Cluster.isPrimary()) {
                Cluster.primary(loop);
            } else {
                Cluster.join(loop);
                NetServer.create(loop, socket -> socket.pipeTo(socket)).listen(7000);
            }
        });
    }

    // @end region="cluster"

    static void counter(Loop loop) {
        // @start region="messages"
        int[] total = {0};
        Primary primary = Cluster.primary(loop);
        primary.onMessage((worker, text) -> {
            total[0] += Integer.parseInt(text);
            worker.send("in all " + total[0]);
        });
        primary.onExit((worker, exit) -> System.err.println(worker + " ended: " + exit));
        // @end region="messages"
    }

    static void served(Loop loop) {
        // @start region="signals"
        Cluster.primary(loop).signals();
        // @end region="signals"
    }

    static void announced(Primary primary) {
        // @start region="listening"
        primary.onListening(
                (worker, address) -> System.out.println(worker.id() + " listens on " + address));
        // @end region="listening"
        // @start region="drop"
        primary.onDrop(
                drop -> IO.println("no worker takes " + drop.remote() + ": " + drop.reason()));
        // @end region="drop"
    }

    static void prepared(Primary primary) {
        // @start region="onReload"
        primary.onReload(() ->
                primary.loop()
                        .offload(() -> {
                            var make = new ProcessBuilder("make", "all").inheritIO().start();
                            if (make.waitFor() != 0) {
                                throw new IOException("it does not compile");
                            }
                            return make;
                        }));
        // @end region="onReload"
    }

    static void controlled(Loop loop) {
        // @start region="control"
        Cluster.primary(loop).signals().control(Path.of("/run/user/1000/app.sock"));
        // @end region="control"
    }

    static void asked(Loop loop) {
        // @start region="client"
        ControlClient.ask(loop, Path.of("/run/user/1000/app.sock"), "ps")
                .thenAccept(workers ->
                        workers.forEach(worker ->
                                System.out.println(
                                        worker.get("id") + " is " + worker.get("state"))))
                .exceptionally(error -> {
                    System.err.println("no primary there: " + error.getMessage());
                    return null;
                });
        // @end region="client"
    }

    static void reloaded(Primary primary) {
        // @start region="reload"
        primary.reload()
                .thenAccept(done -> System.out.println(done.replaced() + " workers replaced"))
                .exceptionally(error -> {
                    // The workers that were there go on.
                    System.err.println(error.getMessage());
                    return null;
                });
        // @end region="reload"
    }

    static void replaced(Primary primary) {
        // @start region="replace"
        primary.onReplaced(pid -> System.out.println("the primary is process " + pid));
        primary.replace()
                .exceptionally(error -> {
                    // This process goes on, with its workers.
                    System.err.println(error.getMessage());
                    return 0L;
                });
        // @end region="replace"
    }

    static void watched(Primary primary) {
        // @start region="figures"
        for (WorkerProcess worker : primary.workers()) {
            WorkerFigures figures = worker.figures();
            System.out.printf(
                    "%d %s %d connections, %d requests, lag %d us%n",
                    worker.id(),
                    worker.state(),
                    figures.connections(),
                    figures.requests(),
                    figures.lag().toNanos() / 1000);
        }
        // @end region="figures"
    }

    static void warm(Loop loop) {
        // @start region="leave"
        Worker worker = Cluster.join(loop);
        TimerHandle report = loop.setInterval(Duration.ofMinutes(1), () -> worker.send("well"));
        worker.onLeave(limit -> report.close());
        worker.ready();
        // One that has served for long enough makes room; the primary does not replace it.
        loop.setTimeout(Duration.ofHours(24), () -> worker.leave(Duration.ofSeconds(30))).unref();
        // @end region="leave"
    }

    @Test
    void aClusterIsChosen() {
        // @start region="options"
        ClusterOptions options =
                ClusterOptions.DEFAULTS
                        .withWorkers(4)
                        .withScheduling(Scheduling.SHARED)
                        .withHeartbeat(Duration.ofMillis(500), Duration.ofSeconds(5))
                        .withDrainLimit(Duration.ofSeconds(30))
                        .withReload(
                                ReloadOptions.DEFAULTS
                                        .withAtOnce(2)
                                        .withReadyLimit(Duration.ofMinutes(1)));
        // @end region="options"
        assertThat(options.workers()).isEqualTo(4);
        assertThat(options.scheduling()).isEqualTo(Scheduling.SHARED);
        assertThat(options.frozenLimit()).isEqualTo(Duration.ofSeconds(5));
        assertThat(options.drainLimit()).isEqualTo(Duration.ofSeconds(30));
        assertThat(options.reload()).isEqualTo(new ReloadOptions(2, Duration.ofMinutes(1)));
        assertThatThrownBy(() -> ReloadOptions.DEFAULTS.withAtOnce(0))
                .hasMessageContaining("atOnce is 0");
        assertThatThrownBy(() -> ReloadOptions.DEFAULTS.withReadyLimit(Duration.ZERO))
                .hasMessageContaining("30 s is the default");
    }
}
