package dev.millrace.net;

import dev.millrace.dns.NameLookup;
import dev.millrace.kernel.Address;
import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.KernelOption;
import dev.millrace.kernel.SystemError;
import dev.millrace.loop.LoopStage;
import dev.millrace.loop.TimerHandle;
import dev.millrace.observe.Cause;
import dev.millrace.observe.LoopEvent.Step;
import dev.millrace.observe.Observation;
import dev.millrace.sys.Errno;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a {@link NetSocket} comes to its connection, and who hears of it. An accepted one, of which
 * there may be very many, has none of these as a rule.
 */
final class SocketConnect {
    private final NetSocket socket;
    private final NetSocketOptions options;

    /** The listener of {@link NetSocket#onConnect}. */
    @Nullable Runnable listener;

    /** Ends what is under way, the look-up of a name or attempts. */
    private Runnable cancel = () -> {};

    /** What becomes of it when the time is over. */
    private Runnable late = () -> {};

    /** When it began, if there is one who asks. */
    private long beganNanos;

    /** In whose callback it began, which events tell. */
    private final long causeId = Cause.id();

    /** What was connected to, for TLS to verify; null: a Unix socket, which has no name. */
    @Nullable String name;

    int namePort;

    /** Runs until the outcome, if there is a time-out. */
    private @Nullable TimerHandle timer;

    /** What {@link NetSocket#connected} gave out, made when it is first asked for. */
    private @Nullable LoopStage<NetSocket> stage;

    /** The stage's failure, if the program knows of it without the stage. */
    private @Nullable IOException known;

    SocketConnect(NetSocket socket, NetSocketOptions options) {
        this.socket = socket;
        this.options = options;
    }

    /** To a name, or a literal. */
    NetSocket start(String host, int port) {
        name = host;
        namePort = port;
        applyOptions();
        // The look-up is the socket's, and so is the way back.
        Cause.run(
                Observation.isOn(Step.LOOKUP) ? socket.id() : Cause.NONE, () -> lookUp(host, port));
        late = () -> ended(SystemError.ofName(Errno.ETIMEDOUT, host));
        startTimer();
        return socket;
    }

    private void lookUp(String host, int port) {
        NameOptions names = options.names();
        cancel =
                NameLookup.addresses(
                        socket.loop(),
                        host,
                        port,
                        () -> names.resolver().resolve(socket.loop(), host, names.family()),
                        found -> found(found, host),
                        this::ended);
    }

    /** A literal needs no choice: it is what was asked for. */
    private void found(List<Address> found, String host) {
        boolean isLiteral = !NameLookup.literal(host, 0).isEmpty();
        List<Address> order = isLiteral ? found : ConnectOrder.of(found, options);
        if (order.isEmpty()) {
            ended(SystemError.ofName(Errno.ENOTFOUND, host));
        } else {
            attempt(order);
        }
    }

    /** To an address. */
    NetSocket start(Address address) {
        if (address instanceof IpAddress ip) {
            name = ip.hostText();
            namePort = ip.port();
        }
        applyOptions();
        attempt(List.of(address));
        startTimer();
        return socket;
    }

    /** At once: what the program says after the call to connect is later, and counts. */
    private void applyOptions() {
        beganNanos = SocketTrace.begin(socket.loop());
        if (options.noDelay()) {
            // A Unix socket refuses the option, which does no harm.
            socket.handle.option(KernelOption.NO_DELAY, 1);
        }
        options.applyTo(socket.handle);
        options.proxyHeader().ifPresent(header -> socket.write(header.encode()));
        options.tls().ifPresent(tls -> socket.tls().upgrade(tls));
    }

    long causeId() {
        return causeId;
    }

    private void attempt(List<Address> addresses) {
        ConnectAttempts attempts =
                new ConnectAttempts(socket.handle, socket.transport, options, this::ended);
        cancel = attempts::cancel;
        late = attempts::giveUp;
        attempts.start(addresses);
    }

    private void startTimer() {
        if (options.connectTimeout().isPositive()) {
            // A loop that was busy meanwhile may not have heard yet: its next poll comes first.
            timer =
                    socket.loop()
                            .setTimeout(
                                    options.connectTimeout(),
                                    () -> socket.loop().setImmediate(this::outOfTime));
        }
    }

    private void outOfTime() {
        if (timer != null) {
            late.run();
        }
    }

    /** The socket is over, or the outcome is there: nothing goes on. */
    void cancel() {
        if (timer != null) {
            timer.close();
            timer = null;
        }
        cancel.run();
        cancel = () -> {};
    }

    private void ended(@Nullable IOException error) {
        cancel();
        SocketTrace.connected(socket, beganNanos, error);
        if (error != null) {
            socket.destroy(error);
        } else if (socket.transport.isReady()) {
            opened();
        }
    }

    /** The connection stands, and the filter is ready if there is one. */
    void opened() {
        // An end that was asked for before comes true, behind what the listener still writes.
        boolean isEndDue = !socket.transport.isOpen();
        socket.opened();
        SocketListeners.tell(listener);
        if (stage != null) {
            stage.complete(socket);
        }
        if (!socket.isDestroyed()) {
            if (isEndDue) {
                socket.transport.endWriting();
            }
            socket.inbound.start();
        }
    }

    LoopStage<NetSocket> stage(@Nullable IOException failure) {
        if (stage == null) {
            stage = new LoopStage<>(socket.loop(), thrown -> thrown == known);
            if (socket.isDestroyed()) {
                failed(failure);
            } else if (!socket.isConnecting()) {
                stage.complete(socket);
            }
        }
        return stage;
    }

    /**
     * The socket is over; {@code failure}: why, or null. Without effect once it was connected. An
     * error listener is told as well, and a program that destroys a socket knows that it does.
     *
     * @return whether a stage was given out, which tells a failure where no listener does
     */
    boolean failed(@Nullable IOException failure) {
        if (stage != null) {
            IOException outcome =
                    failure != null
                            ? failure
                            : new IOException("the socket was destroyed before it was connected");
            known = failure == null || socket.listeners.error != null ? outcome : null;
            stage.completeExceptionally(outcome);
        }
        return stage != null;
    }
}
