package dev.millrace.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.SystemError;
import dev.millrace.loop.Loop;
import dev.millrace.testing.LoopFixture;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a program does not connect to. */
class ConnectBlockedTest {
    private final List<IOException> errors = new ArrayList<>();

    private void connect(Loop loop, int port, String host, BlockList blocked) {
        NetSocketOptions options = NetSocketOptions.DEFAULTS.withBlocked(blocked);
        NetSocket socket = NetSocket.connect(loop, port, host, options);
        socket.onConnect(socket::destroy).onError(errors::add);
        assertThat(errors).as("not inside the call").isEmpty();
    }

    @Test
    void aBlockedAddressIsRefusedWithoutASystemCall() {
        LoopFixture.run(loop -> connect(loop, 9, "127.0.0.1", BlockList.of("127.0.0.0/8")));
        assertThat(errors).hasSize(1);
        assertThat(errors.getFirst())
                .hasMessage("connect ERR_IP_BLOCKED: 127.0.0.1:9 is in the block list");
        assertThat(SystemError.codeOf(errors.getFirst())).isEqualTo("ERR_IP_BLOCKED");
    }

    @Test
    void ofANameOnlyTheBlockedAddressesAreLeftOut() {
        List<String> connected = new ArrayList<>();
        LoopFixture.run(loop -> {
            NetServer server = NetServer.create(loop, NetSocket::end);
            server.listen(IpAddress.loopback(0));
            server.onListening(() -> {
                NameOptions names =
                        NameOptions.DEFAULTS.withResolver((where, host, family) ->
                                java.util.concurrent.CompletableFuture.completedFuture(
                                        List.of(
                                                IpAddress.of("127.0.0.9", 0).host(),
                                                IpAddress.loopback(0).host())));
                NetSocketOptions options =
                        NetSocketOptions.DEFAULTS
                                .withNames(names)
                                .withBlocked(BlockList.of("127.0.0.9"));
                NetSocket socket = NetSocket.connect(loop, server.port(), "two.example", options);
                socket.onConnect(() -> connected.add("" + socket.remoteAddress().orElseThrow()))
                        .onError(errors::add)
                        .onClose(server::close)
                        .resume();
            });
        });
        assertThat(errors).isEmpty();
        assertThat(connected).hasSize(1).first().asString().startsWith("127.0.0.1:");
    }

    @Test
    void aSocketThatIsDestroyedBeforeIsToldNothing() {
        LoopFixture.run(loop -> {
            NetSocket socket =
                    NetSocket.connect(
                            loop,
                            IpAddress.loopback(9),
                            NetSocketOptions.DEFAULTS.withBlocked(BlockList.of("127.0.0.1")));
            socket.onError(errors::add).destroy();
        });
        assertThat(errors).isEmpty();
    }
}
