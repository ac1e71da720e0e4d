package dev.millrace.http;

import dev.millrace.http.wire.BodyFraming;
import dev.millrace.http.wire.FieldsToSend;
import dev.millrace.http.wire.HeadWriter;
import dev.millrace.loop.TimerHandle;
import dev.millrace.net.NetSocket;
import dev.millrace.stream.WriteSide;
import dev.millrace.stream.WriteStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of one request on their way to the socket: head, framing, the check against a declared
 * length, and the waits for a connection and for 100; the twin of {@link ResponseBody}.
 *
 * <pre>
 *   kept whole, or waiting ──sendTo──▶ head sent ──▶ body sent, what is written follows at once
 *                                          │           ▲
 *                                          └─▶ held ───┘ 100, or nothing for a time
 * </pre>
 */
final class ClientRequestBody extends WriteSide {
    private static final byte[] NOTHING = {};

    /** A body up to that leaves with its head, at the price of a copy. */
    private static final int COPIED_MAX = 8 * 1024;

    private static final byte[] CRLF = {'\r', '\n'};
    private static final byte[] UPGRADE =
            "Connection: Upgrade\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] CLOSE = "Connection: close\r\n".getBytes(StandardCharsets.US_ASCII);

    /** RFC 9110 section 8.6: without a body these need not say so. */
    private static final Set<String> BODILESS =
            Set.of("GET", "HEAD", "DELETE", "OPTIONS", "TRACE", "CONNECT");

    private final ClientExchange exchange;
    private final FieldsToSend fields;
    private BodyFraming framing = BodyFraming.NONE;
    private long remaining;

    /** The fields can't change any more. */
    private boolean isHeadClosed;

    /** The whole body, if it was given at once: it can be sent again. */
    private byte @Nullable [] whole;

    /** What was written and waits for a connection, or for 100. */
    private @Nullable WaitingBytes waiting;

    /** The head is sent, and the server is to say whether it wants the body. */
    private boolean isHeld;

    /** Ends the hold without the server. */
    private @Nullable TimerHandle patience;

    private @Nullable FieldsToSend trailers;

    ClientRequestBody(ClientExchange exchange, FieldsToSend fields) {
        this.exchange = exchange;
        this.fields = fields;
    }

    boolean isHeadClosed() {
        return isHeadClosed;
    }

    /** Head and body at once, and the end. */
    void whole(byte[] bytes) {
        whole = bytes;
        closeHead(bytes.length);
        count(bytes.length);
        end();
        exchange.submit();
    }

    void trailer(String name, String value) {
        FieldsToSend.checkTrailer(name);
        FieldsToSend kept = trailers == null ? new FieldsToSend() : trailers;
        kept.add(name, value);
        boolean isChunked =
                isHeadClosed ? framing == BodyFraming.CHUNKED : fields.makeChunkedForTrailer();
        if (!isOpen() || !isChunked) {
            throw new IllegalStateException(
                    "a trailer stands behind a chunked body: set it before the end, and without"
                            + " Content-Length");
        }
        trailers = kept;
    }

    private void closeHead(long length) {
        isHeadClosed = true;
        framing = BodyFraming.sent(fields, length, false);
        if (framing == BodyFraming.CLOSE) {
            // RFC 9112 section 6.3: a request has no body that the close ends.
            framing = BodyFraming.CHUNKED;
        }
        boolean isChunked = fields.isChunked() || fields.hasTrailer();
        boolean isEmpty = length == 0 && fields.contentLength() < 0 && !isChunked;
        if (isEmpty && BODILESS.contains(exchange.line().method())) {
            framing = BodyFraming.NONE;
        }
        remaining = fields.contentLength() >= 0 ? fields.contentLength() : Math.max(0, length);
    }

    /** The body does not go where a redirect leads. */
    void drop() {
        whole = NOTHING;
        trailers = null;
        framing = BodyFraming.NONE;
    }

    private HeadWriter head(ClientRoute route) {
        HeadWriter writer = exchange.client().head();
        writer.begin(exchange.line(), fields);
        route.authorize(writer);
        if (framing == BodyFraming.LENGTH) {
            byte[] bytes = whole;
            writer.contentLength(
                    bytes == null ? Math.max(fields.contentLength(), 0) : bytes.length);
        } else if (framing == BodyFraming.CHUNKED) {
            writer.chunked();
        }
        if (fields.isClose()) {
            writer.append(CLOSE);
        } else if (exchange.listeners().wantsUpgrade() && !fields.hasConnection()) {
            // RFC 9110 section 7.8: the field is for the next hop alone.
            writer.append(UPGRADE);
        }
        writer.end();
        return writer;
    }

    @Override
    protected boolean handOn(
            byte[] array,
            int offset,
            int length,
            boolean isLent,
            @Nullable Consumer<? super @Nullable IOException> callback) {
        if (!isHeadClosed) {
            closeHead(-1);
            waiting = new WaitingBytes();
            count(length);
            frame(array, offset, length, isLent);
            exchange.submit();
        } else {
            count(length);
            frame(array, offset, length, isLent);
        }
        return true;
    }

