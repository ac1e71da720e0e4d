package dev.millrace.cli;

import dev.millrace.kernel.KeepAlive;
import dev.millrace.net.ConnectionLimits;
import dev.millrace.net.NetServerOptions;
import dev.millrace.net.NetSocket;
import dev.millrace.net.NetSocketOptions;
import dev.millrace.net.ProxyProtocol;
import dev.millrace.proxyprotocol.ProxyHeader;
import dev.millrace.tls.TlsOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What {@code proxy} is told, but for where it listens.
 *
 * @param target where the connections lead
 * @param maxConnections of each loop
 * @param connectTimeout for the target to take a connection; zero leaves it to the kernel
 * @param idleTimeout until a connection that carries nothing is cut; zero never does
 * @param balancers which clients say by a header of the PROXY protocol whom they speak for
 * @param sendProxy which header TARGET gets first; empty for none
 * @param ownTls how clients speak TLS; empty: they do not
 * @param targetTls how the target does, as {@code ownTls}
 */
record ProxySettings(
        Endpoint target,
        int maxConnections,
        Duration connectTimeout,
        Duration idleTimeout,
        Optional<ProxyProtocol> balancers,
        Optional<ProxyHeader.Version> sendProxy,
        Optional<TlsOptions> ownTls,
        Optional<TlsOptions> targetTls) {
    private static final String MAX_CONNECTIONS = "--max-connections";
    private static final String CONNECT_TIMEOUT = "--connect-timeout";
    private static final String IDLE_TIMEOUT = "--idle-timeout";

    private static final String SEND_PROXY = "--send-proxy";

    /** The kernel's own two minutes are longer than a client waits. */
    private static final Duration CONNECT_DEFAULT = Duration.ofSeconds(10);

    static List<Option> options() {
        List<Option> options = new ArrayList<>();
        options.add(new Option(MAX_CONNECTIONS, "N", "per loop (default any number)"));
        options.add(new Option(CONNECT_TIMEOUT, "TIME", "for TARGET to answer (default 10s)"));
        options.add(new Option(IDLE_TIMEOUT, "TIME", "without a byte either way (default none)"));
        options.add(Balancers.option());
        options.add(new Option(SEND_PROXY, "V", "v1 or v2: tell TARGET whom it serves"));
        options.addAll(ServerTls.options());
        options.addAll(ServerTrust.options());
        options.addAll(ServerOptions.shared());
        return options;
    }

    /** Clients speak TLS if {@code ownTls} is there. */
    static ProxySettings read(Arguments arguments, Endpoint target, Optional<ServerTls> ownTls) {
        boolean isTls = target instanceof Endpoint.Tls;
        if (!isTls && ServerTrust.isGiven(arguments)) {
            throw new UsageError(
                    "TARGET " + target + " has no TLS to verify; write tls://HOST:PORT");
        }
        return new ProxySettings(
                target,
                arguments
                        .number(MAX_CONNECTIONS, 1, Integer.MAX_VALUE, "use 1 or more")
                        .orElse(ConnectionLimits.NO_LIMIT),
                arguments.duration(CONNECT_TIMEOUT).orElse(CONNECT_DEFAULT),
                arguments.duration(IDLE_TIMEOUT).orElse(Duration.ZERO),
                Balancers.read(arguments),
                arguments.text(SEND_PROXY).map(ProxySettings::version),
                ownTls.map(ServerTls::load),
                isTls ? Optional.of(ServerTrust.read(arguments)) : Optional.empty());
    }

    private static ProxyHeader.Version version(String text) {
        return switch (text) {
            case "v1" -> ProxyHeader.Version.V1;
            case "v2" -> ProxyHeader.Version.V2;
            default -> throw new UsageError(SEND_PROXY + " " + text + ": use v1 or v2");
        };
    }

    /** Each side of a connection ends by itself, and a peer that vanished is found out. */
    NetServerOptions ofServer() {
        NetServerOptions options =
                NetServerOptions.DEFAULTS
                        .withAllowHalfOpen(true)
                        .withKeepAlive(KeepAlive.DEFAULTS)
                        .withMaxConnections(maxConnections);
        NetServerOptions secure = ownTls.map(options::withTls).orElse(options);
        return balancers.map(secure::withProxyProtocol).orElse(secure);
    }

    /** As {@link #ofServer}, for the way to the target. */
    NetSocketOptions ofTarget() {
        NetSocketOptions options =
                NetSocketOptions.DEFAULTS
                        .withAllowHalfOpen(true)
                        .withKeepAlive(KeepAlive.DEFAULTS)
                        .withConnectTimeout(connectTimeout);
        return targetTls.map(options::withTls).orElse(options);
    }

    /** As the other, for a connection that is made for {@code client}. */
    NetSocketOptions ofTarget(NetSocket client) {
        return sendProxy
                .map(version -> ProxyProtocol.headerFor(client, version))
                .map(ofTarget()::withProxyHeader)
                .orElseGet(this::ofTarget);
    }
}
