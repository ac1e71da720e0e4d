package dev.millrace.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.driver.RecordingDriver;
import dev.millrace.kernel.Address;
import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.SystemError;
import dev.millrace.loop.DriverLoops;
import dev.millrace.loop.TimerHandle;
import dev.millrace.net.NetServer;
import dev.millrace.net.NetSocket;
import dev.millrace.net.NetSocketOptions;
import dev.millrace.testing.BlackHole;
import dev.millrace.testing.Journal;
import dev.millrace.testing.Kernel;
import dev.millrace.testing.LoopFixture;
import java.io.IOException;
import java.net.BindException;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that do not get through, and where from they try. */
class TcpConnectFailureTest {
    private final Journal journal = new Journal();

    private NetSocket written(NetSocket socket) {
        socket.onConnect(journal.line("connected"))
                .onError(error -> journal.add("error " + error.getMessage()))
                .onClose(journal.line("close"));
        return socket;
    }

    /** Runs {@code client} beside a server that closes with its first connection. */
    private void withServer(Consumer<NetSocket> accepted, Consumer<NetServer> client) {
        LoopFixture.run(loop -> {
            NetServer server = NetServer.create(loop);
            server.onConnection(socket -> {
                server.close();
                accepted.accept(socket);
            });
            server.listen(IpAddress.loopback(0)).onListening(() -> client.accept(server));
        });
    }

    @Test
    @Tag("C8")
    @Tag("H10")
    void aTakenLocalPortIsAnErrorOfBindWithItsAddress() {
        Address[] taken = new Address[1];
        withServer(
                NetSocket::end,
                server -> {
                    taken[0] = server.address().orElseThrow();
                    NetSocketOptions options = NetSocketOptions.DEFAULTS.withLocal(taken[0]);
                    written(NetSocket.connect(server.loop(), taken[0], options))
                            .connected()
                            .whenComplete((none, error) -> {
                                SystemError system = (SystemError) error;
                                assertThat(error).isInstanceOf(BindException.class);
                                assertThat(system.code()).isEqualTo("EADDRINUSE");
                                assertThat(system.syscall()).isEqualTo("bind");
                                assertThat(system.address()).contains(taken[0]);
                                server.close();
                            });
                    journal.add("returned");
                });
        assertThat(journal.lines())
                .containsExactly("returned", "error bind EADDRINUSE " + taken[0], "close");
    }

    @Test
    @Tag("C18")
    @Tag("H10")
    @Tag("C17")
    void theLocalAddressIsHonouredAndBothEndsAgreeOnBothAddresses() throws IOException {
        IpAddress local = IpAddress.of("127.0.0.2", freePort());
        Address[] listening = new Address[1];
        withServer(
                socket -> {
                    journal.add("theirs " + socket.remoteAddress() + " " + socket.localAddress());
                    socket.end();
                },
                server -> {
                    listening[0] = server.address().orElseThrow();
                    NetSocket socket =
                            NetSocket.connect(
                                    server.loop(),
                                    listening[0],
                                    NetSocketOptions.DEFAULTS.withLocal(local));
                    assertThat(socket.remoteAddress()).as("no connection yet").isEmpty();
                    socket.onConnect(() -> {
                        journal.add("ours " + socket.localAddress() + " " + socket.remoteAddress());
                        assertThat(
                                        Kernel.connection(
                                                local.port(), ((IpAddress) listening[0]).port()))
                                .isPresent();
                    });
                    socket.onClose(() -> assertThat(socket.localAddress()).isEmpty());
                });
        String both = " Optional[" + local + "] Optional[" + listening[0] + "]";
        assertThat(journal.lines()).containsExactlyInAnyOrder("ours" + both, "theirs" + both);
    }

    private static int freePort() throws IOException {
        try (ServerSocket probe = new ServerSocket(0)) {
            return probe.getLocalPort();
        }
    }

    @Test
    @Tag("C15")
    @Tag("H12")
    @Tag("X67")
    void aRefusedConnectIsToldByTheOutcomeWithItsAddress() {
        LoopFixture.run(loop -> {
            written(NetSocket.connect(loop, 1, "127.0.0.1"));
            journal.add("returned");
        });
        assertThat(journal.lines())
                .containsExactly("returned", "error connect ECONNREFUSED 127.0.0.1:1", "close");
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1"})
    @Tag("C14")
    @Tag("X66")
    void aBlackHoleEndsWithEtimedoutAndTheLoopGoesOnMeanwhile(String host) {
        try (BlackHole hole = new BlackHole(host)) {
            LoopFixture.run(loop -> {
                TimerHandle ticks = loop.setInterval(Duration.ofMillis(20), journal.line("tick"));
                Duration timeout = Duration.ofMillis(200);
                NetSocket socket =
                        NetSocket.connect(
                                loop,
                                hole.address(),
                                NetSocketOptions.DEFAULTS.withConnectTimeout(timeout));
                written(socket);
                long started = loop.nowNanos();
                socket.connected()
                        .whenComplete((none, error) -> {
                            assertThat(loop.nowNanos() - started)
                                    .isGreaterThanOrEqualTo(timeout.toNanos());
                            journal.add("in time");
                            ticks.close();
                        });
            });
            assertThat(journal.lines())
                    .filteredOn(line -> !line.equals("tick"))
                    .containsExactly(
                            "in time", "error connect ETIMEDOUT " + hole.address(), "close");
            // All ten in one turn are one, should the machine do something else meanwhile.
            assertThat(journal.count("tick")).isBetween(1, 10);
        }
    }

    @Test
    @Tag("X66")
    void aTimeoutThatIsNotNeededLeavesNoTrace() {
        withServer(
                NetSocket::end,
                server -> {
                    NetSocket socket =
                            NetSocket.connect(
                                    server.loop(),
                                    server.address().orElseThrow(),
                                    NetSocketOptions.DEFAULTS.withConnectTimeout(
                                            Duration.ofHours(1)));
                    written(socket).onEnd(journal.line("end")).resume();
                });
        assertThat(journal.lines()).containsExactly("connected", "end", "close");
    }

    @Test
    @Tag("X66")
    @Tag("X71")
    void destroyedWhileConnectingItEndsWithoutAnError() {
        try (BlackHole hole = new BlackHole()) {
            LoopFixture.run(loop -> {
                NetSocket socket =
                        written(
                                NetSocket.connect(
                                        loop,
                                        hole.address(),
                                        NetSocketOptions.DEFAULTS.withConnectTimeout(
                                                Duration.ofHours(1))));
                socket.write(
                        ByteBuffer.allocate(10),
                        error -> journal.add("write " + SystemError.codeOf(error)));
                loop.setImmediate(socket::destroy);
            });
        }
        assertThat(journal.lines()).containsExactly("write ECANCELED", "close");
    }

    @Test
    @Tag("H9")
    void aSocketDestroyedDuringTheLookupNeverConnects() {
        AtomicReference<RecordingDriver> driver = new AtomicReference<>();
        LoopFixture.run(
                () -> {
                    driver.set(new RecordingDriver());
                    return DriverLoops.on(driver.get());
                },
                loop -> {
                    NetSocket socket = written(NetSocket.connect(loop, 1, "localhost"));
                    socket.write("never sent");
                    socket.destroy();
                });
        assertThat(journal.lines()).containsExactly("close");
        assertThat(driver.get().calls()).doesNotContain("connect");
    }

    @Test
    void aTimeoutIsNotNegative() {
        assertThatThrownBy(
                        () -> NetSocketOptions.DEFAULTS.withConnectTimeout(Duration.ofMillis(-1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("connectTimeout is PT-0.001S: use zero for none, or more");
    }
}
