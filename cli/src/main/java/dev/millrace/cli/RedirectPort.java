package dev.millrace.cli;

import dev.millrace.kernel.Address;
import dev.millrace.kernel.IpAddress;
import java.util.List;
import java.util.Optional;

/** The option that names the port from which plain HTTP is led to https. */
final class RedirectPort {
    static final String OPTION = "--redirect-http";

    private RedirectPort() {}

    static Option option() {
        return new Option(OPTION, "PORT", "with TLS: lead plain HTTP from there to https");
    }

    /**
     * At the host of {@code where}; empty unless it is asked for.
     *
     * @throws UsageError if it does not fit the other options
     */
    static Optional<IpAddress> read(Arguments arguments, ServerOptions where) {
        // The port is in the start line, so the kernel does not choose it.
        Optional<Integer> port =
                arguments.number(
                        OPTION, 1, ServerOptions.PORT_MAX, "use 1 to " + ServerOptions.PORT_MAX);
        if (port.isEmpty()) {
            return Optional.empty();
        }
        if (!arguments.has(ServerTls.CERTIFICATE) && !arguments.has(ServerTls.TLS)) {
            throw new UsageError(
                    OPTION + " leads to https; give " + ServerTls.CERTIFICATE + " as well");
        }
        if (!(where.addresses().getFirst() instanceof IpAddress https)) {
            throw new UsageError(OPTION + " is for a TCP port of https; leave --unix out");
        }
        if (https.port() == port.get()) {
            throw new UsageError(OPTION + " " + port.get() + " is the port of https; use another");
        }
        return Optional.of(new IpAddress(https.host(), port.get()));
    }

    /** By its port: of sockets that are inherited the host is systemd's to say. */
    static boolean is(Optional<IpAddress> redirect, Address address) {
        return redirect.isPresent()
                && address instanceof IpAddress ip
                && ip.port() == redirect.get().port();
    }

    /**
     * What {@code inherited} sockets make of it, which replace the addresses of the command line.
     *
     * @throws Failure if none of them is for what it does, or none for what it leads to
     */
    static void check(Optional<IpAddress> redirect, List<Address> inherited) {
        if (redirect.isEmpty()) {
            return;
        }
        long count = inherited.stream().filter(address -> is(redirect, address)).count();
        int port = redirect.get().port();
        if (count == 0) {
            throw new Failure(
                    OPTION
                            + " "
                            + port
                            + ": systemd passes no socket at that port; add ListenStream="
                            + port
                            + ", or leave the option out",
                    null);
        }
        if (count == inherited.size()) {
            throw new Failure(
                    OPTION
                            + " "
                            + port
                            + ": systemd passes no other socket, for https; add ListenStream=443",
                    null);
        }
    }
}
