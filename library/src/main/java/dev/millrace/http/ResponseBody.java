package dev.millrace.http;

import dev.millrace.http.wire.BodyFraming;
import dev.millrace.http.wire.FieldsToSend;
import dev.millrace.stream.Region;
import dev.millrace.stream.RegionWriter;
import dev.millrace.stream.WriteSide;
import dev.millrace.stream.WriteStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of one response on their way to the socket: framing, the check against a declared
 * length, and the wait for the responses before it (row R37). Only the first response due writes to
 * the socket; later ones collect here until it is their turn.
 */
final class ResponseBody extends WriteSide implements RegionWriter {
    /** Bodies up to this size leave in one array with their head. */
    private static final int COPY_MAX = 16 * 1024;

    private static final byte[] LAST_CHUNK = "0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] CRLF = {'\r', '\n'};

    private final ServerResponse response;
    private BodyFraming framing = BodyFraming.NONE;
    private long remaining;

    /** Of the content, given to the socket or waiting for it. */
    private long bytes;

    private boolean isPersistent;

    /** What follows the last chunk; null: nothing. */
    private @Nullable FieldsToSend trailers;

    /** Everything was written, here or to the socket. */
    private boolean isOver;

    /** Null unless something may change the bytes. */
    private @Nullable BodyCoding coded;

    /** What waits for its turn; null while nothing does. */
    private @Nullable WaitingBytes waiting;

    ResponseBody(ServerResponse response) {
        this.response = response;
    }

    private ServerConnection connection() {
        return response.request.connection();
    }

    void coding(BodyCoding.Choice choice) {
        BodyCoding.close(coded);
        coded = new BodyCoding(this, response, choice);
    }

    /** Whether the bytes are changed, which is decided with this call, if it was not before. */
    boolean isCoded(long length) {
        return BodyCoding.choose(coded, length);
    }

    /** Decides the framing and writes the head. {@code length}: of the whole body, or -1. */
    void begin(long length) {
        ResponseHead head = head(length);
        put(head.array(), 0, head.length(), true);
    }

    /** Head and body at once, and the end; {@code isCut}: without the handler's doing. */
    void whole(byte[] bytes, boolean isCut) {
        BodyCoding.close(isCut ? coded : null);
        ResponseHead head = head(bytes.length);
        boolean hasBody = framing != BodyFraming.NONE;
        if (hasBody) {
            count(bytes.length);
        }
        if (hasBody && framing != BodyFraming.CHUNKED && bytes.length <= COPY_MAX) {
            head.append(bytes, 0, bytes.length);
            put(head.array(), 0, head.length(), true);
        } else {
            put(head.array(), 0, head.length(), true);
            if (hasBody) {
                frame(bytes, 0, bytes.length, false);
            }
        }
        if (isCut) {
            // A file that can't be sent fails after its listener has answered so.
            dismissPipe();
            withdraw();
        } else {
            end();
        }
    }

    private ResponseHead head(long length) {
        FieldsToSend fields = response.fields;
        ServerRequest request = response.request;
        int status = response.status;
        long declared = fields == null ? -1 : fields.contentLength();
        BodyFraming ofGet =
                fields == null
                        ? BodyFraming.sent(length, request.isHttp10())
                        : BodyFraming.sent(fields, length, request.isHttp10());
        boolean isBodiless = status == 204 || status == 304;
        boolean isReset = status == 205;
        if (request.isConnect() && status < 300) {
            // RFC 9110 section 9.3.6: what follows would be the tunnel, which ends at once.
            return tunnelHead(status, fields);
        }
        framing = isBodiless || isReset || request.isHead() ? BodyFraming.NONE : ofGet;
        remaining = declared >= 0 ? declared : length;
        boolean wantsConnection = !isRemoved(fields, "connection");
        isPersistent = KeepAliveDecision.isKept(connection(), response, framing);
        if (!isPersistent) {
            connection().noRequestFollows();
        }
        ResponseHead head = connection().server().head();
        head.begin(status, response.reason, fields);
        // RFC 9110 section 8.6: none with 204; on HEAD and 304 it says what GET would have had.
        // A HEAD that ends without a body leaves open how long it would have been.
        boolean isUnknown = isBodiless || (request.isHead() && length == 0);
        if (isReset) {
            // RFC 9110 section 15.3.6: no content, but RFC 9112 section 6.3 reads its length.
            head.contentLength(0);
        } else if (declared >= 0 ? status != 204 : ofGet == BodyFraming.LENGTH && !isUnknown) {
            head.contentLength(remaining);
        } else if (ofGet == BodyFraming.CHUNKED && !isUnknown) {
            head.chunked();
        }
        boolean wantsDate = fields == null || !(fields.hasDate() || isRemoved(fields, "date"));
        head.end(isPersistent, wantsDate, wantsConnection);
        return head;
    }

