package dev.millrace.net;

import dev.millrace.kernel.Address;
import dev.millrace.loop.Loop;
import dev.millrace.observe.LoopEvent;
import dev.millrace.observe.LoopEvent.Role;
import dev.millrace.observe.LoopEvent.Step;
import dev.millrace.observe.Observation;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** What is told of a {@link NetServer} to those who look, and its number. */
final class ServerTrace {
    /** Given when it is first asked for; 0 before. */
    private long id;

    long id() {
        if (id == 0) {
            id = Observation.newId();
        }
        return id;
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
                .withAddresses(at, null);
    }

    /** {@code #7}, or nothing while it has no number. */
    @Override
    public String toString() {
        return id == 0 ? "" : "#" + id;
    }
}
