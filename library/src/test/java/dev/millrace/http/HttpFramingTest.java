package dev.millrace.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.http.RawHttp.Answer;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How the end of an answer is told, and what an answer may not hold. */
@Timeout(30)
class HttpFramingTest {
    private static final String GET_1_0 = "GET / HTTP/1.0\r\n\r\n";
    private static final String GET_1_0_KEEP = "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n";

    @Tag("R42")
    @Tag("J19")
    @Test
    void aSingleEndHasALength() throws IOException {
        try (var fixture = HttpFixture.serve((request, response) -> response.end("four"));
                RawHttp client = fixture.connect()) {
            Answer answer = client.get();
            assertThat(answer.header("Content-Length")).isEqualTo("4");
            assertThat(answer.has("Transfer-Encoding")).isFalse();
            assertThat(answer.text()).isEqualTo("four");
        }
    }

    @Tag("R42")
    @Test
    void aBufferHasALengthAsWell() throws IOException {
        byte[] around = "(four)".getBytes(StandardCharsets.US_ASCII);
        try (var fixture =
                        HttpFixture.serve((request, response) ->
                                response.end(ByteBuffer.wrap(around, 1, 4)));
                RawHttp client = fixture.connect()) {
            Answer answer = client.get();
            assertThat(answer.header("Content-Length")).isEqualTo("4");
            assertThat(answer.text()).isEqualTo("four");
        }
    }

    @Tag("R42")
    @Test
    void anEmptyEndHasALengthOfZero() throws IOException {
        try (var fixture = HttpFixture.serve((request, response) -> response.end());
                RawHttp client = fixture.connect()) {
            assertThat(client.get().header("Content-Length")).isEqualTo("0");
            assertThat(client.get().statusLine()).isEqualTo("HTTP/1.1 200 OK");
        }
    }

    @Tag("R42")
    @Test
    void severalWritesAreChunked() throws IOException {
        String large = "0123456789".repeat(5_000);
        try (var fixture =
                        HttpFixture.serve((request, response) -> {
                            response.write("one,");
                            response.write("");
                            response.write(large);
                            response.end(",end");
                        });
                RawHttp client = fixture.connect()) {
            for (int round = 0; round < 3; round++) {
                Answer answer = client.get();
                assertThat(answer.header("Transfer-Encoding")).isEqualTo("chunked");
                assertThat(answer.has("Content-Length")).isFalse();
                assertThat(answer.text()).isEqualTo("one," + large + ",end");
            }
        }
    }

    @Tag("R42")
    @Test
    void anExplicitLengthWins() throws IOException {
        try (var fixture =
                        HttpFixture.serve((request, response) -> {
                            response.header("content-length", "6").write("one");
                            response.end("two");
                        });
                RawHttp client = fixture.connect()) {
            Answer answer = client.get();
            assertThat(answer.all("Content-Length")).containsExactly("6");
            assertThat(answer.text()).isEqualTo("onetwo");
            assertThat(client.get().text()).isEqualTo("onetwo");
        }
    }

    @Tag("R42")
    @Test
    void anExplicitCodingWins() throws IOException {
        try (var fixture =
                        HttpFixture.serve((request, response) ->
                                response.header("Transfer-Encoding", "chunked").end("whole"));
                RawHttp client = fixture.connect()) {
            Answer answer = client.get();
            assertThat(answer.has("Content-Length")).isFalse();
            assertThat(answer.all("Transfer-Encoding")).containsExactly("chunked");
            assertThat(answer.text()).isEqualTo("whole");
        }
    }

    @Tag("R42")
    @Test
    void whatWasRemovedStaysRemoved() throws IOException {
        try (var fixture =
                HttpFixture.serve((request, response) -> {
                    response.header("X-Own", "1");
                    for (String name : request.rawPath().substring(1).split(",")) {
                        response.removeHeader(name);
                    }
                    response.end("body");
                })) {
            assertThat(without(fixture, "x-OWN").has("X-Own")).isFalse();
            assertThat(without(fixture, "Date").has("X-Own")).isTrue();
            assertThat(without(fixture, "Date").has("Date")).isFalse();
            Answer chunked = without(fixture, "Content-Length");
            assertThat(chunked.has("Content-Length")).isFalse();
            assertThat(chunked.header("Transfer-Encoding")).isEqualTo("chunked");
            Answer closed = without(fixture, "Content-Length,Transfer-Encoding");
            assertThat(closed.has("Content-Length")).isFalse();
            assertThat(closed.has("Transfer-Encoding")).isFalse();
            assertThat(closed.header("Connection")).isEqualTo("close");
            Answer silent = without(fixture, "Connection");
            assertThat(silent.has("Connection")).isFalse();
            assertThat(silent.has("Keep-Alive")).isFalse();
        }
    }

