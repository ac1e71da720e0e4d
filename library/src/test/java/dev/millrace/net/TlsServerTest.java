package dev.millrace.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.driver.RecordingDriver;
import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.SystemError;
import dev.millrace.loop.DriverLoops;
import dev.millrace.loop.Loop;
import dev.millrace.loop.RunMode;
import dev.millrace.proxyprotocol.ProxyHeader;
import dev.millrace.testing.Journal;
import dev.millrace.testing.LoopFixture;
import dev.millrace.testing.RawClient;
import dev.millrace.tls.TestCertificates;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What else concerns a server, with TLS: balancers, limits, moves. */
class TlsServerTest {
    private static final NetServerOptions SERVER =
            NetServerOptions.DEFAULTS.withTls(TestCertificates.server());
    private static final NetSocketOptions CLIENT =
            NetSocketOptions.DEFAULTS.withTls(TestCertificates.client());
    private static final IpAddress FIRST = IpAddress.of("192.0.2.7", 56324);
    private static final IpAddress ASKED = IpAddress.of("198.51.100.1", 443);

    private final LoopFixture fixture = new LoopFixture();
    private final Journal journal = new Journal();

    @AfterEach
    void close() {
        fixture.close();
    }

    private NetServer server(NetServerOptions options) {
        NetServer server =
                fixture.serve(
                        options,
                        socket -> {
                            boolean isSecure = socket.tls().session().isPresent();
                            String from = socket.proxyHeader().isPresent() ? " of a balancer" : "";
                            journal.add((isSecure ? "secure" : "plain") + from);
                            socket.onData(socket::write);
                        });
        fixture.act(() -> server.onDrop(drop -> journal.add("dropped " + drop.reason())));
        return server;
    }

    /** Sends {@code hello}; what comes back is noted, and so is the end. */
    private void client(NetServer server, NetSocketOptions options) {
        fixture.act(() ->
                NetSocket.connect(fixture.loop(), server.port(), "localhost", options)
                        .onData(data -> journal.add("" + StandardCharsets.UTF_8.decode(data)))
                        .onError(error -> {})
                        .onClose(journal.line("close"))
                        .write("hello"));
    }

    @Test
    @Tag("I19")
    void aBalancersHeaderComesBeforeTheHandshake() {
        ProxyProtocol balancers =
                ProxyProtocol.required("127.0.0.0/8", "::1")
                        .withOthers(ProxyProtocol.Others.SERVED);
        ConnectionLimits limits =
                ConnectionLimits.DEFAULTS.withBlocked(BlockList.of("203.0.113.0/24"));
        NetServer server = server(SERVER.withProxyProtocol(balancers).withLimits(limits));
        client(server, CLIENT.withProxyHeader(ProxyHeader.v2(FIRST, ASKED)));
        journal.await("hello");
        assertThat(journal.lines()).containsExactly("secure of a balancer", "hello");
        IpAddress blocked = IpAddress.of("203.0.113.9", 1);
        client(server, CLIENT.withProxyHeader(ProxyHeader.v2(blocked, ASKED)));
        journal.await("dropped BLOCKED");
        journal.await("close");
        client(server, CLIENT);
        journal.await("dropped PROXY_HEADER");
    }

    @Test
    @Tag("X98")
    void whatShakesHandsHasAPlace() {
        ConnectionLimits limits = ConnectionLimits.DEFAULTS.withMaxConnections(1);
        NetServer server = server(SERVER.withLimits(limits));
        int port = fixture.call(server::port);
        try (RawClient waiting = RawClient.connect(port).write(new byte[] {0x16})) {
            try (RawClient beyond = RawClient.connect(port)) {
                assertThat(beyond.readEnding()).isEqualTo("FIN");
            }
            assertThat(waiting.localPort()).isPositive();
            journal.await("dropped MAX_CONNECTIONS");
        }
        journal.await("dropped TLS_HANDSHAKE");
        client(server, CLIENT);
        journal.await("hello");
    }

