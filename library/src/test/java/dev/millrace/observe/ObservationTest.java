package dev.millrace.observe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.UnixAddress;
import dev.millrace.loop.Loop;
import dev.millrace.loop.RunMode;
import dev.millrace.loop.StallDetector;
import dev.millrace.net.NameOptions;
import dev.millrace.net.NetServer;
import dev.millrace.net.NetServerOptions;
import dev.millrace.net.NetSocket;
import dev.millrace.net.NetSocketOptions;
import dev.millrace.observe.LoopEvent.Role;
import dev.millrace.observe.LoopEvent.Step;
import dev.millrace.testing.Events;
import dev.millrace.testing.Journal;
import dev.millrace.testing.LoopFixture;
import dev.millrace.testing.RawClient;
import java.io.IOException;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What observers are told of servers, sockets, look-ups and loops. */
class ObservationTest {
    private final LoopFixture fixture = new LoopFixture();
    private final Events events = new Events();
    private final Observation observation = Observation.add(events);
    private final Journal journal = new Journal();

    @AfterEach
    void close() {
        observation.close();
        fixture.close();
    }

    private NetServer server(NetServerOptions options) {
        NetServer server =
                fixture.call(() ->
                        NetServer.create(fixture.loop(), options, socket -> socket.pipeTo(socket))
                                .onListening(journal.line("listening"))
                                .listen(IpAddress.loopback(0)));
        journal.await("listening");
        return server;
    }

    private long id(NetServer server) {
        return fixture.<Long>call(server::id);
    }

    @Test
    @Tag("M1")
    void aServerAndWhatItAcceptsAreToldWithTheirRolesIdsAndAddresses() {
        NetServer server = server(NetServerOptions.DEFAULTS);
        long id = id(server);
        int port = fixture.<Integer>call(server::port);
        LoopEvent listen = events.await(event -> event.id() == id);
        assertThat(listen.step()).isEqualTo(Step.LISTEN);
        assertThat(listen.role()).isEqualTo(Role.TCP_SERVER);
        assertThat(listen.local()).contains(IpAddress.loopback(port));
        assertThat(server)
                .hasToString(
                        "NetServer#"
                                + id
                                + "[listening tcp://127.0.0.1:"
                                + port
                                + ", 0 connections]");

        try (RawClient client = RawClient.connect(port)) {
            assertThat(client.write("hello").readText(5)).isEqualTo("hello");
            LoopEvent accept = events.await(event -> event.cause() == id);
            assertThat(accept.step()).isEqualTo(Step.ACCEPT);
            assertThat(accept.role()).isEqualTo(Role.TCP);
            assertThat(accept.local()).contains(IpAddress.loopback(port));
            assertThat(accept.remote()).contains(IpAddress.loopback(client.localPort()));
            assertThat(accept.id()).isGreaterThan(id);
            NetSocket socket = fixture.call(() -> server.connections().iterator().next());
            assertThat(fixture.<Long>call(socket::id)).isEqualTo(accept.id());
            assertThat(socket.toString()).startsWith("NetSocket#" + accept.id() + "[open, ");
            client.halfClose();
            LoopEvent close = events.await(event -> event.id() == accept.id() && event != accept);
            assertThat(close.step()).isEqualTo(Step.CLOSE);
            assertThat(close.bytesRead()).isEqualTo(5);
            assertThat(close.bytesWritten()).isEqualTo(5);
            assertThat(close.error()).isEmpty();
        }
        fixture.act(server::close);
        LoopEvent closed = events.await(event -> event.id() == id && event != listen);
        assertThat(closed.step()).isEqualTo(Step.CLOSE);
        assertThat(closed.role()).isEqualTo(Role.TCP_SERVER);
    }

    @Test
    void aDropIsToldWithItsServer() {
        NetServer server = server(NetServerOptions.DEFAULTS.withMaxConnections(0));
        long id = id(server);
        try (RawClient client = RawClient.connect(fixture.<Integer>call(server::port))) {
            assertThat(client.readEnding()).isEqualTo("FIN");
            LoopEvent drop = events.await(event -> event.cause() == id);
            assertThat(drop.step()).isEqualTo(Step.DROP);
            assertThat(drop.remote()).contains(IpAddress.loopback(client.localPort()));
        }
    }

    @Test
    void aListenThatFailsIsToldWithItsError() {
        NetServer first = server(NetServerOptions.DEFAULTS);
        int port = fixture.<Integer>call(first::port);
        NetServer second =
                fixture.call(() ->
                        NetServer.create(fixture.loop())
                                .onError(error -> journal.add("failed"))
                                .listen(IpAddress.loopback(port)));
        journal.await("failed");
        long id = id(second);
        LoopEvent failed = events.await(event -> event.id() == id);
        assertThat(failed.step()).isEqualTo(Step.LISTEN);
        assertThat(failed.error().orElseThrow()).hasMessageContaining("EADDRINUSE");
    }

