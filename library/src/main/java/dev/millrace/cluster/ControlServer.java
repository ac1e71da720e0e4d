package dev.millrace.cluster;

import dev.millrace.ipc.Passable;
import dev.millrace.kernel.Descriptor;
import dev.millrace.kernel.ListenOptions;
import dev.millrace.kernel.UnixAddress;
import dev.millrace.kernel.UnixListenOptions;
import dev.millrace.loop.ListenHandle;
import dev.millrace.loop.Loop;
import dev.millrace.net.NetServer;
import dev.millrace.net.NetServerOptions;
import dev.millrace.net.NetSocket;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The control socket of a primary: a line asks, lines of words are the response, and the last one
 * says {@code ok} or {@code error} and why.
 *
 * <pre>
 *   connection of this user's ──a line──▶ its command runs ──its outcome──▶ response, and the end
 *     ├──of another user──▶ closed at once
 *     └──a long line, or none for 10 s──▶ error, and the end
 * </pre>
 */
final class ControlServer {
    /** The commands are short. */
    static final int LINE_MAX_BYTES = 1024;

    static final int CONNECTIONS_MAX = 16;

    /** From the connection to the end of its line. */
    static final Duration LINE_LIMIT = Duration.ofSeconds(10);

    /** For responses that are under way at the end. */
    private static final Duration END_LIMIT = Duration.ofSeconds(1);

    private final ControlCommands commands;
    private final Path path;
    private final NetServer server;

    /** The socket was another primary's, which still is the primary. */
    private boolean isHeld;

    ControlServer(Primary primary, Path path) {
        Loop loop = primary.loop();
        this.commands = new ControlCommands(primary);
        this.path = path;
        UnixAddress address = UnixAddress.of(path);
        NetServerOptions options =
                NetServerOptions.DEFAULTS
                        .withMaxConnections(CONNECTIONS_MAX)
                        .withAllowHalfOpen(true);
        this.server = NetServer.create(loop, options, this::came).onError(primary::told);
        server.unref();
        Succession succession = primary.succession();
        succession.whenGiven(() -> listen(address, succession.given(Control.text(address))));
    }

    private void listen(UnixAddress address, @Nullable Descriptor given) {
        if (given != null) {
            try {
                ListenHandle handle = SharedSocket.adopt(server.loop(), given);
                isHeld = true;
                server.pause().listen(handle);
                return;
            } catch (IOException unusable) {
                given.close();
            }
        }
        UnixListenOptions file = UnixListenOptions.DEFAULTS.withMode(0600).withTakeOverStale(true);
        server.listen(address, ListenOptions.DEFAULTS.withExclusive(true).withUnix(file));
    }

    /** The file of a control socket that is used no more. */
    static void remove(Loop loop, Descriptor given) {
        try {
            ListenHandle handle = SharedSocket.adopt(loop, given);
            handle.ownFile(true);
            handle.close();
        } catch (IOException unusable) {
            given.close();
        }
    }

    boolean isListening() {
        return server.isListening();
    }

    /** Where it listens, for another primary. */
    String address() {
        return Control.text(UnixAddress.of(path));
    }

    /**
     * Its socket, for another primary.
     *
     * @throws IOException EMFILE
     */
    Passable duplicate() throws IOException {
        return Passable.of(server.handle().orElseThrow().duplicate());
    }

    /** The other primary is no more. */
    void release() {
        if (isHeld) {
            isHeld = false;
            server.handle().ifPresent(handle -> handle.ownFile(true));
            server.resume();
        }
    }

    /** Another primary listens there now. What was asked here is answered here. */
    void handOver() {
        server.handle().ifPresent(handle -> handle.ownFile(false));
        server.close();
    }

    private void came(NetSocket socket) {
        socket.unref();
        socket.onError(error -> {});
        if (!isAllowed(socket.descriptors().peerUid())) {
            socket.destroy();
            return;
        }
        StringBuilder line = new StringBuilder();
        socket.timeout(LINE_LIMIT, () -> finish(socket, List.of("error no command came")));
        socket.onEnd(() -> finish(socket, List.of("error no command came")));
        socket.onData(data -> {
            line.append(StandardCharsets.ISO_8859_1.decode(data));
            int end = line.indexOf("\n");
            if (end < 0 && line.length() <= LINE_MAX_BYTES) {
                return;
            }
            socket.pause();
            socket.timeoutOff();
            if (end < 0 || end > LINE_MAX_BYTES) {
                finish(socket, List.of("error a command has at most " + LINE_MAX_BYTES + " bytes"));
            } else {
                commands.run(line.substring(0, end).strip(), lines -> finish(socket, lines));
            }
        });
    }

    private static boolean isAllowed(int user) {
        try {
            return user == 0 || Integer.valueOf(user).equals(own());
        } catch (IOException | UnsupportedOperationException unknown) {
            return false;
        }
    }

    private static Object own() throws IOException {
        return Files.getAttribute(Path.of("/proc/self"), "unix:uid");
    }

    private static void finish(NetSocket socket, List<String> lines) {
        if (!socket.isDestroyed()) {
            socket.end(String.join("\n", lines) + "\n");
            socket.resume();
        }
    }

    /** The cluster is over. What was asked is answered. */
    void close() {
        commands.over();
        server.shutdown(END_LIMIT);
    }

    @Override
    public String toString() {
        return path.toString();
    }
}
