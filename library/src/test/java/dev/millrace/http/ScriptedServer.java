package dev.millrace.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.millrace.driver.RecordingDriver;
import dev.millrace.kernel.IpAddress;
import dev.millrace.loop.DriverLoops;
import dev.millrace.loop.Loop;
import dev.millrace.net.NetServer;
import dev.millrace.net.NetSocket;
import dev.millrace.testing.Ends;
import dev.millrace.testing.LoopFixture;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A server that answers each request head with bytes of the test's, on one loop with the client:
 * what the test does in one callback, the client sees in a later one. The loop has to end by
 * itself.
 */
final class ScriptedServer {
    /** What a server does about a request. */
    interface Script {
        /** {@code head} came as the {@code number}th request of all, from 1. */
        void answer(NetSocket socket, String head, int number);
    }

    /** The connections in order. */
    final List<NetSocket> sockets = new ArrayList<>();

    /** The heads of requests in order, and the bytes between them. */
    final List<String> heads = new ArrayList<>();

    final HttpClient client;
    private final NetServer server;

    private ScriptedServer(Loop loop, HttpClientOptions options, Script script) {
        client = HttpClient.create(loop, Ends.of(options));
        server =
                Ends.server(
                        loop,
                        socket -> {
                            sockets.add(socket);
                            StringBuilder seen = new StringBuilder();
                            socket.onError(error -> {})
                                    .onData(bytes -> read(socket, bytes, seen, script));
                        });
    }

    private void read(NetSocket socket, ByteBuffer bytes, StringBuilder seen, Script script) {
        seen.append(ISO_8859_1.decode(bytes));
        for (int end = seen.indexOf("\r\n\r\n"); end >= 0; end = seen.indexOf("\r\n\r\n")) {
            heads.add(seen.substring(0, end + 4));
            seen.delete(0, end + 4);
            script.answer(socket, heads.getLast(), heads.size());
        }
    }

    static void run(Script script, Consumer<ScriptedServer> test) {
        run(HttpClientOptions.DEFAULTS, script, test);
    }

    static void run(HttpClientOptions options, Script script, Consumer<ScriptedServer> test) {
        run(Loop::create, options, script, test);
    }

    /** On time that jumps from one timer to the next. */
    static void quickly(HttpClientOptions options, Script script, Consumer<ScriptedServer> test) {
        quickly(driver -> {}, options, script, test);
    }

    /** As the other one; {@code made} gets the driver, which knows how long the loop has waited. */
    static void quickly(
            Consumer<RecordingDriver> made,
            HttpClientOptions options,
            Script script,
            Consumer<ScriptedServer> test) {
        Supplier<Loop> maker =
                () -> {
                    RecordingDriver driver = new RecordingDriver().withVirtualTime();
                    made.accept(driver);
                    return DriverLoops.on(driver);
                };
        run(maker, options, script, test);
    }

    private static void run(
            Supplier<Loop> maker,
            HttpClientOptions options,
            Script script,
            Consumer<ScriptedServer> test) {
        LoopFixture.run(
                maker,
                loop -> {
                    ScriptedServer made = new ScriptedServer(loop, options, script);
                    made.server.onListening(() -> test.accept(made));
                    made.server.listen(IpAddress.loopback(0));
                });
    }

    /** A script that gives the same bytes to every request. */
    static Script always(String answer) {
        return (socket, head, number) -> socket.write(answer);
    }

    static String text(ByteBuffer bytes) {
        return ISO_8859_1.decode(bytes).toString();
    }

    /** An answer with a length. */
    static String ok(String body) {
        return "HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
    }

    String uri() {
        return Ends.scheme() + "://127.0.0.1:" + server.port() + "/";
    }

    Loop loop() {
        return client.loop();
    }

    /** Runs {@code task} when {@code turns} turns are over. */
    void after(int turns, Runnable task) {
        client.loop()
                .setImmediate(() -> {
                    if (turns > 1) {
                        after(turns - 1, task);
                    } else {
                        task.run();
                    }
                });
    }

    /** The whole text of a response to GET, then {@code next}. */
    void get(Consumer<String> next) {
        client.get(uri()).thenCompose(response -> response.text(1 << 20)).thenAccept(next);
    }

    /** Takes no further connection, and leaves those there are alone. */
    void closeServer() {
        server.close();
    }

    /** Another client on the same loop. */
    HttpClient another() {
        return HttpClient.create(client.loop(), Ends.of(HttpClientOptions.DEFAULTS));
    }

    /** Ends the test. */
    void done() {
        client.close();
        server.close();
        sockets.forEach(NetSocket::destroy);
    }
}
