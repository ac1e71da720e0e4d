package dev.millrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.testing.RawClient;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What a server, a request and a response say of themselves, in several states. */
class HttpTextsTest {
    private final List<String> lines = new ArrayList<>();
    private final CompletableFuture<ServerResponse> kept = new CompletableFuture<>();

    private void handle(ServerRequest request, ServerResponse response) {
        lines.add(request + " " + response);
        response.status(201).write("x");
        lines.add("" + response);
        request.onEnd(
                        () -> {
                            response.end();
                            lines.add(request + " " + response);
                        })
                .resume();
        kept.complete(response);
    }

    @Test
    void anExchangeIsToldInOneLineEach() {
        try (var fixture = HttpFixture.serve(this::handle);
                RawClient client = RawClient.connect(fixture.port())) {
            String place = "tcp://127.0.0.1:" + fixture.port();
            fixture.until(() -> fixture.server().net().connectionCount() == 1);
            assertThat(fixture.server())
                    .hasToString("HttpServer[listening " + place + ", 1 connections, 0 requests]");
            client.write("POST /a?b HTTP/1.1\r\nHost: a\r\nConnection: close\r\n")
                    .write("Content-Length: 1\r\n\r\n");
            ServerResponse response = kept.join();
            client.write("1").readToEnd();
            client.close(); // or the server would linger
            fixture.untilEmpty();
            assertThat(fixture.server())
                    .hasToString("HttpServer[listening " + place + ", 0 connections, 1 requests]");
            assertThat(response).hasToString("ServerResponse[201 to POST /a?b, closed]");
            assertThat(lines)
                    .containsExactly(
                            "ServerRequest[POST /a?b HTTP/1.1, arriving]"
                                    + " ServerResponse[200 to POST /a?b, head open]",
                            "ServerResponse[201 to POST /a?b, head sent]",
                            "ServerRequest[POST /a?b HTTP/1.1, complete]"
                                    + " ServerResponse[201 to POST /a?b, closed]");
        }
    }

    @Test
    void aLongTargetIsCut() {
        HttpHandler handler = (request, response) -> response.end("" + request);
        try (var fixture = HttpFixture.serve(handler);
                RawClient client = RawClient.connect(fixture.port())) {
            client.write("GET /" + "x".repeat(5_000) + " HTTP/1.1\r\n");
            String answer = client.write("Host: a\r\nConnection: close\r\n\r\n").readToEnd();
            assertThat(answer)
                    .endsWith("ServerRequest[GET /" + "x".repeat(98) + "... HTTP/1.1, arriving]");
        }
    }
}
