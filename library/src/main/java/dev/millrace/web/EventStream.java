package dev.millrace.web;

import dev.millrace.http.ServerRequest;
import dev.millrace.http.ServerResponse;
import dev.millrace.loop.TimerHandle;
import dev.millrace.stream.Listeners;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A response that goes on as a stream of events, for {@code EventSource} in a browser (WHATWG HTML
 * section 9.2). Belongs to the loop's thread.
 *
 * {@snippet class="dev.millrace.web.EventExamplesTest" region="stream"}
 *
 * <pre>
 *   open ──close()──▶ closed        its last events still go out
 *    └──the client leaves, or takes too little: destroyed──▶ closed
 * </pre>
 *
 * It ends by itself when the client ends its side or the connection breaks, at once. A client that
 * takes less than it is sent is cut off when more than {@link Options#maxQueuedBytes} wait for it;
 * {@code EventSource} connects anew then, and tells the last id that it got. A comment from time to
 * time keeps proxies from closing the connection; its timer does not hold the loop.
 *
 * <p>After the close {@link #send} does nothing: the news often comes later than the end.
 */
public final class EventStream implements AutoCloseable {
    private static final byte[] HEARTBEAT = ServerEvent.comment("");

    private final ServerRequest request;
    private final ServerResponse response;
    private final Options options;
    private final @Nullable TimerHandle heartbeat;
    private @Nullable Runnable closeListener;
    private boolean isClosed;

    /** No event can reach the client any more, or needs to. */
    private boolean isOver;

    /**
     * How a stream is kept.
     *
     * @param heartbeat how often a comment is sent; zero for never
     * @param maxQueuedBytes what may wait for a client before the next event cuts it off
     */
    public record Options(Duration heartbeat, long maxQueuedBytes) {
        /** A comment each 15 seconds, as the standard advises; at most 1 MiB waits. */
        public static final Options DEFAULTS = new Options(Duration.ofSeconds(15), 1 << 20);

        /**
         * @throws IllegalArgumentException if the heartbeat is negative, or less than a byte may
         *     wait
         */
        public Options {
            if (heartbeat.isNegative()) {
                throw new IllegalArgumentException(
                        "the heartbeat is " + heartbeat + ": use zero for none, or more");
            }
            if (maxQueuedBytes < 1) {
                throw new IllegalArgumentException(
                        "maxQueuedBytes is " + maxQueuedBytes + ": use 1 or more");
            }
        }

        /** These options with another heartbeat. */
        public Options withHeartbeat(Duration heartbeat) {
            return new Options(heartbeat, maxQueuedBytes);
        }

        /** These options with another limit of what waits. */
        public Options withMaxQueuedBytes(long maxQueuedBytes) {
            return new Options(heartbeat, maxQueuedBytes);
        }
    }

    private EventStream(ServerRequest request, ServerResponse response, Options options) {
        this.request = request;
        this.response = response;
        this.options = options;
        response.status(200)
                .header("Content-Type", "text/event-stream")
                .header("Cache-Control", "no-store")
                // For nginx, which gathers a response before it hands it on.
                .header("X-Accel-Buffering", "no")
                .flushHead();
        if (request.method().equals("HEAD")) {
            response.end();
            isOver = true;
        }
        heartbeat = isOver || options.heartbeat.isZero() ? null : beat();
        response.onPeerEnd(response::destroy).onClose(this::responseClosed);
    }

    /**
     * Begins the response, with the status 200 and its head sent; other header fields are set
     * before.
     *
     * @throws IllegalStateException if the head of the response was sent
     */
    public static EventStream of(ServerRequest request, ServerResponse response) {
        return of(request, response, Options.DEFAULTS);
    }

    /** As the other {@code of}, with options. */
    public static EventStream of(ServerRequest request, ServerResponse response, Options options) {
        return new EventStream(request, response, Objects.requireNonNull(options, "options"));
    }

    private TimerHandle beat() {
        TimerHandle timer = request.loop().setInterval(options.heartbeat, () -> write(HEARTBEAT));
        timer.unref();
        return timer;
    }

    /**
     * The id of the last event that the client got, where it connects anew: what came later is to
     * be sent again, if it is still there.
     */
    public Optional<String> lastEventId() {
        // It is UTF-8, and a header field's text is read as ISO 8859-1.
        return request.header("Last-Event-ID")
                .map(text -> text.getBytes(StandardCharsets.ISO_8859_1))
                .map(bytes -> new String(bytes, StandardCharsets.UTF_8));
    }

    /** As {@link #send(ServerEvent)}, of an event with nothing but {@code data}. */
    public boolean send(String data) {
        return send(ServerEvent.of(data));
    }

    /**
     * Sends {@code event}.
     *
     * @return false when the sender should wait for {@link #onDrain}, and when it is closed
     */
    public boolean send(ServerEvent event) {
        return write(event.encoded());
    }

    /** Sends {@code text} as a comment, which clients ignore. */
    public boolean comment(String text) {
        return write(ServerEvent.comment(text));
    }

    private boolean write(byte[] bytes) {
        request.loop().checkThread();
        if (isOver) {
            return false;
        }
        if (response.queuedBytes() > options.maxQueuedBytes) {
            response.destroy();
            over();
            return false;
        }
        return response.write(bytes);
    }

    /** Everything that was sent has been handed on; as {@link ServerResponse#onDrain}. */
    public EventStream onDrain(Runnable listener) {
        response.onDrain(listener);
        return this;
    }

    /**
     * It is over: closed here, by the client, or because that took too little. There may be several
     * listeners; one that comes too late is told soon.
     */
    public EventStream onClose(Runnable listener) {
        request.loop().checkThread();
        closeListener = Listeners.and(closeListener, listener);
        if (isClosed) {
            request.loop().nextTick(listener);
        }
        return this;
    }

    /**
     * Ends the response behind what was sent. {@code EventSource} connects anew unless it is closed
     * at its end, or gets 204 next. Idempotent.
     */
    @Override
    public void close() {
        request.loop().checkThread();
        if (!isOver) {
            over();
            response.end();
        }
    }

    private void over() {
        isOver = true;
        if (heartbeat != null) {
            heartbeat.close();
        }
    }

    private void responseClosed() {
        over();
        isClosed = true;
        if (closeListener != null) {
            closeListener.run();
        }
    }

    /** Whether events still go out. */
    public boolean isOpen() {
        request.loop().checkThread();
        return !isOver;
    }

    /** {@code EventStream[open, ServerResponse[200 to GET /events, head sent]]}. Any thread. */
    @Override
    public String toString() {
        return "EventStream[" + (isOver ? "over" : "open") + ", " + response + "]";
    }
}
