package dev.millrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.http.RawHttp.Answer;
import dev.millrace.net.NetServer;
import dev.millrace.net.NetSocket;
import dev.millrace.testing.LoopFixture;
import dev.millrace.testing.PlainOnly;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a request and its answer are, seen by a client and by a handler. */
@Timeout(30)
class HttpServerTest {
    private static final List<String> UNDECODABLE =
            List.of("/%", "/%4", "/%zz", "/%00", "/%ff", "/%C3%28", "/a%2", "/?q=%ff&a=b");

    @Tag("J1")
    @Tag("J19")
    @Test
    void helloWorld() throws IOException {
        Instant before = Instant.now();
        try (var fixture = HttpFixture.serve((request, response) -> response.end("Hello World\n"));
                RawHttp client = fixture.connect()) {
            Answer answer = client.get();
            assertThat(answer.statusLine()).isEqualTo("HTTP/1.1 200 OK");
            assertThat(answer.text()).isEqualTo("Hello World\n");
            assertThat(answer.header("Content-Length")).isEqualTo("12");
            assertThat(answer.header("Connection")).isEqualTo("keep-alive");
            assertThat(answer.header("Keep-Alive")).isEqualTo("timeout=5");
            Instant date = HttpDate.parse(answer.header("Date")).orElseThrow();
            assertThat(date).isBetween(before.minusSeconds(2), Instant.now().plusSeconds(1));
            assertThat(fixture.requestCount()).isEqualTo(1);
        }
    }

    @Tag("J1")
    @Test
    @PlainOnly(PlainOnly.Reason.PEER)
    void theClientOfTheJdkIsServed() throws Exception {
        try (var fixture =
                        HttpFixture.serve((request, response) ->
                                request.pipeTo(response.header("X-Path", request.rawPath())));
                HttpClient client = HttpClient.newHttpClient()) {
            URI uri = URI.create("http://127.0.0.1:" + fixture.port() + "/echo");
            for (int round = 0; round < 5; round++) {
                String body = "round " + round + "x".repeat(round * 40_000);
                HttpResponse<String> answer =
                        client.send(
                                HttpRequest.newBuilder(uri)
                                        .version(HttpClient.Version.HTTP_1_1)
                                        .POST(HttpRequest.BodyPublishers.ofString(body))
                                        .build(),
                                HttpResponse.BodyHandlers.ofString());
                assertThat(answer.statusCode()).isEqualTo(200);
                assertThat(answer.headers().firstValue("x-path")).contains("/echo");
                assertThat(answer.body()).isEqualTo(body);
            }
        }
    }

    @Tag("J12")
    @Test
    void aRequestShowsWhatWasSent() throws IOException {
        try (var fixture =
                        HttpFixture.serve((request, response) ->
                                response.end(
                                        String.join(
                                                "|",
                                                request.method(),
                                                request.target(),
                                                request.rawPath(),
                                                request.path(),
                                                request.rawQuery().orElse("none"),
                                                request.authority(),
                                                request.version(),
                                                request.header("x-one").orElse("none"),
                                                request.headers().all("X-ONE").toString(),
                                                request.header("x-no").orElse("none"),
                                                request.headers().toString())));
                RawHttp client = fixture.connect()) {
            client.send(
                    "Get /a%20b/%C3%BC?q=%41 HTTP/1.1\r\n"
                            + "hOsT: example:81\r\nX-One:  1 \r\nx-one: 2\r\n\r\n");
            assertThat(client.answer().text())
                    .isEqualTo(
                            "Get|/a%20b/%C3%BC?q=%41|/a%20b/%C3%BC|/a b/\u00c3\u00bc|q=%41|example:81|1.1"
                                    + "|1|[1, 2]|none|hOsT: example:81\nX-One: 1\nx-one: 2\n");
            client.send("GET http://other:99/x? HTTP/1.0\r\n\r\n");
            assertThat(client.answer().text())
                    .isEqualTo("GET|http://other:99/x?|/x|/x||other:99|1.0|none|[]|none|");
        }
    }

    @Test
    void aTargetThatCanNotBeDecodedIsRefusedBeforeTheHandler() throws IOException {
        try (var fixture = HttpFixture.serve((request, response) -> response.end(request.path()))) {
            for (String bad : UNDECODABLE) {
                try (RawHttp client = fixture.connect()) {
                    Answer answer = client.send(RawHttp.get(bad)).answer();
                    assertThat(answer.status()).as(bad).isEqualTo(400);
                    assertThat(answer.text()).contains("can't be decoded");
                }
            }
            try (RawHttp client = fixture.connect()) {
                assertThat(client.send(RawHttp.get("/%2e%2E/+?%25")).answer().text())
                        .isEqualTo("/../+");
            }
            assertThat(fixture.requestCount()).isEqualTo(1);
        }
    }

    @Test
    void aTargetThatCanNotBeDecodedComesRawWhereItIsAllowed() throws IOException {
        var options = HttpServerOptions.DEFAULTS.withAllowUndecodableTargets(true);
        try (var fixture =
                        HttpFixture.serve(
                                options,
                                (request, response) ->
                                        response.end(request.path() + " " + request.query()));
                RawHttp client = fixture.connect()) {
            for (String bad : UNDECODABLE) {
                Answer answer = client.send(RawHttp.get(bad)).answer();
                String path = bad.contains("?") ? "/ {q=[%ff], a=[b]}" : bad + " {}";
                assertThat(answer.text()).isEqualTo(path);
            }
        }
    }

