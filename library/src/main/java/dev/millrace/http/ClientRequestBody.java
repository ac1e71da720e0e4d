package dev.millrace.http;

import dev.millrace.http.wire.BodyFraming;
import dev.millrace.http.wire.FieldsToSend;
import dev.millrace.http.wire.HeadWriter;
import dev.millrace.net.NetSocket;
import dev.millrace.stream.WriteSide;
import dev.millrace.stream.WriteStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of one request on their way to the socket: head, framing, the check against a declared
 * length, and the wait for a connection; the twin of {@link ResponseBody}.
 */
final class ClientRequestBody extends WriteSide {
    private static final byte[] LAST_CHUNK = "0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] CRLF = {'\r', '\n'};
    private static final byte[] CLOSE = "Connection: close\r\n".getBytes(StandardCharsets.US_ASCII);

    /** RFC 9110 section 8.6: without a body these need not say so. */
    private static final Set<String> BODILESS = Set.of("GET", "HEAD", "DELETE", "OPTIONS", "TRACE");

    private final ClientRequest request;
    private BodyFraming framing = BodyFraming.NONE;
    private long remaining;

    /** What waits for a connection; all of a whole request stays here, so that it can repeat. */
    private @Nullable WaitingBytes waiting = new WaitingBytes();

    /** Head and body were given at once. */
    private boolean isWhole;

    ClientRequestBody(ClientRequest request) {
        this.request = request;
    }

    /** Head and body at once, and the end. */
    void whole(byte[] bytes) {
        head(bytes.length);
        count(bytes.length);
        frame(bytes, 0, bytes.length, false);
        isWhole = true;
        end();
        request.submit();
    }

    private void head(long length) {
        FieldsToSend fields = request.fields();
        framing = BodyFraming.sent(fields, length, false);
        if (framing == BodyFraming.CLOSE) {
            // RFC 9112 section 6.3: a request has no body that the close ends.
            framing = BodyFraming.CHUNKED;
        }
        boolean isEmpty = length == 0 && fields.contentLength() < 0 && !fields.isChunked();
        if (isEmpty && BODILESS.contains(request.method())) {
            framing = BodyFraming.NONE;
        }
        remaining = fields.contentLength() >= 0 ? fields.contentLength() : Math.max(0, length);
        HeadWriter writer = request.client().head();
        writer.begin(request.line(), fields);
        if (framing == BodyFraming.LENGTH) {
            writer.contentLength(remaining);
        } else if (framing == BodyFraming.CHUNKED) {
            writer.chunked();
        }
        if (fields.isClose()) {
            writer.append(CLOSE);
        }
        writer.end();
        put(writer.array(), 0, writer.length(), true);
    }

    @Override
    protected boolean handOn(
            byte[] array,
            int offset,
            int length,
            boolean isLent,
            @Nullable Consumer<? super @Nullable IOException> callback) {
        if (request.closesHead()) {
            head(-1);
            request.submit();
        }
        count(length);
        frame(array, offset, length, isLent);
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
        request.destroy();
        throw new IllegalStateException(
                "the body is "
                        + how
                        + " than its Content-Length, the request is destroyed"
                        + " (ERR_HTTP_CONTENT_LENGTH_MISMATCH)");
    }

    private void put(byte[] array, int offset, int length, boolean isLent) {
        ClientConnection connection = request.connection();
        if (waiting != null) {
            waiting.add(array, offset, length, isLent);
        } else if (connection != null && isLent) {
            connection.socket().write(array, offset, length);
        } else if (connection != null) {
            connection.socket().write(ByteBuffer.wrap(array, offset, length));
        }
    }

    /** There is a connection: what waited goes there. */
    void sendTo(ClientConnection connection) {
        NetSocket socket = connection.socket();
        if (waiting != null) {
            waiting.sendTo(socket);
        }
        if (!isWhole) {
            waiting = null;
        }
        if (socket.queuedBytes() < WriteStream.HIGH_WATER_MARK_BYTES) {
            soon(this::drained);
        }
        finished();
    }

    /** Whether it can be sent again from its first byte. */
    boolean isRepeatable() {
        return isWhole && isEnded();
    }

    @Override
    protected void endWriting() {
        boolean isEmpty = request.closesHead();
        if (isEmpty) {
            head(0);
            isWhole = true;
        }
        if (framing == BodyFraming.LENGTH && remaining > 0) {
            mismatch("shorter");
        }
        if (framing == BodyFraming.CHUNKED) {
            put(LAST_CHUNK, 0, LAST_CHUNK.length, true);
        }
        if (isEmpty) {
            request.submit();
        } else if (request.connection() != null) {
            soon(this::finished);
        }
    }

    @Override
    protected long queuedBytes() {
        ClientConnection connection = request.connection();
        if (connection != null) {
            return connection.socket().queuedBytes();
        }
        return waiting == null ? 0 : waiting.size();
    }

    /** The socket tells the request that it serves of its drain, asked or not. */
    @Override
    protected void notifyDrained() {}

    @Override
    protected void soon(Runnable task) {
        request.soon(task);
    }

    @Override
    protected IOException writtenTooLate(boolean isWithdrawn) {
        IOException error = afterEnd();
        request.fail(error);
        return error;
    }

    @Override
    protected void call(Runnable listener) {
        request.enter(listener);
    }
}
