package dev.millrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.http.HttpServerStatistics.Timeout;
import dev.millrace.http.RawHttp.Answer;
import dev.millrace.testing.PlainOnly;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout.ThreadMode;

/** Handlers that send no response. */
@org.junit.jupiter.api.Timeout(value = 30, threadMode = ThreadMode.SAME_THREAD)
class HttpHandlerTimeoutTest {
    private static final Duration LIMIT = Duration.ofSeconds(2);
    private static final Duration STEP = LIMIT.dividedBy(4);
    private static final HttpTimeouts TIMEOUTS =
            new HttpTimeouts(Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO)
                    .withHandler(LIMIT);
    private static final String BODY = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n";

    private final List<ServerResponse> held = new ArrayList<>();
    private final StringBuilder told = new StringBuilder();

    private void hold(ServerRequest request, ServerResponse response) {
        held.add(response);
        response.onClose(() -> told.append("close "));
        response.onFinish(() -> told.append("finish "));
    }

    private StoppedHttp stopped(HttpTimeouts timeouts) throws IOException {
        return new StoppedHttp(timeouts, this::hold);
    }

    private void expectCut(StoppedHttp server) throws IOException {
        Answer answer = server.client.answer();
        assertThat(answer.statusLine()).isEqualTo("HTTP/1.1 503 Service Unavailable");
        assertThat(answer.header("Connection")).isEqualTo("close");
        assertThat(answer.text()).contains("handler timeout");
        assertThat(server.client.rest()).isEmpty();
        assertThat(server.statistics().timeouts()).isEqualTo(Map.of(Timeout.HANDLER, 1L));
        assertThat(server.statistics().handlerErrors()).isZero();
    }

    private void awaitHandler(StoppedHttp server, int count) {
        server.fixture.until(() -> held.size() == count);
    }

    @Tag("X77")
    @Test
    @PlainOnly(PlainOnly.Reason.BYTES)
    void withoutAHeadIn503AndTheEndAndNotBefore() throws IOException {
        try (StoppedHttp server = stopped(TIMEOUTS)) {
            server.client.send(RawHttp.get("/"));
            awaitHandler(server, 1);
            for (int step = 0; step < 3; step++) {
                server.pass(STEP);
            }
            server.pass(STEP.minusMillis(1));
            assertThat(server.written()).isZero();
            server.pass(STEP);
            expectCut(server);
            server.fixture.run(() -> assertThat(told).hasToString("finish close "));
        }
    }

    /** Nothing is thrown at the handler, whatever it does with the response that is gone. */
    @Tag("X77")
    @Tag("X79")
    @Test
    void whatTheHandlerDoesLaterDoesNothing() throws IOException {
        try (StoppedHttp server = stopped(TIMEOUTS)) {
            server.client.send(RawHttp.get("/"));
            awaitHandler(server, 1);
            server.pass(LIMIT.plus(STEP));
            for (int round = 0; round < 2; round++) {
                server.fixture.run(() -> {
                    ServerResponse late = held.getFirst();
                    late.status(201).header("X", "1").addHeader("X", "2").removeHeader("X");
                    late.earlyHints(List.of("</a>"));
                    late.flushHead();
                    assertThat(late.write("late")).isFalse();
                    late.trailer("Y", "1");
                    late.end("late");
                    late.end();
                    assertThat(late.status()).isEqualTo(503);
                });
                if (round == 0) {
                    expectCut(server);
                }
            }
            assertThat(server.statistics().handlerErrors()).isZero();
            server.fixture.run(() -> held.getFirst().destroy());
        }
    }

    @Tag("X77")
    @Test
    void aHeadInTimeIsEnough() throws IOException {
        try (StoppedHttp server = stopped(TIMEOUTS)) {
            server.client.send(RawHttp.get("/"));
            awaitHandler(server, 1);
            server.pass(STEP);
            server.fixture.run(() -> held.getFirst().flushHead());
            server.pass(LIMIT.multipliedBy(5));
            server.fixture.run(() -> held.getFirst().end("late"));
            assertThat(server.client.answer().text()).isEqualTo("late");
            assertThat(server.statistics().timeouts()).isEmpty();
        }
    }

