package dev.millrace.http;

import dev.millrace.http.wire.FieldsToSend;
import dev.millrace.http.wire.StatusLine;
import dev.millrace.kernel.SystemError;
import dev.millrace.loop.Loop;
import dev.millrace.net.NetSocket;
import dev.millrace.stream.Listeners;
import dev.millrace.stream.RegionWriter;
import dev.millrace.stream.StreamPipe;
import dev.millrace.stream.WriteStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The response to a request: status and header fields, then the body as a stream with back-pressure
 * from the socket.
 *
 * <pre>
 *   head open ──write, end──▶ head decided ──▶ body ──end──▶ ended ──sent──▶ onFinish, onClose
 *       the peer leaves, or it is destroyed, anywhere ─────────────────────▶ onClose
 * </pre>
 *
 * The length is decided with the first byte: a Content-Length of the handler's wins; a single
 * {@code end(data)} gets one; otherwise the body is chunked, or ends with the connection for
 * HTTP/1.0. The response to HEAD has none of it, nor has one of 204, 205 or 304: what is written
 * there is left out. Writing after the peer has gone does nothing. Belongs to the loop's thread.
 *
 * {@snippet class="dev.millrace.http.HttpExamplesTest" region="response"}
 */
public final class ServerResponse implements WriteStream {
    private final ServerConnection connection;

    /** What it answers; those of this package read it and what follows as they are. */
    final ServerRequest request;

    private final ResponseBody body;
    int status = 200;
    @Nullable String reason;
    @Nullable FieldsToSend fields;
    boolean isHeadSent;

    /** Why it was ended for the handler, which may go on with it; null: it was not. */
    private @Nullable String cut;

    private @Nullable Runnable closeListener;
    private @Nullable Runnable peerEndListener;

    /** Null if there was no observer when the request came. */
    @Nullable ExchangeTrace trace;

    /** The next response due on the connection. */
    @Nullable ServerResponse next;

    ServerResponse(ServerConnection connection, ServerRequest request) {
        this.connection = connection;
        this.request = request;
        this.body = new ResponseBody(this);
    }

    /**
     * Sets the status; 200 is the default.
     *
     * @throws IllegalArgumentException unless it is 200 to 599: informational ones are not final
     * @throws IllegalStateException if the head was sent (ERR_HTTP_HEADERS_SENT)
     */
    public ServerResponse status(int status) {
        return status(status, null);
    }

    /** As {@link #status(int)}, with a reason phrase of the handler's. */
    public ServerResponse status(int status, @Nullable String reason) {
        if (!isHeadOpen()) {
            return this;
        }
        StatusLine.checkFinal(status);
        if (reason != null) {
            FieldsToSend.checkValue("the reason phrase", reason);
        }
        this.status = status;
        this.reason = reason;
        return this;
    }

    /** The status. */
    public int status() {
        connection.loop().checkThread();
        return status;
    }

    /**
     * Sets a header field, in place of those with the same name.
     *
     * @throws IllegalArgumentException if the name is no token, or the value holds CR, LF, NUL or
     *     another character that a field can't carry
     * @throws IllegalStateException if the head was sent (ERR_HTTP_HEADERS_SENT)
     */
    public ServerResponse header(String name, String value) {
        if (isHeadOpen()) {
            fields().set(name, value);
        }
        return this;
    }

    /** Adds a header field beside those with the same name; otherwise as {@link #header}. */
    public ServerResponse addHeader(String name, String value) {
        if (isHeadOpen()) {
            fields().add(name, value);
        }
        return this;
    }

    /** Removes a header field, also one that would be added by itself. */
    public ServerResponse removeHeader(String name) {
        if (isHeadOpen()) {
            fields().remove(name);
        }
        return this;
    }

    /** The value of a header field that was set; the first one, if there are several. */
    public Optional<String> header(String name) {
        connection.loop().checkThread();
        return fields == null ? Optional.empty() : fields.first(name);
    }

    /**
     * What may change the body's bytes on their way: it is asked once, with the head, and a
     * response that fails before is not its. The last one that is set counts.
     *
     * {@snippet class="dev.millrace.http.BodyCodingTest" region="coding"}
     *
     * @throws IllegalStateException if the head was sent
     */
    public ServerResponse coding(BodyCoding.Choice coding) {
        Objects.requireNonNull(coding, "coding");
        if (isHeadOpen()) {
            body.coding(coding);
        }
        return this;
    }

    /**
     * Adds a field to the trailer, which follows the body (RFC 9110 section 6.5), at any time
     * before the end; the body is chunked then. A client that can't get it, because it speaks
     * HTTP/1.0 or the response has no body, does not. The head may announce it by a {@code Trailer}
     * field, which makes the body chunked as well.
     *
     * {@snippet class="dev.millrace.http.HttpUpgradeExamplesTest" region="trailers"}
     *
     * @throws IllegalArgumentException as {@link #header}, and of a field that frames, routes,
     *     authorises, controls or describes the content: that is acted on before a trailer comes
     * @throws IllegalStateException if the body is not chunked, because its length was declared for
     *     instance (ERR_HTTP_TRAILER_INVALID)
     */
    public ServerResponse trailer(String name, String value) {
        connection.loop().checkThread();
        FieldsToSend.checkTrailer(name);
        body.trailer(name, value);
        return this;
    }

