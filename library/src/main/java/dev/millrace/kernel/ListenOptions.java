package dev.millrace.kernel;

import java.util.Objects;

/**
 * How a listener listens.
 *
 * {@snippet class="dev.millrace.net.NetServerExamplesTest" region="listenOptions"}
 *
 * @param backlog connections the kernel keeps for us until we accept them; it caps this at
 *     net.core.somaxconn
 * @param ipv6Only whether an IPv6 listener refuses IPv4 peers; set on every IPv6 listener, whatever
 *     the system's default is, and EINVAL on an IPv4 address
 * @param reusePort whether several sockets may listen on one port (SO_REUSEPORT), which hides
 *     "address in use"
 * @param exclusive whether the loop has a socket of its own, and shares none with the other loops
 *     of its group or the other workers of its cluster: the second one to ask meets EADDRINUSE
 * @param acceptsPerWakeUp how many connections are accepted before other ports get their turn; with
 *     several loops or processes on one socket, fewer share them more evenly
 * @param unix what counts for Unix sockets alone
 */
public record ListenOptions(
        int backlog,
        boolean ipv6Only,
        boolean reusePort,
        boolean exclusive,
        int acceptsPerWakeUp,
        UnixListenOptions unix) {
    /** Backlog 511, dual stack, one listener per port. */
    public static final ListenOptions DEFAULTS =
            new ListenOptions(511, false, false, false, 1, UnixListenOptions.DEFAULTS);

    /**
     * @throws IllegalArgumentException if a number is not positive
     */
    public ListenOptions {
        Objects.requireNonNull(unix, "unix");
        if (backlog <= 0) {
            throw new IllegalArgumentException(
                    "backlog is " + backlog + ": use 1 or more, 511 is the default");
        }
        if (acceptsPerWakeUp <= 0) {
            throw new IllegalArgumentException(
                    "acceptsPerWakeUp is "
                            + acceptsPerWakeUp
                            + ": use 1 or more, 1 is the default");
        }
    }

    /** These options with another backlog. */
    public ListenOptions withBacklog(int backlog) {
        return new ListenOptions(backlog, ipv6Only, reusePort, exclusive, acceptsPerWakeUp, unix);
    }

    /** These options for IPv6 alone, or for both. */
    public ListenOptions withIpv6Only(boolean ipv6Only) {
        return new ListenOptions(backlog, ipv6Only, reusePort, exclusive, acceptsPerWakeUp, unix);
    }

    /** These options with SO_REUSEPORT, or without. */
    public ListenOptions withReusePort(boolean reusePort) {
        return new ListenOptions(backlog, ipv6Only, reusePort, exclusive, acceptsPerWakeUp, unix);
    }

    /** These options with a socket of the loop's own, or with a shared one. */
    public ListenOptions withExclusive(boolean exclusive) {
        return new ListenOptions(backlog, ipv6Only, reusePort, exclusive, acceptsPerWakeUp, unix);
    }

    /** These options with another number of connections accepted per wake-up. */
    public ListenOptions withAcceptsPerWakeUp(int acceptsPerWakeUp) {
        return new ListenOptions(backlog, ipv6Only, reusePort, exclusive, acceptsPerWakeUp, unix);
    }

    /** These options with others for Unix sockets. */
    public ListenOptions withUnix(UnixListenOptions unix) {
        return new ListenOptions(backlog, ipv6Only, reusePort, exclusive, acceptsPerWakeUp, unix);
    }
}
