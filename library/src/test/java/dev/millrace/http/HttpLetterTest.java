package dev.millrace.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.driver.RecordingDriver;
import dev.millrace.http.RawHttp.Answer;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers to HEAD and those without content, and the order and number of what is sent. */
@Timeout(30)
class HttpLetterTest {
    private final List<ServerResponse> held = new ArrayList<>();
    private RecordingDriver clock;

    private HttpFixture stopped(HttpTimeouts timeouts) {
        return HttpFixture.on(
                () -> clock = new RecordingDriver().withStoppedTime(),
                HttpServerOptions.DEFAULTS.withTimeouts(timeouts),
                (request, response) -> held.add(response));
    }

    private void pass(HttpFixture fixture, Duration time) {
        fixture.run(() -> clock.passMillis(time.toMillis()));
        fixture.turns();
    }

    private static void expectHeadOnly(int status, String all) {
        assertThat(all).startsWith("HTTP/1.1 " + status + " ").endsWith("\r\n\r\n");
        assertThat(all).containsOnlyOnce("\r\n\r\n").containsPattern("Content-Length: [1-9]");
    }

    /** RFC 9110 section 9.3.2, whatever the reason of the refusal. */
    @Tag("R41")
    @ParameterizedTest
    @CsvSource({
        "400,''",
        "400,Host: a b|",
        "400,Host: a|no colon|",
        "413,Host: a|Content-Length: 99999999999|",
        "417,Host: a|Expect: wonders|",
        "501,'Host: a|Transfer-Encoding: gzip, chunked|'",
    })
    void aRefusedHeadHasNoContent(int status, String fields) throws IOException {
        String head = "HEAD / HTTP/1.1\r\n" + fields.replace("|", "\r\n") + "\r\n";
        HttpLimits limits = HttpLimits.DEFAULTS.withMaxBodyBytes(1000);
        try (var fixture = HttpFixture.serve(limits, (request, response) -> response.end("no"));
                RawHttp client = fixture.connect()) {
            expectHeadOnly(status, client.send(head).rest());
        }
    }

    @Tag("R41")
    @ParameterizedTest
    @ValueSource(
            strings = {
                "HEAD /\u00fc HTTP/1.1\r\n",
                "HEAD / HTTP/2.0\r\n",
                "HEAD / HTTP/1.1\r\nX: y",
                "HEAD / HTTP/1.1\r\n",
                "HEAD ",
            })
    void aRefusedRequestLineOfHeadHasNoContent(String line) throws IOException {
        try (var fixture = HttpFixture.serve((request, response) -> response.end("no"));
                RawHttp client = fixture.connect()) {
            String all = client.send(line).endOutput().rest();
            expectHeadOnly(line.contains("2.0") ? 505 : 400, all);
        }
    }

    @Tag("R41")
    @Test
    void aLateHeadHasNoContent() throws IOException {
        try (var fixture = stopped(HttpTimeouts.DEFAULTS);
                RawHttp client = fixture.connect()) {
            client.send("HEAD / HTTP/1.1\r\nX: ");
            fixture.untilRead(20);
            pass(fixture, HttpTimeouts.DEFAULTS.header().plusSeconds(2));
            expectHeadOnly(408, client.rest());
        }
    }

    /** What came before it was a HEAD; and what is no HEAD yet. */
    @Tag("R41")
    @ParameterizedTest
    @ValueSource(strings = {"\n", "BAD\r\n\r\n", "HEADS / HTTP/1.1\r\n\r\n", "HEAD", "HEA\r\n"})
    void onlyARefusedHeadHasNoContent(String next) throws IOException {
        try (var fixture = HttpFixture.serve((request, response) -> response.end("body"));
                RawHttp client = fixture.connect()) {
            client.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n" + next).endOutput();
            assertThat(client.answer(false).header("Content-Length")).isEqualTo("4");
            Answer refusal = client.answer();
            assertThat(refusal.status()).isEqualTo(400);
            assertThat(refusal.text()).isNotEmpty();
        }
    }

    /** RFC 9110 section 15.3.6; unlike 204 it says that its length is zero. */
    @Tag("R41")
    @Tag("X38")
    @ParameterizedTest
    @ValueSource(strings = {"1.1", "1.0"})
    void aResetOfTheContentHasNone(String version) throws IOException {
        Map<String, HttpHandler> handlers =
                Map.of(
                        "/end", (request, response) -> response.end(),
                        "/text", (request, response) -> response.end("never"),
                        "/write",
                                (request, response) -> {
                                    response.write("never");
                                    response.end("sent");
                                },
                        "/length",
                                (request, response) ->
                                        response.header("Content-Length", "5").end("never"),
                        "/coding",
                                (request, response) ->
                                        response.header("Transfer-Encoding", "chunked").end("x"),
                        "/bare",
                                (request, response) ->
                                        response.removeHeader("Content-Length")
                                                .removeHeader("Transfer-Encoding")
                                                .end("x"));
        try (var fixture =
                        HttpFixture.serve((request, response) -> {
                            response.status(205);
                            handlers.get(request.rawPath()).handle(request, response);
                        });
                RawHttp client = fixture.connect()) {
            for (String method : List.of("GET ", "HEAD ")) {
                for (String path : handlers.keySet()) {
                    client.send(
                            method
                                    + path
                                    + " HTTP/"
                                    + version
                                    + "\r\nHost: a\r\nConnection: keep-alive\r\n\r\n");
                    Answer answer = client.answer();
                    assertThat(answer.status()).as(path).isEqualTo(205);
                    assertThat(answer.all("Content-Length")).as(path).containsExactly("0");
                    assertThat(answer.has("Transfer-Encoding")).as(path).isFalse();
                    assertThat(answer.header("Connection")).as(path).isEqualTo("keep-alive");
                }
            }
            assertThat(fixture.handlerErrors()).isEmpty();
        }
    }

