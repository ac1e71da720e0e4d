package dev.millrace.binding;

import dev.millrace.driver.Capability;
import dev.millrace.driver.Driver;
import dev.millrace.driver.Port;
import dev.millrace.kernel.DescriptorKind;
import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.KernelOption;
import dev.millrace.kernel.SystemError;
import dev.millrace.kernel.UdpOptions;
import dev.millrace.sys.Errno;
import java.io.IOException;
import java.net.Inet6Address;

/** Makes datagram sockets: bound, connected, or of a descriptor that was opened elsewhere. */
public final class UdpBinding {
    private UdpBinding() {}

    /**
     * @throws UnsupportedOperationException for IPv6 alone, if the driver can't do it
     */
    public static void require(Driver driver, UdpOptions options, IpAddress address) {
        if (options.ipv6Only() && address.host() instanceof Inet6Address) {
            Capability.IPV6_ONLY.require(driver);
        }
    }

    public static Port bound(Driver driver, UdpOptions options, IpAddress address)
            throws IOException {
        Port opened = socket(driver, options, address);
        return checked(driver, opened, driver.bind(opened, address), "bind", address);
    }

    /** The kernel binds it to a port of its choice. */
    public static Port connected(Driver driver, UdpOptions options, IpAddress peer)
            throws IOException {
        Port opened = socket(driver, options, peer);
        return checked(driver, opened, driver.connect(opened, peer), "connect", peer);
    }

    private static Port socket(Driver driver, UdpOptions options, IpAddress address)
            throws IOException {
        require(driver, options, address);
        boolean isIpv6 = address.host() instanceof Inet6Address;
        Port opened = driver.datagram(address);
        try {
            if (options.reuseAddress()) {
                set(driver, opened, KernelOption.REUSE_ADDRESS, 1);
            }
            if (options.reusePort()) {
                set(driver, opened, KernelOption.REUSE_PORT, 1);
            }
            if (isIpv6) {
                set(driver, opened, KernelOption.IPV6_ONLY, options.ipv6Only() ? 1 : 0);
            }
        } catch (IOException refused) {
            driver.close(opened);
            throw refused;
        }
        return opened;
    }

    private static void set(Driver driver, Port port, KernelOption option, int value)
            throws IOException {
        int result = driver.setOption(port, option, value);
        if (result < 0) {
            throw SystemError.of(-result, "setsockopt");
        }
    }

    private static Port checked(
            Driver driver, Port opened, int result, String syscall, IpAddress address)
            throws IOException {
        if (result < 0) {
            driver.close(opened);
            throw SystemError.of(-result, syscall, address);
        }
        return opened;
    }

    public static Port opened(Driver driver, int descriptor) throws IOException {
        Capability.OPEN_DESCRIPTORS.require(driver);
        if (DescriptorKind.of(descriptor) != DescriptorKind.UDP) {
            throw SystemError.of(Errno.EINVAL, "open");
        }
        return driver.open(descriptor);
    }
}
