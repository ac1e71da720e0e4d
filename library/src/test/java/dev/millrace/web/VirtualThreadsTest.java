package dev.millrace.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.http.HttpFixture;
import dev.millrace.http.RawHttp;
import dev.millrace.http.RawHttp.Answer;
import dev.millrace.http.ServerRequest.RefusedException;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Handlers that block: what they read and write, what they throw, how many there are. */
@Timeout(60)
class VirtualThreadsTest {
    private static final VirtualThreads.Options DEFAULTS = VirtualThreads.Options.DEFAULTS;

    private static HttpFixture serve(BlockingHttpHandler handler) {
        return HttpFixture.serve(new VirtualThreads().handler(handler));
    }

    private static Answer ask(BlockingHttpHandler handler, String request) throws IOException {
        try (var fixture = serve(handler);
                RawHttp client = fixture.connect()) {
            return client.send(request).answer();
        }
    }

    @Test
    void twoThousandRequestsAreServedAtOnce() throws IOException {
        int connections = 250;
        int each = 8;
        CountDownLatch allThere = new CountDownLatch(connections * each);
        BlockingHttpHandler handler =
                (request, response) -> {
                    String text = request.text(10);
                    allThere.countDown();
                    allThere.await();
                    response.end(text + Thread.currentThread().isVirtual());
                };
        List<RawHttp> clients = new ArrayList<>();
        try (var fixture = serve(handler)) {
            for (int at = 0; at < connections; at++) {
                RawHttp client = fixture.connect();
                clients.add(client);
                for (int number = 0; number < each; number++) {
                    client.send(RawHttp.post("" + number));
                }
            }
            for (RawHttp client : clients) {
                for (int number = 0; number < each; number++) {
                    assertThat(client.answer().text()).isEqualTo(number + "true");
                }
                client.close();
            }
            assertThat(fixture.requestCount()).isEqualTo(connections * each);
        }
    }

    @Test
    void aShortResponseIsWholeAndALongOneIsChunked() throws IOException {
        BlockingHttpHandler writing =
                (request, response) -> {
                    int length = Integer.parseInt(request.query("n").orElseThrow());
                    try (OutputStream out = response.outputStream()) {
                        for (int at = 0; at < length; at++) {
                            out.write('x');
                        }
                    }
                };
        Answer whole = ask(writing, RawHttp.get("/?n=8192"));
        assertThat(whole.header("Content-Length")).isEqualTo("8192");
        assertThat(whole.text()).isEqualTo("x".repeat(8192));
        Answer chunked = ask(writing, RawHttp.get("/?n=8193"));
        assertThat(chunked.header("Transfer-Encoding")).isEqualTo("chunked");
        assertThat(chunked.text()).isEqualTo("x".repeat(8193));
        assertThat(ask(writing, RawHttp.get("/?n=0")).header("Content-Length")).isEqualTo("0");
    }

    @Test
    void statusAndFieldsAreSet() throws IOException {
        Answer answer =
                ask(
                        (request, response) -> {
                            response.status(201).header("X-A", "no").header("X-A", "1");
                            response.addHeader("X-A", "2").end();
                            response.end();
                        },
                        RawHttp.get("/"));
        assertThat(answer.status()).isEqualTo(201);
        assertThat(answer.all("X-A")).containsExactly("1", "2");
    }

    @Test
    void mistakesWithTheHeadAreToldAtTheCall() throws IOException {
        List<Throwable> thrown = new ArrayList<>();
        BlockingHttpHandler handler =
                (request, response) -> {
                    thrown.add(caught(() -> response.status(600)));
                    thrown.add(caught(() -> response.header("a b", "")));
                    thrown.add(caught(() -> response.header("a", "b\r\nc")));
                    thrown.add(caught(() -> request.body(-1)));
                    response.outputStream().write('a');
                    response.outputStream().flush();
                    thrown.add(caught(() -> response.status(201)));
                    response.end("b");
                    thrown.add(caught(() -> response.outputStream().write('c')));
                    response.outputStream().flush();
                };
        assertThat(ask(handler, RawHttp.get("/")).text()).isEqualTo("ab");
        assertThat(thrown)
                .extracting(one -> one.getClass().getSimpleName())
                .containsExactly(
                        "IllegalArgumentException",
                        "IllegalArgumentException",
                        "IllegalArgumentException",
                        "IllegalArgumentException",
                        "IllegalStateException",
                        "IOException");
    }