    @Test
    void aTargetBeyondAsciiIsToldToBePercentEncoded() throws IOException {
        try (var fixture = HttpFixture.serve((request, response) -> response.end("no"));
                RawHttp client = fixture.connect()) {
            String request = RawHttp.get("/\u00fc");
            assertThat(client.send(request.getBytes(UTF_8)).answer().text())
                    .contains("percent-encode", "UTF-8", "%C3%BC");
        }
    }

    /** Byte for byte: a reader of chunks stops at the first last one. */
    @Tag("R42")
    @Test
    void theLastChunkIsSentOnce() throws IOException {
        try (var fixture =
                        HttpFixture.serve((request, response) -> {
                            response.write("ab");
                            response.end();
                            response.end();
                        });
                RawHttp client = fixture.connect()) {
            client.send(
                    RawHttp.get("/") + "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
            String[] parts = client.rest().split("\r\n\r\n", -1);
            assertThat(parts).hasSize(5);
            assertThat(parts[1]).isEqualTo("2\r\nab\r\n0");
            assertThat(parts[2]).startsWith("HTTP/1.1 200 OK\r\n");
            assertThat(parts[3]).isEqualTo("2\r\nab\r\n0");
            assertThat(parts[4]).isEmpty();
        }
    }

    /** Only its end says how long it is, whatever the client would like to keep. */
    @Tag("R39")
    @Tag("R40")
    @Test
    void anAnswerOfUnknownLengthEndsAnHttp10Connection() throws IOException {
        try (var fixture =
                        HttpFixture.serve((request, response) -> {
                            response.write("ab");
                            response.end("c");
                        });
                RawHttp client = fixture.connect()) {
            client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
            Answer answer = client.answer();
            assertThat(answer.header("Connection")).isEqualTo("close");
            assertThat(answer.text()).isEqualTo("abc");
        }
    }

    /** A 100 that is due goes right before its own answer, behind all earlier ones. */
    @Tag("R46")
    @Test
    void aDueContinueWaitsForEveryEarlierAnswer() throws IOException {
        String put =
                "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n";
        try (var fixture =
                        HttpFixture.serve((request, response) -> {
                            held.add(response);
                            if (request.method().equals("PUT")) {
                                HttpBodyTest.count(request, response);
                            }
                        });
                RawHttp client = fixture.connect()) {
            client.send(RawHttp.get("/") + RawHttp.get("/") + put);
            fixture.until(() -> held.size() == 3);
            fixture.turns();
            fixture.run(() -> held.get(0).end("first"));
            assertThat(client.answer().text()).isEqualTo("first");
            fixture.turns();
            fixture.run(() -> held.get(1).end("second"));
            assertThat(client.answer().text()).isEqualTo("second");
            assertThat(client.answer().status()).isEqualTo(100);
            assertThat(client.send("body").answer().text()).isEqualTo("4");
        }
    }

    /** The clock of the request that was refused has stopped. */
    @Tag("X33")
    @Tag("R56")
    @Test
    void aRefusalThatWaitsForItsTurnStaysWhatItIs() throws IOException {
        try (var fixture = stopped(HttpTimeouts.DEFAULTS);
                RawHttp client = fixture.connect()) {
            client.send(RawHttp.get("/") + "GET / HTTP/1.1\r\nno colon\r\n\r\n");
            fixture.until(() -> held.size() == 1);
            fixture.turns();
            for (int minute = 0; minute < 10; minute++) {
                pass(fixture, Duration.ofMinutes(1));
            }
            fixture.run(() -> held.getFirst().end("good"));
            assertThat(client.answer().text()).isEqualTo("good");
            assertThat(client.answer().status()).isEqualTo(400);
            assertThat(client.rest()).isEmpty();
        }
    }

    /** From where the head's time counts, not from its end. */
    @Tag("R56")
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theTimeOfARequestIncludesThatOfItsHead(boolean isSecond) throws IOException {
        Duration limit = Duration.ofSeconds(20);
        HttpTimeouts timeouts = HttpTimeouts.DEFAULTS.withHeader(limit).withRequest(limit);
        String head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n";
        try (var fixture = stopped(timeouts);
                RawHttp client = fixture.connect()) {
            fixture.until(() -> fixture.server().net().connectionCount() == 1);
            int before = 0;
            if (isSecond) {
                client.send(RawHttp.get("/"));
                fixture.until(() -> held.size() == 1);
                fixture.run(() -> held.removeFirst().end("first"));
                assertThat(client.answer().text()).isEqualTo("first");
                before = RawHttp.get("/").length();
            }
            client.send(head);
            fixture.untilRead(before + head.length());
            pass(fixture, limit.dividedBy(2));
            client.send("\r\n");
            fixture.until(() -> held.size() == 1);
            pass(fixture, limit.dividedBy(2).minusSeconds(1));
            assertThat(fixture.<Boolean>onLoop(() -> held.getFirst().isEnded())).isFalse();
            pass(fixture, Duration.ofSeconds(3));
            assertThat(fixture.<Boolean>onLoop(() -> held.getFirst().isEnded())).isTrue();
            assertThat(client.answer().status()).isEqualTo(408);
        }
    }
}
