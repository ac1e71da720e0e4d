package dev.millrace.http;

import dev.millrace.http.wire.ParseError;
import dev.millrace.http.wire.ResponseEvents;
import dev.millrace.http.wire.ResponseParser;
import dev.millrace.kernel.SystemError;
import dev.millrace.loop.Loop;
import dev.millrace.net.NetSocket;
import dev.millrace.stream.BytesListener;
import dev.millrace.sys.Errno;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One connection of an HTTP client, which serves one request after the other.
 *
 * <pre>
 *   opened ──▶ serving ──response complete──▶ free ──submitted──▶ looked at ──▶ serving …
 *                 │ broken, cut off, late       │ a byte, FIN        │
 *                 ▼                             ▼                    ▼
 *               closed ◀────────────────────────┴────────────────────┘
 * </pre>
 *
 * Bytes that no request is waiting for end it in every state (rows R61 and X40): the next request
 * would take them for its response.
 */
final class ClientConnection implements BytesListener, ResponseEvents {
    private static final byte[] NOTHING = {};

    private final OriginPool pool;
    private final NetSocket socket;
    private final ResponseParser parser;
    private final ClientClock clock;

    /** What it serves. */
    private @Nullable ClientRequest current;

    /** What it serves when it turns out to be alive. */
    private @Nullable ClientRequest candidate;

    /** The response that is being read. */
    private @Nullable ClientResponse response;

    /** It has served a request before the current one. */
    private boolean isReused;

    /** It is among the free ones of its pool. */
    private boolean isResting;

    /** The parser is on the stack. */
    private boolean isParsing;

    /** The reader of the body has paused it. */
    private boolean isHeld;

    /** The socket is destroyed. */
    private boolean isGone;

    /** Why. */
    private @Nullable IOException failure;

    ClientConnection(OriginPool pool, NetSocket socket) {
        this.pool = pool;
        this.socket = socket;
        this.parser = new ResponseParser(pool.client().limits());
        this.clock = new ClientClock(this);
        socket.onBytes(this)
                .onError(error -> failure = error)
                .onDrain(this::drained)
                .onClose(this::closed);
    }

    Loop loop() {
        return pool.loop();
    }

    HttpClientOptions options() {
        return pool.client().options();
    }

    NetSocket socket() {
        return socket;
    }

    ClientClock clock() {
        return clock;
    }

    @Nullable ClientRequest current() {
        return current;
    }

    boolean isHeld() {
        return isHeld;
    }

    boolean isResting() {
        return isResting;
    }

    /** Sends {@code request}, once the connection stands. */
    void serve(ClientRequest request) {
        current = request;
        parser.expect(request.isHead());
        clock.moved();
        request.attach(this);
    }

    /**
     * Serves {@code request} behind a whole poll: what came since the last one, a FIN above all, is
     * seen before the request is sent and not after.
     */
    void lookThenServe(ClientRequest request) {
        isResting = false;
        isReused = true;
        candidate = request;
        socket.ref();
        // The first one may still be of the turn whose poll is over.
        loop().setImmediate(() -> loop().setImmediate(this::looked));
    }

    private void looked() {
        ClientRequest request = candidate;
        if (request == null || isGone) {
            // What came has ended it; its close finds another connection for the request.
            return;
        }
        candidate = null;
        if (request.isOver()) {
            pool.becameFree(this);
        } else {
            serve(request);
        }
    }

    /** It is free, and does not keep the loop alive. */
    void rest() {
        isResting = true;
        clock.moved();
        socket.unref();
    }

    /** Closes it, with whatever it serves. */
    void drop() {
        pool.left(this);
        socket.destroy();
    }

    /** The server took too long. */
    void late(String what) {
        fail(
                new IOException(
                        "no " + what + " within the " + what + " timeout (ETIMEDOUT)",
                        SystemError.of(Errno.ETIMEDOUT, "read")));
    }

    /** Not to be repeated: the server is there, and was asked. */
    private void fail(IOException error) {
        ClientRequest failed = current;
        current = null;
        drop();
        if (failed != null) {
            failed.fail(error);
        }
    }

    @Override
    public boolean isOwner() {
        return true;
    }

    @Override
    public int onBytes(byte[] array, int offset, int length) {
        if (current == null) {
            drop();
            return length;
        }
        return parse(array, offset, length);
    }

    private int parse(byte[] array, int offset, int length) {
        isParsing = true;
        int at;
        try {
            at = parser.parse(array, offset, offset + length, this);
        } finally {
            isParsing = false;
        }
        clock.moved();
        ParseError error = parser.error();
        if (isGone) {
            return length;
        }
        if (error != null) {
            fail(new IOException("broken response: " + error.code() + ": " + error.text()));
        } else if (parser.isPaused()) {
            socket.pause();
            return at - offset;
        } else if (at < offset + length) {
            drop();
        }
        return length;
    }

    /** The server's FIN. */
    @Override
    public void onEnd() {
        parser.finish(this);
        drop();
    }

    @Override
    public void onDestroyed() {
        isGone = true;
    }

    @Override
    public void onInterim(ResponseParser head) {
        // RFC 9110 section 15.2: a client that did not ask for them may ignore them.
    }

    @Override
    public void onHead(ResponseParser head) {
        ClientRequest request = current;
        if (request != null) {
            response = new ClientResponse(this, request, head);
            request.responded(response);
        }
    }

    @Override
    public void onBody(byte[] array, int offset, int length) {
        if (response != null && !isGone) {
            response.arrive(array, offset, length);
        }
    }

    @Override
    public void onTrailers(byte[] array, int start, int end) {
        // Valid; no listener takes them yet.
    }

    /** The connection is free before the end is told, so that a request made there can have it. */
    @Override
    public void onMessageEnd() {
        ClientRequest request = current;
        ClientResponse complete = response;
        if (request == null || complete == null || isGone) {
            return;
        }
        current = null;
        response = null;
        Duration rest = clock.restAfter(complete.headers());
        boolean isKept = request.isPersistent() && parser.mayPersist() && !rest.isZero();
        if (isKept) {
            pool.becameFree(this);
        }
        complete.arrive(NOTHING, 0, 0);
        request.completed();
        if (!isKept) {
            drop();
        }
    }

    void hold(ClientResponse of) {
        if (of == response) {
            isHeld = true;
            parser.pause();
            if (!isParsing) {
                socket.pause();
            }
        }
    }

    void letGo(ClientResponse of) {
        if (of == response && isHeld) {
            isHeld = false;
            clock.moved();
            parser.resume();
            if (!isParsing) {
                loop().nextTick(this::goOn);
            }
        }
    }

    private void goOn() {
        if (!isHeld && !isParsing && !isGone) {
            parse(NOTHING, 0, 0);
            if (!isGone && !parser.isPaused()) {
                socket.resume();
            }
        }
    }

    private void drained() {
        if (current != null) {
            current.body().drained();
        }
    }

    private void closed() {
        isGone = true;
        ClientRequest served = current;
        ClientRequest orphan = candidate;
        current = null;
        candidate = null;
        if (served != null && isReused && !parser.hasBegun() && served.repeats()) {
            orphan = served;
        } else if (served != null) {
            served.fail(failure == null ? cutOff() : failure);
        }
        pool.closed(this, orphan == null || orphan.isOver() ? null : orphan);
    }

    private IOException cutOff() {
        return new IOException(
                parser.hasBegun()
                        ? "the response was cut off (ECONNRESET)"
                        : "the connection ended without a response (ECONNRESET)",
                SystemError.of(Errno.ECONNRESET, "read"));
    }
}
