package dev.millrace.http;

import dev.millrace.http.ClientExchange.Asked;
import dev.millrace.http.HttpClientStatistics.Counts;
import dev.millrace.http.HttpClientStatistics.Limit;
import dev.millrace.http.wire.HeadWriter;
import dev.millrace.http.wire.RequestLine;
import dev.millrace.http.wire.WireLimits;
import dev.millrace.kernel.SystemError;
import dev.millrace.loop.Loop;
import dev.millrace.loop.TimerHandle;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP/1.1 client, which keeps connections to use them again, as Node's {@code http.Agent} does.
 * It reads responses as strictly as {@link HttpServer} reads requests: a broken one is an error,
 * and its connection is not used again. Redirects are followed if the options say how many. Belongs
 * to the loop's thread.
 *
 * {@snippet class="dev.millrace.http.HttpClientExamplesTest" region="get"}
 *
 * <p>A connection that is idle does not keep the loop alive. One that gets a byte while it is idle,
 * or its end, is thrown away. It is looked at once more before it is used again; when it dies
 * nevertheless before any byte of the response, a request that may be repeated goes out once more:
 * one of an idempotent method (RFC 9110 section 9.2.2), without a body or with one that {@code
 * end(bytes)} gave whole.
 */
public final class HttpClient implements AutoCloseable {

    private final Loop loop;
    private final HttpClientOptions options;
    private final WireLimits limits;
    private final HeadWriter head = new HeadWriter();
    private final Map<ClientRoute, OriginPool> pools = new HashMap<>();

    /** Looks at all connections in turn, until it finds none; null then. */
    private @Nullable TimerHandle checks;

    private final Duration checkInterval;

    private boolean isClosed;

    private final Counts counts = new Counts();

    private HttpClient(Loop loop, HttpClientOptions options) {
        this.loop = loop;
        this.options = options;
        this.checkInterval = checkInterval(options);
        HttpLimits of = options.limits();
        this.limits =
                new WireLimits(
                        of.maxTargetBytes(),
                        of.maxHeaderBytes(),
                        of.maxHeaderLines(),
                        of.maxChunkExtensionBytes(),
                        of.maxBodyBytes());
    }

    /** A client with the default options. */
    public static HttpClient create(Loop loop) {
        return create(loop, HttpClientOptions.DEFAULTS);
    }

    /** A client with options. */
    public static HttpClient create(Loop loop, HttpClientOptions options) {
        loop.checkThread();
        return new HttpClient(loop, Objects.requireNonNull(options, "options"));
    }

    /**
     * Asks for {@code uri} and gives the response when its head is there. Its body is to be read,
     * whole or as a stream, or the response to be destroyed: as long as it is neither, it keeps its
     * connection.
     *
     * @throws IllegalArgumentException unless it is an absolute URI of http or https
     * @throws IllegalStateException if the client is closed
     */
    public CompletionStage<ClientResponse> get(String uri) {
        ClientRequest request = request("GET", uri);
        CompletionStage<ClientResponse> response = request.response();
        request.end();
        return response;
    }

    /**
     * A request that is still to be filled and ended.
     *
     * {@snippet class="dev.millrace.http.HttpClientExamplesTest" region="request"}
     *
     * @throws IllegalArgumentException if the method is no token, or CONNECT; otherwise as {@link
     *     #get}
     * @throws IllegalStateException if the client is closed
     */
    public ClientRequest request(String method, String uri) {
        checkOpen();
        if (method.equals("CONNECT")) {
            throw new IllegalArgumentException("CONNECT makes a tunnel: use connect");
        }
        URI parsed = URI.create(uri);
        Origin origin = Origin.of(parsed);
        ClientRoute route = ClientRoute.to(origin, options);
        RequestLine line = new RequestLine(method, route.target(origin, parsed));
        Asked asked = new Asked(parsed, origin, line);
        return new ClientRequest(this, route, asked, origin.authority());
    }

