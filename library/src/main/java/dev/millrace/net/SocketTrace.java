package dev.millrace.net;

import dev.millrace.kernel.Address;
import dev.millrace.loop.Loop;
import dev.millrace.observe.Cause;
import dev.millrace.observe.LoopEvent;
import dev.millrace.observe.LoopEvent.Role;
import dev.millrace.observe.LoopEvent.Step;
import dev.millrace.observe.Observation;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What is told of a {@link NetSocket} to those who look. Nothing is asked while there is none. */
final class SocketTrace {
    private SocketTrace() {}

    static void accepted(NetSocket socket) {
        if (Observation.isOn(Step.ACCEPT)) {
            Observation.tell(event(Step.ACCEPT, socket));
        }
    }

    /** When an attempt to connect begins; 0 while there is none who asks. */
    static long begin(Loop loop) {
        return Observation.isOn(Step.CONNECT) ? loop.hrtime() : 0;
    }

    static void connected(NetSocket socket, long beganNanos, @Nullable IOException error) {
        if (Observation.isOn(Step.CONNECT)) {
            long took = beganNanos == 0 ? 0 : socket.loop().hrtime() - beganNanos;
            Observation.tell(
                    event(Step.CONNECT, socket).withTook(Duration.ofNanos(took)).withError(error));
        }
    }

    /** Before it is closed, as its addresses are gone then. */
    static void closing(NetSocket socket, @Nullable IOException error) {
        if (Observation.isOn(Step.CLOSE)) {
            Observation.tell(
                    event(Step.CLOSE, socket)
                            .withBytes(socket.bytesRead(), socket.bytesWritten())
                            .withError(error));
        }
    }

    private static LoopEvent event(Step step, NetSocket socket) {
        Address local = socket.handle.localAddress();
        Address remote = socket.transport.remoteAddress();
        String thread = socket.loop().threadName();
        return LoopEvent.of(step, Role.ofSocket(local, remote), socket.id(), thread)
                .withCause(causeOf(socket))
                .withAddresses(local, remote);
    }

    /** The server that accepted it, or in whose callback it began to connect. */
    private static long causeOf(NetSocket socket) {
        ServerConnections server = socket.listeners.countedBy;
        if (server != null) {
            return server.trace.id();
        }
        return socket.connect == null ? Cause.NONE : socket.connect.causeId();
    }
}
