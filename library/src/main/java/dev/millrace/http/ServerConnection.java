package dev.millrace.http;

import dev.millrace.http.wire.ParseError;
import dev.millrace.http.wire.RequestEvents;
import dev.millrace.http.wire.RequestParser;
import dev.millrace.kernel.SystemError;
import dev.millrace.loop.Loop;
import dev.millrace.net.NetSocket;
import dev.millrace.stream.BytesListener;
import dev.millrace.sys.Errno;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * One connection of an HTTP server: bytes in, requests to the handler, responses out in the order
 * of the requests.
 *
 * <pre>
 *   bytes ─▶ parser ─▶ request ─▶ handler            first ─▶ next ─▶ … ─▶ last     responses due
 *              ▲ paused while the body's reader is,    │
 *              │ or too much waits to be sent          └─ writes to the socket; the others wait
 *              └────────────────────────────────────────
 *
 *   serving ──last request seen──▶ no more requests ──its response is out──▶ lingering ──▶ closed
 * </pre>
 *
 * An error in the bytes is a response behind those that are due (row X33), and every close after a
 * response is one routine, {@link #linger}: FIN, then reading on for a while, because a close with
 * bytes unread makes the kernel send a reset, which can take the response from the peer.
 */
final class ServerConnection implements BytesListener, RequestEvents {
    private static final byte[] NOTHING = {};

    private enum Life {
        SERVING,
        /** No request is served after the one that is being read or was read last. */
        LAST_REQUEST,
        /** The last response is out: what still comes is thrown away. */
        LINGERING
    }

    private final HttpServer server;
    private final NetSocket socket;

    /** What the connection waits for, and since when. */
    private final ConnectionClock clock;

    /** Borrowed from the server's pool while it is in the middle of something. */
    private @Nullable RequestParser parser;

    /** The request whose body still arrives. */
    private @Nullable ServerRequest reading;

    /** The responses due, in the order of their requests. */
    private final ResponseQueue responses = new ResponseQueue(this);

    /** The parser is on the stack: it can't be called again, nor given back. */
    boolean isParsing;

    /** The socket is destroyed. */
    boolean isGone;

    /** The reader of the body has paused it. */
    private boolean isBodyPaused;

    private Life life = Life.SERVING;

    /** Bytes thrown away since the last request. */
    private long discarded;

    /** Requests so far. */
    private int requests;

    /** Its place in the server's list. */
    int index;

    ServerConnection(HttpServer server, NetSocket socket) {
        this.server = server;
        this.socket = socket;
        this.clock = new ConnectionClock(this);
        socket.onBytes(this)
                .onEnd(this::peerEnded)
                .onError(error -> {})
                .onDrain(responses::drained)
                .onPeerClosed(this::peerLeft)
                .onClose(this::closed);
    }

    Loop loop() {
        return server.loop();
    }

    HttpServer server() {
        return server;
    }

    NetSocket socket() {
        return socket;
    }

    ConnectionClock clock() {
        return clock;
    }

    @Override
    public boolean isOwner() {
        return true;
    }

    @Override
    public int onBytes(byte[] array, int offset, int length) {
        return isLastRequestRead() ? ignore(length) : parse(array, offset, length);
    }

    @Override
    public void onDestroyed() {
        isGone = true;
    }

    /** What follows the last request is ignored (row X34), but not without end. */
    private int ignore(int length) {
        if (life == Life.LINGERING) {
            clock.lingersOn();
        }
        if (discard(length)) {
            // While a response is due, what comes waits until it is out. While lingering, a close
            // now would send the reset that is to be avoided; the clock ends it soon.
            socket.pause();
        }
        return length;
    }

    /** Counts bytes that are thrown away; true once they are too many. */
    private boolean discard(int length) {
        discarded += length;
        boolean isLingering = life == Life.LINGERING;
        return discarded
                > (isLingering ? HttpServer.LINGER_MAX_BYTES : HttpServer.DISCARD_MAX_BYTES);
    }

    private int parse(byte[] array, int offset, int length) {
        RequestParser current = parser == null ? server.parsers().take() : parser;
        parser = current;
        isParsing = true;
        int at;
        try {
            at = current.parse(array, offset, offset + length, this);
        } finally {
            isParsing = false;
            clock.parsed();
        }
        ParseError error = current.error();
        if (isOver()) {
            releaseParser();
            return length;
        }
        if (error != null) {
            refuse(error.status(), error.code() + ": " + error.text());
            return length;
        }
        if (isLastRequestRead()) {
            releaseParser();
            return at - offset + ignore(offset + length - at);
        }
        if (current.isPaused()) {
            socket.pause();
        } else if (current.isFresh()) {
            releaseParser();
        }
        return at - offset;
    }

    /** Whether nothing more is served: what the parser still tells is of no interest. */
    private boolean isOver() {
        return life == Life.LINGERING || isGone;
    }

    private void releaseParser() {
        if (parser != null && !isParsing) {
            server.parsers().release(parser);
            parser = null;
        }
    }

    @Override
    public void onMessageBegin() {
        clock.requestBegan();
    }

    @Override
    public void onHead(RequestParser head) {
        if (isOver()) {
            head.pause();
            return;
        }
        ServerRequest request = new ServerRequest(this, head);
        ServerResponse response = new ServerResponse(this, request);
        reading = request;
        discarded = 0;
        if (KeepAliveDecision.isLastRequest(head, server, ++requests)) {
            noRequestFollows();
        }
        responses.add(response);
        response.trace = ExchangeTrace.begun(request);
        clock.headEnded();
        if (head.hasUnknownExpect()) {
            response.fail(417, new IOException("unknown expectation"));
            return;
        }
        server.handlerCalls().enter(response);
    }

    @Override
    public void onBody(byte[] array, int offset, int length) {
        ServerRequest request = reading;
        if (request == null || isOver()) {
            return;
        }
        if (responses.isFinished(request) && discard(length)) {
            request.body().close(new IOException("too much of the body came after the response"));
            linger();
        } else {
            request.arrive(array, offset, length);
        }
    }

    @Override
    public void onTrailers(byte[] array, int start, int end) {
        // Valid; no listener takes them yet.
    }

    @Override
    public void onMessageEnd() {
        ServerRequest request = reading;
        if (request == null || isOver()) {
            return;
        }
        reading = null;
        clock.requestEnded();
        request.arrive(NOTHING, 0, 0);
        responses.requestEnded(request);
        if (parser != null && (life != Life.SERVING || responses.isFull())) {
            parser.pause();
        }
    }

    void pauseBody(ServerRequest request) {
        if (request == reading && parser != null) {
            isBodyPaused = true;
            parser.pause();
            clock.paused();
            if (!isParsing) {
                socket.pause();
            }
        }
    }

    void resumeBody(ServerRequest request) {
        if (request == reading && isBodyPaused) {
            isBodyPaused = false;
            clock.resumed();
            resumeParsing();
        }
    }

    /** Whether the parser waits, and not for the reader of a body. */
    boolean isParsingHeld() {
        return parser != null && parser.isPaused() && !isBodyPaused && !isLastRequestRead();
    }

    /**
     * Below the parser it just goes on; otherwise events may be due, and then bytes that were kept.
     */
    void resumeParsing() {
        if (parser != null && isParsingHeld()) {
            parser.resume();
            if (!isParsing) {
                loop().nextTick(this::goOn);
            }
        }
    }

    private void goOn() {
        if (parser == null || parser.isPaused() || isParsing || isGone) {
            return;
        }
        parse(NOTHING, 0, 0);
        if (!isGone && (parser == null || !parser.isPaused())) {
            socket.resume();
        }
    }

    /** Whether no further request is served after those that are due. */
    boolean isEnding() {
        return server.isClosing() || isLastRequestRead();
    }

    private boolean isLastRequestRead() {
        return life != Life.SERVING && reading == null;
    }

    /** RFC 9112 section 9.6: behind a response that closes no further request is processed. */
    void noRequestFollows() {
        if (life == Life.SERVING) {
            life = Life.LAST_REQUEST;
        }
    }

    boolean isReading(ServerRequest request) {
        return request == reading;
    }

    ResponseQueue responses() {
        return responses;
    }

    /** Whether no further request is served and {@code response} is the last one due. */
    boolean endsWith(ServerResponse response) {
        return (life != Life.SERVING || server.isClosing()) && responses.endsWith(response);
    }

    /** Answers what can't be served, behind what is due, and ends the connection. */
    void refuse(int status, String text) {
        clock.stopped();
        noRequestFollows();
        ServerResponse begun = reading == null ? null : responses.to(reading);
        if (begun != null) {
            refuseBegun(begun, status, text);
            return;
        }
        boolean isToHead = parser != null && parser.isInHeadRequest();
        reading = null;
        releaseParser();
        responses.refuse(new Refusal(status, text, isToHead));
    }

    /** The body broke after the handler got the request. */
    private void refuseBegun(ServerResponse response, int status, String text) {
        ServerRequest request = response.request;
        request.body().close(new IOException("the request broke off: " + text));
        reading = null;
        releaseParser();
        if (!response.body().isEnded()) {
            response.refuse(status, text);
        } else if (responses.isFinished(request)) {
            linger();
        }
    }

    /** FIN after the last response; then what still comes is read and thrown away, for a while. */
    void linger() {
        if (life != Life.LINGERING) {
            life = Life.LINGERING;
            reading = null;
            discarded = 0;
            responses.close(null);
            if (parser != null) {
                parser.pause();
                releaseParser();
            }
            clock.lingering();
            socket.resume();
            socket.end();
        }
    }

    /**
     * While reading is paused: a FIN may have a response coming (J2), a reset ends it all (H16).
     */
    private void peerLeft(@Nullable IOException reset) {
        if (reset != null) {
            socket.destroy(reset);
        } else {
            responses.peerEnded();
        }
    }

    private void peerEnded() {
        responses.peerEnded();
        noRequestFollows();
        if (isGone) {
            return;
        }
        if (reading != null || !isBetweenRequests()) {
            String what = reading != null ? "body" : "head";
            refuse(400, "the request ended before its " + what + " did");
        } else if (responses.isEmpty()) {
            socket.end();
        }
    }

    private boolean isBetweenRequests() {
        return parser == null || parser.isBetweenMessages();
    }

    /** Ends it now if it serves nothing, otherwise with the response to its last request. */
    void closeWhenIdle() {
        if (responses.isEmpty() && reading == null && isBetweenRequests()) {
            linger();
        }
    }

    private void closed() {
        life = Life.LINGERING;
        reading = null;
        releaseParser();
        server.closed(this);
        responses.close(SystemError.of(Errno.ECONNRESET, "read"));
    }
}
