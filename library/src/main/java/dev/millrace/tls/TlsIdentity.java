package dev.millrace.tls;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What one end shows of itself: a certificate, the chain that leads to its authority, and the
 * private key. Immutable: any thread. Its text shows whom it is for, and never the key.
 *
 * {@snippet class="dev.millrace.tls.TlsExamplesTest" region="identity"}
 */
public final class TlsIdentity {
    static final String ENCRYPTED =
            "the key is encrypted; take the password away with openssl pkey -in KEY -out KEY2, or"
                    + " use a KeyStore";

    /** Of certificates that sign themselves; some clients refuse more than 398 days. */
    private static final Duration VALIDITY = Duration.ofDays(365);

    /** Of a host, or with a wildcard, or an IP literal; no more is asked of it. */
    private static final Pattern NAME = Pattern.compile("[*A-Za-z0-9_.:-]{1,253}");

    private static final Set<PosixFilePermission> OWNERS =
            PosixFilePermissions.fromString("rw-------");

    private final List<X509Certificate> chain;
    private final PrivateKey key;

    private TlsIdentity(List<X509Certificate> chain, PrivateKey key, String where) {
        this.chain = List.copyOf(chain);
        this.key = key;
        if (!isPair(chain.getFirst().getPublicKey(), key)) {
            throw new IllegalArgumentException(
                    where
                            + ": the key is not that of the first certificate, "
                            + chain.getFirst().getSubjectX500Principal()
                            + "; a chain begins with the certificate of the key");
        }
    }

    /**
     * Of two files in PEM: the chain, the certificate first, and the key, as PKCS#8, PKCS#1 or SEC
     * 1 has it. One file may be both. Reads them at once: not for a busy loop.
     *
     * @throws java.io.UncheckedIOException if one can't be read
     * @throws IllegalArgumentException if one is not what it should be, or they don't belong
     *     together
     */
    public static TlsIdentity ofPem(Path chain, Path key) {
        return ofPem(
                Certificates.read(chain), chain.toString(), Certificates.read(key), key.toString());
    }

    /**
     * As {@link #ofPem(Path, Path)}, of the texts themselves.
     *
     * @throws IllegalArgumentException as there
     */
    public static TlsIdentity ofPem(String chain, String key) {
        return ofPem(chain, "the chain", key, "the key");
    }

    private static TlsIdentity ofPem(String chain, String chainFrom, String key, String keyFrom) {
        List<X509Certificate> certificates = Certificates.ofPem(chain, chainFrom);
        return new TlsIdentity(certificates, key(key, keyFrom, certificates.getFirst()), keyFrom);
    }

    /**
     * A new key, and a certificate for {@code names} that has signed itself: for development, and
     * for peers that know its {@link #fingerprint}. It is good for a year, and signs no other
     * certificate. A client trusts it by {@link TlsTrust#ofPem(Path)} or {@link
     * TlsTrust#ofFingerprint}.
     *
     * {@snippet class="dev.millrace.tls.TlsExamplesTest" region="selfSigned"}
     *
     * @param names names of hosts and IP literals, {@code localhost} and {@code 127.0.0.1} for
     *     instance
     * @throws IllegalArgumentException if there is none, or one is none
     */
    public static TlsIdentity selfSigned(String... names) {
        return selfSigned(Instant.now(), names);
    }

    static TlsIdentity selfSigned(Instant now, String... names) {
        if (names.length == 0) {
            throw new IllegalArgumentException(
                    "a certificate needs a name, localhost for instance");
        }
        for (String name : names) {
            if (!NAME.matcher(name).matches()) {
                throw new IllegalArgumentException(
                        "\"" + name + "\" is no name of a host, and no IP literal");
            }
        }
        SelfSigned made = SelfSigned.of(now, VALIDITY, names);
        List<X509Certificate> chain =
                List.of(Certificates.ofDer(made.certificate(), "the new one"));
        return new TlsIdentity(chain, made.keys().getPrivate(), "the new one");
    }

    /**
     * The entry of {@code store} that has a key; {@code password} is that of the key.
     *
     * @throws IllegalArgumentException if there is none or more than one, or the password is wrong
     */
    public static TlsIdentity ofKeyStore(KeyStore store, char[] password) {
        try {
            List<String> names =
                    Collections.list(store.aliases()).stream()
                            .filter(name -> isKey(store, name))
                            .toList();
            if (names.size() != 1) {
                throw new IllegalArgumentException(
                        "the key store has " + names.size() + " keys, " + names + ", and not one");
            }
            Key key = store.getKey(names.getFirst(), password);
            Certificate[] chain = store.getCertificateChain(names.getFirst());
            return new TlsIdentity(
                    Arrays.stream(chain).map(X509Certificate.class::cast).toList(),
                    (PrivateKey) key,
                    "the key store");
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("the key store: " + e.getMessage(), e);
        }
    }

