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
import dev.millrace.stream.Listeners;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A Unix socket over which a program in several processes is asked and told: a line asks, lines of
 * words are the response, and the last one says {@code ok} or {@code error} and why. {@link
 * ControlClient} asks, and so do {@code millrace ps}, {@code reload} and {@code stop}. {@link
 * Primary#control} makes the one of a cluster.
 *
 * <pre>
 *   connection of this user's ──a line──▶ its command runs ──its outcome──▶ response, and the end
 *     ├──of another user──▶ closed at once
 *     └──a long line, or none for 10 s──▶ error, and the end
 * </pre>
 *
 * The file is for this user alone (mode 0600), processes of others but root are refused, and one
 * that a crash has left behind is replaced. At most 16 connections are served at a time, and a line
 * has at most 1,024 bytes. On its loop's thread; it does not keep the loop alive.
 *
 * {@snippet class="dev.millrace.cluster.ControlServerTest" region="server"}
 */
public final class ControlServer {
    /** The commands are short. */
    static final int LINE_MAX_BYTES = 1024;

    static final int CONNECTIONS_MAX = 16;

    /** From the connection to the end of its line. */
    static final Duration LINE_LIMIT = Duration.ofSeconds(10);

    /** For responses that are under way at the end. */
    private static final Duration END_LIMIT = Duration.ofSeconds(1);

    private final ControlCommands commands;
    private final UnixAddress address;
    private final NetServer server;

    private @Nullable Consumer<? super IOException> error;

    /** The socket was another primary's, which still is the primary. */
    private boolean isHeld;

    private boolean isClosed;

    ControlServer(Loop loop, Path path, Controlled controlled) {
        this.commands = new ControlCommands(loop, controlled);
        this.address = UnixAddress.of(path);
        NetServerOptions options =
                NetServerOptions.DEFAULTS
                        .withMaxConnections(CONNECTIONS_MAX)
                        .withAllowHalfOpen(true);
        this.server = NetServer.create(loop, options, this::came).onError(this::failed);
        server.unref();
    }

    /**
     * Listens at {@code path} for commands to {@code controlled}.
     *
     * @throws IllegalArgumentException if the path is too long for a socket (unix(7))
     * @throws UnsupportedOperationException if the loop's driver is not epoll, as a peer's user is
     *     not known there
     */
    public static ControlServer listen(Loop loop, Path path, Controlled controlled) {
        loop.checkThread();
        ListenHandle.requireDescriptors(loop);
        Objects.requireNonNull(controlled, "controlled");
        ControlServer made = new ControlServer(loop, path, controlled);
        made.listen(null);
        return made;
    }

    /** Listens on the socket of another primary, if one was {@code given}. */
    void listen(@Nullable Descriptor given) {
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

    /**
     * It can't listen, told on a later turn: EADDRINUSE if another program does there, EACCES if
     * its folder is not there, or not for this user. Without a listener that goes to {@link
     * Loop#onUncaught}.
     */
    public ControlServer onError(Consumer<? super IOException> listener) {
        loop().checkThread();
        error = Listeners.and(error, listener);
        return this;
    }

    private void failed(IOException thrown) {
        if (error == null) {
            loop().uncaught(thrown);
        } else {
            error.accept(thrown);
        }
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
        return Control.text(address);
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

    /**
     * Ends it: what had asked for the end gets its response, other connections have a second for
     * theirs, and the file is removed. Called again, it does nothing.
     */
    public void close() {
        loop().checkThread();
        if (!isClosed) {
            isClosed = true;
            commands.over();
            server.shutdown(END_LIMIT);
        }
    }

    /** The loop it belongs to. */
    public Loop loop() {
        return server.loop();
    }

    /** {@code ControlServer[/run/user/1000/app.sock]}. Any thread. */
    @Override
    public String toString() {
        return "ControlServer[" + address + "]";
    }
}
