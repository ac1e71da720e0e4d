package dev.millrace.driver;

import dev.millrace.sys.Linux;

/**
 * Where Linux keeps a {@link PortOption}: the arguments of setsockopt(2) that name it.
 *
 * @param level the protocol
 * @param name the option of that protocol
 */
record OptionPlace(int level, int name) {
    private static final OptionPlace[] PLACES = new OptionPlace[PortOption.values().length];

    static {
        for (PortOption option : PortOption.values()) {
            PLACES[option.ordinal()] = place(option);
        }
    }

    static OptionPlace of(PortOption option) {
        return PLACES[option.ordinal()];
    }

    private static OptionPlace place(PortOption option) {
        return switch (option) {
            case NO_DELAY -> new OptionPlace(Linux.IPPROTO_TCP, Linux.TCP_NODELAY);
            case KEEP_ALIVE -> new OptionPlace(Linux.SOL_SOCKET, Linux.SO_KEEPALIVE);
            case TCP_KEEPIDLE -> new OptionPlace(Linux.IPPROTO_TCP, Linux.TCP_KEEPIDLE);
            case TCP_KEEPINTVL -> new OptionPlace(Linux.IPPROTO_TCP, Linux.TCP_KEEPINTVL);
            case TCP_KEEPCNT -> new OptionPlace(Linux.IPPROTO_TCP, Linux.TCP_KEEPCNT);
            case REUSE_ADDRESS -> new OptionPlace(Linux.SOL_SOCKET, Linux.SO_REUSEADDR);
            case REUSE_PORT -> new OptionPlace(Linux.SOL_SOCKET, Linux.SO_REUSEPORT);
            case IPV6_ONLY -> new OptionPlace(Linux.IPPROTO_IPV6, Linux.IPV6_V6ONLY);
            case RECEIVE_BUFFER_BYTES -> new OptionPlace(Linux.SOL_SOCKET, Linux.SO_RCVBUF);
            case SEND_BUFFER_BYTES -> new OptionPlace(Linux.SOL_SOCKET, Linux.SO_SNDBUF);
            case BROADCAST -> new OptionPlace(Linux.SOL_SOCKET, Linux.SO_BROADCAST);
            case TTL -> new OptionPlace(Linux.IPPROTO_IP, Linux.IP_TTL);
            case MULTICAST_TTL -> new OptionPlace(Linux.IPPROTO_IP, Linux.IP_MULTICAST_TTL);
            case MULTICAST_LOOP -> new OptionPlace(Linux.IPPROTO_IP, Linux.IP_MULTICAST_LOOP);
        };
    }
}
