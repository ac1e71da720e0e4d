package dev.millrace.cli;

import dev.millrace.http.HttpLimits;
import dev.millrace.http.HttpServerOptions;
import dev.millrace.http.HttpTimeouts;
import dev.millrace.net.ConnectionLimits;
import java.util.ArrayList;
import java.util.List;

/** The options that every HTTP command has, those of {@link ServerOptions} among them. */
final class HttpSettings {
    static final int DEFAULT_PORT = 8080;

    private static final String HEADER_TIMEOUT = "--header-timeout";
    private static final String REQUEST_TIMEOUT = "--request-timeout";
    private static final String WRITE_TIMEOUT = "--write-timeout";
    private static final String KEEP_ALIVE_TIMEOUT = "--keep-alive-timeout";
    private static final String MAX_CONNECTIONS = "--max-connections";
    private static final String MAX_BODY = "--max-body";

    private HttpSettings() {}

    static List<Option> options() {
        List<Option> options = new ArrayList<>(ServerOptions.options(DEFAULT_PORT));
        options.add(new Option(HEADER_TIMEOUT, "TIME", "for a request's head (default 60s)"));
        options.add(new Option(REQUEST_TIMEOUT, "TIME", "for a whole request (default 5m)"));
        options.add(new Option(WRITE_TIMEOUT, "TIME", "for a peer to take a byte (default 60s)"));
        options.add(new Option(KEEP_ALIVE_TIMEOUT, "TIME", "between requests (default 5s)"));
        options.add(new Option(MAX_CONNECTIONS, "N", "per loop and address (default any number)"));
        options.add(new Option(MAX_BODY, "SIZE", "of a request's body (default any size)"));
        options.add(Balancers.option());
        options.addAll(Draining.options());
        return options;
    }

    static String notes() {
        return """
        TIME is 500ms, 5s, 2m, 1h, or a number of seconds; 0 for no limit.
        SIZE is a number of bytes, or 64k, 10m, 1g.
        """;
    }

    static HttpServerOptions read(Arguments arguments) {
        HttpTimeouts standard = HttpTimeouts.DEFAULTS;
        HttpTimeouts timeouts =
                standard.withHeader(arguments.duration(HEADER_TIMEOUT).orElse(standard.header()))
                        .withRequest(arguments.duration(REQUEST_TIMEOUT).orElse(standard.request()))
                        .withWrite(arguments.duration(WRITE_TIMEOUT).orElse(standard.write()))
                        .withKeepAlive(
                                arguments
                                        .duration(KEEP_ALIVE_TIMEOUT)
                                        .orElse(standard.keepAlive()));
        HttpLimits limits =
                arguments
                        .bytes(MAX_BODY)
                        .map(HttpLimits.DEFAULTS::withMaxBodyBytes)
                        .orElse(HttpLimits.DEFAULTS);
        int maxConnections =
                arguments
                        .number(MAX_CONNECTIONS, 1, Integer.MAX_VALUE, "use 1 or more")
                        .orElse(ConnectionLimits.NO_LIMIT);
        HttpServerOptions options =
                HttpServerOptions.DEFAULTS
                        .withTimeouts(timeouts)
                        .withLimits(limits)
                        .withMaxConnections(maxConnections);
        return Balancers.read(arguments)
                .map(protocol -> options.withNet(options.net().withProxyProtocol(protocol)))
                .orElse(options);
    }
}
