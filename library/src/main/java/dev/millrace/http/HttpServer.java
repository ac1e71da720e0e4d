package dev.millrace.http;

import dev.millrace.kernel.Address;
import dev.millrace.loop.Loop;
import dev.millrace.loop.TimerHandle;
import dev.millrace.net.NetServer;
import dev.millrace.net.NetServerOptions;
import dev.millrace.net.NetSocket;
import dev.millrace.net.ServerShutdown;
import dev.millrace.stream.Listeners;
import dev.millrace.tls.TlsOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP/1.1 server, as Node's {@code http.Server} is, over TCP or a Unix socket: a {@link
 * NetServer} whose connections speak HTTP. What is not about HTTP (how it listens, pausing, what it
 * counts) is at {@link #net}. Strict by default; its limits and timeouts are in {@link
 * HttpServerOptions}. Belongs to its loop's thread.
 */
public final class HttpServer implements AutoCloseable {
    /** How long a connection reads on after its last response while nothing comes. */
    static final Duration LINGER_IDLE_MAX = Duration.ofSeconds(2);

    /** How long, and how much, it reads on in all. */
    static final Duration LINGER_MAX = Duration.ofSeconds(30);

    static final long LINGER_MAX_BYTES = 64 << 20;

    /** How much is thrown away so that another request can be read, or before a response is out. */
    static final long DISCARD_MAX_BYTES = 1 << 20;

    private final Loop loop;
    private final HttpServerOptions options;
    private final HandlerCalls handlerCalls;
    private final BodyDelivery bodyDelivery;
    private final NetServer server;
    private final ParserPool parsers;
    private final RequestIntake.Turns turns;
    private final ResponseHead head;
    private final HttpServerStatistics.Counts counts = new HttpServerStatistics.Counts();

    /** Each exchange needs its own times: for the listener, or for the limit of handlers. */
    private boolean isTracing;

    private @Nullable Consumer<? super HttpExchange> exchangeListener;
    private final List<ServerConnection> connections = new ArrayList<>();

    /**
     * One timer for all connections. It runs until it finds none: an idle server does nothing, and
     * connections that come and go one by one do not start it each time.
     */
    private final TimerHandle checks;

    private final Duration checkInterval;

    private HttpServer(Loop loop, HttpServerOptions options) {
        this.loop = loop;
        this.options = Objects.requireNonNull(options, "options");
        this.isTracing = options.timeouts().handler().isPositive();
        this.handlerCalls = new HandlerCalls(loop);
        this.bodyDelivery = new BodyDelivery(loop);
        this.parsers = new ParserPool(options.limits());
        this.turns = new RequestIntake.Turns(loop);
        this.head = new ResponseHead(loop, options.timeouts());
        this.checks = new TimerHandle(loop);
        this.checkInterval = checkInterval(options.timeouts());
        // The peer may end its side after its request and still wants the response (row J2).
        NetServerOptions net = options.net().withAllowHalfOpen(true).withPauseOnConnect(false);
        this.server = NetServer.create(loop, net).onClosing(this::closeIdle);
    }

    /** A server that gives each request to its {@link #onRequest} handler. */
    public static HttpServer create(Loop loop) {
        return create(loop, HttpServerOptions.DEFAULTS);
    }

    /** As {@link #create(Loop)}, with options. */
    public static HttpServer create(Loop loop, HttpServerOptions options) {
        return new HttpServer(loop, options);
    }

    /**
     * A server that gives each request to {@code handler}.
     *
     * {@snippet class="dev.millrace.http.HttpExamplesTest" region="server"}
     */
    public static HttpServer create(Loop loop, HttpHandler handler) {
        return create(loop, HttpServerOptions.DEFAULTS, handler);
    }

    /** As {@link #create(Loop, HttpHandler)}, with options. */
    public static HttpServer create(Loop loop, HttpServerOptions options, HttpHandler handler) {
        return create(loop, options).onRequest(handler);
    }

    /**
     * As {@link NetServer#listen(int)}.
     *
     * {@snippet class="dev.millrace.http.HttpExamplesTest" region="listen"}
     */
    public HttpServer listen(int port) {
        server.listen(port);
        return this;
    }

