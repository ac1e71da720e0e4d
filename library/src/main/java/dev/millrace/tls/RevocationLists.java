package dev.millrace.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CRLException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertStore;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.PKIXRevocationChecker;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CRL;
import java.security.cert.X509CRLEntry;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Date;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import javax.net.ssl.CertPathTrustManagerParameters;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/**
 * What authorities have revoked (RFC 5280 section 5). Whether a certificate is among it the JDK
 * says; here is what lists have to be, and what is said of them.
 */
final class RevocationLists {
    private static final String PEM = "-----BEGIN ";
    private static final String LABEL = "X509 CRL";

    private final InstantSource clock;
    private final List<Listed> lists;
    private final Set<TrustAnchor> anchors;

    /** One list, and where it was read. */
    record Listed(X509CRL list, String where) {
        X500Principal issuer() {
            return list.getIssuerX500Principal();
        }

        /** {@code the list of CN=Authority (authority.crl)}. */
        String name() {
            return "the list of " + issuer() + " (" + where + ")";
        }

        /** A list has to say when there is a newer one (RFC 5280 section 5.1.2.5). */
        Instant until() {
            Date next = list.getNextUpdate();
            return (next == null ? list.getThisUpdate() : next).toInstant();
        }

        boolean isStale(Instant now) {
            return until().isBefore(now);
        }

        /** Says how old it is. */
        String staleness(Instant now) {
            return name()
                    + " is stale: it is of "
                    + list.getThisUpdate().toInstant()
                    + ", and its time was over "
                    + until()
                    + ", "
                    + ago(Duration.between(until(), now));
        }

        private static String ago(Duration time) {
            if (time.toDays() > 1) {
                return time.toDays() + " days ago";
            }
            return time.toHours() > 1
                    ? time.toHours() + " hours ago"
                    : time.toMinutes() + " minutes ago";
        }
    }

    private RevocationLists(
            InstantSource clock, List<Listed> lists, List<X509Certificate> authorities) {
        this.clock = clock;
        this.lists = lists;
        this.anchors =
                authorities.stream()
                        .map(one -> new TrustAnchor(one, null))
                        .collect(Collectors.toSet());
    }

