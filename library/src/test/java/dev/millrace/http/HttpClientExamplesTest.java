package dev.millrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.loop.Loop;
import dev.millrace.testing.LoopFixture;
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
