package dev.millrace.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.SystemError;
import dev.millrace.loop.Loop;
import dev.millrace.net.NetServer;
import dev.millrace.net.NetSocket;
import dev.millrace.testing.Journal;
import dev.millrace.testing.LoopFixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What stands in the Javadoc, on sockets. */
class TlsExamplesTest {
    private final Journal journal = new Journal();

    private void log(String line) {
        journal.add(line);
    }

    @Test
    void identityAndTrust(@TempDir Path folder) throws IOException {
        Files.writeString(folder.resolve("chain.pem"), TestCertificates.LOCALHOST.certificatePem());
        Files.writeString(folder.resolve("key.pem"), TestCertificates.LOCALHOST.keyPem());
        Files.writeString(
                folder.resolve("authority.pem"), TestCertificates.AUTHORITY.certificatePem());
        // @start region="identity"
        TlsIdentity identity =
                TlsIdentity.ofPem(folder.resolve("chain.pem"), folder.resolve("key.pem"));
        TlsOptions server = TlsOptions.of(identity);
        // @end
        // @start region="trust"
        TlsTrust ours = TlsTrust.ofPem(folder.resolve("authority.pem"));
        TlsOptions client = TlsOptions.DEFAULTS.withTrust(ours);
        // @end
        exchange(server, client);
        assertThat(journal.lines()).containsExactly("hello", "end", "end");
    }

    @Test
    void revocation(@TempDir Path folder) throws IOException {
        Files.writeString(
                folder.resolve("authority.pem"), TestCertificates.AUTHORITY.certificatePem());
        Files.write(
                folder.resolve("authority.crl"),
                TestCertificates.revocationList(
                        TestCertificates.AUTHORITY,
                        Duration.ofDays(1),
                        TestCertificates.LOCALHOST));
        // @start region="revocation"
        TlsTrust ours =
                TlsTrust.ofPem(folder.resolve("authority.pem"))
                        .withRevocationLists(folder.resolve("authority.crl"));
        TlsOptions client = TlsOptions.DEFAULTS.withTrust(ours);
        // @end
        exchange(TestCertificates.server(), client);
        assertThat(journal.lines()).contains("client: CERT_REVOKED");
    }

    @Test
    void aCertificateForDevelopment(@TempDir Path folder) {
        Path file = folder.resolve("localhost.pem");
        // @start region="selfSigned"
        TlsIdentity own = TlsIdentity.selfSigned("localhost", "127.0.0.1");
        own.writePem(file);
        TlsOptions client = TlsOptions.DEFAULTS.withTrust(TlsTrust.ofPem(file));
        // @end
        exchange(TlsOptions.of(TlsIdentity.ofPem(file, file)), client);
        assertThat(journal.lines()).containsExactly("hello", "end", "end");
    }

    @Test
    void aFingerprintThatCameAnotherWay() {
        TlsIdentity own = TlsIdentity.selfSigned("elsewhere");
        String told = own.fingerprint();
        // @start region="fingerprint"
        TlsOptions client = TlsOptions.DEFAULTS.withTrust(TlsTrust.ofFingerprint(told));
        // @end
        exchange(TlsOptions.of(own), client);
        assertThat(journal.lines()).containsExactly("hello", "end", "end");
        exchange(TlsOptions.of(TlsIdentity.selfSigned("elsewhere")), client);
        assertThat(journal.lines()).contains("client: ERR_TLS_CERT_FINGERPRINT");
    }

    @Test
    void names() {
        TlsIdentity own = TestCertificates.LOCALHOST.identity();
        TlsIdentity other = TestCertificates.issued("www.example.org").identity();
        // @start region="serverNames"
        ServerNames names = ServerNames.of(Map.of("*.example.org", other));
        TlsOptions server = TlsOptions.of(own).withNames(names);
        // @end
        exchange(server, TestCertificates.client().withServerName("www.example.org"));
        assertThat(journal.lines()).containsExactly("hello", "end", "end");
    }

    @Test
    void options() {
        TlsIdentity identity = TestCertificates.LOCALHOST.identity();
        TlsTrust authority = TestCertificates.AUTHORITY.trust();
        // @start region="options"
        TlsOptions mutual =
                TlsOptions.of(identity)
                        .withTrust(authority)
                        .withClientCertificates(ClientCertificates.NEEDED)
                        .withHandshakeLimit(Duration.ofSeconds(10));
        // @end
        exchange(mutual, TestCertificates.client().withIdentity(identity));
        assertThat(journal.lines()).containsExactly("hello", "end", "end");
        exchange(mutual, TestCertificates.client());
        assertThat(journal.lines()).contains("server: ERR_TLS_HANDSHAKE");
    }

    @Test
    void sessions() {
        // @start region="sessions"
        TlsSessions few = TlsSessions.DEFAULTS.withMax(100).withLifetime(Duration.ofHours(1));
        TlsOptions client = TestCertificates.client().withSessions(few);
        // @end
        exchange(TestCertificates.server(), client);
        assertThat(journal.lines()).containsExactly("hello", "end", "end");
    }

    private void exchange(TlsOptions serverOptions, TlsOptions clientOptions) {
        LoopFixture.run(loop -> {
            NetServer server = NetServer.create(loop);
            server.onConnection(socket -> {
                server.close();
                serve(loop, socket, serverOptions);
            });
            server.listen(IpAddress.loopback(0))
                    .onListening(() -> ask(loop, server.port(), clientOptions));
        });
    }

    private void serve(Loop loop, NetSocket socket, TlsOptions options) {
        // @start region="filter"
        TlsConnection tls = TlsConnection.server(loop, options);
        socket.filter(tls.filter());
        tls.onSecure(() -> socket.write("hello"));
        // @end
        socket.onError(error -> log("server: " + SystemError.codeOf(error)));
        socket.onEnd(() -> log("end"));
    }

    private void ask(Loop loop, int port, TlsOptions options) {
        NetSocket socket = NetSocket.connect(loop, port, "127.0.0.1");
        TlsConnection tls = TlsConnection.client(loop, options, "127.0.0.1", port);
        socket.filter(tls.filter());
        socket.onData(data -> {
            log(new String(data.array(), java.nio.charset.StandardCharsets.UTF_8));
            socket.end();
        });
        socket.onEnd(() -> log("end"));
        socket.onError(error -> log("client: " + SystemError.codeOf(error)));
    }

    @Test
    void session() {
        LoopFixture.run(loop -> {
            NetServer server = NetServer.create(loop);
            server.onConnection(socket -> {
                server.close();
                socket.filter(TlsConnection.server(loop, TestCertificates.server()).filter());
                socket.end();
            });
            server.listen(IpAddress.loopback(0)).onListening(() -> look(loop, server.port()));
        });
        assertThat(journal.lines()).containsExactly("TLSv1.3, CN=localhost");
    }

    private void look(Loop loop, int port) {
        NetSocket socket = NetSocket.connect(loop, port, "localhost");
        TlsConnection tls =
                TlsConnection.client(loop, TestCertificates.client(), "localhost", port);
        socket.filter(tls.filter()).resume();
        // @start region="session"
        tls.onSecure(() -> {
            TlsSession session = tls.session().orElseThrow();
            String peer = session.peerCertificates().getFirst().getSubjectX500Principal().getName();
            log(session.protocol() + ", " + peer);
        });
        // @end
    }
}
