package dev.millrace.epoll;

import dev.millrace.kernel.Address;
import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.UnixAddress;
import dev.millrace.sys.Linux;
import dev.millrace.sys.SocketName;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;

/** Between the addresses users see and the socket names the kernel speaks. */
public final class SocketNames {
    private SocketNames() {}

    public static SocketName of(Address address) {
        // Not a switch over types: its bootstrap would cost every program some 10 ms at its start.
        if (address instanceof UnixAddress unix) {
            return new SocketName(Linux.AF_UNIX, unix.bytes(), 0, 0);
        }
        IpAddress ip = (IpAddress) address;
        byte[] host = ip.host().getAddress();
        return ip.host() instanceof Inet6Address six
                ? new SocketName(Linux.AF_INET6, host, ip.port(), six.getScopeId())
                : new SocketName(Linux.AF_INET, host, ip.port(), 0);
    }

    public static Address of(SocketName name) {
        if (name.family() == Linux.AF_UNIX) {
            return UnixAddress.ofBytes(name.bytes());
        }
        try {
            InetAddress host =
                    name.scope() == 0
                            ? InetAddress.getByAddress(name.bytes())
                            : Inet6Address.getByAddress(null, name.bytes(), name.scope());
            return new IpAddress(host, name.port());
        } catch (UnknownHostException e) {
            throw new AssertionError("an address of 4 or 16 bytes is always known", e);
        }
    }
}