    private interface Attempt {
        void run() throws Exception;
    }

    private static Throwable caught(Attempt attempt) {
        try {
            attempt.run();
            return new AssertionError("nothing was thrown");
        } catch (Exception thrown) {
            return thrown;
        }
    }

    @Test
    void largeBodiesGoThroughInBothDirections() throws IOException {
        String body = "0123456789abcdef".repeat(100_000);
        BlockingHttpHandler copying =
                (request, response) -> {
                    byte[] piece = new byte[5000];
                    int length;
                    while ((length = request.inputStream().read(piece)) >= 0) {
                        response.outputStream().write(piece, 0, length);
                    }
                };
        assertThat(ask(copying, RawHttp.post(body)).text()).isEqualTo(body);
        assertThat(ask(copying, RawHttp.chunked("a", "bc")).text()).isEqualTo("abc");
        assertThat(ask(copying, RawHttp.post("")).text()).isEmpty();
        assertThat(ask(copying, RawHttp.chunked()).text()).isEmpty();
        assertThat(ask(copying, RawHttp.get("/")).text()).isEmpty();
    }

    @Test
    void theBodyIsAskedForByTheFirstRead() throws IOException {
        String head =
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n";
        try (var fixture = serve((request, response) -> response.end(request.text(2)));
                RawHttp client = fixture.connect()) {
            assertThat(client.send(head).line()).isEqualTo("HTTP/1.1 100 Continue");
            client.line();
            assertThat(client.send("ok").answer().text()).isEqualTo("ok");
        }
        Answer unread = ask((request, response) -> response.end("no need"), head);
        assertThat(unread.text()).isEqualTo("no need");
    }

    @Test
    void aBodyHasALimit() throws IOException {
        BlockingHttpHandler four = (request, response) -> response.end(request.text(4));
        assertThat(ask(four, RawHttp.post("four")).text()).isEqualTo("four");
        for (String more : List.of(RawHttp.post("fiver"), RawHttp.chunked("fiv", "er"))) {
            try (var fixture = serve(four);
                    RawHttp client = fixture.connect()) {
                Answer answer = client.send(more).answer();
                assertThat(answer.status()).isEqualTo(413);
                assertThat(answer.text()).isEqualTo("the body is longer than 4 bytes\n");
                assertThat(fixture.handlerErrorCount()).isZero();
            }
        }
    }

    @Test
    void whatAHandlerThrowsIsItsFailure() throws IOException {
        BlockingHttpHandler throwing =
                (request, response) -> {
                    response.outputStream().write('x');
                    throw new IllegalStateException("a mistake");
                };
        try (var fixture = serve(throwing);
                RawHttp client = fixture.connect()) {
            assertThat(client.get().status()).isEqualTo(500);
            assertThat(fixture.handlerErrorCount()).isEqualTo(1);
            assertThat(fixture.handlerErrors().getFirst()).hasMessage("a mistake");
        }
        Answer refused =
                ask(
                        (request, response) -> {
                            throw new RefusedException(404, "not here");
                        },
                        RawHttp.get("/"));
        assertThat(refused.status()).isEqualTo(404);
        assertThat(refused.text()).isEqualTo("not here\n");
    }

