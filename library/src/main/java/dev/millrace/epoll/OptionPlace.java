package dev.millrace.epoll;

import dev.millrace.kernel.KernelOption;
import dev.millrace.sys.Libc;
import dev.millrace.sys.Linux;

/**
 * Where Linux keeps a {@link KernelOption}: the arguments of setsockopt(2) that name it. A few are
 * kept once for each protocol, so that an IPv6 socket has them twice: for its IPv6 peers, and for
 * the IPv4 peers that a dual-stack socket may have.
 *
 * @param level the protocol
 * @param name the option of that protocol
 */
record OptionPlace(int level, int name) {
    private static final OptionPlace[] PLACES = new OptionPlace[KernelOption.values().length];

    static {
        for (KernelOption option : KernelOption.values()) {
            PLACES[option.ordinal()] = place(option);
        }
    }

    static int set(Libc libc, int fd, KernelOption option, int value) {
        OptionPlace place = PLACES[option.ordinal()];
        if (place.isOfIpv4() && isIpv6(libc, fd)) {
            OptionPlace place6 = place6(option);
            int result = libc.setsockopt(fd, place6.level, place6.name, value);
            if (result < 0) {
                return result;
            }
        }
        return libc.setsockopt(fd, place.level, place.name, value);
    }

    /** The value of an option, of an IPv6 socket that for its IPv6 peers. */
    static int get(Libc libc, int fd, KernelOption option) {
        if (option == KernelOption.PEER_UID) {
            return libc.peerUid(fd);
        }
        OptionPlace place = PLACES[option.ordinal()];
        if (place.isOfIpv4() && isIpv6(libc, fd)) {
            place = place6(option);
        }
        return libc.getsockopt(fd, place.level, place.name);
    }

    static boolean isIpv6(Libc libc, int fd) {
        return libc.getsockopt(fd, Linux.SOL_SOCKET, Linux.SO_DOMAIN) == Linux.AF_INET6;
    }

    private boolean isOfIpv4() {
        return level == Linux.IPPROTO_IP;
    }

    private static OptionPlace place6(KernelOption option) {
        int name =
                switch (option) {
                    case TTL -> Linux.IPV6_UNICAST_HOPS;
                    case MULTICAST_TTL -> Linux.IPV6_MULTICAST_HOPS;
                    case MULTICAST_LOOP -> Linux.IPV6_MULTICAST_LOOP;
                    default -> throw new IllegalArgumentException(option + " is no option of IP");
                };
        return new OptionPlace(Linux.IPPROTO_IPV6, name);
    }

    private static OptionPlace place(KernelOption option) {
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
            // Of struct ucred { pid_t pid; uid_t uid; gid_t gid; }: as much as there is room for.
            case PEER_PID, PEER_UID -> new OptionPlace(Linux.SOL_SOCKET, Linux.SO_PEERCRED);
        };
    }
}
