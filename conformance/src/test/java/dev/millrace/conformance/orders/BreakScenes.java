package dev.millrace.conformance.orders;

import static dev.millrace.conformance.orders.Scene.quiet;

import dev.millrace.net.NetSocket;
import java.io.IOException;
import java.util.Map;
import java.util.function.Consumer;

/** Connections that are broken off: destroy, errors, resets. */
final class BreakScenes {
    private BreakScenes() {}

    static void addTo(Map<String, Consumer<Scene>> scenes) {
        scenes.put("destroy", BreakScenes::destroy);
        scenes.put("destroy-with-error", BreakScenes::withError);
        scenes.put("destroy-twice", BreakScenes::twice);
        scenes.put("destroy-in-data", BreakScenes::inData);
        scenes.put("destroy-in-error", BreakScenes::inError);
        scenes.put("write-after-end", BreakScenes::writeAfterEnd);
        scenes.put("write-after-destroy", BreakScenes::writeAfterDestroy);
        scenes.put("reset-by-peer", BreakScenes::reset);
        scenes.put("reset-with-unread-bytes", BreakScenes::resetUnread);
        scenes.put("reset-while-writing", BreakScenes::resetWhileWriting);
        scenes.put("listener-throws", BreakScenes::listenerThrows);
    }

    private static void destroy(Scene scene) {
        scene.serve(
                peer -> {
                    scene.events("server", peer);
                    scene.writeMuch(peer, "server", "written");
                    scene.soon(() -> {
                        peer.destroy();
                        scene.say("server", "destroy returned");
                    });
                },
                port -> {
                    NetSocket socket = scene.connect(port).onError(error -> {}).pause();
                    socket.onConnect(() -> scene.soon(() -> scene.soon(socket::destroy)));
                });
    }

    private static void withError(Scene scene) {
        scene.serve(
                peer -> {
                    scene.watch("server", peer).destroy(new IOException("mine"));
                    scene.say("server", "destroy returned");
                },
                port -> quiet(scene.connect(port)));
    }

    private static void twice(Scene scene) {
        scene.serve(
                peer -> {
                    scene.watch("server", peer);
                    peer.destroy(new IOException("first"));
                    peer.destroy(new IOException("second"));
                    peer.onClose(() -> peer.destroy(new IOException("third")));
                },
                port -> quiet(scene.connect(port)));
    }

    private static void inData(Scene scene) {
        scene.serve(
                peer ->
                        scene.events("server", peer)
                                .onData(bytes -> {
                                    peer.destroy();
                                    scene.say("server", "destroy returned");
                                }),
                port -> quiet(scene.connect(port)).end("hello"));
    }

    private static void inError(Scene scene) {
        scene.serve(
                peer -> {
                    peer.onError(error -> peer.destroy(new IOException("second")));
                    scene.watch("server", peer).destroy(new IOException("first"));
                },
                port -> quiet(scene.connect(port)));
    }

    private static void lateWrite(Scene scene, NetSocket peer) {
        byte[] late = Scene.bytes("b");
        boolean goesOn = peer.write(late, 0, late.length, scene.told("server", "written"));
        scene.say("server", "write returned " + goesOn);
    }

    private static void writeAfterEnd(Scene scene) {
        scene.serve(
                peer -> {
                    scene.watch("server", peer).end("a");
                    lateWrite(scene, peer);
                },
                port -> quiet(scene.connect(port)));
    }

    private static void writeAfterDestroy(Scene scene) {
        scene.serve(
                peer -> {
                    scene.watch("server", peer).destroy();
                    lateWrite(scene, peer);
                },
                port -> quiet(scene.connect(port)));
    }

    private static void reset(Scene scene) {
        scene.serve(
                peer -> scene.watch("server", peer).write("x"),
                port -> {
                    NetSocket socket = scene.connect(port);
                    socket.onData(bytes -> socket.reset());
                });
    }

    private static void resetUnread(Scene scene) {
        scene.serve(
                peer -> {
                    scene.watch("server", peer).pause();
                    scene.soon(() ->
                            scene.soon(() -> {
                                scene.say("server", "resume");
                                peer.resume();
                            }));
                },
                port -> {
                    NetSocket socket = scene.connect(port);
                    socket.write(Scene.bytes("unread"), 0, 6, error -> scene.soon(socket::reset));
                });
    }

    private static void resetWhileWriting(Scene scene) {
        scene.serve(
                peer -> {
                    scene.watch("server", peer);
                    scene.writeMuch(peer, "server", "first written");
                    scene.write(peer, "x", "server", "second written");
                },
                port -> {
                    NetSocket socket = scene.connect(port).pause();
                    socket.onConnect(() -> scene.soon(socket::reset));
                });
    }

    private static void listenerThrows(Scene scene) {
        scene.loop.onUncaught(thrown -> scene.say("process", "uncaught " + thrown.getMessage()));
        scene.serve(
                peer ->
                        scene.events("server", peer)
                                .onData(bytes -> {
                                    throw new IllegalStateException("mine");
                                }),
                port -> quiet(scene.connect(port)).end("x"));
    }
}