    private ResponseHead tunnelHead(int status, @Nullable FieldsToSend fields) {
        framing = BodyFraming.NONE;
        isPersistent = false;
        connection().noRequestFollows();
        ResponseHead head = connection().server().head();
        head.begin(status, response.reason, fields);
        head.end(false, fields == null || !fields.hasDate(), true);
        return head;
    }

    private static boolean isRemoved(@Nullable FieldsToSend fields, String lower) {
        return fields != null && fields.isRemoved(lower);
    }

    @Override
    protected boolean handOn(
            byte[] array,
            int offset,
            int length,
            boolean isLent,
            @Nullable Consumer<? super @Nullable IOException> callback) {
        response.beginWith(-1);
        boolean isSent = framing != BodyFraming.NONE && length > 0;
        if (isSent && !BodyCoding.write(coded, array, offset, length, isLent)) {
            count(length);
            frame(array, offset, length, isLent);
        }
        return true;
    }

    /** What is chunked, or waits for its turn, has to be bytes here. */
    @Nullable RegionWriter regions() {
        boolean isNext = isOpen() && connection().responses().isFirst(response);
        return isNext && framing != BodyFraming.CHUNKED && !isCoded(-1) ? this : null;
    }

    @Override
    public boolean write(Region region, Consumer<? super @Nullable IOException> told) {
        connection().loop().checkThread();
        if (regions() == null) {
            return false;
        }
        response.beginWith(-1);
        if (framing == BodyFraming.NONE) {
            soon(() -> told.accept(null));
            return true;
        }
        RegionWriter socket = connection().socket().regions();
        if (framing == BodyFraming.CHUNKED || socket == null) {
            return false;
        }
        count(region.length());
        if (socket.write(region, told)) {
            connection().responses().sent(region.length());
            return true;
        }
        count(-region.length());
        return false;
    }

    /** Bytes of the content as it is sent. */
    void sendCoded(byte[] array, int offset, int length) {
        bytes += length;
        frame(array, offset, length, true);
    }

    private void frame(byte[] array, int offset, int length, boolean isLent) {
        if (framing == BodyFraming.CHUNKED && length > 0) {
            byte[] size =
                    (Integer.toHexString(length) + "\r\n").getBytes(StandardCharsets.US_ASCII);
            put(size, 0, size.length, true);
            put(array, offset, length, isLent);
            put(CRLF, 0, CRLF.length, true);
        } else {
            put(array, offset, length, isLent);
        }
    }

    /** RFC 9110 section 8.6 and row R43: never a byte beyond what was declared. */
    private void count(long length) {
        bytes += length;
        if (framing == BodyFraming.LENGTH) {
            remaining -= length;
            if (remaining < 0) {
                mismatch("longer");
            }
        }
    }

    private void mismatch(String how) {
        connection().responses().abort();
        throw framing.mismatch(how);
    }

    @Override
    protected void endWriting() {
        response.beginWith(0);
        if (framing == BodyFraming.LENGTH && remaining > 0) {
            mismatch("shorter");
        }
        if (framing == BodyFraming.NONE || !BodyCoding.end(coded)) {
            complete();
        }
    }

