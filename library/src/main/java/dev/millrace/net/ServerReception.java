package dev.millrace.net;

import dev.millrace.loop.Loop;
import dev.millrace.loop.StreamHandle;
import java.util.Objects;

/** How a connection becomes one of a server: it was accepted, or it comes from elsewhere. */
final class ServerReception {
    private final Loop loop;
    private final NetServerOptions options;
    private final NetSocketOptions socketOptions;
    private final ServerConnections connections;
    private final ServerInlet inlet;
    private final ServerListeners listeners;

    /** The connection that the listener is told of has come from elsewhere. */
    private boolean isTaking;

    private long taken;

    ServerReception(
            Loop loop,
            NetServerOptions options,
            ServerConnections connections,
            ServerInlet inlet,
            ServerListeners listeners) {
        this.loop = loop;
        this.options = options;
        this.socketOptions = options.socket();
        this.connections = connections;
        this.inlet = inlet;
        this.listeners = listeners;
    }

    void accepted(StreamHandle stream) {
        ConnectionDrop refusal = connections.refusal(stream);
        if (refusal != null) {
            connections.trace.dropped(loop, refusal);
            stream.close();
            SocketListeners.tell(listeners.drop, refusal);
            return;
        }
        inlet.taken();
        tell(new NetSocket(stream, socketOptions));
    }

    /** False if there is no place for it; it is its owner's then, as it was. */
    boolean take(NetSocket socket) {
        if (!inlet.isOpen() || socket.isDestroyed() || !connections.admits(socket.handle)) {
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
            tell(socket);
        } finally {
            isTaking = false;
        }
        if (before != null) {
            loop.nextTick(before::released);
        }
        return true;
    }

    private void tell(NetSocket socket) {
        if (options.pauseOnConnect()) {
            socket.pause();
        }
        connections.add(socket);
        SocketTransport.guarded(
                socket, () -> Objects.requireNonNull(listeners.connection).accept(socket));
    }

    boolean isTaking() {
        return isTaking;
    }

    /** How many have come from elsewhere. */
    long takenCount() {
        return taken;
    }
}