    private static boolean isKey(KeyStore store, String name) {
        try {
            return store.entryInstanceOf(name, KeyStore.PrivateKeyEntry.class);
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("the key store: " + e.getMessage(), e);
        }
    }

    private static PrivateKey key(String text, String where, X509Certificate certificate) {
        PemText block =
                PemText.blocks(text, where).stream()
                        .filter(one -> one.label().endsWith("PRIVATE KEY"))
                        .findFirst()
                        .orElseThrow(() ->
                                new IllegalArgumentException(
                                        where
                                                + " has no key: no line -----BEGIN PRIVATE KEY-----"));
        byte[] pkcs8 =
                switch (block.label()) {
                    case "PRIVATE KEY" -> block.bytes();
                    case "RSA PRIVATE KEY", "EC PRIVATE KEY" -> wrapped(block, certificate);
                    case "ENCRYPTED PRIVATE KEY" ->
                            throw new IllegalArgumentException(where + ": " + ENCRYPTED);
                    default ->
                            throw new IllegalArgumentException(
                                    where
                                            + ": no key of the kind \""
                                            + block.label()
                                            + "\" is known");
                };
        String algorithm = certificate.getPublicKey().getAlgorithm();
        try {
            return KeyFactory.getInstance(algorithm)
                    .generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException(
                    where + ": no " + algorithm + " key, as the certificate needs it", e);
        }
    }

    /** RFC 5208: the key as it is, behind what kind it is; that the certificate says as well. */
    private static byte[] wrapped(PemText block, X509Certificate certificate) {
        byte[] kind = Der.firstOf(certificate.getPublicKey().getEncoded());
        byte[] version = Der.of(Der.INTEGER, new byte[1]);
        return Der.of(Der.SEQUENCE, version, kind, Der.of(Der.OCTETS, block.bytes()));
    }

    private static boolean isPair(PublicKey open, PrivateKey secret) {
        String name =
                switch (open.getAlgorithm()) {
                    case "RSA" -> "SHA256withRSA";
                    case "EC" -> "SHA256withECDSA";
                    case "RSASSA-PSS" -> "";
                    default -> open.getAlgorithm();
                };
        if (name.isEmpty()) {
            return true;
        }
        try {
            Signature signature = Signature.getInstance(name);
            signature.initSign(secret);
            byte[] signed = signature.sign();
            signature.initVerify(open);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    /** The certificate first. */
    public List<X509Certificate> chain() {
        return chain;
    }

    PrivateKey key() {
        return key;
    }

    /**
     * The SHA-256 of its certificate, {@code AB:CD:...}, as openssl and browsers show it: for
     * {@link TlsTrust#ofFingerprint}, and for a person to compare.
     */
    public String fingerprint() {
        return FingerprintCheck.fingerprint(chain.getFirst());
    }

    /**
     * Writes chain and key to one file in PEM, which {@link #ofPem(Path, Path)} reads as both. It
     * takes the place of a file that is there, in one step; only its owner may read it, where the
     * file system knows owners. Blocks: not for a busy loop.
     *
     * @throws java.io.UncheckedIOException if it can't be written
     * @throws IllegalStateException if the key is in a device that does not give it away
     */
    public void writePem(Path file) {
        byte[] secret = key.getEncoded();
        if (secret == null) {
            throw new IllegalStateException("the key is in a device that does not give it away");
        }
        StringBuilder text = new StringBuilder();
        chain.forEach(one -> text.append(PemText.of("CERTIFICATE", Certificates.der(one))));
        text.append(PemText.of("PRIVATE KEY", secret));
        Path folder = file.toAbsolutePath().getParent();
        try {
            boolean hasOwners = Files.getFileStore(folder).supportsFileAttributeView("posix");
            Path part =
                    hasOwners
                            ? Files.createTempFile(
                                    folder,
                                    ".millrace",
                                    ".pem",
                                    PosixFilePermissions.asFileAttribute(OWNERS))
                            : Files.createTempFile(folder, ".millrace", ".pem");
            try {
                Files.writeString(part, text);
                Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(part);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether its key is of this kind, as the JDK names kinds; a suffix is a certificate's. */
    boolean isOf(String keyType) {
        String own = chain.getFirst().getPublicKey().getAlgorithm();
        return Objects.equals(keyType, own) || keyType.startsWith(own + "_");
    }

    /** {@code TlsIdentity[CN=localhost, until 2026-12-31T00:00:00Z]}. */
    @Override
    public String toString() {
        X509Certificate first = chain.getFirst();
        return "TlsIdentity["
                + first.getSubjectX500Principal()
                + ", until "
                + first.getNotAfter().toInstant()
                + "]";
    }
}
