package dev.millrace.http;

import dev.millrace.net.NetSocket;
import dev.millrace.observe.Cause;
import dev.millrace.observe.LoopEvent;
import dev.millrace.observe.LoopEvent.Role;
import dev.millrace.observe.LoopEvent.Step;
import dev.millrace.observe.Observation;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What observers are told of one request and its response; none is made while there are none. Not
 * the addresses: they take system calls, and the socket has told them under its own number.
 */
final class ExchangeTrace {
    /** The call of a handler. */
    @FunctionalInterface
    interface HandlerCall {
        void run() throws Exception;
    }

    private final long id = Observation.newId();
    private final long beganNanos;

    private ExchangeTrace(long beganNanos) {
        this.beganNanos = beganNanos;
    }

    /** Tells of a request whose head has arrived; null while there is no observer. */
    static @Nullable ExchangeTrace begun(ServerRequest request) {
        if (!Observation.isOn(Step.REQUEST) && !Observation.isOn(Step.RESPONSE)) {
            return null;
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
    void over(ServerRequest request, int status, @Nullable IOException error) {
        if (Observation.isOn(Step.RESPONSE)) {
            long took = request.connection().loop().hrtime() - beganNanos;
            Observation.tell(
                    event(Step.RESPONSE, request)
                            .withTook(Duration.ofNanos(took))
                            .withStatus(status)
                            .withError(error));
        }
    }

    private LoopEvent event(Step step, ServerRequest request) {
        return event(step, id, request.connection().socket())
                .withName(request.line(), Duration.ZERO);
    }

    /** What came on {@code socket} was refused: it is no request. */
    static void refused(NetSocket socket, Refusal refusal) {
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
