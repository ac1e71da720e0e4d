package dev.millrace.http;

import dev.millrace.http.HttpClientStatistics.Limit;
import dev.millrace.loop.Loop;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The connections of one route, and the requests that wait for one.
 *
 * <pre>
 *   request ─▶ free one, the last used first ─▶ looked at ─▶ serves it
 *         └──▶ none free, room for one more ─▶ opened ──────────▲
 *         └──▶ neither ─▶ waits ─▶ the next that becomes free or makes room
 * </pre>
 *
 * A request under which an idle connection has died takes a new one: the others that are idle are
 * as old, and may be dead as well.
 *
 * <p>The one used last is the one least likely to be closed by the server, and those that are not
 * needed grow old.
 */
final class OriginPool {
    private final HttpClient client;
    private final ClientRoute route;
    private final Set<ClientConnection> open = new LinkedHashSet<>();
    private final Deque<ClientConnection> free = new ArrayDeque<>();
    private final Deque<ClientExchange> waiting = new ArrayDeque<>();

    OriginPool(HttpClient client, ClientRoute route) {
        this.client = client;
        this.route = route;
    }

    HttpClient client() {
        return client;
    }

    Loop loop() {
        return client.loop();
    }

    ClientRoute route() {
        return route;
    }

    private HttpPoolLimits limits() {
        return client.options().pool();
    }

    /** Sends {@code exchange} as soon as there is a connection for it. */
    void submit(ClientExchange exchange) {
        ClientConnection last = exchange.isForFresh() ? null : free.poll();
        if (last != null) {
            last.serveAgain(exchange);
        } else if (open.size() < limits().maxSockets()) {
            open(exchange);
        } else if (waiting.size() < limits().maxWaiting()) {
            exchange.waits();
            waiting.add(exchange);
        } else {
            exchange.fail(
                    new IOException(waiting.size() + " requests wait for " + route + " already"));
        }
    }

    private void open(ClientExchange exchange) {
        ClientConnection connection =
                new ClientConnection(this, route.open(loop(), client.options()));
        open.add(connection);
        client.opened();
        connection.serve(exchange);
    }

    /** The request is over before it had a connection. */
    void forget(ClientExchange exchange) {
        waiting.remove(exchange);
    }

    /** {@code connection} can serve another request. */
    void becameFree(ClientConnection connection) {
        ClientExchange next = waiting.peek();
        if (next != null && next.isForFresh()) {
            // Its close makes the room.
            connection.drop();
        } else if (next != null) {
            connection.serveAgain(waiting.remove());
        } else if (client.isClosed() || free.size() >= limits().maxFreeSockets()) {
            connection.drop();
        } else {
            free.push(connection);
            connection.rest();
        }
    }

    /** {@code connection} serves no request any more: it is being closed. */
    void left(ClientConnection connection) {
        free.remove(connection);
    }

    /** {@code connection} is closed; {@code orphan}: what it should have served, or null. */
    void closed(ClientConnection connection, @Nullable ClientExchange orphan) {
        free.remove(connection);
        open.remove(connection);
        if (orphan != null) {
            submit(orphan);
        }
        serveWaiting();
        client.closed(this);
    }

    /** {@code connection} is another owner's now. */
    void gave(ClientConnection connection) {
        open.remove(connection);
        serveWaiting();
        client.closed(this);
    }

    private void serveWaiting() {
        ClientExchange next = open.size() < limits().maxSockets() ? waiting.poll() : null;
        if (next != null) {
            submit(next);
        }
    }

    void dropFree() {
        List.copyOf(free).forEach(ClientConnection::drop);
    }

    void check(long nowNanos) {
        new ArrayList<>(open).forEach(connection -> connection.clock().check(nowNanos));
        HttpClientTimeouts timeouts = client.options().timeouts();
        if (!waiting.isEmpty() && !(timeouts.waiting().isZero() && timeouts.total().isZero())) {
            List.copyOf(waiting).forEach(exchange -> checkWaiting(exchange, timeouts, nowNanos));
        }
    }

    private void checkWaiting(ClientExchange exchange, HttpClientTimeouts timeouts, long now) {
        if (ClientClock.isOver(timeouts.waiting(), now - exchange.waitingNanos())) {
            client.late(exchange, Limit.WAITING, timeouts.waiting());
        } else if (ClientClock.isOver(timeouts.total(), now - exchange.begunNanos())) {
            client.late(exchange, Limit.TOTAL, timeouts.total());
        }
    }

    boolean isEmpty() {
        return open.isEmpty() && waiting.isEmpty();
    }

    int socketCount() {
        return open.size();
    }

    int freeCount() {
        return free.size();
    }

    HttpClientStatistics.Pool use() {
        return new HttpClientStatistics.Pool(
                route.toString(), open.size(), free.size(), waiting.size());
    }
}
