package dev.millrace.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Certificates and keys in the forms that they come in, and what is said of those that are wrong.
 */
class TlsIdentityTest {
    private static final TestCertificates.Issued EC = TestCertificates.LOCALHOST;
    private static final TestCertificates.Issued RSA = TestCertificates.issuedRsa("localhost");

    /** What a PKCS#8 key of the JDK wraps: behind the kind and the head of the octets. */
    private static byte[] unwrapped(TestCertificates.Issued of) {
        byte[] whole = of.keys().getPrivate().getEncoded();
        byte[] kind = Der.firstOf(of.keys().getPublic().getEncoded());
        int sequence = whole[1] == (byte) 0x82 ? 4 : 2;
        int octets = sequence + 3 + kind.length;
        int head = whole[octets + 1] == (byte) 0x82 ? 4 : 2;
        return Arrays.copyOfRange(whole, octets + head, whole.length);
    }

    @Test
    void keysComeAsPkcs8AndPkcs1AndSec1() {
        String sec1 =
                "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"
                        + TestCertificates.pem("EC PRIVATE KEY", unwrapped(EC));
        String pkcs1 = TestCertificates.pem("RSA PRIVATE KEY", unwrapped(RSA));
        assertThat(TlsIdentity.ofPem(EC.certificatePem(), sec1).key())
                .isEqualTo(EC.keys().getPrivate());
        assertThat(TlsIdentity.ofPem(RSA.certificatePem(), pkcs1).key())
                .isEqualTo(RSA.keys().getPrivate());
        assertThat(RSA.identity().key()).isEqualTo(RSA.keys().getPrivate());
    }

    @Test
    void aChainIsReadWithWhatStandsBetween() {
        String chain =
                "issued to localhost\n"
                        + EC.certificatePem()
                        + "\nby\n"
                        + TestCertificates.AUTHORITY.certificatePem().replace("\n", "\r\n");
        TlsIdentity identity = TlsIdentity.ofPem(chain, EC.keyPem() + chain);
        assertThat(identity.chain())
                .containsExactly(EC.certificate(), TestCertificates.AUTHORITY.certificate());
        assertThat(identity)
                .hasToString(
                        "TlsIdentity[CN=localhost, until "
                                + EC.certificate().getNotAfter().toInstant()
                                + "]");
    }

    @Test
    void filesAreReadAndNamedWhenTheyAreWrong(@TempDir Path folder) throws IOException {
        Path chain = Files.writeString(folder.resolve("chain.pem"), EC.certificatePem());
        Path key = Files.writeString(folder.resolve("key.pem"), EC.keyPem());
        assertThat(TlsIdentity.ofPem(chain, key).chain()).containsExactly(EC.certificate());
        assertThatThrownBy(() -> TlsIdentity.ofPem(key, key))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(key + " has no certificate: no line -----BEGIN CERTIFICATE-----");
        assertThatThrownBy(() -> TlsIdentity.ofPem(chain, chain))
                .hasMessage(chain + " has no key: no line -----BEGIN PRIVATE KEY-----");
        assertThatThrownBy(() -> TlsIdentity.ofPem(chain, folder.resolve("none")))
                .isInstanceOf(UncheckedIOException.class);
        Files.writeString(key, EC.keyPem().substring(0, 100));
        assertThatThrownBy(() -> TlsIdentity.ofPem(chain, key))
                .hasMessage(key + ": the block PRIVATE KEY has no end; is the file cut off?");
    }

    @Test
    void aKeyThatCannotBeUsedIsSaidToBeSo() {
        assertThatThrownBy(() -> TlsIdentity.ofPem(EC.certificatePem(), RSA.keyPem()))
                .hasMessage("the key: no EC key, as the certificate needs it");
        String other = TestCertificates.issued("localhost").keyPem();
        assertThatThrownBy(() -> TlsIdentity.ofPem(EC.certificatePem(), other))
                .hasMessageContaining("not that of the first certificate, CN=localhost");
        String encrypted = TestCertificates.pem("ENCRYPTED PRIVATE KEY", new byte[9]);
        assertThatThrownBy(() -> TlsIdentity.ofPem(EC.certificatePem(), encrypted))
                .hasMessageContaining("openssl pkey -in KEY -out KEY2");
        String old =
                "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAA==\n"
                        + "-----END RSA PRIVATE KEY-----\n";
        assertThatThrownBy(() -> TlsIdentity.ofPem(RSA.certificatePem(), old))
                .hasMessageContaining("the key is encrypted");
    }

    @Test
    void aKeyStoreHasOneKey() throws GeneralSecurityException, IOException {
        char[] password = "secret".toCharArray();
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        assertThatThrownBy(() -> TlsIdentity.ofKeyStore(store, password))
                .hasMessage("the key store has 0 keys, [], and not one");
        Certificate[] chain = {EC.certificate()};
        store.setKeyEntry("own", EC.keys().getPrivate(), password, chain);
        assertThat(TlsIdentity.ofKeyStore(store, password).chain())
                .containsExactly(EC.certificate());
        assertThatThrownBy(() -> TlsIdentity.ofKeyStore(store, "wrong".toCharArray()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("the key store: ");
    }

    @Test
    void aWildcardIsTheWholeFirstLabelAndStandsForOne() {
        TlsIdentity identity = EC.identity();
        ServerNames names = ServerNames.of(Map.of("*.a.org", identity, "b.org", identity));
        assertThat(names.identityFor("x.a.org")).contains(identity);
        assertThat(names.identityFor("b.org")).contains(identity);
        assertThat(names.identityFor("a.org")).isEmpty();
        assertThat(names.identityFor("x.y.a.org")).isEmpty();
        assertThat(names.identityFor("x.b.org")).isEmpty();
        assertThatThrownBy(() -> ServerNames.of(Map.of("w*.a.org", identity)))
                .hasMessageContaining("a wildcard is the whole first label");
    }
}
