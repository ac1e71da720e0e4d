package dev.millrace.loop;

import dev.millrace.binding.ListenBinding;
import dev.millrace.binding.TcpBinding;
import dev.millrace.binding.UnixBinding;
import dev.millrace.driver.Driver;
import dev.millrace.driver.Port;
import dev.millrace.driver.PortEvents;
import dev.millrace.kernel.Address;
import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.ListenOptions;
import dev.millrace.kernel.SystemError;
import dev.millrace.kernel.UnixAddress;
import dev.millrace.stream.Listeners;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A listener: TCP or a Unix socket, by its address.
 *
 * <pre>
 *   created ──bind──▶ bound ──listen──▶ listening ──close──▶ closed
 *
 *   listening:   taking ──onAccept──▶ a connection waits ──accept()──▶ taking
 *                   └──pause()──▶ paused ──resume()──▶ taking      after an error: AcceptBackoff
 * </pre>
 *
 * On TCP {@link #bind} stays silent: what it met is kept and shows at {@link #listen}. A listener
 * that made a socket file removes it when it closes. Loop thread only.
 *
 * {@snippet class="dev.millrace.loop.StreamHandleExamplesTest" region="listen"}
 */
public final class ListenHandle extends Handle {
    /**
     * What the driver was told of the port.
     *
     * <pre>
     *           acceptStart                onAcceptError
     *   OFF ◀────────────────▶ ON ──────────────────────────▶ RESTING
     *           acceptStop     ▲  rest over, descriptors freed    │
     *                          └─────────(or OFF)─────────────────┘
     * </pre>
     */
    private enum Accepting {
        /** It has no listener yet, is paused, or has a connection that waits. */
        OFF,
        /** The driver accepts. */
        ON,
        /** After an error the driver is stopped for a while. */
        RESTING
    }

    final ListenOptions options;
    private final AcceptBackoff rest = new AcceptBackoff(loop, this::update);
    final Receiver receiver = new Receiver();
    private @Nullable Port port;
    private @Nullable Address asked;

    /** The last answer of {@link #localAddress}, or what was asked for: to be shown. */
    private @Nullable Address shown;

    private @Nullable IOException delayed;
    private @Nullable UnixBinding unix;
    private final Runnable atLoopClose = this::removeFile;
    private @Nullable Runnable connectionListener;

    /** Accepted, but not taken yet: until then there is no other. */
    private @Nullable StreamHandle waiting;

    /** Where the driver stands: shown above. */
    private Accepting accepting = Accepting.OFF;

    /** What accepted TCP connections get from the listening socket. */
    private boolean isNoDelay = true;

    /** By {@link #pause}; it may come before the socket. */
    private boolean isPaused;

    /** Where its connections come from, in place of a socket. */
    private @Nullable ListenFeed feed;

    private Runnable beforeRelease = () -> {};
    private @Nullable Consumer<? super Duration> shutdownListener;

    /** A listener without a socket. */
    public ListenHandle(Loop loop, ListenOptions options) {
        super(loop);
        this.options = Objects.requireNonNull(options, "options");
    }

    /**
     * Checks that the driver of {@code loop} can listen at {@code address} with {@code options}.
     *
     * @throws UnsupportedOperationException if it can't: an abstract name, or IPv6 alone
     */
    public static void require(Loop loop, Address address, ListenOptions options) {
        switch (address) {
            case IpAddress ip -> TcpBinding.require(loop.driver, ip, options);
            case UnixAddress unix -> UnixBinding.checkName(loop.driver, unix);
        }
    }

    /**
     * Checks that the driver of {@code loop} can listen on an open descriptor.
     *
     * @throws UnsupportedOperationException if it can't
     */
    public static void requireDescriptors(Loop loop) {
        ListenBinding.require(loop.driver);
    }

    /**
     * Whether the TCP connections that it takes send small segments at once (TCP_NODELAY), which is
     * the default.
     *
     * @throws IllegalStateException if the listener is bound or closed already
     */
    public void noDelay(boolean noDelay) {
        checkUnbound();
        isNoDelay = noDelay;
    }

    private void checkUnbound() {
        loop.checkThread();
        if (asked != null || isClosing()) {
            throw new IllegalStateException(
                    isClosing() ? "the listener is closed" : "the listener is bound already");
        }
    }

    /**
     * Makes the socket and binds it.
     *
     * @throws IOException what a Unix socket met: EADDRINUSE where there is a file, EACCES without
     *     permission or without the folder, or what changing its mode met. A failure on TCP is kept
     *     for {@link #listen}
     * @throws IllegalStateException if the listener is bound or closed already
     * @throws UnsupportedOperationException for an abstract name, or for IPv6 alone, on a driver
     *     that can't do it
     */
    public void bind(Address address) throws IOException {
        checkUnbound();
        if (address instanceof UnixAddress path) {
            bindUnix(path);
        } else {
            bindIp((IpAddress) Objects.requireNonNull(address, "address"));
        }
    }

    private void bindUnix(UnixAddress path) throws IOException {
        unix = UnixBinding.create(loop.driver, path);
        asked = shown = path;
        // Also when the loop is closed by force.
        loop.atClose(atLoopClose);
        try {
            unix.bind(attach(loop.driver.socket(path)), options.unix());
        } catch (IOException e) {
            delayed = e;
            releaseFile();
            throw e;
        }
    }

    private void bindIp(IpAddress address) {
        TcpBinding.require(loop.driver, address, options);
        asked = shown = address;
        try {
            TcpBinding.check(address, options);
            Port opened = attach(loop.driver.socket(address));
            TcpBinding.bind(loop.driver, opened, address, options, isNoDelay);
        } catch (IOException e) {
            delayed = e;
        }
    }

    private void releaseFile() {
        loop.notAtClose(atLoopClose);
        removeFile();
    }

    private void removeFile() {
        if (unix != null) {
            unix.release();
        }
    }

    /**
     * Serves a description that another loop listens on, in place of {@link #bind} and {@link
     * #listen}.
     */
    void adopt(Driver.Shared shared, Address address, boolean isFileOurs) throws IOException {
        attach(loop.driver.adopt(shared));
        asked = shown = address;
        if (isFileOurs && address instanceof UnixAddress path) {
            unix = UnixBinding.adopted(loop.driver, path);
        }
    }

    /**
     * Takes a socket that listens already and was opened elsewhere, in place of {@link #bind} and
     * {@link #open()}; it belongs to the handle from now on. A socket file stays where it is.
     *
     * @throws IOException ERR_INVALID_FD_TYPE for a descriptor of another kind, EBADF, or EEXIST if
     *     the loop has this one. The descriptor is still the caller's then
     * @throws IllegalStateException if the listener is bound or closed already
     * @throws UnsupportedOperationException if the loop's driver can't do it
     */
    public void open(int descriptor) throws IOException {
        checkUnbound();
        attach(ListenBinding.opened(loop.driver, descriptor, isNoDelay));
        asked = Objects.requireNonNull(localAddress(), "a listener has an address");
    }

    /** It listens elsewhere, at {@code address}. */
    void feed(ListenFeed feed, Address address) {
        this.feed = feed;
        asked = shown = address;
    }

    private Port attach(Port opened) {
        port = opened;
        opened.attach(receiver);
        return opened;
    }

    /**
     * Listens; {@code listener} gets each connection from then on. Without {@link #bind} before, it
     * is on a free port of every IPv4 interface.
     *
     * @throws IOException what bind or listen met
     * @throws IllegalStateException if the listener listens already
     */
    public void listen(Consumer<StreamHandle> listener) throws IOException {
        open();
        start(listener);
    }

    /**
     * Listens, and takes connections one by one: {@code listener} is told that one waits, and
     * {@link #accept} takes it, then or later. Until it is taken there is no other; the kernel
     * queues them up to the backlog.
     *
     * {@snippet class="dev.millrace.loop.StreamHandleExamplesTest" region="demand"}
     *
     * @throws IOException as {@link #listen(Consumer)}
     */
    public void listen(Runnable listener) throws IOException {
        open();
        start(listener);
    }

    /** Makes the kernel queue connections, without taking any yet; {@link #start} takes them. */
    public void open() throws IOException {
        loop.checkThread();
        if (connectionListener != null) {
            throw new IllegalStateException("the listener listens already");
        }
        if (asked == null) {
            bind(IpAddress.of("0.0.0.0", 0));
        }
        if (delayed != null) {
            throw delayed;
        }
        int result = loop.driver.listen(port(), options.backlog());
        if (result < 0) {
            throw SystemError.of(-result, "listen", Objects.requireNonNull(asked));
        }
        if (unix != null) {
            unix.listening();
        }
    }

    /** Takes connections from now on, each for {@code listener}. */
    public void start(Consumer<StreamHandle> listener) {
        Objects.requireNonNull(listener, "listener");
        start(() -> listener.accept(Objects.requireNonNull(accept())));
    }

    /** Tells {@code listener} of connections from now on, as {@link #listen(Runnable)} does. */
    public void start(Runnable listener) {
        loop.checkThread();
        connectionListener = Objects.requireNonNull(listener, "listener");
        setActive(!isClosing());
        update();
    }

    /** The connection that waits, or null when none does: libuv's EAGAIN. */
    public @Nullable StreamHandle accept() {
        loop.checkThread();
        StreamHandle taken = waiting;
        waiting = null;
        update();
        return taken;
    }

    /**
     * Told when accepting fails, at most once a second for all that happened meanwhile; accepting
     * goes on, after a rest. A second listener is refused.
     */
    public void onAcceptError(Consumer<? super AcceptReport> listener) {
        loop.checkThread();
        rest.onReport(listener);
    }

    /** Takes no further connection; the kernel queues them up to the backlog. */
    public void pause() {
        loop.checkThread();
        isPaused = true;
        update();
    }

    /** Takes connections again. */
    public void resume() {
        loop.checkThread();
        isPaused = false;
        update();
    }

    private void update() {
        boolean isTaking = connectionListener != null && waiting == null && !isPaused;
        if (feed != null && !isClosing()) {
            feed.taking(isTaking);
        }
        if (port == null || isClosing()) {
            return;
        }
        Accepting next =
                !isTaking ? Accepting.OFF : rest.isResting() ? Accepting.RESTING : Accepting.ON;
        boolean wasOn = accepting == Accepting.ON;
        accepting = next;
        if (next == Accepting.ON && !wasOn) {
            loop.driver.acceptStart(port, options.acceptsPerWakeUp());
        } else if (next != Accepting.ON && wasOn) {
            loop.driver.acceptStop(port);
        }
    }

    Driver.Shared share() throws IOException {
        return loop.driver.share(port());
    }

    /**
     * Chooses whether this listener removes its socket file when it closes: of several that share
     * one, only the present owner may. One that made the file owns it; one that was {@linkplain
     * #open(int) opened} does not. Without effect on TCP.
     */
    public void ownFile(boolean isOwner) {
        loop.checkThread();
        if (unix == null && isOwner && asked instanceof UnixAddress path && !isClosing()) {
            unix = UnixBinding.adopted(loop.driver, path);
            loop.atClose(atLoopClose);
        }
        if (unix != null) {
            unix.own(isOwner);
        }
    }

    void beforeRelease(Runnable hook) {
        beforeRelease = hook;
    }

    /**
     * Where it listens, with the port the kernel chose; null before {@link #bind} and after {@link
     * #close}.
     */
    public @Nullable Address localAddress() {
        loop.checkThread();
        Address known = feed == null ? null : asked;
        Address found = isClosing ? null : port == null ? known : loop.driver.localAddress(port);
        shown = found == null ? shown : found;
        return found;
    }

    /**
     * Told when the loop's group {@linkplain LoopGroup#shutdown shuts down}, with how long there is
     * to finish; without this listener the handle is closed then. A second listener is refused.
     */
    public void onShutdown(Consumer<? super Duration> listener) {
        loop.checkThread();
        shutdownListener = Listeners.once(shutdownListener, listener, "onShutdown");
    }

    /** Gives it {@code limit} to finish, as a group that shuts down does: {@link #onShutdown}. */
    public void shutDown(Duration limit) {
        loop.checkThread();
        if (shutdownListener == null) {
            close();
        } else {
            shutdownListener.accept(limit);
        }
    }

    /**
     * What tells this listener from every other of the machine: {@code IPv4:127.0.0.1:8080}, {@code
     * Unix:/run/app.sock}; null before {@link #bind} and after {@link #close}. Listeners that share
     * a socket have the same.
     */
    public @Nullable String key() {
        Address at = localAddress();
        return at == null ? null : at.family() + ":" + at;
    }

    /** How many times accepting failed so far. */
    public long acceptErrorCount() {
        loop.checkThread();
        return rest.failures();
    }

    /** How many waiting connections were closed so far, for want of descriptors. */
    public long shedCount() {
        loop.checkThread();
        return rest.shed();
    }

    @Override
    @Nullable Port portOrNull() {
        return port;
    }

    @Override
    HandleKind ownKind() {
        return HandleKind.of(asked);
    }

    void taken(Port connection) {
        waiting = new StreamHandle(loop, connection);
        try {
            Objects.requireNonNull(connectionListener).run();
        } finally {
            update();
        }
    }

    @Override
    void release() {
        rest.stop();
        loop.listenSource().closed(this);
        beforeRelease.run();
        releaseFile();
        if (waiting != null) {
            waiting.close();
            waiting = null;
        }
        if (port != null) {
            loop.driver.close(port);
        }
        if (feed != null) {
            feed.closed();
        }
    }

    private Port port() {
        return Objects.requireNonNull(port, "no socket yet");
    }

    @Override
    String details() {
        Address where = shown;
        return where == null ? "" : ", " + where;
    }

    /** What the driver reports. */
    final class Receiver implements PortEvents {
        @Override
        public void onAccept(Port connection) {
            rest.succeeded();
            taken(connection);
        }

        @Override
        public void onAcceptError(int errno, int shed) {
            Address at = localAddress();
            rest.begin(errno, shed, at == null ? Objects.requireNonNull(asked) : at);
            update();
            rest.report();
        }

        @Override
        public boolean onDescriptorsShort() {
            return loop.giveDescriptorsUp();
        }

        @Override
        public void onDescriptorsFreed() {
            rest.end();
            update();
        }

        @Override
        public void failed(Throwable thrown) {
            ListenHandle.this.thrown(thrown);
        }
    }
}