    /** As {@link NetServer#listen(int, String)}. */
    public HttpServer listen(int port, String host) {
        server.listen(port, host);
        return this;
    }

    /** As {@link NetServer#listen(Address)}. */
    public HttpServer listen(Address address) {
        server.listen(address);
        return this;
    }

    /** As {@link NetServer#listen(String)}: a Unix socket. */
    public HttpServer listen(String path) {
        server.listen(path);
        return this;
    }

    private void connected(NetSocket socket) {
        ServerConnection connection = serve(socket);
        if (server.moves().isTaking()) {
            connection.moved();
        }
    }

    /** No successor has taken it. */
    void returned(NetSocket socket) {
        serve(socket).stay();
    }

    private ServerConnection serve(NetSocket socket) {
        ServerConnection connection = new ServerConnection(this, socket);
        connection.index = connections.size();
        connections.add(connection);
        if (!checks.isActive()) {
            checks.start(checkInterval, checkInterval, this::checkSoon);
            checks.unref();
        }
        return connection;
    }

    private static Duration checkInterval(HttpTimeouts timeouts) {
        return HttpTimeouts.checkInterval(
                timeouts.header(),
                timeouts.request(),
                timeouts.keepAlive(),
                timeouts.write(),
                timeouts.handler(),
                timeouts.bodyRate().grace(),
                timeouts.sendRate().grace());
    }

    /** A loop that was busy has not heard everything yet: its next poll comes first. */
    private void checkSoon() {
        loop.setImmediate(this::check);
    }

    /** Backwards, because a connection that is closed meanwhile is replaced by the last one. */
    private void check() {
        if (connections.isEmpty()) {
            checks.stop();
            return;
        }
        long now = loop.hrtime();
        for (int at = connections.size() - 1; at >= 0; at--) {
            if (at < connections.size()) {
                connections.get(at).clock().check(options.timeouts(), now);
            }
        }
    }

    void closed(ServerConnection connection) {
        ServerConnection last = connections.removeLast();
        if (last != connection) {
            connections.set(connection.index, last);
            last.index = connection.index;
        }
    }

    /**
     * A request came: its head is complete, its body is not. Until there is a handler no connection
     * is taken.
     *
     * {@snippet class="dev.millrace.http.HttpExamplesTest" region="onRequest"}
     */
    public HttpServer onRequest(HttpHandler handler) {
        loop.checkThread();
        handlerCalls.handler(handler);
        server.onConnection(this::connected);
        return this;
    }

    /**
     * A client wants another protocol on its connection (RFC 9110 section 7.8): an HTTP/1.1 request
     * with {@code Upgrade} and {@code Connection: upgrade}. Once the responses before it are out
     * the connection is no longer one of this server's, and {@code listener} gets the request and
     * the socket; it responds with {@link ServerRequest#upgrade}. Limits and timeouts end there,
     * and the peer's end is the listener's to follow with one of its own; {@link #close} and {@link
     * #shutdown} still wait for the socket, {@link #closeAllConnections} does not know it.
     *
     * <p>Without a listener the field is ignored, and the request served as usual; so is one with a
     * body, which belongs to HTTP.
     *
     * {@snippet class="dev.millrace.http.HttpUpgradeExamplesTest" region="upgrade"}
     *
     * @throws IllegalStateException if there is a listener
     */
    public HttpServer onUpgrade(ServerUpgrade.Listener listener) {
        return onUpgrade(request -> true, listener);
    }

    /**
     * As {@link #onUpgrade(ServerUpgrade.Listener)}, of those requests that are to leave; {@link
     * #onRequest}'s handler gets the others, and may respond with 403 or 426, on a connection that
     * goes on.
     *
     * {@snippet class="dev.millrace.http.HttpUpgradeExamplesTest" region="upgradeWhen"}
     */
    public HttpServer onUpgrade(
            Predicate<? super ServerRequest> when, ServerUpgrade.Listener listener) {
        loop.checkThread();
        handlerCalls.upgrades =
                Listeners.once(
                        handlerCalls.upgrades,
                        new ServerUpgrade.Taker(when, listener),
                        "onUpgrade");
        return this;
    }

