package dev.millrace.http;

import dev.millrace.loop.Loop;
import dev.millrace.loop.RunMode;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * An HTTP server on a loop of its own, in a thread of its own, for a test that talks to it with
 * blocking sockets. Closing it destroys what is open, waits for the loop to end by itself, and
 * fails if a callback threw something that nobody took care of.
 */
final class HttpFixture implements AutoCloseable {
    private static final Duration DEADLINE = Duration.ofSeconds(10);

    /** Turns without waiting, before a condition is asked only once a millisecond. */
    private static final int EAGER_TURNS = 1000;

    private final CompletableFuture<HttpServer> listening = new CompletableFuture<>();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final List<Throwable> handlerErrors = new ArrayList<>();
    private final HttpServer server;

    private HttpFixture(
            Supplier<Loop> maker, Function<Loop, HttpServer> setup, Consumer<HttpServer> listen) {
        Thread.ofPlatform().name("http-fixture").start(() -> run(maker, setup, listen));
        this.server = get(listening);
    }

    /** A server with the default options on a free port. */
    static HttpFixture serve(HttpHandler handler) {
        return serve(HttpServerOptions.DEFAULTS, handler);
    }

    static HttpFixture serve(HttpServerOptions options, HttpHandler handler) {
        return on(Loop::create, loop -> HttpServer.create(loop, options, handler));
    }

    static HttpFixture serve(HttpLimits limits, HttpHandler handler) {
        return serve(HttpServerOptions.DEFAULTS.withLimits(limits), handler);
    }

    static HttpFixture serve(HttpTimeouts timeouts, HttpHandler handler) {
        return serve(HttpServerOptions.DEFAULTS.withTimeouts(timeouts), handler);
    }

    static HttpFixture on(Supplier<Loop> maker, Function<Loop, HttpServer> setup) {
        return new HttpFixture(maker, setup, server -> server.listen(0, "127.0.0.1"));
    }

    static HttpFixture onPath(String path, HttpHandler handler) {
        return new HttpFixture(
                Loop::create,
                loop -> HttpServer.create(loop, handler),
                server -> server.listen(path));
    }

    private void run(
            Supplier<Loop> maker, Function<Loop, HttpServer> setup, Consumer<HttpServer> listen) {
        try (Loop loop = maker.get()) {
            HttpServer made = setup.apply(loop);
            made.onListening(() -> listening.complete(made));
            made.onHandlerError(handlerErrors::add);
            listen.accept(made);
            loop.run(RunMode.DEFAULT);
            ended.complete(null);
        } catch (Throwable thrown) {
            ended.completeExceptionally(thrown);
            listening.completeExceptionally(thrown);
        }
    }

    HttpServer server() {
        return server;
    }

    int port() {
        return onLoop(server::port);
    }

    /** What the handlers threw so far. */
    List<Throwable> handlerErrors() {
        return onLoop(() -> List.copyOf(handlerErrors));
    }

    RawHttp connect() throws IOException {
        return RawHttp.connect(port());
    }

    /** Runs {@code question} on the loop and answers what it answers. */
    <T> T onLoop(Supplier<T> question) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        server.loop()
                .execute(() -> {
                    try {
                        answer.complete(question.get());
                    } catch (Throwable thrown) {
                        answer.completeExceptionally(thrown);
                    }
                });
        return get(answer);
    }

    void run(Runnable task) {
        onLoop(() -> {
            task.run();
            return true;
        });
    }

    /** Waits until {@code condition}, asked on the loop in every turn, is true. */
    void until(BooleanSupplier condition) {
        CompletableFuture<Boolean> met = new CompletableFuture<>();
        run(() -> ask(condition, met, 0));
        get(met);
    }

    private void ask(BooleanSupplier condition, CompletableFuture<Boolean> met, int asked) {
        if (condition.getAsBoolean()) {
            met.complete(true);
        } else if (asked < EAGER_TURNS) {
            server.loop().setImmediate(() -> ask(condition, met, asked + 1));
        } else {
            server.loop().setTimeout(Duration.ofMillis(1), () -> ask(condition, met, asked));
        }
    }

    /** Waits until the only connection has received {@code count} bytes. */
    void untilRead(long count) {
        until(() ->
                server.connections().size() == 1
                        && server.connections().getFirst().socket().bytesRead() >= count);
    }

    /** Waits until no connection is left. */
    void untilEmpty() {
        until(() -> server.connectionCount() == 0);
    }

    private static <T> T get(CompletableFuture<T> future) {
        try {
            return future.get(DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new AssertionError(e.getCause());
        } catch (TimeoutException | InterruptedException e) {
            throw new AssertionError("it did not happen within " + DEADLINE, e);
        }
    }

    /** Waits until the loop has ended by itself: nothing may keep it alive any more. */
    void awaitEnd() {
        get(ended);
    }

    @Override
    public void close() {
        if (!ended.isDone()) {
            server.loop()
                    .execute(() -> {
                        server.close();
                        server.closeAllConnections();
                    });
        }
        awaitEnd();
    }
}
