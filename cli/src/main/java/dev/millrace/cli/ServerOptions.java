package dev.millrace.cli;

import dev.millrace.kernel.Address;
import dev.millrace.kernel.DescriptorKind;
import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.UnixAddress;
import dev.millrace.loop.Drivers;
import dev.millrace.systemd.InheritedSockets;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The options that every server command has.
 *
 * @param addresses where to listen
 * @param loops how many loops share them
 * @param driver the driver they run on; empty for the one that fits the machine
 * @param words where the addresses were given
 */
record ServerOptions(
        List<Address> addresses, int loops, Optional<String> driver, ListenWords words) {
    private static final String PORT = "--port";
    static final String HOST = "--host";
    private static final String UNIX = "--unix";
    static final String LOOPS = "--loops";
    static final String DRIVER = "--driver";
    static final String DEFAULT_HOST = "127.0.0.1";
    static final int PORT_MAX = 65_535;
    private static final int LOOPS_MAX = 256;

    static List<Option> options(int defaultPort) {
        List<Option> options = new ArrayList<>();
        options.add(
                new Option(PORT, "N", "port, 0 for any free one (default " + defaultPort + ")"));
        options.add(new Option(HOST, "HOST", "address or name (default " + DEFAULT_HOST + ")"));
        options.add(new Option(UNIX, "PATH", "Unix socket, @NAME for an abstract one"));
        options.addAll(ServerTls.options());
        options.addAll(shared());
        options.addAll(ClusterSettings.options());
        return options;
    }

    /** Those that have nothing to do with where it listens. */
    static List<Option> shared() {
        return List.of(
                new Option(LOOPS, "N", "event loops that share the addresses (default 1)"),
                new Option(DRIVER, "NAME", "epoll or nio (default epoll where it works)"));
    }

    /** A Unix socket alone, unless a port or a host is given as well. */
    static ServerOptions read(Arguments arguments, int defaultPort) {
        int port =
                arguments
                        .number(PORT, 0, PORT_MAX, "use 0 (any free port) to " + PORT_MAX)
                        .orElse(defaultPort);
        List<Address> addresses = new ArrayList<>();
        boolean isUnixOnly =
                arguments.text(UNIX).isPresent()
                        && arguments.text(PORT).isEmpty()
                        && arguments.text(HOST).isEmpty();
        if (!isUnixOnly) {
            addresses.add(ip(arguments.text(HOST).orElse(DEFAULT_HOST), port));
        }
        arguments.text(UNIX).ifPresent(path -> addresses.add(unix(path)));
        return at(addresses, arguments, ListenWords.OPTIONS);
    }

    /** Whom a certificate is for that is made for this server. */
    static String host(Arguments arguments) {
        return arguments.text(HOST).orElse(DEFAULT_HOST);
    }

    /** With one address more. */
    ServerOptions with(Address address) {
        List<Address> all = new ArrayList<>(addresses);
        all.add(address);
        return new ServerOptions(List.copyOf(all), loops, driver, words);
    }

    /** For a command whose operand says where it listens. */
    static ServerOptions at(Address address, Arguments arguments) {
        return at(List.of(address), arguments, ListenWords.OPERAND);
    }

    private static ServerOptions at(
            List<Address> addresses, Arguments arguments, ListenWords words) {
        int loops = arguments.number(LOOPS, 1, LOOPS_MAX, "use 1 to " + LOOPS_MAX).orElse(1);
        Optional<String> driver = arguments.text(DRIVER);
        driver.ifPresentOrElse(ServerOptions::checkDriver, ServerOptions::checkDriverOfEnvironment);
        return new ServerOptions(List.copyOf(addresses), loops, driver, words);
    }

    /** At the addresses of the inherited listeners, if there are any. */
    ServerOptions orInherited(InheritedSockets sockets) {
        List<Address> inherited =
                sockets.all().stream()
                        .filter(socket -> socket.kind() == DescriptorKind.LISTENER)
                        .flatMap(socket -> socket.address().stream())
                        .toList();
        if (!sockets.isEmpty() && inherited.isEmpty()) {
            throw new Failure(
                    "systemd passes " + sockets + ", but nothing that listens; use ListenStream=",
                    null);
        }
        return inherited.isEmpty() ? this : new ServerOptions(inherited, loops, driver, words);
    }

    private static void checkDriver(String name) {
        if (!Drivers.names().contains(name)) {
            String names = String.join(" or ", Drivers.names());
            throw new UsageError(DRIVER + " " + name + ": there is no such driver; use " + names);
        }
    }

    /** Only if it says something: choosing opens a driver, which the start need not do twice. */
    private static void checkDriverOfEnvironment() {
        if (System.getenv(Drivers.VARIABLE) == null) {
            return;
        }
        try {
            Drivers.choice();
        } catch (IllegalArgumentException e) {
            throw new UsageError(String.valueOf(e.getMessage()));
        }
    }

    private static Address ip(String host, int port) {
        if (host.isBlank()) {
            // The JDK takes it for this machine's loopback address.
            throw new UsageError(HOST + " is empty; give an address or a name of this machine");
        }
        try {
            return IpAddress.of(host, port);
        } catch (IllegalArgumentException e) {
            if (host.indexOf('%') >= 0) {
                throw new UsageError(HOST + " " + host + ": " + e.getMessage());
            }
            return named(host, port);
        }
    }

    /** Nothing is served yet, so the look-up may block. */
    private static Address named(String host, int port) {
        try {
            return new IpAddress(InetAddress.getByName(host), port);
        } catch (UnknownHostException e) {
            throw new Failure(
                    HOST + " " + host + ": no such host; give an address or a name of this machine",
                    e);
        }
    }

    private static Address unix(String path) {
        try {
            return UnixAddress.of(path);
        } catch (IllegalArgumentException e) {
            throw new UsageError(UNIX + ": " + e.getMessage() + "; choose another path");
        }
    }
}
