package dev.millrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.driver.RecordingDriver;
import dev.millrace.http.RawHttp.Answer;
import dev.millrace.testing.PlainOnly;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Peers that take too long, and what they are told. The limits are short; the rules the same. */
@Timeout(30)
class HttpTimeoutTest {
    private static final Duration SHORT = Duration.ofMillis(120);

    /** Late is a matter of the machine; early would be wrong. */
    private static final Duration AT_MOST = SHORT.plusSeconds(10);

    private static final HttpTimeouts NONE =
            new HttpTimeouts(Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO);
    private static final String SLOW_HEAD = "GET / HTTP/1.1\r\nHost: a\r\nX: ";
    private static final String SLOW_BODY =
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n";

    private RecordingDriver clock;

    private static void hello(ServerRequest request, ServerResponse response) {
        response.end("hello");
    }

    private static void expectElapsed(long sinceNanos, Duration least) {
        Duration elapsed = Duration.ofNanos(System.nanoTime() - sinceNanos);
        assertThat(elapsed).isBetween(least, AT_MOST);
    }

    @Tag("X42")
    @Tag("R56")
    @Test
    void aHeadThatStopsIs408() throws IOException {
        try (var fixture = HttpFixture.serve(NONE.withHeader(SHORT), HttpTimeoutTest::hello)) {
            long start = System.nanoTime();
            try (RawHttp client = fixture.connect()) {
                Answer answer = client.send(SLOW_HEAD).answer();
                expectElapsed(start, SHORT);
                assertThat(answer.statusLine()).isEqualTo("HTTP/1.1 408 Request Timeout");
                assertThat(answer.header("Connection")).isEqualTo("close");
                assertThat(answer.text()).contains("head");
                assertThat(client.rest()).isEmpty();
                assertThat(fixture.requestCount()).isZero();
            }
        }
    }

    @Tag("X42")
    @Tag("X47")
    @Test
    void aHeadThatTricklesIs408() throws Exception {
        expectTrickleRefused(NONE.withHeader(SHORT), SLOW_HEAD);
    }

    @Tag("X43")
    @Tag("X47")
    @Tag("R56")
    @Test
    void aBodyThatTricklesIs408() throws Exception {
        expectTrickleRefused(NONE.withRequest(SHORT), SLOW_BODY);
    }

    /**
     * A byte every turn of the server's loop, for longer than the limit: the total counts. On a
     * busy machine the limit may be over after a few of them, which proves nothing.
     */
    private static void expectTrickleRefused(HttpTimeouts timeouts, String begin) throws Exception {
        int most = 0;
        for (int tries = 0; tries < 20 && most <= 10; tries++) {
            most = expectRefused(timeouts, begin);
        }
        assertThat(most).isGreaterThan(10);
    }

    /** How many bytes there were before the refusal. */
    private static int expectRefused(HttpTimeouts timeouts, String begin) throws Exception {
        // The limit of a head begins with the connection.
        long start = System.nanoTime();
        try (var fixture = HttpFixture.serve(timeouts, HttpBodyTest::count);
                RawHttp client = fixture.connect()) {
            client.send(begin);
            CompletableFuture<Integer> trickled = new CompletableFuture<>();
            Thread.ofVirtual().start(() -> trickle(fixture, client, begin.length(), trickled));
            Answer answer = client.answer();
            expectElapsed(start, SHORT);
            assertThat(answer.status()).isEqualTo(408);
            assertThat(answer.header("Connection")).isEqualTo("close");
            client.close();
            return trickled.get(10, TimeUnit.SECONDS);
        }
    }

    private static void trickle(
            HttpFixture fixture, RawHttp client, int begun, CompletableFuture<Integer> trickled) {
        int count = 0;
        try {
            while (true) {
                client.send("x");
                count++;
                long read = begun + count;
                fixture.until(() ->
                        fixture.server().connections().stream()
                                .allMatch(one -> one.socket().bytesRead() >= read));
            }
        } catch (IOException over) {
            trickled.complete(count);
        }
    }

    @Tag("R56")
    @Tag("X43")
    @Test
    void aBodyThatStopsIs408() throws IOException {
        StringBuilder told = new StringBuilder();
        try (var fixture =
                        HttpFixture.serve(
                                NONE.withRequest(SHORT),
                                (request, response) ->
                                        request.onData(data -> told.append("data "))
                                                .onError(error -> told.append("error "))
                                                .onEnd(() -> told.append("end "))
                                                .onClose(() -> told.append("close ")));
                RawHttp client = fixture.connect()) {
            Answer answer = client.send(SLOW_BODY + "x").answer();
            assertThat(answer.status()).isEqualTo(408);
            assertThat(client.rest()).isEmpty();
            assertThat(fixture.<String>onLoop(told::toString)).isEqualTo("data error close ");
        }
    }

