package dev.millrace.tls;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Which authorities a peer's certificate may come from. Immutable: any thread. There is none that
 * trusts every peer: a certificate made for development is its own authority, and can be named.
 *
 * {@snippet class="dev.millrace.tls.TlsExamplesTest" region="trust"}
 */
public final class TlsTrust {
    /** The authorities that the JDK comes with, or the system's where it is set up so. */
    public static final TlsTrust SYSTEM = new TlsTrust("the system's", Optional.empty());

    private final String text;
    private final Optional<KeyStore> store;

    private TlsTrust(String text, Optional<KeyStore> store) {
        this.text = text;
        this.store = store;
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
        return new TlsTrust("a key store", Optional.of(store));
    }

    private static TlsTrust of(String text, List<X509Certificate> authorities) {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            for (int at = 0; at < authorities.size(); at++) {
                store.setCertificateEntry("authority-" + at, authorities.get(at));
            }
            return new TlsTrust(text, Optional.of(store));
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalArgumentException(text + ": " + e.getMessage(), e);
        }
    }

    X509ExtendedTrustManager check() throws GeneralSecurityException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
        factory.init(store.orElse(null));
        for (TrustManager found : factory.getTrustManagers()) {
            if (found instanceof X509ExtendedTrustManager check) {
                return new PeerCheck(check);
            }
        }
        throw new GeneralSecurityException("the JDK has no check of certificates");
    }

    @Override
    public String toString() {
        return "TlsTrust[" + text + "]";
    }
}
