package dev.millrace.http;

import dev.millrace.net.NetServerOptions;
import dev.millrace.tls.TlsOptions;
import java.util.Objects;

/**
 * How an {@link HttpServer} serves.
 *
 * {@snippet class="dev.millrace.http.HttpExamplesTest" region="options"}
 *
 * @param limits how much of everything a peer may send
 * @param timeouts how long a peer may take
 * @param maxRequestsPerConnection requests after whose response a connection closes; 0 for no limit
 * @param allowHalfOpen whether a client that has ended its side still gets the responses that are
 *     due; otherwise it counts as gone, and the connection is destroyed
 * @param allowUndecodableTargets whether handlers get requests whose target is not UTF-8 once it is
 *     decoded; otherwise the response is 400. For names of files that are bytes ({@link
 *     ServerRequest#pathBytes}), and for what hands targets on as they are
 * @param net the server below. It always allows half-open connections, since a client may end its
 *     side after the request and still wants the response, and never pauses on connect
 */
public record HttpServerOptions(
        HttpLimits limits,
        HttpTimeouts timeouts,
        int maxRequestsPerConnection,
        boolean allowHalfOpen,
        boolean allowUndecodableTargets,
        NetServerOptions net) {
    /**
     * The defaults of {@link HttpLimits} and {@link HttpTimeouts}, any number of connections and of
     * requests on each, half-open connections.
     */
    public static final HttpServerOptions DEFAULTS =
            new HttpServerOptions(
                    HttpLimits.DEFAULTS,
                    HttpTimeouts.DEFAULTS,
                    0,
                    true,
                    false,
                    NetServerOptions.DEFAULTS);

    /**
     * @throws IllegalArgumentException if a number is negative
     */
    public HttpServerOptions {
        Objects.requireNonNull(limits, "limits");
        Objects.requireNonNull(timeouts, "timeouts");
        Objects.requireNonNull(net, "net");
        if (maxRequestsPerConnection < 0) {
            throw new IllegalArgumentException(
                    "maxRequestsPerConnection is "
                            + maxRequestsPerConnection
                            + ": use 0 (no limit) or more");
        }
    }

    /** These options with other limits. */
    public HttpServerOptions withLimits(HttpLimits limits) {
        return new HttpServerOptions(
                limits,
                timeouts,
                maxRequestsPerConnection,
                allowHalfOpen,
                allowUndecodableTargets,
                net);
    }

    /** These options with other timeouts. */
    public HttpServerOptions withTimeouts(HttpTimeouts timeouts) {
        return new HttpServerOptions(
                limits,
                timeouts,
                maxRequestsPerConnection,
                allowHalfOpen,
                allowUndecodableTargets,
                net);
    }

    /** These options with another number of connections, as {@link NetServerOptions} has it. */
    public HttpServerOptions withMaxConnections(int maxConnections) {
        return withNet(net.withMaxConnections(maxConnections));
    }

    /**
     * These options with https in place of http; ALPN is {@code http/1.1} unless {@code tls} names
     * others. A request of plain HTTP gets a 400 that says so.
     *
     * {@snippet class="dev.millrace.http.HttpsTest" region="server"}
     *
     * @throws IllegalArgumentException if {@code tls} has no identity and no names
     */
    public HttpServerOptions withTls(TlsOptions tls) {
        return withNet(net.withTls(tls.alpn().isEmpty() ? tls.withAlpn("http/1.1") : tls));
    }

    /** These options with others for the server below. */
    public HttpServerOptions withNet(NetServerOptions net) {
        return new HttpServerOptions(
                limits,
                timeouts,
                maxRequestsPerConnection,
                allowHalfOpen,
                allowUndecodableTargets,
                net);
    }

    /** These options with another number of requests on a connection. */
    public HttpServerOptions withMaxRequestsPerConnection(int maxRequestsPerConnection) {
        return new HttpServerOptions(
                limits,
                timeouts,
                maxRequestsPerConnection,
                allowHalfOpen,
                allowUndecodableTargets,
                net);
    }

    /** These options with clients that are gone once they have ended their side, or are not. */
    public HttpServerOptions withAllowHalfOpen(boolean allowHalfOpen) {
        return new HttpServerOptions(
                limits,
                timeouts,
                maxRequestsPerConnection,
                allowHalfOpen,
                allowUndecodableTargets,
                net);
    }

    /** These options with targets that can't be decoded given to the handler, or answered. */
    public HttpServerOptions withAllowUndecodableTargets(boolean allowUndecodableTargets) {
        return new HttpServerOptions(
                limits,
                timeouts,
                maxRequestsPerConnection,
                allowHalfOpen,
                allowUndecodableTargets,
                net);
    }
}
