package dev.millrace.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.kernel.IpAddress;
import dev.millrace.testing.Ends;
import dev.millrace.testing.Journal;
import dev.millrace.testing.Kernel;
import dev.millrace.testing.LoopFixture;
import dev.millrace.testing.RawClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** How many connections a server has at once, and what becomes of the others. */
class NetServerLimitTest {
    private final LoopFixture fixture = new LoopFixture();
    private final Journal journal = new Journal();
    private final List<RawClient> clients = new ArrayList<>();
    private final List<ConnectionDrop> drops = new ArrayList<>();

    @AfterEach
    void close() {
        clients.forEach(RawClient::close);
        fixture.close();
    }

    private NetServer server(int maxConnections) {
        return server(ConnectionLimits.DEFAULTS.withMaxConnections(maxConnections));
    }

    private NetServer server(ConnectionLimits limits) {
        NetServer server =
                fixture.call(() ->
                        Ends.server(
                                        fixture.loop(),
                                        NetServerOptions.DEFAULTS.withLimits(limits),
                                        socket -> journal.add("connection"))
                                .onDrop(drop -> {
                                    drops.add(drop);
                                    journal.add("drop");
                                })
                                .onListening(journal.line("listening"))
                                .onClose(journal.line("closed"))
                                .listen(IpAddress.loopback(0)));
        journal.await("listening");
        return server;
    }

    /** One that is let go as it comes: behind TLS before its handshake. */
    private RawClient refused(String local, NetServer server) {
        clients.add(RawClient.connectSilently(local, fixture.<Integer>call(server::port)));
        return clients.getLast();
    }

    private RawClient connect(NetServer server) {
        clients.add(RawClient.connect(fixture.<Integer>call(server::port)));
        return clients.getLast();
    }

    @Test
    @Tag("I13")
    @Tag("X55")
    void theSurplusIsClosedToldWithBothAddressesAndCounted() {
        NetServer server = server(2);
        connect(server);
        connect(server);
        journal.await("connection", 2);
        RawClient third = refused("127.0.0.1", server);
        assertThat(third.readEnding()).isEqualTo("FIN");
        journal.await("drop");
        ConnectionDrop drop = fixture.call(drops::getFirst);
        assertThat(drop.local()).isEqualTo(fixture.<Optional<?>>call(server::address));
        assertThat(drop.remote()).contains(IpAddress.loopback(third.localPort()));
        assertThat(drop.reason()).isEqualTo(ConnectionDrop.Reason.MAX_CONNECTIONS);
        assertThat(fixture.<Long>call(server::droppedCount)).isEqualTo(1);
        assertThat(fixture.<Long>call(server::acceptedCount)).isEqualTo(2);
        assertThat(fixture.<Integer>call(server::connectionCount)).isEqualTo(2);
    }

