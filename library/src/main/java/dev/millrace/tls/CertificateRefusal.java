package dev.millrace.tls;

import java.security.cert.CertificateException;
import org.jspecify.annotations.Nullable;

/** Why a peer's certificate is refused, with the code that Node has for it. */
final class CertificateRefusal extends CertificateException {
    private static final long serialVersionUID = 1;

    private final String code;

    CertificateRefusal(String code, String text, @Nullable CertificateException cause) {
        super(text, cause);
        this.code = code;
    }

    String code() {
        return code;
    }

    String text() {
        return String.valueOf(getMessage());
    }
}
