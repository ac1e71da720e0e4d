package dev.millrace.http;

import dev.millrace.kernel.Address;
import dev.millrace.kernel.SystemError;
import dev.millrace.loop.Loop;
import dev.millrace.net.NetSocket;
import dev.millrace.stream.BytesListener;
import dev.millrace.sys.Errno;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One connection of an HTTP server: bytes in, requests to the handler, responses out in the order
 * of the requests.
 *
 * <pre>
 *   bytes ─▶ intake ─▶ handler            first ─▶ next ─▶ … ─▶ last     responses due
 *              ▲                            │
 *              └── too much waits ──────────┴─ writes to the socket; the others wait
 *
 *   serving ──last request seen──▶ no more requests ──its response is out──▶ lingering ──▶ closed
 *      ├──an upgrade seen──▶ leaving ──the responses before it are out──▶ the socket has another owner
 *      └──the server leaves, nothing is due──▶ the socket is on its way to the server's successor
 * </pre>
 *
 * An error in the bytes is a response behind those that are due (row X33), and every close after a
 * response is one routine, {@link #linger}: FIN, then reading on for a while, because a close with
 * bytes unread makes the kernel send a reset, which can take the response from the peer. Only a
 * client that has asked for the close, and has sent nothing behind its request, is not waited for.
 */
final class ServerConnection implements BytesListener {
    private static final byte[] NOTHING = {};

    private enum Life {
        SERVING,
        /** No request is served after the one that is being read or was read last. */
        LAST_REQUEST,
        /** What follows the last request belongs to another protocol. */
        LEAVING,
        /** The last response is out: what still comes is thrown away. */
        LINGERING
    }

    private final HttpServer server;
    private final NetSocket socket;

    /** What the connection waits for, and since when. */
    private final ConnectionClock clock;

    /** The way in. */
    private final RequestIntake intake = new RequestIntake(this);

    /** The responses due, in the order of their requests. */
    private final ResponseQueue responses = new ResponseQueue(this);

    /** The socket is destroyed. */
    boolean isGone;

    private Life life = Life.SERVING;

    /** Why it ended, where it was the server's decision. */
    private @Nullable IOException failure;

    /** No successor has taken it: it ends here. */
    private boolean isStaying;

    /** The last response was written, and has yet to leave before the connection can move. */
    private boolean isMoveDue;

    /** Asked for once, and only if it is to be told. */
    private @Nullable Optional<Address> remote;

    /** Why the connection leaves, while the responses before are on their way. */
    private @Nullable ServerUpgrade upgrade;

    /** Bytes thrown away since the last request. */
    private long discarded;

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

    /** The peer; asked of the kernel once. */
    Optional<Address> remoteAddress() {
        if (remote == null) {
            remote = socket.remoteAddress();
        }
        return remote;
    }

    /** The connection is about to be destroyed for {@code cause}, if that is not null. */
    void failed(@Nullable IOException cause) {
        if (failure == null) {
            failure = cause;
        }
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
        // A handler has resumed a socket that leaves HTTP; or what comes is to move unread.
        if (isLeaving() || isAboutToMove()) {
            socket.pause();
            return 0;
        }
        return isLastRequestRead() ? ignore(length) : intake.parse(array, offset, length);
    }

    @Override
    public void onDestroyed() {
        isGone = true;
    }

    /** What follows the last request is ignored (row X34), but not without end. */
    int ignore(int length) {
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
    boolean discard(int length) {
        discarded += length;
        boolean isLingering = life == Life.LINGERING;
        return discarded
                > (isLingering ? HttpServer.LINGER_MAX_BYTES : HttpServer.DISCARD_MAX_BYTES);
    }

    /** Whether nothing more is served: what the intake still tells is of no interest. */
    boolean isOver() {
        return life == Life.LINGERING || isGone;
    }

    /** Whether no further request is served after those that are due. */
    boolean isEnding() {
        return isClosing() || isLastRequestRead();
    }

    /** Whether the server closes, and this connection with it. */
    boolean isClosing() {
        return server.isClosing() && !isMoving();
    }

    /** Whether the server leaves, and this connection is to go on at its successor. */
    boolean isMoving() {
        return server.isClosing() && !isStaying && server.net().moves().isPossible(socket);
    }

    /** Whether what comes now is for the successor: a response has yet to be given, or to leave. */
    private boolean isAboutToMove() {
        return (isMoveDue || !responses.isEmpty()) && intake.isBetweenMessages() && isMoving();
    }

    /** It has come from another server, between two requests. */
    void moved() {
        clock.moved();
    }

    /** No successor has taken it: what has come of a request is served, and then it ends. */
    void stay() {
        isStaying = true;
        moved();
        socket.resume();
        // The next poll reads what has come meanwhile.
        loop().setImmediate(() -> {
            if (!isGone) {
                closeWhenIdle();
            }
        });
    }

    /** {@code asked} was read: what is behind its head is no request of this connection's. */
    void leave(ServerUpgrade asked) {
        life = Life.LEAVING;
        upgrade = asked;
        clock.stopped();
        asked.begin();
    }

    boolean isLeaving() {
        return life == Life.LEAVING;
    }

    /** Below the parser no more; the responses due go first. */
    void handOverWhenDue() {
        if (responses.isEmpty()) {
            handOver();
        } else {
            socket.pause();
        }
    }

    /** The last response before the upgrade is out. */
    void handOverSoon() {
        loop().nextTick(() -> {
            if (isLeaving() && !isGone) {
                handOver();
            }
        });
    }

    /** The socket's next owner gets every byte behind the head, and all that happens to it. */
    private void handOver() {
        ServerUpgrade leaving = Objects.requireNonNull(upgrade);
        upgrade = null;
        life = Life.LINGERING;
        server.closed(this);
        socket.resume();
        socket.handOver();
        leaving.handOver();
    }

    boolean isLastRequestRead() {
        return life != Life.SERVING && life != Life.LEAVING && intake.reading() == null;
    }

    /** The head of a request is complete. */
    void requestBegan() {
        discarded = 0;
    }

    boolean isServing() {
        return life == Life.SERVING;
    }

    /** RFC 9112 section 9.6: behind a response that closes no further request is processed. */
    void noRequestFollows() {
        if (life == Life.SERVING) {
            life = Life.LAST_REQUEST;
        }
    }

    boolean isReading(ServerRequest request) {
        return request == intake.reading();
    }

    RequestIntake intake() {
        return intake;
    }

    ResponseQueue responses() {
        return responses;
    }

    /** Whether no further request is served and {@code response} is the last one due. */
    boolean endsWith(ServerResponse response) {
        boolean isLast = life == Life.LAST_REQUEST || life == Life.LINGERING;
        return (isLast || isClosing() && !isLeaving()) && responses.endsWith(response);
    }

    /** Answers what can't be served, behind what is due, and ends the connection. */
    void refuse(int status, String code, String text) {
        server.counts().refused(status, code);
        clock.stopped();
        noRequestFollows();
        ServerRequest reading = intake.reading();
        ServerResponse begun = reading == null ? null : responses.to(reading);
        if (begun != null) {
            refuseBegun(begun, status, text);
            return;
        }
        boolean isToHead = intake.isInHeadRequest();
        intake.end();
        responses.refuse(new Refusal(status, text, isToHead));
    }

    /** The body broke after the handler got the request. */
    private void refuseBegun(ServerResponse response, int status, String text) {
        ServerRequest request = response.request;
        request.body().close(new IOException("the request broke off: " + text));
        intake.end();
        if (!response.body().isEnded()) {
            response.refuse(status, text, true);
        } else if (responses.isFinished(request)) {
            linger();
        }
    }

    /** FIN after the last response; then what still comes is read and thrown away, for a while. */
    void linger() {
        if (life != Life.LINGERING) {
            life = Life.LINGERING;
            intake.end();
            loseUpgrade();
            responses.close(null);
            clock.lingering();
            if (!intake.isParsing()) {
                closeSocket();
            }
        }
    }

    /**
     * What is behind a request shows when its chunk is parsed. Where nothing is, and the client
     * asked for the close, nothing is read any more: RFC 9112 section 9.6 forbids it to send more.
     */
    void closeSocket() {
        if (isGone) {
            return;
        }
        if (intake.isAlone() && discarded == 0) {
            socket.destroySoon();
        } else {
            discarded = 0;
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
        if (isGone || isLeaving()) {
            return;
        }
        boolean isInBody = intake.reading() != null;
        if (isInBody || !intake.isBetweenRequests()) {
            String what = isInBody ? "body" : "head";
            refuse(400, "HPE_INVALID_EOF_STATE", "the request ended before its " + what + " did");
        } else if (responses.isEmpty()) {
            socket.end();
        }
    }

    /**
     * Ends it now if it serves nothing, otherwise with the response to its last request. Where the
     * server has a successor the connection moves instead.
     */
    void closeWhenIdle() {
        if (isMoving()) {
            moveSoon();
        } else if (isIdle()) {
            linger();
        }
    }

    /** It moves as soon as it is in the middle of nothing, and the last response has left. */
    void moveSoon() {
        if (!isMoveDue) {
            isMoveDue = true;
            socket.write(NOTHING, 0, 0, this::moveWhenFree);
        }
    }

    private void moveWhenFree(@Nullable IOException error) {
        isMoveDue = false;
        if (isGone || error != null) {
            return;
        }
        if (!isMoving()) {
            if (isIdle()) {
                stay();
            }
            return;
        }
        if (socket.queuedBytes() > 0) {
            moveSoon();
            return;
        }
        byte[] head = intake.unfinishedHead();
        boolean isFree = life == Life.SERVING && responses.isEmpty() && intake.reading() == null;
        if (isFree && head != null && !intake.isParsing()) {
            life = Life.LINGERING;
            intake.end();
            server.closed(this);
            server.net().moves().move(socket, ByteBuffer.wrap(head), server::returned);
        }
    }

    /** Whether it serves nothing, and nothing of a request has come. */
    boolean isIdle() {
        return !isLeaving()
                && responses.isEmpty()
                && intake.reading() == null
                && intake.isBetweenRequests();
    }

    private void loseUpgrade() {
        if (upgrade != null) {
            upgrade.lost();
            upgrade = null;
        }
    }

    private void closed() {
        life = Life.LINGERING;
        intake.end();
        loseUpgrade();
        server.closed(this);
        responses.close(failure != null ? failure : SystemError.of(Errno.ECONNRESET, "read"));
    }
}
