package dev.millrace.cli;

import dev.millrace.http.HttpHandler;
import dev.millrace.http.HttpServer;
import dev.millrace.http.HttpServerOptions;
import dev.millrace.http.ServerResponse;
import dev.millrace.kernel.Address;
import dev.millrace.kernel.IpAddress;
import dev.millrace.loop.Loop;
import dev.millrace.tls.TlsOptions;
import dev.millrace.web.Readiness;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/** One handler behind one HTTP server for each address. */
final class HttpService implements Service {
    private final Loop loop;
    private final HttpServerOptions options;
    private final HttpHandler handler;
    private final Consumer<? super HttpServer> setUp;
    private final List<HttpServer> servers = new ArrayList<>();

    /** Those that serve, and lead nowhere else. */
    private final List<HttpServer> serving = new ArrayList<>();

    private final Optional<IpAddress> redirect;
    private final Draining draining;
    private final List<Readiness> readiness = new ArrayList<>();

    HttpService(Loop loop, HttpServerOptions options, HttpHandler handler) {
        this(loop, options, handler, server -> {}, Draining.NONE, Optional.empty());
    }

    /**
     * @param setUp gets each server before it listens
     * @param redirect where plain requests are led to the first address of https
     */
    HttpService(
            Loop loop,
            HttpServerOptions options,
            HttpHandler handler,
            Consumer<? super HttpServer> setUp,
            Draining draining,
            Optional<IpAddress> redirect) {
        this.loop = loop;
        this.redirect = redirect;
        this.draining = draining;
        this.setUp = setUp;
        this.options = options;
        this.handler = handler;
    }

    /** What an HTTP command runs; {@code handlers} makes one for each loop. */
    static ServerRun run(Arguments arguments, Function<Loop, HttpHandler> handlers) {
        return run(arguments, HttpSettings.read(arguments), handlers, server -> {});
    }

    /** As the other {@code run}, with options that are not all the user's. */
    static ServerRun run(
            Arguments arguments,
            HttpServerOptions how,
            Function<Loop, HttpHandler> handlers,
            Consumer<? super HttpServer> setUp) {
        ServerOptions where = ServerOptions.read(arguments, HttpSettings.DEFAULT_PORT);
        Draining draining = Draining.read(arguments);
        Optional<IpAddress> redirect = RedirectPort.read(arguments, where);
        Optional<ServerTls> tls = ServerTls.read(arguments, ServerOptions.host(arguments));
        HttpServerOptions options = tls.map(one -> how.withTls(one.load())).orElse(how);
        return new ServerRun(
                        new Scheme(tls.isPresent() ? "https" : "http", redirect),
                        redirect.map(where::with).orElse(where),
                        loop ->
                                new HttpService(
                                        loop,
                                        options,
                                        handlers.apply(loop),
                                        setUp,
                                        draining,
                                        redirect),
                        ServerRun.FINISH_MAX)
                .reloading(tls);
    }

    @Override
    public Loop loop() {
        return loop;
    }

    @Override
    public void listen(Address address, Runnable onListening, Consumer<IOException> onError) {
        boolean isRedirect = RedirectPort.is(redirect, address);
        HttpServer server = HttpServer.create(loop, isRedirect ? plain() : options);
        Readiness of = Readiness.of(server, draining.delay());
        readiness.add(of);
        HttpHandler own = isRedirect ? new HttpsRedirect(() -> serving.getFirst().port()) : handler;
        server.onRequest(draining.around(of, own));
        server.onListening(onListening).onError(onError).onHandlerError(HttpService::complain);
        setUp.accept(server);
        servers.add(server);
        if (!isRedirect) {
            serving.add(server);
        }
        server.listen(address);
    }

    private HttpServerOptions plain() {
        return options.withNet(options.net().withoutTls());
    }

    /** Answers 500, or cuts an answer that has begun; on the loop. */
    static void failed(ServerResponse response, Throwable thrown) {
        complain(thrown);
        response.fail(500, thrown);
    }

    static void complain(Throwable thrown) {
        Console.complain("a request failed with 500: " + Console.oneLine(thrown));
    }

    @Override
    public List<Address> addresses() {
        return servers.stream().flatMap(server -> server.net().address().stream()).toList();
    }

    @Override
    public void finish() {
        if (draining.delay().isZero()) {
            servers.forEach(HttpServer::close);
        } else {
            // What is left at the end ServerRun cuts off.
            readiness.forEach(one -> one.drain(ServerRun.FINISH_MAX));
        }
    }

    @Override
    public void reloadTls(TlsOptions tls) {
        serving.forEach(server -> server.reloadTls(tls));
    }

    @Override
    public Duration finishDelay() {
        return draining.delay();
    }

    @Override
    public void abort() {
        servers.forEach(HttpServer::closeAllConnections);
    }
}
