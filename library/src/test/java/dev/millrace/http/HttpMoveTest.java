package dev.millrace.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.http.RawHttp.Answer;
import dev.millrace.net.ConnectionMoves.Counts;
import dev.millrace.testing.PlainOnly;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A server leaves, and its clients' connections go on at its successor (X88). */
@Timeout(60)
@PlainOnly(PlainOnly.Reason.MOVE)
class HttpMoveTest {
    private static final String LATER = RawHttp.get("/later");

    /** Every kind of request that leaves its connection open, one behind the other. */
    private static final String PIPELINED =
            RawHttp.get("/1")
                    + RawHttp.chunked("some", " body").replace("POST /", "POST /2")
                    + "\r\nHEAD /3 HTTP/1.1\r\nHost: a\r\n\r\n"
                    + RawHttp.post("four").replace("POST /", "POST /4")
                    + "GET /5 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"
                    + RawHttp.get("/6");

    private static final List<String> ANSWERS =
            List.of("/1", "/2some body", "", "/4four", "/5", "/6");

    @Test
    void anIdleConnectionMovesAtOnce() throws IOException {
        try (var servers = new MovingHttp();
                RawHttp client = servers.connect()) {
            assertThat(client.get().text()).isEqualTo("first /");
            servers.leave();
            servers.untilMoved(1);
            assertThat(client.get().text()).isEqualTo("second /");
            assertThat(client.get().header("Connection")).isNotEqualTo("close");
            assertThat(servers.statistics(servers.first).moves()).isEqualTo(new Counts(1, 0, 0));
            assertThat(servers.statistics(servers.second).moves()).isEqualTo(new Counts(0, 1, 0));
        }
    }

    @Test
    void aBusyOneMovesBehindItsResponseWhichKeepsItOpen() throws IOException {
        try (var servers = new MovingHttp();
                RawHttp client = servers.connect()) {
            client.send(LATER);
            servers.fixture.until(() -> servers.due.size() == 1);
            servers.leave();
            servers.fixture.turns();
            client.send(RawHttp.get("/next"));
            servers.fixture.turns();
            servers.answer(0, "answered");
            Answer answer = client.answer();
            assertThat(answer.text()).isEqualTo("answered");
            assertThat(answer.header("Connection")).isNotEqualTo("close");
            assertThat(client.answer().text()).isEqualTo("second /next");
            assertThat(client.get().text()).isEqualTo("second /");
        }
    }

    /** However its client pipelines, a connection leaves with its next response. */
    @Test
    void noFurtherRequestsAreReadWhileItLeaves() throws IOException {
        HttpLimits two = HttpLimits.DEFAULTS.withMaxConcurrentRequests(2);
        try (var servers = new MovingHttp(HttpServerOptions.DEFAULTS.withLimits(two));
                RawHttp client = servers.connect()) {
            client.send(LATER + LATER + LATER + RawHttp.get("/next"));
            servers.fixture.until(() -> servers.due.size() == 2);
            servers.leave();
            servers.fixture.turns();
            servers.answer(0, "a");
            servers.fixture.turns();
            assertThat(servers.fixture.onLoop(() -> servers.due.size())).isEqualTo(2);
            servers.answer(1, "b");
            servers.fixture.until(() -> servers.due.size() == 3);
            servers.answer(2, "c");
            assertThat(client.answer().text()).isEqualTo("a");
            assertThat(client.answer().text()).isEqualTo("b");
            assertThat(client.answer().text()).isEqualTo("c");
            assertThat(client.answer().text()).isEqualTo("second /next");
            assertThat(servers.seen)
                    .containsExactly(
                            "first GET /later",
                            "first GET /later",
                            "second GET /later",
                            "second GET /next");
        }
    }

