package dev.millrace.tls;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
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
    public static final TlsTrust SYSTEM = new TlsTrust("the system's", null, null, null);

    private final String text;

    /** A check that knows no authorities; null: that of a store. */
    private final @Nullable X509ExtendedTrustManager own;

    /** Null: the system's. */
    private final @Nullable KeyStore store;

    private final @Nullable RevocationLists lists;
    private @Nullable X509ExtendedTrustManager made;

    private TlsTrust(
            String text,
            @Nullable X509ExtendedTrustManager own,
            @Nullable KeyStore store,
            @Nullable RevocationLists lists) {
        this.text = text;
        this.own = own;
        this.store = store;
        this.lists = lists;
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
        return new TlsTrust("a key store", null, Objects.requireNonNull(store, "store"), null);
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
        return new TlsTrust("a fingerprint", FingerprintCheck.of(sha256), null, null);
    }

    /**
     * What {@code check} lets pass. All of the check is its own, that of the name among it: the
     * JDK's trust managers look at the engine's {@code SSLParameters} for that. Called on a thread
     * of the handshake, so it must be safe for any thread. What it throws fails the handshake, as
     * {@code ERR_TLS_CERT_REFUSED}.
     */
    public static TlsTrust ofTrustManager(X509ExtendedTrustManager check) {
        return new TlsTrust("a trust manager", Objects.requireNonNull(check, "check"), null, null);
    }

    private static TlsTrust of(String text, List<X509Certificate> authorities) {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            for (int at = 0; at < authorities.size(); at++) {
                store.setCertificateEntry("authority-" + at, authorities.get(at));
            }
            return new TlsTrust(text, null, store, null);
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalArgumentException(text + ": " + e.getMessage(), e);
        }
    }

    /**
     * These authorities, and the certificates that they have revoked (RFC 5280 section 5), in PEM
     * or DER, for certificates of servers and of clients. There must be a list of each authority
     * that a peer's certificates come from, and one whose time is over counts no more: handshakes
     * fail then with a code and a text that say so. To take a newer list is to make this anew, for
     * {@code reloadTls} of a server for instance. Nothing is asked over the network. Lists that
     * were there before are replaced. Reads the files at once: not for a busy loop.
     *
     * {@snippet class="dev.millrace.tls.TlsExamplesTest" region="revocation"}
     *
     * @throws java.io.UncheckedIOException if one can't be read
     * @throws IllegalArgumentException if one holds no list, its time is over, it is not of one of
     *     these authorities, or it revokes one of them
     * @throws IllegalStateException if this trust has no authorities
     */
    public TlsTrust withRevocationLists(Path... files) {
        return withRevocationLists(InstantSource.system(), RevocationLists.read(files));
    }

    /**
     * As {@link #withRevocationLists(Path...)}, of what such files hold.
     *
     * @throws IllegalArgumentException as there
     * @throws IllegalStateException as there
     */
    public TlsTrust withRevocationLists(byte[]... contents) {
        return withRevocationLists(InstantSource.system(), RevocationLists.read(contents));
    }

    TlsTrust withRevocationLists(InstantSource clock, List<RevocationLists.Listed> read) {
        if (own != null) {
            throw new IllegalStateException(
                    text + " has no authorities, so there are no lists of theirs");
        }
        try {
            List<X509Certificate> authorities = List.of(ofStore(store, null).getAcceptedIssuers());
            RevocationLists checked = RevocationLists.of(clock, read, authorities);
            return new TlsTrust(text + ", revocation lists", null, store, checked);
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException(text + ": " + e.getMessage(), e);
        }
    }

    private static X509ExtendedTrustManager ofStore(
            @Nullable KeyStore store, @Nullable RevocationLists lists)
            throws GeneralSecurityException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
        if (lists == null) {
            factory.init(store);
        } else {
            factory.init(lists.parameters());
        }
        for (TrustManager found : factory.getTrustManagers()) {
            if (found instanceof X509ExtendedTrustManager check) {
                return new PeerCheck(check, lists);
            }
        }
        throw new GeneralSecurityException("the JDK has no check of certificates");
    }

    /** Made once: to read the system's authorities takes 50 ms. Blocks; any thread. */
    synchronized X509ExtendedTrustManager check() throws GeneralSecurityException {
        X509ExtendedTrustManager check = made;
        if (check == null) {
            check = own == null ? ofStore(store, lists) : own;
            made = check;
        }
        return check;
    }

    @Override
    public String toString() {
        return "TlsTrust[" + text + "]";
    }
}
