package dev.millrace.net;

import dev.millrace.tls.TlsConnection;
import dev.millrace.tls.TlsOptions;
import dev.millrace.tls.TlsSession;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What of a {@link NetSocket} concerns TLS; made by {@link NetSocket#tls}. Belongs to the socket's
 * loop. {@link NetSocketOptions#withTls} and {@link NetServerOptions#withTls} have TLS from the
 * first byte.
 *
 * {@snippet class="dev.millrace.net.TlsSocketTest" region="upgrade"}
 */
public final class SocketTls {
    private final NetSocket socket;

    SocketTls(NetSocket socket) {
        this.socket = socket;
    }

    /** What the handshake has agreed on; empty before, and without TLS. */
    public Optional<TlsSession> session() {
        socket.loop().checkThread();
        TlsConnection tls = socket.transport.tls;
        return tls == null ? Optional.empty() : tls.session();
    }

    /**
     * Speaks TLS from here on (STARTTLS): as the client if we opened the connection, as the server
     * otherwise. What was written before goes out as it is, what is written from now on waits for
     * the handshake. What was received before and not taken belongs to the handshake, so that a
     * plain command that came too early is never taken for one of the secured connection: inside of
     * a listener of {@code onBytes} or {@code onFrames} that is what it leaves.
     *
     * @return this, for {@link #onSecure}
     * @throws IllegalArgumentException if {@code options} have no identity for a server, or no name
     *     for a client on a Unix socket
     * @throws IllegalStateException if the socket has a filter already, or after its end
     */
    public SocketTls upgrade(TlsOptions options) {
        socket.loop().checkThread();
        TlsConnection tls = socket.isOurs ? client(options) : server(options);
        socket.filter(tls.filter());
        socket.transport.tls = tls;
        return this;
    }

    private TlsConnection server(TlsOptions options) {
        return TlsConnection.server(socket.loop(), options);
    }

    private TlsConnection client(TlsOptions options) {
        SocketConnect to = socket.connect;
        String name = options.serverName().orElse(to == null ? null : to.name);
        if (name == null) {
            throw new IllegalArgumentException(
                    "a Unix socket has no name to verify: say one by TlsOptions.withServerName");
        }
        return TlsConnection.client(socket.loop(), options, name, to == null ? 0 : to.namePort);
    }

    /**
     * The handshake is done: told before any data behind it. A connection that had TLS from its
     * first byte tells {@code onConnect} or {@code onConnection} instead.
     *
     * @throws IllegalStateException without {@link #upgrade}, or if there is a listener
     */
    public SocketTls onSecure(Runnable listener) {
        socket.loop().checkThread();
        TlsConnection tls = socket.transport.tls;
        if (tls == null) {
            throw new IllegalStateException("the socket has no TLS: upgrade it first");
        }
        tls.onSecure(listener);
        return this;
    }

    /** A connection of a server, before its program knows of it; one of both is told. */
    void accept(TlsOptions options, Runnable secure, Consumer<IOException> failed) {
        socket.listeners.error = failed;
        upgrade(options);
        onSecure(() -> {
            socket.listeners.error = null;
            secure.run();
        });
    }

    /** As the socket's. */
    @Override
    public String toString() {
        return "SocketTls[" + socket + "]";
    }
}
