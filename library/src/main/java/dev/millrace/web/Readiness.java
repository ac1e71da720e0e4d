package dev.millrace.web;

import dev.millrace.http.HttpHandler;
import dev.millrace.http.HttpServer;
import dev.millrace.http.ServerResponse;
import dev.millrace.loop.LoopStage;
import dev.millrace.net.ServerShutdown;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;

/**
 * Tells a balancer whether a server is to get requests, and takes the server out of its hands
 * before it ends.
 *
 * <pre>
 *   ready: 200 ──drain──▶ draining: 503, and all else is served ──the delay──▶ closing ──▶ closed
 *      │ ▲                                                                      ▲
 *      ▼ └ a condition does not hold: 503               drain once more, close ─┘
 * </pre>
 *
 * The delay is the time in which the balancer asks often enough to see the 503: its interval, times
 * the number of failures that it waits for. Belongs to the server's loop.
 *
 * {@snippet class="dev.millrace.web.ReadinessTest" region="readiness"}
 */
public final class Readiness {
    private static final Duration DELAY = Duration.ofSeconds(5);

    private final HttpServer server;
    private final Duration delay;
    private final List<BooleanSupplier> conditions = new ArrayList<>();
    private final LoopStage<ServerShutdown> end;
    private boolean isDraining;

    private Readiness(HttpServer server, Duration delay) {
        server.loop().checkThread();
        if (delay.isNegative()) {
            throw new IllegalArgumentException("the delay is " + delay + ": use zero or more");
        }
        this.server = server;
        this.delay = delay;
        this.end = new LoopStage<>(server.loop());
    }

    /** That of {@code server}, with a delay of five seconds. */
    public static Readiness of(HttpServer server) {
        return of(server, DELAY);
    }

    /**
     * That of {@code server}.
     *
     * @param delay from the first 503 to the end of listening
     * @throws IllegalArgumentException if it is negative
     */
    public static Readiness of(HttpServer server, Duration delay) {
        return new Readiness(server, delay);
    }

    /** The server is ready only while {@code condition} holds, which is asked at each request. */
    public Readiness when(BooleanSupplier condition) {
        server.loop().checkThread();
        conditions.add(Objects.requireNonNull(condition, "condition"));
        return this;
    }

    /** Whether the server is to get requests. */
    public boolean isReady() {
        server.loop().checkThread();
        return !isDraining
                && !server.net().isClosing()
                && conditions.stream().allMatch(BooleanSupplier::getAsBoolean);
    }

    /**
     * Responds 200 while the server {@linkplain #isReady is ready}, otherwise 503 with Retry-After,
     * on a connection that ends.
     */
    public HttpHandler ready() {
        return (request, response) -> {
            boolean isReady = isReady();
            if (!isReady) {
                response.status(503).header("Connection", "close");
                response.header("Retry-After", String.valueOf(Math.max(1, delay.toSeconds())));
            }
            end(response, isReady ? "ready\n" : "not ready\n");
        };
    }

    /** Responds 200 as long as the loop runs, while it drains as well. */
    public HttpHandler live() {
        return (request, response) -> end(response, "alive\n");
    }

    private static void end(ServerResponse response, String text) {
        response.header("Cache-Control", "no-store");
        response.header("Content-Type", "text/plain; charset=utf-8");
        response.end(text);
    }

    /**
     * From now on the server is not ready; after the delay it takes no further connection, and its
     * connections have {@code limit} to end, as {@link HttpServer#shutdown} has it. Called again,
     * the delay is over at once.
     *
     * @return what became of the connections
     * @throws IllegalArgumentException if {@code limit} is negative
     */
    public CompletionStage<ServerShutdown> drain(Duration limit) {
        server.loop().checkThread();
        if (limit.isNegative()) {
            throw new IllegalArgumentException("the limit is " + limit + ": use zero or more");
        }
        if (isDraining || delay.isZero()) {
            shutDown(limit);
        } else {
            server.loop().setTimeout(delay, () -> shutDown(limit));
        }
        isDraining = true;
        return end;
    }

    private void shutDown(Duration limit) {
        server.shutdown(limit)
                .whenComplete((shutdown, failure) -> {
                    if (failure == null) {
                        end.complete(shutdown);
                    } else {
                        end.completeExceptionally(failure);
                    }
                });
    }

    /** {@code Readiness[ready]}, {@code Readiness[draining]}. Any thread. */
    @Override
    public String toString() {
        return "Readiness[" + (isDraining ? "draining" : "ready") + "]";
    }
}