    /**
     * A client wants a tunnel to {@link ServerRequest#authority} (CONNECT, RFC 9110 section 9.3.6);
     * otherwise as {@link #onUpgrade(ServerUpgrade.Listener)}. Without a listener CONNECT gets 501,
     * and the connection ends; with a body it gets 400.
     *
     * {@snippet class="dev.millrace.http.HttpUpgradeExamplesTest" region="connect"}
     *
     * @throws IllegalStateException if there is a listener
     */
    public HttpServer onConnect(ServerUpgrade.Listener listener) {
        return onConnect(request -> true, listener);
    }

    /**
     * As {@link #onConnect(ServerUpgrade.Listener)}, of those requests that are to leave; {@link
     * #onRequest}'s handler gets the others. What it responds with 2xx has no content, and ends the
     * connection.
     */
    public HttpServer onConnect(
            Predicate<? super ServerRequest> when, ServerUpgrade.Listener listener) {
        loop.checkThread();
        handlerCalls.connects =
                Listeners.once(
                        handlerCalls.connects,
                        new ServerUpgrade.Taker(when, listener),
                        "onConnect");
        return this;
    }

    /**
     * A client waits for a 100 before it sends the body ({@code Expect: 100-continue}): {@code
     * handler} is called in place of that of {@link #onRequest}. It may refuse by the head alone;
     * {@link ServerResponse#writeContinue}, or to read the body, makes the client go on. Without
     * this handler that of onRequest does the same.
     *
     * {@snippet class="dev.millrace.http.HttpUpgradeExamplesTest" region="checkContinue"}
     */
    public HttpServer onCheckContinue(HttpHandler handler) {
        loop.checkThread();
        handlerCalls.continueHandler(handler);
        return this;
    }

    /**
     * A request expects something other than 100-continue: {@code handler} is called in place of
     * that of {@link #onRequest}. Without it the response is 417 (RFC 9110 section 10.1.1).
     */
    public HttpServer onCheckExpectation(HttpHandler handler) {
        loop.checkThread();
        handlerCalls.expectationHandler(handler);
        return this;
    }

    /** It listens. */
    public HttpServer onListening(Runnable listener) {
        server.onListening(listener);
        return this;
    }

    /**
     * The outcome of the listen as a stage, as {@link NetServer#listening} has it.
     *
     * {@snippet class="dev.millrace.http.HttpExamplesTest" region="listening"}
     */
    public CompletionStage<HttpServer> listening() {
        return server.listening().thenApply(listening -> this);
    }

    /** Listening failed; without this listener that ends the program, see {@link NetServer}. */
    public HttpServer onError(Consumer<? super IOException> listener) {
        server.onError(listener);
        return this;
    }

    /** It is closed, and its last connection is gone. */
    public HttpServer onClose(Runnable listener) {
        server.onClose(listener);
        return this;
    }

    /** A handler threw; the peer got a 500. Without this listener it is logged. */
    public HttpServer onHandlerError(Consumer<? super Throwable> listener) {
        loop.checkThread();
        handlerCalls.listener(listener);
        return this;
    }

    /**
     * Takes no further connection, closes those that wait for a request, and lets the others end
     * with the response to theirs. {@link #onClose} is told when the last one is gone.
     *
     * <p>A server with a {@link dev.millrace.net.Successor}, as {@link
     * dev.millrace.net.ConnectionMoves} has it, closes none of them: each goes on there as soon as
     * nothing is due on it, with what has come of its next request. What can't move ends as above:
     * with a filter, behind a response that the end of the connection ends, and when the successor
     * refuses. Upgraded sockets and tunnels are their listener's to end.
     *
     * {@snippet class="dev.millrace.http.HttpExamplesTest" region="close"}
     */
    @Override
    public void close() {
        server.close();
    }

    /**
     * As {@link #close()}, but what is not done at {@code limit} is cut off then, as {@link
     * NetServer#shutdown} has it.
     *
     * {@snippet class="dev.millrace.http.HttpExamplesTest" region="shutdown"}
     */
    public CompletionStage<ServerShutdown> shutdown(Duration limit) {
        return server.shutdown(limit);
    }

