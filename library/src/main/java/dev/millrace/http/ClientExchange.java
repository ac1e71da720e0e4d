package dev.millrace.http;

import dev.millrace.http.wire.FieldsToSend;
import dev.millrace.http.wire.Redirection;
import dev.millrace.http.wire.RequestLine;
import dev.millrace.http.wire.ResponseParser;
import dev.millrace.http.wire.ResponseParser.ResponseTo;
import dev.millrace.loop.Loop;
import dev.millrace.net.NetSocket;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of one request: connections in turn, redirects, and the one outcome.
 *
 * <pre>
 *   open ──submit──▶ waiting ──attach──▶ sent ──responded──▶ answered ──completed──▶ over
 *                     ▲   ▲               │ │                   │
 *                     │   └──repeats──────┘ └──upgraded──▶ over │ redirect, its body read
 *                     └─────────────────────────────────────────┘
 *   anywhere: fail, late, destroy ──▶ over
 * </pre>
 *
 * Which listener is told of what is known to {@link ClientListeners}.
 */
final class ClientExchange {
    /** RFC 9110 section 9.2.2. */
    private static final Set<String> IDEMPOTENT =
            Set.of("GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE");

    /** Of a redirect's body that much is read, for the sake of the connection. */
    private static final int DISCARD_MAX_BYTES = 64 * 1024;

    /** What does not go to another origin (RFC 9110 section 15.4). */
    private static final List<String> OF_ORIGIN =
            List.of("Authorization", "Cookie", "Proxy-Authorization");

    /** What means nothing without the body. */
    private static final List<String> OF_BODY =
            List.of(
                    "Content-Encoding",
                    "Content-Language",
                    "Content-Length",
                    "Content-Location",
                    "Content-Type",
                    "Expect",
                    "Transfer-Encoding");

    private final HttpClient client;
    private final ClientRequest request;
    private final ClientListeners listeners;

    /** Where it goes; another one after a redirect, as are the next three. */
    private ClientRoute route;

    private URI uri;
    private Origin origin;
    private RequestLine line;

    /** What serves it; null before and after. */
    private @Nullable ClientConnection connection;

    private @Nullable ClientResponse response;

    /** Where it goes when the redirect's body was read. */
    private @Nullable Redirection next;

    private int redirects;

    /** What came of the redirect's body. */
    private long discardedBytes;

    /** It was given to a pool. */
    private boolean isSubmitted;

    /** One way or the other. */
    private boolean isOver;

    /** It went out a second time. */
    private boolean isRepeated;

    /** Since when it is to be over, and since when it waits for a connection. */
    private long begunNanos;

    private long waitingNanos;

    ClientExchange(HttpClient client, ClientRequest request, ClientRoute route, Asked asked) {
        this.client = client;
        this.request = request;
        this.listeners = new ClientListeners(this, request);
        this.route = route;
        this.uri = asked.uri();
        this.origin = asked.origin();
        this.line = asked.line();
    }

    /** What a request asks for, and of whom. */
    record Asked(URI uri, Origin origin, RequestLine line) {}

    Loop loop() {
        return client.loop();
    }

    HttpClient client() {
        return client;
    }

    ClientRequest request() {
        return request;
    }

    ClientListeners listeners() {
        return listeners;
    }

    ClientRequestBody body() {
        return request.body();
    }

    ClientRoute route() {
        return route;
    }

    RequestLine line() {
        return line;
    }

    URI uri() {
        return uri;
    }

    @Nullable ClientConnection connection() {
        return connection;
    }

    boolean isOver() {
        return isOver;
    }

    boolean hasResponse() {
        return response != null;
    }

    /** Whether only a connection made for it will do: an idle one has died under it. */
    boolean isForFresh() {
        return isRepeated;
    }

    /** Whether another request may follow it on its connection. */
    boolean isPersistent() {
        return body().isFinished() && !request.fields().isClose();
    }

    ResponseTo responseTo() {
        return switch (line.method()) {
            case "HEAD" -> ResponseTo.HEAD;
            case "CONNECT" -> ResponseTo.CONNECT;
            default -> listeners.wantsUpgrade() ? ResponseTo.UPGRADE : ResponseTo.ANY;
        };
    }

    long begunNanos() {
        return begunNanos;
    }

    long waitingNanos() {
        return waitingNanos;
    }

