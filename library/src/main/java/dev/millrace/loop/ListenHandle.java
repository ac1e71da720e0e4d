package dev.millrace.loop;

import dev.millrace.driver.Address;
import dev.millrace.driver.Capability;
import dev.millrace.driver.Driver;
import dev.millrace.driver.IpAddress;
import dev.millrace.driver.Port;
import dev.millrace.driver.PortEvents;
import dev.millrace.driver.PortOption;
import dev.millrace.driver.SystemError;
import dev.millrace.driver.UnixAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Inet6Address;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A listener: TCP or a Unix socket, by its address.
 *
 * <pre>
 *   created ──bind──▶ bound ──listen──▶ listening ──close──▶ closed
 * </pre>
 *
 * {@link #bind} stays silent: what it met is kept and shows at {@link #listen} (rows B5, C7). A
 * listener that made a socket file removes it when it closes (row G10). Loop thread only.
 */
public final class ListenHandle extends Handle implements PortEvents {
    private static final Duration ACCEPT_REST = Duration.ofMillis(100);

    private final ListenOptions options;
    private @Nullable Port port;
    private @Nullable Address asked;
    private @Nullable IOException delayed;
    private @Nullable Consumer<StreamHandle> connectionListener;
    private IntConsumer acceptErrorListener = errno -> {};
    private boolean isPaused;
    private boolean ownsPath;
    private Runnable beforeRelease = () -> {};

    /** With which other loops it serves its address; then the port may be another one's. */
    private @Nullable HandRound round;

    /** A listener without a socket. */
    public ListenHandle(Loop loop, ListenOptions options) {
        super(loop);
        this.options = Objects.requireNonNull(options, "options");
    }

    /**
     * Makes the socket and binds it. A failure is kept for {@link #listen}.
     *
     * @throws UnsupportedOperationException for an abstract name, or for IPv6 alone, on a driver
     *     that can't do it
     */
    public void bind(Address address) {
        loop.checkThread();
        if (asked != null || isClosing()) {
            throw new IllegalStateException(
                    isClosing() ? "the listener is closed" : "the listener is bound already");
        }
        checkSupport(address);
        asked = address;
        try {
            Port opened = loop.driver.socket(address);
            attach(opened);
            prepare(opened, address);
            int result = loop.driver.bind(opened, address);
            if (result < 0) {
                delayed = SystemError.of(-result, "listen", address);
            } else {
                ownsPath = true;
            }
        } catch (IOException e) {
            delayed = e;
        }
    }

    private void checkSupport(Address address) {
        if (address instanceof UnixAddress unix && unix.isAbstract()) {
            loop.require(Capability.ABSTRACT_NAMES);
        }
        if (options.ipv6Only() && isIpv6(address)) {
            loop.require(Capability.IPV6_ONLY);
        }
    }

    private static boolean isIpv6(Address address) {
        return address instanceof IpAddress ip && ip.host() instanceof Inet6Address;
    }

    private void prepare(Port opened, Address address) {
        if (!(address instanceof IpAddress ip)) {
            return;
        }
        // Without it a restart right after a stop meets the old connections in TIME_WAIT (row C6).
        loop.driver.setOption(opened, PortOption.REUSE_ADDRESS, 1);
        if (options.reusePort()) {
            loop.driver.setOption(opened, PortOption.REUSE_PORT, 1);
        }
        if (isIpv6(ip)) {
            loop.driver.setOption(opened, PortOption.IPV6_ONLY, options.ipv6Only() ? 1 : 0);
        }
        // Linux hands it down to accepted connections, which saves a call for each.
        if (options.noDelay()) {
            loop.driver.setOption(opened, PortOption.NO_DELAY, 1);
        }
    }

    /**
     * Serves a description that another loop listens on, in place of {@link #bind} and {@link
     * #listen}.
     */
    void adopt(Driver.Shared shared, Address address) throws IOException {
        asked = address;
        attach(loop.driver.adopt(shared));
    }

    private void attach(Port opened) {
        port = opened;
        opened.attach(this);
    }

    /**
     * Listens; {@code listener} gets each connection from then on.
     *
     * @throws IOException what bind or listen met
     * @throws IllegalStateException if the listener is not bound, or listens already
     */
    public void listen(Consumer<StreamHandle> listener) throws IOException {
        open();
        start(listener);
    }

    /** Makes the kernel queue connections, without taking any yet; {@link #start} takes them. */
    public void open() throws IOException {
        loop.checkThread();
        if (asked == null || connectionListener != null) {
            throw new IllegalStateException(
                    asked == null ? "bind first" : "the listener listens already");
        }
        if (delayed != null) {
            throw delayed;
        }
        int result = loop.driver.listen(port(), options.backlog());
        if (result < 0) {
            throw SystemError.of(-result, "listen", asked);
        }
    }

    /** Takes connections from now on. */
    public void start(Consumer<StreamHandle> listener) {
        connectionListener = Objects.requireNonNull(listener, "listener");
        resume();
    }

    /** Told the errno when accepting fails; accepting goes on (row D6). */
    public void onAcceptError(IntConsumer listener) {
        acceptErrorListener = Objects.requireNonNull(listener, "listener");
    }

    /** Takes no further connection; the kernel queues them up to the backlog. */
    public void pause() {
        loop.checkThread();
        isPaused = true;
        if (round != null) {
            round.update(this);
        } else if (connectionListener != null && !isClosing()) {
            accept(false);
        }
    }

    /** Takes connections again. */
    public void resume() {
        loop.checkThread();
        isPaused = false;
        acceptAgain();
    }

    private void acceptAgain() {
        if (isTaking()) {
            setActive(true);
        }
        if (round != null) {
            round.update(this);
        } else if (isTaking()) {
            accept(true);
        }
    }

    /** Whether it takes connections now. */
    boolean isTaking() {
        return connectionListener != null && !isPaused && !isClosing();
    }

    /** Lets the driver accept or not, if the port is here. */
    void accept(boolean isOn) {
        if (port == null || isClosing()) {
            return;
        }
        if (isOn) {
            loop.driver.acceptStart(port, options.acceptsPerWakeUp());
        } else {
            loop.driver.acceptStop(port);
        }
    }

    Driver.Shared share() throws IOException {
        return loop.driver.share(port());
    }

    /** Serves {@code address} with others; without a port of its own, if another one has it. */
    void join(HandRound others, Address address) {
        asked = address;
        round = others;
    }

    /** Gives the listening socket away, to the one that is to accept from now on. */
    Driver.Shared detach() {
        try {
            Driver.Shared listener = loop.driver.detach(port());
            port = null;
            return listener;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Has the listening socket from now on. */
    void receive(Driver.Shared listener) {
        try (listener) {
            attach(loop.driver.adopt(listener));
        } catch (IOException e) {
            thrown(e);
        }
    }

    /** Takes a connection that another loop has accepted. */
    void take(Driver.Shared connection) {
        try (connection) {
            taken(loop.driver.adopt(connection));
        } catch (IOException e) {
            thrown(e);
        }
    }

    /** Leaves the socket file to somebody else: only the current owner removes it (row X108). */
    void disownPath() {
        ownsPath = false;
    }

    /** Makes this listener the one that removes the socket file. */
    void ownPath() {
        ownsPath = true;
    }

    void beforeRelease(Runnable hook) {
        beforeRelease = hook;
    }

    /**
     * Where it listens, with the port the kernel chose; null before {@link #bind} and after {@link
     * #close}.
     */
    public @Nullable Address localAddress() {
        if (isClosing()) {
            return null;
        }
        return round != null
                ? round.localAddress()
                : port == null ? null : loop.driver.localAddress(port);
    }

    @Override
    public HandleKind kind() {
        return HandleKind.of(asked);
    }

    @Override
    public void onAccept(Port connection) {
        try {
            if (round == null || !round.handOn(this, connection)) {
                taken(connection);
            }
        } catch (IOException e) {
            loop.driver.close(connection);
            thrown(e);
        }
    }

    private void taken(Port connection) {
        StreamHandle stream = new StreamHandle(loop, connection);
        if (connectionListener == null || isClosing()) {
            stream.close();
        } else {
            connectionListener.accept(stream);
        }
    }

    /**
     * Accepting again at once would meet the same, and level-triggered readiness would spin on it:
     * so it rests (rows D6, X50).
     */
    @Override
    public void onAcceptError(int errno, int shed) {
        accept(false);
        loop.setTimeout(ACCEPT_REST, this::acceptAgain).unref();
        acceptErrorListener.accept(errno);
    }

    @Override
    void release() {
        beforeRelease.run();
        if (ownsPath && asked instanceof UnixAddress path && !path.isAbstract()) {
            // Before the descriptor is closed: afterwards the name might be a successor's already.
            loop.driver.unlink(path);
        }
        if (port != null) {
            loop.driver.close(port);
        }
    }

    @Override
    public void failed(Throwable thrown) {
        thrown(thrown);
    }

    private Port port() {
        return Objects.requireNonNull(port, "no socket yet");
    }
}
