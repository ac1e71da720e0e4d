package dev.millrace.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.http.RawHttp.Answer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Field lines behind a chunked body, of requests and of responses. */
@Timeout(30)
class HttpTrailersTest {
    private static final String TRAILED =
            RawHttp.chunked("hello").replace("0\r\n\r\n", "0\r\nA: 1\r\na: 2\r\nB: x y\r\n\r\n");

    private static String raw(HttpHandler handler, String request) throws IOException {
        try (var fixture = HttpFixture.serve(handler);
                RawHttp client = fixture.connect()) {
            String all = client.send(request).endOutput().rest();
            assertThat(fixture.handlerErrors()).isEmpty();
            return all;
        }
    }

    @Tag("R44")
    @Test
    void thoseOfARequestAreThereAtItsEnd() throws IOException {
        List<String> seen = new ArrayList<>();
        String all =
                raw(
                        (request, response) -> {
                            seen.add("head " + request.trailers().size());
                            request.onData(part -> seen.add("data " + request.trailers().size()));
                            request.onEnd(() -> {
                                HttpHeaders trailers = request.trailers();
                                seen.add("end " + trailers.all("A") + trailers.first("b"));
                                seen.add("head still " + request.headers().first("A"));
                                response.end();
                            });
                        },
                        TRAILED + RawHttp.chunked("x"));
        assertThat(seen)
                .containsExactly(
                        "head 0",
                        "data 0",
                        "end [1, 2]Optional[x y]",
                        "head still Optional.empty",
                        "head 0",
                        "data 0",
                        "end []Optional.empty",
                        "head still Optional.empty");
        assertThat(all.split("200 OK", -1)).hasSize(3);
    }

    /** The bytes they came in are the next request's by then. */
    @Tag("R44")
    @Test
    void theyMayBeReadLater() throws IOException {
        List<ServerRequest> kept = new ArrayList<>();
        try (var fixture =
                        HttpFixture.serve((request, response) -> {
                            kept.add(request);
                            request.resume();
                            response.end();
                        });
                RawHttp client = fixture.connect()) {
            client.send(TRAILED + RawHttp.post("z".repeat(TRAILED.length())));
            client.answer();
            client.answer();
            fixture.run(() -> {
                assertThat(kept.get(0).trailers().list()).hasSize(3);
                assertThat(kept.get(0).trailers().toString()).isEqualTo("A: 1\na: 2\nB: x y\n");
                assertThat(kept.get(1).trailers().list()).isEmpty();
            });
        }
    }

    @Tag("R44")
    @Tag("J5")
    @Test
    void theLinesOfATrailerCountWithTheHead() throws IOException {
        HttpLimits limits = HttpLimits.DEFAULTS.withMaxHeaderLines(4);
        for (int lines = 2; lines <= 3; lines++) {
            try (var fixture =
                            HttpFixture.serve(
                                    limits,
                                    (request, response) ->
                                            request.onEnd(() ->
                                                            response.end(
                                                                    "" + request.trailers().size()))
                                                    .resume());
                    RawHttp client = fixture.connect()) {
                client.send(RawHttp.chunked().replace("0\r\n", "0\r\n" + "A: 1\r\n".repeat(lines)));
                Answer answer = client.answer();
                assertThat(answer.status()).isEqualTo(lines == 2 ? 200 : 431);
                assertThat(answer.text()).startsWith(lines == 2 ? "2" : "HPE_HEADER_OVERFLOW");
            }
        }
    }

    @Tag("R44")
    @Test
    void thoseOfAResponseFollowTheLastChunk() throws IOException {
        String all =
                raw(
                        (request, response) -> {
                            response.write("hello");
                            response.trailer("Checksum", "7").trailer("checksum", "8");
                            response.end();
                        },
                        RawHttp.get("/") + RawHttp.get("/"));
        String end = "\r\n\r\n5\r\nhello\r\n0\r\nChecksum: 7\r\nchecksum: 8\r\n\r\n";
        assertThat(all).contains(end + "HTTP/1.1 200 OK").endsWith(end);
        assertThat(all).contains("Transfer-Encoding: chunked\r\n").doesNotContain("Content-Length");
    }

    /** Otherwise one end(bytes) would get a Content-Length. */
    @Tag("R44")
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aTrailerOrItsAnnouncementMakesTheBodyChunked(boolean isAnnounced) throws IOException {
        String all =
                raw(
                        (request, response) -> {
                            if (isAnnounced) {
                                response.header("Trailer", "X");
                            } else {
                                response.trailer("X", "1");
                            }
                            response.end("hello");
                        },
                        RawHttp.get("/"));
        assertThat(all).contains("Transfer-Encoding: chunked\r\n").doesNotContain("Content-Length");
        assertThat(all).endsWith("5\r\nhello\r\n0\r\n" + (isAnnounced ? "" : "X: 1\r\n") + "\r\n");
    }

