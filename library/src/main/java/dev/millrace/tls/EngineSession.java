package dev.millrace.tls;

import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/** What the JDK's engine says of its session. */
final class EngineSession {
    private EngineSession() {}

    /**
     * {@code begunMillis}: when the handshake began. A session that is older goes on from an
     * earlier one; the engine does not say so.
     */
    static TlsSession of(SSLEngine engine, long begunMillis) {
        SSLSession session = engine.getSession();
        String alpn = engine.getApplicationProtocol();
        return new TlsSession(
                session.getProtocol(),
                session.getCipherSuite(),
                Optional.ofNullable(alpn).filter(name -> !name.isEmpty()),
                session instanceof ExtendedSSLSession extended ? name(extended) : Optional.empty(),
                mayHaveCertificates(engine) ? certificates(session) : List.of(),
                session.getCreationTime() < begunMillis);
    }

    static Optional<String> name(ExtendedSSLSession session) {
        List<SNIServerName> names = session.getRequestedServerNames();
        return names.stream()
                .filter(name -> name.getType() == 0)
                .map(name ->
                        name instanceof SNIHostName host
                                ? host.getAsciiName()
                                : new String(name.getEncoded(), StandardCharsets.US_ASCII))
                .findFirst();
    }

    /**
     * Where none were asked for, the session says so by an exception, and each one takes a while.
     */
    private static boolean mayHaveCertificates(SSLEngine engine) {
        return engine.getUseClientMode()
                || engine.getNeedClientAuth()
                || engine.getWantClientAuth();
    }

    private static List<X509Certificate> certificates(SSLSession session) {
        try {
            return Arrays.stream(session.getPeerCertificates())
                    .map(X509Certificate.class::cast)
                    .toList();
        } catch (SSLPeerUnverifiedException e) {
            return List.of();
        }
    }
}
