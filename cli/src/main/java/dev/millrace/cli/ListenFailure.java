package dev.millrace.cli;

import dev.millrace.driver.Address;
import dev.millrace.driver.IpAddress;
import dev.millrace.driver.SystemError;
import dev.millrace.driver.UnixAddress;
import java.io.IOException;
import java.util.Optional;

/** Says in a user's words why a server can't listen, and what to do about it. */
final class ListenFailure {
    private static final int PRIVILEGED_PORTS_END = 1024;

    private ListenFailure() {}

    static Failure of(IOException error, Address address) {
        String code = SystemError.codeOf(error);
        String text =
                switch (address) {
                    case IpAddress ip -> ip(code, ip);
                    case UnixAddress path -> unix(code, path);
                };
        return new Failure(text.isEmpty() ? Console.oneLine(error) : text, error);
    }

    /** Empty for a code that the library's own words describe well enough. */
    static String ip(String code, IpAddress address) {
        String port = "port " + address.port() + " of " + address.hostText();
        return switch (code) {
            case "EADDRINUSE" ->
                    port
                            + " is in use by "
                            + holder(Holder.of(address))
                            + "; stop it, or choose another port with --port (0 for any free one)";
            case "EACCES" ->
                    port
                            + " may not be opened by this user; "
                            + (address.port() < PRIVILEGED_PORTS_END
                                    ? "choose one from 1024 on with --port, or grant"
                                            + " CAP_NET_BIND_SERVICE"
                                    : "choose another port with --port");
            case "EADDRNOTAVAIL" ->
                    "this machine has no address "
                            + address.hostText()
                            + "; choose one of its own with --host, 127.0.0.1 or 0.0.0.0 for instance";
            default -> "";
        };
    }

    static String unix(String code, UnixAddress path) {
        String remedy = " another path with --unix";
        return switch (code) {
            case "EADDRINUSE" -> inUse(path) + remedy;
            case "EACCES", "EPERM", "EROFS" ->
                    "the Unix socket " + path + " may not be made by this user; choose" + remedy;
            case "ENOENT", "ENOTDIR" ->
                    "the folder of the Unix socket "
                            + path
                            + " does not exist; make it, or choose"
                            + remedy;
            default -> "";
        };
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
        return "the file "
                + path
                + " exists, and nobody seems to listen on it; remove it, or choose";
    }

    private static String holder(Optional<Holder> holder) {
        return holder.map(Holder::text).orElse("another process");
    }
}
