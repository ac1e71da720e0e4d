package dev.millrace.http;

import dev.millrace.kernel.Address;
import dev.millrace.net.NetSocketOptions;
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
 */
public record HttpClientOptions(
        HttpPoolLimits pool,
        HttpClientTimeouts timeouts,
        HttpLimits limits,
        Optional<Address> address,
        NetSocketOptions net) {
    /** The defaults of each part, and connections to the hosts that the URIs name. */
    public static final HttpClientOptions DEFAULTS =
            new HttpClientOptions(
                    HttpPoolLimits.DEFAULTS,
                    HttpClientTimeouts.DEFAULTS,
                    HttpLimits.DEFAULTS,
                    Optional.empty(),
                    NetSocketOptions.DEFAULTS);

    public HttpClientOptions {
        Objects.requireNonNull(pool, "pool");
        Objects.requireNonNull(timeouts, "timeouts");
        Objects.requireNonNull(limits, "limits");
        Objects.requireNonNull(address, "address");
        Objects.requireNonNull(net, "net");
    }

    /** These options with another pool. */
    public HttpClientOptions withPool(HttpPoolLimits pool) {
        return new HttpClientOptions(pool, timeouts, limits, address, net);
    }

    /** These options with other timeouts. */
    public HttpClientOptions withTimeouts(HttpClientTimeouts timeouts) {
        return new HttpClientOptions(pool, timeouts, limits, address, net);
    }

    /** These options with other limits. */
    public HttpClientOptions withLimits(HttpLimits limits) {
        return new HttpClientOptions(pool, timeouts, limits, address, net);
    }

    /** These options with every connection leading to {@code address}. */
    public HttpClientOptions withAddress(Address address) {
        return new HttpClientOptions(pool, timeouts, limits, Optional.of(address), net);
    }

    /** These options with other connections below. */
    public HttpClientOptions withNet(NetSocketOptions net) {
        return new HttpClientOptions(pool, timeouts, limits, address, net);
    }
}