    @Tag("R56")
    @Test
    void theClockOfTheRequestStopsWhileTheHandlerPauses() throws IOException {
        ServerRequest[] paused = new ServerRequest[1];
        try (var fixture =
                        stopped(
                                NONE.withRequest(SHORT),
                                (request, response) -> {
                                    HttpBodyTest.count(request, response);
                                    request.pause();
                                    paused[0] = request;
                                });
                RawHttp client = fixture.connect()) {
            client.send(RawHttp.post("body"));
            fixture.until(() -> fixture.server().requestCount() == 1);
            pass(fixture, SHORT.multipliedBy(3));
            fixture.run(() -> paused[0].resume());
            Answer answer = client.answer();
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.text()).isEqualTo("4");
        }
    }

    @Tag("R56")
    @Test
    void aSlowHandlerIsNoSlowRequest() throws IOException {
        HttpTimeouts timeouts = new HttpTimeouts(SHORT, SHORT, SHORT, SHORT);
        ServerResponse[] late = new ServerResponse[1];
        try (var fixture = stopped(timeouts, (request, response) -> late[0] = response);
                RawHttp client = fixture.connect()) {
            for (String request : new String[] {RawHttp.get("/"), RawHttp.post("x")}) {
                long before = fixture.requestCount();
                client.send(request);
                fixture.until(() -> fixture.server().requestCount() > before);
                pass(fixture, SHORT.multipliedBy(3));
                fixture.run(() -> late[0].end("late"));
                assertThat(client.answer().text()).isEqualTo("late");
            }
        }
    }

    @Tag("X44")
    @Test
    void anAnswerThatNobodyTakesEndsWithTheConnection() throws IOException {
        StringBuilder told = new StringBuilder();
        byte[] large = new byte[32 << 20];
        try (var fixture =
                        HttpFixture.serve(
                                NONE.withWrite(SHORT),
                                (request, response) -> {
                                    response.onClose(() -> told.append("close "));
                                    response.header("Content-Length", "" + large.length);
                                    response.write(large);
                                });
                RawHttp client = RawHttp.connect(fixture.port(), 2048)) {
            long start = System.nanoTime();
            client.send(RawHttp.get("/"));
            fixture.until(() -> fixture.server().requestCount() == 1);
            fixture.untilEmpty();
            expectElapsed(start, SHORT);
            assertThat(fixture.<String>onLoop(told::toString)).isEqualTo("close ");
        }
    }

    @Tag("X44")
    @Test
    void anAnswerThatIsTakenSlowlyIsGivenTime() throws IOException {
        int size = 8 << 20;
        Duration limit = SHORT.multipliedBy(4);
        try (var fixture =
                        stopped(
                                NONE.withWrite(limit),
                                (request, response) -> response.end(new byte[size]));
                RawHttp client = RawHttp.connect(fixture.port(), 128 << 10)) {
            client.send(RawHttp.get("/"));
            String line = client.line();
            while (!line.isEmpty()) {
                line = client.line();
            }
            // An eighth, then a rest of a good part of the limit: more than twice the limit in all.
            for (int eighth = 0; eighth < 8; eighth++) {
                assertThat(client.exactly(size / 8)).hasSize(size / 8);
                pass(fixture, limit.dividedBy(3));
            }
            assertThat(fixture.connectionCount()).isEqualTo(1);
        }
    }

    /** A server whose clock stands still but for {@link #pass}. */
    private HttpFixture stopped(HttpTimeouts timeouts, HttpHandler handler) {
        return HttpFixture.on(
                () -> clock = new RecordingDriver().withStoppedTime(),
                HttpServerOptions.DEFAULTS.withTimeouts(timeouts),
                handler);
    }

    /** Lets {@code time} pass on the stopped clock, and what is due then happen. */
    private void pass(HttpFixture fixture, Duration time) {
        fixture.run(() -> clock.passMillis(time.toMillis()));
        fixture.turns();
    }

    /** Lets {@code time} pass on the real clock. */
    private static void waitOut(HttpFixture fixture, Duration time) {
        Duration end = fixture.onLoop(() -> fixture.server().loop().now()).plus(time);
        fixture.until(() -> fixture.server().loop().now().compareTo(end) >= 0);
    }

    /** What a connection waits for begins when the answer has left, not when it was written. */
    @Tag("X46")
    @ParameterizedTest
    @ValueSource(strings = {"1.1", "1.0"})
    void anAnswerThatTakesLongIsNotCutOff(String version) throws IOException {
        int size = 16 << 20;
        HttpTimeouts timeouts = NONE.withKeepAlive(SHORT);
        try (var fixture = stopped(timeouts, (request, response) -> response.end(new byte[size]));
                RawHttp client = RawHttp.connect(fixture.port(), 128 << 10)) {
            client.send(RawHttp.get("/").replace("1.1", version));
            fixture.until(() -> fixture.server().requestCount() == 1);
            pass(fixture, HttpServer.LINGER_MAX.plus(SHORT.multipliedBy(4)));
            Answer answer = client.answer();
            assertThat(answer.body()).hasSize(size);
            if (version.equals("1.1")) {
                assertThat(client.get().body()).hasSize(size);
            } else {
                assertThat(client.rest()).isEmpty();
            }
        }
    }

    @Tag("X45")
    @Test
    void aSilentConnectionIsClosed() throws IOException {
        try (var fixture = HttpFixture.serve(NONE.withHeader(SHORT), HttpTimeoutTest::hello)) {
            long start = System.nanoTime();
            try (RawHttp client = fixture.connect()) {
                assertThat(client.isOver()).isTrue();
                expectElapsed(start, SHORT);
            }
            fixture.untilEmpty();
        }
    }

    /** From the accept, not from the first byte, which comes when half the time is over. */
    @Tag("X45")
    @Test
    @PlainOnly(PlainOnly.Reason.BYTES)
    void theFirstHeadCountsFromTheAccept() throws IOException {
        Duration limit = SHORT.multipliedBy(4);
        try (var fixture = stopped(NONE.withHeader(limit), HttpTimeoutTest::hello);
                RawHttp client = fixture.connect()) {
            fixture.until(() -> fixture.server().net().connectionCount() == 1);
            pass(fixture, limit.dividedBy(2));
            client.send("GET ");
            fixture.untilRead(4);
            pass(fixture, limit.dividedBy(2).minusMillis(1));
            fixture.run(() ->
                    assertThat(fixture.server().connections().getFirst().socket().bytesWritten())
                            .isZero());
            // The next look at all connections.
            pass(fixture, limit.dividedBy(4));
            assertThat(client.answer().status()).isEqualTo(408);
        }
    }

    @Tag("J4")
    @Tag("X46")
    @Tag("R57")
    @Test
    void anIdleConnectionIsClosedAFifthLaterThanAnnounced() throws IOException {
        assertThat(HttpTimeouts.DEFAULTS.keepAlive()).isEqualTo(Duration.ofSeconds(5));
        Duration keepAlive = Duration.ofSeconds(1);
        try (var fixture =
                        HttpFixture.serve(NONE.withKeepAlive(keepAlive), HttpTimeoutTest::hello);
                RawHttp client = fixture.connect()) {
            assertThat(client.get().header("Keep-Alive")).isEqualTo("timeout=1");
            long start = System.nanoTime();
            assertThat(client.rest()).isEmpty();
            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .isBetween(Duration.ofMillis(1150), Duration.ofMillis(2200));
        }
    }

    @Tag("R57")
    @Test
    void theLimitOfAnIdleConnectionEndsWithTheNextRequest() throws IOException {
        try (var fixture = stopped(NONE.withKeepAlive(SHORT), HttpTimeoutTest::hello);
                RawHttp client = fixture.connect()) {
            assertThat(client.get().text()).isEqualTo("hello");
            client.send(SLOW_HEAD);
            fixture.untilRead(RawHttp.get("/").length() + SLOW_HEAD.length());
            pass(fixture, SHORT.multipliedBy(3));
            assertThat(client.send("y\r\n\r\n").answer().text()).isEqualTo("hello");
        }
    }

    /** Whatever meets the end of an idle connection is answered whole, or not at all. */
    @Tag("X46")
    @Test
    void aRequestThatRacesTheEndIsAnsweredOrSafelyLost() throws IOException {
        Duration keepAlive = Duration.ofMillis(20);
        try (var fixture =
                HttpFixture.serve(NONE.withKeepAlive(keepAlive), HttpTimeoutTest::hello)) {
            int answered = 0;
            for (int round = 0; round < 40; round++) {
                try (RawHttp client = fixture.connect()) {
                    assertThat(client.get().text()).isEqualTo("hello");
                    long before = fixture.requestCount();
                    waitOut(fixture, keepAlive.plusMillis(round / 4));
                    String all = raced(client);
                    boolean isAnswered = all.contains("\r\n\r\nhello");
                    answered += isAnswered ? 1 : 0;
                    assertThat(all.isEmpty()).isNotEqualTo(isAnswered);
                    assertThat(fixture.requestCount() - before).isEqualTo(isAnswered ? 1 : 0);
                }
            }
            assertThat(answered).isLessThan(40);
        }
    }

    /** A reset before the first byte says, as a FIN does, that nothing was answered. */
    private static String raced(RawHttp client) {
        try {
            return client.send(RawHttp.get("/")).rest();
        } catch (IOException reset) {
            return "";
        }
    }

    @Test
    void withoutLimitsNothingIsClosed() throws IOException {
        try (var fixture = stopped(NONE, HttpTimeoutTest::hello);
                RawHttp client = fixture.connect()) {
            Answer answer = client.get();
            assertThat(answer.has("Keep-Alive")).isFalse();
            assertThat(answer.header("Connection")).isEqualTo("keep-alive");
            client.send(SLOW_HEAD);
            fixture.untilRead(RawHttp.get("/").length() + SLOW_HEAD.length());
            pass(fixture, Duration.ofDays(1));
            assertThat(client.send("y\r\n\r\n").answer().text()).isEqualTo("hello");
        }
    }
}
