package dev.millrace.nio;

import dev.millrace.driver.Capability;
import dev.millrace.kernel.Address;
import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.UnixAddress;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.UnsupportedAddressTypeException;
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

    /**
     * The address, for a socket of {@code family}; the JDK would take IPv4 for IPv6 sockets too.
     */
    static SocketAddress of(Address address, ProtocolFamily family) {
        if (family(address) != family) {
            throw new UnsupportedAddressTypeException();
        }
        return of(address);
    }

    /**
     * @throws UnsupportedOperationException for an abstract name, for which the JDK has no words
     * @throws IllegalArgumentException if the path can't be written in the machine's encoding
     */
    static SocketAddress of(Address address) {
        if (address instanceof UnixAddress unix) {
            if (unix.isAbstract()) {
                throw new UnsupportedOperationException(Capability.ABSTRACT_NAMES.toString());
            }
            return UnixDomainSocketAddress.of(unix.toString());
        }
        IpAddress ip = (IpAddress) address;
        return new InetSocketAddress(ip.host(), ip.port());
    }

    /** What a socket has that was never bound. */
    static Address unbound(ProtocolFamily family) {
        return family == StandardProtocolFamily.UNIX
                ? UnixAddress.ofBytes(new byte[0])
                : IpAddress.of(family == StandardProtocolFamily.INET6 ? "::" : "0.0.0.0", 0);
    }

    static @Nullable Address of(@Nullable SocketAddress address) {
        if (address instanceof UnixDomainSocketAddress unix) {
            String path = unix.getPath().toString();
            return UnixAddress.ofBytes(path.getBytes(StandardCharsets.UTF_8));
        }
        return address instanceof InetSocketAddress ip
                ? new IpAddress(ip.getAddress(), ip.getPort())
                : null;
    }
}
