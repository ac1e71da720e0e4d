package dev.millrace.net;

import java.util.Objects;

/**
 * How many connections a server takes, how fast, and from where. They count for one server, so for
 * each loop of a group by itself.
 *
 * {@snippet class="dev.millrace.net.NetServerExamplesTest" region="connectionLimits"}
 *
 * @param maxConnections open connections above which a new one is closed at once; 0 closes every
 *     one
 * @param maxPerAddress the same for each remote address. The addresses of one IPv6 subnet of 64
 *     bits count as one, because a single host has them all (RFC 4291 section 2.5.4); Unix sockets
 *     have no limit
 * @param maxPerSecond connections that are taken within one second, without those that are closed
 *     at once; more wait in the kernel, up to the backlog
 * @param blocked addresses whose connections are closed at once
 * @see NetServer#onDrop
 */
public record ConnectionLimits(
        int maxConnections, int maxPerAddress, int maxPerSecond, BlockList blocked) {
    /** As many connections as there are descriptors for, as fast as they come. */
    public static final int NO_LIMIT = Integer.MAX_VALUE;

    /** No limit, and every address. */
    public static final ConnectionLimits DEFAULTS =
            new ConnectionLimits(NO_LIMIT, NO_LIMIT, NO_LIMIT, BlockList.NONE);

    /**
     * @throws IllegalArgumentException if a number is negative, or no connection were taken in a
     *     second
     */
    public ConnectionLimits {
        Objects.requireNonNull(blocked, "blocked");
        check("maxConnections", maxConnections, 0, "0 (none at all)");
        check("maxPerAddress", maxPerAddress, 0, "0 (none at all)");
        check("maxPerSecond", maxPerSecond, 1, "1");
    }

    private static void check(String name, int value, int least, String leastText) {
        if (value < least) {
            throw new IllegalArgumentException(
                    name
                            + " is "
                            + value
                            + ": use "
                            + leastText
                            + " or more, NO_LIMIT is the default");
        }
    }

    /** These limits with another number of connections. */
    public ConnectionLimits withMaxConnections(int maxConnections) {
        return new ConnectionLimits(maxConnections, maxPerAddress, maxPerSecond, blocked);
    }

    /** These limits with another number of connections of one remote address. */
    public ConnectionLimits withMaxPerAddress(int maxPerAddress) {
        return new ConnectionLimits(maxConnections, maxPerAddress, maxPerSecond, blocked);
    }

    /** These limits with another number of connections within a second. */
    public ConnectionLimits withMaxPerSecond(int maxPerSecond) {
        return new ConnectionLimits(maxConnections, maxPerAddress, maxPerSecond, blocked);
    }

    /** These limits with other addresses that are blocked. */
    public ConnectionLimits withBlocked(BlockList blocked) {
        return new ConnectionLimits(maxConnections, maxPerAddress, maxPerSecond, blocked);
    }
}