    /** Every byte was written, here or to the socket. */
    void complete() {
        if (framing == BodyFraming.CHUNKED) {
            putLastChunk();
        }
        isOver = true;
        connection().responses().responseEnded();
    }

    private void putLastChunk() {
        if (trailers == null) {
            put(LAST_CHUNK, 0, LAST_CHUNK.length, true);
        } else {
            ResponseHead head = connection().server().head();
            head.trailer(trailers);
            put(head.array(), 0, head.length(), true);
        }
    }

    /** RFC 9112 section 7.1.2: a trailer follows the last chunk of a chunked body. */
    void trailer(String name, String value) {
        if (!admit(null)) {
            return;
        }
        FieldsToSend added = trailers == null ? new FieldsToSend() : trailers;
        added.add(name, value);
        boolean isHeadSent = response.isHeadSent;
        boolean isBodiless = isHeadSent && framing == BodyFraming.NONE;
        if (response.request.isHttp10() || isBodiless) {
            return;
        }
        boolean isChunked =
                isHeadSent
                        ? framing == BodyFraming.CHUNKED
                        : response.fields().makeChunkedForTrailer();
        FieldsToSend.checkTrailerHasPlace(isChunked);
        trailers = added;
    }

    /** An interim response, in its place behind the responses before. */
    void interim(int status, FieldsToSend fields) {
        if (!isOpen() || isClosed() || response.request.isHttp10()) {
            return;
        }
        if (status == 100) {
            response.request.continues();
        }
        ResponseHead head = connection().server().head();
        head.begin(status, null, fields);
        head.end(false, false, false);
        put(head.array(), 0, head.length(), true);
    }

    /** Whether it has begun, and only the end of the connection will say where it ends. */
    boolean isOpenEnded() {
        return framing == BodyFraming.CLOSE && response.isHeadSent && !isFinished();
    }

    long bytes() {
        return bytes;
    }

    /** Whether everything was written, here or to the socket. */
    boolean isOver() {
        return isOver;
    }

    /** Whether another response may follow. */
    boolean isPersistent() {
        return isPersistent;
    }

    private void put(byte[] array, int offset, int length, boolean isLent) {
        if (connection().responses().isFirst(response)) {
            connection().responses().send(array, offset, length, isLent);
            return;
        }
        if (connection().isGone) {
            return;
        }
        if (waiting == null) {
            waiting = new WaitingBytes();
        }
        waiting.add(array, offset, length, isLent);
        connection().responses().countWaiting(length);
    }

    /** It is its turn: what was collected goes to the socket. */
    void becomeFirst() {
        WaitingBytes collected = waiting;
        if (collected != null) {
            waiting = null;
            connection().responses().countWaiting(-collected.size());
            collected.sendTo(connection());
        }
        if (queuedBytes() < WriteStream.HIGH_WATER_MARK_BYTES) {
            socketDrained();
        }
    }

    /** The socket takes bytes; what is held back goes first. */
    void socketDrained() {
        if (!BodyCoding.resume(coded)) {
            drained();
        }
    }

    /** The exchange is over. */
    void closeCoding() {
        BodyCoding.close(coded);
    }

    /** All that waits counts, so that many responses together hold no more than one. */
    @Override
    protected long queuedBytes() {
        return waiting != null
                ? connection().responses().waitingBytes()
                : connection().socket().queuedBytes() + BodyCoding.held(coded);
    }

    /** The socket tells the first response due of its drain, asked or not. */
    @Override
    protected void notifyDrained() {}

    @Override
    protected void soon(Runnable task) {
        response.request.body().soon(task);
    }

    /** The response is complete and stays so. A handler that was cut off makes no mistake. */
    @Override
    protected IOException writtenTooLate(boolean isWithdrawn) {
        IOException error = afterEnd();
        if (!isWithdrawn) {
            connection().server().handlerCalls().wroteTooLate(error);
        }
        return error;
    }

    /** What {@code listener} throws is the handler's failure. */
    @Override
    protected void call(Runnable listener) {
        response.request.enter(listener);
    }
}
