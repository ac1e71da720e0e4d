package dev.millrace.kernel;

/**
 * How a datagram socket is made.
 *
 * {@snippet class="dev.millrace.udp.UdpExamplesTest" region="group"}
 *
 * @param reuseAddress whether several sockets may be bound to one port (SO_REUSEADDR): of multicast
 *     and broadcast each gets a copy, of the rest the last one bound gets all; libuv's {@code
 *     UV_UDP_REUSEADDR}
 * @param reusePort whether the kernel shares what arrives out among several sockets that are bound
 *     to one port (SO_REUSEPORT)
 * @param ipv6Only whether an IPv6 socket refuses IPv4 peers
 * @param exclusive whether a worker of a cluster has a socket of its own, and shares none with the
 *     other workers
 * @param queueMaxBytes the most bytes of datagrams that wait for the kernel; what is sent beyond
 *     ends with ENOBUFS
 * @param queueMaxDatagrams the most datagrams that wait for the kernel
 */
public record UdpOptions(
        boolean reuseAddress,
        boolean reusePort,
        boolean ipv6Only,
        boolean exclusive,
        int queueMaxBytes,
        int queueMaxDatagrams) {
    /** A port of its own, dual stack, up to 1 MiB and 4096 datagrams waiting. */
    public static final UdpOptions DEFAULTS =
            new UdpOptions(false, false, false, false, 1024 * 1024, 4096);

    /**
     * @throws IllegalArgumentException if a limit is not positive
     */
    public UdpOptions {
        requirePositive("queueMaxBytes", queueMaxBytes);
        requirePositive("queueMaxDatagrams", queueMaxDatagrams);
    }

    private static void requirePositive(String name, int value) {
        if (value <= 0) {
            throw new IllegalArgumentException(name + " is " + value + ": use 1 or more");
        }
    }

    /** These options with a port that others may be bound to as well, or not. */
    public UdpOptions withReuseAddress(boolean reuseAddress) {
        return new UdpOptions(
                reuseAddress, reusePort, ipv6Only, exclusive, queueMaxBytes, queueMaxDatagrams);
    }

    /** These options with a port whose datagrams are shared out, or not. */
    public UdpOptions withReusePort(boolean reusePort) {
        return new UdpOptions(
                reuseAddress, reusePort, ipv6Only, exclusive, queueMaxBytes, queueMaxDatagrams);
    }

    /** These options for IPv6 alone, or for both. */
    public UdpOptions withIpv6Only(boolean ipv6Only) {
        return new UdpOptions(
                reuseAddress, reusePort, ipv6Only, exclusive, queueMaxBytes, queueMaxDatagrams);
    }

    /** These options with a socket of the worker's own, or with one that all workers share. */
    public UdpOptions withExclusive(boolean exclusive) {
        return new UdpOptions(
                reuseAddress, reusePort, ipv6Only, exclusive, queueMaxBytes, queueMaxDatagrams);
    }

    /** These options with other limits for what waits for the kernel. */
    public UdpOptions withQueue(int maxBytes, int maxDatagrams) {
        return new UdpOptions(reuseAddress, reusePort, ipv6Only, exclusive, maxBytes, maxDatagrams);
    }
}
