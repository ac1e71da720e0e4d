package dev.millrace.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Certificates that sign themselves, their file, and the fingerprint that names them. */
class SelfSignedTest {
    @TempDir Path folder;

    @Test
    void itIsForItsNamesAndForServersAndForAYear() throws GeneralSecurityException {
        Instant now = Instant.parse("2030-01-02T03:04:05Z");
        TlsIdentity made = TlsIdentity.selfSigned(now, "localhost", "127.0.0.1", "::1");
        X509Certificate certificate = made.chain().getFirst();
        certificate.verify(certificate.getPublicKey());
        assertThat(certificate.getVersion()).isEqualTo(3);
        assertThat(certificate.getSerialNumber().signum()).isPositive();
        assertThat(certificate.getSubjectX500Principal()).hasToString("CN=localhost");
        assertThat(certificate.getIssuerX500Principal()).hasToString("CN=localhost");
        assertThat(certificate.getNotBefore().toInstant())
                .isEqualTo(now.minus(Duration.ofHours(1)));
        assertThat(certificate.getNotAfter().toInstant()).isEqualTo(now.plus(Duration.ofDays(365)));
        assertThat(certificate.getSubjectAlternativeNames())
                .containsExactlyInAnyOrder(
                        List.of(2, "localhost"),
                        List.of(7, "127.0.0.1"),
                        List.of(7, "0:0:0:0:0:0:0:1"));
        assertThat(certificate.getBasicConstraints()).as("no authority").isEqualTo(-1);
        assertThat(certificate.getKeyUsage())
                .startsWith(true, false, false, false, false, false, false);
        assertThat(certificate.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.1");
        assertThat(certificate.getCriticalExtensionOIDs())
                .containsExactlyInAnyOrder("2.5.29.15", "2.5.29.19");
    }

    @Test
    void noTwoAreTheSame() {
        TlsIdentity one = TlsIdentity.selfSigned("localhost");
        TlsIdentity other = TlsIdentity.selfSigned("localhost");
        assertThat(one.fingerprint())
                .matches("([0-9A-F]{2}:){31}[0-9A-F]{2}")
                .isNotEqualTo(other.fingerprint());
        assertThat(one.chain().getFirst().getSerialNumber())
                .isNotEqualTo(other.chain().getFirst().getSerialNumber());
        assertThat(one.key()).isNotEqualTo(other.key());
    }

    @Test
    void namesThatAreNoneAreRefused() {
        assertThatThrownBy(TlsIdentity::selfSigned)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("needs a name");
        assertThatThrownBy(() -> TlsIdentity.selfSigned("localhost", "a, O=b"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("\"a, O=b\" is no name of a host, and no IP literal");
        assertThatThrownBy(() -> TlsIdentity.selfSigned("")).hasMessageContaining("\"\"");
    }

    @Test
    void itsFileIsWholeAndItsOwners() throws IOException {
        Path file = folder.resolve("both.pem");
        Files.writeString(file, "something else");
        TlsIdentity made = TlsIdentity.selfSigned("localhost");
        made.writePem(file);
        TlsIdentity read = TlsIdentity.ofPem(file, file);
        assertThat(read.chain()).isEqualTo(made.chain());
        assertThat(read.key()).isEqualTo(made.key());
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left).containsExactly(file);
        }
        assertThatThrownBy(() -> made.writePem(folder.resolve("none/both.pem")))
                .isInstanceOf(UncheckedIOException.class);
        assumeThat(FileSystems.getDefault().supportedFileAttributeViews()).contains("posix");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    @Test
    void aWholeChainIsWritten() {
        Path file = folder.resolve("chain.pem");
        String chain =
                TestCertificates.LOCALHOST.certificatePem()
                        + TestCertificates.AUTHORITY.certificatePem();
        TlsIdentity.ofPem(chain, TestCertificates.LOCALHOST.keyPem()).writePem(file);
        assertThat(TlsIdentity.ofPem(file, file).chain()).hasSize(2);
    }

    @Test
    void opensslTakesIt() throws Exception {
        Path file = folder.resolve("both.pem");
        TlsIdentity made = TlsIdentity.selfSigned("localhost", "127.0.0.1");
        made.writePem(file);
        String path = file.toString();
        Process verify;
        try {
            verify =
                    new ProcessBuilder(
                                    "openssl",
                                    "verify",
                                    "-x509_strict",
                                    "-verify_hostname",
                                    "localhost",
                                    "-CAfile",
                                    path,
                                    path)
                            .redirectErrorStream(true)
                            .start();
        } catch (IOException e) {
            assumeThat(e).as("there is no openssl").isNull();
            return;
        }
        assertThat(new String(verify.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .isEqualTo(path + ": OK\n");
        Process shown =
                new ProcessBuilder(
                                "openssl", "x509", "-in", path, "-noout", "-fingerprint", "-sha256")
                        .start();
        assertThat(new String(shown.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .endsWith(made.fingerprint() + "\n");
    }

    @Test
    void aFingerprintIsReadWithColonsOrWithout() {
        String told = TlsIdentity.selfSigned("localhost").fingerprint();
        assertThat(TlsTrust.ofFingerprint(told)).hasToString("TlsTrust[a fingerprint]");
        assertThat(TlsTrust.ofFingerprint(told.replace(":", "").toLowerCase(java.util.Locale.ROOT)))
                .isNotNull();
        for (String wrong : List.of("", "AB", told.substring(3), told + ":00", "x" + told)) {
            assertThatThrownBy(() -> TlsTrust.ofFingerprint(wrong))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("is no SHA-256");
        }
    }
}