    /**
     * A request to a proxy for a tunnel (RFC 9110 section 9.3.6), which is still to be filled and
     * ended: {@link ClientRequest#onUpgrade} gets the socket, {@link ClientRequest#onResponse} what
     * is no 2xx. For requests through a proxy see {@link HttpClientOptions#withProxy}.
     *
     * {@snippet class="dev.millrace.http.HttpClientExamplesTest" region="connect"}
     *
     * @param proxy the URI of the proxy; its path means nothing
     * @param authority {@code host:port} to which the tunnel leads
     * @throws IllegalArgumentException if the authority has no port; otherwise as {@link #get}
     * @throws IllegalStateException if the client is closed
     */
    public ClientRequest connect(String proxy, String authority) {
        checkOpen();
        URI to = URI.create("http://" + authority);
        if (to.getPort() < 1
                || to.getUserInfo() != null
                || to.getHost() == null
                || !authority.equals(to.getRawAuthority())) {
            throw new IllegalArgumentException("\"" + authority + "\" is no host:port");
        }
        URI parsed = URI.create(proxy);
        Origin origin = Origin.of(parsed);
        Asked asked = new Asked(parsed, origin, new RequestLine("CONNECT", authority));
        return new ClientRequest(this, new ClientRoute(origin, null), asked, authority);
    }

    private void checkOpen() {
        loop.checkThread();
        if (isClosed) {
            throw new IllegalStateException("the client is closed");
        }
    }

    /** Made when a request is sent, gone with its last connection. */
    OriginPool pool(ClientRoute route) {
        OriginPool pool = pools.get(route);
        if (pool == null) {
            pool = new OriginPool(this, route);
            pools.put(route, pool);
        }
        return pool;
    }

    /**
     * Closes idle connections now, and the others when what is under way on them is over; a further
     * request is an error. Idempotent.
     */
    @Override
    public void close() {
        loop.checkThread();
        isClosed = true;
        pools().forEach(OriginPool::dropFree);
    }

    /** Whether {@link #close} was called. */
    public boolean isClosed() {
        loop.checkThread();
        return isClosed;
    }

    /** Connections that are open or being made, those of all origins. */
    public int socketCount() {
        loop.checkThread();
        return pools.values().stream().mapToInt(OriginPool::socketCount).sum();
    }

    /** Connections among them that are idle. */
    public int freeSocketCount() {
        loop.checkThread();
        return pools.values().stream().mapToInt(OriginPool::freeCount).sum();
    }

    /** What it has done so far, and what there is now. */
    public HttpClientStatistics statistics() {
        loop.checkThread();
        return counts.with(pools.values().stream().map(OriginPool::use).toList());
    }

    /** The loop it belongs to. */
    public Loop loop() {
        return loop;
    }

    /** The request is over; it may wait for a connection. */
    void forget(ClientRoute route, ClientExchange exchange) {
        OriginPool pool = pools.get(route);
        if (pool != null) {
            pool.forget(exchange);
        }
    }

    /** The request took too long. */
    void late(ClientExchange exchange, Limit limit, Duration length) {
        counts.late(limit);
        exchange.late(limit.error(exchange.route(), length));
    }

    /** No connection came about; {@code error} null: it was closed before. */
    IOException unreached(ClientRoute route, @Nullable IOException error) {
        if (error instanceof SystemError known && known.code().equals("ETIMEDOUT")) {
            counts.late(Limit.CONNECT);
            return Limit.CONNECT.error(route, options.timeouts().connect());
        }
        if (error == null) {
            return route.cutOff(false, false);
        }
        return route.proxy() == null
                ? error
                : new IOException(route + ": " + error.getMessage(), error);
    }

    Counts counts() {
        return counts;
    }

    HttpClientOptions options() {
        return options;
    }

    WireLimits limits() {
        return limits;
    }

    HeadWriter head() {
        return head;
    }

    /** One at least is open now. */
    void opened() {
        counts.connections++;
        if (checks == null) {
            checks = loop.setInterval(checkInterval, this::check);
            checks.unref();
        }
    }

    /** A connection to {@code pool} is over. */
    void closed(OriginPool pool) {
        if (pool.isEmpty()) {
            pools.remove(pool.route(), pool);
        }
    }

    private void check() {
        if (checks != null && pools.values().stream().allMatch(OriginPool::isEmpty)) {
            checks.close();
            checks = null;
            return;
        }
        long now = loop.hrtime();
        pools().forEach(pool -> pool.check(now));
    }

    /** What becomes of a connection may change the map. */
    private List<OriginPool> pools() {
        return new ArrayList<>(pools.values());
    }

    private static Duration checkInterval(HttpClientOptions options) {
        HttpClientTimeouts timeouts = options.timeouts();
        return HttpTimeouts.checkInterval(
                timeouts.waiting(),
                timeouts.response(),
                timeouts.body(),
                timeouts.total(),
                options.pool().idle());
    }

    /** One line for a log, with the limits of its pool. Any thread, any state. */
    @Override
    public String toString() {
        return "HttpClient[" + options.pool() + (isClosed ? ", closed]" : ", open]");
    }
}
