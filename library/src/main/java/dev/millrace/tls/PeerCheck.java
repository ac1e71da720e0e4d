package dev.millrace.tls;

import java.net.Socket;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertificateException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** The JDK's check of a peer's certificates, with a refusal that says what is wrong with them. */
final class PeerCheck extends X509ExtendedTrustManager {
    private static final int SAN_DNS = 2;
    private static final int SAN_IP = 7;

    private final X509ExtendedTrustManager check;
    private final @Nullable RevocationLists lists;

    PeerCheck(X509ExtendedTrustManager check, @Nullable RevocationLists lists) {
        this.check = check;
        this.lists = lists;
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String kind, SSLEngine engine)
            throws CertificateException {
        try {
            check.checkServerTrusted(chain, kind, engine);
            expectFresh(chain);
        } catch (CertificateException e) {
            throw refusal(chain, e, engine);
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String kind, SSLEngine engine)
            throws CertificateException {
        try {
            check.checkClientTrusted(chain, kind, engine);
            expectFresh(chain);
        } catch (CertificateException e) {
            throw refusal(chain, e, engine);
        }
    }

    private void expectFresh(X509Certificate[] chain) throws CertificateException {
        if (lists != null) {
            lists.expectFresh(chain);
        }
    }

    private CertificateRefusal refusal(
            X509Certificate[] chain, CertificateException thrown, SSLEngine engine) {
        if (thrown instanceof CertificateRefusal told) {
            return told;
        }
        X509Certificate first = chain[0];
        String subject = first.getSubjectX500Principal().toString();
        CertPathValidatorException invalid = cause(thrown, CertPathValidatorException.class);
        if (invalid != null && invalid.getReason() == BasicReason.EXPIRED) {
            X509Certificate which = culprit(chain, invalid);
            return refuse(
                    "CERT_HAS_EXPIRED", which, "ended " + which.getNotAfter().toInstant(), thrown);
        }
        if (invalid != null && invalid.getReason() == BasicReason.NOT_YET_VALID) {
            X509Certificate which = culprit(chain, invalid);
            String text = "begins " + which.getNotBefore().toInstant();
            return refuse("CERT_NOT_YET_VALID", which, text, thrown);
        }
        if (invalid != null && lists != null && RevocationLists.isConcerned(invalid)) {
            return lists.refusal(chain, thrown, invalid);
        }
        if (invalid != null) {
            return refuse(
                    "ERR_TLS_CERT_INVALID", first, "is invalid: " + invalid.getMessage(), thrown);
        }
        if (thrown.getCause() == null) {
            String name = Objects.requireNonNullElse(asked(engine), "no name");
            return new CertificateRefusal(
                    "ERR_TLS_CERT_ALTNAME_INVALID",
                    "\"" + name + "\" is not what the certificate is for: " + names(first),
                    thrown);
        }
        if (first.getSubjectX500Principal().equals(first.getIssuerX500Principal())) {
            return new CertificateRefusal(
                    "DEPTH_ZERO_SELF_SIGNED_CERT",
                    "the certificate of " + subject + " is signed by itself, and is not trusted",
                    thrown);
        }
        return new CertificateRefusal(
                "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
                "the certificate of "
                        + subject
                        + " comes from "
                        + chain[chain.length - 1].getIssuerX500Principal()
                        + ", which is not trusted",
                thrown);
    }

    private static CertificateRefusal refuse(
            String code, X509Certificate which, String what, CertificateException thrown) {
        String subject = which.getSubjectX500Principal().toString();
        return new CertificateRefusal(code, "the certificate of " + subject + " " + what, thrown);
    }

    /** Which of the chain it was; the path may be in another order, so it is found by its dates. */
    private static X509Certificate culprit(
            X509Certificate[] chain, CertPathValidatorException invalid) {
        int index = invalid.getIndex();
        return index > 0 && index < chain.length ? chain[index] : chain[0];
    }

    private static <T extends Throwable> @Nullable T cause(Throwable thrown, Class<T> kind) {
        for (Throwable next = thrown; next != null; next = next.getCause()) {
            if (kind.isInstance(next)) {
                return kind.cast(next);
            }
        }
        return null;
    }

    /** The name that is verified: the one asked for, or that of the connection. */
    private static @Nullable String asked(SSLEngine engine) {
        if (engine.getHandshakeSession() instanceof ExtendedSSLSession session) {
            Optional<String> named = EngineSession.name(session);
            if (named.isPresent()) {
                return named.get();
            }
        }
        return engine.getPeerHost();
    }

    private static String names(X509Certificate certificate) {
        try {
            Collection<List<?>> names = certificate.getSubjectAlternativeNames();
            if (names != null) {
                return names.stream()
                        .filter(name -> name.get(0).equals(SAN_DNS) || name.get(0).equals(SAN_IP))
                        .map(name -> String.valueOf(name.get(1)))
                        .collect(Collectors.joining(", "));
            }
        } catch (CertificateParsingException e) {
            return "names that can't be read, " + e.getMessage();
        }
        return "no name at all";
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return check.getAcceptedIssuers();
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String kind, Socket socket)
            throws CertificateException {
        check.checkServerTrusted(chain, kind, socket);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String kind, Socket socket)
            throws CertificateException {
        check.checkClientTrusted(chain, kind, socket);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String kind)
            throws CertificateException {
        check.checkServerTrusted(chain, kind);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String kind)
            throws CertificateException {
        check.checkClientTrusted(chain, kind);
    }
}
