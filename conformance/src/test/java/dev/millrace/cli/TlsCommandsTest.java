package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.tls.TlsIdentity;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A first try of https, as a user makes it: one command that serves, and one that asks. */
class TlsCommandsTest {
    private static final Pattern SHA = Pattern.compile("SHA-256 ([0-9A-F:]{95})");

    @TempDir Path folder;
    private Map<String, String> variables = Map.of();
    private Path pem = Path.of("");

    @BeforeEach
    void makeSite() throws IOException {
        variables = Map.of("XDG_STATE_HOME", folder.resolve("state").toString());
        pem = folder.resolve("state/millrace/localhost.pem");
        Files.createDirectory(folder.resolve("site"));
        Files.writeString(folder.resolve("site/a.txt"), "hello\n");
    }

    private Launched serve(String... words) {
        List<String> all = new ArrayList<>(List.of("serve", folder.resolve("site").toString()));
        all.addAll(List.of("--port=0", "--tls", "self-signed"));
        all.addAll(List.of(words));
        return Launched.start(variables, all.toArray(String[]::new)).listening();
    }

    /** What is said on standard error when it has ended. */
    private static String fingerprint(Launched server) {
        server.signal("TERM");
        assertThat(server.status()).isZero();
        Matcher told = SHA.matcher(server.errors());
        assertThat(told.find()).as("a fingerprint in: %s", server.errors()).isTrue();
        return told.group(1);
    }

    private List<Several> several(String[]... lines) {
        return Several.run(folder, variables, lines);
    }

    private static void expect(Several command, int status, String output, String errors) {
        assertThat(command.output()).isEqualTo(output);
        assertThat(command.errors()).matches(errors);
        assertThat(command.status()).isEqualTo(status);
    }

    private static void expect(Launched command, int status, String output, String errors) {
        try (command) {
            assertThat(command.output()).isEqualTo(output);
            assertThat(command.errors()).matches(errors);
            assertThat(command.status()).isEqualTo(status);
        }
    }

    @Test
    void aCertificateOfOurOwnIsMadeTrustedAndKept() {
        String first;
        try (Launched server = serve()) {
            assertThat(server.startLine()).contains(" · https://127.0.0.1:" + server.port());
            String url = "https://127.0.0.1:" + server.port() + "/a.txt";
            expect(Launched.start("get", "--cacert", pem.toString(), url), 0, "hello", "");
            List<Several> gets =
                    several(
                            Several.line("get", url),
                            Several.line("get", "--insecure-trust-any-server", url),
                            Several.line("get", url.replace("https", "http")));
            expect(
                    gets.get(0),
                    1,
                    "",
                    "millrace: .*DEPTH_ZERO_SELF_SIGNED_CERT: the certificate of CN=localhost is"
                            + " signed by itself, and is not trusted.*\n");
            expect(gets.get(1), 0, "hello\n", "millrace: the server is not verified .*\n");
            expect(
                    gets.get(2),
                    4,
                    "This port speaks HTTPS, and the request came without TLS: use https:// for"
                            + " it.\n",
                    "millrace: .* 400 Bad Request\n");
            first = fingerprint(server);
        }
        try (Launched server = serve()) {
            String url = "https://127.0.0.1:" + server.port() + "/a.txt";
            String wrong = first.substring(0, first.length() - 2) + "XX";
            String another = first.replace(':', '\n').lines().toList().reversed().toString();
            another = another.replaceAll("[\\[\\] ]", "").replace(',', ':');
            List<Several> gets =
                    several(
                            Several.line("get", "--fingerprint", first, url),
                            Several.line("get", "--fingerprint", another, url),
                            Several.line("get", "--fingerprint", wrong, url));
            expect(gets.get(0), 0, "hello\n", "");
            assertThat(gets.get(1).status()).isEqualTo(1);
            assertThat(gets.get(1).output()).isEmpty();
            expect(gets.get(2), 2, "", "(?s).*no SHA-256.*");
            assertThat(fingerprint(server)).as("the same as before").isEqualTo(first);
        }
    }

    @Test
    void workersShareIt() {
        try (Launched server = serve("--workers", "2", "--control", "" + folder.resolve("c"))) {
            String url = "https://localhost:" + server.port() + "/a.txt";
            String[] get = Several.line("get", "--cacert", pem.toString(), url);
            assertThat(several(get, get))
                    .containsExactly(new Several(0, "hello\n", ""), new Several(0, "hello\n", ""));
            server.signal("TERM");
            assertThat(server.status()).isZero();
            assertThat(SHA.matcher(server.errors()).results()).as("said once").hasSize(1);
        }
    }

    /** What a handshake shows, of a client that trusts any server. */
    private static boolean isServed(int port, String fingerprint) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {new TrustsAny()}, null);
            try (Socket plain = new Socket("127.0.0.1", port);
                    SSLSocket socket =
                            (SSLSocket)
                                    context.getSocketFactory()
                                            .createSocket(plain, "localhost", port, true)) {
                socket.setSoTimeout(Launched.DEADLINE_SECONDS * 1000);
                byte[] shown = socket.getSession().getPeerCertificates()[0].getEncoded();
                byte[] sum = MessageDigest.getInstance("SHA-256").digest(shown);
                return HexFormat.ofDelimiter(":")
                        .withUpperCase()
                        .formatHex(sum)
                        .equals(fingerprint);
            }
        } catch (GeneralSecurityException | IOException e) {
            throw new AssertionError(e);
        }
    }

    private static final class TrustsAny extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    /** As after a renewal: the files have changed, and SIGHUP says so. */
    @Test
    void aHangupReadsTheCertificateAnew() throws IOException {
        Path file = folder.resolve("own.pem");
        TlsIdentity.selfSigned("localhost").writePem(file);
        try (Launched server =
                Launched.start("hello", "--port=0", "--tls-cert=" + file).listening()) {
            int port = server.port();
            TlsIdentity renewed = TlsIdentity.selfSigned("localhost");
            assertThat(isServed(port, renewed.fingerprint())).isFalse();
            renewed.writePem(file);
            server.signal("HUP");
            Instant deadline = Instant.now().plusSeconds(Launched.DEADLINE_SECONDS);
            while (!isServed(port, renewed.fingerprint())) {
                assertThat(Instant.now()).as("still the former one").isBefore(deadline);
            }
            Files.writeString(file, "half a file");
            server.signal("HUP");
            assertThat(isServed(port, renewed.fingerprint())).isTrue();
            server.signal("TERM");
            assertThat(server.status()).isZero();
            assertThat(server.errors())
                    .contains("the certificate was read anew, SHA-256 " + renewed.fingerprint())
                    .contains("has no certificate")
                    .contains("; the certificate stays as it was\n");
        }
    }

    @Test
    void benchLoadsIt() {
        try (Launched server = serve()) {
            String url = "https://localhost:" + server.port() + "/a.txt";
            try (Launched bench =
                    Launched.start("bench", "-n200", "-c4", "--cacert", pem.toString(), url)) {
                assertThat(bench.output()).contains("200 (2xx 200)", "failures   none");
                assertThat(bench.status()).isZero();
            }
        }
    }

    @Test
    void doctorSaysWhichEngineItIs() {
        try (Launched doctor = Launched.start("doctor")) {
            assertThat(doctor.output())
                    .containsPattern(
                            "tls +the JDK's, SunJSSE \\d+, TLSv1.2 and TLSv1.3, with(out)? the fix of"
                                    + " JDK-8371864");
        }
    }
}
