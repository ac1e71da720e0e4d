package dev.millrace.udp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.UdpOptions;
import dev.millrace.loop.Loop;
import dev.millrace.testing.LoopFixture;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** What the Javadoc of datagram sockets shows, compiled and run. */
class UdpExamplesTest {
    private final StringBuilder printed = new StringBuilder();

    private void print(Object text) {
        printed.append(text).append('|');
    }

    @Test
    void anEchoAndItsClient() {
        LoopFixture.run(loop -> {
            UdpSocket server = echo(loop, 0);
            server.onListening(() -> {
                UdpSocket client = ask(loop, server.port());
                client.onClose(server::close);
            });
        });
        assertThat(printed).hasToString("hello from 127.0.0.1|");
    }

    private static UdpSocket echo(Loop loop, int port) {
        // @start region="echo"
        UdpSocket server = UdpSocket.create(loop);
        server.onMessage((bytes, sender) -> server.send(bytes, sender));
        server.bind(port, "127.0.0.1");
        // @end
        return server;
    }

    private UdpSocket ask(Loop loop, int port) {
        // @start region="ask"
        UdpSocket client = UdpSocket.create(loop); // bound by its first send
        client.onMessage((bytes, sender) -> {
            print(StandardCharsets.UTF_8.decode(bytes) + " from " + sender.hostText());
            client.close();
        });
        client.send("hello", port, "127.0.0.1");
        // @end
        return client;
    }

    @Test
    void aPeer() {
        LoopFixture.run(loop -> {
            UdpSocket server = UdpSocket.create(loop);
            server.onMessage((bytes, sender) -> {
                print(StandardCharsets.UTF_8.decode(bytes));
                server.close();
            });
            server.bind(IpAddress.loopback(0));
            server.onListening(() -> connect(UdpSocket.create(loop), server.port()));
        });
        assertThat(printed).contains("hello|").contains("sent|");
    }

    private void connect(UdpSocket socket, int port) {
        // @start region="connect"
        socket.connect(port, "127.0.0.1");
        socket.send(
                StandardCharsets.UTF_8.encode("hello"),
                error -> {
                    print(error == null ? "sent" : error.getMessage());
                    socket.close();
                });
        // @end
    }

    @Test
    void aGroup() {
        LoopFixture.run(loop -> {
            UdpSocket socket = join(loop, 0);
            socket.onListening(() -> print("listens"));
            // A machine without a route for multicast has no such device (ENODEV).
            socket.onError(error -> print(error.getMessage()));
            loop.setImmediate(() -> loop.setImmediate(socket::close));
        });
        assertThat(printed.toString()).startsWith("listens|");
    }

    private static UdpSocket join(Loop loop, int port) {
        // @start region="group"
        UdpSocket socket = UdpSocket.create(loop, UdpOptions.DEFAULTS.withReuseAddress(true));
        socket.bind(port, "0.0.0.0");
        socket.joinGroup(InetAddress.ofLiteral("239.1.2.3"), null);
        // @end
        return socket;
    }
}
