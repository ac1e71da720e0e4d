package dev.millrace.cli;

import dev.millrace.kernel.KeepAlive;
import dev.millrace.net.ConnectionLimits;
import dev.millrace.net.NetServerOptions;
import dev.millrace.net.NetSocketOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What {@code proxy} is told, but for where it listens.
 *
 * @param target where the connections lead
 * @param maxConnections of each loop
 * @param connectTimeout for the target to take a connection; zero leaves it to the kernel
 * @param idleTimeout until a connection that carries nothing is cut; zero never does
 */
record ProxySettings(
        Endpoint target, int maxConnections, Duration connectTimeout, Duration idleTimeout) {
    private static final String MAX_CONNECTIONS = "--max-connections";
    private static final String CONNECT_TIMEOUT = "--connect-timeout";
    private static final String IDLE_TIMEOUT = "--idle-timeout";

    /** The kernel's own two minutes are longer than a client waits. */
    private static final Duration CONNECT_DEFAULT = Duration.ofSeconds(10);

    static List<Option> options() {
        List<Option> options = new ArrayList<>();
        options.add(new Option(MAX_CONNECTIONS, "N", "per loop (default any number)"));
        options.add(new Option(CONNECT_TIMEOUT, "TIME", "for TARGET to answer (default 10s)"));
        options.add(new Option(IDLE_TIMEOUT, "TIME", "without a byte either way (default none)"));
        options.addAll(ServerOptions.shared());
        return options;
    }

    static ProxySettings read(Arguments arguments, Endpoint target) {
        return new ProxySettings(
                target,
                arguments
                        .number(MAX_CONNECTIONS, 1, Integer.MAX_VALUE, "use 1 or more")
                        .orElse(ConnectionLimits.NO_LIMIT),
                arguments.duration(CONNECT_TIMEOUT).orElse(CONNECT_DEFAULT),
                arguments.duration(IDLE_TIMEOUT).orElse(Duration.ZERO));
    }

    /** Each side of a connection ends by itself, and a peer that vanished is found out. */
    NetServerOptions ofServer() {
        return NetServerOptions.DEFAULTS
                .withAllowHalfOpen(true)
                .withKeepAlive(KeepAlive.DEFAULTS)
                .withMaxConnections(maxConnections);
    }

    /** As {@link #ofServer}, for the way to the target. */
    NetSocketOptions ofTarget() {
        return NetSocketOptions.DEFAULTS
                .withAllowHalfOpen(true)
                .withKeepAlive(KeepAlive.DEFAULTS)
                .withConnectTimeout(connectTimeout);
    }
}
