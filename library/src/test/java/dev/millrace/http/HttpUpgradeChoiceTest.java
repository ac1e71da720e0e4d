package dev.millrace.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.http.RawHttp.Answer;
import dev.millrace.net.NetSocket;
import dev.millrace.testing.Ends;
import java.io.IOException;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Connections that leave HTTP: what their new owner gets, and what becomes of the server's part.
 */
@Timeout(60)
class HttpUpgradeChoiceTest {
    private static final String UPGRADE =
            "GET /up HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, Upgrade\r\n"
                    + "Upgrade: echo, other/2\r\n\r\n";
    private static final String CONNECT = "CONNECT far:443 HTTP/1.1\r\nHost: far:443\r\n\r\n";

    /** What a parser would take for requests. */
    private static final String RAW = "GET /x HTTP/1.1\r\nHost: a\r\n\r\n\0\1\2\r\n\r\n" + UPGRADE;

    private ServerResponse held;

    /** Accepts, and sends back what comes. */
    private static void echo(ServerRequest request, NetSocket socket) {
        request.upgrade().accept();
        socket.onData(socket::write).onEnd(socket::end);
    }

    private void serve(ServerRequest request, ServerResponse response) {
        if (request.rawPath().equals("/hold")) {
            held = response;
        } else {
            response.end("served");
        }
    }

    private HttpFixture serving(Consumer<HttpServer> setting) {
        return serving(HttpServerOptions.DEFAULTS, setting);
    }

    private HttpFixture serving(HttpServerOptions options, Consumer<HttpServer> setting) {
        return HttpFixture.of(loop -> {
            HttpServer server = Ends.http(loop, options, this::serve);
            setting.accept(server);
            return server;
        });
    }

    private HttpFixture echoing() {
        return serving(server ->
                server.onUpgrade(HttpUpgradeChoiceTest::echo)
                        .onConnect(HttpUpgradeChoiceTest::echo));
    }

    private static void expectSwitched(RawHttp client) throws IOException {
        Answer answer = client.answer();
        assertThat(answer.statusLine()).isEqualTo("HTTP/1.1 101 Switching Protocols");
        assertThat(answer.lines()).containsExactly("Connection: Upgrade", "Upgrade: echo");
    }

    private static void expectEcho(RawHttp client, String text) throws IOException {
        assertThat(new String(client.exactly(text.length()), ISO_8859_1)).isEqualTo(text);
    }

    @Tag("J18")
    @Test
    void withoutAListenerAnUpgradeIsServedAsUsual() throws IOException {
        try (var fixture = serving(server -> {});
                RawHttp client = fixture.connect()) {
            client.send(UPGRADE + RawHttp.get("/"));
            Answer answer = client.answer();
            assertThat(answer.text()).isEqualTo("served");
            assertThat(answer.header("Connection")).isEqualTo("keep-alive");
            assertThat(client.answer().text()).isEqualTo("served");
        }
    }

    @Tag("J18")
    @Tag("R47")
    @Test
    void withoutAListenerConnectIsRefusedBehindWhatIsDue() throws IOException {
        try (var fixture = serving(server -> server.onUpgrade(HttpUpgradeChoiceTest::echo));
                RawHttp client = fixture.connect()) {
            client.send(RawHttp.get("/hold") + CONNECT + RawHttp.get("/never"));
            fixture.until(() -> held != null);
            fixture.turns();
            fixture.run(() -> held.end("held"));
            assertThat(client.answer().text()).isEqualTo("held");
            Answer answer = client.answer();
            assertThat(answer.status()).isEqualTo(501);
            assertThat(answer.header("Connection")).isEqualTo("close");
            assertThat(client.rest()).isEmpty();
            assertThat(fixture.requestCount()).isEqualTo(1);
        }
    }

    @Tag("J18")
    @ParameterizedTest
    @ValueSource(
            strings = {
                "POST / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: echo\r\n"
                        + "Content-Length: 3\r\n\r\nabc",
                "POST / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: echo\r\n"
                        + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: echo\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade:\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\n\r\n",
                "GET / HTTP/1.0\r\nConnection: upgrade, keep-alive\r\nUpgrade: echo\r\n\r\n",
            })
    void whatIsNoUpgradeIsServedAndTheNextRequestToo(String request) throws IOException {
        try (var fixture = echoing();
                RawHttp client = fixture.connect()) {
            client.send(request + RawHttp.get("/"));
            assertThat(client.answer().text()).isEqualTo("served");
            assertThat(client.answer().text()).isEqualTo("served");
            assertThat(fixture.requestCount()).isEqualTo(2);
        }
    }

