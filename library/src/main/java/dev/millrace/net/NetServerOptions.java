package dev.millrace.net;

import dev.millrace.kernel.KeepAlive;
import dev.millrace.kernel.ListenOptions;
import dev.millrace.stream.WriteLimit;
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
 * @param keepAlive as in {@link NetSocketOptions}
 * @param writeLimit as in {@link NetSocketOptions}
 * @param maxConnections open connections above which a new one is closed at once; 0 closes every
 *     one. It counts for this server alone, so for each loop of a group by itself
 */
public record NetServerOptions(
        boolean allowHalfOpen,
        boolean noDelay,
        Optional<KeepAlive> keepAlive,
        WriteLimit writeLimit,
        int maxConnections) {
    /** As many connections as there are descriptors for. */
    public static final int NO_LIMIT = Integer.MAX_VALUE;

    /**
     * Both sides of a connection end together, no delay, no keep-alive, {@link
     * WriteLimit#DEFAULTS}, any number of connections.
     */
    public static final NetServerOptions DEFAULTS =
            new NetServerOptions(false, true, Optional.empty(), WriteLimit.DEFAULTS, NO_LIMIT);

    /**
     * @throws IllegalArgumentException if {@code maxConnections} is negative
     */
    public NetServerOptions {
        Objects.requireNonNull(keepAlive, "keepAlive");
        Objects.requireNonNull(writeLimit, "writeLimit");
        if (maxConnections < 0) {
            throw new IllegalArgumentException(
                    "maxConnections is "
                            + maxConnections
                            + ": use 0 (none at all) or more, NO_LIMIT is the default");
        }
    }

    /** These options with half-open connections allowed or not. */
    public NetServerOptions withAllowHalfOpen(boolean allowHalfOpen) {
        return new NetServerOptions(allowHalfOpen, noDelay, keepAlive, writeLimit, maxConnections);
    }

    /** These options with no-delay on or off. */
    public NetServerOptions withNoDelay(boolean noDelay) {
        return new NetServerOptions(allowHalfOpen, noDelay, keepAlive, writeLimit, maxConnections);
    }

    /** These options with the peer of an idle connection probed. */
    public NetServerOptions withKeepAlive(KeepAlive keepAlive) {
        return new NetServerOptions(
                allowHalfOpen, noDelay, Optional.of(keepAlive), writeLimit, maxConnections);
    }

    /** These options with another limit of what may wait to be written to each connection. */
    public NetServerOptions withWriteLimit(WriteLimit writeLimit) {
        return new NetServerOptions(allowHalfOpen, noDelay, keepAlive, writeLimit, maxConnections);
    }

    /** These options with another number of connections. */
    public NetServerOptions withMaxConnections(int maxConnections) {
        return new NetServerOptions(allowHalfOpen, noDelay, keepAlive, writeLimit, maxConnections);
    }

    NetServerOptions with(NetSocketOptions sockets) {
        return new NetServerOptions(
                sockets.allowHalfOpen(),
                sockets.noDelay(),
                sockets.keepAlive(),
                sockets.writeLimit(),
                maxConnections);
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
