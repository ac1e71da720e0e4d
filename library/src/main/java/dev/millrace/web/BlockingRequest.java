package dev.millrace.web;

import dev.millrace.http.ServerRequest;
import dev.millrace.http.ServerRequest.RefusedException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * A request whose body is read in blocking code; any thread but the loop's.
 *
 * {@snippet class="dev.millrace.web.VirtualThreadsExamplesTest" region="blockingRequest"}
 */
public final class BlockingRequest {
    private final ServerRequest head;
    private final PathParameters parameters;
    private final ExchangeInput input;

    BlockingRequest(ServerRequest head, PathParameters parameters, ExchangeBridge bridge) {
        this.head = head;
        this.parameters = parameters;
        this.input = new ExchangeInput(bridge);
    }

    /** The request's head, which any thread may read; its body belongs to {@link #inputStream}. */
    public ServerRequest head() {
        return head;
    }

    /** As {@link ServerRequest#method}. */
    public String method() {
        return head.method();
    }

    /** As {@link ServerRequest#path}. */
    public String path() {
        return head.path();
    }

    /** As {@link ServerRequest#query(String)}. */
    public Optional<String> query(String name) {
        return head.query(name);
    }

    /** As {@link ServerRequest#header}. */
    public Optional<String> header(String name) {
        return head.header(name);
    }

    /** What the names of the route's pattern stand for; none without a route. */
    public PathParameters parameters() {
        return parameters;
    }

    /**
     * The body. A client that asks before it sends is told to go on with the first read; one that
     * is faster than the reader is held back. The stream fails when the client leaves before the
     * end.
     */
    public InputStream inputStream() {
        return input;
    }

    /**
     * The whole body.
     *
     * @throws RefusedException if it is longer than {@code maxBytes}: a 413, unless it is caught
     * @throws IllegalArgumentException if {@code maxBytes} is negative
     */
    public byte[] body(int maxBytes) throws IOException {
        if (maxBytes < 0) {
            throw new IllegalArgumentException("a limit of " + maxBytes + " bytes");
        }
        boolean isAnnounced = head.contentLength() > maxBytes;
        byte[] bytes = isAnnounced ? new byte[0] : input.readNBytes(maxBytes);
        if (isAnnounced || input.read() >= 0) {
            throw new RefusedException(413, "the body is longer than " + maxBytes + " bytes");
        }
        return bytes;
    }

    /** As {@link #body(int)}, read as UTF-8. */
    public String text(int maxBytes) throws IOException {
        return new String(body(maxBytes), StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return "Blocking" + head.toString().substring("Server".length());
    }
}
