package dev.millrace.conformance.orders;

import static dev.millrace.conformance.orders.Scene.HALF_OPEN;
import static dev.millrace.conformance.orders.Scene.quiet;

import dev.millrace.net.NetSocket;
import dev.millrace.stream.WriteStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** Pause and resume, drains, pipes, and the idle timeout. */
final class FlowScenes {
    private FlowScenes() {}

    static void addTo(Map<String, Consumer<Scene>> scenes) {
        scenes.put("pause-and-resume", FlowScenes::pauseAndResume);
        scenes.put("drain", FlowScenes::drain);
        scenes.put("no-drain", FlowScenes::noDrain);
        scenes.put("pipe-ends", FlowScenes::pipeEnds);
        scenes.put("pipe-destination-fails", FlowScenes::pipeDestinationFails);
        scenes.put("pipeline-destination-fails", FlowScenes::pipelineDestinationFails);
        scenes.put("pipeline-source-is-reset", FlowScenes::pipelineSourceIsReset);
        scenes.put("idle-timeout", FlowScenes::idleTimeout);
        scenes.put("idle-timeout-removed", FlowScenes::idleTimeoutRemoved);
    }

    private static void pauseAndResume(Scene scene) {
        scene.serve(
                peer -> {
                    scene.events("server", peer);
                    AtomicInteger times = new AtomicInteger();
                    peer.onData(bytes -> {
                        scene.say("server", "data " + new String(bytes.array()));
                        if (times.getAndIncrement() == 0) {
                            peer.pause();
                            peer.write("more");
                            scene.soon(() -> {
                                scene.say("server", "resume");
                                peer.resume();
                            });
                        }
                    });
                },
                port -> {
                    NetSocket socket = scene.connect(port);
                    socket.write("one");
                    socket.onData(bytes -> socket.end("two"));
                });
    }

    private static void writeAndSay(Scene scene, NetSocket socket, byte[] bytes, String what) {
        boolean goesOn = socket.write(ByteBuffer.wrap(bytes), scene.told("client", what));
        scene.say("client", "write returned " + goesOn);
    }

    private static void drain(Scene scene) {
        scene.serve(
                peer -> peer.resume(),
                port -> {
                    NetSocket socket = scene.connect(port).resume();
                    scene.events("client", socket, socket::end);
                    socket.connected()
                            .thenRun(() -> {
                                writeAndSay(scene, socket, Scene.bytes("small"), "small written");
                                writeAndSay(scene, socket, Scene.much(), "much written");
                                writeAndSay(scene, socket, Scene.bytes("small"), "last written");
                            });
                });
    }

    private static void noDrain(Scene scene) {
        scene.serve(
                peer -> peer.resume(),
                port -> {
                    NetSocket socket = scene.events("client", scene.connect(port)).resume();
                    socket.connected()
                            .thenRun(() -> {
                                writeAndSay(scene, socket, Scene.bytes("small"), "written");
                                scene.soon(socket::end);
                            });
                });
    }

    private static void pipeEnds(Scene scene) {
        scene.serve(
                HALF_OPEN,
                peer -> scene.events("server", peer).pipeTo(peer),
                port -> scene.watch("client", scene.connect(port)).end("echo"));
    }

    private static void pipeDestinationFails(Scene scene) {
        scene.serve(
                target -> {
                    scene.events("destination", target);
                    target.resume();
                    scene.serve(
                            source -> {
                                scene.events("source", source).pipeTo(target);
                                source.onData(bytes -> target.destroy(new IOException("mine")));
                                target.onClose(() -> scene.soon(source::end));
                            },
                            port -> quiet(scene.connect(port)).write("x"));
                },
                port -> quiet(scene.connect(port)));
    }

    private static void pipelineDestinationFails(Scene scene) {
        scene.serve(
                target -> {
                    scene.events("destination", target);
                    scene.serve(
                            source -> {
                                scene.events("source", source).pipelineTo(target);
                                source.onData(bytes -> target.destroy(new IOException("mine")));
                            },
                            port -> quiet(scene.connect(port)).write("x"));
                },
                port -> quiet(scene.connect(port)));
    }

    private static void pipelineSourceIsReset(Scene scene) {
        scene.serve(
                target -> {
                    scene.events("destination", target);
                    scene.serve(
                            source -> {
                                scene.events("source", source).pipelineTo(target);
                                ((WriteStream) source).write("x");
                            },
                            port -> {
                                NetSocket socket = scene.connect(port);
                                socket.onData(bytes -> socket.reset());
                            });
                },
                port -> quiet(scene.connect(port)));
    }

    private static void idleTimeout(Scene scene) {
        scene.serve(
                peer -> {
                    scene.watch("server", peer);
                    AtomicInteger times = new AtomicInteger();
                    peer.timeout(
                            Duration.ofMillis(30),
                            () -> {
                                scene.say("server", "timeout");
                                if (times.getAndIncrement() == 0) {
                                    peer.write("wake up");
                                } else {
                                    peer.end();
                                }
                            });
                },
                port -> {
                    NetSocket socket = scene.connect(port);
                    socket.onData(bytes -> socket.write("awake"));
                });
    }

    private static void idleTimeoutRemoved(Scene scene) {
        scene.serve(
                peer -> {
                    scene.watch("server", peer);
                    peer.timeout(Duration.ofMillis(20), () -> scene.say("server", "timeout"));
                    peer.timeoutOff();
                    scene.soon(peer::end);
                },
                port -> quiet(scene.connect(port)));
    }
}