    private void closeIdle() {
        List.copyOf(connections).forEach(ServerConnection::closeWhenIdle);
    }

    /**
     * Destroys every connection, whatever it is doing. A response that is cut off by this never
     * looks whole: where only the end of the connection ends its body, the client gets a reset.
     */
    public void closeAllConnections() {
        loop.checkThread();
        List.copyOf(connections).forEach(connection -> connection.responses().abort());
    }

    /**
     * The server below: every form of {@code listen}, {@code pause}, {@code unref}, drops, errors
     * of accepting, its address and its counts. To close either is the same.
     *
     * {@snippet class="dev.millrace.http.HttpExamplesTest" region="net"}
     */
    public NetServer net() {
        loop.checkThread();
        return server;
    }

    /**
     * As {@link NetServer#reloadTls}; ALPN is {@code http/1.1} unless {@code tls} names others.
     *
     * @throws IllegalArgumentException as there
     * @throws IllegalStateException if the server was made without TLS
     */
    public HttpServer reloadTls(TlsOptions tls) {
        net().reloadTls(options.withTls(tls).net().tls().orElseThrow());
        return this;
    }

    /** As {@link NetServer#port}. */
    public int port() {
        return server.port();
    }

    /** How many requests were given to the handler so far. */
    public long requestCount() {
        loop.checkThread();
        return handlerCalls.count();
    }

    /** How many times the handler threw so far. */
    public long handlerErrorCount() {
        loop.checkThread();
        return handlerCalls.failures();
    }

    /**
     * What it has counted so far: requests, refusals by cause, timeouts by kind.
     *
     * {@snippet class="dev.millrace.http.HttpObservationExamplesTest" region="statistics"}
     */
    public HttpServerStatistics statistics() {
        loop.checkThread();
        return counts.of(handlerCalls, server.moves().counts());
    }

    HttpServerStatistics.Counts counts() {
        return counts;
    }

    /**
     * An exchange is over, one way or the other: told once for each request, and for bytes that
     * were refused because they are none, soon after it. For an access log. Without a listener it
     * costs nothing.
     *
     * {@snippet class="dev.millrace.http.HttpObservationExamplesTest" region="exchange"}
     *
     * @throws IllegalStateException if there is a listener
     */
    public HttpServer onExchange(Consumer<? super HttpExchange> listener) {
        loop.checkThread();
        exchangeListener = Listeners.once(exchangeListener, listener, "onExchange");
        isTracing = true;
        return this;
    }

    boolean isTracing() {
        return isTracing;
    }

    boolean hasExchangeListener() {
        return exchangeListener != null;
    }

    /** Not from inside the call that brought it about. */
    void tell(HttpExchange exchange) {
        Consumer<? super HttpExchange> listener = Objects.requireNonNull(exchangeListener);
        loop.nextTick(() -> listener.accept(exchange));
    }

    /** The loop it belongs to. */
    public Loop loop() {
        return loop;
    }

    List<ServerConnection> connections() {
        return connections;
    }

    HandlerCalls handlerCalls() {
        return handlerCalls;
    }

    BodyDelivery bodyDelivery() {
        return bodyDelivery;
    }

    ParserPool parsers() {
        return parsers;
    }

    RequestIntake.Turns turns() {
        return turns;
    }

    ResponseHead head() {
        return head;
    }

    /** Whether a connection's request with this number is the last one it may make. */
    boolean isLast(int request) {
        return request == options.maxRequestsPerConnection();
    }

    HttpServerOptions options() {
        return options;
    }

    HttpLimits limits() {
        return options.limits();
    }

    boolean isClosing() {
        return server.isClosing();
    }

    /**
     * One line for a log: {@code HttpServer[listening tcp://127.0.0.1:8080, 3 connections, 17
     * requests]}. Any thread, any state.
     */
    @Override
    public String toString() {
        String net = server.toString();
        String inner = net.substring(net.indexOf('[') + 1, net.length() - 1);
        return "HttpServer[" + inner + ", " + handlerCalls.count() + " requests]";
    }
}