    @Tag("R44")
    @Test
    void withADeclaredLengthThereIsNone() throws IOException {
        String all =
                raw(
                        (request, response) -> {
                            response.header("Content-Length", "2");
                            assertThatThrownBy(() -> response.header("Trailer", "X"))
                                    .isInstanceOf(IllegalArgumentException.class)
                                    .hasMessageContaining("ERR_HTTP_TRAILER_INVALID");
                            assertThatThrownBy(() -> response.trailer("X", "1"))
                                    .isInstanceOf(IllegalStateException.class)
                                    .hasMessageContaining("ERR_HTTP_TRAILER_INVALID");
                            response.end("hi");
                        },
                        RawHttp.get("/"));
        assertThat(all).contains("Content-Length: 2\r\n").endsWith("\r\n\r\nhi");
        raw(
                (request, response) -> {
                    response.trailer("X", "1");
                    assertThatThrownBy(() -> response.header("Content-Length", "2"))
                            .hasMessageContaining("ERR_HTTP_TRAILER_INVALID");
                    response.removeHeader("Trailer").header("Content-Length", "0").end();
                },
                RawHttp.get("/"));
        raw(
                (request, response) -> {
                    response.removeHeader("Transfer-Encoding");
                    response.write("x");
                    assertThatThrownBy(() -> response.trailer("X", "1"))
                            .isInstanceOf(IllegalStateException.class);
                    response.end();
                },
                RawHttp.get("/"));
    }

    /** The handler need not know what the client can get. */
    @Tag("R44")
    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/1.0\r\n\r\n",
                "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /204 HTTP/1.1\r\nHost: a\r\n\r\n"
            })
    void aClientThatCantGetThemDoesNot(String request) throws IOException {
        String all =
                raw(
                        (inbound, response) -> {
                            response.status(inbound.rawPath().equals("/204") ? 204 : 200);
                            response.trailer("Early", "1");
                            response.write("hello");
                            response.trailer("Late", "1").end();
                        },
                        request);
        assertThat(all).doesNotContain("Early", "Late");
        assertThat(all).endsWith(request.contains("1.0") ? "\r\n\r\nhello" : "\r\n\r\n");
    }

    @Tag("R44")
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length",
                "transfer-encoding",
                "Host",
                "Trailer",
                "Authorization",
                "WWW-Authenticate",
                "Set-Cookie",
                "Content-Type",
                "Content-Encoding",
                "Content-Range",
                "Cache-Control",
                "Location",
                "Connection",
            })
    void whatIsActedOnBeforeTheBodyCantBeInATrailer(String name) throws IOException {
        String all =
                raw(
                        (request, response) -> {
                            assertThatThrownBy(() -> response.trailer(name, "1"))
                                    .isInstanceOf(IllegalArgumentException.class)
                                    .hasMessageContaining(name)
                                    .hasMessageContaining("ERR_HTTP_TRAILER_INVALID");
                            response.end("hi");
                        },
                        RawHttp.get("/"));
        assertThat(all).contains("Content-Length: 2\r\n");
    }

    @Tag("R44")
    @Tag("R54")
    @Test
    void namesAndValuesAreChecked() throws IOException {
        raw(
                (request, response) -> {
                    assertThatThrownBy(() -> response.trailer("X", "1\r\n\r\nHTTP/1.1"))
                            .hasMessageContaining("ERR_INVALID_CHAR");
                    assertThatThrownBy(() -> response.trailer("X Y", "1"))
                            .hasMessageContaining("ERR_INVALID_HTTP_TOKEN");
                    response.end();
                },
                RawHttp.get("/"));
    }

    @Tag("R44")
    @Tag("X79")
    @Test
    void aTrailerBehindTheEndIsTold() throws IOException {
        try (var fixture =
                        HttpFixture.serve((request, response) -> {
                            response.end("done");
                            response.trailer("X", "1");
                        });
                RawHttp client = fixture.connect()) {
            assertThat(client.get().text()).isEqualTo("done");
            assertThat(fixture.handlerErrors())
                    .singleElement()
                    .extracting(Throwable::getMessage)
                    .asString()
                    .contains("ERR_STREAM_WRITE_AFTER_END");
        }
    }

    @Tag("R44")
    @Test
    void aResponseThatWaitsForItsTurnHasItsOwn() throws IOException {
        List<ServerResponse> held = new ArrayList<>();
        try (var fixture = HttpFixture.serve((request, response) -> held.add(response));
                RawHttp client = fixture.connect()) {
            client.send(RawHttp.get("/1") + RawHttp.get("/2")).endOutput();
            fixture.until(() -> held.size() == 2);
            fixture.run(() -> {
                for (int at = 1; at >= 0; at--) {
                    held.get(at).write("b" + at);
                    held.get(at).trailer("T", "" + at);
                    held.get(at).end();
                }
            });
            assertThat(client.rest())
                    .containsSubsequence("2\r\nb0\r\n0\r\nT: 0\r\n\r\nHTTP", "b1\r\n0\r\nT: 1\r\n");
        }
    }
}
