package dev.millrace.conformance.orders;

import static dev.millrace.conformance.orders.Scene.quiet;

import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.SystemError;
import dev.millrace.net.NetServer;
import dev.millrace.net.NetServerOptions;
import dev.millrace.net.NetSocket;
import java.util.Map;
import java.util.function.Consumer;

/** Servers that listen, or don't, and close. */
final class ServerScenes {
    private static final String ANY = "127.0.0.1";

    private ServerScenes() {}

    static void addTo(Map<String, Consumer<Scene>> scenes) {
        scenes.put("listen", ServerScenes::listen);
        scenes.put("server-close", ServerScenes::close);
        scenes.put("server-close-with-connection", ServerScenes::closeWithConnection);
        scenes.put("server-close-twice", ServerScenes::closeTwice);
        scenes.put("close-at-once", ServerScenes::closeAtOnce);
        scenes.put("listen-twice", ServerScenes::listenTwice);
        scenes.put("listen-in-use", ServerScenes::inUse);
        scenes.put("max-connections", ServerScenes::maxConnections);
        scenes.put("destroy-in-connection-listener", ServerScenes::destroyAtOnce);
        scenes.put("unref", ServerScenes::unref);
    }

    private static NetServer watched(Scene scene, NetServer server) {
        server.onError(error -> scene.say("server", "error " + Scene.code(error)));
        return server.onClose(() -> scene.say("server", "close"));
    }

    private static void listen(Scene scene) {
        NetServer server = watched(scene, NetServer.create(scene.loop));
        server.onConnection(peer -> {
            scene.say("server", "connection");
            peer.resume();
            server.close();
        });
        server.onListening(() -> {
            scene.say("server", "listening");
            quiet(scene.connect(server.port())).end();
        });
        server.listen(0, ANY);
        scene.say("server", "listen returned");
    }

    private static void close(Scene scene) {
        NetServer server = watched(scene, NetServer.create(scene.loop));
        server.onListening(() -> {
            server.close();
            scene.say("server", "close returned, listening " + server.isListening());
        });
        server.listen(0, ANY);
    }

    private static void closeWithConnection(Scene scene) {
        NetServer server = watched(scene, NetServer.create(scene.loop));
        server.onConnection(peer -> {
            scene.events("connection", peer).resume();
            peer.onClose(() -> scene.say("server", "its connection closes"));
            server.close();
            scene.say("server", "close returned, listening " + server.isListening());
            peer.write("go on");
        });
        server.onListening(() -> {
            NetSocket socket = scene.connect(server.port());
            socket.onData(bytes -> socket.end());
        });
        server.listen(0, ANY);
    }

    private static void closeTwice(Scene scene) {
        NetServer server = watched(scene, NetServer.create(scene.loop));
        server.onListening(() -> {
            server.close(scene.told("server", "first close"));
            server.close(scene.told("server", "second close"));
        });
        server.listen(0, ANY);
    }

    private static void closeAtOnce(Scene scene) {
        NetServer server = watched(scene, NetServer.create(scene.loop));
        server.onListening(() -> scene.say("server", "listening"));
        server.listen(0, ANY);
        server.close();
        scene.say("server", "close returned");
    }

    private static void listenTwice(Scene scene) {
        NetServer server = watched(scene, NetServer.create(scene.loop));
        Consumer<String> again =
                which -> {
                    try {
                        server.listen(0, ANY);
                        scene.say("server", which + " listen returned");
                    } catch (IllegalStateException error) {
                        scene.say("server", which + " listen threw " + Scene.code(error));
                    }
                };
        server.onListening(() -> {
            scene.say("server", "listening");
            again.accept("third");
            server.close();
        });
        server.listen(0, ANY);
        again.accept("second");
    }

    private static void inUse(Scene scene) {
        NetServer first = NetServer.create(scene.loop);
        first.onListening(() -> {
            NetServer second = NetServer.create(scene.loop);
            second.onError(error -> {
                String syscall = ((SystemError) error).syscall();
                scene.say("server", "error " + Scene.code(error) + " of " + syscall);
                second.listen(0, ANY);
                first.close();
            });
            second.onListening(() -> {
                scene.say("server", "listening");
                second.close();
            });
            second.onClose(() -> scene.say("server", "close"));
            second.listen(first.port(), ANY);
            scene.say("server", "listen returned");
        });
        first.listen(0, ANY);
    }

    private static NetSocket client(Scene scene, int port, String name) {
        NetSocket socket = scene.connect(port).onError(error -> {}).resume();
        return socket.onClose(() -> scene.say(name, "close"));
    }

    private static void maxConnections(Scene scene) {
        NetServerOptions one = NetServerOptions.DEFAULTS.withMaxConnections(1);
        NetServer server = watched(scene, NetServer.create(scene.loop, one));
        server.onConnection(peer -> {
            scene.say("server", "connection");
            peer.resume();
        });
        server.onDrop(drop -> scene.say("server", "drop"));
        server.onListening(() -> {
            int port = server.port();
            NetSocket first = client(scene, port, "first");
            first.onConnect(() -> {
                scene.say("first", "connect");
                NetSocket second = client(scene, port, "second");
                second.onConnect(() -> scene.say("second", "connect"));
                second.onClose(first::end);
            });
            first.onClose(() -> {
                NetSocket third = client(scene, port, "third");
                third.onConnect(() -> {
                    scene.say("third", "connect");
                    third.end();
                    server.close();
                });
            });
        });
        server.listen(IpAddress.loopback(0));
    }

    private static void destroyAtOnce(Scene scene) {
        scene.serve(
                peer -> {
                    scene.watch("server", peer).destroy();
                    scene.say("server", "destroy returned");
                },
                port -> scene.watch("client", scene.connect(port)));
    }

    private static void unref(Scene scene) {
        NetServer server = NetServer.create(scene.loop);
        server.onConnection(peer -> scene.watch("server", peer));
        server.onListening(() -> {
            server.unref();
            NetSocket socket = quiet(scene.connect(server.port()));
            socket.onConnect(() -> scene.soon(socket::end));
        });
        server.listen(0, ANY);
        scene.atEnd = () -> scene.say("program", "nothing holds it");
    }
}
