package dev.millrace.web;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.millrace.http.HttpHandler;
import dev.millrace.http.HttpServer;
import dev.millrace.http.HttpServerOptions;
import dev.millrace.loop.Loop;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** A folder that is served on a loop of its own in this process. */
public final class ServedSite implements AutoCloseable {
    /** Bounds a failure, and nothing else. */
    private static final int DEADLINE_SECONDS = 30;

    private final CompletableFuture<HttpServer> listening = new CompletableFuture<>();
    private final Thread thread;
    private final int port;

    private ServedSite(Function<Loop, HttpHandler> handler) throws Exception {
        CompletableFuture<Integer> bound = new CompletableFuture<>();
        thread =
                Thread.ofPlatform()
                        .name("served site")
                        .start(() -> Loop.run(loop -> serve(loop, handler.apply(loop), bound)));
        port = bound.get(DEADLINE_SECONDS, TimeUnit.SECONDS);
    }

    /** A folder, with lists. */
    static ServedSite of(Path folder) throws Exception {
        return of(folder, StaticFilesOptions.DEFAULTS.withListing(true));
    }

    static ServedSite of(Path folder, StaticFilesOptions options) throws Exception {
        return of(loop -> StaticFiles.of(loop, folder, options));
    }

    /** A site of one handler in place of a folder. */
    public static ServedSite of(Function<Loop, HttpHandler> handler) throws Exception {
        return new ServedSite(handler);
    }

    private void serve(Loop loop, HttpHandler handler, CompletableFuture<Integer> bound) {
        HttpServerOptions options = HttpServerOptions.DEFAULTS.withAllowUndecodableTargets(true);
        HttpServer server = HttpServer.create(loop, options, handler);
        server.onListening(() -> {
            listening.complete(server);
            bound.complete(server.port());
        });
        server.listen(0, "127.0.0.1");
    }

    /** One answer: its head as it came, and its content. */
    public record Answer(List<String> head, String text) {
        public int status() {
            return Integer.parseInt(head.getFirst().substring(9, 12));
        }

        /** Empty without the field. */
        public String field(String name) {
            String begin = name.toLowerCase(Locale.ROOT) + ": ";
            return head.stream()
                    .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(begin))
                    .map(line -> line.substring(begin.length()))
                    .findFirst()
                    .orElse("");
        }
    }

    /** For instance {@code ask("GET /", "Range: bytes=0-1")}, on a connection of its own. */
    public Answer ask(String line, String... fields) throws IOException {
        String more = fields.length == 0 ? "" : String.join("\r\n", fields) + "\r\n";
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(DEADLINE_SECONDS * 1000);
            String request = line + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n" + more + "\r\n";
            socket.getOutputStream().write(request.getBytes(ISO_8859_1));
            String all = new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
            int end = all.indexOf("\r\n\r\n");
            List<String> head = List.of(all.substring(0, end).split("\r\n"));
            return new Answer(head, all.substring(end + 4));
        }
    }

    /** The port it listens on. */
    public int port() {
        return port;
    }

    /** The bytes of the chunks in {@code body}, of which none may be missing. */
    public static byte[] ofChunks(String body) {
        java.io.ByteArrayOutputStream bytes = new java.io.ByteArrayOutputStream();
        int at = 0;
        while (true) {
            int line = body.indexOf("\r\n", at);
            int length = Integer.parseInt(body.substring(at, line), 16);
            at = line + 2;
            bytes.writeBytes(body.substring(at, at + length).getBytes(ISO_8859_1));
            at += length + 2;
            if (length == 0) {
                return bytes.toByteArray();
            }
        }
    }

    @Override
    public void close() throws Exception {
        HttpServer server = listening.get();
        server.loop()
                .execute(() -> {
                    server.close();
                    server.closeAllConnections();
                });
        thread.join(DEADLINE_SECONDS * 1000L);
    }
}
