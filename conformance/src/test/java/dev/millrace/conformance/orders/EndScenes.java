package dev.millrace.conformance.orders;

import static dev.millrace.conformance.orders.Scene.HALF_OPEN;
import static dev.millrace.conformance.orders.Scene.quiet;

import dev.millrace.net.NetSocket;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** Connections that end, side by side. */
final class EndScenes {
    private EndScenes() {}

    static void addTo(Map<String, Consumer<Scene>> scenes) {
        scenes.put("client-ends", EndScenes::clientEnds);
        scenes.put("server-ends", EndScenes::serverEnds);
        scenes.put("half-open", EndScenes::halfOpen);
        scenes.put("write-in-end", EndScenes::writeInEnd);
        scenes.put("write-in-tick-after-end", EndScenes::writeInTick);
        scenes.put("write-after-peer-end", EndScenes::writeAfterPeerEnd);
        scenes.put("pending-writes-before-auto-end", EndScenes::pendingBeforeAutoEnd);
        scenes.put("end-with-nobody-reading", EndScenes::unheard);
        scenes.put("unread-bytes-hold-the-end", EndScenes::unreadHold);
        scenes.put("end-twice", EndScenes::twice);
        scenes.put("end-with-pending-writes", EndScenes::pending);
    }

    private static void clientEnds(Scene scene) {
        scene.serve(
                peer -> scene.watch("server", peer),
                port -> {
                    NetSocket socket = scene.watch("client", scene.connect(port));
                    socket.connected().thenRun(() -> socket.end("bye"));
                });
    }

    private static void serverEnds(Scene scene) {
        scene.serve(
                peer -> scene.watch("server", peer).end("bye"),
                port -> scene.watch("client", scene.connect(port)));
    }

    private static void halfOpen(Scene scene) {
        scene.serve(
                HALF_OPEN,
                peer -> {
                    scene.watch("server", peer);
                    peer.onEnd(() ->
                            scene.loop.setImmediate(() -> {
                                scene.write(peer, "still here", "server", "written");
                                peer.end();
                            }));
                },
                port -> scene.watch("client", scene.connect(port)).end("question"));
    }

    private static void writeInEnd(Scene scene) {
        scene.serve(
                peer -> {
                    scene.watch("server", peer);
                    peer.onEnd(() -> scene.write(peer, "last words", "server", "written"));
                },
                port -> scene.watch("client", scene.connect(port)).end());
    }

    private static void writeInTick(Scene scene) {
        writeLate(scene, scene.loop::nextTick);
    }

    private static void writeAfterPeerEnd(Scene scene) {
        writeLate(scene, scene.loop::setImmediate);
    }

    private static void writeLate(Scene scene, Consumer<Runnable> later) {
        scene.serve(
                peer -> {
                    scene.watch("server", peer);
                    Runnable write = () -> scene.write(peer, "late", "server", "written");
                    peer.onEnd(() -> later.accept(write));
                },
                port -> quiet(scene.connect(port)).end());
    }

    private static void pendingBeforeAutoEnd(Scene scene) {
        scene.serve(
                peer -> {
                    scene.events("server", peer).resume();
                    scene.writeMuch(peer, "server", "written");
                },
                port -> {
                    AtomicLong count = new AtomicLong();
                    NetSocket socket = scene.connectHalfOpen(port);
                    socket.pause();
                    socket.end();
                    socket.onFinish(() -> scene.soon(socket::resume));
                    socket.onData(bytes -> count.addAndGet(bytes.remaining()));
                    socket.onEnd(() -> scene.say("client", count + " bytes, end"));
                });
    }

    private static void unheard(Scene scene) {
        scene.serve(peer -> scene.events("server", peer), port -> quiet(scene.connect(port)).end());
    }

    private static void unreadHold(Scene scene) {
        scene.serve(
                peer -> {
                    scene.watch("server", peer).pause();
                    scene.soon(() -> {
                        scene.say("server", "resume");
                        peer.resume();
                    });
                },
                port -> quiet(scene.connect(port)).end("unread"));
    }

    private static void twice(Scene scene) {
        scene.serve(
                Scene::quiet,
                port -> {
                    NetSocket socket = scene.watch("client", scene.connect(port));
                    socket.connected()
                            .thenRun(() -> {
                                socket.end("a");
                                socket.end();
                            });
                });
    }

    private static void pending(Scene scene) {
        scene.serve(
                peer -> {
                    AtomicLong count = new AtomicLong();
                    peer.pause();
                    peer.onData(bytes -> count.addAndGet(bytes.remaining()));
                    peer.onEnd(() -> scene.say("server", count + " bytes, end"));
                    scene.soon(peer::resume);
                },
                port -> {
                    NetSocket socket = scene.events("client", scene.connect(port)).resume();
                    socket.connected()
                            .thenRun(() -> {
                                scene.writeMuch(socket, "client", "first written");
                                scene.write(socket, "x", "client", "second written");
                                socket.end();
                            });
                });
    }
}