    @Tag("J13")
    @Tag("J22")
    @Test
    void eachRequestComesWithItsAnswerAndItsConnection() throws IOException {
        List<ServerRequest> seen = new ArrayList<>();
        List<Boolean> facts = new ArrayList<>();
        try (var fixture =
                        HttpFixture.serve((request, response) -> {
                            seen.add(request);
                            facts.add(response.request() == request);
                            facts.add(response.socket() == request.socket());
                            response.end(request.socket().remoteAddress().orElseThrow().toString());
                        });
                RawHttp one = fixture.connect();
                RawHttp two = fixture.connect()) {
            assertThat(one.get().text()).endsWith(":" + one.localPort());
            assertThat(two.get().text()).endsWith(":" + two.localPort());
            assertThat(one.get().text()).endsWith(":" + one.localPort());
            fixture.run(() -> {
                assertThat(facts).hasSize(6).containsOnly(true);
                assertThat(seen.get(0)).isNotSameAs(seen.get(2));
                assertThat(seen.get(0).socket()).isSameAs(seen.get(2).socket());
                assertThat(seen.get(0).socket()).isNotSameAs(seen.get(1).socket());
            });
        }
    }

    @Tag("J12")
    @Test
    void aRequestMayBeKeptAfterItsAnswer() throws IOException {
        List<ServerRequest> kept = new ArrayList<>();
        try (var fixture =
                        HttpFixture.serve((request, response) -> {
                            kept.add(request);
                            response.end();
                        });
                RawHttp client = fixture.connect()) {
            client.send("GET /1 HTTP/1.1\r\nHost: a\r\nX: one\r\n\r\n").answer();
            client.send("PUT /2222 HTTP/1.1\r\nHost: b\r\nX: twotwo\r\n\r\n").answer();
            fixture.run(() -> {
                ServerRequest first = kept.getFirst();
                assertThat(first.method() + first.target()).isEqualTo("GET/1");
                assertThat(first.headers().toString()).isEqualTo("Host: a\nX: one\n");
                assertThat(first.header("x")).isEqualTo(Optional.of("one"));
                assertThat(kept.get(1).header("x")).contains("twotwo");
                assertThat(first.isComplete()).isTrue();
            });
        }
    }

    @Tag("J10")
    @Test
    void theRawBytesAreThereForWhoAsks() throws IOException {
        StringBuilder raw = new StringBuilder();
        try (var fixture =
                        HttpFixture.serve((request, response) -> {
                            if (request.rawPath().equals("/first")) {
                                request.socket()
                                        .onData(bytes ->
                                                raw.append(
                                                        StandardCharsets.ISO_8859_1.decode(bytes)));
                            }
                            response.end("answer");
                        });
                RawHttp client = fixture.connect()) {
            client.send(RawHttp.get("/first")).answer();
            assertThat(fixture.<String>onLoop(raw::toString)).isEmpty();
            String second = RawHttp.chunked("abc");
            assertThat(client.send(second).answer().text()).isEqualTo("answer");
            assertThat(fixture.<String>onLoop(raw::toString)).isEqualTo(second);
        }
    }

    @Tag("J20")
    @Test
    @PlainOnly(PlainOnly.Reason.PEER)
    void aPlainSocketServerCanAnswerByHand() throws IOException {
        try (LoopFixture fixture = new LoopFixture()) {
            CompletableFuture<Integer> port = new CompletableFuture<>();
            fixture.act(() -> {
                NetServer net = NetServer.create(fixture.loop(), HttpServerTest::answerByHand);
                net.listen(0, "127.0.0.1").onListening(() -> port.complete(net.port()));
            });
            try (RawHttp client = RawHttp.connect(fixture.await(port))) {
                assertThat(client.get().text()).isEqualTo("by hand");
            }
        }
    }

    private static void answerByHand(NetSocket socket) {
        socket.onData(request -> socket.end("HTTP/1.1 200 OK\r\n\r\nby hand"));
    }

    @Tag("J21")
    @Test
    void oneConnectionCarriesManyRequests() throws IOException {
        try (var fixture =
                        HttpFixture.serve((request, response) -> response.end(request.target()));
                RawHttp one = fixture.connect();
                RawHttp two = fixture.connect()) {
            for (int number = 0; number < 15; number++) {
                RawHttp client = number % 2 == 0 ? one : two;
                assertThat(client.send(RawHttp.get("/" + number)).answer().text())
                        .isEqualTo("/" + number);
            }
            assertThat(fixture.requestCount()).isEqualTo(15);
            assertThat(fixture.connectionCount()).isEqualTo(2);
        }
    }

    @Tag("J23")
    @Test
    void unixSocketsAreServed(@TempDir Path folder) throws IOException {
        Path path = folder.resolve("http.sock");
        try (var fixture =
                        HttpFixture.onPath(
                                path.toString(),
                                (request, response) -> response.end("over " + request.target()));
                SocketChannel client = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            client.connect(UnixDomainSocketAddress.of(path));
            client.write(ByteBuffer.wrap(RawHttp.get("/one").getBytes(StandardCharsets.US_ASCII)));
            client.write(
                    ByteBuffer.wrap(
                            "GET /two HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n"
                                    .getBytes(StandardCharsets.US_ASCII)));
            byte[] all = Channels.newInputStream(client).readAllBytes();
            String text = new String(all, StandardCharsets.US_ASCII);
            assertThat(text).startsWith("HTTP/1.1 200 OK\r\n").contains("over /one", "over /two");
        }
    }
}
