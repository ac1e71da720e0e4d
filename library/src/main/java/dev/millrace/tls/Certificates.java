package dev.millrace.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;

/** Certificates and files in PEM. */
final class Certificates {
    private Certificates() {}

    static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * @throws IllegalArgumentException if there is none, or one is wrong
     */
    static List<X509Certificate> ofPem(String text, String where) {
        List<X509Certificate> found =
                PemText.blocks(text, where).stream()
                        .filter(block -> block.label().matches("(X509 |TRUSTED )?CERTIFICATE"))
                        .map(block -> ofDer(block.bytes(), where))
                        .toList();
        if (found.isEmpty()) {
            throw new IllegalArgumentException(
                    where + " has no certificate: no line -----BEGIN CERTIFICATE-----");
        }
        return found;
    }

    static X509Certificate ofDer(byte[] der, String where) {
        try {
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509")
                            .generateCertificate(new ByteArrayInputStream(der));
        } catch (CertificateException e) {
            throw new IllegalArgumentException(
                    where + ": a certificate can't be read: " + e.getMessage(), e);
        }
    }

    static byte[] der(X509Certificate certificate) {
        try {
            return certificate.getEncoded();
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a certificate that was read has no bytes", e);
        }
    }
}
