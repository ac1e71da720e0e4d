package dev.millrace.tls;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import javax.security.auth.x500.X500Principal;

/** Certificates for tests: an authority, and what it has signed. */
public final class TestCertificates {
    private static final byte[] ECDSA_SHA256 = hex("300a06082a8648ce3d040302");
    private static final byte[] TRUE = hex("0101ff");
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyyMMddHHmmss'Z'");
    private static final AtomicLong SERIAL = new AtomicLong(1);
    private static final Instant NOW = Instant.now();

    /** The authority of most tests. */
    public static final Issued AUTHORITY = authority("Test Authority");

    /** For localhost and 127.0.0.1. */
    public static final Issued LOCALHOST = issued("localhost", "127.0.0.1");

    private TestCertificates() {}

    /** For clients of the JDK's own, in which millrace has no part: they trust the authority. */
    public static SSLContext foreign() {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setCertificateEntry("authority", AUTHORITY.certificate());
            TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
            trust.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new AssertionError(e);
        }
    }

    /** A certificate, its key, and their forms in PEM. */
    public record Issued(X509Certificate certificate, KeyPair keys) {
        public String certificatePem() {
            return pem("CERTIFICATE", der());
        }

        public String keyPem() {
            return pem("PRIVATE KEY", keys.getPrivate().getEncoded());
        }

        public TlsIdentity identity() {
            return TlsIdentity.ofPem(certificatePem(), keyPem());
        }

        public TlsTrust trust() {
            return TlsTrust.ofPem(certificatePem());
        }

        byte[] der() {
            try {
                return certificate.getEncoded();
            } catch (GeneralSecurityException e) {
                throw new AssertionError(e);
            }
        }
    }

    /** What a server has that is {@link #LOCALHOST}. */
    public static TlsOptions server() {
        return TlsOptions.of(LOCALHOST.identity());
    }

    /** What a client has that trusts {@link #AUTHORITY}. */
    public static TlsOptions client() {
        return TlsOptions.DEFAULTS.withTrust(AUTHORITY.trust());
    }

    public static String pem(String label, byte[] bytes) {
        String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
        return "-----BEGIN " + label + "-----\n" + base64 + "\n-----END " + label + "-----\n";
    }

    /** An authority that has signed itself. */
    public static Issued authority(String name) {
        return make(null, name, true, keys("EC"), NOW, Duration.ofDays(1));
    }

    /** Of {@link #AUTHORITY}, for some names and IPv4 addresses. */
    public static Issued issued(String... names) {
        return make(AUTHORITY, names[0], false, keys("EC"), NOW, Duration.ofDays(1), names);
    }

    /** As {@link #issued}, with an RSA key. */
    public static Issued issuedRsa(String name) {
        return make(AUTHORITY, name, false, keys("RSA"), NOW, Duration.ofDays(1), name);
    }

    /** As {@link #issued}, for other times. */
    public static Issued issuedAt(Instant from, Duration length, String name) {
        return make(AUTHORITY, name, false, keys("EC"), from, length, name);
    }

    /** An authority that {@code by} has signed. */
    static Issued authorityOf(Issued by, String name) {
        return make(by, name, true, keys("EC"), NOW, Duration.ofDays(1));
    }

    /** Of another authority than {@link #AUTHORITY}. */
    static Issued issuedBy(Issued by, String name) {
        return make(by, name, false, keys("EC"), NOW, Duration.ofDays(1), name);
    }

    /** What {@code by} has revoked, in DER: good for {@code length} from a minute ago. */
    public static byte[] revocationList(Issued by, Duration length, Issued... revoked) {
        Instant start = NOW.minusSeconds(60);
        byte[][] entries =
                Arrays.stream(revoked)
                        .map(one -> one.certificate.getSerialNumber().toByteArray())
                        .map(serial ->
                                Der.of(Der.SEQUENCE, Der.of(Der.INTEGER, serial), time(start)))
                        .toArray(byte[][]::new);
        byte[] content =
                Der.of(
                        Der.SEQUENCE,
                        Der.of(Der.INTEGER, new byte[] {1}),
                        ECDSA_SHA256,
                        by.certificate.getSubjectX500Principal().getEncoded(),
                        time(start),
                        time(start.plus(length)),
                        entries(entries));
        return wrap(content, by.keys.getPrivate());
    }

    /** RFC 5280 section 5.1.2.6: there are none of no entry. */
    private static byte[] entries(byte[][] all) {
        return all.length == 0 ? new byte[0] : Der.of(Der.SEQUENCE, all);
    }

    private static KeyPair keys(String kind) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(kind);
            generator.initialize(kind.equals("EC") ? 256 : 2048);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static Issued make(
            Issued by,
            String name,
            boolean isAuthority,
            KeyPair keys,
            Instant from,
            Duration length,
            String... names) {
        byte[] subject = new X500Principal("CN=" + name).getEncoded();
        byte[] issuer =
                by == null ? subject : by.certificate.getSubjectX500Principal().getEncoded();
        Instant start = from.minusSeconds(60);
        byte[] content =
                Der.of(
                        Der.SEQUENCE,
                        Der.of(0xa0, Der.of(Der.INTEGER, new byte[] {2})),
                        Der.of(
                                Der.INTEGER,
                                BigInteger.valueOf(SERIAL.incrementAndGet()).toByteArray()),
                        ECDSA_SHA256,
                        issuer,
                        Der.of(Der.SEQUENCE, time(start), time(start.plus(length))),
                        subject,
                        keys.getPublic().getEncoded(),
                        Der.of(
                                0xa3,
                                Der.of(
                                        Der.SEQUENCE,
                                        isAuthority ? constraints() : alternatives(names))));
        PrivateKey signer = by == null ? keys.getPrivate() : by.keys.getPrivate();
        return new Issued(signed(content, signer), keys);
    }

    private static X509Certificate signed(byte[] content, PrivateKey signer) {
        try {
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509")
                            .generateCertificate(new ByteArrayInputStream(wrap(content, signer)));
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] wrap(byte[] content, PrivateKey signer) {
        try {
            Signature signature = Signature.getInstance("SHA256withECDSA");
            signature.initSign(signer);
            signature.update(content);
            byte[] bits = Der.of(0x03, new byte[1], signature.sign());
            return Der.of(Der.SEQUENCE, content, ECDSA_SHA256, bits);
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] time(Instant at) {
        String text = TIME.format(at.atOffset(ZoneOffset.UTC));
        return Der.of(0x18, text.getBytes(StandardCharsets.US_ASCII));
    }

    private static byte[] constraints() {
        byte[] value = Der.of(Der.OCTETS, Der.of(Der.SEQUENCE, TRUE));
        return Der.of(Der.SEQUENCE, hex("0603551d13"), TRUE, value);
    }

    private static byte[] alternatives(String... names) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (String name : names) {
            if (name.matches("[\\d.]+")) {
                byte[] address = new byte[4];
                for (int at = 0; at < 4; at++) {
                    address[at] = (byte) Integer.parseInt(name.split("\\.")[at]);
                }
                all.writeBytes(Der.of(0x87, address));
            } else {
                all.writeBytes(Der.of(0x82, name.getBytes(StandardCharsets.US_ASCII)));
            }
        }
        byte[] value = Der.of(Der.OCTETS, Der.of(Der.SEQUENCE, all.toByteArray()));
        return Der.of(Der.SEQUENCE, hex("0603551d11"), value);
    }

    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text);
    }
}