    /** Its fields are complete, and it is time for a connection. */
    void submit() {
        isSubmitted = true;
        begunNanos = loop().hrtime();
        client.counts().requests++;
        listeners.begun();
        client.pool(route).submit(this);
    }

    /** There is no connection for it now. */
    void waits() {
        waitingNanos = loop().hrtime();
    }

    void attach(ClientConnection to) {
        connection = to;
        body().sendTo(to);
    }

    /** Whether it may go out again; it is about to. */
    boolean repeats() {
        boolean may =
                !isOver
                        && !isRepeated
                        && IDEMPOTENT.contains(line.method())
                        && body().isRepeatable();
        isRepeated |= may;
        connection = may ? null : connection;
        client.counts().repeats += may ? 1 : 0;
        return may;
    }

    /** An interim response has come. */
    void informed(ResponseParser head) {
        if (head.status() == 100) {
            body().proceed();
        }
        listeners.informed(head);
    }

    void responded(ClientResponse came) {
        response = came;
        body().withhold();
        Redirection to = redirection(came);
        if (to == null) {
            listeners.responded(came);
        } else if (redirects == client.options().redirects()) {
            late(new IOException("more than " + redirects + " redirects, the next to " + to.uri()));
        } else {
            next = to;
            discardedBytes = 0;
        }
    }

    /** Where {@code came} leads, if that can be followed. */
    private @Nullable Redirection redirection(ClientResponse came) {
        if (client.options().redirects() == 0) {
            return null;
        }
        String location = came.header("Location").orElse(null);
        Redirection to = Redirection.of(came.status(), location, line.method(), uri);
        boolean isFollowed =
                to != null
                        && Origin.isServed(to.uri())
                        && (to.keepsBody() ? body().isRepeatable() : body().isFinished());
        return isFollowed ? to : null;
    }

    /** Whether what comes is the body of a redirect, which nothing reads; it is counted. */
    boolean discards(int length) {
        if (next == null) {
            return false;
        }
        discardedBytes += length;
        if (discardedBytes > DISCARD_MAX_BYTES && connection != null) {
            connection.release();
            follow(next);
        }
        return true;
    }

    /** The response is complete. */
    void completed() {
        if (next != null) {
            follow(next);
        } else if (!isOver) {
            isOver = true;
            closed(null);
        }
    }

    private void follow(Redirection to) {
        FieldsToSend fields = request.fields();
        Origin there = Origin.of(to.uri());
        if (!there.equals(origin)) {
            OF_ORIGIN.forEach(fields::drop);
        }
        if (!to.keepsBody()) {
            OF_BODY.forEach(fields::drop);
            body().drop();
        }
        fields.set("Host", there.authority());
        next = null;
        response = null;
        connection = null;
        isRepeated = false;
        redirects++;
        client.counts().redirects++;
        uri = to.uri();
        origin = there;
        route = ClientRoute.to(there, client.options());
        line = new RequestLine(to.method(), route.target(there, uri));
        client.pool(route).submit(this);
    }

    /** Whether the listener can have the connection: nothing of the request is still to come. */
    boolean canSwitch() {
        return listeners.hasUpgrade() && body().isFinished();
    }

    /** The connection speaks another protocol now, and is the listener's. */
    void upgraded(ClientResponse came, NetSocket socket) {
        if (!isOver) {
            isOver = true;
            response = came;
            listeners.upgraded(came, socket);
            closed(null);
        }
    }

    /** Ends it with {@code error}, soon; but a redirect that was cut off leads on. */
    void fail(IOException error) {
        Redirection to = next;
        if (to == null || isOver) {
            over(error);
        } else {
            follow(to);
        }
    }

    /** Ends it with {@code error}, soon, whatever it was about to do. */
    void late(IOException error) {
        next = null;
        over(error);
    }

    /** Ends it; null: without an error. */
    void over(@Nullable IOException error) {
        if (isOver) {
            return;
        }
        isOver = true;
        next = null;
        ClientConnection serving = connection;
        if (serving != null && serving.current() == this) {
            serving.drop();
        } else if (isSubmitted) {
            client.forget(route, this);
        }
        ClientResponse cut = response;
        if (cut == null || !cut.body().close(error)) {
            listeners.failed(error, cut == null);
        }
        closed(error);
    }

    private void closed(@Nullable IOException error) {
        connection = null;
        body().withhold();
        if (!body().isFinished()) {
            body().destroy();
        }
        listeners.closed(response == null ? 0 : response.status(), error);
    }
}
