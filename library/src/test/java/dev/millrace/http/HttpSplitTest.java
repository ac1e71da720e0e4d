package dev.millrace.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The same bytes cut anywhere give the same answers; cut off anywhere, no whole request. */
@Timeout(30)
class HttpSplitTest {
    private static final String HOST = "Host: a\r\n";

    /** What a handler saw of each request, as lines. */
    private final List<String> log = new ArrayList<>();

    private void handle(ServerRequest request, ServerResponse response) {
        StringBuilder body = new StringBuilder();
        String head = request.method() + " " + request.target() + " ";
        request.onData(data -> body.append(ISO_8859_1.decode(data)))
                .onError(error -> log.add(head + "broke off"))
                .onEnd(() -> {
                    log.add(head + "complete");
                    response.end(head + body);
                });
    }

    private static String requests(String kind) {
        return switch (kind) {
            case "get" -> RawHttp.get("/1") + RawHttp.get("/2?3");
            case "post" -> RawHttp.post("some body") + RawHttp.get("/behind");
            case "chunked" ->
                    RawHttp.chunked("some", " body").replace("0\r\n", "0\r\nX-Trailer: 1\r\n")
                            + RawHttp.get("/behind");
            case "extensions" -> RawHttp.chunked("x").replace("\n1\r\n", "\n1;a=\"b\"\r\n");
            case "close" -> "GET / HTTP/1.1\r\nConnection: close\r\n" + HOST + "\r\nignored";
            case "http10" -> "GET / HTTP/1.0\r\n\r\n";
            case "head" -> "\r\nHEAD / HTTP/1.1\r\n" + HOST + "\r\n" + RawHttp.get("/");
            case "bad" -> RawHttp.get("/good") + "GET / HTTP/1.1\r\n" + HOST + "X: a\rb\r\n\r\n";
            case "bad chunk" -> RawHttp.chunked("abc").replace("0\r\n\r\n", "0 \r\n\r\n");
            default -> throw new AssertionError(kind);
        };
    }

    @Tag("X35")
    @ParameterizedTest
    @ValueSource(
            strings = {
                "get",
                "post",
                "chunked",
                "extensions",
                "close",
                "http10",
                "head",
                "bad",
                "bad chunk"
            })
    void cutAnywhereTheAnswersAreTheSame(String kind) throws IOException {
        String input = requests(kind);
        try (var fixture = HttpFixture.serve(this::handle)) {
            String whole = replay(fixture, input);
            assertThat(whole).startsWith("HTTP/1.1 ");
            for (int at = 1; at < input.length(); at++) {
                if (at != input.indexOf("ignored")) {
                    String cut = replay(fixture, input.substring(0, at), input.substring(at));
                    assertThat(cut).as("cut at " + at).isEqualTo(whole);
                }
            }
            assertThat(replay(fixture, input.split(""))).as("byte by byte").isEqualTo(whole);
        }
    }

    /**
     * The one cut after which the server has closed already: the client gets the whole response,
     * and what it sends against RFC 9112 section 9.6 reaches nothing.
     */
    @Tag("X35")
    @Tag("R48")
    @Test
    void whatComesAfterTheCloseThatWasAskedForTakesNothingAway() throws IOException {
        String input = requests("close");
        try (var fixture = HttpFixture.serve(this::handle)) {
            String whole = replay(fixture, input);
            try (RawHttp client = fixture.connect()) {
                client.send(input.replace("ignored", ""));
                fixture.until(() -> log.size() == 2);
                fixture.untilEmpty();
                client.send("ignored");
                assertThat(client.answer().text()).isEqualTo("GET / ");
            }
            assertThat(whole).endsWith("\r\n\r\nGET / ");
        }
    }

    /** Sends the pieces, each when the one before has arrived; the answers, without their dates. */
    private static String replay(HttpFixture fixture, String... pieces) throws IOException {
        try (RawHttp client = fixture.connect()) {
            long sent = 0;
            for (String piece : pieces) {
                // Behind the last one the connection may be closed already.
                if (sent > 0) {
                    fixture.untilRead(sent);
                }
                client.send(piece);
                sent += piece.length();
            }
            String answers = client.endOutput().rest().replaceAll("Date: [^\r]*\r\n", "");
            fixture.untilEmpty();
            return answers;
        }
    }

    @Tag("X41")
    @ParameterizedTest
    @ValueSource(strings = {"get", "post", "chunked", "extensions"})
    void cutOffAnywhereNoRequestIsComplete(String kind) throws IOException {
        String input = requests(kind).replace(RawHttp.get("/behind"), "");
        input = input.replace(RawHttp.get("/2?3"), "");
        try (var fixture = HttpFixture.serve(this::handle)) {
            for (int at = 0; at < input.length(); at++) {
                fixture.run(log::clear);
                try (RawHttp client = fixture.connect()) {
                    String answer = client.send(input.substring(0, at)).endOutput().rest();
                    if (at == 0) {
                        assertThat(answer).isEmpty();
                    } else {
                        assertThat(answer)
                                .as("cut off at " + at)
                                .startsWith("HTTP/1.1 400 Bad Request\r\n")
                                .contains("Connection: close\r\n");
                    }
                }
                fixture.untilEmpty();
                List<String> seen = fixture.onLoop(() -> List.copyOf(log));
                assertThat(seen.toString()).as("cut off at " + at).doesNotContain("complete");
                boolean hadHead = at >= input.indexOf("\r\n\r\n") + 4;
                assertThat(seen).hasSize(hadHead ? 1 : 0);
            }
            assertThat(fixture.handlerErrors()).isEmpty();
        }
    }

    @Tag("X41")
    @ParameterizedTest
    @ValueSource(strings = {"get", "post", "chunked"})
    void resetAnywhereNoRequestIsComplete(String kind) throws IOException {
        String input = requests(kind).replace(RawHttp.get("/behind"), "");
        input = input.replace(RawHttp.get("/2?3"), "");
        try (var fixture = HttpFixture.serve(this::handle)) {
            for (int at = 1; at < input.length(); at++) {
                RawHttp client = fixture.connect();
                fixture.until(() -> fixture.server().net().connectionCount() == 1);
                client.send(input.substring(0, at));
                client.reset();
                fixture.untilEmpty();
            }
            List<String> seen = fixture.onLoop(() -> List.copyOf(log));
            assertThat(seen.toString()).doesNotContain("complete");
            assertThat(fixture.handlerErrors()).isEmpty();
        }
    }
}
