package dev.millrace.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.http.HttpServerStatistics.Timeout;
import dev.millrace.observe.LoopEvent;
import dev.millrace.observe.LoopEvent.Step;
import dev.millrace.observe.Observation;
import dev.millrace.testing.Ends;
import dev.millrace.testing.Events;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a server counts, and what it tells of each exchange. */
@org.junit.jupiter.api.Timeout(30)
class HttpObservationTest {
    private static final Duration TIME = Duration.ofSeconds(1);
    private static final HttpTimeouts TIMEOUTS = new HttpTimeouts(TIME, TIME, TIME, TIME);

    private final List<HttpExchange> told = new ArrayList<>();
    private ServerResponse held;

    private HttpFixture telling(HttpHandler handler) {
        return HttpFixture.of(loop ->
                Ends.http(loop, handler)
                        .onExchange(told::add)
                        .onUpgrade((request, socket) -> {
                            request.upgrade().accept();
                            socket.onEnd(socket::end);
                        })
                        .onConnect((request, socket) -> {
                            socket.onEnd(() -> {});
                            socket.end("by hand");
                        }));
    }

    private HttpExchange toldOf(HttpFixture fixture) {
        fixture.until(() -> !told.isEmpty());
        return fixture.onLoop(() -> {
            assertThat(told).hasSize(1);
            return told.removeFirst();
        });
    }

    @Test
    void eachExchangeIsToldOnce() throws IOException {
        try (var fixture =
                        telling((request, response) ->
                                response.status(request.isHead() ? 200 : 201).end("hello"));
                RawHttp client = fixture.connect()) {
            client.send(RawHttp.get("/a?b=c")).answer();
            HttpExchange one = toldOf(fixture);
            assertThat(one.method()).isEqualTo("GET");
            assertThat(one.target()).isEqualTo("/a?b=c");
            assertThat(one.status()).isEqualTo(201);
            assertThat(one.bodyBytes()).isEqualTo(5);
            assertThat(one.duration()).isPositive();
            assertThat(one.error()).isEmpty();
            assertThat(one.request().orElseThrow().header("Host")).contains("a");
            assertThat(one.remoteAddress().orElseThrow())
                    .hasToString("127.0.0.1:" + client.localPort());
            assertThat(one.toString())
                    .matches("127.0.0.1:\\d+ \"GET /a\\?b=c HTTP/1.1\" 201 5 B \\d+ ms");
            client.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n").answer(false);
            assertThat(toldOf(fixture).bodyBytes()).isZero();
        }
    }

    /** Framing is not content. */
    @Test
    void aChunkedBodyCountsItsContent() throws IOException {
        try (var fixture =
                        telling((request, response) -> {
                            response.write("12345");
                            response.write("678");
                            response.end();
                        });
                RawHttp client = fixture.connect()) {
            client.get();
            assertThat(toldOf(fixture).bodyBytes()).isEqualTo(8);
        }
    }

    @Test
    void whatIsNoRequestIsToldWithItsCause() throws IOException {
        try (var fixture = telling((request, response) -> response.end());
                RawHttp client = fixture.connect()) {
            client.send("GET\r\n\r\n").answer();
            HttpExchange one = toldOf(fixture);
            assertThat(one.request()).isEmpty();
            assertThat(one.method() + one.target()).isEmpty();
            assertThat(one.status()).isEqualTo(400);
            assertThat(one.duration()).isZero();
            assertThat(one.remoteAddress()).isPresent();
            assertThat(one.error().orElseThrow()).hasMessageContaining("HPE_INVALID_METHOD");
            assertThat(one.toString()).contains(" \"-\" 400 ").contains("HPE_INVALID_METHOD");
        }
    }

    @Test
    void anExchangeThatIsCutOffIsToldWithItsError() throws IOException {
        try (var fixture = telling((request, response) -> held = response)) {
            try (RawHttp client = fixture.connect()) {
                client.send(RawHttp.get("/"));
                fixture.until(() -> held != null);
                client.reset();
            }
            HttpExchange one = toldOf(fixture);
            assertThat(one.status()).isZero();
            assertThat(one.error()).isPresent();
            assertThat(one.remoteAddress()).isPresent();
            held = null;
            try (RawHttp client = fixture.connect()) {
                client.send(RawHttp.get("/"));
                fixture.until(() -> held != null);
                fixture.run(() -> held.fail(502, new IOException("far")));
                assertThat(client.answer().status()).isEqualTo(502);
            }
            one = toldOf(fixture);
            assertThat(one.status()).isEqualTo(502);
            assertThat(one.error().orElseThrow()).hasMessageContaining("502 Bad Gateway");
        }
    }

    @Tag("J18")
    @Test
    void upgradesAreToldAndCounted() throws IOException {
        try (var fixture = telling((request, response) -> response.end("served"))) {
            try (RawHttp client = fixture.connect()) {
                client.send(
                        "GET /u HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n");
                assertThat(client.answer().status()).isEqualTo(101);
                HttpExchange one = toldOf(fixture);
                assertThat(one.target()).isEqualTo("/u");
                assertThat(one.status()).isEqualTo(101);
            }
            try (RawHttp client = fixture.connect()) {
                client.send("CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n");
                assertThat(client.rest()).isEqualTo("by hand");
            }
            HttpExchange one = toldOf(fixture);
            assertThat(one.method()).isEqualTo("CONNECT");
            assertThat(one.status()).isZero();
            HttpServerStatistics counted = fixture.onLoop(() -> fixture.server().statistics());
            assertThat(counted.upgrades()).isEqualTo(2);
            assertThat(counted.requests()).isZero();
        }
    }

