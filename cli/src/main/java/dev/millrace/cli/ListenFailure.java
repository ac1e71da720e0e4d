package dev.millrace.cli;

import dev.millrace.kernel.Address;
import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.SystemError;
import dev.millrace.kernel.UnixAddress;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Says in a user's words why a server can't listen, and what to do about it. */
final class ListenFailure {
    private static final int PRIVILEGED_PORTS_END = 1024;

    private ListenFailure() {}

    static Failure of(IOException error, Address address, ListenWords where) {
        String code = SystemError.codeOf(error);
        String text =
                switch (address) {
                    case IpAddress ip -> ip(code, ip, where);
                    case UnixAddress path -> unix(code, path, where);
                };
        return new Failure(text.isEmpty() ? Console.oneLine(error) : text, error);
    }

    /** Empty for a code that the library's own words describe well enough. */
    static String ip(String code, IpAddress address, ListenWords where) {
        String port = "port " + address.port() + " of " + address.hostText();
        return switch (code) {
            case "EADDRINUSE" ->
                    port
                            + " is in use by "
                            + holder(Holder.of(address))
                            + "; stop it, or choose another port "
                            + where.port()
                            + " (0 for any free one)";
            case "EACCES" ->
                    port
                            + " may not be opened by this user; "
                            + (address.port() < PRIVILEGED_PORTS_END
                                    ? "choose one from 1024 on "
                                            + where.port()
                                            + ", or grant CAP_NET_BIND_SERVICE"
                                    : "choose another port " + where.port());
            case "EADDRNOTAVAIL" ->
                    "this machine has no address "
                            + address.hostText()
                            + "; choose one of its own "
                            + where.host()
                            + ", 127.0.0.1 or 0.0.0.0 for instance";
            case "EINVAL" -> isWithoutScope(address.host()) ? withoutScope(address, where) : "";
            default -> "";
        };
    }

    /** RFC 4007 section 6: a link-local address alone does not say on which link. */
    private static boolean isWithoutScope(InetAddress host) {
        return host instanceof Inet6Address six
                && six.isLinkLocalAddress()
                && six.getScopeId() == 0;
    }

    private static String withoutScope(IpAddress address, ListenWords where) {
        String host = address.hostText();
        return host
                + " is an address of one link; name its interface "
                + where.scoped(host)
                + " for instance";
    }

    static String unix(String code, UnixAddress path, ListenWords where) {
        String remedy = " another path " + where.unix();
        return switch (code) {
            case "EADDRINUSE" -> inUse(path) + remedy;
            case "EACCES", "EPERM", "EROFS", "ENOENT", "ENOTDIR" -> denied(path) + remedy;
            default -> "";
        };
    }

    /** A folder that is missing is EACCES as well: bind(2)'s ENOENT becomes that, as in libuv. */
    private static String denied(UnixAddress path) {
        Path folder = Path.of(path.toString()).toAbsolutePath().getParent();
        return folder == null || Files.notExists(folder) || Files.isRegularFile(folder)
                ? "the folder of the Unix socket " + path + " does not exist; make it, or choose"
                : "the Unix socket " + path + " may not be made by this user; choose";
    }

    private static String inUse(UnixAddress path) {
        Optional<Holder> holder = Holder.of(path);
        if (holder.isPresent() || path.isAbstract()) {
            return "the Unix socket "
                    + path
                    + " is in use by "
                    + holder(holder)
                    + "; stop it, or choose";
        }
        String file = "the file " + path + " exists, and ";
        Path there = Path.of(path.toString());
        return Files.isRegularFile(there) || Files.isDirectory(there)
                ? file + "is no socket; choose"
                : file + "no program seems to listen on it; remove it, or choose";
    }

    private static String holder(Optional<Holder> holder) {
        return holder.map(Holder::text).orElse("another process");
    }
}
