package dev.millrace.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.driver.RecordingDriver;
import dev.millrace.http.RawHttp.Answer;
import dev.millrace.net.NetSocket;
import dev.millrace.testing.Ends;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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
class HttpUpgradeTest {
    private static final String UPGRADE =
            "GET /up HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, Upgrade\r\n"
                    + "Upgrade: echo, other/2\r\n\r\n";
    private static final String CONNECT = "CONNECT far:443 HTTP/1.1\r\nHost: far:443\r\n\r\n";

    /** What a parser would take for requests. */
    private static final String RAW = "GET /x HTTP/1.1\r\nHost: a\r\n\r\n\0\1\2\r\n\r\n" + UPGRADE;

    private final List<String> told = new ArrayList<>();
    private ServerResponse held;

    /** Accepts, and sends back what comes. */
    private static void echo(ServerRequest request, NetSocket socket) {
        request.upgrade().accept();
        socket.onData(socket::write).onEnd(socket::end);
    }

    private void serve(ServerRequest request, ServerResponse response) {
        told.add("request " + request.method());
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
        return serving(
                server -> server.onUpgrade(HttpUpgradeTest::echo).onConnect(HttpUpgradeTest::echo));
    }

    private static void expectSwitched(RawHttp client) throws IOException {
        Answer answer = client.answer();
        assertThat(answer.statusLine()).isEqualTo("HTTP/1.1 101 Switching Protocols");
        assertThat(answer.lines()).containsExactly("Connection: Upgrade", "Upgrade: echo");
    }

    private static void expectEcho(RawHttp client, String text) throws IOException {
        assertThat(new String(client.exactly(text.length()), ISO_8859_1)).isEqualTo(text);
    }

    @Tag("R47")
    @Tag("J18")
    @Tag("J11")
    @ParameterizedTest
    @ValueSource(strings = {UPGRADE, CONNECT})
    void everyByteBehindTheHeadIsTheListenersWhereverTheInputIsCut(String head) throws IOException {
        String input = head + RAW;
        try (var fixture = echoing()) {
            for (int cut = 1; cut < input.length(); cut++) {
                try (RawHttp client = fixture.connect()) {
                    client.send(input.substring(0, cut));
                    if (cut < head.length()) {
                        fixture.untilRead(cut);
                    }
                    client.send(input.substring(cut));
                    if (head.equals(UPGRADE)) {
                        expectSwitched(client);
                    } else {
                        Answer answer = client.answer(false);
                        assertThat(answer.statusLine())
                                .isEqualTo("HTTP/1.1 200 Connection Established");
                        assertThat(answer.has("Content-Length")).isFalse();
                        assertThat(answer.has("Transfer-Encoding")).isFalse();
                    }
                    expectEcho(client, RAW);
                    client.endOutput();
                    assertThat(client.rest()).isEmpty();
                }
            }
            assertThat(fixture.requestCount()).isZero();
            fixture.until(() -> fixture.server().net().connectionCount() == 0);
        }
    }

    @Tag("R47")
    @Tag("J18")
    @Test
    void theResponsesBeforeItGoOutFirst() throws IOException {
        try (var fixture = echoing();
                RawHttp client = fixture.connect()) {
            client.send(RawHttp.get("/") + RawHttp.get("/hold") + UPGRADE + RAW);
            assertThat(client.answer().text()).isEqualTo("served");
            fixture.until(() -> held != null);
            fixture.turns();
            fixture.run(() -> {
                assertThat(fixture.server().connections()).hasSize(1);
                held.end("held");
            });
            Answer answer = client.answer();
            assertThat(answer.text()).isEqualTo("held");
            assertThat(answer.header("Connection")).isEqualTo("keep-alive");
            expectSwitched(client);
            expectEcho(client, RAW);
            assertThat(fixture.requestCount()).isEqualTo(2);
            assertThat(fixture.<Integer>onLoop(() -> fixture.server().connections().size()))
                    .isZero();
        }
    }

    /** A handler can't set a socket going that waits for its next owner. */
    @Tag("R47")
    @Test
    void muchBehindTheHeadWaitsAndIsWhole() throws IOException {
        String much = "0123456789abcdef".repeat(64 << 10);
        try (var fixture = echoing();
                RawHttp client = fixture.connect()) {
            client.send(RawHttp.get("/hold") + UPGRADE);
            Thread sender = Thread.ofVirtual().start(() -> sendQuietly(client, much));
            fixture.until(() -> held != null);
            fixture.run(() -> held.request().socket().resume());
            fixture.turns();
            fixture.run(() -> held.end("held"));
            assertThat(client.answer().text()).isEqualTo("held");
            expectSwitched(client);
            expectEcho(client, much);
            assertThat(sender.isAlive()).isFalse();
        }
    }

