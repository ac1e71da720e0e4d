package dev.millrace.cli;

import dev.millrace.kernel.Address;
import dev.millrace.loop.Loop;
import dev.millrace.net.NetServer;
import dev.millrace.net.NetServerOptions;
import dev.millrace.net.NetSocket;
import dev.millrace.stream.BytesListener;
import dev.millrace.tls.TlsOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** Sends back what it gets, as fast as the peer takes it. */
final class EchoService implements Service {
    /** How long a peer has to end its side after we ended ours. */
    private static final Duration GOODBYE_MAX = Duration.ofSeconds(1);

    private final Loop loop;
    private final NetServerOptions options;
    private final List<NetServer> servers = new ArrayList<>();
    private final Set<Connection> connections = new HashSet<>();

    EchoService(Loop loop) {
        this(loop, NetServerOptions.DEFAULTS);
    }

    EchoService(Loop loop, NetServerOptions options) {
        this.loop = loop;
        this.options = options;
    }

    /**
     * A pipe from a socket to itself, but for the end: it can stop echoing while the peer goes on
     * sending.
     */
    private final class Connection implements BytesListener {
        private final NetSocket socket;
        private boolean isFinishing;

        Connection(NetSocket socket) {
            this.socket = socket;
            socket.onDrain(socket::resume).onBytes(this).onClose(() -> connections.remove(this));
        }

        @Override
        public int onBytes(byte[] array, int offset, int length) {
            if (!isFinishing && !socket.write(array, offset, length)) {
                socket.pause();
            }
            return length;
        }

        /** What was received goes back, then FIN; what still comes is thrown away. */
        void finish() {
            if (isFinishing) {
                return;
            }
            isFinishing = true;
            socket.onFinish(() -> loop.setTimeout(GOODBYE_MAX, socket::destroy).unref());
            socket.resume();
            socket.end();
        }
    }

    @Override
    public Loop loop() {
        return loop;
    }

    @Override
    public void listen(Address address, Runnable onListening, Consumer<IOException> onError) {
        NetServer server =
                NetServer.create(loop, options, socket -> connections.add(new Connection(socket)));
        // Also when the primary of a cluster ends what this worker listens on.
        server.onClosing(this::finishConnections);
        servers.add(server.onListening(onListening).onError(onError).listen(address));
    }

    @Override
    public List<Address> addresses() {
        return servers.stream().flatMap(server -> server.address().stream()).toList();
    }

    @Override
    public void reloadTls(TlsOptions tls) {
        servers.forEach(server -> server.reloadTls(tls));
    }

    @Override
    public void finish() {
        servers.forEach(NetServer::close);
    }

    private void finishConnections() {
        List.copyOf(connections).forEach(Connection::finish);
    }

    @Override
    public void abort() {
        List.copyOf(connections).forEach(connection -> connection.socket.destroy());
    }
}
