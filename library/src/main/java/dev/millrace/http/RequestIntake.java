package dev.millrace.http;

import dev.millrace.http.wire.ParseError;
import dev.millrace.http.wire.RequestEvents;
import dev.millrace.http.wire.RequestParser;
import dev.millrace.loop.Loop;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * The way in of one connection: from its bytes to the requests that the handler gets, and to their
 * bodies. It knows when the parser is needed and when it has to wait.
 *
 * <pre>
 *   bytes ─▶ parser ─▶ request ─▶ handler
 *              ▲ paused while the body's reader is, or too much waits to be sent
 * </pre>
 */
final class RequestIntake implements RequestEvents {
    private static final byte[] NOTHING = {};

    /** As many end in one turn of the loop; a read may hold thousands. */
    private static final int TURN_REQUESTS_MAX = 128;

    /** Responses beyond leave in another turn, though the kernel may take them at once. */
    private static final long TURN_BYTES_MAX = 128 << 10;

    private final ServerConnection connection;

    /** Borrowed from the server's pool while it is in the middle of something. */
    private @Nullable RequestParser parser;

    /** The request whose body still arrives. */
    private @Nullable ServerRequest reading;

    /** The parser is on the stack: it can't be called again, nor given back. */
    private boolean isParsing;

    /** The reader of the body has paused it. */
    private boolean isBodyPaused;

    /**
     * The client has asked for the close with the last request, which came in one piece with
     * nothing behind it: nothing is to come.
     */
    private boolean isAlone;

    /** Requests so far. */
    private int requests;

    /** Those that ended since the parser was called. */
    private int requestsInTurn;

    /** What was written before that. */
    private long turnBeganBytes;

    private boolean isAwaitingTurn;

    RequestIntake(ServerConnection connection) {
        this.connection = connection;
    }

    private HttpServer server() {
        return connection.server();
    }

    /** Reads what came; how much of it was taken. */
    int parse(byte[] array, int offset, int length) {
        boolean isBeginning = parser == null;
        RequestParser current = parser == null ? server().parsers().take() : parser;
        parser = current;
        isParsing = true;
        requestsInTurn = 0;
        turnBeganBytes = connection.socket().bytesWritten();
        int at;
        try {
            at = current.parse(array, offset, offset + length, this);
        } finally {
            isParsing = false;
            connection.clock().parsed();
        }
        isAlone &= isBeginning && at == offset + length;
        ParseError error = current.error();
        if (connection.isOver()) {
            releaseParser();
            connection.closeSocket();
            return length;
        }
        if (connection.isLeaving()) {
            releaseParser();
            connection.handOverWhenDue();
            return at - offset;
        }
        if (error != null) {
            connection.refuse(error.status(), error.code(), error.code() + ": " + error.text());
            return length;
        }
        if (connection.isLastRequestRead()) {
            releaseParser();
            return at - offset + connection.ignore(offset + length - at);
        }
        if (current.isPaused()) {
            connection.socket().pause();
            if (isTurnOver() && !connection.responses().isFull()) {
                awaitTurn();
            }
        } else if (current.isFresh()) {
            releaseParser();
        }
        return at - offset;
    }

    private void releaseParser() {
        if (parser != null && !isParsing) {
            server().parsers().release(parser);
            parser = null;
        }
    }

    @Override
    public void onMessageBegin() {
        connection.clock().requestBegan();
    }

    @Override
    public void onHead(RequestParser head) {
        if (connection.isOver()) {
            head.pause();
            return;
        }
        ServerRequest request = new ServerRequest(connection, head);
        if (head.isSpecial()) {
            onSpecialHead(head, request);
        } else {
            server().handlerCalls().enter(begin(head, request));
        }
    }

    /** The connection owes a response to {@code request}. */
    private ServerResponse begin(RequestParser head, ServerRequest request) {
        ServerResponse response = new ServerResponse(connection, request);
        reading = request;
        connection.requestBegan();
        isAlone = !head.wantsPersistence();
        if (KeepAliveDecision.isLastRequest(head, connection, ++requests)) {
            connection.noRequestFollows();
        }
        connection.responses().add(response);
        response.trace = ExchangeTrace.begun(request);
        connection.clock().headEnded();
        return response;
    }

    /** A client that expects something, upgrades, or wants a tunnel. */
    private void onSpecialHead(RequestParser head, ServerRequest request) {
        HandlerCalls calls = server().handlerCalls();
        if (head.isConnect() && (calls.connects == null || request.contentLength() != 0)) {
            head.pause();
            refuseConnect(request);
            return;
        }
        ServerUpgrade upgrade = ServerUpgrade.asked(head, request, calls);
        if (upgrade != null && upgrade.isTaken()) {
            head.pause();
            connection.leave(upgrade);
            return;
        }
        ServerResponse response = begin(head, request);
        if (upgrade != null && upgrade.failure() != null) {
            calls.failed(response, upgrade.failure());
        } else if (head.hasUnknownExpect() || head.expectsContinue()) {
            calls.enterExpecting(response, !head.hasUnknownExpect());
        } else {
            calls.enter(response);
        }
    }