    private static Answer without(HttpFixture fixture, String names) throws IOException {
        try (RawHttp client = fixture.connect()) {
            Answer answer = client.send(RawHttp.get("/" + names)).answer();
            assertThat(answer.text()).isEqualTo("body");
            return answer;
        }
    }

    @Tag("R42")
    @Test
    void whatWasRemovedMayBeSetAgain() throws IOException {
        try (var fixture =
                        HttpFixture.serve((request, response) -> {
                            response.removeHeader("Date").header("Date", "today");
                            response.removeHeader("Connection").addHeader("Connection", "close");
                            response.removeHeader("Content-Length").header("Content-Length", "4");
                            response.end("body");
                        });
                RawHttp client = fixture.connect()) {
            Answer answer = client.get();
            assertThat(answer.all("Date")).containsExactly("today");
            assertThat(answer.all("Connection")).containsExactly("close");
            assertThat(answer.all("Content-Length")).containsExactly("4");
            assertThat(client.rest()).isEmpty();
        }
    }

    @Tag("R40")
    @Test
    void http10NeverGetsChunks() throws IOException {
        try (var fixture =
                HttpFixture.serve((request, response) -> {
                    response.write("one");
                    response.end("two");
                })) {
            for (String request : List.of(GET_1_0, GET_1_0_KEEP)) {
                try (RawHttp client = fixture.connect()) {
                    String all = client.send(request).rest();
                    assertThat(all).endsWith("\r\n\r\nonetwo").contains("Connection: close\r\n");
                    assertThat(all).doesNotContainIgnoringCase("transfer-encoding");
                }
            }
        }
    }

    @Tag("R40")
    @Test
    void http10GetsNoChunksThoughTheHandlerAsksForThem() throws IOException {
        try (var fixture =
                        HttpFixture.serve((request, response) ->
                                response.header("Transfer-Encoding", "chunked").end("body"));
                RawHttp client = fixture.connect()) {
            Answer answer = client.send(GET_1_0_KEEP).answer();
            assertThat(answer.has("Transfer-Encoding")).isFalse();
            assertThat(answer.text()).isEqualTo("body");
            assertThat(client.send(GET_1_0).rest()).endsWith("\r\n\r\nbody");
        }
    }

    @Tag("R41")
    @Tag("X38")
    @ParameterizedTest
    @ValueSource(ints = {204, 304})
    void aStatusWithoutBodyHasNone(int status) throws IOException {
        try (var fixture =
                        HttpFixture.serve((request, response) -> {
                            response.status(status);
                            if (request.rawPath().equals("/write")) {
                                response.write("never");
                            }
                            response.end("sent");
                        });
                RawHttp client = fixture.connect()) {
            for (String path : List.of("/end", "/write", "/end")) {
                Answer answer = client.send(RawHttp.get(path)).answer();
                assertThat(answer.status()).isEqualTo(status);
                assertThat(answer.has("Transfer-Encoding")).isFalse();
                assertThat(answer.has("Content-Length")).isFalse();
            }
        }
    }

    @Tag("R41")
    @Test
    void aLengthOn304StaysAsItWasSet() throws IOException {
        try (var fixture =
                        HttpFixture.serve((request, response) ->
                                response.status(304).header("Content-Length", "99").end());
                RawHttp client = fixture.connect()) {
            assertThat(client.get().header("Content-Length")).isEqualTo("99");
            assertThat(client.get().status()).isEqualTo(304);
        }
    }

    @Tag("R41")
    @Tag("X38")
    @Test
    void headHasTheHeadOfGetAndNoBody() throws IOException {
        List<Consumer<ServerResponse>> handlers =
                List.of(
                        response -> response.end("body"),
                        response -> {
                            response.write("bo");
                            response.end("dy");
                        },
                        response -> response.header("Content-Length", "4").end(),
                        response -> {
                            response.removeHeader("Content-Length");
                            response.removeHeader("Transfer-Encoding");
                            response.end("body");
                        },
                        ServerResponse::end);
        List<String> framings = List.of("4 ", " chunked", "4 ", " ", " ");
        try (var fixture =
                        HttpFixture.serve((request, response) ->
                                handlers.get(Integer.parseInt(request.rawPath().substring(1)))
                                        .accept(response));
                RawHttp client = fixture.connect()) {
            for (int number : IntStream.range(0, 10).map(at -> at % 5).toArray()) {
                client.send("HEAD /" + number + " HTTP/1.1\r\nHost: a\r\n\r\n");
                Answer answer = client.answer(false);
                assertThat(answer.status()).isEqualTo(200);
                String framing =
                        answer.header("Content-Length") + " " + answer.header("Transfer-Encoding");
                assertThat(framing).as("handler " + number).isEqualTo(framings.get(number));
            }
        }
    }

