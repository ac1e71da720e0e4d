package dev.millrace.conformance.nodes;

import dev.millrace.ipc.NodeChannel;
import dev.millrace.ipc.Passable;
import dev.millrace.kernel.IpAddress;
import dev.millrace.loop.Loop;
import dev.millrace.net.NetServer;
import dev.millrace.net.NetServerOptions;
import dev.millrace.net.NetSocket;
import dev.millrace.udp.UdpSocket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The child of {@code conformance/peers/parent.js}. */
final class NodeChild {
    private static final NetServerOptions PAUSED =
            NetServerOptions.DEFAULTS.withPauseOnConnect(true);

    private final Loop loop;
    private final NodeChannel parent;
    private int arrived;
    private int failed;

    private NodeChild(Loop loop) {
        this.loop = loop;
        this.parent = NodeChannel.open(loop);
        parent.onMessage(this::obey).onError(error -> System.out.println("WRONG " + error));
        parent.onClose(() -> System.exit(0));
        parent.send("\"ready\"");
    }

    static void main(String[] arguments) {
        Loop.run(NodeChild::new);
    }

    private void obey(String json, Optional<Passable> passed) {
        switch (json) {
            case "\"serve\"" -> echo(((Passable.Connection) passed.orElseThrow()).socket());
            case "\"listen\"" -> {
                ((Passable.Listener) passed.orElseThrow()).server().onConnection(NodeChild::echo);
                parent.send("\"listening\"");
            }
            case "\"datagrams\"" -> {
                UdpSocket socket = ((Passable.Datagrams) passed.orElseThrow()).socket();
                socket.onMessage((data, from) -> socket.send("child: " + text(data), from));
                parent.send("\"bound\"");
            }
            case "\"give connections\"" -> giveConnections();
            case "\"give listener\"" -> {
                NetServer server = NetServer.create(loop).listen(IpAddress.loopback(0));
                server.onListening(() -> give(server.port(), Passable.of(server)));
            }
            case "\"give datagrams\"" -> {
                UdpSocket socket = UdpSocket.create(loop).bind(IpAddress.loopback(0));
                socket.onListening(() -> give(socket.port(), new Passable.Datagrams(socket, true)));
            }
            case "\"outcomes\"" ->
                    parent.send("{\"arrived\":" + arrived + ",\"failed\":" + failed + "}");
            default -> parent.send(json);
        }
    }

    private void giveConnections() {
        int[] number = {0};
        NetServer server =
                NetServer.create(
                                loop,
                                PAUSED,
                                socket ->
                                        parent.send(
                                                "{\"number\":" + number[0]++ + "}",
                                                Passable.of(socket),
                                                this::outcome))
                        .listen(IpAddress.loopback(0));
        server.onListening(() -> parent.send(String.valueOf(server.port())));
    }

    private void give(int port, Passable passed) {
        parent.send(
                String.valueOf(port),
                passed,
                error -> {
                    outcome(error);
                    if (passed instanceof Passable.Listener listener) {
                        listener.server().close();
                    }
                });
    }

    private void outcome(@Nullable IOException error) {
        if (error == null) {
            arrived++;
        } else {
            failed++;
            System.out.println("WRONG " + error.getMessage());
        }
    }

    private static void echo(NetSocket socket) {
        StringBuilder all = new StringBuilder("child: ");
        socket.onData(
                        data -> {
                            all.append(text(data));
                            if (all.charAt(all.length() - 1) == '\n') {
                                socket.end(all.toString().strip());
                            }
                        })
                .resume();
    }

    private static String text(ByteBuffer data) {
        return StandardCharsets.UTF_8.decode(data).toString();
    }
}