    /** RFC 9110 section 9.3.6: a tunnel is no resource of this server, and CONNECT has no body. */
    private void refuseConnect(ServerRequest request) {
        if (request.contentLength() != 0) {
            connection.refuse(
                    400,
                    "HPE_UNEXPECTED_CONTENT_LENGTH",
                    "CONNECT has no body: leave out its length or coding");
        } else {
            connection.refuse(
                    501,
                    "ERR_HTTP_CONNECT",
                    "CONNECT is not served here: ask a proxy for a tunnel");
        }
    }

    @Override
    public void onBody(byte[] array, int offset, int length) {
        ServerRequest request = reading;
        if (request == null || connection.isOver()) {
            return;
        }
        if (connection.responses().isFinished(request) && connection.discard(length)) {
            request.body().close(new IOException("too much of the body came after the response"));
            connection.linger();
        } else {
            request.arrive(array, offset, length);
        }
    }

    @Override
    public void onTrailers(byte[] array, int start, int end) {
        if (reading != null) {
            reading.body().trailersArrived(Arrays.copyOfRange(array, start, end));
        }
    }

    @Override
    public void onMessageEnd() {
        ServerRequest request = reading;
        if (request == null || connection.isOver()) {
            return;
        }
        reading = null;
        connection.clock().requestEnded();
        request.arrive(NOTHING, 0, 0);
        connection.responses().requestEnded(request);
        requestsInTurn++;
        boolean isEnough =
                isTurnOver()
                        || !connection.isServing()
                        || connection.responses().isFull()
                        || connection.isMoving();
        if (parser != null && isEnough) {
            parser.pause();
        }
    }

    private boolean isTurnOver() {
        return requestsInTurn >= TURN_REQUESTS_MAX
                || connection.socket().bytesWritten() - turnBeganBytes >= TURN_BYTES_MAX;
    }

    void pauseBody(ServerRequest request) {
        if (request == reading && parser != null) {
            isBodyPaused = true;
            parser.pause();
            connection.clock().paused();
            if (!isParsing) {
                connection.socket().pause();
            }
        }
    }

    void resumeBody(ServerRequest request) {
        if (request == reading && isBodyPaused) {
            isBodyPaused = false;
            connection.clock().resumed();
            if (parser != null && isHeld()) {
                parser.resume();
                if (!isParsing) {
                    connection.loop().nextTick(this::goOn);
                }
            }
        }
    }

    /** Whether the parser waits, and not for the reader of a body. */
    boolean isHeld() {
        return parser != null
                && parser.isPaused()
                && !isBodyPaused
                && !connection.isLastRequestRead();
    }

    /** There is room for another response. Below the parser it just goes on. */
    void resumeParsing() {
        if (parser != null && isHeld()) {
            if (isParsing) {
                parser.resume();
            } else {
                awaitTurn();
            }
        }
    }

    private void awaitTurn() {
        if (!isAwaitingTurn) {
            isAwaitingTurn = true;
            server().turns().add(this);
        }
    }

    private void takeTurn() {
        isAwaitingTurn = false;
        if (parser != null && isHeld() && !connection.responses().isFull()) {
            parser.resume();
            goOn();
        }
    }

    /** Events may be due, and then bytes that were kept. */
    private void goOn() {
        if (parser == null || parser.isPaused() || isParsing || connection.isGone) {
            return;
        }
        parse(NOTHING, 0, 0);
        if (!connection.isGone && (parser == null || !parser.isPaused())) {
            connection.socket().resume();
        }
    }

    /** The request whose body still arrives, or null. */
    @Nullable ServerRequest reading() {
        return reading;
    }

    /** Whether more of the body of {@code request} may come without its handler's doing. */
    boolean isComing(ServerRequest request) {
        return request == reading && !isBodyPaused && !request.isAwaitingContinue();
    }

    boolean isParsing() {
        return isParsing;
    }

    /** Whether no message has begun of which the end is still to come. */
    boolean isBetweenMessages() {
        return reading == null && isBetweenRequests();
    }

    boolean isBetweenRequests() {
        return parser == null || parser.isBetweenMessages();
    }

    /** What was read of a request whose head is not complete; null behind a head. */
    byte @Nullable [] unfinishedHead() {
        return parser == null ? NOTHING : parser.unfinishedHead();
    }

    /** Whether it is in the head of a request whose method is known to be HEAD. */
    boolean isInHeadRequest() {
        return parser != null && parser.isInHeadRequest();
    }

    /** Whether the client has nothing more to say, as far as can be told. */
    boolean isAlone() {
        return isAlone;
    }

    /** Nothing more is read. */
    void end() {
        isAlone &= reading == null || reading.contentLength() == 0;
        reading = null;
        if (parser != null) {
            parser.pause();
            releaseParser();
        }
    }

    /**
     * Connections whose next requests have come, and wait for room: each goes on for as much as it
     * may hold, one in a turn of the loop. A peer that pipelines and takes responses as fast as
     * they come would keep the loop from all others otherwise (row X32).
     */
    static final class Turns {
        private final Loop loop;
        private final Queue<RequestIntake> waiting = new ArrayDeque<>();

        Turns(Loop loop) {
            this.loop = loop;
        }

        private void add(RequestIntake next) {
            waiting.add(next);
            if (waiting.size() == 1) {
                loop.setImmediate(this::run);
            }
        }

        /** Its place is kept until it has gone on, so that one immediate is due at a time. */
        private void run() {
            try {
                waiting.element().takeTurn();
            } finally {
                waiting.remove();
                if (!waiting.isEmpty()) {
                    loop.setImmediate(this::run);
                }
            }
        }
    }
}