    /** What they hold is places, which have a limit; and they do not keep others out of theirs. */
    @Test
    @Tag("X98")
    void aThousandHalfOpenHandshakesAreBoundedAndOthersAreServed() {
        int halfOpen = 1000;
        ConnectionLimits limits = ConnectionLimits.DEFAULTS.withMaxConnections(halfOpen + 1);
        NetServer server = server(SERVER.withLimits(limits));
        int port = fixture.call(server::port);
        List<RawClient> clients = new ArrayList<>();
        try {
            for (int number = 0; number < halfOpen; number++) {
                // The beginning of a hello: a record of 512 bytes is to come.
                clients.add(RawClient.connect(port).write(new byte[] {0x16, 3, 1, 2, 0, 1, 0, 1}));
            }
            client(server, CLIENT);
            journal.await("hello");
            clients.add(RawClient.connect(port));
            assertThat(clients.getLast().readEnding()).isEqualTo("FIN");
            journal.await("dropped MAX_CONNECTIONS");
            assertThat(fixture.<Integer>call(server::connectionCount)).isOne();
        } finally {
            clients.forEach(RawClient::close);
        }
        journal.await("dropped TLS_HANDSHAKE", halfOpen);
        client(server, CLIENT);
        journal.await("hello", 2);
    }

    /** On virtual time: the limit counts from accept, and its client says nothing. */
    @Test
    @Tag("X98")
    void aSlowHandshakeIsDropped() {
        RecordingDriver driver = new RecordingDriver().withVirtualTime();
        try (Loop loop = DriverLoops.on(driver)) {
            NetServer server = NetServer.create(loop, SERVER, socket -> journal.add("served"));
            long[] accepted = {0};
            RawClient[] client = {null};
            server.onDrop(drop -> {
                server.close();
                long took = loop.hrtime() - accepted[0];
                journal.add(
                        drop.reason()
                                + " "
                                + drop.error().map(SystemError::codeOf).orElse("none")
                                + " after "
                                + Duration.ofNanos(took).toSeconds()
                                + " s");
            });
            server.listen(IpAddress.loopback(0))
                    .onListening(() -> {
                        accepted[0] = loop.hrtime();
                        client[0] = RawClient.connect(server.port());
                    });
            loop.run(RunMode.DEFAULT);
            client[0].close();
        }
        assertThat(journal.lines())
                .containsExactly("TLS_HANDSHAKE ERR_TLS_HANDSHAKE_TIMEOUT after 30 s");
    }

    @Test
    void ofOneAddressNoMoreThanItsLimitAreServed() {
        ConnectionLimits limits = ConnectionLimits.DEFAULTS.withMaxPerAddress(1);
        NetServer server = server(SERVER.withLimits(limits));
        client(server, CLIENT);
        journal.await("hello");
        client(server, CLIENT);
        journal.await("dropped MAX_PER_ADDRESS");
        journal.await("close");
        assertThat(journal.count("secure")).isEqualTo(1);
    }

    /** X88: its keys are this process's. */
    @Test
    void aConnectionWithTlsCanNotMove() {
        NetServer server = server(SERVER);
        client(server, CLIENT);
        journal.await("hello");
        fixture.act(() -> {
            server.moves().to((socket, outcome) -> journal.add("moved"));
            NetSocket socket = server.connections().iterator().next();
            server.close();
            assertThat(server.moves().isOpen()).isTrue();
            assertThat(server.moves().isPossible(socket)).isFalse();
            assertThat(server.moves().move(socket)).isFalse();
            assertThatThrownBy(() -> socket.descriptors().duplicate())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("has no filter");
            socket.end();
        });
        journal.await("close");
        assertThat(journal.count("moved")).isZero();
    }

    /** X88: it has no TLS, since one with TLS can't move. */
    @Test
    void aServerWithTlsTakesNothingFromElsewhere() {
        try (var servers = new MovingServers(SERVER)) {
            NetSocket client = servers.client("client");
            NetSocket socket = servers.accepted.getFirst();
            assertThat(servers.second.moves().take(socket)).isFalse();
            assertThat(servers.first.connectionCount()).isOne();
            client.destroy();
        }
    }
}
