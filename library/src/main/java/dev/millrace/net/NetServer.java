package dev.millrace.net;

import dev.millrace.dns.NameLookup;
import dev.millrace.kernel.Address;
import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.ListenOptions;
import dev.millrace.kernel.UnixAddress;
import dev.millrace.loop.AcceptReport;
import dev.millrace.loop.ListenHandle;
import dev.millrace.loop.Loop;
import dev.millrace.loop.StreamHandle;
import dev.millrace.stream.Listeners;
import java.io.IOException;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Listens on a TCP port or a Unix socket, as Node's {@code net.Server} does.
 *
 * <pre>
 *   created ──listen──▶ opening ──onListening──▶ listening ──close──▶ closing ──last one gone──▶ onClose
 *                          └──onError──▶ created (listen may be tried again)
 * </pre>
 *
 * Belongs to its loop's thread, and serves the connections on it. A listen that fails is told to
 * {@link #onError}; without that listener it goes to {@link Loop#onUncaught}, and so ends the
 * program.
 */
public final class NetServer implements AutoCloseable {
    private final Loop loop;
    private final NetServerOptions options;
    private final NetSocketOptions socketOptions;
    private final ServerConnections connections;

    /** Null until there is one; connections wait in the kernel as long. */
    private @Nullable Consumer<? super NetSocket> connectionListener;

    private @Nullable Runnable listeningListener;
    private @Nullable Consumer<? super IOException> errorListener;
    private @Nullable Runnable closeListener;
    private @Nullable Consumer<? super ConnectionDrop> dropListener;
    private @Nullable Consumer<? super AcceptReport> acceptErrorListener;

    /** The listener; null before the outcome of listen. */
    private @Nullable ListenHandle handle;

    /** Where it listens, to be shown. */
    private @Nullable Address shown;

    /** The listen under way. */
    private @Nullable ServerOpening opening;

    private Life life = Life.CREATED;
    private boolean isReferenced = true;
    private boolean isPaused;

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
        this.socketOptions = options.socket();
        this.connections = new ServerConnections(options.maxConnections(), this::closeIfOver);
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

    private ServerOpening begin(ListenOptions listen) {
        loop.checkThread();
        if (life != Life.CREATED) {
            throw new IllegalStateException(
                    isClosed()
                            ? "the server is closed"
                            : "listen was called already (ERR_SERVER_ALREADY_LISTEN)");
        }
        life = Life.OPENING;
        opening =
                new ServerOpening(
                        loop, listen, options.noDelay(), isReferenced, this::opened, this::failed);
        return opening;
    }

    private boolean isClosed() {
        return life == Life.CLOSING || life == Life.CLOSED;
    }

    private void opened(ListenHandle opened) {
        handle = opened;
        shown = opened.localAddress();
        opening = null;
        life = Life.LISTENING;
        connections.trace.listening(loop, shown, null);
        opened.onAcceptError(this::acceptFailed);
        if (isPaused || connectionListener == null) {
            opened.pause();
        }
        opened.onClose(this::closeIfOver);
        opened.start(this::connected);
        if (listeningListener != null) {
            listeningListener.run();
        }
    }

    private void failed(IOException error) {
        opening = null;
        life = Life.CREATED;
        connections.trace.listening(loop, null, error);
        if (errorListener != null) {
            errorListener.accept(error);
        } else {
            loop.uncaught(error);
        }
    }

    private void connected(StreamHandle stream) {
        if (!connections.admit()) {
            drop(stream);
            return;
        }
        NetSocket socket = new NetSocket(stream, socketOptions);
        connections.add(socket);
        Consumer<? super NetSocket> listener = Objects.requireNonNull(connectionListener);
        SocketTransport.guarded(socket, () -> listener.accept(socket));
    }

    private void drop(StreamHandle stream) {
        ConnectionDrop drop =
                new ConnectionDrop(
                        Optional.ofNullable(stream.localAddress()),
                        Optional.ofNullable(stream.remoteAddress()));
        connections.trace.dropped(loop, drop);
        stream.close();
        if (dropListener != null) {
            dropListener.accept(drop);
        }
    }

    private void acceptFailed(AcceptReport report) {
        if (acceptErrorListener != null) {
            acceptErrorListener.accept(report);
        }
    }

    /**
     * A connection came, open both ways. Until there is a listener no connection is taken; the
     * kernel queues them up to the backlog.
     */
    public NetServer onConnection(Consumer<? super NetSocket> listener) {
        loop.checkThread();
        connectionListener = Listeners.once(connectionListener, listener, "onConnection");
        takeOn();
        return this;
    }

    /** It listens: connections will come. */
    public NetServer onListening(Runnable listener) {
        loop.checkThread();
        listeningListener = Listeners.once(listeningListener, listener, "onListening");
        return this;
    }

    /** Listening failed. */
    public NetServer onError(Consumer<? super IOException> listener) {
        loop.checkThread();
        errorListener = Listeners.and(errorListener, listener);
        return this;
    }

    /** A connection was closed at once, because there are as many as there may be. */
    public NetServer onDrop(Consumer<? super ConnectionDrop> listener) {
        loop.checkThread();
        dropListener = Listeners.once(dropListener, listener, "onDrop");
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
        acceptErrorListener = Listeners.once(acceptErrorListener, listener, "onAcceptError");
        return this;
    }

    /** It is closed, and its last connection is gone. */
    public NetServer onClose(Runnable listener) {
        loop.checkThread();
        closeListener = Listeners.and(closeListener, listener);
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
        if (!isClosed()) {
            life = Life.CLOSING;
            if (handle != null) {
                handle.close();
                return;
            }
            loop.setImmediate(this::closeIfOver);
            if (opening != null) {
                opening.cancel();
            }
        }
    }

    private void closeIfOver() {
        boolean isHandleGone = handle == null || handle.isClosed();
        if (life == Life.CLOSING && isHandleGone && connections.isEmpty()) {
            life = Life.CLOSED;
            connections.trace.closed(loop, shown);
            try {
                SocketListeners.tell(closeListener);
            } catch (Throwable thrown) {
                // The caller may be the last connection's end, which has no listener left to tell.
                loop.uncaught(thrown);
            }
        }
    }

    /**
     * Takes no further connection until {@link #resume}; the kernel queues them up to the backlog.
     * May be called before listen as well.
     */
    public NetServer pause() {
        loop.checkThread();
        isPaused = true;
        if (handle != null) {
            handle.pause();
        }
        return this;
    }

    /** Takes connections again. */
    public NetServer resume() {
        loop.checkThread();
        isPaused = false;
        takeOn();
        return this;
    }

    private void takeOn() {
        if (handle != null && !isPaused && connectionListener != null) {
            handle.resume();
        }
    }

    /** Lets the server keep its loop alive, which is the default. */
    public NetServer ref() {
        loop.checkThread();
        isReferenced = true;
        if (handle != null) {
            handle.ref();
        } else if (opening != null) {
            opening.referenced(true);
        }
        return this;
    }

    /** Stops the server from keeping its loop alive; may be called before listen as well. */
    public NetServer unref() {
        loop.checkThread();
        isReferenced = false;
        if (handle != null) {
            handle.unref();
        } else if (opening != null) {
            opening.referenced(false);
        }
        return this;
    }

    /** Where it listens, with the port the kernel chose; empty while it does not. */
    public Optional<Address> address() {
        loop.checkThread();
        return Optional.ofNullable(handle == null ? null : handle.localAddress());
    }

    /** The port it listens on, 0 for a Unix socket; IllegalStateException while it does not. */
    public int port() {
        return address()
                .map(address -> address instanceof IpAddress ip ? ip.port() : 0)
                .orElseThrow(() -> new IllegalStateException("the server does not listen"));
    }

    /** The connections that are open now. */
    public Set<NetSocket> connections() {
        loop.checkThread();
        return connections.open();
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

    /** How many connections were closed at once because there were too many. */
    public long droppedCount() {
        loop.checkThread();
        return connections.dropped();
    }

    /** How many waiting connections were closed so far for want of descriptors. */
    public long shedCount() {
        loop.checkThread();
        return handle == null ? 0 : handle.shedCount();
    }

    /** How many times accepting failed so far; it goes on regardless. */
    public long acceptErrorCount() {
        loop.checkThread();
        return handle == null ? 0 : handle.acceptErrorCount();
    }

    /** Whether it takes connections. */
    public boolean isListening() {
        loop.checkThread();
        return life == Life.LISTENING;
    }

    /**
     * Its number in what {@link dev.millrace.observe.LoopObserver} is told, in {@code toString()}
     * once it was given, and the cause of what it accepts.
     */
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
        Address at = shown;
        String scheme = at instanceof IpAddress ? " tcp://" : " unix:";
        return ("NetServer" + connections.trace + "[")
                + (life.name().toLowerCase(Locale.ROOT) + (at == null ? "" : scheme + at))
                + (", " + connections.count() + " connections]");
    }
}