    private void frame(byte[] array, int offset, int length, boolean isLent) {
        if (framing == BodyFraming.CHUNKED && length > 0) {
            byte[] size =
                    (Integer.toHexString(length) + "\r\n").getBytes(StandardCharsets.US_ASCII);
            put(size, 0, size.length, true);
            put(array, offset, length, isLent);
            put(CRLF, 0, CRLF.length, true);
        } else if (length > 0) {
            put(array, offset, length, isLent);
        }
    }

    /** RFC 9112 section 7.1: the last chunk, the trailer section and its empty line. */
    private void frameEnd() {
        if (framing == BodyFraming.CHUNKED) {
            HeadWriter writer = exchange.client().head();
            writer.beginTrailer(trailers);
            writer.end();
            put(writer.array(), 0, writer.length(), true);
        }
    }

    /** RFC 9110 section 8.6: never a byte beyond what was declared. */
    private void count(long length) {
        if (framing == BodyFraming.LENGTH) {
            remaining -= length;
            if (remaining < 0) {
                mismatch("longer");
            }
        }
    }

    private void mismatch(String how) {
        exchange.over(null);
        throw new IllegalStateException(
                "the body is "
                        + how
                        + " than its Content-Length, the request is destroyed"
                        + " (ERR_HTTP_CONTENT_LENGTH_MISMATCH)");
    }

    private void put(byte[] array, int offset, int length, boolean isLent) {
        ClientConnection connection = exchange.connection();
        if (waiting != null) {
            waiting.add(array, offset, length, isLent);
        } else if (connection != null && isLent) {
            connection.socket().write(array, offset, length);
        } else if (connection != null) {
            connection.socket().write(ByteBuffer.wrap(array, offset, length));
        }
    }

    /** There is a connection: the head goes there, and what there is of the body. */
    void sendTo(ClientConnection connection) {
        withhold();
        HeadWriter writer = head(connection.pool().route());
        connection.socket().write(writer.array(), 0, writer.length());
        isHeld = framing != BodyFraming.NONE && fields.isExpectContinue() && hasBody();
        if (isHeld) {
            Duration limit = exchange.client().options().timeouts().proceed();
            patience = limit.isZero() ? null : exchange.loop().setTimeout(limit, this::proceed);
        } else {
            sendBody(connection);
        }
    }

    private boolean hasBody() {
        return whole == null || whole.length > 0;
    }

    private void sendBody(ClientConnection connection) {
        NetSocket socket = connection.socket();
        if (whole != null) {
            frame(whole, 0, whole.length, whole.length <= COPIED_MAX);
            frameEnd();
        } else {
            WaitingBytes waited = waiting;
            waiting = null;
            if (waited != null) {
                waited.sendTo(socket);
            }
            if (socket.queuedBytes() < WriteStream.HIGH_WATER_MARK_BYTES) {
                soon(this::drained);
            }
        }
        finished();
    }

    /** The server wants the body, or says nothing. */
    void proceed() {
        ClientConnection connection = exchange.connection();
        if (isHeld && connection != null) {
            withhold();
            isHeld = false;
            connection.clock().moved();
            sendBody(connection);
        }
    }

    /** The server does not need the body, if it still waits here. */
    void withhold() {
        if (patience != null) {
            patience.close();
            patience = null;
        }
    }

    /** Whether the server was asked whether it wants the body. */
    boolean isHeld() {
        return isHeld;
    }

    /** Whether it can be sent again from its first byte. */
    boolean isRepeatable() {
        return whole != null && isEnded();
    }

    @Override
    protected void endWriting() {
        if (!isHeadClosed) {
            whole = NOTHING;
            closeHead(0);
            checkLength();
            exchange.submit();
            return;
        }
        checkLength();
        if (whole == null) {
            frameEnd();
            if (exchange.connection() != null && !isHeld) {
                soon(this::finished);
            }
        }
    }

    private void checkLength() {
        if (framing == BodyFraming.LENGTH && remaining > 0) {
            mismatch("shorter");
        }
    }

    @Override
    protected long queuedBytes() {
        ClientConnection connection = exchange.connection();
        long kept = waiting == null ? 0 : waiting.size();
        return connection == null ? kept : kept + connection.socket().queuedBytes();
    }

    /** The socket tells the request that it serves of its drain, asked or not. */
    @Override
    protected void notifyDrained() {}

    /** What the socket had is gone; what is held still waits. */
    void socketDrained() {
        if (waiting == null) {
            drained();
        }
    }

    @Override
    protected void soon(Runnable task) {
        exchange.request().soon(task);
    }

    @Override
    protected IOException writtenTooLate(boolean isWithdrawn) {
        IOException error = afterEnd();
        exchange.fail(error);
        return error;
    }

    @Override
    protected void call(Runnable listener) {
        exchange.request().enter(listener);
    }
}
