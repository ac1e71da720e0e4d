package dev.millrace.tls;

import java.security.GeneralSecurityException;
import java.security.KeyManagementException;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;

/**
 * Makes the JDK's engines for one set of options: they share its certificates and the sessions that
 * can be resumed.
 */
final class Engines {
    /** Forward secrecy and authenticated encryption alone (RFC 9325 section 4.2). */
    private static final Pattern SUITES =
            Pattern.compile(
                    "TLS_(AES|CHACHA20)_.*"
                            + "|TLS_ECDHE_(ECDSA|RSA)_WITH_(AES_\\d+_GCM|CHACHA20_POLY1305)_.*");

    /** X25519 first: a handshake by P-256 costs twice as much. */
    private static final String[] GROUPS = {"x25519", "secp256r1", "secp384r1", "secp521r1"};

    /** More sets of options than a program has; the one used longest ago makes room. */
    private static final int KEPT_MAX = 64;

    private static final Map<Kind, Engines> KEPT =
            Collections.synchronizedMap(
                    new LinkedHashMap<>(KEPT_MAX, 0.75f, true) {
                        private static final long serialVersionUID = 1;

                        @Override
                        protected boolean removeEldestEntry(Map.Entry<Kind, Engines> eldest) {
                            return size() > KEPT_MAX;
                        }
                    });

    /** What a context depends on: not on whom a client connects to. */
    private record Kind(
            Optional<TlsIdentity> identity,
            Optional<ServerNames> names,
            TlsTrust trust,
            ClientCertificates clientCertificates,
            List<String> alpn,
            Set<TlsProtocol> protocols) {
        static Kind of(TlsOptions options) {
            return new Kind(
                    options.identity(),
                    options.names(),
                    options.trust(),
                    options.clientCertificates(),
                    options.alpn(),
                    options.protocols());
        }
    }

    private final SSLContext context;
    private final String[] suites;
    private final String[] protocols;
    private final String[] alpn;
    private final ClientCertificates clientCertificates;

    private Engines(TlsOptions options) {
        try {
            context = SSLContext.getInstance("TLS");
            context.init(
                    new KeyManager[] {new IdentityChoice(options)},
                    new TrustManager[] {options.trust().check()},
                    null);
        } catch (KeyManagementException e) {
            throw new IllegalStateException("the JDK takes no certificates: " + e.getMessage(), e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the JDK has no TLS: " + e.getMessage(), e);
        }
        suites =
                Arrays.stream(context.getSupportedSSLParameters().getCipherSuites())
                        .filter(name -> SUITES.matcher(name).matches())
                        .toArray(String[]::new);
        protocols = options.protocols().stream().map(TlsProtocol::toString).toArray(String[]::new);
        alpn = options.alpn().toArray(String[]::new);
        clientCertificates = options.clientCertificates();
    }

    static Engines of(TlsOptions options) {
        return KEPT.computeIfAbsent(Kind.of(options), kind -> new Engines(options));
    }

    SSLEngine server() {
        SSLEngine engine = context.createSSLEngine();
        engine.setUseClientMode(false);
        SSLParameters parameters = parameters(engine);
        parameters.setUseCipherSuitesOrder(true);
        switch (clientCertificates) {
            case NONE -> {
                // As an engine has it.
            }
            case WANTED -> parameters.setWantClientAuth(true);
            case NEEDED -> parameters.setNeedClientAuth(true);
        }
        engine.setSSLParameters(parameters);
        return engine;
    }

    /** {@code port} tells which session may go on. */
    SSLEngine client(String name, int port) {
        SSLEngine engine = context.createSSLEngine(name, port);
        engine.setUseClientMode(true);
        SSLParameters parameters = parameters(engine);
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        if (isHostName(name)) {
            parameters.setServerNames(List.of(new SNIHostName(name)));
        }
        engine.setSSLParameters(parameters);
        return engine;
    }

    /** RFC 6066 section 3: an address is no name to ask for. */
    private static boolean isHostName(String name) {
        return !name.contains(":") && !name.matches("[\\d.]+") && !name.endsWith(".");
    }

    private SSLParameters parameters(SSLEngine engine) {
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setCipherSuites(suites);
        parameters.setProtocols(protocols);
        parameters.setNamedGroups(GROUPS);
        parameters.setApplicationProtocols(alpn);
        return parameters;
    }
}