    @Test
    void aResponseThatHasBegunIsCutOff() throws IOException {
        try (var fixture =
                        serve((request, response) -> {
                            response.outputStream().write('x');
                            response.outputStream().flush();
                            throw new IOException("half way");
                        });
                RawHttp client = fixture.connect()) {
            client.send(RawHttp.get("/"));
            assertThatThrownBy(client::answer).isInstanceOf(IOException.class);
            fixture.untilEmpty();
            assertThat(fixture.handlerErrors().getFirst()).hasMessage("half way");
        }
    }

    @Test
    void aLengthThatIsNotKeptIsTheHandlersFailure() throws IOException {
        try (var fixture =
                        serve((request, response) -> {
                            response.header("Content-Length", "2");
                            response.outputStream().write(new byte[10_000]);
                        });
                RawHttp client = fixture.connect()) {
            client.send(RawHttp.get("/"));
            assertThatThrownBy(client::answer).isInstanceOf(IOException.class);
            fixture.untilEmpty();
            fixture.until(() -> fixture.server().handlerErrorCount() > 0);
            assertThat(fixture.handlerErrors().getFirst())
                    .hasMessageContaining("ERR_HTTP_CONTENT_LENGTH_MISMATCH");
        }
    }

    @Test
    void beyondTheThreadsRequestsWaitAndBeyondThoseTheyAreRefused() throws IOException {
        VirtualThreads threads = new VirtualThreads(DEFAULTS.withMaxThreads(1).withMaxWaiting(1));
        CountDownLatch go = new CountDownLatch(1);
        BlockingHttpHandler handler =
                (request, response) -> {
                    go.await();
                    response.end("served");
                };
        try (var fixture = HttpFixture.serve(threads.handler(handler));
                RawHttp first = fixture.connect();
                RawHttp second = fixture.connect();
                RawHttp third = fixture.connect()) {
            first.send(RawHttp.get("/"));
            fixture.until(() -> threads.running() == 1);
            second.send(RawHttp.get("/"));
            fixture.until(() -> threads.waiting() == 1);
            assertThat(threads).hasToString("VirtualThreads[1 of 1, 1 waiting]");
            Answer refused = third.get();
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.header("Retry-After")).isEqualTo("1");
            go.countDown();
            assertThat(first.answer().text()).isEqualTo("served");
            assertThat(second.answer().text()).isEqualTo("served");
            fixture.until(() -> threads.running() == 0);
            assertThat(third.get().text()).as("there is room again").isEqualTo("served");
            assertThat(fixture.handlerErrorCount()).isZero();
        }
    }

    @Test
    void theLoopIsNoThreadToReadOn() throws IOException {
        CompletableFuture<Throwable> thrown = new CompletableFuture<>();
        BlockingHttpHandler handler =
                (request, response) -> {
                    request.head()
                            .loop()
                            .execute(() ->
                                    thrown.complete(caught(() -> request.inputStream().read())));
                    thrown.join();
                };
        assertThat(ask(handler, RawHttp.post("x")).status()).isEqualTo(200);
        assertThat(thrown.join())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("reading here would block the loop");
    }

    @Test
    void aRequestTellsItsHead() throws IOException {
        BlockingHttpHandler handler =
                (request, response) ->
                        response.end(
                                String.join(
                                        " ",
                                        request.method(),
                                        request.path(),
                                        request.query("q").orElse("none"),
                                        request.header("Host").orElse("none"),
                                        request.parameters().names().toString(),
                                        request.toString().replace("complete", "arriving"),
                                        response.toString()));
        assertThat(ask(handler, RawHttp.get("/%41?q=1")).text())
                .isEqualTo(
                        "GET /A 1 a [] BlockingRequest[GET /%41?q=1 HTTP/1.1, arriving]"
                                + " BlockingResponse[head open]");
    }

    @Test
    void optionsAreChecked() {
        assertThatThrownBy(() -> DEFAULTS.withMaxThreads(0)).hasMessageContaining("use 1 thread");
        assertThatThrownBy(() -> DEFAULTS.withMaxWaiting(-1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(DEFAULTS.withInterrupts(false).interrupts()).isFalse();
    }
}