    @Tag("X77")
    @Test
    @PlainOnly(PlainOnly.Reason.BYTES)
    void theTimeCountsFromTheEndOfABodyThatComes() throws IOException {
        try (StoppedHttp server =
                new StoppedHttp(
                        TIMEOUTS,
                        (request, response) -> {
                            hold(request, response);
                            request.resume();
                        })) {
            server.client.send(BODY + "\r\nab");
            awaitHandler(server, 1);
            server.pass(LIMIT.multipliedBy(3));
            server.client.send("cd");
            server.fixture.until(() -> held.getFirst().request().isComplete());
            server.pass(LIMIT.minusMillis(1));
            assertThat(server.written()).isZero();
            for (int step = 0; step < 5; step++) {
                server.pass(STEP);
            }
            expectCut(server);
        }
    }

    /** What does not come because of the handler is the handler's time. */
    @Tag("X77")
    @Test
    void aBodyThatTheHandlerDoesNotReadIsNotWaitedFor() throws IOException {
        try (StoppedHttp server = stopped(TIMEOUTS)) {
            server.client.send(BODY + "\r\nab");
            awaitHandler(server, 1);
            server.fixture.turns();
            server.pass(LIMIT);
            server.pass(STEP);
            expectCut(server);
        }
    }

    @Tag("X77")
    @Test
    void aBodyThatTheHandlerHasNotAskedForIsNotWaitedFor() throws IOException {
        try (StoppedHttp server = stopped(TIMEOUTS)) {
            server.client.send(BODY + "Expect: 100-continue\r\n\r\n");
            awaitHandler(server, 1);
            server.pass(LIMIT);
            server.pass(STEP);
            expectCut(server);
        }
    }

    @Tag("X77")
    @Test
    void aLateOneThatWaitsForItsTurnEndsTheConnectionInItsTurn() throws IOException {
        try (StoppedHttp server = stopped(TIMEOUTS)) {
            server.client.send(RawHttp.get("/1") + RawHttp.get("/2") + RawHttp.get("/3"));
            awaitHandler(server, 3);
            server.fixture.run(() -> held.getFirst().write("one"));
            server.fixture.run(() -> held.get(2).end("three"));
            server.pass(LIMIT);
            server.pass(STEP);
            server.fixture.run(() -> held.getFirst().end());
            assertThat(server.client.answer().text()).isEqualTo("one");
            expectCut(server);
        }
    }

    @Tag("X77")
    @Test
    void severalLateOnesAreCountedAndTheFirstIsTold() throws IOException {
        try (StoppedHttp server = stopped(TIMEOUTS)) {
            server.client.send(RawHttp.get("/1") + RawHttp.get("/2"));
            awaitHandler(server, 2);
            server.pass(LIMIT);
            server.pass(STEP);
            expectCut(server);
            server.fixture.run(() -> held.forEach(one -> assertThat(one.isClosed()).isTrue()));
        }
    }

    @Tag("X77")
    @Tag("J3")
    @Test
    void byDefaultAHandlerMayTakeAnyTime() throws IOException {
        assertThat(HttpTimeouts.DEFAULTS.handler()).isZero();
        try (StoppedHttp server = stopped(HttpTimeouts.DEFAULTS)) {
            server.client.send(RawHttp.get("/"));
            awaitHandler(server, 1);
            server.pass(Duration.ofDays(1));
            server.fixture.run(() -> held.getFirst().end("at last"));
            assertThat(server.client.answer().text()).isEqualTo("at last");
            assertThat(server.statistics().timeouts()).isEmpty();
        }
    }

    /** A general timeout is the socket's, for a handler that wants one. */
    @Tag("J3")
    @Test
    void aTimeoutOfTheSocketIsOfferedByNet() throws IOException {
        try (StoppedHttp server = stopped(HttpTimeouts.DEFAULTS)) {
            server.set(http -> {
                var socket = http.connections().getFirst().socket();
                socket.timeout(Duration.ofMinutes(2), socket::destroy);
            });
            server.client.send(RawHttp.get("/"));
            awaitHandler(server, 1);
            server.pass(Duration.ofSeconds(119));
            server.fixture.run(() -> assertThat(told).isEmpty());
            server.pass(Duration.ofSeconds(2));
            assertThat(server.client.isOver()).isTrue();
            server.fixture.until(() -> told.toString().equals("close "));
        }
    }
}
