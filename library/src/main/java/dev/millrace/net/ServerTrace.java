package dev.millrace.net;

import dev.millrace.kernel.Address;
import dev.millrace.loop.Loop;
import dev.millrace.observe.Cause;
import dev.millrace.observe.LoopEvent;
import dev.millrace.observe.LoopEvent.Role;
import dev.millrace.observe.LoopEvent.Step;
import dev.millrace.observe.LoopObserver;
import dev.millrace.observe.Observation;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What is told of a {@link NetServer} to those who look, and its number. */
final class ServerTrace {
    /** Given when it is first asked for; 0 before. */
    private long id;

    /** In whose callback the server was made. */
    private final long cause = Cause.id();

    long id() {
        if (id == 0) {
            id = Observation.newId();
        }
        return id;
    }

    /** Of this server, its connections, those that are {@code open} among them, their requests. */
    Observation observe(Loop loop, Set<NetSocket> open, LoopObserver observer) {
        Set<Long> sockets = new HashSet<>();
        open.forEach(socket -> sockets.add(socket.id()));
        long server = id();
        return Observation.add(observer, event -> loop.inLoop() && isOurs(event, server, sockets));
    }

    private static boolean isOurs(LoopEvent event, long server, Set<Long> sockets) {
        return switch (event.role()) {
            case TCP_SERVER, PIPE_SERVER -> event.id() == server;
            case TCP, PIPE -> {
                boolean isOurs = event.cause() == server;
                if (isOurs && event.step() == Step.ACCEPT) {
                    sockets.add(event.id());
                } else if (event.step() == Step.CLOSE) {
                    sockets.remove(event.id());
                }
                yield isOurs;
            }
            case HTTP_REQUEST -> sockets.contains(event.cause());
            case LOOKUP, LOOP, HTTP_CLIENT_REQUEST -> false;
        };
    }

    void listening(Loop loop, @Nullable Address at, @Nullable IOException error) {
        if (Observation.isOn(Step.LISTEN)) {
            Observation.tell(event(Step.LISTEN, loop, at).withError(error));
        }
    }

    void dropped(Loop loop, ConnectionDrop drop) {
        if (Observation.isOn(Step.DROP)) {
            Address local = drop.local().orElse(null);
            Address remote = drop.remote().orElse(null);
            Role role = Role.ofSocket(local, remote);
            Observation.tell(
                    LoopEvent.of(Step.DROP, role, 0, loop.threadName())
                            .withCause(id())
                            .withAddresses(local, remote));
        }
    }

    void closed(Loop loop, @Nullable Address at) {
        if (Observation.isOn(Step.CLOSE)) {
            Observation.tell(event(Step.CLOSE, loop, at));
        }
    }

    private LoopEvent event(Step step, Loop loop, @Nullable Address at) {
        return LoopEvent.of(step, Role.ofServer(at), id(), loop.threadName())
                .withCause(cause)
                .withAddresses(at, null);
    }

    /** {@code #7}, or nothing while it has no number. */
    @Override
    public String toString() {
        return id == 0 ? "" : "#" + id;
    }
}
