package dev.millrace.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.SystemError;
import dev.millrace.kernel.UnixAddress;
import dev.millrace.loop.Loop;
import dev.millrace.stream.Framing;
import dev.millrace.testing.Journal;
import dev.millrace.testing.LoopFixture;
import dev.millrace.testing.RawClient;
import dev.millrace.tls.TestCertificates;
import dev.millrace.tls.TlsOptions;
import dev.millrace.tls.TlsProtocol;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Sockets and servers with TLS, both ends ours, and peers that have none. */
class TlsSocketTest {
    private static final NetSocketOptions CLIENT =
            NetSocketOptions.DEFAULTS.withTls(TestCertificates.client());

    private final Journal journal = new Journal();

    private static String text(ByteBuffer data) {
        return StandardCharsets.UTF_8.decode(data).toString();
    }

    private void log(NetSocket socket, String name) {
        socket.onData(data -> journal.add(name + " data " + text(data)))
                .onEnd(journal.line(name + " end"))
                .onError(error -> journal.add(name + " " + SystemError.codeOf(error)))
                .onClose(journal.line(name + " close"));
    }

    /**
     * A server with TLS; it closes with its first connection, or with the first that is dropped.
     */
    private void serve(TlsOptions tls, Consumer<NetSocket> handler, Consumer<NetServer> client) {
        LoopFixture.run(loop -> {
            NetServerOptions options = NetServerOptions.DEFAULTS.withTls(tls);
            NetServer server = NetServer.create(loop, options);
            server.onConnection(socket -> {
                server.close();
                handler.accept(socket);
            });
            server.onDrop(drop -> {
                server.close();
                String code = drop.error().map(SystemError::codeOf).orElse("none");
                journal.add(
                        "dropped " + drop.reason() + " " + code + " " + drop.remote().isPresent());
            });
            server.listen(IpAddress.loopback(0)).onListening(() -> client.accept(server));
        });
    }

    private NetSocket connect(NetServer server, NetSocketOptions options) {
        return NetSocket.connect(server.loop(), server.port(), "localhost", options);
    }

    @Test
    void aConnectionIsToldBehindItsHandshakeAtBothEnds() {
        serve(
                TestCertificates.server().withAlpn("echo"),
                socket -> {
                    journal.add("served " + socket.tls().session().orElseThrow().protocol());
                    socket.pipeTo(socket);
                },
                server -> {
                    TlsOptions tls = TestCertificates.client().withAlpn("echo");
                    NetSocket socket = connect(server, NetSocketOptions.DEFAULTS.withTls(tls));
                    assertThat(socket.tls().session()).isEmpty();
                    socket.write("early");
                    socket.onConnect(() ->
                            journal.add(
                                    "connected "
                                            + socket.tls().session().orElseThrow().alpn().get()));
                    log(socket, "client");
                    socket.end();
                });
        assertThat(journal.lines())
                .containsExactlyInAnyOrder(
                        "served TLSv1.3",
                        "connected echo",
                        "client data early",
                        "client end",
                        "client close");
        assertThat(journal.lines()).containsSubsequence("connected echo", "client data early");
    }

    @Test
    void muchIsEchoedUnderBothVersions() {
        for (TlsProtocol protocol : TlsProtocol.values()) {
            byte[] pattern = RawClient.pattern(2_000_000);
            ByteArrayOutputStream echoed = new ByteArrayOutputStream();
            serve(
                    TestCertificates.server().withProtocols(protocol),
                    socket -> socket.pipeTo(socket),
                    server -> {
                        NetSocket socket = connect(server, CLIENT);
                        socket.write(pattern.clone());
                        socket.onData(data -> {
                            echoed.writeBytes(data.array());
                            if (echoed.size() == pattern.length) {
                                socket.end();
                            }
                        });
                    });
            assertThat(echoed.toByteArray()).isEqualTo(pattern);
        }
    }

    @Test
    @Tag("X99")
    void aWrongNameIsAnErrorOfTheClientAndADropOfTheServer() {
        serve(
                TlsOptions.of(TestCertificates.issued("example.org").identity()),
                socket -> journal.add("served"),
                server -> log(connect(server, CLIENT), "client"));
        assertThat(journal.lines())
                .containsExactlyInAnyOrder(
                        "client ERR_TLS_CERT_ALTNAME_INVALID",
                        "client close",
                        "dropped TLS_HANDSHAKE ERR_TLS_HANDSHAKE true");
    }

    private void onThread(NetServer server, Consumer<RawClient> talk) {
        int port = server.port();
        Thread.ofVirtual()
                .start(() -> {
                    try (RawClient client = RawClient.connect(port)) {
                        talk.accept(client);
                    }
                });
    }

