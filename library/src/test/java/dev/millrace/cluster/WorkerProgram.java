package dev.millrace.cluster;

import dev.millrace.http.HttpServer;
import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.ListenOptions;
import dev.millrace.kernel.SystemError;
import dev.millrace.kernel.UdpOptions;
import dev.millrace.loop.Loop;
import dev.millrace.net.ConnectionLimits;
import dev.millrace.net.NetServer;
import dev.millrace.net.NetServerOptions;
import dev.millrace.net.NetSocket;
import dev.millrace.udp.UdpSocket;
import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * A worker that does what its arguments say: {@code tcp PORT}, {@code unix PATH}, {@code udp PORT},
 * {@code exclusive PORT}, {@code exclusive-udp PORT}. It greets each connection with its number,
 * and echoes; {@code http PORT} responds with its number. {@code places COUNT} limits the
 * connections of what comes behind it. {@code fall PORT} dies of each connection, behind a greeting
 * that has left. {@code ready X} says so, {@code mute X} listens on nothing.
 */
final class WorkerProgram {
    private static final List<NetServer> servers = new ArrayList<>();
    private static final List<FileInputStream> opened = new ArrayList<>();
    private static int places = ConnectionLimits.NO_LIMIT;

    private WorkerProgram() {}

    public static void main(String[] arguments) {
        Loop.run(loop -> start(loop, arguments));
    }

    /** Field 41 of the thread's stat (proc_pid_stat(5)), the 39th behind the name. */
    private static String policy() {
        try {
            String stat = Files.readString(Path.of("/proc/thread-self/stat"));
            return stat.substring(stat.lastIndexOf(')') + 2).split(" ")[38];
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void start(Loop loop, String... arguments) {
        Worker worker = Cluster.join(loop);
        worker.onMessage(text -> {
            switch (text) {
                case "close" -> servers.forEach(NetServer::close);
                case "fill" -> fill();
                case "empty" -> {
                    opened.forEach(WorkerProgram::close);
                    opened.clear();
                }
                case "policy" -> worker.send("policy " + policy());
                case "leave" -> worker.leave(Duration.ofSeconds(30));
                case "stick" -> {
                    worker.send("echo " + text);
                    worker.loop().setImmediate(() -> new CompletableFuture<Void>().join());
                }
                default -> {}
            }
            worker.send("echo " + text);
        });
        for (int at = 0; at < arguments.length; at += 2) {
            String where = arguments[at + 1];
            switch (arguments[at]) {
                case "tcp" ->
                        listen(worker, "tcp").listen(IpAddress.loopback(Integer.parseInt(where)));
                case "fall" -> fall(worker, Integer.parseInt(where));
                case "unix" -> listen(worker, "unix").listen(where);
                case "exclusive" ->
                        listen(worker, "exclusive")
                                .listen(
                                        IpAddress.loopback(Integer.parseInt(where)),
                                        ListenOptions.DEFAULTS.withExclusive(true));
                case "udp" -> udp(worker, Integer.parseInt(where), UdpOptions.DEFAULTS);
                case "exclusive-udp" ->
                        udp(
                                worker,
                                Integer.parseInt(where),
                                UdpOptions.DEFAULTS.withExclusive(true));
                case "places" -> places = Integer.parseInt(where);
                case "http" -> http(worker, Integer.parseInt(where));
                case "ready" -> worker.ready();
                case "mute" -> worker.send("mute");
                default -> throw new IllegalArgumentException(arguments[at]);
            }
        }
    }

    /** No descriptor is left then. */
    private static void fill() {
        try {
            while (true) {
                opened.add(new FileInputStream("/dev/null"));
            }
        } catch (FileNotFoundException full) {
            return;
        }
    }

    private static void close(FileInputStream stream) {
        try {
            stream.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static NetServer listen(Worker worker, String name) {
        NetServerOptions options =
                NetServerOptions.DEFAULTS.withLimits(
                        ConnectionLimits.DEFAULTS.withMaxConnections(places));
        NetServer server =
                NetServer.create(worker.loop(), options, socket -> serve(worker, socket));
        servers.add(server);
        return server.onListening(
                        () -> worker.send(name + " listens " + server.handle().orElseThrow().key()))
                .onError(error -> worker.send(name + " failed " + SystemError.codeOf(error)));
    }

    private static void fall(Worker worker, int port) {
        NetServer server =
                NetServer.create(
                        worker.loop(),
                        socket -> {
                            // It is too long to be gathered with what follows.
                            socket.write(worker.id() + " ".repeat(20_000) + "\n");
                            Runtime.getRuntime().halt(1);
                        });
        server.onListening(() -> worker.send("tcp listens " + server.handle().orElseThrow().key()))
                .listen(IpAddress.loopback(port));
    }

    private static void http(Worker worker, int port) {
        HttpServer server =
                HttpServer.create(
                        worker.loop(), (request, response) -> response.end(worker.id() + "\n"));
        server.onListening(() ->
                        worker.send("http listens " + server.net().handle().orElseThrow().key()))
                .listen(IpAddress.loopback(port));
    }

    private static void serve(Worker worker, NetSocket socket) {
        socket.write(worker.id() + "\n");
        socket.pipeTo(socket);
        socket.onError(error -> {});
    }

    private static void udp(Worker worker, int port, UdpOptions options) {
        UdpSocket socket = UdpSocket.create(worker.loop(), options);
        socket.onError(error -> worker.send("udp failed " + SystemError.codeOf(error)));
        socket.onListening(() -> worker.send("udp listens " + socket.port()));
        socket.onMessage((data, from) ->
                        socket.send(worker.id() + " " + StandardCharsets.UTF_8.decode(data), from))
                .bind(IpAddress.loopback(port));
    }
}
