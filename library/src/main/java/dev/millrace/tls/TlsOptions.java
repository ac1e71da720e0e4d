package dev.millrace.tls;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * How one end speaks TLS. A server needs an identity, or names that have one; a client nothing:
 * {@link #DEFAULTS} verifies the peer's certificate, and that it is for the name connected to.
 * Connections with equal options share what they resume.
 *
 * {@snippet class="dev.millrace.tls.TlsExamplesTest" region="options"}
 *
 * @param identity what this end shows of itself
 * @param names which identity a server shows for which name; empty: always {@code identity}
 * @param trust which authorities the peer's certificate may come from
 * @param serverName the name a client asks for and verifies, in place of the one connected to
 * @param clientCertificates whether a server asks for certificates of its clients
 * @param alpn application protocols, the preferred first (RFC 7301); empty: none are named
 * @param protocols the versions that may be spoken
 * @param handshakeLimit how long a handshake may take, from when the connection stands
 * @param sessions which sessions may go on later
 */
public record TlsOptions(
        Optional<TlsIdentity> identity,
        Optional<ServerNames> names,
        TlsTrust trust,
        Optional<String> serverName,
        ClientCertificates clientCertificates,
        List<String> alpn,
        Set<TlsProtocol> protocols,
        Duration handshakeLimit,
        TlsSessions sessions) {
    private static final int ALPN_MAX_BYTES = 255;

    /**
     * No identity, the system's authorities, no client certificates, no ALPN, TLS 1.2 and 1.3, 30 s
     * for a handshake, {@link TlsSessions#DEFAULTS}.
     */
    public static final TlsOptions DEFAULTS =
            new TlsOptions(
                    Optional.empty(),
                    Optional.empty(),
                    TlsTrust.SYSTEM,
                    Optional.empty(),
                    ClientCertificates.NONE,
                    List.of(),
                    Set.of(TlsProtocol.values()),
                    Duration.ofSeconds(30),
                    TlsSessions.DEFAULTS);

    /**
     * The collections are copied.
     *
     * @throws IllegalArgumentException if there is no protocol, the limit is not positive, or a
     *     name of ALPN is empty or has more than 255 bytes
     */
    public TlsOptions {
        Objects.requireNonNull(identity, "identity");
        Objects.requireNonNull(names, "names");
        Objects.requireNonNull(trust, "trust");
        Objects.requireNonNull(serverName, "serverName");
        Objects.requireNonNull(clientCertificates, "clientCertificates");
        Objects.requireNonNull(sessions, "sessions");
        alpn = List.copyOf(alpn);
        protocols = Set.copyOf(protocols);
        if (protocols.isEmpty()) {
            throw new IllegalArgumentException("protocols is empty: name TLS_1_2, TLS_1_3 or both");
        }
        if (!handshakeLimit.isPositive()) {
            throw new IllegalArgumentException(
                    "handshakeLimit is " + handshakeLimit + ": use more than zero");
        }
        for (String name : alpn) {
            if (name.isEmpty() || name.length() > ALPN_MAX_BYTES) {
                throw new IllegalArgumentException(
                        "alpn has \"" + name + "\": a name has 1 to 255 bytes");
            }
        }
    }

    /** {@link #DEFAULTS} with an identity, as a server needs it. */
    public static TlsOptions of(TlsIdentity identity) {
        return DEFAULTS.withIdentity(identity);
    }

    /** These options with another identity. */
    public TlsOptions withIdentity(TlsIdentity identity) {
        return new TlsOptions(
                Optional.of(identity),
                names,
                trust,
                serverName,
                clientCertificates,
                alpn,
                protocols,
                handshakeLimit,
                sessions);
    }

    /** These options with an identity for each name. */
    public TlsOptions withNames(ServerNames names) {
        return new TlsOptions(
                identity,
                Optional.of(names),
                trust,
                serverName,
                clientCertificates,
                alpn,
                protocols,
                handshakeLimit,
                sessions);
    }

    /** These options with other authorities. */
    public TlsOptions withTrust(TlsTrust trust) {
        return new TlsOptions(
                identity,
                names,
                trust,
                serverName,
                clientCertificates,
                alpn,
                protocols,
                handshakeLimit,
                sessions);
    }

    /** These options with another name to ask for and to verify. */
    public TlsOptions withServerName(String serverName) {
        return new TlsOptions(
                identity,
                names,
                trust,
                Optional.of(serverName),
                clientCertificates,
                alpn,
                protocols,
                handshakeLimit,
                sessions);
    }

    /** These options with clients asked for certificates, or not. */
    public TlsOptions withClientCertificates(ClientCertificates clientCertificates) {
        return new TlsOptions(
                identity,
                names,
                trust,
                serverName,
                clientCertificates,
                alpn,
                protocols,
                handshakeLimit,
                sessions);
    }

    /** These options with other application protocols, the preferred first. */
    public TlsOptions withAlpn(String... alpn) {
        return new TlsOptions(
                identity,
                names,
                trust,
                serverName,
                clientCertificates,
                List.of(alpn),
                protocols,
                handshakeLimit,
                sessions);
    }

    /** These options with other versions. */
    public TlsOptions withProtocols(TlsProtocol... protocols) {
        return new TlsOptions(
                identity,
                names,
                trust,
                serverName,
                clientCertificates,
                alpn,
                Set.of(protocols),
                handshakeLimit,
                sessions);
    }

    /** These options with another limit for the time of a handshake. */
    public TlsOptions withHandshakeLimit(Duration handshakeLimit) {
        return new TlsOptions(
                identity,
                names,
                trust,
                serverName,
                clientCertificates,
                alpn,
                protocols,
                handshakeLimit,
                sessions);
    }

    /** These options with other limits for sessions. */
    public TlsOptions withSessions(TlsSessions sessions) {
        return new TlsOptions(
                identity,
                names,
                trust,
                serverName,
                clientCertificates,
                alpn,
                protocols,
                handshakeLimit,
                sessions);
    }
}
