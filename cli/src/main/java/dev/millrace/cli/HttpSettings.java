package dev.millrace.cli;

import dev.millrace.http.HttpLimits;
import dev.millrace.http.HttpServerOptions;
import dev.millrace.http.HttpTimeouts;
import dev.millrace.http.HttpTimeouts.MinimumRate;
import dev.millrace.net.ConnectionLimits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The options that every HTTP command has, those of {@link ServerOptions} among them. */
final class HttpSettings {
    static final int DEFAULT_PORT = 8080;

    private static final String HEADER_TIMEOUT = "--header-timeout";
    private static final String REQUEST_TIMEOUT = "--request-timeout";
    private static final String WRITE_TIMEOUT = "--write-timeout";
    private static final String KEEP_ALIVE_TIMEOUT = "--keep-alive-timeout";
    private static final String HANDLER_TIMEOUT = "--handler-timeout";
    private static final String BODY_RATE = "--body-rate";
    private static final String SEND_RATE = "--send-rate";
    private static final String MAX_CONNECTIONS = "--max-connections";
    private static final String MAX_BODY = "--max-body";

    private static final Duration GRACE = Duration.ofSeconds(5);
    private static final String RATE_REMEDY =
            "a rate is bytes a second, with a time above zero behind a comma if it is not measured"
                    + " over 5s, for instance 1k, or 1k,10s";

    private HttpSettings() {}

    static List<Option> options() {
        List<Option> options = new ArrayList<>(ServerOptions.options(DEFAULT_PORT));
        options.add(new Option(HEADER_TIMEOUT, "TIME", "for a request's head (default 60s)"));
        options.add(new Option(REQUEST_TIMEOUT, "TIME", "for a whole request (default 5m)"));
        options.add(new Option(WRITE_TIMEOUT, "TIME", "for a peer to take a byte (default 60s)"));
        options.add(new Option(KEEP_ALIVE_TIMEOUT, "TIME", "between requests (default 5s)"));
        options.add(new Option(HANDLER_TIMEOUT, "TIME", "for a response's head (default none)"));
        options.add(new Option(BODY_RATE, "RATE", "of a body that comes (default any)"));
        options.add(new Option(SEND_RATE, "RATE", "of a response that is taken (default any)"));
        options.add(new Option(MAX_CONNECTIONS, "N", "per loop and address (default any number)"));
        options.add(new Option(MAX_BODY, "SIZE", "of a request's body (default any size)"));
        options.add(Balancers.option());
        options.addAll(Draining.options());
        return options;
    }

    static String notes() {
        return """
        TIME is 500ms, 5s, 2m, 1h, or a number of seconds; 0 for no limit.
        SIZE is a number of bytes, or 64k, 10m, 1g. RATE is a SIZE a second, on the average of 5 s, or
        of another time: 1k,10s; a client below it is cut off.
        """;
    }

    static HttpServerOptions read(Arguments arguments) {
        HttpTimeouts standard = HttpTimeouts.DEFAULTS;
        HttpTimeouts timeouts =
                standard.withHeader(arguments.duration(HEADER_TIMEOUT).orElse(standard.header()))
                        .withRequest(arguments.duration(REQUEST_TIMEOUT).orElse(standard.request()))
                        .withWrite(arguments.duration(WRITE_TIMEOUT).orElse(standard.write()))
                        .withKeepAlive(
                                arguments.duration(KEEP_ALIVE_TIMEOUT).orElse(standard.keepAlive()))
                        .withHandler(arguments.duration(HANDLER_TIMEOUT).orElse(standard.handler()))
                        .withBodyRate(rate(arguments, BODY_RATE))
                        .withSendRate(rate(arguments, SEND_RATE));
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

    private static MinimumRate rate(Arguments arguments, String name) {
        return arguments.value(name, HttpSettings::parseRate).orElse(MinimumRate.NONE);
    }

    /** {@code 1k}, or {@code 1k,10s}: so much a second, on the average of so long. */
    private static MinimumRate parseRate(String text) {
        int comma = text.indexOf(',');
        try {
            long bytes = Units.parseBytes(comma < 0 ? text : text.substring(0, comma));
            Duration grace = comma < 0 ? GRACE : Units.parseDuration(text.substring(comma + 1));
            return bytes == 0 ? MinimumRate.NONE : new MinimumRate(bytes, grace);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(RATE_REMEDY, e);
        }
    }
}
