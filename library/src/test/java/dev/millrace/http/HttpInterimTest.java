package dev.millrace.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.http.RawHttp.Answer;
import dev.millrace.testing.Ends;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Interim responses: before the final one, in order, and never to HTTP/1.0. */
@Timeout(30)
class HttpInterimTest {
    private static final String EXPECT =
            "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n";

    private final List<ServerResponse> held = new ArrayList<>();

    @Tag("R45")
    @Test
    void interimResponsesComeBeforeTheFinalOne() throws IOException {
        try (var fixture =
                        HttpFixture.serve((request, response) -> {
                            response.informational(102, List.of());
                            response.informational(
                                    103, List.of(Map.entry("Link", "</a>"), Map.entry("X", "1")));
                            response.earlyHints(List.of("</b>", "</c>"));
                            response.status(201).end("done");
                        });
                RawHttp client = fixture.connect()) {
            Answer processing = client.get();
            assertThat(processing.statusLine()).isEqualTo("HTTP/1.1 102 Processing");
            assertThat(processing.lines()).isEmpty();
            assertThat(client.answer().lines()).containsExactly("Link: </a>", "X: 1");
            Answer hints = client.answer();
            assertThat(hints.statusLine()).isEqualTo("HTTP/1.1 103 Early Hints");
            assertThat(hints.lines()).containsExactly("Link: </b>", "Link: </c>");
            Answer last = client.answer();
            assertThat(last.status()).isEqualTo(201);
            assertThat(last.text()).isEqualTo("done");
            assertThat(client.get().status()).isEqualTo(102);
        }
    }

    @Tag("R45")
    @Tag("R37")
    @Test
    void oneThatIsPipelinedWaitsForTheResponsesBefore() throws IOException {
        try (var fixture =
                        HttpFixture.serve((request, response) -> {
                            held.add(response);
                            response.earlyHints(List.of("<" + request.rawPath() + ">"));
                        });
                RawHttp client = fixture.connect()) {
            client.send(RawHttp.get("/1") + RawHttp.get("/2"));
            fixture.until(() -> held.size() == 2);
            fixture.run(() -> {
                held.get(1).end("two");
                held.get(0).end("one");
            });
            assertThat(client.answer().header("Link")).isEqualTo("</1>");
            assertThat(client.answer().text()).isEqualTo("one");
            assertThat(client.answer().header("Link")).isEqualTo("</2>");
            assertThat(client.answer().text()).isEqualTo("two");
        }
    }

    @Tag("R45")
    @Test
    void aClientOfHttp10GetsNone() throws IOException {
        try (var fixture =
                        HttpFixture.serve((request, response) -> {
                            response.earlyHints(List.of("</a>"));
                            response.writeContinue();
                            response.end("done");
                        });
                RawHttp client = fixture.connect()) {
            String all = client.send("GET / HTTP/1.0\r\n\r\n").rest();
            assertThat(all).startsWith("HTTP/1.1 200 OK\r\n").endsWith("\r\n\r\ndone");
            assertThat(all).doesNotContain("103");
        }
    }

    @Tag("R45")
    @Test
    void whatCantBeAnInterimResponseIsRefused() throws IOException {
        try (var fixture =
                        HttpFixture.serve((request, response) -> {
                            for (int status : new int[] {99, 101, 200, 0}) {
                                assertThatThrownBy(() -> response.informational(status, List.of()))
                                        .isInstanceOf(IllegalArgumentException.class)
                                        .hasMessageContaining("not " + status);
                            }
                            assertThatThrownBy(() -> response.earlyHints(List.of()))
                                    .isInstanceOf(IllegalArgumentException.class);
                            assertThatThrownBy(() -> response.earlyHints(List.of("a\r\nB: c")))
                                    .hasMessageContaining("ERR_INVALID_CHAR");
                            response.write("a");
                            assertThatThrownBy(response::writeContinue)
                                    .isInstanceOf(IllegalStateException.class)
                                    .hasMessageContaining("ERR_HTTP_HEADERS_SENT");
                            response.end();
                            assertThatThrownBy(() -> response.earlyHints(List.of("</a>")))
                                    .hasMessageContaining("ERR_HTTP_HEADERS_SENT");
                        });
                RawHttp client = fixture.connect()) {
            assertThat(client.get().text()).isEqualTo("a");
            assertThat(fixture.handlerErrors()).isEmpty();
        }
    }

    @Tag("R45")
    @Test
    void afterThePeerHasGoneOneIsLost() throws IOException {
        try (var fixture = HttpFixture.serve((request, response) -> held.add(response))) {
            try (RawHttp client = fixture.connect()) {
                client.send(RawHttp.get("/") + RawHttp.get("/"));
                fixture.until(() -> held.size() == 2);
                client.reset();
            }
            fixture.untilEmpty();
            fixture.run(() -> held.forEach(response -> response.earlyHints(List.of("</a>"))));
            assertThat(fixture.handlerErrors()).isEmpty();
        }
    }

    @Tag("R46")
    @Test
    void aHandlerOfItsOwnMayDecideBeforeTheBodyComes() throws IOException {
        List<String> calls = new ArrayList<>();
        try (var fixture =
                        HttpFixture.of(loop ->
                                Ends.http(
                                                loop,
                                                (request, response) -> {
                                                    calls.add("request");
                                                    response.end("plain");
                                                })
                                        .onCheckContinue((request, response) -> {
                                            calls.add("continue");
                                            held.add(response);
                                        }));
                RawHttp client = fixture.connect()) {
            assertThat(client.get().text()).isEqualTo("plain");
            client.send(EXPECT);
            fixture.until(() -> held.size() == 1);
            fixture.run(() -> {
                ServerResponse response = held.getFirst();
                response.writeContinue();
                response.request().onEnd(() -> response.end("got it"));
                response.request().resume();
            });
            assertThat(client.answer().status()).isEqualTo(100);
            // One 100 and no more, and the connection goes on.
            Answer answer = client.send("hi").answer();
            assertThat(answer.text()).isEqualTo("got it");
            assertThat(answer.header("Connection")).isEqualTo("keep-alive");
            client.send(EXPECT);
            fixture.until(() -> held.size() == 2);
            fixture.run(() -> held.get(1).status(403).end());
            assertThat(client.answer().header("Connection")).isEqualTo("close");
            assertThat(calls).containsExactly("request", "continue", "continue");
        }
    }

    @Tag("R46")
    @Test
    void anUnknownExpectationMayHaveItsHandler() throws IOException {
        try (var fixture =
                        HttpFixture.of(loop ->
                                Ends.http(loop, (request, response) -> response.end())
                                        .onCheckExpectation((request, response) ->
                                                response.end(request.header("Expect").get())));
                RawHttp client = fixture.connect()) {
            client.send("GET / HTTP/1.1\r\nHost: a\r\nExpect: tea\r\n\r\n");
            assertThat(client.answer().text()).isEqualTo("tea");
            assertThat(client.get().text()).isEmpty();
        }
    }

    @Tag("R46")
    @Test
    void aHandlerOfExpectationsThatThrowsIsA500() throws IOException {
        try (var fixture =
                        HttpFixture.of(loop ->
                                Ends.http(loop, (request, response) -> response.end())
                                        .onCheckContinue((request, response) -> {
                                            throw new IOException("a bug");
                                        }));
                RawHttp client = fixture.connect()) {
            assertThat(client.send(EXPECT).answer().status()).isEqualTo(500);
            assertThat(fixture.handlerErrors()).hasSize(1);
        }
    }
}
