package dev.millrace.tls;

import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;

/**
 * What a handshake has agreed on. Immutable: any thread.
 *
 * {@snippet class="dev.millrace.tls.TlsExamplesTest" region="session"}
 *
 * @param protocol {@code TLSv1.3} or {@code TLSv1.2}
 * @param suite the cipher suite's name as IANA has it, {@code TLS_AES_128_GCM_SHA256} for instance
 * @param alpn the application protocol (RFC 7301), if both sides named one
 * @param serverName the name that the client asked for (RFC 6066 section 3), if it did
 * @param peerCertificates the peer's chain, its own certificate first; empty if it showed none
 * @param isResumed whether the session goes on from an earlier connection
 */
public record TlsSession(
        String protocol,
        String suite,
        Optional<String> alpn,
        Optional<String> serverName,
        List<X509Certificate> peerCertificates,
        boolean isResumed) {
    /** The list is copied. */
    public TlsSession {
        peerCertificates = List.copyOf(peerCertificates);
    }
}
