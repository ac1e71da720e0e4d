package dev.millrace.conformance.orders;

import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.SystemError;
import dev.millrace.loop.Loop;
import dev.millrace.net.NetServer;
import dev.millrace.net.NetServerOptions;
import dev.millrace.net.NetSocket;
import dev.millrace.net.NetSocketOptions;
import dev.millrace.testing.LoopFixture;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The stage of one scenario: a loop, and who said which word. What {@code scene.js} is to the
 * recorders, under the same names.
 */
final class Scene {
    static final NetServerOptions HALF_OPEN = NetServerOptions.DEFAULTS.withAllowHalfOpen(true);

    /** More than two kernel buffers hold. */
    private static final byte[] MUCH = filled(32 << 20);

    private static final Pattern NODE_CODE = Pattern.compile("\\b(ERR_\\w+)");

    final Loop loop;
    private final Map<String, List<String>> words;

    /** Once nothing holds the loop any more. */
    Runnable atEnd = () -> {};

    private Scene(Loop loop, Map<String, List<String>> words) {
        this.loop = loop;
        this.words = words;
    }

    /** What each actor of {@code scenario} said, until nothing held its loop any more. */
    static Map<String, List<String>> play(Consumer<Scene> scenario) {
        Map<String, List<String>> words = new LinkedHashMap<>();
        List<Scene> scenes = new ArrayList<>();
        LoopFixture.run(loop -> {
            Scene scene = new Scene(loop, words);
            scenes.add(scene);
            scenario.accept(scene);
        });
        scenes.forEach(scene -> scene.atEnd.run());
        return words;
    }

    private static byte[] filled(int length) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) 'x');
        return bytes;
    }

    static byte[] much() {
        return MUCH;
    }

    void say(String actor, String word) {
        words.computeIfAbsent(actor, none -> new ArrayList<>()).add(word);
    }

    static String code(@Nullable Throwable error) {
        if (error == null) {
            return "ok";
        }
        if (error instanceof SystemError system) {
            return system.code();
        }
        String message = String.valueOf(error.getMessage());
        Matcher matcher = NODE_CODE.matcher(message);
        return matcher.find() ? matcher.group(1) : message;
    }

    Consumer<@Nullable IOException> told(String actor, String what) {
        return error -> say(actor, what + " " + code(error));
    }

    NetSocket events(String actor, NetSocket socket) {
        return events(actor, socket, () -> {});
    }

    /** A socket has one listener of the drain: {@code drained} comes behind its word. */
    NetSocket events(String actor, NetSocket socket, Runnable drained) {
        socket.onConnect(() -> say(actor, "connect"));
        socket.onEnd(() -> say(actor, "end"));
        socket.onFinish(() -> say(actor, "finish"));
        socket.onDrain(() -> {
            say(actor, "drain");
            drained.run();
        });
        socket.onError(error -> say(actor, "error " + code(error)));
        socket.onClose(() -> say(actor, socket.hadError() ? "close after error" : "close"));
        return socket;
    }

    NetSocket watch(String actor, NetSocket socket) {
        return events(actor, socket)
                .onData(bytes -> say(actor, "data " + StandardCharsets.UTF_8.decode(bytes)));
    }

    static NetSocket quiet(NetSocket socket) {
        return socket.onError(error -> {}).resume();
    }

    void serve(Consumer<NetSocket> handler, IntConsumer client) {
        serve(NetServerOptions.DEFAULTS, handler, client);
    }

    void serve(NetServerOptions options, Consumer<NetSocket> handler, IntConsumer client) {
        NetServer server = NetServer.create(loop, options);
        server.onConnection(socket -> {
            server.close();
            handler.accept(socket);
        });
        server.onListening(() -> client.accept(server.port()));
        server.listen(IpAddress.loopback(0));
    }

    NetSocket connect(int port) {
        return NetSocket.connect(loop, port, "127.0.0.1");
    }

    NetSocket connectHalfOpen(int port) {
        NetSocketOptions options = NetSocketOptions.DEFAULTS.withAllowHalfOpen(true);
        return NetSocket.connect(loop, port, "127.0.0.1", options);
    }

    /** A client that leaves once it is there. */
    void connectAndLeave(int port) {
        NetSocket socket = connect(port);
        socket.onConnect(socket::destroy);
    }

    /** No result depends on how long: it only lets the kernel do its part. */
    void soon(Runnable task) {
        loop.setTimeout(Duration.ofMillis(30), task::run);
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    void write(NetSocket socket, String text, String actor, String what) {
        socket.write(bytes(text), 0, bytes(text).length, told(actor, what));
    }

    void writeMuch(NetSocket socket, String actor, String what) {
        socket.write(ByteBuffer.wrap(MUCH), told(actor, what));
    }

    /** A port where no program listens. */
    static int closedPort() {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return server.getLocalPort();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