    /** The moment of leaving between any two bytes of what a client pipelines. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void everyRequestIsServedOnceAndInOrderWhereverTheCutIs(boolean isBehindAnother)
            throws IOException {
        int step = isBehindAnother ? 3 : 1;
        for (int at = 0; at <= PIPELINED.length(); at += step) {
            try (var servers = new MovingHttp();
                    RawHttp client = servers.connect()) {
                String before = (isBehindAnother ? LATER : "") + PIPELINED.substring(0, at);
                client.send(before);
                servers.fixture.until(() -> servers.first.net().connectionCount() == 1);
                servers.fixture.untilRead(before.length());
                servers.leave();
                client.send(PIPELINED.substring(at));
                if (isBehindAnother) {
                    servers.answer(0, "");
                    client.answer();
                }
                expectAll(client, "cut at " + at);
                servers.untilMoved(1);
                List<String> seen = servers.fixture.onLoop(() -> List.copyOf(servers.seen));
                assertThat(seen).as("cut at %d", at).hasSize(isBehindAnother ? 7 : 6);
            }
        }
    }

    private static void expectAll(RawHttp client, String what) throws IOException {
        List<String> answers = new ArrayList<>();
        for (int number = 1; number <= ANSWERS.size(); number++) {
            Answer answer = client.answer(number != 3);
            assertThat(answer.status()).as(what).isEqualTo(200);
            assertThat(answer.header("Connection")).as(what).isNotEqualTo("close");
            answers.add(answer.text().replaceFirst("^(first|second) ", ""));
        }
        assertThat(answers).as(what).isEqualTo(ANSWERS);
    }

    /** What is read of a request stays here until it is answered. */
    @ParameterizedTest
    @ValueSource(strings = {"chunked", "length"})
    void aBodyHalfWayIsReadToItsEndFirst(String kind) throws IOException {
        String request =
                kind.equals("chunked") ? RawHttp.chunked("some", " body") : RawHttp.post("four");
        int half = request.indexOf("\r\n\r\n") + 6;
        try (var servers = new MovingHttp();
                RawHttp client = servers.connect()) {
            client.send(request.substring(0, half));
            servers.fixture.until(() -> servers.seen.size() == 1);
            servers.leave();
            servers.fixture.turns();
            client.send(request.substring(half));
            assertThat(client.answer().text()).startsWith("first /");
            servers.untilMoved(1);
            assertThat(client.get().text()).isEqualTo("second /");
        }
    }

    /** A handler that does not read the body: it is thrown away here, and not there. */
    @Test
    void anUnreadBodyDoesNotTravel() throws IOException {
        String request = RawHttp.post("x".repeat(10_000)).replace("POST /", "POST /unread");
        int half = request.length() - 5_000;
        try (var servers = new MovingHttp();
                RawHttp client = servers.connect()) {
            client.send(request.substring(0, half));
            assertThat(client.answer().text()).isEqualTo("first unread");
            servers.leave();
            servers.fixture.turns();
            client.send(request.substring(half) + RawHttp.get("/next"));
            assertThat(client.answer().text()).isEqualTo("second /next");
        }
    }

    @Test
    void halfAHeadMovesAtOnceAndIsReadAnew() throws IOException {
        try (var servers = new MovingHttp();
                RawHttp client = servers.connect()) {
            client.send(RawHttp.get("/a") + "\r\n\r\nGET /b HTT");
            assertThat(client.answer().text()).isEqualTo("first /a");
            servers.leave();
            servers.untilMoved(1);
            client.send("P/1.1\r\nHost: a\r\n\r\n");
            assertThat(client.answer().text()).isEqualTo("second /b");
        }
    }

    @Test
    void overAUnixSocketAsWell(@TempDir Path folder) throws IOException {
        Path path = folder.resolve("s");
        HttpFixture fixture =
                HttpFixture.of(
                        loop -> HttpServer.create(loop), server -> server.listen(path.toString()));
        try (var servers = new MovingHttp(fixture, HttpServerOptions.DEFAULTS);
                SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
            assertThat(get(client)).endsWith("first /");
            servers.leave();
            servers.untilMoved(1);
            assertThat(get(client)).endsWith("second /");
        }
    }

    private static String get(SocketChannel client) throws IOException {
        client.write(ByteBuffer.wrap(RawHttp.get("/").getBytes(ISO_8859_1)));
        StringBuilder text = new StringBuilder();
        ByteBuffer buffer = ByteBuffer.allocate(1000);
        while (text.indexOf("\r\n\r\n") < 0 || text.charAt(text.length() - 1) != '/') {
            assertThat(client.read(buffer.clear())).as(text.toString()).isPositive();
            text.append(ISO_8859_1.decode(buffer.flip()));
        }
        return text.toString();
    }
}
