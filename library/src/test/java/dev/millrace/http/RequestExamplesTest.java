package dev.millrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.http.RawHttp.Answer;
import java.io.IOException;
import java.util.Locale;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

/** What the Javadoc of a request shows, compiled and run. */
class RequestExamplesTest {
    @Test
    void theQuery() throws IOException {
        try (HttpFixture fixture = HttpFixture.serve(RequestExamplesTest::search);
                RawHttp client = fixture.connect()) {
            assertThat(client.send(RawHttp.get("/caf%C3%A9?q=1")).answer().text())
                    .isEqualTo("/caf\u00c3\u00a9 q=1");
            assertThat(client.send(RawHttp.get("/%ff")).answer().status()).isEqualTo(400);
        }
    }

    private static void search(ServerRequest request, ServerResponse response) {
        // @start region="path"
        response.end(request.path() + " " + request.rawQuery().orElse(""));
        // @end
    }

    @Test
    void parameters() throws IOException {
        try (HttpFixture fixture = HttpFixture.serve(RequestExamplesTest::page);
                RawHttp client = fixture.connect()) {
            assertThat(client.send(RawHttp.get("/?limit=7&tag=a%20b&tag=c+d")).answer().text())
                    .isEqualTo("7 of [a b, c d]");
            assertThat(client.send(RawHttp.get("/")).answer().text()).isEqualTo("10 of []");
        }
    }

    private static void page(ServerRequest request, ServerResponse response) {
        // @start region="query"
        int limit = request.query("limit").map(Integer::parseInt).orElse(10);
        response.end(limit + " of " + request.queryAll("tag"));
        // @end
    }

    @Test
    void wholeBodies() throws IOException {
        try (HttpFixture fixture =
                HttpFixture.serve((request, response) -> {
                    if (request.rawPath().equals("/text")) {
                        shout(request, response);
                    } else {
                        measure(request, response);
                    }
                })) {
            try (RawHttp client = fixture.connect()) {
                client.send(RawHttp.post("four").replace("/ ", "/text "));
                assertThat(client.answer().text()).isEqualTo("FOUR");
                client.send(RawHttp.chunked("four", "more"));
                assertThat(client.answer().text()).isEqualTo("8 bytes");
                client.send(RawHttp.post("x".repeat(1025)));
                assertThat(client.answer().status()).isEqualTo(413);
            }
        }
    }

    private static void shout(ServerRequest request, ServerResponse response) {
        // @start region="text"
        request.text(1 << 20).thenAccept(text -> response.end(text.toUpperCase(Locale.ROOT)));
        // @end
    }

    private static void measure(ServerRequest request, ServerResponse response) {
        // @start region="body"
        request.body(1024).thenAccept(bytes -> response.end(bytes.length + " bytes"));
        // @end
    }

    @Test
    void refused() throws IOException {
        try (HttpFixture fixture = HttpFixture.serve(RequestExamplesTest::number);
                RawHttp client = fixture.connect()) {
            assertThat(client.send(RawHttp.post("41")).answer().text()).isEqualTo("42\n");
            Answer answer = client.send(RawHttp.post("one")).answer();
            assertThat(answer.status()).isEqualTo(422);
            assertThat(answer.text()).isEqualTo("a number is expected, not one\n");
            assertThat(fixture.handlerErrorCount()).isZero();
        }
    }

    private static void number(ServerRequest request, ServerResponse response) {
        // @start region="refused"
        request.text(20)
                .thenApply(text -> {
                    if (!text.matches("\\d{1,9}")) {
                        throw new CompletionException(
                                new ServerRequest.RefusedException(
                                        422, "a number is expected, not " + text));
                    }
                    return Integer.parseInt(text);
                })
                .thenAccept(number -> response.end(number + 1 + "\n"));
        // @end
    }

    @Test
    void pathBytes() throws IOException {
        var options = HttpServerOptions.DEFAULTS.withAllowUndecodableTargets(true);
        try (HttpFixture fixture = HttpFixture.serve(options, RequestExamplesTest::lookUp);
                RawHttp client = fixture.connect()) {
            client.send(RawHttp.get("/caf%E9") + RawHttp.get("/%zz") + RawHttp.get("/a%00"));
            assertThat(client.answer().text()).isEqualTo("5 bytes");
            assertThat(client.answer().status()).isEqualTo(400);
            assertThat(client.answer().status()).isEqualTo(400);
        }
    }

    private static void lookUp(ServerRequest request, ServerResponse response) {
        // @start region="pathBytes"
        request.pathBytes()
                .ifPresentOrElse(
                        name -> response.end(name.length + " bytes"),
                        () -> response.status(400).end());
        // @end
    }
}
