package dev.millrace.http;

import dev.millrace.http.wire.RequestParser;
import dev.millrace.http.wire.RequestTarget;
import dev.millrace.kernel.Address;
import dev.millrace.loop.Loop;
import dev.millrace.net.NetSocket;
import dev.millrace.stream.BytesListener;
import dev.millrace.stream.InboundStream;
import dev.millrace.stream.ReadSide;
import dev.millrace.stream.WriteStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A request: its head, and its body as a stream with back-pressure down to the socket. Belongs to
 * the loop's thread; may be kept and read after the response was given. Its head (method, target,
 * path, query, authority, version, header fields, announced length) never changes, and any thread
 * may read it, that of {@code loop.offload} for instance.
 *
 * <p>{@link #onEnd} means that the body is complete. When the peer goes away before, {@link
 * #onError} is told, and no end.
 *
 * {@snippet class="dev.millrace.http.HttpExamplesTest" region="request"}
 */
public final class ServerRequest extends InboundStream<ServerRequest> {
    /** How much of a target {@link #toString} shows. */
    private static final int SHOWN_BYTES_MAX = 100;

    private final ServerConnection connection;
    private final RequestBody body = new RequestBody(this);

    /** Request line and field lines as they came; the numbers below are places in it. */
    private final byte[] head;

    private final int methodEnd;
    private final int targetEnd;
    private final int pathStart;
    private final int fieldsStart;
    private final int authorityStart;
    private final int authorityEnd;

    /** As announced; -1 when it is chunked. */
    private final long contentLength;

    private final boolean isHttp10;

    /** The peer waits for a 100 before it sends the body. */
    private boolean expectsContinue;

    /** The body has a reader. */
    private boolean isWanted;

    /** Null unless the connection leaves HTTP with this request. */
    @Nullable ServerUpgrade upgrade;

    /** Copies the head out of the parser's array, which is overwritten soon. */
    ServerRequest(ServerConnection connection, RequestParser parser) {
        int start = parser.headStart();
        this.connection = connection;
        this.head = Arrays.copyOfRange(parser.headArray(), start, parser.headEnd());
        this.methodEnd = parser.methodEnd() - start;
        this.targetEnd = parser.targetEnd() - start;
        this.pathStart = parser.pathStart() - start;
        this.fieldsStart = parser.fieldsStart() - start;
        this.authorityStart = parser.authorityStart() - start;
        this.authorityEnd = parser.authorityEnd() - start;
        this.isHttp10 = parser.minorVersion() == 0;
        this.contentLength = parser.isChunked() ? -1 : Math.max(0, parser.contentLength());
        this.expectsContinue = parser.expectsContinue();
    }

    /** The method, in the case it came in: methods are case-sensitive (RFC 9110 section 9.1). */
    public String method() {
        return isGet() ? "GET" : text(0, methodEnd);
    }

    private boolean isGet() {
        return methodEnd == 3 && head[0] == 'G' && head[1] == 'E' && head[2] == 'T';
    }

    boolean isHead() {
        return methodEnd == 4
                && head[0] == 'H'
                && head[1] == 'E'
                && head[2] == 'A'
                && head[3] == 'D';
    }

    boolean isConnect() {
        return methodEnd == 7 && method().equals("CONNECT");
    }

    /**
     * What the listener of {@link HttpServer#onUpgrade} or {@link HttpServer#onConnect} does with
     * the connection.
     *
     * @throws IllegalStateException of every other request
     */
    public ServerUpgrade upgrade() {
        connection.loop().checkThread();
        if (upgrade == null) {
            throw new IllegalStateException("the request is for no onUpgrade, nor onConnect");
        }
        return upgrade;
    }

    /** The request target as it came (RFC 9112 section 3.2). */
    public String target() {
        // One space stands between method and target, and no other number of them is accepted.
        return text(methodEnd + 1, targetEnd);
    }

    /** The path, still percent-encoded; {@code *} or empty for targets that have none. */
    public String rawPath() {
        int end = pathEnd();
        return end == pathStart + 1 && head[pathStart] == '/' ? "/" : text(pathStart, end);
    }

    /**
     * The path, percent-decoded and read as UTF-8. Dots are not resolved; check the result before
     * it names a file. A target that can't be decoded is answered with 400 before the handler; with
     * {@link HttpServerOptions#allowUndecodableTargets} such a path comes as it is, encoded.
     *
     * {@snippet class="dev.millrace.http.RequestExamplesTest" region="path"}
     */
    public String path() {
        String raw = rawPath();
        return RequestTarget.decode(raw).orElse(raw);
    }

    /**
     * The path, percent-decoded, as the bytes that a file's name is: a name need not be UTF-8.
     * Empty when an encoding is broken or a byte is NUL: respond with 400 then. Names that are not
     * UTF-8 come only with {@link HttpServerOptions#allowUndecodableTargets}.
     *
     * {@snippet class="dev.millrace.http.RequestExamplesTest" region="pathBytes"}
     */
    public Optional<byte[]> pathBytes() {
        return RequestTarget.decodeBytes(rawPath());
    }

    /** What follows the question mark, still percent-encoded; empty without one. */
    public Optional<String> rawQuery() {
        int end = pathEnd();
        return end < targetEnd ? Optional.of(text(end + 1, targetEnd)) : Optional.empty();
    }

    /**
     * The first value of the parameter {@code name} of the query, decoded as a form's field is
     * (WHATWG URL section 5.1, strictly: UTF-8 without exceptions); empty text without a {@code =}.
     *
     * {@snippet class="dev.millrace.http.RequestExamplesTest" region="query"}
     */
    public Optional<String> query(String name) {
        return queryAll(name).stream().findFirst();
    }

    /** As {@link #query(String)}, all values in their order; an empty list if there is none. */
    public List<String> queryAll(String name) {
        return query().getOrDefault(name, List.of());
    }

    /** The whole query, by name in the order of their first values; unmodifiable. */
    public Map<String, List<String>> query() {
        return RequestTarget.parameters(rawQuery().orElse(""));
    }

    /** Whether path and query are UTF-8 once they are decoded. */
    boolean isDecodable() {
        int at = methodEnd;
        while (at < targetEnd && head[at] != '%') {
            at++;
        }
        return at == targetEnd || RequestTarget.decode(target()).isPresent();
    }

    private int pathEnd() {
        int at = pathStart;
        while (at < targetEnd && head[at] != '?') {
            at++;
        }
        return at;
    }

    /** Host and port that the request is for; those in the target win over Host. */
    public String authority() {
        return text(authorityStart, authorityEnd);
    }

    /** {@code 1.1} or {@code 1.0}. */
    public String version() {
        return isHttp10 ? "1.0" : "1.1";
    }

    /** What it keeps in memory. */
    int headBytes() {
        return head.length;
    }

    boolean isHttp10() {
        return isHttp10;
    }

    /** The field lines. */
    public HttpHeaders headers() {
        return new HttpHeaders(head, fieldsStart);
    }

    /**
     * The field lines behind a chunked body (RFC 9110 section 6.5); none before the whole body has
     * arrived. They come from the peer as late as it likes, so what they say is never a part of
     * {@link #headers}. {@link HttpLimits#maxHeaderBytes} and {@link HttpLimits#maxHeaderLines}
     * count them with the head.
     *
     * {@snippet class="dev.millrace.http.HttpUpgradeExamplesTest" region="trailers"}
     */
    public HttpHeaders trailers() {
        connection.loop().checkThread();
        return body.trailers();
    }

    /** The value of the first field line with this name. */
    public Optional<String> header(String name) {
        return headers().first(name);
    }

    /** The announced length of the body in bytes; -1 when it is chunked, 0 when there is none. */
    public long contentLength() {
        return contentLength;
    }

    /** Whether the whole body has arrived. */
    public boolean isComplete() {
        connection.loop().checkThread();
        return body.isComplete();
    }

    /** The connection it came on. */
    public NetSocket socket() {
        connection.loop().checkThread();
        return connection.socket();
    }

    /** The other end of the connection; empty once it is gone. */
    public Optional<Address> remoteAddress() {
        connection.loop().checkThread();
        return connection.socket().remoteAddress();
    }

    /** The loop it belongs to. Any thread. */
    public Loop loop() {
        return connection.loop();
    }

    /**
     * The whole body, in place of listeners for its parts.
     *
     * <p>One that is longer than {@code maxBytes} fails the stage with a {@link RefusedException},
     * without a byte of it read if its length is announced; then the response is 413, unless the
     * handler has begun one before or in what it put behind the stage. A body that breaks off fails
     * it with an {@link IOException}. Neither counts as a failure of the handler.
     *
     * {@snippet class="dev.millrace.http.RequestExamplesTest" region="body"}
     *
     * @throws IllegalArgumentException if {@code maxBytes} is negative
     */
    public CompletionStage<byte[]> body(int maxBytes) {
        connection.loop().checkThread();
        return BodyCollector.of(this, maxBytes);
    }

    /**
     * As {@link #body(int)}, read as UTF-8.
     *
     * {@snippet class="dev.millrace.http.RequestExamplesTest" region="text"}
     */
    public CompletionStage<String> text(int maxBytes) {
        return body(maxBytes).thenApply(bytes -> new String(bytes, StandardCharsets.UTF_8));
    }

    private String text(int from, int end) {
        return new String(head, from, end - from, StandardCharsets.ISO_8859_1);
    }

    @Override
    public ServerRequest onData(Consumer<? super ByteBuffer> listener) {
        super.onData(listener);
        return wanted();
    }

    /** As {@link InboundStream#onEnd}; a listener that comes after the end is told soon. */
    @Override
    public ServerRequest onEnd(Runnable listener) {
        ReadSide read = readSide();
        if (body.isComplete() && read.isEnded()) {
            body.soon(listener);
        } else {
            read.onEnd(listener);
        }
        return this;
    }

    @Override
    public ServerRequest onBytes(BytesListener listener) {
        super.onBytes(listener);
        return wanted();
    }

    @Override
    public ServerRequest resume() {
        super.resume();
        return wanted();
    }

    @Override
    public <W extends WriteStream> W pipeTo(W destination) {
        super.pipeTo(destination);
        wanted();
        return destination;
    }

    @Override
    public <W extends WriteStream> W pipelineTo(W destination) {
        super.pipelineTo(destination);
        wanted();
        return destination;
    }

    /** RFC 9110 section 10.1.1: a peer that asks first is told to go on when the body is wanted. */
    private ServerRequest wanted() {
        isWanted = true;
        if (expectsContinue && !body.isClosed()) {
            expectsContinue = false;
            connection.responses().sendContinue(this);
        }
        return this;
    }

    /** The handler has sent a 100 itself. */
    void continues() {
        expectsContinue = false;
    }

    /** Whether the body has a reader. */
    boolean isWanted() {
        return isWanted;
    }

    /** Whether the peer still waits for a 100 before it sends the body. */
    boolean isAwaitingContinue() {
        return expectsContinue;
    }

    @Override
    public ServerRequest onError(Consumer<? super IOException> listener) {
        connection.loop().checkThread();
        body.onError(listener);
        return this;
    }

    @Override
    public ServerRequest onClose(Runnable listener) {
        connection.loop().checkThread();
        body.onClose(listener);
        return this;
    }

    /** Destroys the connection, and with it whatever is still to be answered on it. */
    @Override
    public void destroy() {
        connection.loop().checkThread();
        connection.responses().abort();
    }

    @Override
    protected ReadSide readSide() {
        connection.loop().checkThread();
        return body.read();
    }

    @Override
    protected ServerRequest self() {
        return this;
    }

    /** Some of the body has arrived; or all of it, when {@code length} is 0. */
    void arrive(byte[] array, int offset, int length) {
        if (body.isUnheard()) {
            // Nothing is called that would need a guard.
            body.arrived(array, offset, length);
        } else {
            connection.server().bodyDelivery().deliver(this, array, offset, length);
        }
    }

    /** Runs a part of this request's work that is not below the parser. */
    void enter(Runnable task) {
        connection
                .loop()
                .enter(
                        this,
                        request -> ExchangeTrace.run(request, task),
                        ServerRequest::failed,
                        ServerRequest::unheard);
    }

    /** As {@link ServerResponse#onPeerEnd}, of the response to this request. */
    public ServerRequest onPeerEnd(Runnable listener) {
        connection.loop().checkThread();
        ServerResponse response = connection.responses().to(this);
        if (response != null) {
            response.onPeerEnd(listener);
        }
        return this;
    }

    /** What its listeners throw is the handler's failure (row X76). */
    void failed(Throwable thrown) {
        if (!isOfPeer(thrown)) {
            connection.server().handlerCalls().failed(connection.responses().to(this), thrown);
        }
    }

    /** A stage failed that its handler made, or one of its listeners. */
    void unheard(Throwable thrown) {
        if (!isOfPeer(thrown)) {
            connection.server().handlerCalls().unheard(connection.responses().to(this), thrown);
        }
    }

    /** Whether the peer's doing is all there is to {@code thrown}, which is answered then. */
    private boolean isOfPeer(Throwable thrown) {
        ServerResponse response = connection.responses().to(this);
        if (thrown instanceof RefusedException refused && response != null) {
            // What is too long has a rest, which is not worth to be read.
            response.refuse(refused.status(), refused.getMessage(), refused.status() == 413);
        }
        return thrown instanceof RefusedException || thrown == body.failure();
    }

    /**
     * The peer sent what the program does not take. Thrown by a handler, by one of its listeners or
     * by a stage that it made, it becomes a response with its status and message, and does not
     * count as a failure of the handler.
     *
     * {@snippet class="dev.millrace.http.RequestExamplesTest" region="refused"}
     */
    public static final class RefusedException extends IOException {
        private static final long serialVersionUID = 1;

        private final int status;

        /**
         * Refuses with {@code status}; the peer gets {@code text} to read.
         *
         * @throws IllegalArgumentException unless the status is 400 to 499
         */
        public RefusedException(int status, String text) {
            super(text);
            if (status < 400 || status > 499) {
                throw new IllegalArgumentException(
                        "the peer's mistakes have the statuses 400 to 499, not " + status);
            }
            this.status = status;
        }

        /** The status of the response, 400 to 499. */
        public int status() {
            return status;
        }

        @Override
        public String getMessage() {
            return String.valueOf(super.getMessage());
        }
    }

    RequestBody body() {
        return body;
    }

    ServerConnection connection() {
        return connection;
    }

    /**
     * One line for a log: {@code ServerRequest[GET /path HTTP/1.1, complete]}. Any thread, any
     * state.
     */
    @Override
    public String toString() {
        String state = body.isComplete() ? "complete" : body.isClosed() ? "broken off" : "arriving";
        return "ServerRequest[" + line() + " HTTP/" + version() + ", " + state + "]";
    }

    /** Method and target, which may be long. */
    String line() {
        boolean isShort = targetEnd - methodEnd <= SHOWN_BYTES_MAX;
        return text(0, isShort ? targetEnd : methodEnd + SHOWN_BYTES_MAX) + (isShort ? "" : "...");
    }
}
