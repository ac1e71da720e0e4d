package dev.millrace.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.KeepAlive;
import dev.millrace.loop.Loop;
import dev.millrace.net.NetServer;
import dev.millrace.net.NetServerOptions;
import dev.millrace.net.NetSocket;
import dev.millrace.net.NetSocketOptions;
import dev.millrace.testing.Namespace;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A network that loses every packet, or that leads nowhere. */
@Tag("faults")
class TcpBlackHoleTest {
    private static final KeepAlive IMPATIENT =
            new KeepAlive(Duration.ofSeconds(1), Duration.ofSeconds(1), 2);

    private static final int CROWD = 100;

    /** What the child does: each name is one program. */
    static final class Programs {
        public static void main(String[] arguments) {
            switch (arguments[0]) {
                case "established" -> Loop.run(Programs::established);
                case "crowd" -> Loop.run(Programs::crowd);
                case "connecting" -> Loop.run(Programs::connecting);
                case "unreachable" -> Loop.run(Programs::unreachable);
                default -> throw new IllegalArgumentException(arguments[0]);
            }
        }

        private static NetSocket told(NetSocket socket) {
            return socket.onError(error -> System.out.println(error.getMessage()))
                    .onClose(() -> System.out.println("close"));
        }

        private static void established(Loop loop) {
            NetServer server =
                    NetServer.create(loop, NetServerOptions.DEFAULTS.withKeepAlive(IMPATIENT));
            server.onConnection(accepted -> {
                server.close();
                told(accepted).onData(data -> {});
                Namespace.dropEverything();
            });
            server.listen(IpAddress.loopback(0))
                    .onListening(() -> {
                        NetSocket client = NetSocket.connect(loop, server.address().orElseThrow());
                        // It would find out too; this is about the other end.
                        client.onError(error -> {}).onConnect(() -> client.keepAlive(IMPATIENT));
                    });
        }

        /** A server and its clients, who hear nothing of one another any more. */
        private static void crowd(Loop loop) {
            int[] reaped = {0};
            List<NetSocket> clients = new ArrayList<>();
            NetServer server =
                    NetServer.create(loop, NetServerOptions.DEFAULTS.withKeepAlive(IMPATIENT));
            server.onConnection(accepted -> {
                accepted.onError(error -> reaped[0]++).resume();
                if (server.connectionCount() == CROWD) {
                    server.close();
                    Namespace.dropEverything();
                }
            });
            server.onClose(() -> {
                System.out.println(reaped[0] + " reaped");
                clients.forEach(NetSocket::destroy);
            });
            server.listen(IpAddress.loopback(0))
                    .onListening(() -> {
                        for (int i = 0; i < CROWD; i++) {
                            clients.add(NetSocket.connect(loop, server.address().orElseThrow()));
                        }
                    });
        }

        private static void connecting(Loop loop) {
            Namespace.dropEverything();
            NetSocketOptions options =
                    NetSocketOptions.DEFAULTS.withConnectTimeout(Duration.ofMillis(300));
            told(NetSocket.connect(loop, IpAddress.loopback(7), options));
        }

        private static void unreachable(Loop loop) {
            told(NetSocket.connect(loop, IpAddress.of("192.0.2.1", 7)));
            System.out.println("returned");
        }
    }

    private static String run(String program) throws IOException, InterruptedException {
        return Namespace.run(Programs.class, program);
    }

    @Test
    @Tag("X54")
    void aServerWhosePeersVanishIsRidOfThemIfTheyAreKeptAlive() throws Exception {
        assertThat(run("crowd")).isEqualTo("100 reaped\n");
    }

    @Test
    @Tag("X66")
    @Tag("K6")
    void anEstablishedConnectionEndsWithEtimedoutIfItIsKeptAlive() throws Exception {
        assertThat(run("established")).isEqualTo("read ETIMEDOUT\nclose\n");
    }

    @Test
    @Tag("X66")
    void aConnectEndsWithEtimedout() throws Exception {
        assertThat(run("connecting")).isEqualTo("connect ETIMEDOUT 127.0.0.1:7\nclose\n");
    }

    @Test
    @Tag("X67")
    void anAddressThatNoRouteLeadsToIsTypedAndNamed() throws Exception {
        assertThat(run("unreachable"))
                .isEqualTo("returned\nconnect ENETUNREACH 192.0.2.1:7\nclose\n");
    }
}
