package dev.millrace.net;

import dev.millrace.kernel.Address;
import dev.millrace.kernel.KeepAlive;
import dev.millrace.loop.StreamHandle;
import dev.millrace.proxyprotocol.ProxyHeader;
import dev.millrace.stream.WriteLimit;
import dev.millrace.tls.TlsOptions;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * How a connection that we open is made, and how it behaves. For those that a server accepts there
 * is {@link NetServerOptions}.
 *
 * {@snippet class="dev.millrace.net.NetServerExamplesTest" region="socketOptions"}
 *
 * @param allowHalfOpen whether our side stays open when the peer has ended its own; false ends it
 *     as well, after what is still queued
 * @param noDelay whether small segments leave at once (TCP_NODELAY)
 * @param keepAlive how the peer of an idle connection is probed; empty does not
 * @param local the address to connect from; empty leaves it to the kernel
 * @param connectTimeout how long connecting may take in all, the look-up of a name and every
 *     address included, before it fails with ETIMEDOUT; zero leaves it to the kernel, which gives
 *     an address some two minutes
 * @param writeLimit how much may wait to be written, and what becomes of more
 * @param names how a name is looked up, and its addresses are tried
 * @param blocked addresses that are not connected to: each fails with ERR_IP_BLOCKED, whether it
 *     was asked for or is a name's
 * @param proxyHeader what is sent first, in front of all that is written and of what a filter
 *     makes: whom the connection comes from, for a server behind balancers ({@link
 *     ProxyProtocol#headerFor}); empty sends nothing
 * @param tls how TLS is spoken, from the first byte behind that header; empty: it is not. The
 *     connection stands for the program behind the handshake
 */
public record NetSocketOptions(
        boolean allowHalfOpen,
        boolean noDelay,
        Optional<KeepAlive> keepAlive,
        Optional<Address> local,
        Duration connectTimeout,
        WriteLimit writeLimit,
        NameOptions names,
        BlockList blocked,
        Optional<ProxyHeader> proxyHeader,
        Optional<TlsOptions> tls) {
    /**
     * Both sides end together, no delay, no keep-alive, any local address, the kernel's own
     * time-out, {@link WriteLimit#DEFAULTS}, {@link NameOptions#DEFAULTS}.
     */
    public static final NetSocketOptions DEFAULTS =
            new NetSocketOptions(
                    false,
                    true,
                    Optional.empty(),
                    Optional.empty(),
                    Duration.ZERO,
                    WriteLimit.DEFAULTS,
                    NameOptions.DEFAULTS,
                    BlockList.NONE,
                    Optional.empty(),
                    Optional.empty());

    /**
     * @throws IllegalArgumentException if the time-out is negative
     */
    public NetSocketOptions {
        Objects.requireNonNull(keepAlive, "keepAlive");
        Objects.requireNonNull(local, "local");
        Objects.requireNonNull(writeLimit, "writeLimit");
        Objects.requireNonNull(names, "names");
        Objects.requireNonNull(blocked, "blocked");
        Objects.requireNonNull(proxyHeader, "proxyHeader");
        Objects.requireNonNull(tls, "tls");
        if (connectTimeout.isNegative()) {
            throw new IllegalArgumentException(
                    "connectTimeout is " + connectTimeout + ": use zero for none, or more");
        }
    }

    /** These options with half-open connections allowed or not. */
    public NetSocketOptions withAllowHalfOpen(boolean allowHalfOpen) {
        return new NetSocketOptions(
                allowHalfOpen,
                noDelay,
                keepAlive,
                local,
                connectTimeout,
                writeLimit,
                names,
                blocked,
                proxyHeader,
                tls);
    }

    /** These options with no-delay on or off. */
    public NetSocketOptions withNoDelay(boolean noDelay) {
        return new NetSocketOptions(
                allowHalfOpen,
                noDelay,
                keepAlive,
                local,
                connectTimeout,
                writeLimit,
                names,
                blocked,
                proxyHeader,
                tls);
    }

    /** These options with the peer probed while the connection is idle. */
    public NetSocketOptions withKeepAlive(KeepAlive keepAlive) {
        return new NetSocketOptions(
                allowHalfOpen,
                noDelay,
                Optional.of(keepAlive),
                local,
                connectTimeout,
                writeLimit,
                names,
                blocked,
                proxyHeader,
                tls);
    }

    /** These options with a local address to connect from. */
    public NetSocketOptions withLocal(Address local) {
        return new NetSocketOptions(
                allowHalfOpen,
                noDelay,
                keepAlive,
                Optional.of(local),
                connectTimeout,
                writeLimit,
                names,
                blocked,
                proxyHeader,
                tls);
    }

    /** These options with another time-out for connecting. */
    public NetSocketOptions withConnectTimeout(Duration connectTimeout) {
        return new NetSocketOptions(
                allowHalfOpen,
                noDelay,
                keepAlive,
                local,
                connectTimeout,
                writeLimit,
                names,
                blocked,
                proxyHeader,
                tls);
    }

    /** These options with another limit of what may wait to be written. */
    public NetSocketOptions withWriteLimit(WriteLimit writeLimit) {
        return new NetSocketOptions(
                allowHalfOpen,
                noDelay,
                keepAlive,
                local,
                connectTimeout,
                writeLimit,
                names,
                blocked,
                proxyHeader,
                tls);
    }

    /** These options with another way to look names up, and to try their addresses. */
    public NetSocketOptions withNames(NameOptions names) {
        return new NetSocketOptions(
                allowHalfOpen,
                noDelay,
                keepAlive,
                local,
                connectTimeout,
                writeLimit,
                names,
                blocked,
                proxyHeader,
                tls);
    }

    /** These options with other addresses that are not connected to. */
    public NetSocketOptions withBlocked(BlockList blocked) {
        return new NetSocketOptions(
                allowHalfOpen,
                noDelay,
                keepAlive,
                local,
                connectTimeout,
                writeLimit,
                names,
                blocked,
                proxyHeader,
                tls);
    }

    /** These options with a header of the PROXY protocol that is sent first. */
    public NetSocketOptions withProxyHeader(ProxyHeader proxyHeader) {
        return new NetSocketOptions(
                allowHalfOpen,
                noDelay,
                keepAlive,
                local,
                connectTimeout,
                writeLimit,
                names,
                blocked,
                Optional.of(proxyHeader),
                tls);
    }

    /** These options with TLS. */
    public NetSocketOptions withTls(TlsOptions tls) {
        return new NetSocketOptions(
                allowHalfOpen,
                noDelay,
                keepAlive,
                local,
                connectTimeout,
                writeLimit,
                names,
                blocked,
                proxyHeader,
                Optional.of(tls));
    }

    /** These options without TLS. */
    public NetSocketOptions withoutTls() {
        return new NetSocketOptions(
                allowHalfOpen,
                noDelay,
                keepAlive,
                local,
                connectTimeout,
                writeLimit,
                names,
                blocked,
                proxyHeader,
                Optional.empty());
    }

    /** What holds for accepted sockets as well. */
    void applyTo(StreamHandle handle) {
        handle.writeLimit(writeLimit);
        keepAlive.ifPresent(handle::keepAlive);
    }
}
