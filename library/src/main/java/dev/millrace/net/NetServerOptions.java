package dev.millrace.net;

import java.util.Objects;

/**
 * How a server serves.
 *
 * {@snippet class="dev.millrace.net.NetServerExamplesTest" region="serverOptions"}
 *
 * @param socket how its connections behave
 * @param maxConnections open connections above which a new one is closed at once; 0 closes every
 *     one. It counts for this server alone, so for each loop of a group by itself
 */
public record NetServerOptions(NetSocketOptions socket, int maxConnections) {
    /** As many connections as there are descriptors for. */
    public static final int NO_LIMIT = Integer.MAX_VALUE;

    /** The defaults of {@link NetSocketOptions}, any number of connections. */
    public static final NetServerOptions DEFAULTS =
            new NetServerOptions(NetSocketOptions.DEFAULTS, NO_LIMIT);

    /**
     * @throws IllegalArgumentException if {@code maxConnections} is negative
     */
    public NetServerOptions {
        Objects.requireNonNull(socket, "socket");
        if (maxConnections < 0) {
            throw new IllegalArgumentException(
                    "maxConnections is "
                            + maxConnections
                            + ": use 0 (none at all) or more, NO_LIMIT is the default");
        }
    }

    /** These options with others for the connections. */
    public NetServerOptions withSocket(NetSocketOptions socket) {
        return new NetServerOptions(socket, maxConnections);
    }

    /** These options with another number of connections. */
    public NetServerOptions withMaxConnections(int maxConnections) {
        return new NetServerOptions(socket, maxConnections);
    }
}
