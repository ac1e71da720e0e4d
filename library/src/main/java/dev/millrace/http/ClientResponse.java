package dev.millrace.http;

import dev.millrace.http.wire.RequestLine;
import dev.millrace.http.wire.ResponseParser;
import dev.millrace.stream.InboundStream;
import dev.millrace.stream.ReadSide;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A response: its head, and its body as a stream with back-pressure down to the socket. Belongs to
 * the loop's thread; its head (status, reason phrase, version, header fields, announced length)
 * never changes, and any thread may read it.
 *
 * <p>{@link #onEnd} means that the body is complete. When it is broken or cut off, {@link #onError}
 * is told, and no end; without a listener there, the error goes where the request's errors go.
 *
 * {@snippet class="dev.millrace.http.HttpClientExamplesTest" region="response"}
 */
public final class ClientResponse extends InboundStream<ClientResponse> {
    private static final byte[] NO_FIELDS = {'\r', '\n'};

    private final ClientExchange exchange;
    private final URI uri;
    private final RequestLine line;
    private final ClientResponseBody body;

    /** Status line and field lines as they came; the numbers below are places in it. */
    private final byte[] head;

    private final int status;
    private final int reasonStart;
    private final int reasonEnd;
    private final int fieldsStart;
    private final boolean isHttp10;
    private final long contentLength;
    private byte[] trailers = NO_FIELDS;

    /** The part that is delivered; its receiver takes it before the next one comes. */
    private byte @Nullable [] part;

    private int partOffset;
    private int partLength;

    /** Copies the head out of the parser's array, which is overwritten soon. */
    ClientResponse(ClientConnection connection, ClientExchange exchange, ResponseParser parser) {
        int start = parser.headStart();
        this.exchange = exchange;
        this.uri = exchange.uri();
        this.line = exchange.line();
        this.body = new ClientResponseBody(connection, exchange, this);
        this.head = Arrays.copyOfRange(parser.headArray(), start, parser.headEnd());
        this.status = parser.status();
        this.reasonStart = parser.reasonStart() - start;
        this.reasonEnd = parser.reasonEnd() - start;
        this.fieldsStart = parser.fieldsStart() - start;
        this.isHttp10 = parser.minorVersion() == 0;
        this.contentLength = length(parser);
    }

    private static long length(ResponseParser parser) {
        return switch (parser.framing()) {
            case NONE -> 0;
            case LENGTH -> parser.contentLength();
            case CHUNKED, CLOSE -> -1;
        };
    }

    /** The status, 200 to 599. */
    public int status() {
        return status;
    }

    /** The reason phrase, which may be empty and means nothing (RFC 9112 section 4). */
    public String reason() {
        return new String(head, reasonStart, reasonEnd - reasonStart, StandardCharsets.ISO_8859_1);
    }

    /** {@code 1.1} or {@code 1.0}. */
    public String version() {
        return isHttp10 ? "1.0" : "1.1";
    }

    /** The field lines. */
    public HttpHeaders headers() {
        return new HttpHeaders(head, fieldsStart);
    }

    /** The value of the first field line with this name. */
    public Optional<String> header(String name) {
        return headers().first(name);
    }

    /**
     * The length of the body in bytes; -1 when its end alone will tell, 0 when there is none, as
     * behind HEAD, whatever Content-Length says there.
     */
    public long contentLength() {
        return contentLength;
    }

    /** The request that it answers. */
    public ClientRequest request() {
        exchange.loop().checkThread();
        return exchange.request();
    }

    /** What was asked for: where the last redirect led that was followed, or the request's URI. */
    public URI uri() {
        return uri;
    }

    /**
     * The field lines behind a chunked body (RFC 9110 section 6.5), there when {@link #onEnd} is
     * told; none before, and mostly none then.
     *
     * {@snippet class="dev.millrace.http.HttpClientExamplesTest" region="trailers"}
     */
    public HttpHeaders trailers() {
        exchange.loop().checkThread();
        return new HttpHeaders(trailers, 0);
    }

    /** Whether the whole body has arrived. */
    public boolean isComplete() {
        exchange.loop().checkThread();
        return body.isComplete();
    }

    /**
     * The whole body, in place of listeners for its parts. The stage ends with an {@link
     * IOException} when it is broken or cut off, or longer than {@code maxBytes}: then the response
     * is destroyed.
     *
     * @throws IllegalArgumentException if {@code maxBytes} is negative
     */
    public CompletionStage<byte[]> body(int maxBytes) {
        exchange.loop().checkThread();
        return BodyCollector.of(this, exchange.loop(), maxBytes);
    }

    /**
     * As {@link #body(int)}, read as UTF-8.
     *
     * {@snippet class="dev.millrace.http.HttpClientExamplesTest" region="get"}
     */
    public CompletionStage<String> text(int maxBytes) {
        return body(maxBytes).thenApply(bytes -> new String(bytes, StandardCharsets.UTF_8));
    }

    @Override
    public ClientResponse onError(Consumer<? super IOException> listener) {
        exchange.loop().checkThread();
        body.onError(listener);
        return this;
    }

    @Override
    public ClientResponse onClose(Runnable listener) {
        exchange.loop().checkThread();
        body.onClose(listener);
        return this;
    }

    /** Gives the rest of the body up: unless it is complete, its connection is closed. */
    @Override
    public void destroy() {
        exchange.loop().checkThread();
        exchange.over(null);
    }

    @Override
    protected ReadSide readSide() {
        exchange.loop().checkThread();
        return body.read();
    }

    @Override
    protected ClientResponse self() {
        return this;
    }

    /** Some of the body has arrived; or all of it, when {@code length} is 0. */
    void arrive(byte[] array, int offset, int length) {
        part = array;
        partOffset = offset;
        partLength = length;
        exchange.loop().enter(this, ClientResponse::arrived, ClientResponse::threw);
    }

    private void arrived() {
        byte[] array = Objects.requireNonNull(part);
        part = null;
        body.arrived(array, partOffset, partLength);
    }

    /** Of a listener. */
    void threw(Throwable thrown) {
        exchange.request().threw(thrown);
    }

    void trailersCame(byte[] lines) {
        trailers = lines;
    }

    ClientExchange exchange() {
        return exchange;
    }

    ClientResponseBody body() {
        return body;
    }

    /** One line for a log: {@code ClientResponse[200 to GET /, complete]}. Any thread. */
    @Override
    public String toString() {
        String state = body.isComplete() ? "complete" : body.isClosed() ? "broken off" : "arriving";
        return "ClientResponse["
                + status
                + " to "
                + line.method()
                + " "
                + line.target()
                + ", "
                + state
                + "]";
    }
}
