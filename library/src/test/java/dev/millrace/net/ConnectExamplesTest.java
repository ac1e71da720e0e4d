package dev.millrace.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.kernel.IpAddress;
import dev.millrace.loop.Loop;
import dev.millrace.testing.LoopFixture;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;

/** What the Javadoc of connecting by name shows, compiled and run. */
class ConnectExamplesTest {
    private static void expectConnected(BiFunction<Loop, Integer, NetSocket> example) {
        boolean[] isConnected = {false};
        LoopFixture.run(loop -> {
            NetServer server = NetServer.create(loop);
            server.onConnection(socket -> {
                server.close();
                socket.end();
            });
            server.listen(IpAddress.loopback(0))
                    .onListening(() ->
                            example.apply(loop, server.port())
                                    .onConnect(() -> isConnected[0] = true)
                                    .resume());
        });
        assertThat(isConnected[0]).isTrue();
    }

    @Test
    void byATable() {
        expectConnected(ConnectExamplesTest::table);
    }

    private static NetSocket table(Loop loop, int port) {
        // @start region="resolver"
        Map<String, String> table = Map.of("db.internal", "127.0.0.1");
        NameResolver resolver =
                (on, host, family) -> {
                    String known = table.get(host);
                    return known == null
                            ? NameResolver.SYSTEM.resolve(on, host, family)
                            : CompletableFuture.completedFuture(
                                    List.of(InetAddress.ofLiteral(known)));
                };
        NetSocketOptions options =
                NetSocketOptions.DEFAULTS.withNames(NameOptions.DEFAULTS.withResolver(resolver));
        NetSocket socket = NetSocket.connect(loop, port, "db.internal", options);
        // @end
        return socket;
    }

    @Test
    void byIpv4Alone() {
        expectConnected(ConnectExamplesTest::family);
    }

    private static NetSocket family(Loop loop, int port) {
        // @start region="family"
        NetSocketOptions ipv4 =
                NetSocketOptions.DEFAULTS.withNames(
                        NameOptions.DEFAULTS.withFamily(AddressFamily.IPV4));
        NetSocket socket = NetSocket.connect(loop, port, "localhost", ipv4);
        // @end
        return socket;
    }

    @Test
    void byAResolverThatBlocks() {
        expectConnected(ConnectExamplesTest::blocking);
    }

    private static List<InetAddress> askTheDirectory(String host) throws UnknownHostException {
        return List.of(InetAddress.getAllByName(host.replace(".directory", "")));
    }

    private static NetSocket blocking(Loop loop, int port) {
        // @start region="names"
        NameOptions names =
                NameOptions.DEFAULTS
                        .withResolver((on, host, family) -> on.offload(() -> askTheDirectory(host)))
                        .withAttemptDelay(Duration.ofMillis(100));
        NetSocketOptions options =
                NetSocketOptions.DEFAULTS
                        .withNames(names)
                        .withConnectTimeout(Duration.ofSeconds(5)); // for all of it
        NetSocket socket = NetSocket.connect(loop, port, "localhost.directory", options);
        // @end
        return socket;
    }
}
