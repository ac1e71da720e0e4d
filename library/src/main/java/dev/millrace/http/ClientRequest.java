package dev.millrace.http;

import dev.millrace.http.wire.FieldsToSend;
import dev.millrace.http.wire.RequestLine;
import dev.millrace.loop.Loop;
import dev.millrace.net.NetSocket;
import dev.millrace.stream.StreamPipe;
import dev.millrace.stream.WriteStream;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * A request of an {@link HttpClient}: its header fields, then its body as a stream with
 * back-pressure from the socket. Nothing is sent before the first write, or the end.
 *
 * <pre>
 *   head open ──write, end──▶ head decided ──end──▶ ended ──onResponse──▶ its end ──▶ onClose
 *       an error anywhere ──▶ onError ──▶ onClose         anywhere: destroy() ──▶ onClose
 * </pre>
 *
 * The length is decided with the first byte, as {@link ServerResponse} has it. With {@code Expect:
 * 100-continue} the body is held back until the server says 100, or nothing for {@link
 * HttpClientTimeouts#proceed}; a final response before that leaves it unsent, and its connection is
 * closed (RFC 9110 section 10.1.1). Without an {@link #onError} listener an error goes to {@link
 * Loop#onUncaught}. What a listener throws destroys the request, and goes there too. Belongs to the
 * loop's thread; method and target never change, and any thread may read them.
 *
 * {@snippet class="dev.millrace.http.HttpClientExamplesTest" region="request"}
 */
public final class ClientRequest implements WriteStream {
    private final RequestLine line;
    private final FieldsToSend fields = new FieldsToSend();
    private final ClientExchange exchange;
    private final ClientRequestBody body;

    ClientRequest(HttpClient client, ClientRoute route, ClientExchange.Asked asked, String host) {
        line = asked.line();
        exchange = new ClientExchange(client, this, route, asked);
        body = new ClientRequestBody(exchange, fields);
        fields.set("Host", host);
    }

    /**
     * Sets a header field, in place of those with the same name.
     *
     * @throws IllegalArgumentException if the name is no token, or the value holds CR, LF, NUL or
     *     another character that a field can't carry
     * @throws IllegalStateException if the head was sent
     */
    public ClientRequest header(String name, String value) {
        checkHeadOpen();
        fields.set(name, value);
        return this;
    }

    /** Adds a header field beside those with the same name; otherwise as {@link #header}. */
    public ClientRequest addHeader(String name, String value) {
        checkHeadOpen();
        fields.add(name, value);
        return this;
    }

    /** Removes a header field. */
    public ClientRequest removeHeader(String name) {
        checkHeadOpen();
        fields.remove(name);
        return this;
    }

    /**
     * Adds a field behind the body (RFC 9110 section 6.5), which is chunked then.
     *
     * {@snippet class="dev.millrace.http.HttpClientExamplesTest" region="trailers"}
     *
     * @throws IllegalArgumentException as {@link #header}, and for a field that has to stand in the
     *     head, such as Content-Length or Authorization
     * @throws IllegalStateException if the request was ended, or its body has a Content-Length
     */
    public ClientRequest trailer(String name, String value) {
        loop().checkThread();
        body.trailer(name, value);
        return this;
    }

    private void checkHeadOpen() {
        loop().checkThread();
        if (body.isHeadClosed()) {
            throw new IllegalStateException("the head was sent already (ERR_HTTP_HEADERS_SENT)");
        }
    }

    @Override
    public boolean write(byte[] array, int offset, int length) {
        loop().checkThread();
        return body.write(array, offset, length, null);
    }

    @Override
    public boolean write(ByteBuffer buffer) {
        loop().checkThread();
        return body.write(buffer, null);
    }

    @Override
    public void end() {
        loop().checkThread();
        body.end();
    }

    @Override
    public void end(byte[] bytes) {
        loop().checkThread();
        if (body.isHeadClosed()) {
            body.write(ByteBuffer.wrap(bytes), null);
            body.end();
        } else if (body.admit(null)) {
            body.whole(bytes);
        }
    }

    @Override
    public void end(String text) {
        end(text.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void end(ByteBuffer buffer) {
        loop().checkThread();
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        end(bytes);
    }

    /**
     * Gives it up, unless the response is complete: its connection is closed. {@link #onClose} is
     * told, and no error.
     */
    @Override
    public void destroy() {
        loop().checkThread();
        exchange.over(null);
    }

    /**
     * As {@link #destroy()}, and tells {@code why} where an error of the request or its response is
     * told.
     *
     * {@snippet class="dev.millrace.http.HttpClientExamplesTest" region="abort"}
     */
    public void abort(IOException why) {
        loop().checkThread();
        exchange.late(Objects.requireNonNull(why, "why"));
    }

    /** The method. */
    public String method() {
        loop().checkThread();
        return line.method();
    }

    /** The request target: path and query, or as a proxy is asked. */
    public String target() {
        loop().checkThread();
        return line.target();
    }

    /** The URI that is asked for: after a redirect was followed, where it led. */
    public URI uri() {
        loop().checkThread();
        return exchange.uri();
    }

    /** Whether {@link #end} was called. */
    public boolean isEnded() {
        loop().checkThread();
        return body.isEnded();
    }

    /** Whether the exchange is over, one way or the other. */
    public boolean isClosed() {
        loop().checkThread();
        return exchange.isOver();
    }

    /**
     * An interim response has come (RFC 9110 section 15.2): its status, 100 or 103 for instance,
     * and its fields. Any number of them may come, as long as their heads together are no longer
     * than one may be.
     *
     * {@snippet class="dev.millrace.http.HttpClientExamplesTest" region="information"}
     */
    public ClientRequest onInformation(BiConsumer<? super Integer, ? super HttpHeaders> listener) {
        loop().checkThread();
        exchange.listeners().onInformation(listener);
        return this;
    }

    /**
     * The head of the response has come; its body follows as a stream. Without a listener, and
     * without {@link #response()}, the body is thrown away.
     */
    public ClientRequest onResponse(Consumer<? super ClientResponse> listener) {
        loop().checkThread();
        exchange.listeners().onResponse(listener);
        return this;
    }

    /**
     * The server has switched to the protocol that the field Upgrade asked for (101, RFC 9110
     * section 7.8), or has made the tunnel of {@link HttpClient#connect}: the socket is the
     * listener's, with what came behind the head, and no connection of the client any more. A
     * response with another status is one like any other.
     *
     * {@snippet class="dev.millrace.http.HttpClientExamplesTest" region="upgrade"}
     */
    public ClientRequest onUpgrade(BiConsumer<? super ClientResponse, ? super NetSocket> listener) {
        loop().checkThread();
        exchange.listeners().onUpgrade(listener);
        return this;
    }

    /**
     * The response as a stage, complete with its head; it ends with an {@link IOException} when
     * there is none to be had.
     */
    public CompletionStage<ClientResponse> response() {
        loop().checkThread();
        return exchange.listeners().response();
    }

    /**
     * The request failed, or its response while that has no listener for it; told once, before
     * {@link #onClose}.
     */
    public ClientRequest onError(Consumer<? super IOException> listener) {
        loop().checkThread();
        exchange.listeners().onError(listener);
        return this;
    }

    /** The exchange is over: the response is complete, or there will be none. */
    public ClientRequest onClose(Runnable listener) {
        loop().checkThread();
        exchange.listeners().onClose(listener);
        return this;
    }

    @Override
    public ClientRequest onDrain(Runnable listener) {
        loop().checkThread();
        body.onDrain(listener);
        return this;
    }

    /** The whole request was handed to the socket. */
    public ClientRequest onFinish(Runnable listener) {
        loop().checkThread();
        Objects.requireNonNull(listener, "listener");
        body.onFinish(() -> soon(listener));
        if (body.isFinished()) {
            soon(listener);
        }
        return this;
    }

    @Override
    public void piped(StreamPipe pipe) {
        loop().checkThread();
        body.piped(pipe);
    }

    private Loop loop() {
        return exchange.loop();
    }

    FieldsToSend fields() {
        return fields;
    }

    ClientRequestBody body() {
        return body;
    }

    void soon(Runnable task) {
        loop().nextTick(() -> enter(task));
    }

    /** Runs a callback of the program's. */
    void enter(Runnable task) {
        loop().enter(this, request -> task.run(), ClientRequest::threw);
    }

    /** Of a listener. */
    void threw(Throwable thrown) {
        exchange.over(null);
        loop().uncaught(thrown);
    }

    /** One line for a log: {@code ClientRequest[GET /path, ended]}. Any thread, any state. */
    @Override
    public String toString() {
        String head = body.isHeadClosed() ? "head sent" : "head open";
        String state = exchange.isOver() ? "closed" : body.isEnded() ? "ended" : head;
        return "ClientRequest[" + line.method() + " " + line.target() + ", " + state + "]";
    }
}
