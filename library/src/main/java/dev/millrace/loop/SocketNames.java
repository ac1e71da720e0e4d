package dev.millrace.loop;

import dev.millrace.sys.Linux;
import dev.millrace.sys.SocketName;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;

/** Between the addresses users see and the socket names the kernel speaks. */
final class SocketNames {
    private SocketNames() {}

    static SocketName of(Address address) {
        return switch (address) {
            case UnixAddress unix -> new SocketName(Linux.AF_UNIX, unix.bytes(), 0, 0);
            case IpAddress ip ->
                    new SocketName(
                            ip.host() instanceof Inet4Address ? Linux.AF_INET : Linux.AF_INET6,
                            ip.host().getAddress(),
                            ip.port(),
                            ip.host() instanceof Inet6Address six ? six.getScopeId() : 0);
        };
    }

    static Address of(SocketName name) {
        if (name.family() == Linux.AF_UNIX) {
            return new UnixAddress(name.bytes());
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
