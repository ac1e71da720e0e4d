package dev.millrace.observe;

import dev.millrace.kernel.Address;
import dev.millrace.kernel.UnixAddress;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One thing that happened on a loop.
 *
 * {@snippet class="dev.millrace.observe.ObserveExamplesTest" region="event"}
 *
 * @param step what happened
 * @param role what it happened to
 * @param id the number of that object, unique in the process; 0 for one that has none
 * @param cause the number of the object it came from: of the server for what it accepted or
 *     dropped, of the socket for a request or a look-up, and for what a program begins see {@link
 *     Cause}; 0: none
 * @param thread the name of the loop's thread
 * @param name the name that was looked up; method and target of a request, which may be cut;
 *     otherwise empty
 * @param local our end's address, if there is one; of a request: see its socket
 * @param remote the peer's address, if there is one; of a request: see its socket
 * @param took how long it took, of a look-up, a connect, an exchange, or a stall; zero where that
 *     is not known
 * @param bytesRead what a socket that closes has received
 * @param bytesWritten what a socket that closes has written, what never left included
 * @param status of a response; 0: none was sent
 * @param error why it failed, or what closed it
 */
public record LoopEvent(
        Step step,
        Role role,
        long id,
        long cause,
        String thread,
        String name,
        Optional<Address> local,
        Optional<Address> remote,
        Duration took,
        long bytesRead,
        long bytesWritten,
        int status,
        Optional<Throwable> error) {

    /** Checks that nothing is null. */
    public LoopEvent {
        Objects.requireNonNull(step, "step");
        Objects.requireNonNull(role, "role");
        Objects.requireNonNull(thread, "thread");
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(local, "local");
        Objects.requireNonNull(remote, "remote");
        Objects.requireNonNull(took, "took");
        Objects.requireNonNull(error, "error");
    }

    /** What happened. */
    public enum Step {
        /** See {@link LoopObserver#onListen}. */
        LISTEN,
        /** See {@link LoopObserver#onAccept}. */
        ACCEPT,
        /** See {@link LoopObserver#onDrop}. */
        DROP,
        /** See {@link LoopObserver#onLookup}. */
        LOOKUP,
        /** See {@link LoopObserver#onConnect}. */
        CONNECT,
        /** See {@link LoopObserver#onClose}. */
        CLOSE,
        /** See {@link LoopObserver#onRequest}. */
        REQUEST,
        /** See {@link LoopObserver#onResponse}. */
        RESPONSE,
        /** See {@link LoopObserver#onStall}. */
        STALL,
        /** See {@link LoopObserver#onRun}. */
        RUN,
        /** See {@link LoopObserver#onStop}. */
        STOP;

        /** The name in {@code MILLRACE_DEBUG} that has it printed. */
        String topic() {
            return compareTo(REQUEST) < 0 ? "net" : compareTo(STALL) < 0 ? "http" : "loop";
        }
    }

    /** What an object is, as the providers of Node's {@code async_hooks} say it. */
    public enum Role {
        /** A TCP socket; Node's TCPWRAP as SOCKET. */
        TCP,
        /** A server on a TCP port; Node's TCPSERVERWRAP. */
        TCP_SERVER,
        /** A Unix socket; Node's PIPEWRAP. */
        PIPE,
        /** A server on a Unix socket; Node's PIPESERVERWRAP. */
        PIPE_SERVER,
        /** A look-up of a name; Node's GETADDRINFOREQWRAP. */
        LOOKUP,
        /** A request that a server got, and its response; Node's HTTPINCOMINGMESSAGE. */
        HTTP_REQUEST,
        /** A request that a client made, and its response; Node's HTTPCLIENTREQUEST. */
        HTTP_CLIENT_REQUEST,
        /** A loop. */
        LOOP;

        /** The role of a socket at one of these addresses; without any it counts as TCP. */
        public static Role ofSocket(@Nullable Address local, @Nullable Address remote) {
            return local instanceof UnixAddress || remote instanceof UnixAddress ? PIPE : TCP;
        }

        /** The role of a server at {@code address}; without any it counts as TCP. */
        public static Role ofServer(@Nullable Address address) {
            return address instanceof UnixAddress ? PIPE_SERVER : TCP_SERVER;
        }
    }

    /** An event with nothing else to say yet. */
    public static LoopEvent of(Step step, Role role, long id, String thread) {
        return new LoopEvent(
                step,
                role,
                id,
                0,
                thread,
                "",
                Optional.empty(),
                Optional.empty(),
                Duration.ZERO,
                0,
                0,
                0,
                Optional.empty());
    }

    /** With the number of the object it came from. */
    public LoopEvent withCause(long cause) {
        return copy(cause, name, local, remote, took, bytesRead, bytesWritten, status, error);
    }

    /** With a name, and how long it took. */
    public LoopEvent withName(String name, Duration took) {
        return copy(cause, name, local, remote, took, bytesRead, bytesWritten, status, error);
    }

    /** With how long it took. */
    public LoopEvent withTook(Duration took) {
        return withName(name, took);
    }

    /** With the addresses of both ends; null: there is none. */
    public LoopEvent withAddresses(@Nullable Address ours, @Nullable Address peers) {
        Optional<Address> local = Optional.ofNullable(ours);
        Optional<Address> remote = Optional.ofNullable(peers);
        return copy(cause, name, local, remote, took, bytesRead, bytesWritten, status, error);
    }

    /** With what was received and written. */
    public LoopEvent withBytes(long bytesRead, long bytesWritten) {
        return copy(cause, name, local, remote, took, bytesRead, bytesWritten, status, error);
    }

    /** With the status of a response; 0: none was sent. */
    public LoopEvent withStatus(int status) {
        return copy(cause, name, local, remote, took, bytesRead, bytesWritten, status, error);
    }

    /** With why it failed; null: it did not. */
    public LoopEvent withError(@Nullable Throwable thrown) {
        Optional<Throwable> error = Optional.ofNullable(thrown);
        return copy(cause, name, local, remote, took, bytesRead, bytesWritten, status, error);
    }

    private LoopEvent copy(
            long cause,
            String name,
            Optional<Address> local,
            Optional<Address> remote,
            Duration took,
            long bytesRead,
            long bytesWritten,
            int status,
            Optional<Throwable> error) {
        return new LoopEvent(
                step,
                role,
                id,
                cause,
                thread,
                name,
                local,
                remote,
                took,
                bytesRead,
                bytesWritten,
                status,
                error);
    }

    /**
     * One line for a person: {@code accept TCP #7 127.0.0.1:80 <- 127.0.0.1:4000, by #1, on main}.
     */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(step.name().toLowerCase(Locale.ROOT));
        text.append(' ').append(role);
        if (id != 0) {
            text.append(" #").append(id);
        }
        if (!name.isEmpty()) {
            text.append(' ').append(name);
        }
        local.ifPresent(address -> text.append(' ').append(address));
        remote.ifPresent(address ->
                text.append(step == Step.ACCEPT || step == Step.DROP ? " <- " : " -> ")
                        .append(address));
        if (cause != 0) {
            text.append(", by #").append(cause);
        }
        if (took.isPositive()) {
            text.append(", ").append(took.toNanos() / 1000).append(" µs");
        }
        if (step == Step.CLOSE && (role == Role.TCP || role == Role.PIPE)) {
            text.append(", read ").append(bytesRead).append(" B, written ");
            text.append(bytesWritten).append(" B");
        }
        if (step == Step.RESPONSE) {
            text.append(status == 0 ? ", no response" : ", " + status);
        }
        error.ifPresent(thrown -> text.append(", failed: ").append(thrown.getMessage()));
        return text.append(", on ").append(thread).toString();
    }
}
