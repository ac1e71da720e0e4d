package dev.millrace.net;

import dev.millrace.kernel.KeepAlive;
import dev.millrace.kernel.ListenOptions;
import dev.millrace.stream.WriteLimit;
import dev.millrace.tls.TlsConnection;
import dev.millrace.tls.TlsOptions;
import java.util.Objects;
import java.util.Optional;

/**
 * How a server serves: its connections, and how many there may be. How it listens is said to {@code
 * listen}, by {@link ListenOptions}.
 *
 * {@snippet class="dev.millrace.net.NetServerExamplesTest" region="serverOptions"}
 *
 * @param allowHalfOpen as in {@link NetSocketOptions}
 * @param noDelay whether its TCP connections send small segments at once (TCP_NODELAY); writes of
 *     one callback leave in one send anyway, so waiting for more gains nothing. Loops of a group
 *     share one listening socket: there the first one to listen decides
 * @param pauseOnConnect whether a connection comes paused: nothing is read of it before {@link
 *     NetSocket#resume}, which is what another process needs that is to read all of it
 * @param keepAlive as in {@link NetSocketOptions}
 * @param writeLimit as in {@link NetSocketOptions}
 * @param limits how many connections it takes, how fast, and from where
 * @param proxyProtocol which peers are balancers, that say by a header whom a connection comes
 *     from; empty knows no such header. A connection is told behind it, and its limits but the
 *     number of connections are those of the client
 * @param tls how TLS is spoken, from the first byte behind such a header; empty: it is not. A
 *     connection is told behind its handshake, and has a place from before it; one that fails is
 *     told to {@link NetServer#onDrop}
 */
public record NetServerOptions(
        boolean allowHalfOpen,
        boolean noDelay,
        boolean pauseOnConnect,
        Optional<KeepAlive> keepAlive,
        WriteLimit writeLimit,
        ConnectionLimits limits,
        Optional<ProxyProtocol> proxyProtocol,
        Optional<TlsOptions> tls) {
    /**
     * Both sides of a connection end together, no delay, reading at once, no keep-alive, {@link
     * WriteLimit#DEFAULTS}, {@link ConnectionLimits#DEFAULTS}.
     */
    public static final NetServerOptions DEFAULTS =
            new NetServerOptions(
                    false,
                    true,
                    false,
                    Optional.empty(),
                    WriteLimit.DEFAULTS,
                    ConnectionLimits.DEFAULTS,
                    Optional.empty(),
                    Optional.empty());

    public NetServerOptions {
        Objects.requireNonNull(keepAlive, "keepAlive");
        Objects.requireNonNull(writeLimit, "writeLimit");
        Objects.requireNonNull(limits, "limits");
        Objects.requireNonNull(proxyProtocol, "proxyProtocol");
        tls.ifPresent(TlsConnection::checkServer);
    }

    /** These options with half-open connections allowed or not. */
    public NetServerOptions withAllowHalfOpen(boolean allowHalfOpen) {
        return new NetServerOptions(
                allowHalfOpen,
                noDelay,
                pauseOnConnect,
                keepAlive,
                writeLimit,
                limits,
                proxyProtocol,
                tls);
    }

    /** These options with no-delay on or off. */
    public NetServerOptions withNoDelay(boolean noDelay) {
        return new NetServerOptions(
                allowHalfOpen,
                noDelay,
                pauseOnConnect,
                keepAlive,
                writeLimit,
                limits,
                proxyProtocol,
                tls);
    }

    /** These options with connections that come paused, or reading. */
    public NetServerOptions withPauseOnConnect(boolean pauseOnConnect) {
        return new NetServerOptions(
                allowHalfOpen,
                noDelay,
                pauseOnConnect,
                keepAlive,
                writeLimit,
                limits,
                proxyProtocol,
                tls);
    }

    /** These options with the peer of an idle connection probed. */
    public NetServerOptions withKeepAlive(KeepAlive keepAlive) {
        return new NetServerOptions(
                allowHalfOpen,
                noDelay,
                pauseOnConnect,
                Optional.of(keepAlive),
                writeLimit,
                limits,
                proxyProtocol,
                tls);
    }

    /** These options with another limit of what may wait to be written to each connection. */
    public NetServerOptions withWriteLimit(WriteLimit writeLimit) {
        return new NetServerOptions(
                allowHalfOpen,
                noDelay,
                pauseOnConnect,
                keepAlive,
                writeLimit,
                limits,
                proxyProtocol,
                tls);
    }

    /** These options with other limits of connections. */
    public NetServerOptions withLimits(ConnectionLimits limits) {
        return new NetServerOptions(
                allowHalfOpen,
                noDelay,
                pauseOnConnect,
                keepAlive,
                writeLimit,
                limits,
                proxyProtocol,
                tls);
    }

    /**
     * These options with another number of connections, as {@link ConnectionLimits} has it.
     *
     * @throws IllegalArgumentException if it is negative
     */
    public NetServerOptions withMaxConnections(int maxConnections) {
        return withLimits(limits.withMaxConnections(maxConnections));
    }

    /** These options with balancers that tell whom connections come from. */
    public NetServerOptions withProxyProtocol(ProxyProtocol proxyProtocol) {
        return new NetServerOptions(
                allowHalfOpen,
                noDelay,
                pauseOnConnect,
                keepAlive,
                writeLimit,
                limits,
                Optional.of(proxyProtocol),
                tls);
    }

    /**
     * These options with TLS.
     *
     * {@snippet class="dev.millrace.net.TlsSocketTest" region="server"}
     *
     * @throws IllegalArgumentException if {@code tls} has no identity and no names
     */
    public NetServerOptions withTls(TlsOptions tls) {
        return new NetServerOptions(
                allowHalfOpen,
                noDelay,
                pauseOnConnect,
                keepAlive,
                writeLimit,
                limits,
                proxyProtocol,
                Optional.of(tls));
    }

    /** These options without TLS. */
    public NetServerOptions withoutTls() {
        return new NetServerOptions(
                allowHalfOpen,
                noDelay,
                pauseOnConnect,
                keepAlive,
                writeLimit,
                limits,
                proxyProtocol,
                Optional.empty());
    }

    NetServerOptions with(NetSocketOptions sockets) {
        return new NetServerOptions(
                sockets.allowHalfOpen(),
                sockets.noDelay(),
                pauseOnConnect,
                sockets.keepAlive(),
                sockets.writeLimit(),
                limits,
                proxyProtocol,
                tls);
    }

    /** What an accepted socket needs of them; no-delay it has from the listening socket. */
    NetSocketOptions socket() {
        NetSocketOptions socket =
                NetSocketOptions.DEFAULTS
                        .withAllowHalfOpen(allowHalfOpen)
                        .withNoDelay(noDelay)
                        .withWriteLimit(writeLimit);
        return keepAlive.map(socket::withKeepAlive).orElse(socket);
    }
}
