package dev.millrace.conformance.orders;

import static dev.millrace.conformance.orders.Scene.HALF_OPEN;
import static dev.millrace.conformance.orders.Scene.closedPort;
import static dev.millrace.conformance.orders.Scene.quiet;

import dev.millrace.net.NameOptions;
import dev.millrace.net.NetSocket;
import dev.millrace.net.NetSocketOptions;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** Connections that are made, or not. */
final class ConnectScenes {
    private ConnectScenes() {}

    static void addTo(Map<String, Consumer<Scene>> scenes) {
        scenes.put("normal-client", ConnectScenes::normal);
        scenes.put("connect-by-name", ConnectScenes::byName);
        scenes.put("connect-refused", ConnectScenes::refused);
        scenes.put("write-before-refused", ConnectScenes::writeBeforeRefused);
        scenes.put("connect-timeout", ConnectScenes::timeout);
        scenes.put("destroy-while-connecting", ConnectScenes::destroyWhileConnecting);
        scenes.put("destroy-during-lookup", ConnectScenes::destroyDuringLookup);
        scenes.put("destroy-in-connect", ConnectScenes::destroyInConnect);
        scenes.put("destroy-before-connect-with-writes", ConnectScenes::destroyWithWrites);
        scenes.put("write-before-connect", ConnectScenes::writeBeforeConnect);
        scenes.put("end-before-connect", ConnectScenes::endBeforeConnect);
        scenes.put("pause-before-connect", ConnectScenes::pauseBeforeConnect);
    }

    private static void normal(Scene scene) {
        scene.serve(
                HALF_OPEN,
                peer -> peer.onEnd(() -> peer.end("answer")).resume(),
                port -> {
                    NetSocket socket = scene.watch("client", scene.connect(port));
                    scene.write(socket, "request", "client", "written");
                    socket.end();
                });
    }

    private static NetSocket named(
            Scene scene, int port, CompletableFuture<List<InetAddress>> found, Runnable asked) {
        NameOptions names =
                NameOptions.DEFAULTS.withResolver((loop, host, family) -> {
                    asked.run();
                    return found;
                });
        NetSocketOptions options = NetSocketOptions.DEFAULTS.withNames(names);
        return NetSocket.connect(scene.loop, port, "a.test", options);
    }

    private static void byName(Scene scene) {
        scene.serve(
                peer -> quiet(peer).end(),
                port -> {
                    CompletableFuture<List<InetAddress>> found = new CompletableFuture<>();
                    NetSocket socket =
                            named(
                                    scene,
                                    port,
                                    found,
                                    () -> {
                                        scene.say("client", "resolver asked");
                                        scene.loop.setImmediate(() ->
                                                found.complete(
                                                        List.of(InetAddress.getLoopbackAddress())));
                                    });
                    scene.watch("client", socket);
                    scene.say("client", "connect returned");
                });
    }

    private static void refused(Scene scene) {
        NetSocket socket = scene.connect(closedPort());
        scene.say("client", "connect returned");
        scene.watch("client", socket);
    }

    private static void writeBeforeRefused(Scene scene) {
        NetSocket socket = scene.watch("client", scene.connect(closedPort()));
        scene.write(socket, "a", "client", "first written");
        scene.write(socket, "b", "client", "second written");
    }

    private static void timeout(Scene scene) {
        NetSocket socket =
                scene.watch("client", named(scene, 1, new CompletableFuture<>(), () -> {}));
        Runnable hold = scene.loop.keepAlive();
        socket.onClose(hold::run);
        socket.timeout(
                Duration.ofMillis(30),
                () -> {
                    scene.say("client", "timeout");
                    socket.destroy();
                });
    }

    private static void destroyWhileConnecting(Scene scene) {
        scene.serve(
                peer -> {},
                port -> {
                    NetSocket socket = scene.watch("client", scene.connect(port));
                    socket.destroy();
                    scene.say("client", "destroy returned");
                    scene.connectAndLeave(port);
                });
    }

    private static void destroyDuringLookup(Scene scene) {
        CompletableFuture<List<InetAddress>> found = new CompletableFuture<>();
        NetSocket socket =
                scene.watch(
                        "client",
                        named(
                                scene,
                                1,
                                found,
                                () ->
                                        scene.soon(() -> {
                                            scene.say("client", "name found");
                                            found.complete(
                                                    List.of(InetAddress.getLoopbackAddress()));
                                        })));
        scene.loop.setImmediate(socket::destroy);
    }

    private static void destroyInConnect(Scene scene) {
        scene.serve(
                peer -> quiet(peer).write("data that nobody reads"),
                port -> {
                    NetSocket socket = scene.connect(port);
                    socket.onConnect(() -> {
                        scene.say("client", "connect");
                        socket.destroy();
                        scene.say("client", "destroy returned");
                    });
                    socket.onData(bytes -> scene.say("client", "data"));
                    socket.onEnd(() -> scene.say("client", "end"));
                    socket.onFinish(() -> scene.say("client", "finish"));
                    socket.onError(error -> scene.say("client", "error"));
                    socket.onClose(() -> scene.say("client", "close"));
                });
    }

    private static void destroyWithWrites(Scene scene) {
        scene.serve(
                peer -> {},
                port -> {
                    NetSocket socket = scene.watch("client", scene.connect(port));
                    scene.write(socket, "a", "client", "first written");
                    scene.write(socket, "b", "client", "second written");
                    socket.destroy();
                    scene.connectAndLeave(port);
                });
    }

    private static void writeBeforeConnect(Scene scene) {
        scene.serve(
                HALF_OPEN,
                peer -> {
                    StringBuilder text = new StringBuilder();
                    peer.onData(bytes -> text.append(new String(bytes.array())));
                    peer.onEnd(() -> peer.end("got " + text));
                },
                port -> {
                    NetSocket socket = scene.watch("client", scene.connect(port));
                    for (String word : List.of("one", "two", "three")) {
                        scene.write(socket, word, "client", word + " written");
                    }
                    socket.connected().thenAccept(NetSocket::end);
                });
    }

    private static void endBeforeConnect(Scene scene) {
        scene.serve(
                peer -> scene.watch("server", peer),
                port -> scene.watch("client", scene.connect(port)).end("hello"));
    }

    private static void pauseBeforeConnect(Scene scene) {
        scene.serve(
                peer -> quiet(peer).end("hello"),
                port -> {
                    NetSocket socket = scene.watch("client", scene.connect(port));
                    socket.pause();
                    socket.connected()
                            .thenRun(() ->
                                    scene.soon(() -> {
                                        scene.say("client", "resume");
                                        socket.resume();
                                    }));
                });
    }
}
