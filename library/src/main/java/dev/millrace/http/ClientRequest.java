package dev.millrace.http;

import dev.millrace.http.wire.FieldsToSend;
import dev.millrace.http.wire.RequestLine;
import dev.millrace.loop.Loop;
import dev.millrace.loop.LoopStage;
import dev.millrace.stream.Listeners;
import dev.millrace.stream.StreamPipe;
import dev.millrace.stream.WriteStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A request of an {@link HttpClient}: its header fields, then its body as a stream with
 * back-pressure from the socket. Nothing is sent before the first write, or the end.
 *
 * <pre>
 *   head open ──write, end──▶ head decided ──end──▶ ended ──onResponse──▶ its end ──▶ onClose
 *       an error anywhere ──▶ onError ──▶ onClose         anywhere: destroy() ──▶ onClose
 * </pre>
 *
 * The length is decided with the first byte, as {@link ServerResponse} has it. Without an {@link
 * #onError} listener an error goes to {@link Loop#onUncaught}. What a listener throws destroys the
 * request, and goes there too. Belongs to the loop's thread; method and target never change, and
 * any thread may read them.
 *
 * {@snippet class="dev.millrace.http.HttpClientExamplesTest" region="request"}
 */
public final class ClientRequest implements WriteStream {
    /** RFC 9110 section 9.2.2. */
    private static final Set<String> IDEMPOTENT =
            Set.of("GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE");

    private final HttpClient client;
    private final Origin origin;
    private final RequestLine line;
    private final FieldsToSend fields = new FieldsToSend();
    private final ClientRequestBody body = new ClientRequestBody(this);

    /** What serves it; null before and after. */
    private @Nullable ClientConnection connection;

    private @Nullable ClientResponse response;
    private boolean isHeadSent;

    /** The exchange is over, one way or the other. */
    private boolean isOver;

    /** It went out a second time. */
    private boolean isRepeated;

    private @Nullable Consumer<? super ClientResponse> responseListener;
    private @Nullable Consumer<? super IOException> errorListener;
    private @Nullable Runnable closeListener;

    /** What {@link #response()} gave out. */
    private @Nullable LoopStage<ClientResponse> stage;

    /** The stage's failure, if the program knows of it without the stage. */
    private @Nullable IOException known;

    ClientRequest(HttpClient client, Origin origin, RequestLine line) {
        this.client = client;
        this.origin = origin;
        this.line = line;
        fields.set("Host", origin.authority());
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

    private void checkHeadOpen() {
        loop().checkThread();
        if (isHeadSent) {
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
        if (isHeadSent) {
            body.write(ByteBuffer.wrap(bytes), null);
            body.end();
        } else if (body.admit(null)) {
            isHeadSent = true;
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
        over(null);
    }

    /** The method. */
    public String method() {
        loop().checkThread();
        return line.method();
    }

    /** The request target: path and query. */
    public String target() {
        loop().checkThread();
        return line.target();
    }

    /** Whether {@link #end} was called. */
    public boolean isEnded() {
        loop().checkThread();
        return body.isEnded();
    }

    /** Whether the exchange is over, one way or the other. */
    public boolean isClosed() {
        loop().checkThread();
        return isOver;
    }

    /**
     * The head of the response has come; its body follows as a stream. Without a listener, and
     * without {@link #response()}, the body is thrown away.
     */
    public ClientRequest onResponse(Consumer<? super ClientResponse> listener) {
        loop().checkThread();
        responseListener = Listeners.once(responseListener, listener, "onResponse");
        return this;
    }

    /**
     * The response as a stage, complete with its head; it ends with an {@link IOException} when
     * there is none to be had.
     */
    public CompletionStage<ClientResponse> response() {
        loop().checkThread();
        if (isOver || response != null) {
            throw new IllegalStateException("ask for the response before it comes");
        }
        if (stage == null) {
            stage = new LoopStage<>(loop(), thrown -> thrown == known);
        }
        return stage;
    }

    /**
     * The request failed, or its response while that has no listener for it; told once, before
     * {@link #onClose}.
     */
    public ClientRequest onError(Consumer<? super IOException> listener) {
        loop().checkThread();
        errorListener = Listeners.and(errorListener, listener);
        return this;
    }

    /** The exchange is over: the response is complete, or there will be none. */
    public ClientRequest onClose(Runnable listener) {
        loop().checkThread();
        closeListener = Listeners.and(closeListener, listener);
        if (isOver) {
            soon(listener);
        }
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

    Loop loop() {
        return client.loop();
    }

    HttpClient client() {
        return client;
    }

    /** Its fields are complete, and it is time for a connection. */
    void submit() {
        client.pool(origin).submit(this);
    }

    RequestLine line() {
        return line;
    }

    FieldsToSend fields() {
        return fields;
    }

    ClientRequestBody body() {
        return body;
    }

    @Nullable ClientConnection connection() {
        return connection;
    }

    boolean isHead() {
        return line.method().equals("HEAD");
    }

    boolean isOver() {
        return isOver;
    }

    boolean hasResponse() {
        return response != null;
    }

    /** Whether another request may follow it on its connection. */
    boolean isPersistent() {
        return body.isFinished() && !fields.isClose();
    }

    /** Closes the head; answers whether it was open. */
    boolean closesHead() {
        boolean wasOpen = !isHeadSent;
        isHeadSent = true;
        return wasOpen;
    }

    void attach(ClientConnection to) {
        connection = to;
        body.sendTo(to);
    }

    /** Whether it may go out again, and has not yet; it is about to. */
    boolean repeats() {
        boolean may =
                !isOver && !isRepeated && IDEMPOTENT.contains(line.method()) && body.isRepeatable();
        isRepeated |= may;
        connection = may ? null : connection;
        return may;
    }

    void responded(ClientResponse came) {
        response = came;
        enter(() -> {
            if (responseListener != null) {
                responseListener.accept(came);
            }
            if (stage != null) {
                stage.complete(came);
            } else if (responseListener == null) {
                came.resume();
            }
        });
    }

    /** The response is complete. */
    void completed() {
        if (!isOver) {
            isOver = true;
            closed();
        }
    }

    /** Ends it with {@code error}, soon. */
    void fail(IOException error) {
        over(error);
    }

    private void over(@Nullable IOException error) {
        if (isOver) {
            return;
        }
        isOver = true;
        ClientConnection serving = connection;
        if (serving != null && serving.current() == this) {
            serving.drop();
        } else if (isHeadSent) {
            client.forget(origin, this);
        }
        ClientResponse cut = response;
        if (cut != null && cut.body().close(error)) {
            closed();
            return;
        }
        Consumer<? super IOException> listener = errorListener;
        LoopStage<ClientResponse> asked = stage;
        if (cut == null && asked != null) {
            IOException outcome =
                    error != null
                            ? error
                            : new IOException("the request was destroyed before its response");
            known = error == null || listener != null ? outcome : null;
            soon(() -> asked.completeExceptionally(outcome));
        }
        if (error != null && listener != null) {
            soon(() -> listener.accept(error));
        } else if (error != null && (asked == null || cut != null)) {
            soon(() -> loop().uncaught(error));
        }
        closed();
    }

    private void closed() {
        connection = null;
        if (!body.isFinished()) {
            body.destroy();
        }
        soon(body::closed);
        soon(() -> {
            if (closeListener != null) {
                closeListener.run();
            }
        });
    }

    void soon(Runnable task) {
        loop().nextTick(() -> enter(task));
    }

    /** Runs a callback of the program's. */
    void enter(Runnable task) {
        loop().enter(this, request -> task.run(), ClientRequest::threw);
    }

    private void threw(Throwable thrown) {
        over(null);
        loop().uncaught(thrown);
    }

    /** One line for a log: {@code ClientRequest[GET /path, ended]}. Any thread, any state. */
    @Override
    public String toString() {
        String head = isHeadSent ? "head sent" : "head open";
        String state = isOver ? "closed" : body.isEnded() ? "ended" : head;
        return "ClientRequest[" + line.method() + " " + line.target() + ", " + state + "]";
    }
}
