package dev.millrace.cli;

import dev.millrace.kernel.Address;
import dev.millrace.kernel.UnixAddress;
import dev.millrace.loop.Loop;
import dev.millrace.net.NetServer;
import dev.millrace.net.NetSocket;
import dev.millrace.tls.TlsIdentity;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * {@code millrace train}, which no help mentions: starts each server once, talks to it and ends.
 * The build runs it while the JVM notes what it loads, for the cache that later starts begin from.
 */
final class TrainCommand implements Command {
    private static final List<String> ANY_PORT = List.of("--port", "0");

    @Override
    public String name() {
        return "train";
    }

    @Override
    public String summary() {
        return "run every server once, for the start-up cache";
    }

    @Override
    public int run(Arguments arguments, PrintStream out) {
        out.print(Help.overview());
        String get = request("GET / HTTP/1.1", "");
        talk(new HelloCommand(), out, get, "Hello");
        talk(new HelloCommand(), out, request("POST /echo HTTP/1.1", "ping"), "ping");
        talk(new ReflectCommand(), out, request("POST / HTTP/1.1", "ping"), "}");
        talk(new ServeCommand(), out, get, "</html>");
        talk(new EchoCommand(), out, "ping", "ping");
        proxy(out);
        clients(out);
        secure(out);
        return Main.OK;
    }

    /** What is behind it is on its own loop. */
    private static void proxy(PrintStream out) {
        Path path = temporary("");
        ProxyCommand command = new ProxyCommand();
        List<String> words = List.of("tcp://127.0.0.1:0", "unix:" + path);
        ServerRun server = command.prepare(Arguments.parse(command, words));
        server.run(
                out,
                (loop, addresses) -> {
                    NetServer target = NetServer.create(loop);
                    target.onConnection(socket -> {
                        target.close();
                        socket.pipeTo(socket);
                    });
                    target.onListening(
                            () -> talk(server, loop, addresses.getFirst(), "ping", "ping"));
                    target.listen(UnixAddress.of(path));
                });
    }

    /**
     * The commands that are clients, one after the other, with a server on a thread beside them.
     */
    private static void clients(PrintStream out) {
        ServerRun server =
                new HelloCommand().prepare(Arguments.parse(new HelloCommand(), ANY_PORT));
        server.run(
                out,
                (loop, addresses) ->
                        Thread.ofPlatform()
                                .start(() -> ask(server, "http://" + addresses.getFirst() + "/")));
    }

    /** Downloads to a file as well, and loads for a moment. */
    private static void ask(ServerRun server, String url) {
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
        Path file = temporary("");
        try {
            run(new GetCommand(), nowhere, "-i", url);
            run(new GetCommand(), nowhere, "-s", "-o", file.toString(), url);
            run(new BenchCommand(), nowhere, "-n", "200", "-c", "2", "--json", url);
            run(new BenchCommand(), nowhere, "-n", "200", "-c", "2", url);
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            server.stop();
        }
    }

    /** A server with TLS, and a client. */
    private static void secure(PrintStream out) {
        TlsIdentity identity = TlsIdentity.selfSigned("localhost");
        Path file = temporary(".pem");
        List<String> words = List.of("--port", "0", "--tls-cert", file.toString());
        try {
            identity.writePem(file);
            ServerRun server =
                    new HelloCommand().prepare(Arguments.parse(new HelloCommand(), words));
            server.run(
                    out,
                    (loop, addresses) -> {
                        String url = "https://" + addresses.getFirst() + "/";
                        Thread.ofPlatform().start(() -> ask(server, url, identity.fingerprint()));
                    });
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void ask(ServerRun server, String url, String fingerprint) {
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
        try {
            run(new GetCommand(), nowhere, "--fingerprint", fingerprint, url);
        } finally {
            server.stop();
        }
    }

    private static Path temporary(String ending) {
        return Path.of(System.getProperty("java.io.tmpdir"), "millrace-train-" + pid() + ending);
    }

    private static void run(Command command, PrintStream out, String... words) {
        command.run(Arguments.parse(command, List.of(words)), out);
    }

    private static long pid() {
        return ProcessHandle.current().pid();
    }

    private static String request(String line, String body) {
        return line + "\r\nHost: localhost\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
    }

    /** Starts the server, says {@code words}, waits for {@code answer} and ends the server. */
    private static void talk(ServerCommand command, PrintStream out, String words, String answer) {
        ServerRun server = command.prepare(Arguments.parse(command, ANY_PORT));
        server.run(
                out, (loop, addresses) -> talk(server, loop, addresses.getFirst(), words, answer));
    }

    private static void talk(
            ServerRun server, Loop loop, Address address, String words, String answer) {
        StringBuilder heard = new StringBuilder();
        NetSocket client = NetSocket.connect(loop, address);
        client.onError(error -> server.stop());
        client.onBytes((array, offset, length) -> {
            heard.append(new String(array, offset, length, StandardCharsets.ISO_8859_1));
            if (heard.indexOf(answer) >= 0) {
                client.end();
                server.stop();
            }
            return length;
        });
        client.write(words);
    }
}