    private static void sendQuietly(RawHttp client, String text) {
        try {
            client.send(text);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Tag("X78")
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aListenerThatThrowsLosesItsSocketOnly(boolean isLater) throws IOException {
        try (var fixture =
                serving(server ->
                        server.onUpgrade((request, socket) -> {
                            if (!isLater) {
                                throw new IOException("a bug");
                            }
                            server.loop()
                                    .offload(() -> 1)
                                    .thenAccept(one -> {
                                        throw new IllegalStateException("a bug");
                                    });
                        }))) {
            try (RawHttp other = fixture.connect();
                    RawHttp client = fixture.connect()) {
                assertThat(client.send(UPGRADE).isOver()).isTrue();
                assertThat(other.get().text()).isEqualTo("served");
            }
            assertThat(fixture.handlerErrorCount()).isEqualTo(1);
            assertThat(fixture.handlerErrors()).hasSize(1);
        }
    }

    @Tag("R47")
    @ParameterizedTest
    @ValueSource(strings = {"", "/hold"})
    void aPeerThatHasEndedItsSideIsHeardAndStillReads(String before) throws IOException {
        try (var fixture =
                        serving(server ->
                                server.onUpgrade((request, socket) -> {
                                    assertThat(request.isComplete()).isTrue();
                                    request.onEnd(() -> told.add("no body"));
                                    request.upgrade().accept("ECHO");
                                    StringBuilder all = new StringBuilder();
                                    socket.onData(part -> all.append(ISO_8859_1.decode(part)));
                                    socket.onEnd(() -> socket.end(all + "."));
                                }));
                RawHttp client = fixture.connect()) {
            client.send((before.isEmpty() ? "" : RawHttp.get(before)) + UPGRADE + RAW).endOutput();
            if (!before.isEmpty()) {
                fixture.until(() -> held != null);
                fixture.turns();
                fixture.run(() -> held.end("held"));
                assertThat(client.answer().text()).isEqualTo("held");
            }
            assertThat(client.answer().all("Upgrade")).containsExactly("ECHO");
            assertThat(client.rest()).isEqualTo(RAW + ".");
            fixture.run(() -> assertThat(told).endsWith("no body"));
        }
    }

    @Tag("R47")
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aConnectionThatEndsBeforeIsNotHandedOver(boolean isReset) throws IOException {
        try (var fixture = echoing();
                RawHttp client = fixture.connect()) {
            client.send(RawHttp.get("/hold") + UPGRADE + RAW);
            fixture.until(() -> held != null);
            if (isReset) {
                client.reset();
                fixture.run(() -> held.end("x".repeat(1 << 20)));
            } else {
                fixture.run(() -> held.header("Connection", "close").end("held"));
                assertThat(client.answer().text()).isEqualTo("held");
                assertThat(client.rest()).isEmpty();
                assertThat(fixture.<Long>onLoop(() -> fixture.server().statistics().upgrades()))
                        .isZero();
                client.endOutput();
            }
            fixture.untilEmpty();
            assertThat(fixture.handlerErrors()).isEmpty();
        }
    }

    @Tag("J18")
    @Test
    void theTimesOfTheServerEndWithTheHandOver() throws IOException {
        Duration time = Duration.ofMillis(100);
        RecordingDriver[] clock = new RecordingDriver[1];
        HttpTimeouts timeouts = new HttpTimeouts(time, time, time, time);
        NetSocket[] taken = new NetSocket[1];
        try (var fixture =
                        HttpFixture.on(
                                () -> clock[0] = new RecordingDriver().withStoppedTime(),
                                HttpServerOptions.DEFAULTS.withTimeouts(timeouts),
                                this::serve);
                RawHttp client = fixture.connect()) {
            fixture.run(() -> fixture.server().onUpgrade((request, socket) -> taken[0] = socket));
            client.send(RawHttp.get("/hold") + UPGRADE + RAW);
            fixture.until(() -> held != null);
            fixture.run(() -> clock[0].passMillis(10_000));
            fixture.turns();
            fixture.run(() -> held.end("held"));
            assertThat(client.answer().text()).isEqualTo("held");
            fixture.until(() -> taken[0] != null);
            fixture.run(() -> clock[0].passMillis(86_400_000));
            fixture.turns();
            fixture.run(() -> {
                echo(taken[0]);
                fixture.server().closeAllConnections();
            });
            expectEcho(client, RAW);
            HttpServerStatistics counted = fixture.onLoop(() -> fixture.server().statistics());
            assertThat(counted.timeouts()).isEmpty();
            assertThat(counted.refusals()).isEmpty();
        }
    }

    private static void echo(NetSocket socket) {
        socket.onData(socket::write).onEnd(socket::end);
    }

    @Tag("J18")
    @Test
    void aServerThatClosesWaitsForTheSocket() throws IOException {
        try (var fixture = echoing();
                RawHttp client = fixture.connect()) {
            client.send(UPGRADE);
            expectSwitched(client);
            fixture.run(() -> {
                fixture.server().onClose(() -> told.add("closed"));
                fixture.server().close();
            });
            client.send(RAW);
            expectEcho(client, RAW);
            fixture.turns();
            fixture.run(() -> assertThat(told).isEmpty());
            client.endOutput();
            assertThat(client.rest()).isEmpty();
            fixture.until(() -> told.contains("closed"));
            fixture.awaitEnd();
        }
    }

    @Tag("J18")
    @Test
    void anUpgradeThatWaitsIsNoIdleConnection() throws IOException {
        try (var fixture = echoing();
                RawHttp client = fixture.connect()) {
            client.send(RawHttp.get("/hold") + UPGRADE + RAW);
            fixture.until(() -> held != null);
            fixture.turns();
            fixture.run(() -> {
                fixture.server().close();
                held.end("held");
                fixture.server().connections().forEach(ServerConnection::closeWhenIdle);
            });
            assertThat(client.answer().text()).isEqualTo("held");
            expectSwitched(client);
            expectEcho(client, RAW);
        }
    }
}
