package dev.millrace.cli.load;

import static dev.millrace.cli.ScriptedPeer.ok;
import static dev.millrace.cli.ScriptedPeer.response;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cli.ScriptedPeer;
import dev.millrace.cli.ScriptedPeer.Reply;
import dev.millrace.cli.load.LoadCount.Failure;
import dev.millrace.kernel.IpAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What is sent, and what is counted of what comes back. */
class LoadRunTest {
    private static final Duration LONG = Duration.ofMinutes(5);
    private static final byte[] REQUEST =
            "GET / HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final LoadRun.Display NONE = (loop, run) -> () -> {};

    private static LoadPlan plan(int port, int connections, int pipeline, long requests) {
        return new LoadPlan(
                IpAddress.loopback(port),
                REQUEST,
                false,
                connections,
                pipeline,
                1,
                Duration.ZERO,
                LONG,
                OptionalLong.of(requests),
                OptionalDouble.empty(),
                LONG,
                java.util.Optional.empty());
    }

    private static LoadPlan withThreads(LoadPlan of, int threads) {
        return new LoadPlan(
                of.target(),
                of.request(),
                false,
                of.connections(),
                of.pipeline(),
                threads,
                of.warmUp(),
                of.duration(),
                of.requests(),
                of.rate(),
                of.timeout(),
                java.util.Optional.empty());
    }

    private static LoadPlan withRate(LoadPlan of, double rate, Duration timeout) {
        return new LoadPlan(
                of.target(),
                of.request(),
                false,
                of.connections(),
                of.pipeline(),
                1,
                of.warmUp(),
                of.duration(),
                of.requests(),
                rate > 0 ? OptionalDouble.of(rate) : OptionalDouble.empty(),
                timeout,
                java.util.Optional.empty());
    }

    private static LoadReport run(LoadPlan plan) {
        return run(plan, NONE);
    }

