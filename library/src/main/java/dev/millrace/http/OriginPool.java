package dev.millrace.http;

import dev.millrace.loop.Loop;
import dev.millrace.net.NetSocket;
import dev.millrace.net.NetSocketOptions;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The connections to one origin, and the requests that wait for one.
 *
 * <pre>
 *   request ─▶ free one, the last used first ─▶ looked at ─▶ serves it
 *         └──▶ none free, room for one more ─▶ opened ──────────▲
 *         └──▶ neither ─▶ waits ─▶ the next that becomes free or makes room
 * </pre>
 *
 * The one used last is the one least likely to be closed by the server, and those that are not
 * needed grow old.
 */
final class OriginPool {
    private final HttpClient client;
    private final Origin origin;
    private final Set<ClientConnection> open = new LinkedHashSet<>();
    private final Deque<ClientConnection> free = new ArrayDeque<>();
    private final Deque<ClientRequest> waiting = new ArrayDeque<>();

    OriginPool(HttpClient client, Origin origin) {
        this.client = client;
        this.origin = origin;
    }

    HttpClient client() {
        return client;
    }

    Loop loop() {
        return client.loop();
    }

    Origin origin() {
        return origin;
    }

    private HttpPoolLimits limits() {
        return client.options().pool();
    }

    /** Sends {@code request} as soon as there is a connection for it. */
    void submit(ClientRequest request) {
        ClientConnection last = free.poll();
        if (last != null) {
            last.lookThenServe(request);
        } else if (open.size() < limits().maxSockets()) {
            open(request);
        } else if (waiting.size() < limits().maxWaiting()) {
            waiting.add(request);
        } else {
            request.fail(
                    new IOException(
                            waiting.size()
                                    + " requests wait for "
                                    + origin.authority()
                                    + " already"));
        }
    }

    private void open(ClientRequest request) {
        HttpClientOptions options = client.options();
        NetSocketOptions net = options.net().withConnectTimeout(options.timeouts().connect());
        NetSocket socket =
                options.address()
                        .map(address -> NetSocket.connect(loop(), address, net))
                        .orElseGet(
                                () -> NetSocket.connect(loop(), origin.port(), origin.name(), net));
        ClientConnection connection = new ClientConnection(this, socket);
        open.add(connection);
        client.opened();
        connection.serve(request);
    }

    /** The request is over before it had a connection. */
    void forget(ClientRequest request) {
        waiting.remove(request);
    }

    /** {@code connection} can serve another request. */
    void becameFree(ClientConnection connection) {
        ClientRequest next = waiting.poll();
        if (next != null) {
            connection.lookThenServe(next);
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
    void closed(ClientConnection connection, @Nullable ClientRequest orphan) {
        free.remove(connection);
        open.remove(connection);
        if (orphan != null) {
            submit(orphan);
        }
        serveWaiting();
        client.closed(this);
    }

    private void serveWaiting() {
        ClientRequest next = open.size() < limits().maxSockets() ? waiting.poll() : null;
        if (next != null) {
            submit(next);
        }
    }

    void dropFree() {
        List.copyOf(free).forEach(ClientConnection::drop);
    }

    void check(long nowNanos) {
        new ArrayList<>(open).forEach(connection -> connection.clock().check(nowNanos));
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
}
