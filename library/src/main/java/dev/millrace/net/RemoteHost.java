package dev.millrace.net;

import dev.millrace.kernel.Address;
import dev.millrace.kernel.IpAddress;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What counts as one remote address: an IPv4 address, or the IPv6 subnet that one host has. */
record RemoteHost(byte[] prefix) {
    /** RFC 4291 section 2.5.4: the other half is the host's to choose. */
    private static final int IPV6_SUBNET_BYTES = 8;

    /** Null for a peer without an IP address. */
    static @Nullable RemoteHost of(@Nullable Address remote) {
        if (!(remote instanceof IpAddress ip)) {
            return null;
        }
        byte[] address = ip.host().getAddress();
        return new RemoteHost(Arrays.copyOf(address, Math.min(address.length, IPV6_SUBNET_BYTES)));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof RemoteHost that && Arrays.equals(prefix, that.prefix);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(prefix);
    }
}
