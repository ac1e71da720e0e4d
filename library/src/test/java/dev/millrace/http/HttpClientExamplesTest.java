package dev.millrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.loop.Loop;
import dev.millrace.net.NetServer;
import dev.millrace.testing.LoopFixture;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What the Javadoc of the HTTP client shows, compiled and run. */
class HttpClientExamplesTest {
    private final StringBuffer printed = new StringBuffer();

    private void print(Object text) {
        printed.append(text).append('|');
    }

    private interface Example {
        void run(Loop loop, String uri);
    }

    /** The server ends with its first connection's end, which the client brings about. */
    private void serve(Example example) {
        LoopFixture.run(loop -> {
            HttpServer server = HttpServer.create(loop);
            server.onRequest((request, response) -> {
                request.socket().onClose(server::close);
                response.header("Connection", "close");
                request.pipeTo(response);
            });
            server.onListening(() -> example.run(loop, "http://127.0.0.1:" + server.port() + "/"));
            server.listen(0, "127.0.0.1");
        });
    }

    @Test
    void oneShot() {
        serve(this::get);
        assertThat(printed.toString()).isEqualTo("0 characters|");
    }

    private void get(Loop loop, String uri) {
        // @start region="get"
        HttpClient client = HttpClient.create(loop);
        client.get(uri)
                .thenCompose(response -> response.text(1 << 20)) // at most 1 MiB
                .thenAccept(text -> print(text.length() + " characters"))
                .exceptionally(thrown -> {
                    print("no response: " + thrown.getMessage());
                    return null;
                });
        // @end
    }

    @Test
    void aRequestWithABody() {
        serve((loop, uri) -> post(HttpClient.create(loop), uri));
        assertThat(printed.toString()).isEqualTo("200|");
    }

    private void post(HttpClient client, String uri) {
        // @start region="request"
        client.request("POST", uri)
                .header("Content-Type", "text/plain")
                .onResponse(response -> {
                    print(response.status());
                    response.resume(); // its body is of no interest
                })
                .onError(error -> print("failed: " + error.getMessage()))
                .end("hello");
        // @end
    }

    @Test
    void aResponseAsAStream() {
        serve((loop, uri) -> {
            ClientRequest request = HttpClient.create(loop).request("POST", uri);
            request.onResponse(this::stream).end("hello");
        });
        assertThat(printed.toString()).isEqualTo("5 bytes|complete|");
    }

    private void stream(ClientResponse response) {
        // @start region="response"
        response.onData(bytes -> print(bytes.remaining() + " bytes"))
                .onEnd(() -> print("complete"))
                .onError(error -> print("cut off: " + error.getMessage()));
        // @end
    }

    @Test
    void information() {
        serve((loop, uri) -> {
            ClientRequest request = HttpClient.create(loop).request("POST", uri);
            information(request);
            request.end("hello");
        });
        assertThat(printed.toString()).isEqualTo("100|200|");
    }

    private void information(ClientRequest request) {
        // @start region="information"
        request.header("Expect", "100-continue") // the body waits for the server's 100
                .onInformation((status, fields) -> print(status))
                .onResponse(response -> {
                    print(response.status());
                    response.resume();
                });
        // @end
    }

    @Test
    void trailers() {
        serve((loop, uri) -> {
            ClientRequest request = HttpClient.create(loop).request("POST", uri);
            trailers(request);
        });
        assertThat(printed.toString()).isEqualTo("no sum|");
    }

    private void trailers(ClientRequest request) {
        // @start region="trailers"
        request.onResponse(response ->
                response.onEnd(() -> print(response.trailers().first("X-Sum").orElse("no sum")))
                        .resume());
        request.write("some bytes");
        request.trailer("X-Sum", "1a2b").end();
        // @end
    }

    @Test
    void abort() {
        serve((loop, uri) -> {
            HttpClient client = HttpClient.create(loop);
            abort(client.request("GET", uri));
            client.get(uri).thenAccept(ClientResponse::resume);
        });
        assertThat(printed.toString()).isEqualTo("failed: the page was left|");
    }

