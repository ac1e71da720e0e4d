package dev.millrace.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.http.HttpFixture;
import dev.millrace.http.RawHttp;
import java.io.IOException;
import java.io.PrintStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The examples in the Javadoc of handlers that block. */
@Timeout(30)
class VirtualThreadsExamplesTest {
    @Test
    void threads() throws IOException {
        // @start region="threads"
        var threads = new VirtualThreads();
        var router = new Router();
        router.post(
                "/copy",
                threads.handler((request, response) -> {
                    response.header("Content-Type", "application/octet-stream");
                    request.inputStream().transferTo(response.outputStream());
                }));
        router.get(
                "/hello/{name}",
                threads.route((request, response) ->
                        response.end("hello " + request.parameters().text("name") + "\n")));
        // @end
        try (var fixture = HttpFixture.serve(router);
                RawHttp client = fixture.connect()) {
            client.send(RawHttp.post("back").replace("/ ", "/copy "));
            assertThat(client.answer().text()).isEqualTo("back");
            assertThat(client.send(RawHttp.get("/hello/Ann")).answer().text())
                    .isEqualTo("hello Ann\n");
        }
    }

    // @start region="blockingHandler"
    static void search(BlockingRequest request, BlockingResponse response) throws Exception {
        String word = request.query("word").orElse("");
        Thread.yield(); // a database answers
        response.end("nothing about " + word + "\n");
    }

    // @end

    @Test
    void handler() throws IOException {
        try (var fixture =
                        HttpFixture.serve(
                                new VirtualThreads().handler(VirtualThreadsExamplesTest::search));
                RawHttp client = fixture.connect()) {
            assertThat(client.send(RawHttp.get("/?word=it")).answer().text())
                    .isEqualTo("nothing about it\n");
        }
    }

    private static void shout(BlockingRequest request, BlockingResponse response)
            throws IOException {
        // @start region="blockingRequest"
        String text = request.text(100_000); // more is a 413
        response.end(text.toUpperCase());
        // @end
    }

    private static void count(BlockingRequest request, BlockingResponse response)
            throws IOException {
        // @start region="blockingResponse"
        response.header("Content-Type", "text/plain");
        var out = new PrintStream(response.outputStream());
        for (int line = 1; line <= 3; line++) {
            out.println("line " + line);
            out.flush(); // the client sees it now
        }
        // @end
    }

    @Test
    void requestAndResponse() throws IOException {
        var threads = new VirtualThreads();
        Router router =
                new Router()
                        .post("/", threads.handler(VirtualThreadsExamplesTest::shout))
                        .get("/", threads.handler(VirtualThreadsExamplesTest::count));
        try (var fixture = HttpFixture.serve(router);
                RawHttp client = fixture.connect()) {
            assertThat(client.send(RawHttp.post("loud")).answer().text()).isEqualTo("LOUD");
            assertThat(client.get().text().lines()).containsExactly("line 1", "line 2", "line 3");
        }
    }
}