    private static LoadReport run(LoadPlan plan, LoadRun.Display display) {
        try {
            return new LoadRun(plan).run(display);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void soManyRequestsAreSentAndNoMore() throws IOException {
        try (ScriptedPeer peer = new ScriptedPeer((head, number) -> Reply.of(ok("hello")))) {
            LoadReport report = run(plan(peer.port(), 3, 1, 50));
            assertThat(report.count().responses()).isEqualTo(50);
            assertThat(report.count().ofClass(2)).isEqualTo(50);
            assertThat(report.count().failures()).isZero();
            assertThat(report.count().bytes()).isEqualTo(50L * ok("hello").length());
            assertThat(report.lastFailure()).isNull();
            assertThat(peer.heads())
                    .hasSize(50)
                    .allMatch(head -> head.startsWith("GET / HTTP/1.1"));
            assertThat(report.rate()).isPositive();
        }
    }

    @Test
    void threadsShareConnectionsAndRequests() throws IOException {
        try (ScriptedPeer peer = new ScriptedPeer((head, number) -> Reply.of(ok("hello")))) {
            LoadReport report = run(withThreads(plan(peer.port(), 5, 1, 31), 3));
            assertThat(report.count().responses()).isEqualTo(31);
            assertThat(peer.heads()).hasSize(31);
        }
        assertThat(LoadPlan.share(31, 3, 0)).isEqualTo(11);
        assertThat(LoadPlan.share(31, 3, 1)).isEqualTo(10);
    }

    @Test
    void severalRequestsAreUnderWayAtOnce() throws IOException {
        AtomicInteger waiting = new AtomicInteger();
        try (ScriptedPeer peer =
                new ScriptedPeer((head, number) -> {
                    // Four at once, and only then all of their responses.
                    boolean isFourth = waiting.incrementAndGet() % 4 == 0;
                    return Reply.of(isFourth ? ok("hello").repeat(4) : "");
                })) {
            LoadReport report = run(plan(peer.port(), 1, 4, 40));
            assertThat(report.count().responses()).isEqualTo(40);
            assertThat(report.count().failures()).isZero();
        }
    }

    @Test
    void statusesAreCountedByClass() throws IOException {
        String[] statuses = {"200 OK", "302 Found", "404 No", "500 Broken", "503 Busy"};
        try (ScriptedPeer peer =
                new ScriptedPeer((head, number) -> Reply.of(response(statuses[number % 5], "x")))) {
            LoadCount count = run(plan(peer.port(), 1, 1, 10)).count();
            assertThat(count.ofClass(2)).isEqualTo(2);
            assertThat(count.ofClass(3)).isEqualTo(2);
            assertThat(count.ofClass(4)).isEqualTo(2);
            assertThat(count.ofClass(5)).isEqualTo(4);
            assertThat(count.failures()).isZero();
        }
    }

    @Test
    void aResponseThatEndsTheConnectionIsNoFailure() throws IOException {
        String last = ok("hello", "Connection: close");
        try (ScriptedPeer peer = new ScriptedPeer((head, number) -> Reply.last(last))) {
            LoadCount count = run(plan(peer.port(), 2, 1, 20)).count();
            assertThat(count.responses()).isEqualTo(20);
            assertThat(count.failures()).isZero();
            assertThat(count.reconnects()).isBetween(17L, 20L);
        }
    }

    @Test
    void aBodyThatEndsWithTheConnectionIsWhole() throws IOException {
        String rest = "HTTP/1.1 200 OK\r\n\r\nto the end";
        try (ScriptedPeer peer = new ScriptedPeer((head, number) -> Reply.last(rest))) {
            LoadCount count = run(plan(peer.port(), 1, 1, 5)).count();
            assertThat(count.responses()).isEqualTo(5);
            assertThat(count.failures()).isZero();
        }
    }

    /** A server may end a connection at any response; those behind it were not answered. */
    @Test
    void requestsBehindALastResponseGoOutAgain() throws IOException {
        String last = ok("hello", "Connection: close");
        try (ScriptedPeer peer = new ScriptedPeer((head, number) -> Reply.last(last))) {
            LoadCount count = run(plan(peer.port(), 1, 4, 12)).count();
            assertThat(count.responses()).isEqualTo(12);
            assertThat(count.failures()).isZero();
        }
    }

    @Test
    void whatIsCutOffHasFailed() throws IOException {
        String cut = ok("hello").substring(0, 30);
        try (ScriptedPeer peer =
                new ScriptedPeer((head, number) ->
                        number % 2 == 0 ? Reply.last(cut) : Reply.of(ok("hello")))) {
            LoadReport report = run(plan(peer.port(), 1, 1, 10));
            assertThat(report.count().responses()).isEqualTo(5);
            assertThat(report.count().failures(Failure.CUT_OFF)).isEqualTo(5);
            assertThat(report.lastFailure()).contains("before a response was complete");
        }
    }

    @Test
    void whatIsNoResponseHasFailed() throws IOException {
        try (ScriptedPeer peer =
                new ScriptedPeer((head, number) ->
                        Reply.of(number == 3 ? "HTTP/1.1 200 OK\n\r\n\r\n" : ok("hello")))) {
            LoadReport report = run(plan(peer.port(), 1, 1, 6));
            assertThat(report.count().responses()).isEqualTo(5);
            assertThat(report.count().failures(Failure.MALFORMED)).isEqualTo(1);
            assertThat(report.lastFailure()).contains("control character");
        }
    }

    @Test
    void aResponseThatWasNotAskedForHasFailed() throws IOException {
        try (ScriptedPeer peer =
                new ScriptedPeer((head, number) ->
                        Reply.of(number == 1 ? ok("hello").repeat(3) : ok("hello")))) {
            LoadCount count =
                    run(
                                    withRate(plan(peer.port(), 1, 1, 2), 0.001, LONG),
                                    (loop, load) -> {
                                        loop.setInterval(
                                                        Duration.ofMillis(5),
                                                        () -> stopAtFailure(load))
                                                .unref();
                                        return () -> {};
                                    })
                            .count();
            assertThat(count.responses()).isEqualTo(1);
            assertThat(count.failures(Failure.MALFORMED)).isEqualTo(1);
        }
    }

    @Test
    void aResponseThatIsLateHasFailed() throws IOException {
        CountDownLatch over = new CountDownLatch(1);
        try (ScriptedPeer peer =
                new ScriptedPeer((head, number) -> {
                    if (number == 2) {
                        over.await();
                    }
                    return Reply.of(ok("hello"));
                })) {
            LoadPlan plan = withRate(plan(peer.port(), 1, 1, 3), 0, Duration.ofMillis(200));
            LoadReport report = run(plan);
            over.countDown();
            assertThat(report.count().failures(Failure.TIMEOUT)).isEqualTo(1);
            assertThat(report.count().responses()).isEqualTo(2);
        }
    }

    @Test
    void aServerThatIsNotThereEndsItAtOnce() throws IOException {
        int port;
        try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = closed.getLocalPort();
        }
        LoadReport report = run(withThreads(plan(port, 4, 1, 100), 2));
        assertThat(report.count().responses()).isZero();
        assertThat(report.count().failures(Failure.CONNECT)).isEqualTo(4);
        assertThat(report.lastFailure()).contains("ECONNREFUSED");
    }

    @Test
    void stoppingItEndsItWithWhatThereIs() throws IOException {
        AtomicBoolean isOver = new AtomicBoolean();
        try (ScriptedPeer peer = new ScriptedPeer((head, number) -> Reply.of(ok("hello")))) {
            LoadReport report =
                    run(
                            plan(peer.port(), 1, 1, Long.MAX_VALUE),
                            (loop, load) -> {
                                loop.setInterval(Duration.ofMillis(5), () -> stopAt(load, 10))
                                        .unref();
                                return () -> isOver.set(true);
                            });
            assertThat(report.count().responses()).isGreaterThanOrEqualTo(10);
            assertThat(isOver).isTrue();
        }
    }

    private static void stopAtFailure(LoadRun load) {
        if (load.failures() > 0) {
            load.stop();
        }
    }

    private static void stopAt(LoadRun load, long responses) {
        if (load.responses() >= responses) {
            load.stop();
        }
    }

    /** The stall is seen by all requests that were due in it, not just by the one that met it. */
    @Test
    void atARateALatencyCountsFromTheMomentOfBeingDue() throws IOException {
        CountDownLatch stall = new CountDownLatch(20);
        try (ScriptedPeer peer =
                new ScriptedPeer((head, number) -> {
                    stall.await();
                    return Reply.of(ok("hello"));
                })) {
            LoadPlan plan = withRate(plan(peer.port(), 1, 1, 60), 1000, LONG);
            LoadReport report =
                    run(
                            plan,
                            (loop, load) -> {
                                loop.setInterval(Duration.ofMillis(5), stall::countDown).unref();
                                return () -> {};
                            });
            assertThat(report.count().responses()).isEqualTo(60);
            assertThat(report.count().latency().percentile(50))
                    .isGreaterThan(Duration.ofMillis(50).toNanos());
            assertThat(report.count().unsent()).isZero();
        }
    }

    @Test
    void atARateNothingGoesOutBeforeItIsDue() throws IOException {
        try (ScriptedPeer peer = new ScriptedPeer((head, number) -> Reply.of(ok("hello")))) {
            LoadReport report = run(withRate(plan(peer.port(), 4, 1, 51), 1000, LONG));
            assertThat(report.count().responses()).isEqualTo(51);
            assertThat(report.elapsed()).isGreaterThanOrEqualTo(Duration.ofMillis(50));
            LoadReport idle = run(withRate(plan(peer.port(), 4, 1, 4), 50, LONG));
            assertThat(idle.elapsed())
                    .as("though all connections are free")
                    .isGreaterThanOrEqualTo(Duration.ofMillis(60));
        }
    }

    @Test
    void theWarmUpDoesNotCount() throws IOException {
        try (ScriptedPeer peer =
                new ScriptedPeer((head, number) ->
                        Reply.of(response(number == 1 ? "404 Cold" : "200 OK", "x")))) {
            LoadPlan of = plan(peer.port(), 1, 1, 1);
            LoadPlan plan =
                    new LoadPlan(
                            of.target(),
                            REQUEST,
                            false,
                            1,
                            1,
                            1,
                            Duration.ofMillis(500),
                            Duration.ofMillis(100),
                            OptionalLong.empty(),
                            OptionalDouble.empty(),
                            LONG,
                            java.util.Optional.empty());
            LoadReport report = run(plan);
            assertThat(report.count().ofClass(2)).isPositive();
            assertThat(report.count().ofClass(4)).isZero();
            assertThat(report.elapsed()).isBetween(Duration.ofMillis(100), Duration.ofSeconds(20));
        }
    }

    @Test
    void allThatWasUnderWayIsCutOff() throws IOException {
        try (ScriptedPeer peer =
                new ScriptedPeer((head, number) -> new Reply("", number % 4 == 0))) {
            LoadReport report = run(plan(peer.port(), 1, 4, 8));
            assertThat(report.count().failures(Failure.CUT_OFF)).isEqualTo(8);
            assertThat(report.count().responses()).isZero();
        }
    }
}
