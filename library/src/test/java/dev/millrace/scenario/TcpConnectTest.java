package dev.millrace.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.kernel.Address;
import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.SystemError;
import dev.millrace.kernel.UnixAddress;
import dev.millrace.loop.Loop;
import dev.millrace.net.NetServer;
import dev.millrace.net.NetSocket;
import dev.millrace.testing.Journal;
import dev.millrace.testing.LoopFixture;
import dev.millrace.testing.SlowNames;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.function.Function;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A client and an echo server on one loop. */
class TcpConnectTest {
    private final Journal journal = new Journal();

    /**
     * Runs {@code client} against an echo server at {@code address}, until both have nothing left
     * to do.
     */
    private void echo(
            Address address, Function<NetServer, NetSocket> client, Consumer<NetSocket> listeners) {
        LoopFixture.run(loop -> {
            NetServer server = NetServer.create(loop);
            server.onConnection(socket -> {
                server.close();
                socket.pipeTo(socket);
            });
            server.listen(address)
                    .onListening(() -> {
                        NetSocket socket = client.apply(server);
                        socket.onData(buffer -> journal.add("data " + text(buffer)))
                                .onEnd(journal.line("end"));
                        socket.onClose(journal.line("close"));
                        listeners.accept(socket);
                    });
        });
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String text(ByteBuffer buffer) {
        return StandardCharsets.UTF_8.decode(buffer).toString();
    }

    @Test
    @Tag("H1")
    void byAddress() {
        echo(
                IpAddress.loopback(0),
                server -> NetSocket.connect(server.loop(), server.address().orElseThrow()),
                socket -> socket.end("hello"));
        assertThat(journal.lines()).containsExactly("data hello", "end", "close");
    }

    @Test
    @Tag("H1")
    void byPortAlone() {
        echo(
                IpAddress.loopback(0),
                server -> NetSocket.connect(server.loop(), server.port()),
                socket -> socket.onConnect(() -> socket.end("hello")));
        assertThat(journal.lines()).containsExactly("data hello", "end", "close");
    }

    @Test
    @Tag("H1")
    void byName() {
        echo(
                IpAddress.loopback(0),
                server -> NetSocket.connect(server.loop(), server.port(), "localhost"),
                socket ->
                        socket.onConnect(() -> {
                            assertThat(socket.remoteAddress().orElseThrow().toString())
                                    .startsWith("127.0.0.1:");
                            socket.end("hello");
                        }));
        assertThat(journal.lines()).containsExactly("data hello", "end", "close");
    }

    @Test
    @Tag("H1")
    void byPath(@TempDir Path folder) {
        UnixAddress path = UnixAddress.of(folder.resolve("s"));
        echo(path, server -> NetSocket.connect(server.loop(), path), socket -> socket.end("hello"));
        assertThat(journal.lines()).containsExactly("data hello", "end", "close");
    }

    @Test
    @Tag("H14")
    void whatIsWrittenBeforeTheConnectionStandsIsSentAfterItInOrder() {
        String large = "x".repeat(100_000);
        StringBuilder echoed = new StringBuilder();
        echo(
                IpAddress.loopback(0),
                server -> NetSocket.connect(server.loop(), server.port(), "localhost"),
                socket -> {
                    socket.write("one ");
                    socket.write("two ".getBytes(StandardCharsets.UTF_8), 0, 4);
                    socket.write(large);
                    assertThat(socket.isConnecting()).isTrue();
                    assertThat(socket.queuedBytes()).isEqualTo(100_008);
                    socket.onConnect(() -> socket.end(" last"));
                });
        journal.lines().stream()
                .filter(line -> line.startsWith("data "))
                .forEach(line -> echoed.append(line.substring(5)));
        assertThat(echoed).hasToString("one two " + large + " last");
    }

    @Test
    @Tag("H14")
    @Tag("R15")
    void anEndBeforeTheConnectionStandsFollowsWhatWasQueued() {
        for (String host : new String[] {"localhost", "127.0.0.1"}) {
            Journal before = new Journal();
            echo(
                    IpAddress.loopback(0),
                    server -> NetSocket.connect(server.loop(), server.port(), host),
                    socket -> {
                        socket.write(bytes("early "), e -> before.add("written " + e));
                        socket.onFinish(before.line("finish"));
                        socket.end("end");
                        assertThat(socket.isConnecting()).isTrue();
                    });
            assertThat(before.lines()).containsExactly("written null", "finish");
        }
        assertThat(journal.lines())
                .containsExactly(
                        "data early end", "end", "close", "data early end", "end", "close");
    }

    @Test
    @Tag("R9")
    void aRefusedConnectIsWordedAsInNode() {
        LoopFixture.run(loop -> {
            NetSocket socket = NetSocket.connect(loop, IpAddress.loopback(1));
            socket.onError(error -> {
                journal.add(error.getMessage());
                SystemError system = (SystemError) error;
                assertThat(error).isInstanceOf(ConnectException.class);
                assertThat(system.code()).isEqualTo("ECONNREFUSED");
                assertThat(system.syscall()).isEqualTo("connect");
                assertThat(system.address()).contains(IpAddress.loopback(1));
            });
            socket.onClose(journal.line("close"));
            journal.add("returned");
        });
        assertThat(journal.lines())
                .containsExactly("returned", "connect ECONNREFUSED 127.0.0.1:1", "close");
    }

    @Test
    void anUnknownNameIsAnErrorOfTheSocket() {
        LoopFixture.run(loop ->
                NetSocket.connect(loop, 80, SlowNames.UNKNOWN)
                        .onError(error -> {
                            assertThat(error).isInstanceOf(UnknownHostException.class);
                            journal.add(error.getMessage());
                        }));
        assertThat(journal.lines()).containsExactly("getaddrinfo ENOTFOUND " + SlowNames.UNKNOWN);
    }

    @Test
    void aRefusedConnectThatNobodyWatchesEndsTheRun() {
        assertThatThrownBy(() ->
                        LoopFixture.run(loop -> NetSocket.connect(loop, IpAddress.loopback(1))))
                .hasMessage("connect ECONNREFUSED 127.0.0.1:1")
                .hasCauseInstanceOf(ConnectException.class);
    }

    @Test
    void theStageOfAConnectionTellsItsOutcome() {
        LoopFixture.run(loop -> {
            NetSocket.connect(loop, IpAddress.loopback(1))
                    .connected()
                    .whenComplete(
                            (socket, error) -> journal.add(String.valueOf(error.getMessage())));
            NetSocket destroyed = NetSocket.connect(loop, 80, "localhost");
            destroyed.connected().whenComplete((socket, error) -> journal.add(error.getMessage()));
            destroyed.destroy();
        });
        assertThat(journal.lines())
                .containsExactlyInAnyOrder(
                        "connect ECONNREFUSED 127.0.0.1:1",
                        "the socket was destroyed before it was connected");
    }

    @Test
    void waitingForAConnectionOnItsOwnLoopThrows() {
        assertThatThrownBy(() ->
                        Loop.run(loop ->
                                NetSocket.connect(loop, IpAddress.loopback(1))
                                        .connected()
                                        .toCompletableFuture()
                                        .join()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("waiting here would block the loop");
    }

    @Test
    void aWrongPortThrowsAtTheCall() {
        assertThatThrownBy(() -> Loop.run(loop -> NetSocket.connect(loop, 65_536, "localhost")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("port 65536 is out of range");
    }
}