    @Test
    void aListenerThatThrowsHoldsUpNothing() throws IOException {
        List<Throwable> uncaught = new ArrayList<>();
        try (var fixture =
                        HttpFixture.of(loop -> {
                            loop.onUncaught(uncaught::add);
                            return Ends.http(loop, (request, response) -> response.end("x"))
                                    .onExchange(exchange -> {
                                        throw new IllegalStateException("a bug");
                                    });
                        });
                RawHttp client = fixture.connect()) {
            assertThat(client.get().text()).isEqualTo("x");
            assertThat(client.get().text()).isEqualTo("x");
            fixture.until(() -> uncaught.size() == 2);
            fixture.run(() ->
                    assertThatThrownBy(() -> fixture.server().onExchange(told::add))
                            .hasMessageContaining("onExchange"));
        }
    }

    @Test
    void refusalsAreCountedByCause() throws IOException {
        try (var fixture =
                HttpFixture.serve((request, response) -> {
                    if (request.rawPath().equals("/bug")) {
                        throw new IllegalStateException("a bug");
                    }
                    response.end();
                })) {
            for (String request :
                    List.of(
                            "GET\r\n\r\n",
                            "GET\r\n\r\n",
                            "GET / HTTP/2.0\r\n\r\n",
                            "GET / HTTP/1.1\r\nX: " + "y".repeat(20_000) + "\r\n\r\n",
                            "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n",
                            "GET / HTTP/1.1\r\nHost: a\r\nExpect: tea\r\n\r\n",
                            RawHttp.get("/bug"),
                            "GET /")) {
                try (RawHttp client = fixture.connect()) {
                    assertThat(client.send(request).endOutput().answer().status())
                            .isGreaterThanOrEqualTo(400);
                }
            }
            HttpServerStatistics counted = fixture.onLoop(() -> fixture.server().statistics());
            assertThat(counted.refusals())
                    .isEqualTo(
                            Map.of(
                                    "400 HPE_INVALID_METHOD", 2L,
                                    "505 HPE_INVALID_VERSION", 1L,
                                    "431 HPE_HEADER_OVERFLOW", 1L,
                                    "501 ERR_HTTP_CONNECT", 1L,
                                    "417 ERR_HTTP_EXPECTATION", 1L,
                                    "400 HPE_INVALID_EOF_STATE", 1L));
            assertThat(counted.requests()).isEqualTo(1);
            assertThat(counted.handlerErrors()).isEqualTo(1);
            assertThat(counted.timeouts()).isEmpty();
            assertThatThrownBy(() -> counted.refusals().clear())
                    .isInstanceOf(UnsupportedOperationException.class);
        }
    }

    /** A client that leaves by itself, and a connection that closes in order, are none. */
    @Test
    void timeoutsAreCountedByKind() throws IOException {
        expectTimeout(Timeout.HEADER, "", "");
        expectTimeout(Timeout.HEADER, "GET / HTTP/1.1\r\n", "408");
        expectTimeout(
                Timeout.REQUEST, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nx", "408");
        expectTimeout(Timeout.KEEP_ALIVE, RawHttp.get("/"), "200");
    }

    private void expectTimeout(Timeout kind, String request, String status) throws IOException {
        try (StoppedHttp server =
                new StoppedHttp(
                        TIMEOUTS,
                        (inbound, response) -> {
                            if (inbound.contentLength() == 0) {
                                response.end();
                            } else {
                                inbound.resume();
                            }
                        })) {
            server.client.send(request);
            if (!request.isEmpty()) {
                server.fixture.untilRead(request.length());
            }
            server.pass(TIME.multipliedBy(2));
            assertThat(server.client.rest()).contains(status);
            assertThat(server.statistics().timeouts()).isEqualTo(Map.of(kind, 1L));
            assertThat(server.statistics().refusals())
                    .isEqualTo(
                            status.equals("408")
                                    ? Map.of("408 ERR_HTTP_REQUEST_TIMEOUT", 1L)
                                    : Map.of());
        }
    }

    @Tag("X44")
    @Test
    void aWriteTimeoutIsTheCauseThatIsTold() throws IOException {
        Events events = new Events();
        try (Observation observation = Observation.add(events);
                StoppedHttp server =
                        new StoppedHttp(
                                TIMEOUTS,
                                (request, response) -> response.end(new byte[32 << 20]),
                                2048)) {
            server.set(http -> http.onExchange(told::add));
            server.client.send(RawHttp.get("/slow"));
            server.fixture.until(() -> server.fixture.server().requestCount() == 1);
            for (int round = 0; round < 4; round++) {
                server.pass(TIME);
            }
            server.fixture.untilEmpty();
            assertThat(server.statistics().timeouts()).isEqualTo(Map.of(Timeout.WRITE, 1L));
            LoopEvent closed =
                    events.await(event -> event.step() == Step.CLOSE && event.error().isPresent());
            assertThat(closed.error().orElseThrow()).hasMessageContaining("ETIMEDOUT");
            assertThat(observation.toString()).doesNotContain("closed");
        }
    }

    @Test
    void aTimeoutIsTheCauseOfItsResponse() throws IOException {
        Events events = new Events();
        try (Observation observation = Observation.add(events);
                StoppedHttp server =
                        new StoppedHttp(TIMEOUTS.withHandler(TIME), (request, response) -> {})) {
            server.client.send(RawHttp.get("/late"));
            server.fixture.until(() -> server.fixture.server().requestCount() == 1);
            server.pass(TIME.multipliedBy(2));
            assertThat(server.client.answer().status()).isEqualTo(503);
            LoopEvent late =
                    events.await(event ->
                            event.step() == Step.RESPONSE && event.name().equals("GET /late"));
            assertThat(late.status()).isEqualTo(503);
            assertThat(late.error().orElseThrow()).hasMessageContaining("handler timeout");
            assertThat(observation.toString()).doesNotContain("closed");
        }
    }
}