    @Test
    @Tag("M1")
    void unixSocketsHaveTheRoleOfPipes() throws IOException {
        Path folder = Files.createTempDirectory("mr");
        UnixAddress path = UnixAddress.of(folder.resolve("s").toString());
        CompletableFuture<Long> ours = new CompletableFuture<>();
        NetServer server =
                fixture.call(() -> {
                    NetServer made = NetServer.create(fixture.loop(), NetSocket::end);
                    made.onListening(() -> {
                        NetSocket client = NetSocket.connect(fixture.loop(), path);
                        client.onClose(made::close);
                        client.resume();
                        ours.complete(client.id());
                    });
                    return made.listen(path);
                });
        long client = fixture.await(ours);
        long id = id(server);
        assertThat(events.await(event -> event.id() == id).role()).isEqualTo(Role.PIPE_SERVER);
        assertThat(events.await(event -> event.cause() == id).role()).isEqualTo(Role.PIPE);
        LoopEvent connect = events.await(event -> event.id() == client);
        assertThat(connect.step()).isEqualTo(Step.CONNECT);
        assertThat(connect.role()).isEqualTo(Role.PIPE);
        events.await(event -> event.id() == id && event.step() == Step.CLOSE);
        Files.delete(folder);
    }

    @Test
    void aLookUpAndTheConnectBehindItAreToldWithTheirErrors() {
        String name = "nowhere.observation.test";
        NetSocketOptions options =
                NetSocketOptions.DEFAULTS.withNames(
                        NameOptions.DEFAULTS.withResolver((loop, host, family) ->
                                CompletableFuture.failedFuture(new UnknownHostException(host))));
        long id =
                fixture.<Long>call(() ->
                        NetSocket.connect(fixture.loop(), 80, name, options)
                                .onError(error -> journal.add("failed"))
                                .id());
        journal.await("failed");
        LoopEvent lookup = events.await(event -> event.name().equals(name));
        assertThat(lookup.step()).isEqualTo(Step.LOOKUP);
        assertThat(lookup.role()).isEqualTo(Role.LOOKUP);
        assertThat(lookup.took()).isPositive();
        assertThat(lookup.error().orElseThrow()).hasMessageContaining("ENOTFOUND");
        LoopEvent connect = events.await(event -> event.id() == id);
        assertThat(connect.step()).isEqualTo(Step.CONNECT);
        assertThat(connect.took()).isPositive();
        assertThat(connect.error().orElseThrow()).hasMessageContaining("ENOTFOUND");
    }

    @Test
    void anObserverThatThrowsHarmsNoConnectionAndNoOtherObserver() {
        LoopObserver throwing =
                new LoopObserver() {
                    @Override
                    public void onAccept(LoopEvent event) {
                        journal.add("thrown");
                        throw new IllegalStateException("mine, which the log tells once");
                    }
                };
        observation.close();
        try (Observation first = Observation.add(throwing);
                Observation second = Observation.add(events)) {
            assertThat(first.toString()).startsWith("Observation[").doesNotContain("closed");
            NetServer server = server(NetServerOptions.DEFAULTS);
            long id = id(server);
            try (RawClient client = RawClient.connect(fixture.<Integer>call(server::port))) {
                assertThat(client.write("hello").readText(5)).isEqualTo("hello");
            }
            assertThat(events.await(event -> event.cause() == id)).isNotNull();
            assertThat(journal.count("thrown")).isPositive();
            assertThat(second.toString()).doesNotContain("closed");
        }
        assertThat(observation.toString()).endsWith(", closed]");
    }

    @Test
    void whatIsClosedIsToldNothingMoreAndSocketsGetNoNumber() {
        observation.close();
        NetServer server = server(NetServerOptions.DEFAULTS);
        assertThat(server.toString()).startsWith("NetServer[").doesNotContain("#");
        long id = id(server);
        assertThat(events.where(event -> event.id() == id)).isEmpty();
    }

    @Test
    void aLoopTellsItsRunsAndItsStalls() {
        String thread = Thread.currentThread().getName();
        CountDownLatch told = new CountDownLatch(1);
        try (Loop loop = Loop.create()) {
            StallDetector.start(loop, Duration.ofMillis(1), stall -> told.countDown());
            loop.setImmediate(() -> {
                try {
                    told.await();
                } catch (InterruptedException stopped) {
                    throw new AssertionError(stopped);
                }
            });
            loop.run(RunMode.DEFAULT);
        }
        assertThat(events.where(event -> event.thread().equals(thread)))
                .extracting(LoopEvent::step)
                .startsWith(Step.RUN)
                .contains(Step.STALL, Step.STOP);
        assertThat(events.await(event -> event.step() == Step.STALL).took()).isPositive();
    }
}
