package dev.millrace.http;

import dev.millrace.net.NetSocket;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP server and its successor, on one loop. Requests for {@code /later} are answered by the
 * test, all others at once: with the server's name, the target and the body.
 */
final class MovingHttp implements AutoCloseable {
    final HttpFixture fixture;
    final HttpServer first;
    final HttpServer second;

    /** Responses of {@code /later}, of either server. */
    final List<ServerResponse> due = new ArrayList<>();

    /** What handlers saw, each server's name in front. */
    final List<String> seen = new ArrayList<>();

    boolean isRefusing;

    /** How often the successor was asked. */
    int asked;

    MovingHttp() {
        this(HttpServerOptions.DEFAULTS);
    }

    /** With options of both servers. */
    MovingHttp(HttpServerOptions options) {
        this(HttpFixture.of(loop -> HttpServer.create(loop, options)), options);
    }

    MovingHttp(HttpFixture fixture, HttpServerOptions options) {
        this.fixture = fixture;
        first = fixture.server();
        second =
                fixture.onLoop(() -> {
                    first.onRequest((request, response) -> serve("first", request, response));
                    first.net().moves().to(this::pass);
                    return HttpServer.create(
                                    first.loop(),
                                    options,
                                    (request, response) -> serve("second", request, response))
                            .listen(0, "127.0.0.1");
                });
        fixture.until(() -> second.net().isListening());
    }

    private void pass(NetSocket socket, Consumer<? super @Nullable IOException> outcome) {
        asked++;
        boolean isTaken = !isRefusing && second.net().moves().take(socket);
        outcome.accept(isTaken ? null : new IOException("full"));
    }

    private void serve(String name, ServerRequest request, ServerResponse response) {
        seen.add(name + " " + request.method() + " " + request.target());
        if (request.rawPath().equals("/later")) {
            due.add(response);
        } else if (request.rawPath().equals("/unread")) {
            response.end(name + " unread");
        } else {
            request.text(1000)
                    .thenAccept(text -> response.end(name + " " + request.target() + text));
        }
    }

    RawHttp connect() throws IOException {
        return fixture.connect();
    }

    /** The first server leaves, with time. */
    void leave() {
        fixture.run(() -> first.shutdown(Duration.ofHours(1)));
    }

    void answer(int index, String text) {
        fixture.run(() -> due.get(index).end(text));
    }

    HttpServerStatistics statistics(HttpServer server) {
        return fixture.onLoop(server::statistics);
    }

    /** Waits until so many have moved. */
    void untilMoved(int count) {
        fixture.until(() -> first.statistics().moves().away() == count);
    }

    @Override
    public void close() {
        fixture.run(() -> {
            second.close();
            second.closeAllConnections();
        });
        fixture.close();
    }
}
