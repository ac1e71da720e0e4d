package dev.millrace.http;

import dev.millrace.http.HttpServerStatistics.Timeout;
import dev.millrace.stream.WriteLimit;
import dev.millrace.stream.WriteStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The responses a connection owes, in the order of the requests (rows J15, R37). Only the first one
 * writes to the socket. What refuses the bytes behind the last request waits here as well.
 */
final class ResponseQueue {
    /** Responses due from which on no further request is read (row R38). */
    private static final int DUE_MAX = 256;

    private static final byte[] CONTINUE =
            "HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private final ServerConnection connection;
    private @Nullable ServerResponse first;
    private @Nullable ServerResponse last;
    private @Nullable Refusal refusal;
    private int due;

    /** Those due that are not ended: their handlers are at work, or have work under way. */
    private int open;

    /** The heads of the requests whose responses are due: a request keeps its own. */
    private long headBytes;

    /** No more than this waits in the socket, which is asked only when that may be too much. */
    private long queuedAtMost;

    private long waitingBytes;
    private long largestWaiting;
    private boolean isContinueDue;

    /** The peer has ended its side: no request comes behind those it has sent. */
    private boolean hasPeerEnded;

    /** The last response was written, and only the end of the connection ends its body. */
    private boolean isOpenEnded;

    ResponseQueue(ServerConnection connection) {
        this.connection = connection;
    }

    void add(ServerResponse response) {
        if (last == null) {
            first = response;
        } else {
            last.next = response;
        }
        last = response;
        due++;
        open++;
        headBytes += response.request.headBytes();
    }

    boolean isEmpty() {
        return first == null;
    }

    /**
     * Ends the connection at once. With FIN a body that the end of the connection ends would look
     * whole, so its peer gets a reset; also when all of it was written, and some waits to be sent.
     */
    void abort() {
        abort(null);
    }

    /** As {@link #abort()}; {@code cause}, if there is one, is what those are told that wait. */
    void abort(@Nullable IOException cause) {
        connection.failed(cause);
        boolean isUnderWay = first != null && first.body().isOpenEnded();
        if (isUnderWay || isOpenEnded && connection.socket().queuedBytes() > 0) {
            connection.socket().reset();
        } else {
            connection.socket().destroy(cause);
        }
    }

    /**
     * 503 in place of what handlers don't send: of those that have had {@code limit} for a head.
     */
    void checkHandlers(Duration limit, long nowNanos) {
        ServerResponse next = first;
        while (next != null && first != null) {
            ServerResponse each = next;
            next = each.next;
            ExchangeTrace trace = each.trace;
            if (!each.isHeadSent
                    && trace != null
                    && trace.isHandlerLate(
                            limit, nowNanos, connection.intake().isComing(each.request))) {
                connection.server().counts().timedOut(Timeout.HANDLER);
                each.refuse(503, "the handler took longer than the handler timeout", true);
            }
        }
    }

    boolean isFirst(ServerResponse response) {
        return response == first;
    }

    /**
     * The peer has ended its side, be everything read that it sent before or not. Those that wait
     * for a response are told once; perhaps none of them gets it. Without half-open connections the
     * peer counts as gone, and takes what is due with it.
     */
    void peerEnded() {
        if (hasPeerEnded) {
            return;
        }
        hasPeerEnded = true;
        if (first != null && !connection.server().options().allowHalfOpen()) {
            abort();
            return;
        }
        for (ServerResponse each = first; each != null; each = each.next) {
            each.peerEnded();
        }
    }

    boolean hasPeerEnded() {
        return hasPeerEnded;
    }

    /** Whether nothing follows {@code response}, no refusal either. */
    boolean endsWith(ServerResponse response) {
        return response == last && refusal == null;
    }

    /** The response due to {@code request}, or null when it was given. */
    @Nullable ServerResponse to(ServerRequest request) {
        ServerResponse at = first;
        while (at != null && at.request != request) {
            at = at.next;
        }
        return at;
    }

    /** Whether {@code request} was answered before all of it had arrived. */
    boolean isFinished(ServerRequest request) {
        return first != null && first.request == request && first.body().isFinished();
    }

    /**
     * Bytes of responses that wait for their turn (row J16). They are bounded as the socket's own
     * queue is (row X80); a gap can not be told, so the connection goes.
     */
    void countWaiting(long bytes) {
        waitingBytes += bytes;
        largestWaiting = Math.max(largestWaiting, bytes);
        WriteLimit limit = connection.socket().writeLimit();
        if (bytes > 0 && limit.isExceededBy(0, waitingBytes, largestWaiting)) {
            abort();
        }
    }

