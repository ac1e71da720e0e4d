package dev.millrace.sim;

import dev.millrace.driver.SocketFile;
import dev.millrace.kernel.Address;
import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.KernelOption;
import dev.millrace.kernel.UnixAddress;
import dev.millrace.sys.Errno;
import java.net.Inet6Address;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Who has which address: TCP ports, socket files, abstract names. */
final class AddressBook {
    private static final int EPHEMERAL_FIRST = 32_768;

    private final Map<Integer, List<SimSocket>> tcp = new HashMap<>();

    /** A socket file without a socket behind it is there, but null. */
    private final Map<UnixAddress, @Nullable SimSocket> unix = new HashMap<>();

    private final ArrayDeque<Integer> freedPorts = new ArrayDeque<>();
    private int nextPort = EPHEMERAL_FIRST;

    /** Gives {@code socket} its address: 0, or a negated errno. */
    int bind(SimSocket socket, Address address) {
        if (socket.local != null) {
            return -Errno.EINVAL;
        }
        return address instanceof IpAddress ip
                ? bindTcp(socket, ip)
                : bindUnix(socket, (UnixAddress) address);
    }

    private int bindTcp(SimSocket socket, IpAddress asked) {
        if (!asked.host().isLoopbackAddress() && !asked.host().isAnyLocalAddress()) {
            return -Errno.EADDRNOTAVAIL;
        }
        IpAddress address =
                asked.port() == 0 ? new IpAddress(asked.host(), ephemeralPort()) : asked;
        List<SimSocket> sharing = tcp.computeIfAbsent(address.port(), _ -> new ArrayList<>());
        for (SimSocket other : sharing) {
            boolean isShared =
                    socket.option(KernelOption.REUSE_PORT) != 0
                            && other.option(KernelOption.REUSE_PORT) != 0;
            if (!isShared && overlap(socket, address, other)) {
                return -Errno.EADDRINUSE;
            }
        }
        sharing.add(socket);
        socket.local = address;
        return 0;
    }

    private static boolean overlap(SimSocket socket, IpAddress address, SimSocket other) {
        IpAddress taken = (IpAddress) other.local;
        return taken != null
                && (taken.host().equals(address.host())
                        || (isWildcard(taken) && covers(other, taken, address))
                        || (isWildcard(address) && covers(socket, address, taken)));
    }

    private static boolean isWildcard(IpAddress address) {
        return address.host().isAnyLocalAddress();
    }

    /** Whether the wildcard address of {@code socket} stands for {@code address} as well. */
    private static boolean covers(SimSocket socket, IpAddress wildcard, IpAddress address) {
        boolean isSix = wildcard.host() instanceof Inet6Address;
        boolean isAskedSix = address.host() instanceof Inet6Address;
        return isSix == isAskedSix || (isSix && socket.option(KernelOption.IPV6_ONLY) == 0);
    }

    private int bindUnix(SimSocket socket, UnixAddress address) {
        if (unix.containsKey(address)) {
            return -Errno.EADDRINUSE;
        }
        unix.put(address, socket);
        socket.local = address;
        return 0;
    }

    /** The last one that was freed comes first: a number that is used again at once. */
    private int ephemeralPort() {
        while (!freedPorts.isEmpty()) {
            int port = freedPorts.pop();
            if (!tcp.containsKey(port)) {
                return port;
            }
        }
        while (tcp.containsKey(nextPort)) {
            nextPort++;
        }
        return nextPort++;
    }

    /** Who listens at {@code address}, or null. */
    @Nullable SimSocket listener(Address address) {
        if (!(address instanceof IpAddress ip)) {
            SimSocket found = unix.get((UnixAddress) address);
            return found != null && found.isListener() ? found : null;
        }
        SimSocket best = null;
        for (SimSocket one : tcp.getOrDefault(ip.port(), List.of())) {
            IpAddress local = (IpAddress) one.local;
            if (one.isListener() && local != null) {
                if (local.host().equals(ip.host())) {
                    return one;
                }
                if (isWildcard(local) && covers(one, local, ip)) {
                    best = one;
                }
            }
        }
        return best;
    }

    boolean hasFile(UnixAddress path) {
        return unix.containsKey(path) && !path.isAbstract();
    }

    /** The socket is gone; a socket file stays. */
    void release(SimSocket socket) {
        if (socket.local instanceof IpAddress ip) {
            List<SimSocket> sharing = tcp.get(ip.port());
            if (sharing != null && sharing.remove(socket) && sharing.isEmpty()) {
                tcp.remove(ip.port());
                if (ip.port() >= EPHEMERAL_FIRST) {
                    freedPorts.push(ip.port());
                }
            }
        } else if (socket.local instanceof UnixAddress path && unix.get(path) == socket) {
            if (path.isAbstract()) {
                unix.remove(path);
            } else {
                unix.put(path, null);
            }
        }
    }

    @Nullable SocketFile file(UnixAddress path) {
        if (!unix.containsKey(path)) {
            return null;
        }
        SimSocket bound = unix.get(path);
        return new SocketFile(bound == null ? path : bound, true);
    }

    void unlink(UnixAddress path) {
        if (!path.isAbstract()) {
            unix.remove(path);
        }
    }

    /** Addresses that are still taken; a listener that left its socket file behind counts. */
    int taken() {
        return tcp.size() + unix.size();
    }
}