    /** Tells a client that waits for it to send the body: 100, as {@link #informational} does. */
    public void writeContinue() {
        informational(100, List.of());
    }

    /**
     * Tells the client what it may fetch already, before the response is known (103, RFC 8297).
     *
     * {@snippet class="dev.millrace.http.HttpUpgradeExamplesTest" region="earlyHints"}
     *
     * @param links values of {@code Link} fields, as {@code </style.css>; rel=preload; as=style}
     * @throws IllegalArgumentException if a field can't carry a link, or there is none
     * @throws IllegalStateException as {@link #informational}
     */
    public void earlyHints(List<String> links) {
        connection.loop().checkThread();
        if (links.isEmpty()) {
            throw new IllegalArgumentException("early hints without a link: leave them out");
        }
        informational(103, links.stream().map(link -> Map.entry("Link", link)).toList());
    }

    /**
     * Sends an interim response (RFC 9110 section 15.2), of which there may be many before the
     * final one: 102 to say that it takes time, for instance. It waits for the responses before it.
     * A client that speaks HTTP/1.0 gets none.
     *
     * @param fields names and values, in order
     * @throws IllegalArgumentException unless the status is 100 or 102 to 199: 101 is sent by
     *     {@link ServerUpgrade}; or if a field can't be so
     * @throws IllegalStateException if the head was sent (ERR_HTTP_HEADERS_SENT)
     */
    public void informational(int status, List<Map.Entry<String, String>> fields) {
        boolean isOpen = isHeadOpen();
        StatusLine.checkInterim(status);
        FieldsToSend sent = new FieldsToSend();
        fields.forEach(field -> sent.add(field.getKey(), field.getValue()));
        if (isOpen) {
            body.interim(status, sent);
        }
    }

    /**
     * False after the response was cut off: its handler may not know of it yet, and makes no
     * mistake.
     */
    private boolean isHeadOpen() {
        connection.loop().checkThread();
        if (isHeadSent && cut == null) {
            throw new IllegalStateException("the head was sent already (ERR_HTTP_HEADERS_SENT)");
        }
        return cut == null;
    }

    FieldsToSend fields() {
        if (fields == null) {
            fields = new FieldsToSend();
        }
        return fields;
    }

    @Override
    public boolean write(byte[] array, int offset, int length) {
        connection.loop().checkThread();
        return body.write(array, offset, length, null);
    }

    @Override
    public boolean write(ByteBuffer buffer) {
        connection.loop().checkThread();
        return body.write(buffer, null);
    }

    /** For the first response due, of a body whose length is known or that ends the connection. */
    @Override
    public @Nullable RegionWriter regions() {
        connection.loop().checkThread();
        return body.regions();
    }

    /** Sends the head now, with the body to come; the first write does so by itself. */
    public void flushHead() {
        connection.loop().checkThread();
        if (body.admit(null)) {
            beginWith(-1);
        }
    }

    /** Decides the head, unless that was done; {@code length}: of the whole body, -1 if unknown. */
    void beginWith(long length) {
        if (!isHeadSent) {
            boolean isCoded = body.isCoded(length);
            isHeadSent = true;
            body.begin(isCoded ? -1 : length);
        }
    }

    @Override
    public void end() {
        connection.loop().checkThread();
        body.end();
    }

    @Override
    public void end(byte[] bytes) {
        connection.loop().checkThread();
        if (!body.admit(null)) {
            return;
        }
        if (isHeadSent || body.isCoded(bytes.length)) {
            body.write(bytes, 0, bytes.length, false, null);
            body.end();
        } else {
            isHeadSent = true;
            body.whole(bytes, false);
        }
    }

    @Override
    public void end(ByteBuffer buffer) {
        connection.loop().checkThread();
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        end(bytes);
    }

    /**
     * Answers with an error status and a short text; once the head is gone, destroys the connection
     * instead, so that the peer can't take half a response for a whole one.
     *
     * {@snippet class="dev.millrace.http.HttpExamplesTest" region="fail"}
     */
    public void fail(int status, Throwable cause) {
        String code = SystemError.codeOf(cause);
        String text = status + " " + StatusLine.of(status).reason();
        refuse(status, code.isEmpty() ? text : text + " " + code, true);
    }

    /**
     * As {@link #fail}, with a text that tells the peer more.
     *
     * @param isLast whether the connection closes behind it; otherwise it stays, if it may
     */
    void refuse(int status, String text, boolean isLast) {
        connection.loop().checkThread();
        if (body.isEnded() || body.isClosed()) {
            return;
        }
        if (isHeadSent) {
            connection.responses().abort();
            return;
        }
        status(status, null);
        fields = null;
        if (isLast) {
            header("Connection", "close");
        }
        header("Content-Type", "text/plain; charset=utf-8");
        isHeadSent = true;
        cut = text;
        body.whole((text + "\n").getBytes(StandardCharsets.UTF_8), true);
    }