    long waitingBytes() {
        return waitingBytes;
    }

    /**
     * Whether too much is under way, or waits to be sent, for another request to be read. What a
     * handler does before its response may leave costs memory, descriptors and time in advance, so
     * the peer that pipelines gets only some of it.
     */
    boolean isFull() {
        return due >= DUE_MAX
                || open >= connection.server().limits().maxConcurrentRequests()
                || isMuchHeld();
    }

    private boolean isMuchHeld() {
        long room = WriteStream.HIGH_WATER_MARK_BYTES - waitingBytes - headBytes;
        if (queuedAtMost >= room) {
            queuedAtMost = connection.socket().queuedBytes();
        }
        return queuedAtMost >= room;
    }

    /** For the first response due. */
    void send(byte[] array, int offset, int length, boolean isLent) {
        if (isLent) {
            connection.socket().write(array, offset, length);
        } else {
            connection.socket().write(ByteBuffer.wrap(array, offset, length));
        }
        sent(length);
    }

    /** So many bytes went to the socket. */
    void sent(int length) {
        queuedAtMost += length;
    }

    /** A response was ended by its handler, or for it. */
    void responseEnded() {
        open--;
        responseOver();
        if (first != null) {
            // One that waits for its turn has made room for the work of another.
            resumeParsing();
        }
    }

    /** A response has written its last byte; if it is the first, the next one may send. */
    void responseOver() {
        while (first != null && first.body().isOver() && !first.body().isFinished()) {
            ServerResponse over = first;
            isOpenEnded = over.body().isOpenEnded();
            over.finish();
            if (!over.body().isPersistent()) {
                connection.linger();
                return;
            }
            if (connection.isReading(over.request)) {
                over.request.body().discard();
                return;
            }
            pop();
        }
    }

    /** All of {@code request} has arrived. */
    void requestEnded(ServerRequest request) {
        if (isFinished(request)) {
            pop();
        }
    }

    /** The first exchange is over: request and response are complete. */
    private void pop() {
        ServerResponse over = Objects.requireNonNull(first);
        first = over.next;
        over.next = null;
        due--;
        headBytes -= over.request.headBytes();
        over.request.body().close(null);
        if (first != null) {
            becomeFirst(first);
        } else {
            last = null;
            connection.clock().idle();
            if (connection.isLeaving()) {
                connection.handOverSoon();
                return;
            }
            if (refusal == null && connection.isMoving() && connection.isServing()) {
                connection.moveSoon();
                return;
            }
            if (refusal != null || connection.isEnding()) {
                sendRefusal();
                return;
            }
        }
        resumeParsing();
    }

    private void becomeFirst(ServerResponse response) {
        if (isContinueDue && connection.isReading(response.request)) {
            isContinueDue = false;
            send(CONTINUE, 0, CONTINUE.length, true);
        }
        response.body().becomeFirst();
        responseOver();
    }

    private void resumeParsing() {
        if (connection.intake().isHeld() && !isFull()) {
            connection.intake().resumeParsing();
        }
    }

    /** The socket has taken everything. */
    void drained() {
        if (first != null) {
            first.body().socketDrained();
        }
        resumeParsing();
    }

    /** RFC 9110 section 15.2: an interim response, which has to keep the order as well. */
    void sendContinue(ServerRequest request) {
        if (first == null || first.request != request) {
            isContinueDue = true;
        } else if (!first.isHeadSent) {
            send(CONTINUE, 0, CONTINUE.length, true);
        }
    }

    /** Ends the connection with {@code refusal}, behind what is due (row X33). */
    void refuse(Refusal last) {
        refusal = last;
        if (first == null) {
            sendRefusal();
        }
    }

    private void sendRefusal() {
        if (refusal != null) {
            refusal.send(connection.socket(), connection.server().head());
            ExchangeTrace.refused(connection, refusal);
        }
        connection.linger();
    }

    /** The connection is over; {@code error} says why, if it should not be. */
    void close(@Nullable IOException error) {
        ServerResponse response = first;
        first = null;
        last = null;
        refusal = null;
        due = 0;
        open = 0;
        headBytes = 0;
        for (; response != null; response = response.next) {
            ServerResponse closing = response;
            closing.request.enter(() -> closing.close(error));
        }
    }
}