    @Test
    @Tag("I13")
    @Tag("R30")
    void zeroIsALimitToo() {
        NetServer server = server(0);
        for (int count = 1; count <= 3; count++) {
            assertThat(refused("127.0.0.1", server).readEnding()).isEqualTo("FIN");
            journal.await("drop", count);
        }
        assertThat(journal.lines()).doesNotContain("connection");
        assertThatThrownBy(() -> NetServerOptions.DEFAULTS.withMaxConnections(-1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "maxConnections is -1: use 0 (none at all) or more, NO_LIMIT is the default");
    }

    @Test
    @Tag("R30")
    void oneThatIsDestroyedFreesItsPlaceAtOnce() {
        NetServer server = server(1);
        connect(server);
        journal.await("connection");
        fixture.act(() -> {
            server.connections().iterator().next().destroy();
            assertThat(server.connectionCount()).as("before its close is told").isZero();
        });
        connect(server);
        journal.await("connection", 2);
        assertThat(journal.lines()).doesNotContain("drop");
    }

    @Test
    @Tag("I12")
    void theServersCloseComesBehindThatOfItsLastConnection() {
        NetServer server = server(1);
        connect(server);
        journal.await("connection");
        fixture.act(() -> {
            server.close();
            NetSocket last = server.connections().iterator().next();
            last.onClose(journal.line("last one closed")).destroy();
        });
        journal.await("closed");
        assertThat(journal.lines()).endsWith("last one closed", "closed");
    }

    @Test
    void whatTheListenerOfCloseThrowsIsUncaught() {
        IllegalStateException thrown = new IllegalStateException("from onClose");
        List<Throwable> uncaught = new ArrayList<>();
        LoopFixture.run(loop -> {
            loop.onUncaught(uncaught::add);
            NetServer server = Ends.server(loop, NetSocket::destroy);
            server.onClose(() -> {
                throw thrown;
            });
            server.onListening(() -> {
                NetSocket client = Ends.connect(loop, server.port(), "127.0.0.1");
                client.onConnect(server::close).onError(reset -> {}).resume();
            });
            server.listen(IpAddress.loopback(0));
        });
        assertThat(uncaught).containsExactly(thrown);
    }

    @Test
    @Tag("R30")
    void aPeerThatLeavesFreesItsPlace() {
        NetServer server = server(1);
        RawClient first = connect(server);
        journal.await("connection");
        fixture.act(() -> server.connections().iterator().next().resume());
        first.close();
        Kernel.await("a free place", () -> fixture.call(server::connectionCount) == 0);
        connect(server);
        journal.await("connection", 2);
        assertThat(journal.lines()).doesNotContain("drop");
    }

    @Test
    @Tag("I13")
    void aServerWithDropsClosesWhenItsOwnConnectionsAreGone() {
        NetServer server = server(1);
        connect(server);
        journal.await("connection");
        refused("127.0.0.1", server);
        journal.await("drop");
        fixture.act(server::close);
        assertThat(journal.lines()).doesNotContain("closed");
        fixture.act(() -> server.connections().forEach(NetSocket::destroy));
        journal.await("closed");
    }

    @Test
    @Tag("D7")
    void aPausedServerLeavesItsConnectionsInTheKernel() {
        NetServer server = fixture.call(() -> Ends.server(fixture.loop(), NetSocket::end));
        fixture.act(() ->
                server.pause()
                        .onListening(journal.line("listening"))
                        .listen(IpAddress.loopback(0)));
        journal.await("listening");
        leave(server);
        assertThat(fixture.<Long>call(server::acceptedCount)).isZero();
        fixture.act(server::resume);
        journal.await("ended");
        assertThat(fixture.<Long>call(server::acceptedCount)).isEqualTo(1);
        fixture.act(server::pause);
        leave(server);
        assertThat(fixture.<Long>call(server::acceptedCount)).isEqualTo(1);
        fixture.act(server::resume);
        journal.await("ended", 2);
    }

    /** Connects, and gives the server two turns. */
    private void leave(NetServer server) {
        int port = fixture.call(server::port);
        NetSocket client =
                fixture.call(() ->
                        Ends.connect(fixture.loop(), IpAddress.loopback(port))
                                .onEnd(journal.line("ended"))
                                .resume());
        Kernel.await("it stands", () -> fixture.call(client::localAddress).isPresent());
        fixture.act(() -> {});
        fixture.act(() -> {});
    }

    /** Connects from another address of this machine. */
    private RawClient connectFrom(String local, NetServer server) {
        clients.add(RawClient.connectFrom(local, fixture.<Integer>call(server::port)));
        return clients.getLast();
    }

    @Test
    @Tag("X55")
    void eachRemoteAddressHasItsOwnLimit() {
        NetServer server = server(ConnectionLimits.DEFAULTS.withMaxPerAddress(2));
        RawClient first = connectFrom("127.0.0.2", server);
        connectFrom("127.0.0.2", server);
        journal.await("connection", 2);
        assertThat(refused("127.0.0.2", server).readEnding()).isEqualTo("FIN");
        journal.await("drop");
        ConnectionDrop drop = fixture.call(drops::getFirst);
        assertThat(drop.reason()).isEqualTo(ConnectionDrop.Reason.MAX_PER_ADDRESS);
        assertThat(drop.remote().orElseThrow().toString()).startsWith("127.0.0.2:");
        connectFrom("127.0.0.3", server);
        journal.await("connection", 3);
        fixture.act(() -> server.connections().forEach(NetSocket::resume));
        first.close();
        Kernel.await("a free place", () -> fixture.call(server::connectionCount) == 2);
        connectFrom("127.0.0.2", server);
        journal.await("connection", 4);
        assertThat(refused("127.0.0.2", server).readEnding()).isEqualTo("FIN");
        journal.await("drop", 2);
        fixture.act(() -> server.connections().forEach(NetSocket::destroy));
        connectFrom("127.0.0.2", server);
        connectFrom("127.0.0.2", server);
        journal.await("connection", 6);
    }

    @Test
    @Tag("X55")
    void aBlockedAddressIsDroppedFromTheNextConnectionOn() {
        BlockList blocked = new BlockList();
        NetServer server = server(new ConnectionLimits(1, 1, 100, blocked));
        connectFrom("127.0.0.2", server);
        journal.await("connection");
        blocked.add("127.0.0.2");
        assertThat(refused("127.0.0.2", server).readEnding()).isEqualTo("FIN");
        journal.await("drop");
        assertThat(fixture.<ConnectionDrop>call(drops::getFirst).reason())
                .as("said before the numbers")
                .isEqualTo(ConnectionDrop.Reason.BLOCKED);
        assertThat(fixture.<Integer>call(server::connectionCount)).as("it stays").isEqualTo(1);
        fixture.act(() -> server.connections().forEach(NetSocket::destroy));
        connectFrom("127.0.0.3", server);
        journal.await("connection", 2);
        assertThat(fixture.<Long>call(server::droppedCount)).isEqualTo(1);
    }

    @Test
    void aConnectionThatComesPausedIsReadWhenItsOwnerResumesIt() {
        List<NetSocket> accepted = new ArrayList<>();
        NetServerOptions paused = NetServerOptions.DEFAULTS.withPauseOnConnect(true);
        NetServer server =
                fixture.serve(
                        paused,
                        socket -> {
                            socket.onData(data -> journal.add("data " + data.remaining()));
                            accepted.add(socket);
                            journal.add("connection " + socket.isPaused());
                        });
        RawClient client = connect(server);
        journal.await("connection true");
        client.write("hello");
        int local = fixture.call(server::port);
        Kernel.await("bytes", () -> Kernel.unreadBytes(local, client.localPort()) >= 5);
        fixture.act(() -> {});
        assertThat(journal.lines()).containsExactly("connection true");
        fixture.act(accepted.getFirst()::resume);
        journal.await("data 5");
    }
}
