package dev.millrace.tls;

import dev.millrace.kernel.SystemError;
import dev.millrace.sys.Errno;
import java.io.IOException;
import java.security.cert.CertificateException;
import javax.net.ssl.SSLException;

/** What goes wrong with TLS, as an error with a code and a text that names the remedy. */
final class TlsErrors {
    static final String HANDSHAKE = "ERR_TLS_HANDSHAKE";

    private TlsErrors() {}

    static IOException of(String code, String text) {
        return SystemError.ofCode(code, Errno.EPROTO, "tls", text);
    }

    static IOException truncated(boolean isSecure) {
        return isSecure
                ? of(
                        "ERR_TLS_TRUNCATED",
                        "the peer ended the connection without close_notify: what came may be cut"
                                + " off (RFC 8446 section 6.1)")
                : of(HANDSHAKE, "the peer ended the connection in the handshake");
    }

    /** The reason is the socket's to tell. */
    static IOException gone() {
        return of(HANDSHAKE, "the connection was closed in the handshake");
    }

    static IOException late(String limit) {
        return SystemError.ofCode(
                "ERR_TLS_HANDSHAKE_TIMEOUT",
                Errno.ETIMEDOUT,
                "tls",
                "the handshake was not done within " + limit);
    }

    static IOException plainHttp() {
        return of("ERR_TLS_PLAIN_HTTP", "the peer speaks HTTP without TLS");
    }

    static IOException renegotiation() {
        return of("ERR_TLS_RENEGOTIATION", "the peer wants to renegotiate, which is refused");
    }

    static IOException flood() {
        return of("ERR_TLS_FLOOD", "the peer sends too many records that carry no data");
    }

    static IOException tooMuch() {
        return of(HANDSHAKE, "the peer sends more than the handshake takes");
    }

    /** What an engine has thrown; a certificate that was refused says why by itself. */
    static IOException of(SSLException thrown, boolean isSecure) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof CertificateRefusal refusal) {
                return causedBy(of(refusal.code(), refusal.text()), thrown);
            }
            if (cause instanceof CertificateException refused) {
                String text = "the check of certificates says: " + refused.getMessage();
                return causedBy(of("ERR_TLS_CERT_REFUSED", text), thrown);
            }
            if (cause instanceof RuntimeException users) {
                String text = "ServerNames or a trust manager threw " + users;
                return causedBy(of(HANDSHAKE, text), thrown);
            }
        }
        String code = isSecure ? "ERR_TLS_PROTOCOL" : HANDSHAKE;
        return causedBy(of(code, String.valueOf(thrown.getMessage())), thrown);
    }

    static IOException causedBy(IOException error, Throwable cause) {
        error.initCause(cause);
        return error;
    }
}
