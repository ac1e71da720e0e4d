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

/** When a connection is kept for another request, and how it ends when it is not. */
@Timeout(30)
class HttpPersistenceTest {
    /** Answers that wait for their test. */
    private final List<ServerResponse> late = new ArrayList<>();

    @Tag("R39")
    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\n\r\n",
                "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc",
            })
    void aConnectionIsKept(String request) throws IOException {
        try (var fixture = HttpFixture.serve((inbound, response) -> response.end("kept"));
                RawHttp client = fixture.connect()) {
            for (int round = 0; round < 3; round++) {
                Answer answer = client.send(request).answer();
                assertThat(answer.header("Connection")).isEqualTo("keep-alive");
                assertThat(answer.text()).isEqualTo("kept");
            }
        }
    }

    @Tag("R39")
    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, Close\r\n\r\n",
                "GET / HTTP/1.0\r\n\r\n",
                "GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n",
                "GET /closing HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /unframed HTTP/1.1\r\nHost: a\r\n\r\n",
            })
    void aConnectionIsClosedAndSaysSo(String request) throws IOException {
        try (var fixture =
                        HttpFixture.serve((inbound, response) -> {
                            if (inbound.rawPath().equals("/closing")) {
                                response.header("Connection", "close");
                            } else if (inbound.rawPath().equals("/unframed")) {
                                response.removeHeader("Content-Length");
                                response.removeHeader("Transfer-Encoding");
                            }
                            response.end("last");
                        });
                RawHttp client = fixture.connect()) {
            String all = client.send(request).rest();
            assertThat(all).contains("\r\nConnection: close\r\n").endsWith("\r\n\r\nlast");
            assertThat(all).doesNotContain("keep-alive", "Keep-Alive");
            client.endOutput();
            fixture.untilEmpty();
        }
    }

    /** Silence means keep-alive in HTTP/1.1, and close in HTTP/1.0 (RFC 9112 section 9.3). */
    @Tag("R39")
    @Test
    void withoutTheFieldThatSaysSoAnHttp10ConnectionEnds() throws IOException {
        try (var fixture =
                        HttpFixture.serve((request, response) -> {
                            response.removeHeader("Connection");
                            response.end("silent");
                        });
                RawHttp client = fixture.connect();
                RawHttp newer = fixture.connect()) {
            String older = "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n";
            assertThat(client.send(older + older).rest())
                    .doesNotContain("Connection:")
                    .containsOnlyOnce("silent");
            assertThat(fixture.requestCount()).isEqualTo(1);
            for (int round = 0; round < 2; round++) {
                assertThat(newer.send(RawHttp.get("/")).answer().text()).isEqualTo("silent");
            }
        }
    }

    @Tag("J21")
    @Tag("R39")
    @Test
    void aConnectionEndsWithTheLastRequestItMayMake() throws IOException {
        HttpServerOptions options = HttpServerOptions.DEFAULTS.withMaxRequestsPerConnection(2);
        try (var fixture =
                        HttpFixture.serve(
                                options, (request, response) -> response.end(request.target()));
                RawHttp client = fixture.connect()) {
            client.send(RawHttp.get("/1") + RawHttp.get("/2") + RawHttp.get("/3"));
            Answer first = client.answer();
            assertThat(first.header("Connection")).isEqualTo("keep-alive");
            assertThat(client.rest()).contains("Connection: close").endsWith("/2");
            assertThat(fixture.requestCount()).isEqualTo(2);
        }
    }

    @Tag("R39")
    @Test
    void aHandlerThatAsksToKeepWhatCanNotBeKeptIsOverruled() throws IOException {
        try (var fixture =
                        HttpFixture.serve((request, response) ->
                                response.header("Connection", "keep-alive").end("x"));
                RawHttp client = fixture.connect()) {
            String all = client.send("GET / HTTP/1.0\r\n\r\n").rest();
            assertThat(all).contains("Connection: close\r\n").doesNotContain("keep-alive");
        }
    }

    @Tag("R48")
    @Tag("X34")
    @Test
    void bytesAfterTheLastRequestAreIgnored() throws IOException {
        String last = "GET /last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
        for (String behind : List.of(RawHttp.get("/more"), "\0garbage", "\n", "G")) {
            for (boolean isLate : new boolean[] {false, true}) {
                try (var fixture = HttpFixture.serve(answering(isLate));
                        RawHttp client = fixture.connect()) {
                    client.send(last + behind);
                    answerLate(fixture, 1);
                    assertThat(client.rest())
                            .startsWith("HTTP/1.1 200 OK\r\n")
                            .endsWith("\r\n\r\n/last");
                    assertThat(fixture.requestCount()).isEqualTo(1);
                }
            }
        }
    }

    @Tag("R48")
    @Tag("X34")
    @Test
    void bytesInAnotherSegmentAfterTheLastRequestAreIgnored() throws IOException {
        try (var fixture = HttpFixture.serve(answering(true));
                RawHttp client = fixture.connect()) {
            client.send("GET /last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
            fixture.until(() -> fixture.server().requestCount() == 1);
            long before = fixture.onLoop(() -> late.getFirst().socket().bytesRead());
            String more = "\0\0\0" + RawHttp.get("/more");
            client.send(more);
            fixture.untilRead(before + more.length());
            answerLate(fixture, 1);
            assertThat(client.rest()).endsWith("\r\n\r\n/last");
            assertThat(fixture.requestCount()).isEqualTo(1);
        }
    }

    /** More than is read and thrown away: the rest waits until the answer is out. */
    @Tag("X34")
    @Test
    void manyBytesAfterTheLastRequestDoNotTakeItsAnswerAway() throws IOException {
        String last = "GET /last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
        ServerResponse[] due = new ServerResponse[1];
        try (var fixture = HttpFixture.serve((request, response) -> due[0] = response);
                RawHttp client = fixture.connect()) {
            sendAside(client, last + "x".repeat(1_800_000));
            fixture.untilRead(1_048_576);
            fixture.run(() -> due[0].end("still"));
            assertThat(client.rest()).endsWith("\r\n\r\nstill");
        }
    }

    /** RFC 9112 section 9.6: after an answer with close, nothing more is processed. */
    @Tag("R39")
    @Test
    void nothingIsServedBehindAnAnswerThatCloses() throws IOException {
        try (var fixture =
                        HttpFixture.serve((request, response) -> {
                            if (request.rawPath().equals("/slow")) {
                                late.add(response);
                            } else {
                                response.header("Connection", "close").end("closes");
                            }
                        });
                RawHttp client = fixture.connect()) {
            client.send(RawHttp.get("/slow") + RawHttp.get("/close") + RawHttp.get("/never"));
            answerLate(fixture, 2);
            assertThat(client.answer().text()).isEqualTo("/slow");
            assertThat(client.answer().text()).isEqualTo("closes");
            assertThat(client.rest()).isEmpty();
            assertThat(fixture.requestCount()).isEqualTo(2);
        }
    }

    @Tag("R39")
    @Test
    void nothingMoreIsReadBehindAnAnswerThatWillClose() throws IOException {
        List<ServerResponse> due = new ArrayList<>();
        try (var fixture = HttpFixture.serve((request, response) -> due.add(response));
                RawHttp client = fixture.connect()) {
            client.send(RawHttp.get("/").repeat(400));
            fixture.until(() -> !due.isEmpty() && due.getFirst().socket().isPaused());
            int size = due.size();
            fixture.run(() -> {
                due.get(1).header("Connection", "close").flushHead();
                due.get(0).end("first");
            });
            assertThat(client.answer().text()).isEqualTo("first");
            fixture.run(() -> due.get(1).end("second"));
            assertThat(client.answer().text()).isEqualTo("second");
            assertThat(client.rest()).isEmpty();
            fixture.run(() -> assertThat(due).hasSize(size));
        }
    }

    @Tag("J2")
    @Test
    void aLateAnswerReachesAClientThatHasEndedItsSide() throws IOException {
        try (var fixture = HttpFixture.serve(answering(true));
                RawHttp client = fixture.connect()) {
            client.send(RawHttp.get("/late")).endOutput();
            answerAfterTheEnd(fixture, 1);
            assertThat(client.rest()).startsWith("HTTP/1.1 200 OK").endsWith("/late");
            fixture.untilEmpty();
        }
    }

    @Tag("J2")
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void allPipelinedAnswersReachAClientThatHasEndedItsSide(boolean isLate) throws IOException {
        try (var fixture = HttpFixture.serve(answering(isLate));
                RawHttp client = fixture.connect()) {
            client.send(RawHttp.get("/1") + RawHttp.get("/2") + RawHttp.get("/3")).endOutput();
            answerAfterTheEnd(fixture, 3);
            assertThat(client.answer().text()).isEqualTo("/1");
            assertThat(client.answer().text()).isEqualTo("/2");
            assertThat(client.answer().text()).isEqualTo("/3");
            assertThat(client.rest()).isEmpty();
        }
    }

    @Tag("J2")
    @Test
    void aStreamedAnswerReachesAClientThatHasEndedItsSide() throws IOException {
        try (var fixture =
                        HttpFixture.serve((request, response) -> {
                            response.write("first,");
                            late.add(response);
                        });
                RawHttp client = fixture.connect()) {
            client.send(RawHttp.get("/second")).endOutput();
            answerAfterTheEnd(fixture, 1);
            assertThat(client.answer().text()).isEqualTo("first,/second");
            assertThat(client.rest()).isEmpty();
        }
    }

    @Test
    void aClientThatEndsBetweenRequestsIsLetGo() throws IOException {
        try (var fixture = HttpFixture.serve(answering(false));
                RawHttp client = fixture.connect()) {
            assertThat(client.get().text()).isEqualTo("/");
            assertThat(client.send("\r\n").endOutput().rest()).isEmpty();
            fixture.untilEmpty();
        }
    }

    @Tag("R59")
    @ParameterizedTest
    @ValueSource(ints = {1, 5_000, 300_000})
    void anUnreadBodyIsDiscarded(int length) throws IOException {
        for (String body :
                List.of(
                        RawHttp.post("x".repeat(length)),
                        RawHttp.chunked("y".repeat(length), "z".repeat(length)))) {
            for (boolean isLate : new boolean[] {false, true}) {
                try (var fixture = HttpFixture.serve(answering(isLate));
                        RawHttp client = fixture.connect()) {
                    sendAside(client, body + RawHttp.get("/next"));
                    for (int request = 1; isLate && request <= 2; request++) {
                        answerLate(fixture, request);
                    }
                    assertThat(client.answer().text()).isEqualTo("/");
                    assertThat(client.answer().text()).isEqualTo("/next");
                }
            }
        }
    }

    /** What is discarded is counted for each request, not for the connection's whole life. */
    @Tag("R59")
    @Test
    void manyUnreadBodiesAreDiscarded() throws IOException {
        String request = RawHttp.post("x".repeat(30_000));
        try (var fixture = HttpFixture.serve(answering(false));
                RawHttp client = fixture.connect()) {
            for (int round = 0; round < 100; round++) {
                assertThat(client.send(request).answer().text())
                        .as("round " + round)
                        .isEqualTo("/");
            }
        }
    }

    @Tag("R59")
    @Test
    void aBodyTooLongToDiscardEndsTheConnectionAfterTheAnswer() throws IOException {
        try (var fixture = HttpFixture.serve(answering(false));
                RawHttp client = fixture.connect()) {
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000000\r\n\r\n");
            Answer answer = client.answer();
            assertThat(answer.header("Connection")).isEqualTo("close");
            assertThat(client.rest()).isEmpty();
        }
    }

    @Tag("R59")
    @Test
    void aBodyWithoutEndIsNotDiscardedForEver() throws IOException {
        byte[] chunk = ("10000\r\n" + "x".repeat(0x10000) + "\r\n").getBytes();
        try (var fixture = HttpFixture.serve(answering(false));
                RawHttp client = fixture.connect()) {
            client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
            assertThat(client.answer().text()).isEqualTo("/");
            assertThatThrownBy(
                            () -> {
                                for (int sent = 0; sent < 256 << 20; sent += chunk.length) {
                                    client.send(chunk);
                                }
                            })
                    .isInstanceOf(IOException.class);
            fixture.untilEmpty();
        }
    }

    /** A handler that answers early has paused its reading: what comes is not shown to it. */
    @Tag("R59")
    @Test
    void aPausedReaderSeesNothingOfWhatIsDiscarded() throws IOException {
        StringBuilder seen = new StringBuilder();
        try (var fixture =
                        HttpFixture.serve((request, response) -> {
                            request.onData(data -> seen.append(data.remaining()));
                            request.pause();
                            response.end(request.rawPath());
                        });
                RawHttp client = fixture.connect()) {
            client.send(RawHttp.post("x".repeat(1000)) + RawHttp.get("/next"));
            assertThat(client.answer().text()).isEqualTo("/");
            assertThat(client.answer().text()).isEqualTo("/next");
            assertThat(fixture.<String>onLoop(seen::toString)).isEmpty();
        }
    }

    private static void sendAside(RawHttp client, String text) {
        Thread.ofVirtual()
                .start(() -> {
                    try {
                        client.send(text);
                    } catch (IOException closed) {
                        // The reader of the answer sees what became of it.
                    }
                });
    }

    private HttpHandler answering(boolean isLate) {
        return (request, response) -> {
            if (isLate) {
                late.add(response);
            } else {
                response.end(request.target());
            }
        };
    }

    /** Answers the late ones when nothing comes of what was received any more. */
    private void answerLate(HttpFixture fixture, int requests) {
        fixture.until(() -> fixture.server().requestCount() == requests);
        fixture.turns();
        fixture.run(() -> {
            late.forEach(response -> response.end(response.request().target()));
            late.clear();
        });
    }

    /** Answers the late ones when the client's end was read. */
    private void answerAfterTheEnd(HttpFixture fixture, int requests) {
        fixture.until(() -> fixture.server().requestCount() == requests);
        fixture.until(() -> late.isEmpty() || !late.getFirst().socket().isReadable());
        answerLate(fixture, requests);
    }
}
