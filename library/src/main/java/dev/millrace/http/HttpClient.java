package dev.millrace.http;

import dev.millrace.http.wire.HeadWriter;
import dev.millrace.http.wire.RequestLine;
import dev.millrace.http.wire.WireLimits;
import dev.millrace.loop.Loop;
import dev.millrace.loop.TimerHandle;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP/1.1 client, which keeps connections to use them again, as Node's {@code http.Agent} does.
 * It reads responses as strictly as {@link HttpServer} reads requests: a broken one is an error,
 * and its connection is not used again. Redirects are not followed. Belongs to the loop's thread.
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
    private static final Duration CHECK_MAX = Duration.ofSeconds(1);
    private static final Duration CHECK_MIN = Duration.ofMillis(5);

    private final Loop loop;
    private final HttpClientOptions options;
    private final WireLimits limits;
    private final HeadWriter head = new HeadWriter();
    private final Map<Origin, OriginPool> pools = new HashMap<>();

    /** Looks at all connections in turn; null while there is none. */
    private @Nullable TimerHandle checks;

    private boolean isClosed;

    private HttpClient(Loop loop, HttpClientOptions options) {
        this.loop = loop;
        this.options = options;
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
     * @throws IllegalArgumentException unless it is an absolute URI of http; https is not built yet
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
        loop.checkThread();
        if (isClosed) {
            throw new IllegalStateException("the client is closed");
        }
        if (method.equals("CONNECT")) {
            throw new IllegalArgumentException("CONNECT makes a tunnel, which is not built yet");
        }
        URI parsed = URI.create(uri);
        Origin origin = Origin.of(parsed);
        RequestLine line = new RequestLine(method, Origin.target(parsed));
        return new ClientRequest(this, origin, line);
    }

    /** Made when a request is sent, gone with its last connection. */
    OriginPool pool(Origin origin) {
        return pools.computeIfAbsent(origin, made -> new OriginPool(this, made));
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

    /** The loop it belongs to. */
    public Loop loop() {
        return loop;
    }

    /** The request is over; it may wait for a connection. */
    void forget(Origin origin, ClientRequest request) {
        OriginPool pool = pools.get(origin);
        if (pool != null) {
            pool.forget(request);
        }
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
        if (checks == null) {
            checks = loop.setInterval(checkInterval(), this::check);
            checks.unref();
        }
    }

    /** A connection to {@code pool} is over. */
    void closed(OriginPool pool) {
        if (pool.isEmpty()) {
            pools.remove(pool.origin(), pool);
        }
        if (checks != null && pools.values().stream().allMatch(OriginPool::isEmpty)) {
            checks.close();
            checks = null;
        }
    }

    private void check() {
        long now = loop.hrtime();
        pools().forEach(pool -> pool.check(now));
    }

    /** What becomes of a connection may change the map. */
    private List<OriginPool> pools() {
        return new ArrayList<>(pools.values());
    }

    private Duration checkInterval() {
        HttpClientTimeouts timeouts = options.timeouts();
        Duration shortest =
                Stream.of(timeouts.response(), timeouts.body(), options.pool().idle())
                        .filter(Duration::isPositive)
                        .map(timeout -> timeout.dividedBy(4))
                        .reduce(CHECK_MAX, (a, b) -> a.compareTo(b) < 0 ? a : b);
        return shortest.compareTo(CHECK_MIN) < 0 ? CHECK_MIN : shortest;
    }

    /** One line for a log, with the limits of its pool. Any thread, any state. */
    @Override
    public String toString() {
        return "HttpClient[" + options.pool() + (isClosed ? ", closed]" : ", open]");
    }
}
