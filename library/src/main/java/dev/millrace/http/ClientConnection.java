package dev.millrace.http;

import dev.millrace.http.wire.ParseError;
import dev.millrace.http.wire.ResponseEvents;
import dev.millrace.http.wire.ResponseParser;
import dev.millrace.http.wire.ResponseParser.ResponseTo;
import dev.millrace.loop.Loop;
import dev.millrace.net.NetSocket;
import dev.millrace.stream.BytesListener;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One connection of an HTTP client, which serves one request after the other.
 *
 * <pre>
 *   opened ──▶ serving ──response complete──▶ free ──submitted──▶ looked at ──▶ serving …
 *                 │ broken, cut off, late       │ a byte, FIN        │
 *                 ▼                             ▼                    ▼
 *               closed ◀────────────────────────┴────────────────────┘
 *
 *   opened ──▶ tunnelling ──2xx──▶ serving            serving ──101, 2xx to CONNECT──▶ given away
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
    private @Nullable ClientExchange current;

    /** What it serves when it turns out to be alive. */
    private @Nullable ClientExchange candidate;

    /** The response that is being read. */
    private @Nullable ClientResponse response;

    /** A tunnel is needed, and does not stand yet. */
    private boolean isTunnelling;

    /** It has served a request before the current one. */
    private boolean isReused;

    /** It is among the free ones of its pool. */
    private boolean isResting;

    /** The parser is on the stack. */
    private boolean isParsing;

    /** The response is complete, and what stands behind it is not known yet. */
    private boolean isComplete;

    /** The reader of the body has paused it. */
    private boolean isHeld;

    private boolean isConnected;

    /** The socket is destroyed, or given away. */
    private boolean isGone;

    /** Why. */
    private @Nullable IOException failure;

    ClientConnection(OriginPool pool, NetSocket socket) {
        this.pool = pool;
        this.socket = socket;
        this.parser = new ResponseParser(pool.client().limits());
        this.isTunnelling = pool.route().isTunnel();
        this.clock = new ClientClock(this);
        socket.onBytes(this)
                .onConnect(() -> isConnected = true)
                .onError(error -> failure = error)
                .onDrain(this::drained)
                .onClose(this::closed);
    }

    Loop loop() {
        return pool.loop();
    }

    OriginPool pool() {
        return pool;
    }

    NetSocket socket() {
        return socket;
    }

    ClientClock clock() {
        return clock;
    }

    @Nullable ClientExchange current() {
        return current;
    }

    boolean isHeld() {
        return isHeld;
    }

    boolean isResting() {
        return isResting;
    }

    boolean isTunnelling() {
        return isTunnelling;
    }

    /** Sends {@code exchange}, once the connection stands. */
    void serve(ClientExchange exchange) {
        current = exchange;
        clock.moved();
        if (isTunnelling) {
            parser.expect(ResponseTo.CONNECT);
            pool.route().writeConnect(pool.client().head(), socket);
        } else {
            parser.expect(exchange.responseTo());
            exchange.attach(this);
        }
    }

    /**
     * Serves {@code exchange} behind a whole poll: what came since the last one, a FIN above all,
     * is seen before the request is sent and not after.
     */
    void serveAgain(ClientExchange exchange) {
        pool.client().counts().reuses++;
        isResting = false;
        isReused = true;
        socket.ref();
        candidate = exchange;
        // The first one may still be of the turn whose poll is over.
        loop().setImmediate(() -> loop().setImmediate(this::looked));
    }

    private void looked() {
        ClientExchange exchange = candidate;
        candidate = isGone ? exchange : null;
        // What came may have ended it; its close finds another connection for the request.
        if (exchange != null && !isGone && exchange.isOver()) {
            pool.becameFree(this);
        } else if (exchange != null && !isGone) {
            serve(exchange);
        }
    }

    /** It is free, and does not keep the loop alive. */
    void rest() {
        isResting = true;
        socket.unref();
    }

    /** Closes it, with whatever it serves. */
    void drop() {
        pool.left(this);
        socket.destroy();
    }

    /** Closes it, but what it serves goes on elsewhere. */
    void release() {
        current = null;
        drop();
    }

    /** Not to be repeated: the server is there, and was asked. */
    private void fail(IOException error) {
        ClientExchange failed = current;
        release();
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
        if (current != null) {
            return parse(array, offset, length);
        }
        drop();
        return length;
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
        boolean isClean = at == offset + length;
        if (error != null) {
            fail(new IOException("broken response: " + error.code() + ": " + error.text()));
        } else if (isComplete) {
            completed(isClean);
        } else if (parser.isPaused()) {
            socket.pause();
            return at - offset;
        } else if (parser.isSwitched()) {
            return switched(at - offset, isClean);
        } else if (!isClean) {
            drop();
        }
        return length;
    }

    /** The server's FIN. */
    @Override
    public void onEnd() {
        parser.finish(this);
        if (isComplete && !isGone) {
            completed(false);
        } else {
            drop();
        }
    }

    @Override
    public void onDestroyed() {
        isGone = true;
    }

    @Override
    public void onInterim(ResponseParser head) {
        ClientExchange exchange = current;
        if (exchange != null && !isTunnelling && !isGone) {
            exchange.informed(head);
        }
    }

    @Override
    public void onHead(ResponseParser head) {
        ClientExchange exchange = current;
        if (exchange == null || isGone) {
            return;
        }
        ClientResponse came = new ClientResponse(this, exchange, head);
        response = isTunnelling ? null : came;
        if (isTunnelling && !head.isSwitched()) {
            fail(pool.route().refused(came));
        } else if (!head.isSwitched()) {
            exchange.responded(came);
        }
    }

    @Override
    public void onBody(byte[] array, int offset, int length) {
        ClientExchange exchange = current;
        if (response != null && exchange != null && !isGone && !exchange.discards(length)) {
            response.arrive(array, offset, length);
        }
    }

    @Override
    public void onTrailers(byte[] array, int start, int end) {
        if (response != null) {
            response.trailersCame(Arrays.copyOfRange(array, start, end));
        }
    }

    @Override
    public void onMessageEnd() {
        isComplete = true;
    }

    /**
     * The connection is free before the end is told, so that a request made there can have it.
     * {@code isClean}: nothing unasked stands behind the response.
     */
    private void completed(boolean isClean) {
        isComplete = false;
        ClientExchange exchange = current;
        ClientResponse complete = response;
        if (exchange == null || complete == null) {
            return;
        }
        current = null;
        response = null;
        Duration rest = clock.restAfter(complete.headers());
        boolean isKept =
                isClean && exchange.isPersistent() && parser.mayPersist() && !rest.isZero();
        if (isKept) {
            pool.becameFree(this);
        }
        if (!exchange.discards(0)) {
            complete.arrive(NOTHING, 0, 0);
        }
        exchange.completed();
        if (!isKept) {
            drop();
        }
    }

    /**
     * The bytes behind the head are another protocol's; {@code taken} of what was lent are ours.
     */
    private int switched(int taken, boolean isClean) {
        ClientExchange exchange = current;
        ClientResponse head = response;
        if (exchange == null) {
            return taken;
        }
        if (isTunnelling) {
            isTunnelling = false;
            if (pool.route().isSecure()) {
                // What is left of the tunnel's response would be the beginning of the handshake.
                socket.tls().upgrade(pool.route().tls(pool.client().options()));
            }
            serve(exchange);
            if (!isClean) {
                drop();
            }
        } else if (head == null || !exchange.canSwitch()) {
            fail(new IOException("the server switched, and no onUpgrade or no whole request"));
        } else {
            current = null;
            isGone = true;
            socket.handOver();
            pool.gave(this);
            exchange.upgraded(head, socket);
        }
        return taken;
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
            current.body().socketDrained();
        }
    }

    private void closed() {
        isGone = true;
        ClientExchange served = current;
        ClientExchange orphan = candidate;
        current = null;
        candidate = null;
        if (served != null && isReused && !parser.hasBegun() && served.repeats()) {
            orphan = served;
        } else if (served != null) {
            served.fail(why());
        }
        pool.closed(this, orphan == null || orphan.isOver() ? null : orphan);
    }

    private IOException why() {
        if (!isConnected) {
            return pool.client().unreached(pool.route(), failure);
        }
        return failure == null ? pool.route().cutOff(isTunnelling, parser.hasBegun()) : failure;
    }
}
