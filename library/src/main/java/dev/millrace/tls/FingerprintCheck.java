package dev.millrace.tls;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.Locale;

/** Trusts one certificate, by its SHA-256; what it says of itself is no matter. */
final class FingerprintCheck extends ChainCheck {
    private static final int BYTES = 32;
    private static final HexFormat COLONS = HexFormat.ofDelimiter(":").withUpperCase();

    private final String wanted;

    private FingerprintCheck(String wanted) {
        this.wanted = wanted;
    }

    /**
     * @throws IllegalArgumentException if {@code text} is no SHA-256, with colons or without
     */
    static FingerprintCheck of(String text) {
        String digits = text.replace(":", "").toLowerCase(Locale.ROOT);
        try {
            byte[] bytes = HexFormat.of().parseHex(digits);
            if (bytes.length == BYTES) {
                return new FingerprintCheck(COLONS.formatHex(bytes));
            }
        } catch (IllegalArgumentException e) {
            // Told below.
        }
        throw new IllegalArgumentException(
                "\""
                        + text
                        + "\" is no SHA-256: 64 hexadecimal digits, colons between them or not");
    }

    /** {@code AB:CD:...}, as openssl and browsers show it. */
    static String fingerprint(X509Certificate certificate) {
        byte[] der = Certificates.der(certificate);
        try {
            return COLONS.formatHex(MessageDigest.getInstance("SHA-256").digest(der));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("the JDK has no SHA-256", e);
        }
    }

    @Override
    void check(X509Certificate[] chain) throws CertificateException {
        String found = fingerprint(chain[0]);
        if (!found.equals(wanted)) {
            throw new CertificateRefusal(
                    "ERR_TLS_CERT_FINGERPRINT",
                    "the certificate of "
                            + chain[0].getSubjectX500Principal()
                            + " has the fingerprint "
                            + found
                            + ", and not "
                            + wanted,
                    null);
        }
    }
}
