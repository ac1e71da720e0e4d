package dev.millrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.kernel.ListenOptions;
import dev.millrace.loop.Loop;
import dev.millrace.loop.Work;
import dev.millrace.net.NetSocket;
import dev.millrace.testing.LoopFixture;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** What the Javadoc of the HTTP server shows, compiled and run. */
class HttpExamplesTest {
    private final StringBuffer printed = new StringBuffer();

    private void print(Object text) {
        printed.append(text).append('|');
    }

    @Test
    void listeningAsAStage() {
        LoopFixture.run(loop -> {
            HttpServer server = HttpServer.create(loop);
            listenInTurn(server);
            server.onListening(() -> loop.setImmediate(server::close));
        });
        assertThat(printed.toString()).startsWith("ready on port ");
    }

    private void listenInTurn(HttpServer server) {
        // @start region="listening"
        server.listen(0, "127.0.0.1")
                .listening()
                .thenAccept(ready -> print("ready on port " + ready.port()));
        // @end
    }

    @Test
    void aServer() throws IOException {
        try (HttpFixture fixture = HttpFixture.of(HttpExamplesTest::hello);
                RawHttp client = fixture.connect()) {
            assertThat(client.get().text()).isEqualTo("Hello World\n");
        }
    }

    private static HttpServer hello(Loop loop) {
        // @start region="server"
        HttpServer server =
                HttpServer.create(
                        loop,
                        (request, response) -> {
                            response.header("Content-Type", "text/plain");
                            response.end("Hello World\n");
                        });
        // @end
        return server;
    }

    @Test
    void listening() {
        LoopFixture.run(loop -> {
            HttpServer server = hello(loop);
            listen(server);
            loop.setImmediate(server::close);
        });
        assertThat(printed.toString()).startsWith("http://127.0.0.1:");
    }

    private void listen(HttpServer server) {
        // @start region="listen"
        server.onListening(() -> print("http://127.0.0.1:" + server.port()));
        server.onHandlerError(thrown -> print("a bug: " + thrown)); // the peer gets a 500
        server.listen(0, "127.0.0.1"); // any free port
        // @end
    }

