package dev.millrace.net;

import dev.millrace.dns.NameLookup;
import dev.millrace.kernel.Address;
import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.ListenOptions;
import dev.millrace.kernel.UnixAddress;
import dev.millrace.loop.AcceptReport;
import dev.millrace.loop.ListenHandle;
import dev.millrace.loop.Loop;
import dev.millrace.observe.Identified;
import dev.millrace.observe.LoopObserver;
import dev.millrace.observe.Observation;
import dev.millrace.stream.Listeners;
import dev.millrace.tls.TlsOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Listens on a TCP port or a Unix socket, as Node's {@code net.Server} does.
 *
 * <pre>
 *   created ──listen──▶ opening ──onListening──▶ listening ──close──▶ closing ──last one gone──▶ onClose
 *                          │                            with shutdown, what is left at its limit is cut off
 *                          └──onError──▶ created (listen may be tried again)
 * </pre>
 *
 * Belongs to its loop's thread, and serves the connections on it. A listen that fails is told to
 * {@link #onError} and to the stage of {@link #listening}; without either it goes to {@link
 * Loop#onUncaught}, and so ends the program.
 */
public final class NetServer implements AutoCloseable, Identified {
    private final Loop loop;
    private final NetServerOptions options;
    private final ServerConnections connections;
    private final ServerInlet inlet;
    private final ServerArrivals arrivals;
    private final ServerListeners listeners = new ServerListeners();
    private final ConnectionMoves moves;

    /** Who hears whether it listens. */
    private final ServerListening listening = new ServerListening(this);

    private final ServerEnd end;
    private Life life = Life.CREATED;

    /** As drawn above. */
    private enum Life {
        CREATED,
        OPENING,
        LISTENING,
        CLOSING,
        CLOSED
    }

    private NetServer(Loop loop, NetServerOptions options) {
        loop.checkThread();
        this.loop = loop;
        this.options = Objects.requireNonNull(options, "options");
        this.connections =
                new ServerConnections(
                        options.limits(),
                        ServerLoad.of(loop),
                        this::closeIfOver,
                        isFull -> moves().full(isFull));
        this.inlet = new ServerInlet(loop, options.limits());
        this.arrivals = new ServerArrivals(loop, options, connections, inlet, listeners);
        this.moves = new ConnectionMoves(this, connections, arrivals);
        this.end = new ServerEnd(loop, connections, moves);
    }

    /**
     * A server that gives each connection to its {@link #onConnection} listener.
     *
     * {@snippet class="dev.millrace.net.NetServerExamplesTest" region="onConnection"}
     */
    public static NetServer create(Loop loop) {
        return create(loop, NetServerOptions.DEFAULTS);
    }

    /** As {@link #create(Loop)}, with options. */
    public static NetServer create(Loop loop, NetServerOptions options) {
        return new NetServer(loop, options);
    }

    /**
     * A server that gives each connection to {@code connectionListener}.
     *
     * {@snippet class="dev.millrace.net.NetServerExamplesTest" region="create"}
     */
    public static NetServer create(Loop loop, Consumer<? super NetSocket> connectionListener) {
        return create(loop, NetServerOptions.DEFAULTS, connectionListener);
    }

    /**
     * As {@link #create(Loop, Consumer)}; its connections behave as those that we open with {@code
     * sockets}. That record's local address and connect time-out mean nothing here.
     */
    public static NetServer create(
            Loop loop, NetSocketOptions sockets, Consumer<? super NetSocket> connectionListener) {
        return create(loop, NetServerOptions.DEFAULTS.with(sockets), connectionListener);
    }

    /** As {@link #create(Loop, Consumer)}, with options. */
    public static NetServer create(
            Loop loop, NetServerOptions options, Consumer<? super NetSocket> connectionListener) {
        return create(loop, options).onConnection(connectionListener);
    }

    /**
     * Listens on {@code port} of every interface: IPv6 and IPv4 on one socket, IPv4 alone where
     * there is no IPv6. Port 0 takes any free one; {@link #address} tells which.
     *
     * {@snippet class="dev.millrace.net.NetServerExamplesTest" region="listen"}
     */
    public NetServer listen(int port) {
        return listen(port, ListenOptions.DEFAULTS);
    }

    /** As {@link #listen(int)}, with options. */
    public NetServer listen(int port, ListenOptions options) {
        IpAddress everyIpv6 = IpAddress.of("::", port);
        ListenHandle.require(loop, everyIpv6, options);
        begin(options).beginDualStack(everyIpv6);
        return this;
    }

    /** Listens on {@code port} of {@code host}, an IP literal or a name. */
    public NetServer listen(int port, String host) {
        return listen(port, host, ListenOptions.DEFAULTS);
    }

    /** As {@link #listen(int, String)}, with options. */
    public NetServer listen(int port, String host, ListenOptions options) {
        // A wrong port is the caller's mistake, and leaves the server as it was.
        IpAddress.loopback(port);
        NameLookup.literal(host, port)
                .forEach(address -> ListenHandle.require(loop, address, options));
        begin(options).begin(host, port);
        return this;
    }

    /**
     * Listens at {@code address}, TCP or Unix.
     *
     * @throws UnsupportedOperationException if that is what the loop's driver can't do
     */
    public NetServer listen(Address address) {
        return listen(address, ListenOptions.DEFAULTS);
    }

    /** As {@link #listen(Address)}, with options. */
    public NetServer listen(Address address, ListenOptions options) {
        ListenHandle.require(loop, address, options);
        begin(options).begin(address);
        return this;
    }

    /** Listens on a Unix socket; {@code path} as {@link UnixAddress#of(String)} takes it. */
    public NetServer listen(String path) {
        return listen(UnixAddress.of(path));
    }

    /**
     * Listens on the listener {@code handle}, which was made for this purpose: bound or listening
     * already, without listeners, and nothing has started it. The server closes it with itself.
     *
     * {@snippet class="dev.millrace.net.NetServerExamplesTest" region="listenHandle"}
     *
     * @throws IllegalArgumentException if it is of another loop, started or closed already
     */
    public NetServer listen(ListenHandle handle) {
        loop.checkThread();
        if (handle.loop() != loop || handle.isActive() || handle.isClosing()) {
            throw new IllegalArgumentException(
                    "the listener is of another loop, started or closed already: " + handle);
        }
        begin(ListenOptions.DEFAULTS).begin(handle);
        return this;
    }

    /**
     * Listens on a socket that listens already, by its descriptor: one that systemd or a parent has
     * passed. The server owns it from now on; a socket file stays where it is. In a group every
     * loop names the same descriptor.
     *
     * {@snippet class="dev.millrace.net.NetServerExamplesTest" region="listenDescriptor"}
     *
     * @throws UnsupportedOperationException if that is what the loop's driver can't do
     */
    public NetServer listenDescriptor(int descriptor) {
        loop.checkThread();
        ListenHandle.requireDescriptors(loop);
        begin(ListenOptions.DEFAULTS).begin(descriptor);
        return this;
    }

    private ServerOpening begin(ListenOptions listen) {
        loop.checkThread();
        if (life != Life.CREATED) {
            throw new IllegalStateException(
                    isClosing()
                            ? "the server is closed"
                            : "listen was called already (ERR_SERVER_ALREADY_LISTEN)");
        }
        life = Life.OPENING;
        arrivals.prepare();
        return inlet.begin(
                new ServerOpening(loop, listen, options.noDelay(), this::opened, this::failed));
    }

    private void opened(ListenHandle opened) {
        life = Life.LISTENING;
        inlet.opened(opened);
        connections.trace.listening(loop, inlet.shown(), null);
        opened.onAcceptError(report -> SocketListeners.tell(listeners.acceptError, report));
        opened.onShutdown(this::shutdown);
        opened.onClose(this::closeIfOver);
        opened.start(arrivals::accepted);
        moves.listens();
        listening.opened();
    }

    private void failed(IOException error) {
        life = Life.CREATED;
        inlet.failed();
        connections.trace.listening(loop, null, error);
        listening.failed(error);
    }

    /**
     * A connection came, open both ways. Until there is a listener no connection is taken; the
     * kernel queues them up to the backlog.
     */
    public NetServer onConnection(Consumer<? super NetSocket> listener) {
        loop.checkThread();
        listeners.connection = Listeners.once(listeners.connection, listener, "onConnection");
        inlet.hasTaker();
        return this;
    }

    /**
     * Has handshakes that begin from now on speak TLS by {@code options}: with a certificate that
     * was renewed, for instance. Connections that there are go on, and no session of the former
     * options is resumed. Reading files blocks: do so off the loop, as here.
     *
     * {@snippet class="dev.millrace.http.TlsReloadTest" region="reload"}
     *
     * @throws IllegalArgumentException if a server can't have them; the former ones stay
     * @throws IllegalStateException if the server was made without TLS
     */
    public NetServer reloadTls(TlsOptions options) {
        loop.checkThread();
        arrivals.reloadTls(options);
        return this;
    }

    /** It listens: connections will come. */
    public NetServer onListening(Runnable listener) {
        loop.checkThread();
        listening.listener = Listeners.once(listening.listener, listener, "onListening");
        return this;
    }

    /**
     * The outcome of the listen under way, or of the next one, as a stage: this server when it
     * listens, or the {@link IOException} that {@link #onError} gets. A failure that reaches
     * neither a listener nor anything behind the stage goes to {@link Loop#onUncaught}. A server
     * that is closed before fails it.
     *
     * {@snippet class="dev.millrace.net.NetServerExamplesTest" region="listening"}
     */
    public CompletionStage<NetServer> listening() {
        loop.checkThread();
        return listening.stage(life == Life.CLOSED);
    }

    /** Listening failed. */
    public NetServer onError(Consumer<? super IOException> listener) {
        loop.checkThread();
        listening.error = Listeners.and(listening.error, listener);
        return this;
    }

    /**
     * A connection was closed at once, because it met one of the {@link ConnectionLimits}, or did
     * not come through a balancer as {@link ProxyProtocol} has it.
     */
    public NetServer onDrop(Consumer<? super ConnectionDrop> listener) {
        loop.checkThread();
        listeners.drop = Listeners.once(listeners.drop, listener, "onDrop");
        return this;
    }

    /**
     * Accepting failed, for want of descriptors for instance; told at most once a second. It goes
     * on by itself, after a rest.
     *
     * {@snippet class="dev.millrace.net.NetServerExamplesTest" region="acceptError"}
     */
    public NetServer onAcceptError(Consumer<? super AcceptReport> listener) {
        loop.checkThread();
        listeners.acceptError = Listeners.once(listeners.acceptError, listener, "onAcceptError");
        return this;
    }

    /**
     * It takes no further connection: the time to tell those it has to finish. Told right after the
     * callback that has called {@link #close} or {@link #shutdown}.
     *
     * {@snippet class="dev.millrace.net.NetServerExamplesTest" region="onClosing"}
     */
    public NetServer onClosing(Runnable listener) {
        loop.checkThread();
        listeners.closing = Listeners.and(listeners.closing, listener);
        return this;
    }

    /** It is closed, and its last connection is gone. */
    public NetServer onClose(Runnable listener) {
        loop.checkThread();
        listeners.close = Listeners.and(listeners.close, listener);
        return this;
    }

    /**
     * Takes no further connection, from now on; those it has go on. Idempotent.
     *
     * {@snippet class="dev.millrace.net.NetServerExamplesTest" region="close"}
     */
    @Override
    public void close() {
        loop.checkThread();
        if (isClosing()) {
            return;
        }
        life = Life.CLOSING;
        moves.begin();
        loop.nextTick(() -> SocketListeners.tell(listeners.closing));
        if (!inlet.close()) {
            loop.setImmediate(this::closeIfOver);
        }
    }

    /**
     * As {@link #close()}; {@code callback} gets null behind {@link #onClose}, or the error
     * ERR_SERVER_NOT_RUNNING if it does not listen, because it was closed already for instance.
     */
    public void close(Consumer<? super @Nullable IOException> callback) {
        loop.checkThread();
        end.tell(callback, life == Life.LISTENING);
        close();
    }

    /**
     * Takes no further connection, and gives those it has until {@code limit} to end. What is left
     * then is cut off with a reset, so that it looks whole to no peer. Called again, the nearer
     * limit counts; zero cuts off at once. Until then it keeps the loop alive. With a {@link
     * Successor} connections {@linkplain ConnectionMoves move} instead of ending.
     *
     * {@snippet class="dev.millrace.net.NetServerExamplesTest" region="shutdown"}
     *
     * @return what became of the connections, behind {@link #onClose}
     * @throws IllegalArgumentException if {@code limit} is negative
     */
    public CompletionStage<ServerShutdown> shutdown(Duration limit) {
        loop.checkThread();
        if (limit.isNegative()) {
            throw new IllegalArgumentException("the limit is " + limit + ": use zero or more");
        }
        close();
        moves.within(limit);
        return end.within(limit);
    }

    private void closeIfOver() {
        if (life == Life.CLOSING && inlet.isGone() && connections.isEmpty()) {
            life = Life.CLOSED;
            moves.over();
            listening.closed();
            connections.trace.closed(loop, inlet.shown());
            end.over(listeners.close);
        }
    }

    /**
     * Takes no further connection until {@link #resume}; the kernel queues them up to the backlog.
     * May be called before listen as well.
     */
    public NetServer pause() {
        loop.checkThread();
        inlet.paused(true);
        return this;
    }

    /** Takes connections again. */
    public NetServer resume() {
        loop.checkThread();
        inlet.paused(false);
        return this;
    }

    /** Lets the server keep its loop alive, which is the default. */
    public NetServer ref() {
        loop.checkThread();
        inlet.referenced(true);
        return this;
    }

    /** Stops the server from keeping its loop alive; may be called before listen as well. */
    public NetServer unref() {
        loop.checkThread();
        inlet.referenced(false);
        return this;
    }

    /** Where it listens, with the port the kernel chose; empty while it does not. */
    public Optional<Address> address() {
        loop.checkThread();
        return Optional.ofNullable(inlet.address());
    }

    /** The port it listens on, 0 for a Unix socket; IllegalStateException while it does not. */
    public int port() {
        return address()
                .map(address -> address instanceof IpAddress ip ? ip.port() : 0)
                .orElseThrow(() -> new IllegalStateException("the server does not listen"));
    }

    /** The listener below, for what only that can do; empty while the server does not listen. */
    public Optional<ListenHandle> handle() {
        loop.checkThread();
        return Optional.ofNullable(inlet.handle());
    }

    /**
     * The connections that are open now, without those whose balancer has not said yet whom they
     * come from.
     */
    public Set<NetSocket> connections() {
        loop.checkThread();
        return connections.open();
    }

    /** The connections that move, when it closes to its {@link Successor}, and those that come. */
    public ConnectionMoves moves() {
        loop.checkThread();
        return moves;
    }

    /** How many connections are open now. */
    public int connectionCount() {
        loop.checkThread();
        return connections.count();
    }

    /** How many connections were served so far, those that are open included. */
    public long acceptedCount() {
        loop.checkThread();
        return connections.served();
    }

    /** How many connections were closed at once, as {@link #onDrop} tells. */
    public long droppedCount() {
        loop.checkThread();
        return connections.dropped();
    }

    /** How many connections {@link #shutdown} has cut off. */
    public int cutCount() {
        loop.checkThread();
        return end.cutCount();
    }

    /** How many waiting connections were closed so far for want of descriptors. */
    public long shedCount() {
        loop.checkThread();
        return inlet.shedCount();
    }

    /** How many times accepting failed so far; it goes on regardless. */
    public long acceptErrorCount() {
        loop.checkThread();
        return inlet.acceptErrorCount();
    }

    /** Whether it takes connections. */
    public boolean isListening() {
        loop.checkThread();
        return life == Life.LISTENING;
    }

    /** Whether it was closed, be it over or not. */
    public boolean isClosing() {
        loop.checkThread();
        return life == Life.CLOSING || life == Life.CLOSED;
    }

    /**
     * Has {@code observer} told what happens to this server, to its connections and to their
     * requests, as {@link Observation#add} does for everything.
     *
     * @return closed, it ends that
     */
    public Observation observe(LoopObserver observer) {
        loop.checkThread();
        return connections.trace.observe(loop, connections.open(), observer);
    }

    /**
     * Its number in what {@link dev.millrace.observe.LoopObserver} is told, in {@code toString()}
     * once it was given, and the cause of what it accepts.
     */
    @Override
    public long id() {
        loop.checkThread();
        return connections.trace.id();
    }

    /** The loop it belongs to. */
    public Loop loop() {
        return loop;
    }

    /**
     * One line for a log: {@code NetServer[listening tcp://127.0.0.1:8080, 3 connections]}. Any
     * thread, any state.
     */
    @Override
    public String toString() {
        return ("NetServer" + connections.trace + "[")
                + (life.name().toLowerCase(Locale.ROOT) + inlet.text())
                + (", " + connections.count() + " connections]");
    }
}
