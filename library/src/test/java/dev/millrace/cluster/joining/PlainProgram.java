package dev.millrace.cluster.joining;

import dev.millrace.kernel.IpAddress;
import dev.millrace.loop.ListenSource;
import dev.millrace.loop.Loop;
import dev.millrace.net.ConnectionLimits;
import dev.millrace.net.NetServer;
import dev.millrace.net.NetServerOptions;
import dev.millrace.stream.Framing;
import dev.millrace.systemd.InheritedSockets;
import dev.millrace.udp.UdpSocket;

/**
 * A program that knows nothing of clusters. {@code tcp}: greets each connection with its number,
 * and {@code udp}: each datagram. {@code kept}: answers each line of a connection, of which it has
 * one place; it may move, and the program has inherited sockets. {@code two}: a second loop listens
 * behind the first, which asks by a source of its own.
 */
final class PlainProgram {
    private PlainProgram() {}

    public static void main(String[] arguments) {
        String me = ProcessHandle.current().pid() + "\n";
        if (arguments[0].equals("udp")) {
            Loop.run(loop -> {
                UdpSocket socket = UdpSocket.create(loop);
                socket.onMessage((data, from) -> socket.send(me, from)).bind(IpAddress.loopback(0));
            });
            return;
        }
        if (arguments[0].equals("kept")) {
            Loop.run(loop -> kept(loop, me));
            return;
        }
        Loop.run(loop -> {
            if (arguments[0].equals("two")) {
                // As inherited sockets do, for what they have not.
                ListenSource before = loop.listenSource();
                loop.listenSource(attempt -> before.open(attempt));
            }
            NetServer server = NetServer.create(loop, socket -> socket.end(me));
            server.listen(IpAddress.loopback(0));
            if (arguments[0].equals("two")) {
                server.onListening(() -> Thread.ofPlatform().start(PlainProgram::second));
            }
        });
    }

    private static void kept(Loop loop, String me) {
        InheritedSockets.ofProcess().join(loop);
        NetServerOptions onePlace =
                NetServerOptions.DEFAULTS.withLimits(
                        ConnectionLimits.DEFAULTS.withMaxConnections(1));
        NetServer server =
                NetServer.create(
                        loop,
                        onePlace,
                        socket -> socket.onFrames(Framing.lines(100), line -> socket.write(me)));
        server.onClosing(() -> server.connections().forEach(server.moves()::move));
        server.listen(IpAddress.loopback(0));
    }

    private static void second() {
        Loop.run(loop ->
                NetServer.create(loop)
                        .onError(error -> {
                            Runtime.getRuntime()
                                    .exit(error.getMessage().contains("one loop") ? 7 : 8);
                        })
                        .listen(IpAddress.loopback(0)));
    }
}