    @Tag("R43")
    @Tag("X37")
    @Test
    void aBodyLongerThanDeclaredDestroysTheConnection() throws IOException {
        try (var fixture =
                HttpFixture.serve((request, response) -> {
                    response.header("Content-Length", "3");
                    if (request.rawPath().equals("/parts")) {
                        response.write("abc");
                    }
                    response.end("defg");
                })) {
            for (String path : List.of("/parts", "/whole")) {
                try (RawHttp client = fixture.connect()) {
                    client.send(RawHttp.get(path) + RawHttp.get("/next"));
                    assertThat(client.rest()).doesNotContain("d", "HTTP/1.1 200 OK\r\nHTTP");
                }
            }
            assertThat(fixture.handlerErrors()).hasSize(2);
            assertThat(fixture.handlerErrors().getFirst())
                    .hasMessageContaining("ERR_HTTP_CONTENT_LENGTH_MISMATCH");
        }
    }

    @Tag("R43")
    @Tag("X37")
    @Test
    void aBodyShorterThanDeclaredDestroysTheConnection() throws IOException {
        try (var fixture =
                        HttpFixture.serve((request, response) -> {
                            response.header("Content-Length", "10").write("abc");
                            response.end();
                        });
                RawHttp client = fixture.connect()) {
            client.send(RawHttp.get("/") + RawHttp.get("/"));
            assertThatThrownBy(client::answer).isInstanceOf(EOFException.class);
            assertThat(fixture.handlerErrors()).hasSize(1);
        }
    }

    @Tag("R54")
    @Tag("X36")
    @Test
    void whatWouldSplitAnAnswerIsRefusedAtTheCall() throws IOException {
        try (var fixture =
                        HttpFixture.serve((request, response) -> {
                            for (String bad :
                                    List.of("a\r\nb", "a\rb", "a\nb", "a\0b", "a\u0100")) {
                                assertThatThrownBy(() -> response.header("X", bad))
                                        .isInstanceOf(IllegalArgumentException.class)
                                        .hasMessageContaining("ERR_INVALID_CHAR");
                                assertThatThrownBy(() -> response.addHeader("X", bad))
                                        .isInstanceOf(IllegalArgumentException.class);
                                assertThatThrownBy(() -> response.status(200, bad))
                                        .isInstanceOf(IllegalArgumentException.class);
                            }
                            for (String bad : List.of("", "a b", "a:", "a\r\nb", "\u00fc", "a\0")) {
                                assertThatThrownBy(() -> response.header(bad, "x"))
                                        .isInstanceOf(IllegalArgumentException.class)
                                        .hasMessageContaining("ERR_INVALID_HTTP_TOKEN");
                                assertThatThrownBy(() -> response.addHeader(bad, "x"))
                                        .isInstanceOf(IllegalArgumentException.class);
                            }
                            response.header("X", "\t\u00ff fine").status(299, "Quite \u00fc fine");
                            response.end("clean");
                        });
                RawHttp client = fixture.connect()) {
            Answer answer = client.get();
            assertThat(answer.statusLine()).isEqualTo("HTTP/1.1 299 Quite \u00fc fine");
            assertThat(answer.all("X")).containsExactly("\t\u00ff fine");
            assertThat(answer.text()).isEqualTo("clean");
            assertThat(fixture.handlerErrors()).isEmpty();
        }
    }

    @Tag("R54")
    @Test
    void framingFieldsAndStatusAreChecked() throws IOException {
        try (var fixture =
                        HttpFixture.serve((request, response) -> {
                            for (String bad : List.of("", "-1", "+1", "0x1", "1 ", "1, 1")) {
                                assertThatThrownBy(() -> response.header("Content-Length", bad))
                                        .isInstanceOf(IllegalArgumentException.class);
                            }
                            assertThatThrownBy(() -> response.header("Transfer-Encoding", "gzip"))
                                    .isInstanceOf(IllegalArgumentException.class);
                            for (int bad : List.of(0, 100, 101, 199, 600, -200)) {
                                assertThatThrownBy(() -> response.status(bad))
                                        .isInstanceOf(IllegalArgumentException.class);
                            }
                            response.header("Content-Length", "2");
                            assertThatThrownBy(
                                            () -> response.header("Transfer-Encoding", "chunked"))
                                    .isInstanceOf(IllegalArgumentException.class);
                            assertThatThrownBy(() -> response.addHeader("Content-Length", "2"))
                                    .isInstanceOf(IllegalArgumentException.class);
                            response.end("ok");
                        });
                RawHttp client = fixture.connect()) {
            assertThat(client.get().text()).isEqualTo("ok");
            assertThat(fixture.handlerErrors()).isEmpty();
        }
    }
}
