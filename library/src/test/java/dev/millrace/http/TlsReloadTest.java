package dev.millrace.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.loop.Loop;
import dev.millrace.net.NetServer;
import dev.millrace.net.NetServerOptions;
import dev.millrace.net.NetSocket;
import dev.millrace.net.NetSocketOptions;
import dev.millrace.testing.LoopFixture;
import dev.millrace.tls.TestCertificates;
import dev.millrace.tls.TlsIdentity;
import dev.millrace.tls.TlsOptions;
import dev.millrace.tls.TlsSession;
import dev.millrace.tls.TlsTrust;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Certificates that are replaced while a server serves. */
class TlsReloadTest {
    private static final int RELOADS = 100;
    private static final int CLIENTS = 2;

    private final List<TlsIdentity> identities = new ArrayList<>();
    private final List<X509Certificate> shown = new ArrayList<>();
    private final List<Throwable> failed = new ArrayList<>();
    private int served;
    private int loading = CLIENTS;
    private boolean isOver;

    /** Asks again and again, over connections that are kept. */
    private void load(HttpServer server, HttpClient client, String uri) {
        client.get(uri)
                .thenCompose(response -> response.text(100))
                .whenComplete((text, thrown) -> {
                    served += "hello".equals(text) ? 1 : 0;
                    if (thrown != null) {
                        failed.add(thrown);
                    }
                    if (isOver) {
                        client.close();
                        loading--;
                        closeIfOver(server);
                    } else {
                        load(server, client, uri);
                    }
                })
                .exceptionally(thrown -> null);
    }

    /** What connects while a server closes is refused, and no failure of a reload. */
    private void closeIfOver(HttpServer server) {
        if (loading == 0 && isOver) {
            server.close();
        }
    }

    private NetSocketOptions options() {
        TlsTrust trust = TlsTrust.ofFingerprint(identities.get(shown.size()).fingerprint());
        return NetSocketOptions.DEFAULTS.withTls(TlsOptions.DEFAULTS.withTrust(trust));
    }

    /** A handshake right behind the reload has the new certificate. */
    private void reload(Loop loop, HttpServer server) {
        TlsIdentity next = identities.get(shown.size());
        server.reloadTls(TlsOptions.of(next));
        NetSocket socket = NetSocket.connect(loop, server.port(), "localhost", options());
        socket.onConnect(
                        () -> {
                            TlsSession session = socket.tls().session().orElseThrow();
                            assertThat(session.isResumed()).isFalse();
                            shown.add(session.peerCertificates().getFirst());
                            socket.destroy();
                        })
                .onError(failed::add)
                .onClose(() -> {
                    isOver = shown.size() == RELOADS || !failed.isEmpty();
                    if (isOver) {
                        closeIfOver(server);
                    } else {
                        reload(loop, server);
                    }
                });
    }

    @Test
    void aHundredTimesUnderLoadAndNoRequestFails() {
        for (int number = 0; number < RELOADS; number++) {
            identities.add(TlsIdentity.selfSigned("localhost"));
        }
        LoopFixture.run(loop -> {
            HttpServer server =
                    HttpServer.create(
                            loop,
                            HttpServerOptions.DEFAULTS
                                    .withMaxRequestsPerConnection(20)
                                    .withTls(TestCertificates.server()),
                            (request, response) -> response.end("hello"));
            TlsTrust any = TlsTrust.ofTrustManager(new AnyCertificate());
            server.listen(0, "127.0.0.1")
                    .onListening(() -> {
                        String uri = "https://localhost:" + server.port() + "/";
                        for (int number = 0; number < CLIENTS; number++) {
                            TlsOptions tls = TlsOptions.DEFAULTS.withTrust(any);
                            HttpClientOptions clients = HttpClientOptions.DEFAULTS.withTls(tls);
                            load(server, HttpClient.create(loop, clients), uri);
                        }
                        reload(loop, server);
                    });
        });
        assertThat(failed).isEmpty();
        assertThat(served).isGreaterThan(RELOADS);
        assertThat(shown)
                .isEqualTo(identities.stream().map(one -> one.chain().getFirst()).toList());
    }

    @Test
    void aSessionOfTheFormerCertificateIsNotResumed() {
        identities.add(TlsIdentity.selfSigned("localhost"));
        TlsOptions client =
                TlsOptions.DEFAULTS.withTrust(TlsTrust.ofTrustManager(new AnyCertificate()));
        LoopFixture.run(loop -> {
            NetServerOptions options = NetServerOptions.DEFAULTS.withTls(TestCertificates.server());
            NetServer server = NetServer.create(loop, options, socket -> socket.pipeTo(socket));
            NetSocketOptions sockets = NetSocketOptions.DEFAULTS.withTls(client);
            server.listen(0, "127.0.0.1");
            server.onListening(() -> again(server, sockets, 4));
        });
        X509Certificate former = TestCertificates.LOCALHOST.certificate();
        X509Certificate present = identities.getFirst().chain().getFirst();
        assertThat(shown).containsExactly(former, former, present, present);
    }

    private void again(NetServer server, NetSocketOptions sockets, int left) {
        if (left == 2) {
            server.reloadTls(TlsOptions.of(identities.getFirst()));
        }
        if (left == 0) {
            server.close();
            return;
        }
        NetSocket socket = NetSocket.connect(server.loop(), server.port(), "localhost", sockets);
        socket.onData(data -> {
            // A session that goes on shows the certificate that it began with.
            shown.add(socket.tls().session().orElseThrow().peerCertificates().getFirst());
            socket.end();
        });
        socket.onClose(() -> again(server, sockets, left - 1)).write("x");
    }

    @Test
    void fromAFile(@TempDir Path folder) {
        Path file = folder.resolve("both.pem");
        TlsIdentity.selfSigned("localhost").writePem(file);
        LoopFixture.run(loop -> {
            NetServerOptions options = NetServerOptions.DEFAULTS.withTls(TestCertificates.server());
            NetServer server = NetServer.create(loop, options, socket -> socket.end("hello"));
            server.listen(0, "127.0.0.1");
            // @start region="reload"
            loop.onSignal(
                    "HUP",
                    signal ->
                            loop.offload(() -> TlsOptions.of(TlsIdentity.ofPem(file, file)))
                                    .thenAccept(server::reloadTls));
            // @end
            server.onListening(() ->
                    loop.offload(() -> TlsOptions.of(TlsIdentity.ofPem(file, file)))
                            .thenAccept(server::reloadTls)
                            .thenRun(() -> {
                                TlsOptions client =
                                        TlsOptions.DEFAULTS.withTrust(TlsTrust.ofPem(file));
                                NetSocket socket =
                                        NetSocket.connect(
                                                loop,
                                                server.port(),
                                                "localhost",
                                                NetSocketOptions.DEFAULTS.withTls(client));
                                socket.onError(failed::add).onData(data -> served++);
                                socket.onClose(server::close);
                            }));
        });
        assertThat(failed).isEmpty();
        assertThat(served).isEqualTo(1);
    }

    @Test
    void whatCanNotBeIsSaidAtTheCall() {
        LoopFixture.run(loop -> {
            NetServer plain = NetServer.create(loop);
            assertThatThrownBy(() -> plain.reloadTls(TestCertificates.server()))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("NetServerOptions.withTls");
            NetServer secure =
                    NetServer.create(
                            loop, NetServerOptions.DEFAULTS.withTls(TestCertificates.server()));
            assertThatThrownBy(() -> secure.reloadTls(TlsOptions.DEFAULTS))
                    .isInstanceOf(IllegalArgumentException.class);
        });
    }
}
