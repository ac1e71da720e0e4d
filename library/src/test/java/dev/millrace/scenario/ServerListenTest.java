package dev.millrace.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.millrace.driver.RecordingDriver;
import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.ListenOptions;
import dev.millrace.kernel.SystemError;
import dev.millrace.kernel.UnixAddress;
import dev.millrace.loop.DriverLoops;
import dev.millrace.loop.Loop;
import dev.millrace.net.NetServer;
import dev.millrace.net.NetServerOptions;
import dev.millrace.testing.ChildJvm;
import dev.millrace.testing.Journal;
import dev.millrace.testing.Kernel;
import dev.millrace.testing.LoopFixture;
import dev.millrace.testing.RawClient;
import java.io.IOException;
import java.net.BindException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServerListenTest {
    private final Journal journal = new Journal();

    private NetServer listening(LoopFixture fixture, Function<NetServer, NetServer> listen) {
        NetServer server =
                fixture.call(() ->
                        listen.apply(
                                NetServer.create(fixture.loop(), socket -> socket.end("served"))
                                        .onListening(journal.line("listening"))
                                        .onClose(journal.line("closed"))));
        journal.await("listening");
        return server;
    }

    @Test
    @Tag("I1")
    @Tag("D10")
    void aServerIsMadeFromOptionsAndACallbackThatGetsFinishedSockets() {
        try (LoopFixture fixture = new LoopFixture()) {
            NetServer server =
                    fixture.call(() ->
                            NetServer.create(
                                            fixture.loop(),
                                            NetServerOptions.DEFAULTS.withAllowHalfOpen(true),
                                            socket -> {
                                                journal.add(
                                                        socket.isConnecting()
                                                                + " "
                                                                + socket.isReadable()
                                                                + " "
                                                                + socket.isWritable()
                                                                + " "
                                                                + socket.remoteAddress()
                                                                        .orElseThrow());
                                                socket.end();
                                            })
                                    .listen(0, "127.0.0.1"));
            int port = fixture.call(() -> 0) + awaitPort(fixture, server);
            try (RawClient client = RawClient.connect(port)) {
                assertThat(client.readToEnd()).isEmpty();
                assertThat(journal.lines())
                        .containsExactly("false true true 127.0.0.1:" + client.localPort());
            }
        }
    }

    private static int awaitPort(LoopFixture fixture, NetServer server) {
        Kernel.await("listening", () -> fixture.call(server::isListening));
        return fixture.call(server::port);
    }

    @Test
    @Tag("I1")
    void badOptionsThrowAtTheCall() {
        try (Loop loop = Loop.create()) {
            NetServer server = NetServer.create(loop, socket -> {});
            assertThatThrownBy(() -> server.listen(65_536))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> server.listen(-1, "127.0.0.1"))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> ListenOptions.DEFAULTS.withBacklog(-1))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> NetServer.create(loop, (NetServerOptions) null))
                    .isInstanceOf(NullPointerException.class);
            server.listen(0);
            assertThatThrownBy(() -> server.listen(0))
                    .hasMessage("listen was called already (ERR_SERVER_ALREADY_LISTEN)");
        }
    }

    @Test
    @Tag("I2")
    void portHostAndBacklog() {
        RecordingDriver[] driver = new RecordingDriver[1];
        LoopFixture.run(
                () -> DriverLoops.on(driver[0] = new RecordingDriver()),
                loop -> {
                    NetServer server = NetServer.create(loop, socket -> {});
                    server.listen(0, "localhost", ListenOptions.DEFAULTS.withBacklog(9))
                            .onListening(() -> {
                                journal.add(
                                        server.address()
                                                .orElseThrow()
                                                .toString()
                                                .replaceAll(":\\d+$", ""));
                                server.close();
                            });
                });
        assertThat(driver[0].calls("listen")).containsExactly("listen 9");
        assertThat(journal.lines()).containsExactly("127.0.0.1");
    }

    /** The third column of ss(8) is the backlog of a listening socket. */
    @Test
    @Tag("C10")
    @Tag("C11")
    @Tag("faults")
    void ssShowsTheBacklog() throws Exception {
        assumeTrue(
                System.getenv("CI") != null || Files.isExecutable(Path.of("/usr/bin/ss")),
                "needs ss");
        try (LoopFixture fixture = new LoopFixture()) {
            NetServer usual = listening(fixture, made -> made.listen(0));
            NetServer small =
                    listening(
                            fixture, made -> made.listen(0, ListenOptions.DEFAULTS.withBacklog(5)));
            assertThat(backlog(fixture.call(usual::port))).isEqualTo("511");
            assertThat(backlog(fixture.call(small::port))).isEqualTo("5");
        }
    }

    private static String backlog(int port) throws Exception {
        ChildJvm.Result result = ChildJvm.run(List.of("/usr/bin/ss", "-ltnH", "sport = :" + port));
        return result.output().split("\\s+")[2];
    }

    @Test
    @Tag("I3")
    @Tag("G5")
    void onAPath(@TempDir Path folder) {
        Path path = folder.resolve("s");
        try (LoopFixture fixture = new LoopFixture()) {
            NetServer server = listening(fixture, made -> made.listen(path.toString()));
            assertThat(RawClient.exchange(UnixDomainSocketAddress.of(path), ""))
                    .isEqualTo("served");
            assertThat(fixture.call(server::address)).contains(UnixAddress.of(path));
            fixture.act(server::close);
            journal.await("closed");
            assertThat(path).doesNotExist();
        }
    }

    @Test
    @Tag("I8")
    void withoutAHostBothFamiliesAreServed() {
        try (LoopFixture fixture = new LoopFixture()) {
            NetServer server = listening(fixture, made -> made.listen(0));
            int port = fixture.call(server::port);
            for (String host : List.of("127.0.0.1", "::1")) {
                try (RawClient client = RawClient.connect(port, host, 0)) {
                    assertThat(client.readToEnd()).isEqualTo("served");
                }
            }
            assertThat(fixture.call(server::address).orElseThrow()).hasToString("[::]:" + port);
        }
    }

    @Test
    @Tag("I8")
    void withoutIpv6ItIsIpv4Alone() {
        try (LoopFixture fixture = LoopFixture.on(() -> new RecordingDriver().withoutIpv6())) {
            NetServer server = listening(fixture, made -> made.listen(0));
            int port = fixture.call(server::port);
            assertThat(fixture.call(server::address).orElseThrow()).hasToString("0.0.0.0:" + port);
            try (RawClient client = RawClient.connect(port)) {
                assertThat(client.readToEnd()).isEqualTo("served");
            }
        }
    }

    @Test
    @Tag("I9")
    void portZeroTakesAFreePortAndTheAddressTellsWhich() {
        try (LoopFixture fixture = new LoopFixture()) {
            NetServer server = fixture.call(() -> NetServer.create(fixture.loop(), socket -> {}));
            fixture.act(() -> {
                assertThat(server.address()).isEmpty();
                assertThatThrownBy(server::port).hasMessage("the server does not listen");
                server.onListening(journal.line("listening")).listen(IpAddress.loopback(0));
            });
            journal.await("listening");
            int port = fixture.call(server::port);
            assertThat(port).isPositive();
            assertThat(Kernel.isListening(port)).isTrue();
            assertThat(fixture.call(server::address)).contains(IpAddress.loopback(port));
            fixture.act(server::close);
            assertThat(Kernel.isListening(port)).isFalse();
            assertThat(fixture.call(server::address)).isEmpty();
        }
    }

    @Test
    @Tag("I10")
    @Tag("R9")
    @Tag("C7")
    @Tag("M5")
    void anErrorOfListenIsToldLaterWithCodeAddressAndPort() {
        try (LoopFixture fixture = new LoopFixture()) {
            NetServer first = listening(fixture, made -> made.listen(IpAddress.loopback(0)));
            IpAddress taken = IpAddress.loopback(fixture.call(first::port));
            List<IOException> errors = new ArrayList<>();
            fixture.act(() -> {
                NetServer second = NetServer.create(fixture.loop(), socket -> {});
                second.listen(taken.port(), "127.0.0.1");
                second.onError(error -> {
                    errors.add(error);
                    journal.add("error");
                });
                journal.add("listen returned");
            });
            journal.await("error");
            assertThat(journal.lines()).containsSubsequence("listen returned", "error");
            assertThat(errors.getFirst())
                    .isInstanceOf(BindException.class)
                    .hasMessage("listen EADDRINUSE: address already in use " + taken);
            assertThat(((SystemError) errors.getFirst()).address()).contains(taken);
        }
    }

    @Test
    @Tag("I10")
    void afterAFailureListenMayBeTriedAgain() {
        try (LoopFixture fixture = new LoopFixture()) {
            NetServer first = listening(fixture, made -> made.listen(IpAddress.loopback(0)));
            int taken = fixture.call(first::port);
            NetServer second =
                    fixture.call(
                            () -> NetServer.create(fixture.loop(), socket -> socket.end("2nd")));
            fixture.act(() ->
                    second.onListening(journal.line("second listens"))
                            .onError(error -> second.listen(IpAddress.loopback(0)))
                            .listen(IpAddress.loopback(taken)));
            journal.await("second listens");
            try (RawClient client = RawClient.connect(fixture.call(second::port))) {
                assertThat(client.readToEnd()).isEqualTo("2nd");
            }
        }
    }

    @Test
    @Tag("I12")
    void connectionsAreCountedAndHandedOver() {
        try (LoopFixture fixture = new LoopFixture()) {
            NetServer server =
                    fixture.call(() ->
                            NetServer.create(fixture.loop(), socket -> journal.add("connection"))
                                    .listen(IpAddress.loopback(0)));
            int port = awaitPort(fixture, server);
            List<RawClient> clients = new ArrayList<>();
            for (int i = 1; i <= 5; i++) {
                clients.add(RawClient.connect(port));
                journal.await("connection", i);
            }
            assertThat(fixture.<Integer>call(server::connectionCount)).isEqualTo(5);
            assertThat(fixture.call(server::connections)).hasSize(5);
            clients.forEach(RawClient::reset);
            fixture.act(() -> server.connections().forEach(socket -> socket.resume()));
            Kernel.await("all to be gone", () -> fixture.call(server::connectionCount) == 0);
            assertThat(fixture.<Long>call(server::acceptedCount)).isEqualTo(5);
        }
    }

    @Test
    @Tag("C6")
    void aRestartGetsItsPortThoughOldConnectionsLinger() {
        try (LoopFixture fixture = new LoopFixture()) {
            NetServer first = listening(fixture, made -> made.listen(IpAddress.loopback(0)));
            int port = fixture.call(first::port);
            try (RawClient client = RawClient.connect(port)) {
                // The server ends first, so the TIME_WAIT is on its side.
                assertThat(client.readToEnd()).isEqualTo("served");
            }
            int timeWait = 6;
            Kernel.await(
                    "TIME_WAIT",
                    () ->
                            Kernel.tcp().stream()
                                    .anyMatch(one ->
                                            one.localPort() == port && one.state() == timeWait));
            fixture.act(first::close);
            journal.await("closed");
            fixture.act(() ->
                    NetServer.create(fixture.loop(), socket -> {})
                            .listen(IpAddress.loopback(port))
                            .onListening(journal.line("again"))
                            .onError(error -> journal.add(error.getMessage())));
            journal.await("again");
            assertThat(journal.lines()).containsExactly("listening", "closed", "again");
        }
    }
}
