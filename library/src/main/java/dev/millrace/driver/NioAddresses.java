package dev.millrace.driver;

import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Between the addresses users see and the JDK's. */
final class NioAddresses {
    private NioAddresses() {}

    static ProtocolFamily family(Address address) {
        if (address instanceof UnixAddress) {
            return StandardProtocolFamily.UNIX;
        }
        return ((IpAddress) address).host() instanceof Inet6Address
                ? StandardProtocolFamily.INET6
                : StandardProtocolFamily.INET;
    }

    /** Whether it is one that the JDK has no words for. */
    static boolean isAbstract(Address address) {
        return address instanceof UnixAddress unix && unix.isAbstract();
    }

    /**
     * @throws IllegalArgumentException if the path can't be written in the machine's encoding
     */
    static SocketAddress of(Address address) {
        if (address instanceof UnixAddress unix) {
            return UnixDomainSocketAddress.of(unix.toString());
        }
        IpAddress ip = (IpAddress) address;
        return new InetSocketAddress(ip.host(), ip.port());
    }

    static @Nullable Address of(@Nullable SocketAddress address) {
        if (address instanceof UnixDomainSocketAddress unix) {
            String path = unix.getPath().toString();
            return new UnixAddress(path.getBytes(StandardCharsets.UTF_8));
        }
        return address instanceof InetSocketAddress ip
                ? new IpAddress(ip.getAddress(), ip.getPort())
                : null;
    }
}