    /**
     * Destroys the connection, unless the response is complete already, and with it whatever is
     * still to be answered on it.
     */
    @Override
    public void destroy() {
        connection.loop().checkThread();
        if (!body.isClosed()) {
            connection.responses().abort();
        }
    }

    /** Whether the head was decided, so that status and fields can't be changed any more. */
    public boolean isHeadSent() {
        connection.loop().checkThread();
        return isHeadSent;
    }

    /**
     * How many bytes of the body were written so far, as they are sent: compressed, for instance.
     */
    public long bodyBytes() {
        connection.loop().checkThread();
        return body.bytes();
    }

    /** Whether {@link #end} was called. */
    public boolean isEnded() {
        connection.loop().checkThread();
        return body.isEnded();
    }

    /** Whether the exchange is over, one way or the other. */
    public boolean isClosed() {
        connection.loop().checkThread();
        return body.isClosed();
    }

    /** The request that it is for. */
    public ServerRequest request() {
        connection.loop().checkThread();
        return request;
    }

    /** The connection it leaves on. */
    public NetSocket socket() {
        connection.loop().checkThread();
        return connection.socket();
    }

    /** The loop it belongs to. Any thread. */
    public Loop loop() {
        return connection.loop();
    }

    /**
     * Bytes that wait to be sent, those of other responses on the connection included; {@link
     * #write} answers false from {@link WriteStream#HIGH_WATER_MARK_BYTES} on.
     */
    public long queuedBytes() {
        connection.loop().checkThread();
        return body.queuedBytes();
    }

    @Override
    public ServerResponse onDrain(Runnable listener) {
        connection.loop().checkThread();
        body.onDrain(listener);
        return this;
    }

    /** The whole response was handed to the socket. */
    public ServerResponse onFinish(Runnable listener) {
        connection.loop().checkThread();
        // Not from inside the end that brought it about, so that what comes after it is heard.
        Objects.requireNonNull(listener, "listener");
        body.onFinish(() -> tell(listener));
        if (body.isFinished()) {
            tell(listener);
        }
        return this;
    }

    /** The exchange is over: the response has left, or the connection is gone. */
    public ServerResponse onClose(Runnable listener) {
        connection.loop().checkThread();
        closeListener = Listeners.and(closeListener, listener);
        if (body.isClosed()) {
            tell(listener);
        }
        return this;
    }

    /**
     * The client has ended its side while it waits for this response: it sends nothing more, and is
     * gone perhaps. What is under way for it can be given up, by {@link #destroy} for instance; a
     * client that only has nothing more to ask still takes the response. Told once, at once, though
     * the body of the request or another request before it is not read yet; on a driver that can't
     * see that ({@code nio}) when it is read. A client that resets the connection ends the exchange
     * ({@link #onClose}).
     *
     * {@snippet class="dev.millrace.http.HttpExamplesTest" region="peerEnd"}
     */
    public ServerResponse onPeerEnd(Runnable listener) {
        connection.loop().checkThread();
        peerEndListener = Listeners.and(peerEndListener, listener);
        if (connection.responses().hasPeerEnded() && !body.isClosed()) {
            tell(listener);
        }
        return this;
    }

    /** By itself, so that the listener of one exchange can't hold up another's. */
    void peerEnded() {
        tell(peerEndListener);
    }

    @Override
    public void piped(StreamPipe pipe) {
        connection.loop().checkThread();
        body.piped(pipe);
    }

    ResponseBody body() {
        return body;
    }

    /** All of it is with the socket. */
    void finish() {
        body.closeCoding();
        body.finished();
        body.closed();
        if (trace != null) {
            trace.over(request, status, body.bytes(), cut == null ? null : new IOException(cut));
        }
        tell(closeListener);
    }

    /** Not from inside the call that brought it about, so that a listener added after it hears. */
    private void tell(@Nullable Runnable listener) {
        if (listener != null) {
            request.body().soon(listener);
        }
    }

    /** The connection is gone. */
    void close(@Nullable IOException error) {
        request.body().close(error);
        if (body.isClosed()) {
            return;
        }
        body.closeCoding();
        if (!body.isEnded()) {
            body.destroy();
        }
        body.closed();
        if (trace != null) {
            IOException why = error != null ? error : new IOException("the connection is gone");
            trace.over(request, isHeadSent ? status : 0, body.bytes(), why);
        }
        tell(closeListener);
    }

    /**
     * One line for a log: {@code ServerResponse[200 to GET /path, head open]}. Any thread, any
     * state.
     */
    @Override
    public String toString() {
        String head = isHeadSent ? "head sent" : "head open";
        String state = body.isClosed() ? "closed" : body.isEnded() ? "ended" : head;
        return "ServerResponse[" + status + " to " + request.line() + ", " + state + "]";
    }
}
