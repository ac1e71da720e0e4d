package dev.millrace.binding;

import dev.millrace.driver.Capability;
import dev.millrace.driver.Driver;
import dev.millrace.driver.Port;
import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.KernelOption;
import dev.millrace.kernel.ListenOptions;
import dev.millrace.kernel.SystemError;
import dev.millrace.sys.Errno;
import java.io.IOException;

/** Makes a socket fit to listen on TCP, and binds it. */
public final class TcpBinding {
    private TcpBinding() {}

    /**
     * @throws UnsupportedOperationException for IPv6 alone, if the driver can't do it
     */
    public static void require(Driver driver, IpAddress address, ListenOptions options) {
        if (options.ipv6Only() && isIpv6(address)) {
            Capability.IPV6_ONLY.require(driver);
        }
    }

    /** EINVAL when the options do not fit the address (row C5). */
    public static void check(IpAddress address, ListenOptions options) throws IOException {
        if (options.ipv6Only() && !isIpv6(address)) {
            throw SystemError.of(Errno.EINVAL, "listen", address);
        }
    }

    /**
     * What was asked for and can't be had is an error: otherwise it would show only when it
     * matters.
     */
    public static void bind(
            Driver driver, Port port, IpAddress address, ListenOptions options, boolean noDelay)
            throws IOException {
        // Without it a restart right after a stop meets the old connections in TIME_WAIT (row C6).
        check(driver.setOption(port, KernelOption.REUSE_ADDRESS, 1), "setsockopt", address);
        if (options.reusePort()) {
            check(driver.setOption(port, KernelOption.REUSE_PORT, 1), "setsockopt", address);
        }
        if (isIpv6(address)) {
            int value = options.ipv6Only() ? 1 : 0;
            check(driver.setOption(port, KernelOption.IPV6_ONLY, value), "setsockopt", address);
        }
        // Linux hands it down to accepted connections, which saves a call for each. They work
        // without it as well.
        if (noDelay) {
            driver.setOption(port, KernelOption.NO_DELAY, 1);
        }
        check(driver.bind(port, address), "listen", address);
    }

    private static void check(int result, String syscall, IpAddress address) throws IOException {
        if (result < 0) {
            throw SystemError.of(-result, syscall, address);
        }
    }

    private static boolean isIpv6(IpAddress address) {
        return address.family().equals("IPv6");
    }
}
