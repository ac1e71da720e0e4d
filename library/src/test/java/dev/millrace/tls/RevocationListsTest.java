package dev.millrace.tls;

import static dev.millrace.tls.TestCertificates.AUTHORITY;
import static dev.millrace.tls.TestCertificates.LOCALHOST;
import static dev.millrace.tls.TestCertificates.revocationList;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.kernel.SystemError;
import dev.millrace.tls.TestCertificates.Issued;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What authorities have revoked, and lists that are of no use. */
class RevocationListsTest {
    private static final Duration DAY = Duration.ofDays(1);
    private static final Issued CLIENT = TestCertificates.issued("client");
    private static final Issued ROOT = TestCertificates.authority("Root");
    private static final Issued BETWEEN = TestCertificates.authorityOf(ROOT, "Between");
    private static final Issued LEAF = TestCertificates.issuedBy(BETWEEN, "localhost");

    private Instant now = Instant.now();

    private static RecordLayer layer(EngineSource source) {
        source.prepare();
        return new EngineRecords(source, () -> 1, InstantSource.system());
    }

    private static RecordPair shake(TlsOptions client, TlsOptions server) {
        RecordLayer ours = layer(Engines.of(client).ofClient("localhost", 443));
        return new RecordPair(ours, layer(Engines.of(server).ofServer())).begin();
    }

    private static TlsOptions trusting(byte[]... lists) {
        return TlsOptions.DEFAULTS.withTrust(AUTHORITY.trust().withRevocationLists(lists));
    }

    private static String told(RecordPair.End end) {
        IOException error = end.error;
        return error == null ? "none" : SystemError.codeOf(error) + ": " + error.getMessage();
    }

    /** Of the client, by servers under {@link #ROOT}, which show what is between as well. */
    private static String told(TlsTrust trust) {
        TlsIdentity identity =
                TlsIdentity.ofPem(LEAF.certificatePem() + BETWEEN.certificatePem(), LEAF.keyPem());
        TlsOptions client = TlsOptions.DEFAULTS.withTrust(trust);
        return told(shake(client, TlsOptions.of(identity)).client);
    }

    @ParameterizedTest
    @EnumSource(TlsProtocol.class)
    void aServersCertificateThatIsRevokedIsRefused(TlsProtocol protocol) {
        TlsOptions client =
                trusting(revocationList(AUTHORITY, DAY, CLIENT, LOCALHOST)).withProtocols(protocol);
        RecordPair pair = shake(client, TestCertificates.server());
        assertThat(told(pair.client))
                .startsWith("CERT_REVOKED: ")
                .contains(
                        "the certificate of CN=localhost, serial number "
                                + LOCALHOST.certificate().getSerialNumber().toString(16)
                                + ", was revoked 20",
                        ", as the list of CN=Test Authority (given as bytes) says");
        assertThat(pair.server.layer.isSecure() && pair.server.error == null).isFalse();
    }

    @Test
    void aClientsCertificateThatIsRevokedIsRefused() {
        TlsOptions server =
                trusting(revocationList(AUTHORITY, DAY, CLIENT))
                        .withIdentity(LOCALHOST.identity())
                        .withClientCertificates(ClientCertificates.NEEDED);
        TlsOptions client = TestCertificates.client();
        Issued other = TestCertificates.issued("other");
        RecordPair refused = shake(client.withIdentity(CLIENT.identity()), server);
        assertThat(told(refused.server))
                .startsWith("CERT_REVOKED")
                .contains("the certificate of CN=client,");
        RecordPair served = shake(client.withIdentity(other.identity()), server);
        assertThat(told(served.server)).isEqualTo("none");
        assertThat(served.server.layer.isSecure()).isTrue();
    }

    @Test
    void whatIsNotOnTheListPasses() {
        for (byte[] list :
                new byte[][] {
                    revocationList(AUTHORITY, DAY), revocationList(AUTHORITY, DAY, CLIENT)
                }) {
            RecordPair pair = shake(trusting(list), TestCertificates.server());
            assertThat(told(pair.client)).isEqualTo("none");
            assertThat(pair.client.layer.isSecure()).isTrue();
        }
    }

    @Test
    void theNameIsVerifiedAsWell() {
        TlsOptions client = trusting(revocationList(AUTHORITY, DAY));
        TlsOptions server = TlsOptions.of(TestCertificates.issued("elsewhere").identity());
        assertThat(told(shake(client, server).client)).startsWith("ERR_TLS_CERT_ALTNAME_INVALID");
        TlsOptions unknown = TlsOptions.of(LEAF.identity());
        assertThat(told(shake(client, unknown).client))
                .startsWith("UNABLE_TO_GET_ISSUER_CERT_LOCALLY");
    }

    /** Its time is over while a program runs. */
    @Test
    void aListThatGrowsStaleIsRefusedAndSaysHowOldItIs() {
        byte[] list = revocationList(AUTHORITY, DAY);
        TlsTrust trust =
                AUTHORITY.trust().withRevocationLists(() -> now, RevocationLists.read(list));
        TlsOptions client = TlsOptions.DEFAULTS.withTrust(trust);
        now = now.plus(Duration.ofHours(23));
        assertThat(told(shake(client, TestCertificates.server()).client)).isEqualTo("none");
        now = now.plus(Duration.ofDays(3));
        // Another name, so that no session goes on.
        RecordPair late = shake(client.withAlpn("late"), TestCertificates.server());
        assertThat(told(late.client))
                .startsWith("CRL_HAS_EXPIRED: ")
                .contains("the list of CN=Test Authority (given as bytes) is stale: it is of 20")
                .endsWith(", 2 days ago");
    }

