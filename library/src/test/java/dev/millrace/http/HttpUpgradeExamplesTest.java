package dev.millrace.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.net.NetSocket;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the Javadoc shows of upgrades, interim responses and trailers, compiled and run. */
class HttpUpgradeExamplesTest {
    private static final String UPGRADE =
            "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n";

    @Test
    void upgrade() throws IOException {
        try (var fixture = HttpFixture.of(loop -> echo(HttpServer.create(loop)));
                RawHttp client = fixture.connect()) {
            assertThat(client.send(UPGRADE + "hello").answer().status()).isEqualTo(101);
            assertThat(new String(client.exactly(5), ISO_8859_1)).isEqualTo("hello");
        }
    }

    private static HttpServer echo(HttpServer server) {
        server.onRequest((request, response) -> response.end());
        // @start region="upgrade"
        server.onUpgrade((request, socket) -> {
            if (!request.upgrade().protocols().contains("echo")) {
                request.upgrade().header("Upgrade", "echo").refuse(426, "only echo is spoken here");
                return;
            }
            request.upgrade().accept("echo");
            socket.onData(socket::write).onEnd(socket::end);
        });
        // @end
        return server;
    }

    @Test
    void upgradeWhen() throws IOException {
        try (var fixture = HttpFixture.of(loop -> onlyChat(HttpServer.create(loop)));
                RawHttp client = fixture.connect()) {
            assertThat(client.send(UPGRADE).answer().status()).isEqualTo(404);
        }
    }

    private static HttpServer onlyChat(HttpServer server) {
        server.onRequest((request, response) -> response.status(404).end());
        // @start region="upgradeWhen"
        server.onUpgrade(
                request -> request.rawPath().equals("/chat"),
                (request, socket) -> request.upgrade().accept());
        // @end
        return server;
    }

    @Test
    void connect() throws IOException {
        try (var target = HttpFixture.serve((request, response) -> response.end("far"));
                var fixture =
                        HttpFixture.of(loop -> tunnel(HttpServer.create(loop), target.port()));
                RawHttp client = fixture.connect()) {
            client.send("CONNECT far:80 HTTP/1.1\r\nHost: far:80\r\n\r\n");
            assertThat(client.answer(false).status()).isEqualTo(200);
            assertThat(client.get().text()).isEqualTo("far");
        }
    }

    private static HttpServer tunnel(HttpServer server, int port) {
        server.onRequest((request, response) -> response.end());
        // @start region="connect"
        server.onConnect((request, socket) -> {
            NetSocket far = NetSocket.connect(server.loop(), port, "127.0.0.1");
            far.onConnect(() -> request.upgrade().accept());
            socket.onError(error -> {}).pipelineTo(far);
            far.onError(error -> {}).pipelineTo(socket);
        });
        // @end
        return server;
    }

    @Test
    void checkContinue() throws IOException {
        try (var fixture = HttpFixture.of(loop -> careful(HttpServer.create(loop)));
                RawHttp client = fixture.connect()) {
            String expect = "Host: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n";
            client.send("PUT /small HTTP/1.1\r\n" + expect);
            assertThat(client.answer().status()).isEqualTo(100);
            assertThat(client.send("hi").answer().text()).isEqualTo("hi");
            client.send("PUT /large HTTP/1.1\r\n" + expect);
            assertThat(client.answer().status()).isEqualTo(413);
        }
    }

    private static HttpServer careful(HttpServer server) {
        server.onRequest((request, response) -> response.end());
        // @start region="checkContinue"
        server.onCheckContinue((request, response) -> {
            if (request.rawPath().equals("/large")) {
                response.status(413).end();
            } else {
                response.writeContinue();
                request.pipeTo(response);
            }
        });
        // @end
        return server;
    }

    @Test
    void earlyHints() throws IOException {
        try (var fixture = HttpFixture.serve((request, response) -> hint(response));
                RawHttp client = fixture.connect()) {
            RawHttp.Answer hints = client.get();
            assertThat(hints.statusLine()).isEqualTo("HTTP/1.1 103 Early Hints");
            assertThat(hints.lines()).containsExactly("Link: </style.css>; rel=preload; as=style");
            assertThat(client.answer().text()).isEqualTo("page");
        }
    }

    private static void hint(ServerResponse response) {
        // @start region="earlyHints"
        response.earlyHints(List.of("</style.css>; rel=preload; as=style"));
        response.end("page");
        // @end
    }

    @Test
    void trailers() throws IOException {
        try (var fixture = HttpFixture.serve(HttpUpgradeExamplesTest::checked);
                RawHttp client = fixture.connect()) {
            client.send(
                    RawHttp.chunked("hello").replace("0\r\n\r\n", "0\r\nChecksum: 7\r\n\r\n")
                            + "GET / HTTP/1.0\r\n\r\n");
            assertThat(client.rest()).contains("5\r\nhello\r\n0\r\nChecksum: 7\r\n\r\n");
        }
    }

    private static void checked(ServerRequest request, ServerResponse response) {
        // @start region="trailers"
        response.header("Trailer", "Checksum");
        request.onData(response::write);
        request.onEnd(() -> {
            response.trailer("Checksum", request.trailers().first("Checksum").orElse("none"));
            response.end();
        });
        // @end
    }

    @Test
    void joined() throws IOException {
        try (var fixture = HttpFixture.serve(HttpUpgradeExamplesTest::cached);
                RawHttp client = fixture.connect()) {
            client.send(
                    "GET / HTTP/1.1\r\nHost: a\r\nAccept: text/html\r\nAccept: */*\r\n"
                            + "Cookie: a=1\r\nCookie: b=2\r\n\r\n");
            assertThat(client.answer().text()).isEqualTo("text/html, */* a=1; b=2");
        }
    }

    private static void cached(ServerRequest request, ServerResponse response) {
        // @start region="joined"
        String accepted = request.headers().joined("Accept").orElse("*/*");
        String cookies = request.headers().joined("Cookie").orElse("");
        // @end
        response.end(accepted + " " + cookies);
    }
}
