package dev.millrace.http;

import dev.millrace.net.NetServerOptions;
import java.util.Objects;

/**
 * How an {@link HttpServer} serves.
 *
 * {@snippet class="dev.millrace.http.HttpExamplesTest" region="options"}
 *
 * @param limits how much of everything a peer may send
 * @param timeouts how long a peer may take
 * @param maxConnections as in {@link NetServerOptions}
 * @param maxRequestsPerConnection requests after whose response a connection closes; 0 for no limit
 */
public record HttpServerOptions(
        HttpLimits limits,
        HttpTimeouts timeouts,
        int maxConnections,
        int maxRequestsPerConnection) {
    /**
     * The defaults of {@link HttpLimits} and {@link HttpTimeouts}, any number of connections and of
     * requests on each.
     */
    public static final HttpServerOptions DEFAULTS =
            new HttpServerOptions(
                    HttpLimits.DEFAULTS, HttpTimeouts.DEFAULTS, NetServerOptions.NO_LIMIT, 0);

    /**
     * @throws IllegalArgumentException if a number is negative
     */
    public HttpServerOptions {
        Objects.requireNonNull(limits, "limits");
        Objects.requireNonNull(timeouts, "timeouts");
        // Refuses what is no number of connections.
        maxConnections =
                NetServerOptions.DEFAULTS.withMaxConnections(maxConnections).maxConnections();
        if (maxRequestsPerConnection < 0) {
            throw new IllegalArgumentException(
                    "maxRequestsPerConnection is "
                            + maxRequestsPerConnection
                            + ": use 0 (no limit) or more");
        }
    }

    /** These options with other limits. */
    public HttpServerOptions withLimits(HttpLimits limits) {
        return new HttpServerOptions(limits, timeouts, maxConnections, maxRequestsPerConnection);
    }

    /** These options with other timeouts. */
    public HttpServerOptions withTimeouts(HttpTimeouts timeouts) {
        return new HttpServerOptions(limits, timeouts, maxConnections, maxRequestsPerConnection);
    }

    /** These options with another number of connections. */
    public HttpServerOptions withMaxConnections(int maxConnections) {
        return new HttpServerOptions(limits, timeouts, maxConnections, maxRequestsPerConnection);
    }

    /** These options with another number of requests on a connection. */
    public HttpServerOptions withMaxRequestsPerConnection(int maxRequestsPerConnection) {
        return new HttpServerOptions(limits, timeouts, maxConnections, maxRequestsPerConnection);
    }
}
