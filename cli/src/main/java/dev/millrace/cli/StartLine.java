package dev.millrace.cli;

import dev.millrace.kernel.Address;
import dev.millrace.kernel.UnixAddress;
import java.util.ArrayList;
import java.util.List;

/** The one line a server prints; scripts may wait for it. */
final class StartLine {
    private static final String SEPARATOR = " · ";

    private StartLine() {}

    static String text(String driver, int loops, Scheme scheme, List<Address> addresses) {
        return text(driver, loops + (loops == 1 ? " loop" : " loops"), scheme, addresses);
    }

    /** That of a program in several processes. */
    static String ofWorkers(String driver, int workers, Scheme scheme, List<Address> addresses) {
        return text(driver, workers + (workers == 1 ? " worker" : " workers"), scheme, addresses);
    }

    private static String text(String driver, String what, Scheme scheme, List<Address> addresses) {
        List<String> parts = new ArrayList<>();
        parts.add("millrace " + Version.text());
        parts.add(driver);
        parts.add(what);
        parts.add("pid " + ProcessHandle.current().pid());
        addresses.forEach(address -> parts.add(url(scheme.of(address), address)));
        return String.join(SEPARATOR, parts);
    }

    /** {@code line} of a server whose sockets systemd has opened. */
    static String inherited(String line) {
        return line + SEPARATOR + "inherited";
    }

    /** {@code tcp://127.0.0.1:8080}, for instance. */
    static String url(String scheme, Address address) {
        return address instanceof UnixAddress ? "unix:" + address : scheme + "://" + address;
    }
}