    private void abort(ClientRequest request) {
        // @start region="abort"
        request.onError(error -> print("failed: " + error.getMessage())).end();
        request.abort(new IOException("the page was left"));
        // @end
    }

    @Test
    void upgrade() {
        LoopFixture.run(loop -> {
            NetServer server = NetServer.create(loop);
            server.onConnection(socket -> {
                if (server.connectionCount() == 2) {
                    server.close();
                }
                String head = "HTTP/1.1 101 x\r\nUpgrade: echo\r\n\r\n";
                socket.onData(bytes -> socket.end(head + "hello"));
            });
            server.onListening(() -> {
                HttpClient client = HttpClient.create(loop);
                String uri = "http://127.0.0.1:" + server.port() + "/";
                upgrade(client.request("GET", uri));
                connect(client, uri);
            });
            server.listen(0, "127.0.0.1");
        });
        assertThat(printed.toString().split("\\|"))
                .containsExactlyInAnyOrder("HTTP/1.1 is over", "no tunnel: broken");
    }

    private void upgrade(ClientRequest request) {
        // @start region="upgrade"
        request.header("Upgrade", "echo")
                .onUpgrade((response, socket) -> {
                    print("HTTP/1.1 is over");
                    socket.pipeTo(socket);
                })
                .end();
        // @end
    }

    private void connect(HttpClient client, String proxy) {
        // @start region="connect"
        client.connect(proxy, "example.com:25")
                .onUpgrade((response, socket) -> socket.onData(bytes -> print("250 or so")))
                .onResponse(response -> print("no tunnel: " + response.status()))
                .onError(error -> print("no tunnel: " + error.getMessage().split(" ")[0]))
                .end();
        // @end
    }

    @Test
    void redirectsAndStatistics() {
        serve((loop, uri) -> {
            HttpClient client = redirected(loop);
            client.get(uri)
                    .thenAccept(response -> {
                        statistics(client);
                        response.resume();
                    });
        });
        assertThat(printed.toString()).isEqualTo("1 requests, 1 connections, 0 late|");
    }

    private static HttpClient redirected(Loop loop) {
        // @start region="redirects"
        HttpClientOptions options = HttpClientOptions.DEFAULTS.withRedirects(20);
        HttpClient client = HttpClient.create(loop, options);
        // @end
        return client;
    }

    private void statistics(HttpClient client) {
        // @start region="statistics"
        HttpClientStatistics now = client.statistics();
        long late = now.timeouts().values().stream().mapToLong(Long::longValue).sum();
        print(
                now.requests()
                        + " requests, "
                        + now.connections()
                        + " connections, "
                        + late
                        + " late");
        // @end
    }

    @Test
    void proxy() {
        serve((loop, uri) -> {
            int port = Integer.parseInt(uri.replaceAll("\\D+", " ").strip().split(" ")[4]);
            proxied(loop, port)
                    .get("http://example.com/")
                    .thenAccept(response -> {
                        print(response.status());
                        response.resume();
                    });
        });
        assertThat(printed.toString()).isEqualTo("200|");
    }

    private static HttpClient proxied(Loop loop, int port) {
        // @start region="proxy"
        HttpProxy proxy =
                HttpProxy.of("127.0.0.1", port)
                        .withCredentials("me", "secret")
                        .withDirect("localhost", ".intern");
        HttpClient client = HttpClient.create(loop, HttpClientOptions.DEFAULTS.withProxy(proxy));
        // @end
        return client;
    }

    @Test
    void options() {
        serve((loop, uri) ->
                configured(loop)
                        .get(uri)
                        .thenAccept(response -> {
                            print(response.status());
                            response.resume();
                        }));
        assertThat(printed.toString()).isEqualTo("200|");
    }

    private static HttpClient configured(Loop loop) {
        // @start region="options"
        HttpClientOptions options =
                HttpClientOptions.DEFAULTS
                        .withPool(HttpPoolLimits.DEFAULTS.withMaxSockets(8))
                        .withTimeouts(
                                HttpClientTimeouts.DEFAULTS
                                        .withConnect(Duration.ofSeconds(3))
                                        .withResponse(Duration.ofSeconds(30)));
        HttpClient client = HttpClient.create(loop, options);
        // @end
        return client;
    }
}
