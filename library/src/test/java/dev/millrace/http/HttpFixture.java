package dev.millrace.http;

import dev.millrace.driver.Driver;
import dev.millrace.kernel.IpAddress;
import dev.millrace.loop.DriverLoops;
import dev.millrace.loop.Loop;
import dev.millrace.net.NetSocket;
import dev.millrace.testing.Ends;
import dev.millrace.testing.Kernel;
import dev.millrace.testing.LoopFixture;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * An HTTP server on a loop of its own, for a test that talks to it with blocking sockets. Closing
 * it destroys what is open, waits for the loop to end by itself, and fails if a callback threw
 * something that no listener took.
 */
public final class HttpFixture implements AutoCloseable {
    /** What comes of what is due now, and of that. */
    private static final int TURNS = 4;

    /** What comes at once. */
    private static final int FEW_BYTES = 16 << 10;

    private final LoopFixture fixture;
    private final HttpServer server;
    private final List<Throwable> handlerErrors = new ArrayList<>();
    private boolean isOver;

    private HttpFixture(
            LoopFixture fixture, Function<Loop, HttpServer> maker, Consumer<HttpServer> listen) {
        this.fixture = fixture;
        CompletableFuture<HttpServer> listening = new CompletableFuture<>();
        fixture.act(() -> {
            HttpServer made = maker.apply(fixture.loop());
            made.onListening(() -> listening.complete(made));
            made.onHandlerError(handlerErrors::add);
            listen.accept(made);
        });
        server = fixture.await(listening);
    }

    /** A server with the default options on a free port. */
    public static HttpFixture serve(HttpHandler handler) {
        return serve(HttpServerOptions.DEFAULTS, handler);
    }

    public static HttpFixture serve(HttpServerOptions options, HttpHandler handler) {
        return on(DriverLoops::open, options, handler);
    }

    public static HttpFixture serve(HttpLimits limits, HttpHandler handler) {
        return serve(HttpServerOptions.DEFAULTS.withLimits(limits), handler);
    }

    public static HttpFixture serve(HttpTimeouts timeouts, HttpHandler handler) {
        return serve(HttpServerOptions.DEFAULTS.withTimeouts(timeouts), handler);
    }

    public static HttpFixture on(
            Supplier<? extends Driver> driver, HttpServerOptions options, HttpHandler handler) {
        return new HttpFixture(
                LoopFixture.on(driver),
                loop -> Ends.http(loop, options, handler),
                server -> server.listen(0, "127.0.0.1"));
    }

    /** Of a server that {@code maker} makes. */
    public static HttpFixture of(Function<Loop, HttpServer> maker) {
        return new HttpFixture(new LoopFixture(), maker, server -> server.listen(0, "127.0.0.1"));
    }

    /** Of a server that {@code maker} makes, on a driver of the test's. */
    public static HttpFixture on(
            Supplier<? extends Driver> driver, Function<Loop, HttpServer> maker) {
        return new HttpFixture(
                LoopFixture.on(driver), maker, server -> server.listen(0, "127.0.0.1"));
    }

    /** Of a server that {@code maker} makes, and that listens as {@code listen} has it. */
    public static HttpFixture of(Function<Loop, HttpServer> maker, Consumer<HttpServer> listen) {
        return new HttpFixture(new LoopFixture(), maker, listen);
    }

    public static HttpFixture onPath(String path, HttpHandler handler) {
        return new HttpFixture(
                new LoopFixture(),
                loop -> HttpServer.create(loop, handler),
                server -> server.listen(path));
    }

    public HttpServer server() {
        return server;
    }

    public int port() {
        return onLoop(server::port);
    }

    /** What the server has counted; from outside the loop. */
    public long requestCount() {
        return onLoop(server::requestCount);
    }

    public long handlerErrorCount() {
        return onLoop(server::handlerErrorCount);
    }

    public int connectionCount() {
        return onLoop(() -> server.net().connectionCount());
    }

    public long droppedCount() {
        return onLoop(() -> server.net().droppedCount());
    }

    /** What the handlers threw so far. */
    public List<Throwable> handlerErrors() {
        return onLoop(() -> List.copyOf(handlerErrors));
    }

    public RawHttp connect() throws IOException {
        return RawHttp.connect(port());
    }

    /** Runs {@code question} on the loop and answers what it answers. */
    public <T> T onLoop(Callable<T> question) {
        return fixture.call(question);
    }

    public void run(LoopFixture.Task task) {
        fixture.act(task);
    }

    /** Waits until {@code condition}, asked on the loop in every turn, is true. */
    public void until(BooleanSupplier condition) {
        CompletableFuture<Boolean> met = new CompletableFuture<>();
        run(() -> ask(condition, met));
        fixture.await(met);
    }

    private void ask(BooleanSupplier condition, CompletableFuture<Boolean> met) {
        try {
            if (condition.getAsBoolean()) {
                met.complete(true);
            } else {
                server.loop().setImmediate(() -> ask(condition, met));
            }
        } catch (Throwable thrown) {
            met.completeExceptionally(thrown);
        }
    }

    /** Waits until everything that is due now has happened. */
    public void turns() {
        int[] asked = {0};
        until(() -> ++asked[0] > TURNS);
    }

    /**
     * Waits until the only connection has received {@code count} bytes. Behind TLS the line has
     * more of them: few are there when the kernel has none left, and when their turns are over.
     */
    public void untilRead(long count) {
        until(() ->
                server.connections().size() == 1
                        && server.connections().getFirst().socket().bytesRead() >= count);
        if (Ends.HAVE_TLS && count < FEW_BYTES) {
            Kernel.await("all is read", () -> onLoop(this::isAllRead));
            turns();
        }
    }

    private boolean isAllRead() {
        return server.connections().stream()
                .map(one -> one.socket())
                .allMatch(socket -> socket.isPaused() || unreadBytes(socket) <= 0);
    }

    private static long unreadBytes(NetSocket socket) {
        return socket.remoteAddress()
                .map(remote ->
                        Kernel.unreadBytes(
                                ((IpAddress) socket.localAddress().orElseThrow()).port(),
                                ((IpAddress) remote).port()))
                .orElse(0L);
    }

    /** Waits until no connection is left. */
    public void untilEmpty() {
        until(() -> server.connections().isEmpty());
    }

    /** Waits until the loop has ended by itself: nothing may keep it alive any more. */
    public void awaitEnd() {
        isOver = true;
        fixture.awaitEnd();
    }

    @Override
    public void close() {
        if (!isOver) {
            run(() -> {
                server.close();
                server.closeAllConnections();
            });
            awaitEnd();
        }
    }
}
