package dev.millrace.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.millrace.tls.ClientCertificates;
import dev.millrace.tls.TestCertificates;
import dev.millrace.tls.TlsOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** curl and openssl, in which millrace has no part, as clients of an https server. */
@Tag("faults")
class ForeignHttpsTest {
    private static final TlsOptions SERVER = TestCertificates.server();

    @TempDir private Path folder;

    private HttpFixture serve(TlsOptions tls) {
        return HttpFixture.serve(
                HttpServerOptions.DEFAULTS.withTls(tls),
                (request, response) -> response.end("hello"));
    }

    /** What {@code command} prints; it reads {@code input}. */
    private String run(String input, String... command) throws IOException, InterruptedException {
        assumeTrue(Files.isExecutable(Path.of(command[0])), "needs " + command[0]);
        Path in = Files.writeString(folder.resolve("input"), input);
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectInput(in.toFile())
                        .start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        return text;
    }

    private String curl(int port, String... more) throws IOException, InterruptedException {
        Path authority = folder.resolve("authority.pem");
        Files.writeString(authority, TestCertificates.AUTHORITY.certificatePem());
        List<String> command =
                new ArrayList<>(List.of("/usr/bin/curl", "-sS", "--cacert", authority.toString()));
        command.addAll(List.of(more));
        command.add("https://localhost:" + port + "/");
        command.add("https://localhost:" + port + "/again");
        return run("", command.toArray(String[]::new));
    }

    @Test
    void curlGetsBothOnOneConnectionByEitherVersion() throws Exception {
        try (HttpFixture fixture = serve(SERVER)) {
            assertThat(curl(fixture.port())).isEqualTo("hellohello");
            assertThat(curl(fixture.port(), "--tls-max", "1.2")).isEqualTo("hellohello");
        }
    }

    @Test
    void curlShowsItsCertificateWhereOneIsNeeded() throws Exception {
        TlsOptions mutual =
                SERVER.withTrust(TestCertificates.AUTHORITY.trust())
                        .withClientCertificates(ClientCertificates.NEEDED);
        TestCertificates.Issued own = TestCertificates.issued("me");
        Path certificate = Files.writeString(folder.resolve("me.pem"), own.certificatePem());
        Path key = Files.writeString(folder.resolve("me.key"), own.keyPem());
        try (HttpFixture fixture = serve(mutual)) {
            assertThat(curl(fixture.port())).contains("curl: (");
            assertThat(
                            curl(
                                    fixture.port(),
                                    "--cert",
                                    certificate.toString(),
                                    "--key",
                                    key.toString()))
                    .isEqualTo("hellohello");
        }
    }

    private String openssl(int port, String input, String... more)
            throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(
                        List.of("/usr/bin/openssl", "s_client", "-connect", "127.0.0.1:" + port));
        command.addAll(List.of(more));
        return run(input, command.toArray(String[]::new));
    }

    @Test
    @Tag("X99")
    void opensslMeetsNoOldVersionNoWeakSuiteAndNoRenegotiation() throws Exception {
        try (HttpFixture fixture = serve(SERVER)) {
            int port = fixture.port();
            String request = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
            assertThat(openssl(port, request, "-quiet")).contains("hello");
            assertThat(openssl(port, "", "-tls1_1")).contains("alert");
            assertThat(openssl(port, "", "-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA"))
                    .contains("handshake failure");
            assertThat(openssl(port, "R\n", "-tls1_2")).contains("RENEGOTIATING").contains("error");
            // The server is as it was.
            assertThat(openssl(port, request, "-quiet")).contains("hello");
        }
    }
}