    @Test
    void aServerBeforeItsHandler() {
        LoopFixture.run(loop -> {
            HttpServer server = counting(loop);
            server.onListening(() -> {
                NetSocket client = NetSocket.connect(loop, server.port(), "127.0.0.1");
                client.write("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
                client.onClose(server::close).resume();
            });
        });
        assertThat(printed).hasToString("request 1|");
    }

    private HttpServer counting(Loop loop) {
        // @start region="onRequest"
        HttpServer server = HttpServer.create(loop);
        server.onRequest((request, response) -> {
            print("request " + server.requestCount());
            response.end();
        });
        server.listen(0, "127.0.0.1");
        // @end
        return server;
    }

    @Test
    void theServerBelow() {
        LoopFixture.run(loop -> {
            HttpServer server = below(hello(loop));
            loop.setImmediate(server::close);
        });
        assertThat(printed.toString()).startsWith("127.0.0.1:").endsWith("|");
    }

    private HttpServer below(HttpServer server) {
        // @start region="net"
        server.net().onListening(() -> print(server.net().address().orElseThrow()));
        server.net().onDrop(drop -> print("too many connections: " + drop));
        server.net().listen(0, "127.0.0.1", ListenOptions.DEFAULTS.withBacklog(64));
        // @end
        return server;
    }

    @Test
    void closing() {
        LoopFixture.run(loop -> {
            HttpServer server = hello(loop);
            server.listen(0, "127.0.0.1");
            server.onListening(() -> close(server));
        });
        assertThat(printed).hasToString("the last connection is gone|");
    }

    private void close(HttpServer server) {
        // @start region="close"
        server.onClose(() -> print("the last connection is gone"));
        server.close(); // those with a request still get their response
        // @end
    }

    @Test
    void closingWithALimit() {
        LoopFixture.run(loop -> {
            HttpServer server = hello(loop);
            server.listen(0, "127.0.0.1");
            server.onListening(() -> shutdown(server));
        });
        assertThat(printed).hasToString("0 were cut off|");
    }

    private void shutdown(HttpServer server) {
        // @start region="shutdown"
        server.shutdown(Duration.ofSeconds(10))
                .thenAccept(end -> print(end.cut().size() + " were cut off"));
        // @end
    }

    // @start region="handler"
    /** Answers by method and path. */
    static final class Greeter implements HttpHandler {
        @Override
        public void handle(ServerRequest request, ServerResponse response) {
            switch (request.method() + " " + request.rawPath()) {
                case "GET /" -> response.end("hello\n");
                case "POST /echo" -> request.pipeTo(response);
                default -> response.status(404).end("there is no such page\n");
            }
        }
    }

    // @end

    @Test
    void aHandler() throws IOException {
        try (HttpFixture fixture = HttpFixture.serve(new Greeter());
                RawHttp client = fixture.connect()) {
            assertThat(client.get().text()).isEqualTo("hello\n");
            client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nback");
            assertThat(client.answer().text()).isEqualTo("back");
            assertThat(client.send(RawHttp.get("/else")).answer().status()).isEqualTo(404);
        }
    }

    @Test
    void aBody() throws IOException {
        try (HttpFixture fixture = HttpFixture.serve(HttpExamplesTest::receive);
                RawHttp client = fixture.connect()) {
            assertThat(client.send(RawHttp.post("eleven byte")).answer().text())
                    .isEqualTo("11 bytes\n");
        }
    }

    private static void receive(ServerRequest request, ServerResponse response) {
        // @start region="request"
        long[] length = {0};
        request.onData(chunk -> length[0] += chunk.remaining());
        request.onEnd(() -> response.end(length[0] + " bytes\n"));
        request.onError(error -> {}); // the peer left before the end
        // @end
    }

    @Test
    void fields() throws IOException {
        try (HttpFixture fixture = HttpFixture.serve(this::readFields);
                RawHttp client = fixture.connect()) {
            client.send("GET / HTTP/1.1\r\nHost: a\r\nCookie: b=1\r\ncookie: c=2\r\n\r\n");
            assertThat(client.answer().text()).isEqualTo("anyone, [b=1, c=2]");
        }
        assertThat(printed).hasToString("Host: a|Cookie: b=1|cookie: c=2|");
    }

    private void readFields(ServerRequest request, ServerResponse response) {
        // @start region="headers"
        HttpHeaders headers = request.headers();
        String agent = headers.first("User-Agent").orElse("anyone");
        List<String> cookies = headers.all("cookie"); // no matter in which case they came
        headers.forEach((name, value) -> print(name + ": " + value));
        // @end
        response.end(agent + ", " + cookies);
    }

    @Test
    void aResponseInParts() throws IOException {
        try (HttpFixture fixture = HttpFixture.serve((request, response) -> answer(response));
                RawHttp client = fixture.connect()) {
            RawHttp.Answer answer = client.get();
            assertThat(answer.status()).isEqualTo(201);
            assertThat(answer.header("Content-Type")).isEqualTo("text/csv");
            assertThat(answer.text()).isEqualTo("a,b\n1,2\n");
        }
    }

    private static void answer(ServerResponse response) {
        // @start region="response"
        response.status(201).header("Content-Type", "text/csv");
        response.write("a,b\n"); // the head leaves with it, and the body is chunked
        response.end("1,2\n");
        // @end
    }

    @Test
    void aFailure() throws IOException {
        try (HttpFixture fixture = HttpFixture.serve((request, response) -> look(response));
                RawHttp client = fixture.connect()) {
            assertThat(client.get().status()).isEqualTo(500);
        }
    }

    private static String lookUp() throws IOException {
        throw new IOException("no such row");
    }

    private static void look(ServerResponse response) {
        Loop loop = response.request().socket().loop();
        // @start region="fail"
        loop.offload(() -> lookUp())
                .whenComplete((text, error) -> {
                    if (error == null) {
                        response.end(text);
                    } else {
                        response.fail(500, error);
                    }
                });
        // @end
    }

    @Test
    void aClientThatLeaves() throws IOException {
        try (HttpFixture fixture =
                        HttpFixture.serve((request, response) -> compute(response, request));
                RawHttp client = fixture.connect()) {
            client.send(RawHttp.get("/")).endOutput();
            fixture.untilEmpty();
            assertThat(client.rest()).isEmpty();
        }
    }

    private static void compute(ServerResponse response, ServerRequest request) {
        Loop loop = request.socket().loop();
        // @start region="peerEnd"
        Work<String> work = loop.offload(() -> longComputation());
        work.thenAccept(text -> response.end(text));
        response.onPeerEnd(() -> {
            work.cancel();
            response.destroy();
        });
        // @end
    }

    private static String longComputation() throws InterruptedException {
        new CountDownLatch(1).await();
        return "never";
    }

    @Test
    void options() throws IOException {
        try (HttpFixture fixture =
                        HttpFixture.of(
                                loop -> careful(loop, (request, response) -> response.end()));
                RawHttp client = fixture.connect()) {
            assertThat(client.send(RawHttp.get("/" + "x".repeat(2000))).answer().status())
                    .isEqualTo(414);
        }
    }

    private static HttpServer careful(Loop loop, HttpHandler handler) {
        // @start region="options"
        HttpLimits limits =
                HttpLimits.DEFAULTS.withMaxTargetBytes(1 << 10).withMaxBodyBytes(1 << 20);
        HttpTimeouts timeouts = HttpTimeouts.DEFAULTS.withKeepAlive(Duration.ofSeconds(30));
        HttpServerOptions options =
                HttpServerOptions.DEFAULTS
                        .withLimits(limits)
                        .withTimeouts(timeouts)
                        .withMaxConnections(10_000);
        HttpServer server = HttpServer.create(loop, options, handler);
        // @end
        return server;
    }

    @Test
    void dates() throws IOException {
        Instant changed = Instant.parse("1994-11-06T08:49:37Z");
        try (HttpFixture fixture =
                        HttpFixture.serve(
                                (request, response) -> ifChanged(request, response, changed));
                RawHttp client = fixture.connect()) {
            String date = client.get().header("Last-Modified");
            assertThat(date).isEqualTo("Sun, 06 Nov 1994 08:49:37 GMT");
            client.send("GET / HTTP/1.1\r\nHost: a\r\nIf-Modified-Since: " + date + "\r\n\r\n");
            assertThat(client.answer().status()).isEqualTo(304);
        }
    }

    private static void ifChanged(ServerRequest request, ServerResponse response, Instant changed) {
        // @start region="date"
        boolean isKnown =
                request.header("If-Modified-Since")
                        .flatMap(HttpDate::parse)
                        .filter(since -> !changed.isAfter(since))
                        .isPresent();
        response.header("Last-Modified", HttpDate.format(changed));
        response.status(isKnown ? 304 : 200).end();
        // @end
    }
}
