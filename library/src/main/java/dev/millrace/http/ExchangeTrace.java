package dev.millrace.http;

import dev.millrace.net.NetSocket;
import dev.millrace.observe.Cause;
import dev.millrace.observe.LoopEvent;
import dev.millrace.observe.LoopEvent.Role;
import dev.millrace.observe.LoopEvent.Step;
import dev.millrace.observe.Observation;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What observers and the listener of {@link HttpServer#onExchange} are told of one request and its
 * response, and since when its handler has it. None is made while nothing needs it. Observers don't
 * get the addresses: they take system calls, and the socket has told them under its own number.
 */
final class ExchangeTrace {
    /** The call of a handler. */
    @FunctionalInterface
    interface HandlerCall {
        void run() throws Exception;
    }

    private final long id = Observation.newId();
    private final long beganNanos;

    /** Since when the handler has all that it waits for. */
    private long handlerNanos;

    /** The body was still coming when this was last looked at. */
    private boolean isBodyDue;

    private ExchangeTrace(long beganNanos) {
        this.beganNanos = beganNanos;
        this.handlerNanos = beganNanos;
    }

    /** Tells of a request whose head has arrived; null while there is no observer. */
    static @Nullable ExchangeTrace begun(ServerRequest request) {
        HttpServer server = request.connection().server();
        if (!server.isTracing()
                && !Observation.isOn(Step.REQUEST)
                && !Observation.isOn(Step.RESPONSE)) {
            return null;
        }
        if (server.hasExchangeListener()) {
            // Later it may be gone.
            request.connection().remoteAddress();
        }
        NetSocket socket = request.connection().socket();
        ExchangeTrace trace = new ExchangeTrace(socket.loop().hrtime());
        if (Observation.isOn(Step.REQUEST)) {
            Observation.tell(trace.event(Step.REQUEST, request));
        }
        return trace;
    }

    /** Calls a handler: what it begins is of this request. */
    void call(HandlerCall handler) throws Exception {
        Cause.call(
                id,
                () -> {
                    handler.run();
                    return true;
                });
    }

    /** As {@link #call}, a listener of the request, or of its response. */
    static void run(ServerRequest request, Runnable listener) {
        ServerResponse response =
                Observation.isOn() ? request.connection().responses().to(request) : null;
        ExchangeTrace trace = response == null ? null : response.trace;
        Cause.run(trace == null ? Cause.NONE : trace.id, listener);
    }

    /** The exchange is over; {@code status} 0: nothing of a response was sent. */
    void over(ServerRequest request, int status, long bytes, @Nullable IOException error) {
        ServerConnection connection = request.connection();
        Duration took = Duration.ofNanos(connection.loop().hrtime() - beganNanos);
        if (Observation.isOn(Step.RESPONSE)) {
            Observation.tell(
                    event(Step.RESPONSE, request)
                            .withTook(took)
                            .withStatus(status)
                            .withError(error));
        }
        if (connection.server().hasExchangeListener()) {
            connection
                    .server()
                    .tell(
                            new HttpExchange(
                                    Optional.of(request),
                                    status,
                                    bytes,
                                    took,
                                    connection.remoteAddress(),
                                    Optional.ofNullable(error)));
        }
    }

    /**
     * Whether the handler has had all that it waits for since {@code limit}; while the body comes
     * it has not. Asked at times, so that it may be late by that, but never early.
     */
    boolean isHandlerLate(Duration limit, long nowNanos, boolean isBodyComing) {
        if (isBodyComing || isBodyDue) {
            isBodyDue = isBodyComing;
            handlerNanos = nowNanos;
        }
        return nowNanos - handlerNanos >= limit.toNanos();
    }

    private LoopEvent event(Step step, ServerRequest request) {
        return event(step, id, request.connection().socket())
                .withName(request.line(), Duration.ZERO);
    }

    /** What came on {@code socket} was refused: it is no request. */
    static void refused(ServerConnection connection, Refusal refusal) {
        NetSocket socket = connection.socket();
        if (connection.server().hasExchangeListener()) {
            connection
                    .server()
                    .tell(
                            new HttpExchange(
                                    Optional.empty(),
                                    refusal.status(),
                                    refusal.contentBytes(),
                                    Duration.ZERO,
                                    connection.remoteAddress(),
                                    Optional.of(new IOException(refusal.text()))));
        }
        if (Observation.isOn(Step.RESPONSE)) {
            Observation.tell(
                    event(Step.RESPONSE, 0, socket)
                            .withStatus(refusal.status())
                            .withError(new IOException(refusal.text())));
        }
    }

    private static LoopEvent event(Step step, long id, NetSocket socket) {
        return LoopEvent.of(step, Role.HTTP_REQUEST, id, socket.loop().threadName())
                .withCause(socket.id());
    }
}
