package dev.millrace.http;

import dev.millrace.kernel.Address;
import dev.millrace.net.NetSocketOptions;
import dev.millrace.tls.TlsOptions;
import java.util.Objects;
import java.util.Optional;

/**
 * How an {@link HttpClient} asks.
 *
 * {@snippet class="dev.millrace.http.HttpClientExamplesTest" region="options"}
 *
 * @param pool how many connections there are to one origin
 * @param timeouts how long a server may take
 * @param limits how much of everything a server may send; a response beyond is an error. Those for
 *     targets and concurrent requests mean nothing here
 * @param address where every connection leads, whatever host a URI names: a Unix socket for
 *     instance; empty: to the URI's host and port
 * @param net the connections below; their time-out for connecting is that of {@code timeouts}
 * @param redirects how many redirects a request follows (RFC 9110 section 15.4), one more is an
 *     error; 0: none, a redirect is a response like any other
 * @param proxy what requests go through; empty: nothing
 */
public record HttpClientOptions(
        HttpPoolLimits pool,
        HttpClientTimeouts timeouts,
        HttpLimits limits,
        Optional<Address> address,
        NetSocketOptions net,
        int redirects,
        Optional<HttpProxy> proxy) {
    /** The defaults of each part, and connections to the hosts that the URIs name. */
    public static final HttpClientOptions DEFAULTS =
            new HttpClientOptions(
                    HttpPoolLimits.DEFAULTS,
                    HttpClientTimeouts.DEFAULTS,
                    HttpLimits.DEFAULTS,
                    Optional.empty(),
                    NetSocketOptions.DEFAULTS,
                    0,
                    Optional.empty());

    /**
     * @throws IllegalArgumentException if {@code redirects} is negative, or there are both an
     *     address and a proxy
     */
    public HttpClientOptions {
        Objects.requireNonNull(pool, "pool");
        Objects.requireNonNull(timeouts, "timeouts");
        Objects.requireNonNull(limits, "limits");
        Objects.requireNonNull(address, "address");
        Objects.requireNonNull(net, "net");
        Objects.requireNonNull(proxy, "proxy");
        if (redirects < 0) {
            throw new IllegalArgumentException("redirects is 0 or more, not " + redirects);
        }
        if (address.isPresent() && proxy.isPresent()) {
            throw new IllegalArgumentException(
                    "connections lead to " + address.get() + " or to a proxy, not to both");
        }
    }

    /** These options with another pool. */
    public HttpClientOptions withPool(HttpPoolLimits pool) {
        return new HttpClientOptions(pool, timeouts, limits, address, net, redirects, proxy);
    }

    /** These options with other timeouts. */
    public HttpClientOptions withTimeouts(HttpClientTimeouts timeouts) {
        return new HttpClientOptions(pool, timeouts, limits, address, net, redirects, proxy);
    }

    /** These options with other limits. */
    public HttpClientOptions withLimits(HttpLimits limits) {
        return new HttpClientOptions(pool, timeouts, limits, address, net, redirects, proxy);
    }

    /** These options with every connection leading to {@code address}. */
    public HttpClientOptions withAddress(Address address) {
        return new HttpClientOptions(
                pool, timeouts, limits, Optional.of(address), net, redirects, proxy);
    }

    /** These options with other connections below. */
    public HttpClientOptions withNet(NetSocketOptions net) {
        return new HttpClientOptions(pool, timeouts, limits, address, net, redirects, proxy);
    }

    /**
     * These options with another way to speak TLS, for URIs of https: which authorities are
     * trusted, and what the client shows of itself. Without it those of the system are, and the
     * server's name is verified.
     *
     * {@snippet class="dev.millrace.http.HttpsTest" region="client"}
     */
    public HttpClientOptions withTls(TlsOptions tls) {
        return withNet(net.withTls(tls));
    }

    /**
     * These options with so many redirects followed. A redirect to another origin is asked without
     * Authorization and Cookie, and one whose body is not there whole, or that leads elsewhere than
     * to http or https, or from https to http, is not followed.
     *
     * {@snippet class="dev.millrace.http.HttpClientExamplesTest" region="redirects"}
     */
    public HttpClientOptions withRedirects(int redirects) {
        return new HttpClientOptions(pool, timeouts, limits, address, net, redirects, proxy);
    }

    /** These options with requests going through {@code proxy}. */
    public HttpClientOptions withProxy(HttpProxy proxy) {
        return new HttpClientOptions(
                pool, timeouts, limits, address, net, redirects, Optional.of(proxy));
    }
}
