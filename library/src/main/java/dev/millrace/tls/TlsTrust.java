package dev.millrace.tls;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Which authorities a peer's certificate may come from. Immutable: any thread. There is none that
 * trusts every peer: a certificate made for development is its own authority, and can be named.
 *
 * {@snippet class="dev.millrace.tls.TlsExamplesTest" region="trust"}
 */
public final class TlsTrust {
    /** The authorities that the JDK comes with, or the system's where it is set up so. */
    public static final TlsTrust SYSTEM = new TlsTrust("the system's", () -> ofStore(null));

    private final String text;
    private final Maker maker;
    private @Nullable X509ExtendedTrustManager made;

    /** Makes the check, which may read files. */
    private interface Maker {
        X509ExtendedTrustManager make() throws GeneralSecurityException;
    }

    private TlsTrust(String text, Maker maker) {
        this.text = text;
        this.maker = maker;
    }

    /**
     * The authorities of a file in PEM, and no others. Reads it at once: not for a busy loop.
     *
     * @throws java.io.UncheckedIOException if it can't be read
     * @throws IllegalArgumentException if it holds no certificate, or a wrong one
     */
    public static TlsTrust ofPem(Path file) {
        return of(file.toString(), Certificates.ofPem(Certificates.read(file), file.toString()));
    }

    /**
     * As {@link #ofPem(Path)}, of the text itself.
     *
     * @throws IllegalArgumentException as there
     */
    public static TlsTrust ofPem(String text) {
        return of("a text", Certificates.ofPem(text, "the text"));
    }

    /** The certificates of {@code store}, and no others. */
    public static TlsTrust ofKeyStore(KeyStore store) {
        return new TlsTrust("a key store", () -> ofStore(store));
    }

    /**
     * One certificate, by its SHA-256, as {@link TlsIdentity#fingerprint} tells it. Whom it is for,
     * until when, and by whom it is signed is no matter: the fingerprint came another way.
     *
     * {@snippet class="dev.millrace.tls.TlsExamplesTest" region="fingerprint"}
     *
     * @param sha256 64 hexadecimal digits, with colons between the bytes or without
     * @throws IllegalArgumentException if it is no SHA-256
     */
    public static TlsTrust ofFingerprint(String sha256) {
        FingerprintCheck check = FingerprintCheck.of(sha256);
        return new TlsTrust("a fingerprint", () -> check);
    }

    /**
     * What {@code check} lets pass. All of the check is its own, that of the name among it: the
     * JDK's trust managers look at the engine's {@code SSLParameters} for that. Called on a thread
     * of the handshake, so it must be safe for any thread. What it throws fails the handshake, as
     * {@code ERR_TLS_CERT_REFUSED}.
     */
    public static TlsTrust ofTrustManager(X509ExtendedTrustManager check) {
        return new TlsTrust("a trust manager", () -> check);
    }

    private static TlsTrust of(String text, List<X509Certificate> authorities) {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            for (int at = 0; at < authorities.size(); at++) {
                store.setCertificateEntry("authority-" + at, authorities.get(at));
            }
            return new TlsTrust(text, () -> ofStore(store));
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalArgumentException(text + ": " + e.getMessage(), e);
        }
    }

    /** Null: the system's. */
    private static X509ExtendedTrustManager ofStore(@Nullable KeyStore store)
            throws GeneralSecurityException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
        factory.init(store);
        for (TrustManager found : factory.getTrustManagers()) {
            if (found instanceof X509ExtendedTrustManager check) {
                return new PeerCheck(check);
            }
        }
        throw new GeneralSecurityException("the JDK has no check of certificates");
    }

    /** Made once: to read the system's authorities takes 50 ms. Blocks; any thread. */
    synchronized X509ExtendedTrustManager check() throws GeneralSecurityException {
        X509ExtendedTrustManager check = made;
        if (check == null) {
            check = maker.make();
            made = check;
        }
        return check;
    }

    @Override
    public String toString() {
        return "TlsTrust[" + text + "]";
    }
}
