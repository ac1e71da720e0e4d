package dev.millrace.tls;

import java.security.GeneralSecurityException;
import java.security.KeyManagementException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSessionContext;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

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

    /**
     * Cheaper than AES-256, its handshakes by SHA-256 too; RFC 9325 section 4.2 lists it first. A
     * peer that names AES-256 alone gets that.
     */
    private static final String FIRST = "_AES_128_GCM_";

    /** X25519 first: a handshake by P-256 costs twice as much. */
    private static final String[] GROUPS = {"x25519", "secp256r1", "secp384r1", "secp521r1"};

    /** More sets of options than a program has; the one used longest ago makes room. */
    private static final int KEPT_MAX = 64;

    private static final Map<Kind, Engines> KEPT = Recent.map(KEPT_MAX);

    /** What a context depends on: not on whom a client connects to. */
    private record Kind(
            Optional<TlsIdentity> identity,
            Optional<ServerNames> names,
            TlsTrust trust,
            ClientCertificates clientCertificates,
            List<String> alpn,
            Set<TlsProtocol> protocols,
            TlsSessions sessions) {
        static Kind of(TlsOptions options) {
            return new Kind(
                    options.identity(),
                    options.names(),
                    options.trust(),
                    options.clientCertificates(),
                    options.alpn(),
                    options.protocols(),
                    options.sessions());
        }
    }

    private final TlsOptions options;
    private final String[] protocols;
    private final String[] alpn;

    /** Null until {@link #make}. */
    private volatile @Nullable Prepared prepared;

    /** What takes long to make, and what every engine of a server is set to. */
    private record Prepared(SSLContext context, String[] suites, SSLParameters ofServers) {}

    Engines(TlsOptions options) {
        this.options = options;
        protocols = options.protocols().stream().map(TlsProtocol::toString).toArray(String[]::new);
        alpn = options.alpn().toArray(String[]::new);
    }

    private Prepared prepared() {
        SSLContext context;
        try {
            context = SSLContext.getInstance("TLS");
            context.init(
                    new KeyManager[] {new IdentityChoice(options)},
                    new TrustManager[] {options.trust().check()},
                    null);
            limit(context.getServerSessionContext(), options.sessions());
            limit(context.getClientSessionContext(), options.sessions());
        } catch (KeyManagementException e) {
            throw new IllegalStateException("the JDK takes no certificates: " + e.getMessage(), e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the JDK has no TLS: " + e.getMessage(), e);
        }
        String[] suites =
                Arrays.stream(context.getSupportedSSLParameters().getCipherSuites())
                        .filter(name -> SUITES.matcher(name).matches())
                        .sorted(Comparator.comparing(name -> !name.contains(FIRST)))
                        .toArray(String[]::new);
        SSLEngine first = context.createSSLEngine();
        first.setUseClientMode(false);
        SSLParameters parameters = parameters(first, suites);
        parameters.setUseCipherSuitesOrder(true);
        switch (options.clientCertificates()) {
            case NONE -> {
                // As an engine has it.
            }
            case WANTED -> parameters.setWantClientAuth(true);
            case NEEDED -> parameters.setNeedClientAuth(true);
        }
        return new Prepared(context, suites, parameters);
    }

    private static void limit(SSLSessionContext kept, TlsSessions sessions) {
        kept.setSessionCacheSize(sessions.max());
        kept.setSessionTimeout((int) sessions.lifetime().toSeconds());
    }

    boolean isPrepared() {
        return prepared != null;
    }

    private synchronized Prepared make() {
        Prepared made = prepared;
        if (made == null) {
            made = prepared();
            prepared = made;
        }
        return made;
    }

    /** Any thread; of several at once one works, and the others wait. */
    void prepare() {
        make();
    }

    private Prepared ready() {
        Prepared made = prepared;
        return made == null ? make() : made;
    }

    EngineSource ofServer() {
        return new Source(false, this::server);
    }

    EngineSource ofClient(String name, int port) {
        return new Source(true, () -> client(name, port));
    }

    private final class Source implements EngineSource {
        private final boolean isClient;
        private final Supplier<SSLEngine> maker;

        Source(boolean isClient, Supplier<SSLEngine> maker) {
            this.isClient = isClient;
            this.maker = maker;
        }

        @Override
        public boolean isClient() {
            return isClient;
        }

        @Override
        public boolean isPrepared() {
            return Engines.this.isPrepared();
        }

        @Override
        public void prepare() {
            Engines.this.prepare();
        }

        @Override
        public SSLEngine engine() {
            return maker.get();
        }
    }

    /** Quick; what takes long is left to {@link #prepare}. */
    static Engines of(TlsOptions options) {
        return KEPT.computeIfAbsent(Kind.of(options), kind -> new Engines(options));
    }

    SSLEngine server() {
        Prepared ready = ready();
        SSLEngine engine = ready.context().createSSLEngine();
        engine.setUseClientMode(false);
        engine.setSSLParameters(ready.ofServers());
        return engine;
    }

    /** {@code port} tells which session may go on. */
    SSLEngine client(String name, int port) {
        Prepared ready = ready();
        SSLEngine engine = ready.context().createSSLEngine(name, port);
        engine.setUseClientMode(true);
        SSLParameters parameters = parameters(engine, ready.suites());
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

    private SSLParameters parameters(SSLEngine engine, String[] suites) {
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setCipherSuites(suites);
        parameters.setProtocols(protocols);
        parameters.setNamedGroups(GROUPS);
        parameters.setApplicationProtocols(alpn);
        return parameters;
    }
}