    @Test
    void aNewerListBesideAStaleOneIsEnough() {
        TlsTrust trust =
                AUTHORITY
                        .trust()
                        .withRevocationLists(
                                () -> now,
                                RevocationLists.read(
                                        revocationList(AUTHORITY, Duration.ofHours(1)),
                                        revocationList(AUTHORITY, DAY, CLIENT)));
        now = now.plus(Duration.ofHours(2));
        TlsOptions client = TlsOptions.DEFAULTS.withTrust(trust);
        assertThat(told(shake(client, TestCertificates.server()).client)).isEqualTo("none");
    }

    @Test
    void eachAuthorityOfAChainHasItsList() {
        byte[] ofRoot = revocationList(ROOT, DAY);
        assertThat(told(ROOT.trust().withRevocationLists(ofRoot)))
                .startsWith("UNABLE_TO_GET_CRL")
                .contains(
                        "no revocation list of CN=Between, from which the certificate of"
                                + " CN=localhost comes");
        TlsTrust both = TlsTrust.ofPem(ROOT.certificatePem() + BETWEEN.certificatePem());
        byte[] ofBetween = revocationList(BETWEEN, DAY);
        assertThat(told(both.withRevocationLists(ofRoot, ofBetween))).isEqualTo("none");
        byte[] ofLeaf = revocationList(BETWEEN, DAY, LEAF);
        assertThat(told(both.withRevocationLists(ofRoot, ofLeaf))).startsWith("CERT_REVOKED");
        assertThat(told(both.withRevocationLists(ofLeaf, ofRoot))).startsWith("CERT_REVOKED");
    }

    private static void expectWrong(TlsTrust trust, String message, byte[]... lists) {
        assertThatThrownBy(() -> trust.withRevocationLists(lists))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    @Test
    void whatIsOfNoUseIsSaidAtOnce() {
        TlsTrust trust = AUTHORITY.trust();
        byte[] good = revocationList(AUTHORITY, DAY);
        expectWrong(
                trust,
                "the list of CN=Root (given as bytes) is of no authority that is trusted",
                good,
                revocationList(ROOT, DAY));
        Issued namesake = TestCertificates.authority("Test Authority");
        expectWrong(trust, "is not signed by the one trusted", revocationList(namesake, DAY));
        expectWrong(
                trust, "is stale: it is of 20", revocationList(AUTHORITY, Duration.ofSeconds(30)));
        TlsTrust both = TlsTrust.ofPem(ROOT.certificatePem() + BETWEEN.certificatePem());
        expectWrong(
                both,
                "revokes CN=Between, which is trusted; trust it no longer",
                revocationList(ROOT, DAY, BETWEEN));
        expectWrong(trust, "no revocation list: name one at least", new byte[0][]);
        expectWrong(trust, "given as bytes: a revocation list can't be read", new byte[] {1});
        expectWrong(
                trust,
                "given as bytes has no list: no line -----BEGIN X509 CRL-----",
                AUTHORITY.certificatePem().getBytes());
    }

    @Test
    void whatHasNoAuthoritiesHasNoLists() {
        TlsTrust one = TlsTrust.ofFingerprint(LOCALHOST.identity().fingerprint());
        assertThatThrownBy(() -> one.withRevocationLists(revocationList(AUTHORITY, DAY)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("a fingerprint has no authorities, so there are no lists of theirs");
        expectWrong(TlsTrust.SYSTEM, "of no authority", revocationList(AUTHORITY, DAY));
    }

    @Test
    void filesAreInPemOrDerAndNamed(@TempDir Path folder) throws IOException {
        byte[] list = revocationList(AUTHORITY, DAY, LOCALHOST);
        Path der = Files.write(folder.resolve("der.crl"), list);
        String text = AUTHORITY.certificatePem() + TestCertificates.pem("X509 CRL", list);
        Path pem = Files.writeString(folder.resolve("pem.crl"), text);
        for (Path file : new Path[] {der, pem}) {
            TlsTrust trust = AUTHORITY.trust().withRevocationLists(file);
            TlsOptions client = TlsOptions.DEFAULTS.withTrust(trust);
            assertThat(told(shake(client, TestCertificates.server()).client))
                    .contains("the list of CN=Test Authority (" + file + ") says");
        }
        Path none = folder.resolve("none");
        assertThatThrownBy(() -> AUTHORITY.trust().withRevocationLists(none))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining(none.toString());
    }

    /** A session that began with the former list does not go on. */
    @Test
    void aNewTrustHasTheNewList() {
        byte[] before = revocationList(AUTHORITY, DAY);
        TlsOptions client = trusting(before);
        assertThat(told(shake(client, TestCertificates.server()).client)).isEqualTo("none");
        TlsTrust newer =
                client.trust().withRevocationLists(revocationList(AUTHORITY, DAY, LOCALHOST));
        RecordPair pair = shake(client.withTrust(newer), TestCertificates.server());
        assertThat(told(pair.client)).startsWith("CERT_REVOKED");
        assertThatCode(() -> newer.withRevocationLists(before)).doesNotThrowAnyException();
    }
}
