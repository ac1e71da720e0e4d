package dev.millrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.http.wire.RequestParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Parsers go from connection to connection, and carry nothing along. */
@Timeout(30)
class HttpParserPoolTest {
    private static final int CONNECTIONS = 20;

    private static void echo(ServerRequest request, ServerResponse response) {
        StringBuilder body = new StringBuilder();
        request.onData(data -> body.append(StandardCharsets.ISO_8859_1.decode(data)))
                .onEnd(() ->
                        response.end(
                                request.target() + "|" + request.headers().all("X") + "|" + body));
    }

    @Tag("J6")
    @Test
    void anIdleConnectionHoldsNoParser() throws IOException {
        List<RawHttp> clients = new ArrayList<>();
        try (var fixture = HttpFixture.serve(HttpParserPoolTest::echo)) {
            for (int number = 0; number < CONNECTIONS; number++) {
                clients.add(fixture.connect());
                assertThat(clients.getLast().get().text()).isEqualTo("/|[]|");
            }
            fixture.run(() -> assertThat(fixture.server().parsers().idleCount()).isEqualTo(1));
            for (RawHttp client : clients) {
                client.send("GET / HTTP");
            }
            fixture.until(() ->
                    fixture.server().connections().stream()
                            .allMatch(one -> one.socket().bytesRead() >= 36));
            fixture.run(() -> assertThat(fixture.server().parsers().idleCount()).isZero());
            for (RawHttp client : clients) {
                assertThat(client.send("/1.1\r\nHost: a\r\n\r\n").answer().text())
                        .isEqualTo("/|[]|");
            }
            fixture.run(() ->
                    assertThat(fixture.server().parsers().idleCount()).isEqualTo(CONNECTIONS));
            for (RawHttp client : clients) {
                client.close();
            }
        }
    }

    @Tag("J6")
    @Test
    void aConnectionThatEndsInARequestGivesItsParserBack() throws IOException {
        String cut = RawHttp.post("body").replace("body", "bo");
        try (var fixture = HttpFixture.serve(HttpParserPoolTest::echo)) {
            for (int length : new int[] {10, cut.length()}) {
                RawHttp client = fixture.connect().send(cut.substring(0, length));
                fixture.untilRead(length);
                client.reset();
                fixture.untilEmpty();
                fixture.run(() -> assertThat(fixture.server().parsers().idleCount()).isEqualTo(1));
            }
        }
    }

    @Tag("J6")
    @Test
    void thePoolIsBounded() {
        ParserPool pool = new ParserPool(HttpLimits.DEFAULTS);
        RequestParser first = pool.take();
        pool.release(first);
        assertThat(pool.take()).isSameAs(first);
        for (int number = 0; number < ParserPool.IDLE_MAX + 10; number++) {
            pool.release(new RequestParser(HttpLimits.DEFAULTS.wire()));
        }
        assertThat(pool.idleCount()).isEqualTo(ParserPool.IDLE_MAX);
    }

    /** Pieces of many connections' requests in turn, on parsers that broken ones have used. */
    @Tag("J7")
    @Test
    void nothingOfOneConnectionShowsOnAnother() throws IOException {
        Random random = new Random(11);
        try (var fixture = HttpFixture.serve(HttpParserPoolTest::echo)) {
            for (int round = 0; round < 10; round++) {
                List<RawHttp> clients = new ArrayList<>();
                List<String> requests = new ArrayList<>();
                for (int number = 0; number < CONNECTIONS; number++) {
                    clients.add(fixture.connect());
                    requests.add(request(number));
                }
                int[] sent = new int[CONNECTIONS];
                for (int step = 0; step < CONNECTIONS * 5; step++) {
                    sendSome(clients, requests, sent, random.nextInt(CONNECTIONS), random);
                }
                for (int number = 0; number < CONNECTIONS; number++) {
                    try (RawHttp client = clients.get(number)) {
                        client.send(requests.get(number).substring(sent[number]));
                        String answer = client.answer().text();
                        assertThat(answer).isEqualTo(expected(number, answer));
                    }
                }
            }
            assertThat(fixture.handlerErrors()).isEmpty();
        }
    }

    private static void sendSome(
            List<RawHttp> clients, List<String> requests, int[] sent, int at, Random random)
            throws IOException {
        int end = Math.min(requests.get(at).length(), sent[at] + random.nextInt(40));
        clients.get(at).send(requests.get(at).substring(sent[at], end));
        sent[at] = end;
    }

    /** Every fifth breaks in its head, every fourth in its body. */
    private static String request(int number) {
        String id = Integer.toString(number).repeat(10);
        String field = number % 5 == 0 ? "X : " : "X: ";
        String fields = "Host: a\r\n" + field + id + "\r\n";
        String head = "POST /" + id + " HTTP/1.1\r\n" + fields;
        return switch (number % 4) {
            case 0 -> head + "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\nbroken\r\n";
            case 1 -> head + "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\nT: 1\r\n\r\n";
            case 2 -> head + "Content-Length: 3\r\n\r\nabc";
            default -> "GET /" + id + " HTTP/1.1\r\n" + fields + "\r\n";
        };
    }

    private static String expected(int number, String answer) {
        if (number % 5 == 0 || number % 4 == 0) {
            String code = number % 5 == 0 ? "HPE_INVALID_HEADER_TOKEN" : "HPE_INVALID_CHUNK_SIZE";
            return answer.startsWith(code) ? answer : code;
        }
        String id = Integer.toString(number).repeat(10);
        return "/" + id + "|[" + id + "]|" + List.of("", "ab", "abc", "").get(number % 4);
    }
}
