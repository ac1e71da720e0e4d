package dev.millrace.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.kernel.IpAddress;
import dev.millrace.net.NetServer;
import dev.millrace.net.NetServerOptions;
import dev.millrace.net.NetSocket;
import dev.millrace.net.NetSocketOptions;
import dev.millrace.testing.Journal;
import dev.millrace.testing.LoopFixture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Addresses that are not ours, and the one that stands for all of ours. */
class TcpAddressTest {
    private final Journal journal = new Journal();

    /** From the blocks that are kept for documentation (RFC 5737, RFC 3849). */
    @ParameterizedTest
    @ValueSource(strings = {"192.0.2.99", "2001:db8::99"})
    void listeningAtAForeignAddressIsEaddrnotavail(String foreign) {
        LoopFixture.run(loop ->
                NetServer.create(loop, socket -> {})
                        .onError(error -> journal.add(error.getMessage()))
                        .listen(IpAddress.of(foreign, 0)));
        assertThat(journal.lines())
                .singleElement()
                .asString()
                .startsWith("listen EADDRNOTAVAIL")
                .endsWith(IpAddress.of(foreign, 0).toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"192.0.2.99", "2001:db8::99"})
    void connectingFromAForeignAddressIsEaddrnotavail(String foreign) {
        LoopFixture.run(loop ->
                NetSocket.connect(
                                loop,
                                IpAddress.of(foreign, 1),
                                NetSocketOptions.DEFAULTS.withLocal(IpAddress.of(foreign, 0)))
                        .onError(error -> journal.add(error.getMessage()))
                        .onClose(journal.line("close")));
        assertThat(journal.lines()).hasSize(2).last().isEqualTo("close");
        assertThat(journal.lines().getFirst()).contains("EADDRNOTAVAIL");
    }

    @Test
    void connectingToTheUnspecifiedAddressReachesThisMachine() {
        LoopFixture.run(loop -> {
            NetServer server = NetServer.create(loop);
            server.onConnection(socket -> {
                server.close();
                socket.end("here");
            });
            server.listen(IpAddress.loopback(0))
                    .onListening(() -> {
                        NetSocket socket =
                                NetSocket.connect(loop, IpAddress.of("0.0.0.0", server.port()));
                        socket.onData(chunk -> journal.add("data " + chunk.remaining()));
                        socket.onClose(journal.line("close"));
                    });
        });
        assertThat(journal.lines()).containsExactly("data 4", "close");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aResetAfterOurOwnEndIsOneErrorForThePeer(boolean isClients) {
        NetSocketOptions halfOpen = NetSocketOptions.DEFAULTS.withAllowHalfOpen(true);
        LoopFixture.run(loop -> {
            NetServer server =
                    NetServer.create(loop, NetServerOptions.DEFAULTS.withAllowHalfOpen(true));
            server.onConnection(socket -> {
                server.close();
                watch(socket, !isClients);
            });
            server.listen(IpAddress.loopback(0))
                    .onListening(() -> {
                        IpAddress address = IpAddress.loopback(server.port());
                        watch(NetSocket.connect(loop, address, halfOpen), isClients);
                    });
        });
        assertThat(journal.lines())
                .containsExactlyInAnyOrder("peer's end", "error", "close after an error", "close");
    }

    /** The one ends its side, and resets when the other has seen that and said so. */
    private void watch(NetSocket socket, boolean resets) {
        socket.onClose(() -> journal.add(socket.hadError() ? "close after an error" : "close"));
        if (resets) {
            socket.onBytes((array, offset, length) -> {
                socket.reset();
                return length;
            });
            socket.end();
        } else {
            socket.onData(chunk -> journal.add("data"));
            socket.onEnd(() -> {
                journal.add("peer's end");
                socket.write("seen");
                keepWriting(socket);
            });
            socket.onError(error -> journal.add("error"));
        }
    }

    /** Whoever has read the end learns of a reset from a write. */
    private static void keepWriting(NetSocket socket) {
        if (!socket.isDestroyed()) {
            socket.write("?");
            socket.loop().setImmediate(() -> keepWriting(socket));
        }
    }
}