    static List<Listed> read(Path... files) {
        List<Listed> found = new ArrayList<>();
        for (Path file : files) {
            try {
                found.addAll(parse(Files.readAllBytes(file), file.toString()));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return found;
    }

    static List<Listed> read(byte[]... contents) {
        List<Listed> found = new ArrayList<>();
        for (byte[] content : contents) {
            found.addAll(parse(content, "given as bytes"));
        }
        return found;
    }

    private static List<Listed> parse(byte[] content, String where) {
        String text = new String(content, StandardCharsets.ISO_8859_1);
        if (!text.contains(PEM)) {
            return List.of(ofDer(content, where));
        }
        List<Listed> found =
                PemText.blocks(text, where).stream()
                        .filter(block -> block.label().equals(LABEL))
                        .map(block -> ofDer(block.bytes(), where))
                        .toList();
        if (found.isEmpty()) {
            throw new IllegalArgumentException(
                    where + " has no list: no line " + PEM + LABEL + "-----");
        }
        return found;
    }

    private static Listed ofDer(byte[] der, String where) {
        try {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            X509CRL list = (X509CRL) factory.generateCRL(new ByteArrayInputStream(der));
            return new Listed(list, where);
        } catch (CRLException | CertificateException e) {
            throw new IllegalArgumentException(
                    where + ": a revocation list can't be read: " + e.getMessage(), e);
        }
    }

    /**
     * @throws IllegalArgumentException if there is none, or one is of no use with these authorities
     */
    static RevocationLists of(
            InstantSource clock, List<Listed> lists, List<X509Certificate> authorities) {
        if (lists.isEmpty()) {
            throw new IllegalArgumentException("no revocation list: name one at least");
        }
        Instant now = clock.instant();
        for (Listed one : lists) {
            expectUseful(one, authorities, now);
        }
        List<Listed> newestFirst =
                lists.stream().sorted(Comparator.comparing(Listed::until).reversed()).toList();
        return new RevocationLists(clock, newestFirst, authorities);
    }

    private static void expectUseful(Listed one, List<X509Certificate> authorities, Instant now) {
        List<X509Certificate> issuers =
                authorities.stream()
                        .filter(each -> each.getSubjectX500Principal().equals(one.issuer()))
                        .toList();
        if (issuers.isEmpty()) {
            throw new IllegalArgumentException(
                    one.name()
                            + " is of no authority that is trusted; trust its certificate as well");
        }
        if (issuers.stream().noneMatch(issuer -> hasSigned(issuer, one.list()))) {
            throw new IllegalArgumentException(one.name() + " is not signed by the one trusted");
        }
        if (one.isStale(now)) {
            throw new IllegalArgumentException(one.staleness(now));
        }
        for (X509Certificate authority : authorities) {
            // A chain ends at what is trusted, so that the JDK would not look for it.
            if (one.list().getRevokedCertificate(authority) != null) {
                throw new IllegalArgumentException(
                        one.name()
                                + " revokes "
                                + authority.getSubjectX500Principal()
                                + ", which is trusted; trust it no longer");
            }
        }
    }

    private static boolean hasSigned(X509Certificate issuer, X509CRL list) {
        try {
            list.verify(issuer.getPublicKey());
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    /** For a check of chains that end at these authorities, and go over these lists. */
    CertPathTrustManagerParameters parameters() throws GeneralSecurityException {
        PKIXBuilderParameters parameters =
                new PKIXBuilderParameters(anchors, new X509CertSelector());
        List<X509CRL> all = lists.stream().map(Listed::list).toList();
        parameters.addCertStore(
                CertStore.getInstance("Collection", new CollectionCertStoreParameters(all)));
        PKIXRevocationChecker checker =
                (PKIXRevocationChecker)
                        CertPathValidator.getInstance("PKIX").getRevocationChecker();
        checker.setOptions(
                EnumSet.of(
                        PKIXRevocationChecker.Option.PREFER_CRLS,
                        PKIXRevocationChecker.Option.NO_FALLBACK));
        parameters.addCertPathChecker(checker);
        return new CertPathTrustManagerParameters(parameters);
    }

    /** Those that could name it, the newest first. */
    private List<Listed> of(X509Certificate certificate) {
        return lists.stream()
                .filter(one -> one.issuer().equals(certificate.getIssuerX500Principal()))
                .toList();
    }

    /** The newest may have grown stale since it was read; the JDK allows 15 minutes. */
    void expectFresh(X509Certificate[] chain) throws CertificateRefusal {
        Instant now = clock.instant();
        for (X509Certificate each : chain) {
            List<Listed> of = of(each);
            if (!of.isEmpty() && of.getFirst().isStale(now)) {
                throw stale(of.getFirst(), now, null);
            }
        }
    }

    private static CertificateRefusal stale(
            Listed of, Instant now, @Nullable CertificateException thrown) {
        return new CertificateRefusal("CRL_HAS_EXPIRED", of.staleness(now), thrown);
    }

    /** Whether a chain was refused for what lists say, or do not say. */
    static boolean isConcerned(CertPathValidatorException invalid) {
        return invalid.getReason() == BasicReason.REVOKED
                || invalid.getReason() == BasicReason.UNDETERMINED_REVOCATION_STATUS;
    }

    CertificateRefusal refusal(
            X509Certificate[] chain,
            CertificateException thrown,
            CertPathValidatorException invalid) {
        for (X509Certificate each : chain) {
            List<Listed> of = of(each);
            if (of.isEmpty() && !isSelfIssued(each)) {
                return unknown(
                        "there is no revocation list of "
                                + each.getIssuerX500Principal()
                                + ", from which the certificate of "
                                + each.getSubjectX500Principal()
                                + " comes",
                        thrown);
            }
            for (Listed one : of) {
                X509CRLEntry entry = one.list().getRevokedCertificate(each);
                if (entry != null) {
                    return new CertificateRefusal(
                            "CERT_REVOKED", revoked(each, one, entry), thrown);
                }
            }
            if (!of.isEmpty() && of.getFirst().isStale(clock.instant())) {
                return stale(of.getFirst(), clock.instant(), thrown);
            }
        }
        return unknown(
                "the revocation lists do not say whether the certificate of "
                        + chain[0].getSubjectX500Principal()
                        + " is revoked: "
                        + invalid.getMessage(),
                thrown);
    }

    private static boolean isSelfIssued(X509Certificate one) {
        return one.getSubjectX500Principal().equals(one.getIssuerX500Principal());
    }

    private static CertificateRefusal unknown(String text, CertificateException thrown) {
        return new CertificateRefusal("UNABLE_TO_GET_CRL", text, thrown);
    }

    private static String revoked(X509Certificate which, Listed of, X509CRLEntry entry) {
        String reason =
                entry.getRevocationReason() == null ? "" : ", " + entry.getRevocationReason();
        return "the certificate of "
                + which.getSubjectX500Principal()
                + ", serial number "
                + which.getSerialNumber().toString(16)
                + ", was revoked "
                + entry.getRevocationDate().toInstant()
                + reason
                + ", as "
                + of.name()
                + " says";
    }
}
