package dev.millrace.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.kernel.IpAddress;
import dev.millrace.loop.Loop;
import dev.millrace.net.NetServer;
import dev.millrace.net.NetSocket;
import dev.millrace.testing.Namespace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A client with as many connections as its machine has ports for. */
@Tag("faults")
class EphemeralPortsTest {
    private static final int PORTS = 16;

    /** In a namespace of its own, which has so many ports. */
    static final class Program {
        private final List<NetSocket> open = new ArrayList<>();
        private NetServer server;

        public static void main(String[] arguments) {
            Loop.run(new Program()::serve);
        }

        private void serve(Loop loop) {
            try {
                Path range = Path.of("/proc/sys/net/ipv4/ip_local_port_range");
                Files.writeString(range, "40000 " + (40_000 + PORTS - 1));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            server = NetServer.create(loop, NetSocket::resume);
            server.listen(IpAddress.loopback(7)).onListening(() -> connect(loop));
        }

        private void connect(Loop loop) {
            NetSocket socket = NetSocket.connect(loop, 7, "127.0.0.1");
            socket.onConnect(() -> {
                open.add(socket);
                if (server.isListening()) {
                    connect(loop);
                }
            });
            socket.onError(error -> {
                System.out.println(error.getMessage() + " beside " + open.size());
                again(loop);
            });
        }

        /** A reset leaves no TIME_WAIT behind: its port can be used again at once. */
        private void again(Loop loop) {
            NetSocket first = open.removeFirst();
            first.onClose(() -> {
                NetSocket next = NetSocket.connect(loop, 7, "127.0.0.1");
                next.onConnect(() -> {
                    System.out.println("and one more");
                    open.forEach(NetSocket::destroy);
                    next.destroy();
                    server.close();
                });
            });
            first.reset();
        }
    }

    @Test
    @Tag("X59")
    void withoutAPortThatConnectFailsAndNoOther() throws Exception {
        assertThat(Namespace.run(Program.class))
                .isEqualTo("connect EADDRNOTAVAIL 127.0.0.1:7 beside 16\nand one more\n");
    }
}
