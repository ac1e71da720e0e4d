package dev.millrace.net;

import dev.millrace.kernel.Address;
import dev.millrace.kernel.IpAddress;
import dev.millrace.loop.Loop;
import dev.millrace.loop.StreamHandle;
import dev.millrace.net.ConnectionDrop.Reason;
import dev.millrace.proxyprotocol.ProxyHeader;
import dev.millrace.tls.TlsConnection;
import dev.millrace.tls.TlsOptions;
import java.io.IOException;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The way of a connection from the listener to the server's program.
 *
 * <pre>
 *   accepted ──within the limits───────────────────────▶ [handshake of TLS] ──▶ served
 *      │ └──of a balancer──▶ arriving: has a place, its header is read ──▶ within the limits ─┘
 *      └── beyond a limit, no balancer where one is required, no header in time ──▶ dropped
 * of another server ──within the limits, and while it listens──▶ served
 * </pre>
 */
final class ServerArrivals implements ProxyIntake.Taker {
    private final Loop loop;
    private final NetServerOptions options;
    private final NetSocketOptions socketOptions;
    private final @Nullable ProxyProtocol protocol;
    private final ServerConnections connections;
    private final ServerListeners listeners;

    private final ServerInlet inlet;

    /** For handshakes that begin from now on; null: there is no TLS. */
    private @Nullable TlsOptions tls;

    /** The connection that the listener is told of has come from another server. */
    private boolean isTaking;

    private long taken;

    ServerArrivals(
            Loop loop,
            NetServerOptions options,
            ServerConnections connections,
            ServerInlet inlet,
            ServerListeners listeners) {
        this.loop = loop;
        this.options = options;
        this.socketOptions = options.socket();
        this.protocol = options.proxyProtocol().orElse(null);
        this.connections = connections;
        this.listeners = listeners;
        this.inlet = inlet;
        this.tls = options.tls().orElse(null);
    }

    /** The listener opens: what its first handshake needs is made ready. */
    void prepare() {
        if (tls != null) {
            TlsConnection.prepare(tls);
        }
    }

    void reloadTls(TlsOptions reloaded) {
        TlsConnection.checkServer(reloaded);
        if (tls == null) {
            throw new IllegalStateException(
                    "the server speaks no TLS, and can't begin to: make it with"
                            + " NetServerOptions.withTls");
        }
        tls = reloaded;
        TlsConnection.prepare(reloaded);
    }

    void accepted(StreamHandle stream) {
        Address remote = protocol != null ? stream.remoteAddress() : connections.asked(stream);
        if (protocol != null && remote == null && stream.localAddress() instanceof IpAddress) {
            // Its peer has left already: a look at the port, which is no drop.
            stream.close();
            return;
        }
        boolean isBalancer = protocol != null && remote != null && protocol.isTrusted(remote);
        Reason reason = refusal(remote, isBalancer);
        if (reason != null) {
            Address known = remote == null ? stream.remoteAddress() : remote;
            ConnectionDrop drop = drop(stream.localAddress(), known, reason, null);
            stream.close();
            tell(drop);
            return;
        }
        inlet.taken();
        NetSocket socket = new NetSocket(stream, socketOptions);
        if (protocol != null && isBalancer) {
            connections.arriving(socket);
            ProxyIntake.start(socket, protocol, this);
        } else {
            admit(socket, remote);
        }
    }

    /** Behind its handshake, if there is TLS: until then it has a place, and is not served. */
    private void admit(NetSocket socket, @Nullable Address remote) {
        TlsOptions present = tls;
        if (present == null) {
            serve(socket, remote);
            return;
        }
        Address local = socket.handle.localAddress();
        Address peer = remote == null ? socket.handle.remoteAddress() : remote;
        connections.arriving(socket);
        socket.tls()
                .accept(
                        present,
                        () -> passed(socket, peer, () -> serve(socket, peer)),
                        error -> tell(drop(local, peer, Reason.TLS_HANDSHAKE, error)));
    }

    /** What it had to show first is there: now the limits are those of its client. */
    private void passed(NetSocket socket, @Nullable Address client, Runnable next) {
        connections.arrived(socket);
        Reason reason = connections.refusal(client);
        if (reason == null) {
            next.run();
            return;
        }
        ConnectionDrop drop = drop(socket.handle.localAddress(), client, reason, null);
        socket.destroy();
        tell(drop);
    }

    private void tell(ConnectionDrop drop) {
        SocketListeners.tell(listeners.drop, drop);
    }

    private @Nullable Reason refusal(@Nullable Address remote, boolean isBalancer) {
        if (isBalancer) {
            // The other limits are for its clients.
            return connections.isFull() ? Reason.MAX_CONNECTIONS : null;
        }
        boolean isRefused = protocol != null && protocol.others() == ProxyProtocol.Others.REFUSED;
        return isRefused ? Reason.NO_BALANCER : connections.refusal(remote);
    }

    @Override
    public void arrived(NetSocket socket, ProxyHeader header) {
        socket.transport.proxyHeader(header);
        Address client = socket.transport.remoteAddress();
        passed(socket, client, () -> admit(socket, client));
    }

    @Override
    public void failed(NetSocket socket, IOException error) {
        ConnectionDrop drop =
                drop(
                        socket.handle.localAddress(),
                        socket.handle.remoteAddress(),
                        Reason.PROXY_HEADER,
                        error);
        tell(drop);
    }

    private ConnectionDrop drop(
            @Nullable Address local,
            @Nullable Address remote,
            Reason reason,
            @Nullable IOException error) {
        ConnectionDrop drop =
                new ConnectionDrop(
                        Optional.ofNullable(local),
                        Optional.ofNullable(remote),
                        reason,
                        Optional.ofNullable(error));
        connections.dropped(loop, drop);
        return drop;
    }

    /** False if there is no place for it; it is its owner's then, as it was. */
    boolean take(NetSocket socket) {
        Address remote = connections.limitsAddresses() ? socket.transport.remoteAddress() : null;
        if (!inlet.isOpen() || socket.isDestroyed() || connections.refusal(remote) != null) {
            return false;
        }
        if (tls != null) {
            // One with TLS does not move, so this one has none.
            return false;
        }
        ServerConnections before = socket.listeners.countedBy;
        if (before != null) {
            before.release(socket);
        }
        taken++;
        socket.transport.arrive(socketOptions);
        isTaking = true;
        try {
            serve(socket, remote);
        } finally {
            isTaking = false;
        }
        if (before != null) {
            loop.nextTick(before::released);
        }
        return true;
    }

    boolean isTaking() {
        return isTaking;
    }

    /** How many have come from another server. */
    long takenCount() {
        return taken;
    }

    private void serve(NetSocket socket, @Nullable Address remote) {
        if (options.pauseOnConnect()) {
            socket.pause();
        }
        connections.add(socket, remote);
        Consumer<? super NetSocket> listener = Objects.requireNonNull(listeners.connection);
        SocketTransport.guarded(socket, () -> listener.accept(socket));
    }
}