    @Tag("J18")
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 3\r\n\r\nabc",
                "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
            })
    void connectWithABodyIsRefused(String rest) throws IOException {
        try (var fixture = echoing();
                RawHttp client = fixture.connect()) {
            client.send("CONNECT far:443 HTTP/1.1\r\nHost: far:443\r\n" + rest);
            assertThat(client.answer().status()).isEqualTo(400);
            assertThat(client.rest()).isEmpty();
        }
    }

    /** Length and coding of the handler's are left out; what the client sends is no request. */
    @Tag("J18")
    @Test
    void aHandlerThatAcceptsConnectMakesNoTunnel() throws IOException {
        String[] path = {"/ok"};
        try (var fixture =
                HttpFixture.of(loop ->
                        Ends.http(
                                        loop,
                                        (request, response) -> {
                                            response.status(path[0].equals("/ok") ? 200 : 403);
                                            response.header("Content-Length", "5").end("hello");
                                        })
                                .onConnect(request -> false, HttpUpgradeChoiceTest::echo))) {
            try (RawHttp client = fixture.connect()) {
                Answer answer = client.send(CONNECT + RAW).answer(false);
                assertThat(answer.status()).isEqualTo(200);
                assertThat(answer.has("Content-Length")).isFalse();
                assertThat(answer.has("Transfer-Encoding")).isFalse();
                assertThat(answer.header("Connection")).isEqualTo("close");
                assertThat(client.rest()).isEmpty();
            }
            path[0] = "/no";
            try (RawHttp client = fixture.connect()) {
                Answer answer = client.send(CONNECT + RawHttp.get("/")).answer();
                assertThat(answer.text()).isEqualTo("hello");
                assertThat(client.answer().status()).isEqualTo(403);
            }
        }
    }

    @Tag("J18")
    @Test
    void whoseUpgradeIsNotWantedGetsAResponseAndGoesOn() throws IOException {
        try (var fixture =
                        serving(server ->
                                server.onUpgrade(
                                        request -> request.header("Ok").isPresent(),
                                        HttpUpgradeChoiceTest::echo));
                RawHttp client = fixture.connect()) {
            client.send(UPGRADE);
            assertThat(client.answer().text()).isEqualTo("served");
            client.send(UPGRADE.replace("Host", "Ok: 1\r\nHost") + RAW);
            expectSwitched(client);
            expectEcho(client, RAW);
        }
    }

    /** As without the upgrade: no handler and no listener sees it. */
    @Test
    void atATargetThatCantBeDecodedThereIsNone() throws IOException {
        try (var fixture = echoing();
                RawHttp client = fixture.connect()) {
            client.send(UPGRADE.replace("/up", "/%zz"));
            assertThat(client.answer().status()).isEqualTo(400);
            HttpServerStatistics counted = fixture.onLoop(() -> fixture.server().statistics());
            assertThat(counted.upgrades() + counted.requests()).isZero();
            assertThat(counted.refusals()).containsOnlyKeys("400 ERR_HTTP_TARGET");
        }
    }

    @Tag("X78")
    @Test
    void aChoiceThatThrowsIsA500() throws IOException {
        try (var fixture =
                        serving(server ->
                                server.onUpgrade(
                                        request -> {
                                            throw new IllegalStateException("a bug");
                                        },
                                        HttpUpgradeChoiceTest::echo));
                RawHttp client = fixture.connect()) {
            assertThat(client.send(UPGRADE).answer().status()).isEqualTo(500);
            assertThat(client.rest()).isEmpty();
            assertThat(fixture.handlerErrors()).hasSize(1);
        }
    }

    @Tag("J18")
    @Test
    void aRefusalIsAResponseAndTheEnd() throws IOException {
        try (var fixture =
                serving(server ->
                        server.onUpgrade((request, socket) ->
                                request.upgrade()
                                        .header("Upgrade", "better")
                                        .refuse(426, "use better")))) {
            try (RawHttp client = fixture.connect()) {
                Answer answer = client.send(UPGRADE + "x".repeat(500_000)).answer();
                assertThat(answer.status()).isEqualTo(426);
                assertThat(answer.all("Connection")).containsExactly("close, Upgrade");
                assertThat(answer.header("Upgrade")).isEqualTo("better");
                assertThat(answer.text()).isEqualTo("use better\n");
                assertThat(client.rest()).isEmpty();
                client.endOutput();
                fixture.until(() -> fixture.server().net().connectionCount() == 0);
            }
            try (RawHttp client = fixture.connect()) {
                client.send(UPGRADE.replace("GET", "HEAD"));
                assertThat(client.answer(false).header("Content-Length")).isEqualTo("11");
                assertThat(client.rest()).isEmpty();
            }
        }
    }

    @Tag("R54")
    @Test
    void whatASwitchSaysIsChecked() throws IOException {
        try (var fixture =
                        serving(server ->
                                server.onUpgrade((request, socket) -> check(request))
                                        .onConnect((request, socket) -> checkConnect(request)));
                RawHttp client = fixture.connect();
                RawHttp other = fixture.connect()) {
            client.send(UPGRADE);
            assertThat(client.answer().lines())
                    .containsExactly("X: 1", "Connection: Upgrade", "Upgrade: other/2");
            assertThat(other.send(CONNECT).answer().status()).isEqualTo(403);
            assertThat(fixture.handlerErrors()).isEmpty();
            client.send(RawHttp.get("/"));
        }
    }

    private static void check(ServerRequest request) {
        ServerUpgrade upgrade = request.upgrade();
        assertThat(upgrade.protocols()).containsExactly("echo", "other/2");
        assertThat(upgrade.isConnect()).isFalse();
        assertThatThrownBy(() -> upgrade.accept("third")).hasMessageContaining("[echo, other/2]");
        assertThatThrownBy(() -> upgrade.header("Connection", "x")).hasMessageContaining("accept");
        assertThatThrownBy(() -> upgrade.header("content-length", "1")).isNotNull();
        assertThatThrownBy(() -> upgrade.header("Transfer-Encoding", "chunked")).isNotNull();
        assertThatThrownBy(() -> upgrade.header("X", "1\r\nY: 2"))
                .hasMessageContaining("ERR_INVALID_CHAR");
        assertThatThrownBy(() -> upgrade.header("X:", "1"))
                .hasMessageContaining("ERR_INVALID_HTTP_TOKEN");
        assertThatThrownBy(() -> upgrade.refuse(200, "x")).hasMessageContaining("300 to 599");
        upgrade.header("X", "1").accept("other/2");
        assertThatThrownBy(upgrade::accept).hasMessageContaining("already");
        assertThatThrownBy(() -> upgrade.refuse(403, "x")).hasMessageContaining("already");
        assertThat(upgrade).hasToString("ServerUpgrade[GET /up, over]");
    }

    private static void checkConnect(ServerRequest request) {
        ServerUpgrade upgrade = request.upgrade();
        assertThat(request.authority()).isEqualTo("far:443");
        assertThat(upgrade.protocols()).isEmpty();
        assertThat(upgrade.isConnect()).isTrue();
        assertThatThrownBy(() -> upgrade.accept("echo")).hasMessageContaining("CONNECT");
        upgrade.refuse(403, "not there");
    }

    @Test
    void onlyARequestThatLeavesHasAnUpgrade() throws IOException {
        try (var fixture =
                        HttpFixture.of(loop ->
                                Ends.http(
                                                loop,
                                                (request, response) -> {
                                                    assertThatThrownBy(request::upgrade)
                                                            .hasMessageContaining("onUpgrade");
                                                    response.end("ok");
                                                })
                                        .onUpgrade(request -> false, HttpUpgradeChoiceTest::echo));
                RawHttp client = fixture.connect()) {
            assertThat(client.get().text()).isEqualTo("ok");
            assertThat(client.send(UPGRADE).answer().text()).isEqualTo("ok");
        }
    }
}