    @Test
    @Tag("X98")
    void plainHttpIsToldSoInPlainText() {
        serve(
                TestCertificates.server(),
                socket -> journal.add("served"),
                server ->
                        onThread(
                                server,
                                client -> {
                                    client.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
                                    journal.add(client.readToEnd().lines().findFirst().get());
                                }));
        journal.await("HTTP/1.1 400 Bad Request");
        assertThat(journal.lines())
                .containsExactlyInAnyOrder(
                        "HTTP/1.1 400 Bad Request",
                        "dropped TLS_HANDSHAKE ERR_TLS_PLAIN_HTTP true");
    }

    @Test
    @Tag("X98")
    void aPeerThatLeavesInTheHandshakeIsADrop() {
        serve(
                TestCertificates.server(),
                socket -> journal.add("served"),
                server -> onThread(server, client -> client.write(new byte[] {0x16, 3})));
        assertThat(journal.lines())
                .hasSize(1)
                .first()
                .asString()
                .startsWith("dropped TLS_HANDSHAKE");
    }

    @Test
    @Tag("X100")
    void aFinWithoutCloseNotifyIsTruncation() {
        serve(
                TestCertificates.server(),
                socket -> {
                    socket.write("half of it");
                    // Below the filter: as a program that dies, or a line that is cut.
                    socket.loop().setImmediate(() -> socket.destroy());
                },
                server -> log(connect(server, CLIENT), "client"));
        assertThat(journal.lines())
                .containsExactly(
                        "client data half of it", "client ERR_TLS_TRUNCATED", "client close");
    }

    // @start region="server"
    NetServer echo(Loop loop, TlsOptions certificate) {
        return NetServer.create(
                loop,
                NetServerOptions.DEFAULTS.withTls(certificate),
                socket -> socket.pipeTo(socket));
    }

    // @end

    @Test
    void underTls13OneSideEndsByItself() {
        LoopFixture.run(loop -> {
            NetServer server = echo(loop, TestCertificates.server());
            server.listen(IpAddress.loopback(0))
                    .onListening(() -> {
                        NetSocket socket = connect(server, CLIENT);
                        log(socket, "client");
                        socket.onConnect(() -> {
                            server.close();
                            socket.end("question");
                        });
                    });
        });
        assertThat(journal.lines())
                .containsExactly("client data question", "client end", "client close");
    }

    @Test
    void aPlainConversationGoesOnWithTls() {
        LoopFixture.run(loop -> {
            NetServer server = NetServer.create(loop);
            server.onConnection(socket -> {
                server.close();
                startTls(socket);
            });
            server.listen(IpAddress.loopback(0))
                    .onListening(() -> {
                        NetSocket socket = connect(server, NetSocketOptions.DEFAULTS);
                        socket.write("STARTTLS\n");
                        socket.onFrames(
                                Framing.lines(100),
                                line -> {
                                    journal.add(line);
                                    socket.handOver();
                                    log(socket, "client");
                                    socket.tls().upgrade(TestCertificates.client());
                                    socket.write("secret");
                                });
                    });
        });
        assertThat(journal.lines())
                .containsExactly(
                        "go ahead", "secure", "server data secret", "client end", "client close");
    }

    private void startTls(NetSocket socket) {
        TlsOptions certificate = TestCertificates.server();
        socket.onFrames(
                Framing.lines(100),
                line -> {
                    // @start region="upgrade"
                    socket.write("go ahead\n");
                    socket.handOver();
                    socket.tls().upgrade(certificate).onSecure(() -> journal.add("secure"));
                    // @end
                    socket.onData(data -> {
                        journal.add("server data " + text(data));
                        socket.end();
                    });
                });
    }

    @Test
    void whatCanNotBeIsSaidAtTheCall() {
        assertThatThrownBy(() -> NetServerOptions.DEFAULTS.withTls(TlsOptions.DEFAULTS))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("a server needs a certificate and its key");
        LoopFixture.run(loop -> {
            assertThatThrownBy(() -> NetSocket.connect(loop, UnixAddress.of("/nowhere"), CLIENT))
                    .hasMessageContaining("a Unix socket has no name to verify");
            NetSocket socket = NetSocket.connect(loop, IpAddress.loopback(1));
            assertThatThrownBy(() -> socket.tls().onSecure(() -> {}))
                    .isInstanceOf(IllegalStateException.class);
            socket.destroy();
        });
    }

    @Test
    void theJdksOwnClientTalksToIt() throws IOException {
        try (LoopFixture fixture = new LoopFixture()) {
            NetServerOptions options = NetServerOptions.DEFAULTS.withTls(TestCertificates.server());
            NetServer server = fixture.serve(options, socket -> socket.pipeTo(socket));
            int port = fixture.call(server::port);
            assertThat(ForeignTls.exchange(port, "over to you")).isEqualTo("over to you");
            fixture.act(server::close);
        }
    }
}
