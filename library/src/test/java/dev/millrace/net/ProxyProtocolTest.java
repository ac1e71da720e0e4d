package dev.millrace.net;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.UnixAddress;
import dev.millrace.proxyprotocol.ProxyHeader;
import dev.millrace.proxyprotocol.ProxyHeader.Version;
import dev.millrace.proxyprotocol.ProxyTlv;
import dev.millrace.testing.Journal;
import dev.millrace.testing.LoopFixture;
import dev.millrace.testing.RawClient;
import java.io.ByteArrayOutputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Servers behind balancers. */
class ProxyProtocolTest {
    private static final IpAddress CLIENT = IpAddress.of("192.0.2.7", 56324);
    private static final IpAddress ASKED = IpAddress.of("198.51.100.1", 443);
    private static final byte[] HEADER = ProxyHeader.v2(CLIENT, ASKED).encode();
    private static final NetServerOptions BEHIND =
            NetServerOptions.DEFAULTS.withProxyProtocol(ProxyProtocol.required("127.0.0.1"));

    private final LoopFixture fixture = new LoopFixture();
    private final Journal journal = new Journal();

    @AfterEach
    void close() {
        fixture.close();
    }

    /** Echoes, and says whom it comes from. */
    private NetServer server(NetServerOptions options) {
        NetServer server =
                fixture.serve(
                        options,
                        socket -> {
                            journal.add("from " + socket.remoteAddress().orElseThrow());
                            socket.pipeTo(socket);
                        });
        fixture.act(() ->
                server.onDrop(
                                drop -> {
                                    String error =
                                            drop.error().map(Throwable::getMessage).orElse("");
                                    journal.add((drop.reason() + " " + error).strip());
                                })
                        .onClose(journal.line("closed")));
        return server;
    }

    /** Those that came before another one are accepted when that one is served. */
    private void awaitAccepted(NetServer server) {
        try (RawClient next = RawClient.connect(port(server))) {
            next.write(HEADER).write("a");
            assertThat(next.readText(1)).isEqualTo("a");
        }
    }

    private int port(NetServer server) {
        return fixture.call(server::port);
    }

    private static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    @Test
    @Tag("I19")
    void theClientIsWhomTheBalancerNamesAndWhatFollowsIsItsOwn() {
        NetServer server = server(BEHIND);
        try (RawClient balancer = RawClient.connect(port(server))) {
            balancer.write(joined(HEADER, "hello".getBytes(UTF_8)));
            assertThat(balancer.readText(5)).isEqualTo("hello");
            assertThat(journal.lines()).containsExactly("from " + CLIENT);
            fixture.act(() -> {
                NetSocket socket = server.connections().iterator().next();
                assertThat(socket.remoteAddress()).contains(CLIENT);
                assertThat(socket.peerAddress()).contains(IpAddress.loopback(balancer.localPort()));
                assertThat(socket.localAddress()).isEqualTo(server.address());
                assertThat(socket.proxyHeader()).contains(ProxyHeader.v2(CLIENT, ASKED));
            });
            balancer.write(" again").halfClose();
            assertThat(balancer.readToEnd()).isEqualTo(" again");
        }
    }

    @Test
    @Tag("I20")
    void everyCutOfTheHeaderGivesTheSame() {
        NetServer server = server(BEHIND);
        int port = port(server);
        byte[] line = ProxyHeader.v1(CLIENT, ASKED).encode();
        int served = 0;
        for (byte[] header : List.of(HEADER, line)) {
            byte[] all = joined(header, "x".getBytes(UTF_8));
            for (int cut = 1; cut < all.length; cut++) {
                try (RawClient balancer = RawClient.connect(port)) {
                    balancer.write(Arrays.copyOf(all, cut));
                    // What was read before is read apart from what comes now.
                    fixture.act(() -> {});
                    balancer.write(Arrays.copyOfRange(all, cut, all.length));
                    assertThat(balancer.readText(1)).isEqualTo("x");
                }
                served++;
            }
        }
        assertThat(journal.count("from " + CLIENT)).isEqualTo(served);
    }

    @Test
    @Tag("I19")
    void aConnectionIsNotTheServersBeforeItsHeaderIsComplete() {
        NetServer server = server(BEHIND);
        try (RawClient balancer = RawClient.connect(port(server))) {
            balancer.write(Arrays.copyOf(HEADER, HEADER.length - 1));
            fixture.act(() -> {
                assertThat(server.connections()).isEmpty();
                assertThat(server.connectionCount()).isZero();
                assertThat(server.acceptedCount()).isZero();
            });
            balancer.write(Arrays.copyOfRange(HEADER, HEADER.length - 1, HEADER.length));
            journal.await("from " + CLIENT);
            assertThat(fixture.<Integer>call(server::connectionCount)).isEqualTo(1);
            assertThat(fixture.<Long>call(server::acceptedCount)).isEqualTo(1);
        }
    }

    @Test
    @Tag("I19")
    void aBalancersOwnConnectionAndAnUnknownOneKeepTheirAddresses() {
        NetServer server = server(BEHIND);
        for (byte[] header :
                List.of(
                        ProxyHeader.local().encode(),
                        ProxyHeader.unknown(Version.V1).encode(),
                        ProxyHeader.unknown(Version.V2).encode())) {
            try (RawClient balancer = RawClient.connect(port(server))) {
                balancer.write(header);
                journal.await("from " + IpAddress.loopback(balancer.localPort()));
            }
        }
        assertThat(journal.lines()).hasSize(3);
    }

    @Test
    @Tag("I20")
    void withoutAHeaderNothingOfItReachesTheServer() {
        NetServer server = server(BEHIND);
        try (RawClient client = RawClient.connect(port(server))) {
            client.write("GET / HTTP/1.1\r\n\r\n");
            assertThat(client.readEnding()).isIn("FIN", "Connection reset");
        }
        assertThat(journal.lines())
                .singleElement()
                .asString()
                .startsWith("PROXY_HEADER PROXY protocol: no header: byte 0 is 0x47");
        assertThat(fixture.<Long>call(server::droppedCount)).isEqualTo(1);
        assertThat(fixture.<Long>call(server::acceptedCount)).isZero();
    }

    @Test
    @Tag("I20")
    void anEndInsideOfTheHeaderDropsIt() {
        NetServer server = server(BEHIND);
        try (RawClient client = RawClient.connect(port(server))) {
            client.write(Arrays.copyOf(HEADER, 20)).halfClose();
            assertThat(client.readEnding()).isEqualTo("FIN");
        }
        journal.await("PROXY_HEADER PROXY protocol: the peer has ended inside of the header");
    }

    /** Balancers without a check of their own look whether the port is open. */
    @Test
    @Tag("I20")
    void aLookAtThePortIsNoDrop() {
        NetServer server = server(BEHIND);
        try (RawClient client = RawClient.connect(port(server))) {
            assertThat(client.halfClose().readEnding()).isEqualTo("FIN");
        }
        try (RawClient client = RawClient.connect(port(server))) {
            client.reset();
        }
        fixture.act(server::close);
        journal.await("closed");
        assertThat(journal.lines()).containsExactly("closed");
        assertThat(fixture.<Long>call(server::droppedCount)).isZero();
    }

    @Test
    @Tag("I20")
    void aHeaderBeyondTheLimitIsDroppedBeforeItIsRead() {
        ProxyProtocol narrow = ProxyProtocol.required("127.0.0.1").withHeaderMaxBytes(300);
        NetServer server = server(NetServerOptions.DEFAULTS.withProxyProtocol(narrow));
        byte[] tooLong =
                ProxyHeader.v2(CLIENT, ASKED).with(new ProxyTlv(0xE0, new byte[270])).encode();
        assertThat(tooLong).hasSize(301);
        try (RawClient balancer = RawClient.connect(port(server))) {
            balancer.write(Arrays.copyOf(tooLong, 16));
            assertThat(balancer.readEnding()).isIn("FIN", "Connection reset");
        }
        journal.await("PROXY_HEADER PROXY protocol: the header has 301 bytes, the limit is 300");
        byte[] longest =
                ProxyHeader.v2(CLIENT, ASKED).with(new ProxyTlv(0xE0, new byte[269])).encode();
        try (RawClient balancer = RawClient.connect(port(server))) {
            balancer.write(longest);
            journal.await("from " + CLIENT);
        }
    }

    @Test
    @Tag("I19")
    void aPeerThatIsNoBalancerIsRefusedWhateverItSends() {
        ProxyProtocol others = ProxyProtocol.required("192.0.2.1");
        NetServer server = server(NetServerOptions.DEFAULTS.withProxyProtocol(others));
        try (RawClient client = RawClient.connect(port(server))) {
            assertThat(client.readEnding()).isEqualTo("FIN");
        }
        journal.await("NO_BALANCER");
        assertThat(fixture.<Long>call(server::droppedCount)).isEqualTo(1);
    }

    @Test
    @Tag("I19")
    void aHeaderOfAPeerThatIsNoBalancerIsNone() {
        ProxyProtocol open =
                ProxyProtocol.required("192.0.2.1").withOthers(ProxyProtocol.Others.SERVED);
        NetServer server = server(NetServerOptions.DEFAULTS.withProxyProtocol(open));
        try (RawClient client = RawClient.connect(port(server))) {
            client.write(HEADER);
            assertThat(client.read(HEADER.length)).isEqualTo(HEADER);
            assertThat(journal.lines())
                    .containsExactly("from " + IpAddress.loopback(client.localPort()));
        }
    }

    @Test
    @Tag("I19")
    void theLimitsAreThoseOfTheClientAndItsPlaceIsTakenFromTheStart() {
        ConnectionLimits limits =
                ConnectionLimits.DEFAULTS
                        .withMaxPerAddress(1)
                        .withMaxConnections(2)
                        .withBlocked(BlockList.of("203.0.113.0/24"));
        NetServer server = server(BEHIND.withLimits(limits));
        int port = port(server);
        try (RawClient first = RawClient.connect(port).write(HEADER)) {
            journal.await("from " + CLIENT);
            try (RawClient second = RawClient.connect(port).write(HEADER)) {
                assertThat(second.readEnding()).isEqualTo("FIN");
                journal.await("MAX_PER_ADDRESS");
            }
            byte[] blocked = ProxyHeader.v2(IpAddress.of("203.0.113.9", 1), ASKED).encode();
            try (RawClient third = RawClient.connect(port).write(blocked)) {
                assertThat(third.readEnding()).isEqualTo("FIN");
                journal.await("BLOCKED");
            }
            byte[] another = ProxyHeader.v2(IpAddress.of("192.0.2.8", 1), ASKED).encode();
            try (RawClient waiting = RawClient.connect(port).write(Arrays.copyOf(another, 9))) {
                fixture.act(() -> {});
                try (RawClient beyond = RawClient.connect(port)) {
                    assertThat(beyond.readEnding()).isEqualTo("FIN");
                    journal.await("MAX_CONNECTIONS");
                }
                waiting.write(Arrays.copyOfRange(another, 9, another.length));
                journal.await("from 192.0.2.8:1");
            }
        }
        assertThat(fixture.<Long>call(server::droppedCount)).isEqualTo(3);
    }

    @Test
    @Tag("I19")
    void whatArrivesWhileTheServerClosesIsServedStill() {
        NetServer server = server(BEHIND);
        try (RawClient balancer = RawClient.connect(port(server))) {
            balancer.write(Arrays.copyOf(HEADER, 5));
            awaitAccepted(server);
            fixture.act(() -> server.close());
            assertThat(journal.lines()).doesNotContain("closed");
            balancer.write(Arrays.copyOfRange(HEADER, 5, HEADER.length)).write("late");
            assertThat(balancer.readText(4)).isEqualTo("late");
        }
        journal.await("closed");
    }

    @Test
    @Tag("I19")
    void theLimitOfAShutdownCutsOffWhatHasNotArrived() {
        NetServer server = server(BEHIND);
        try (RawClient balancer = RawClient.connect(port(server))) {
            balancer.write(Arrays.copyOf(HEADER, 5));
            awaitAccepted(server);
            fixture.act(() -> {
                server.shutdown(Duration.ZERO);
            });
            assertThat(balancer.readEnding()).isEqualTo("Connection reset");
        }
        journal.await("closed");
    }

    @Test
    void aConnectionThatIsToComePausedIsPausedBehindItsHeader() {
        NetServer server =
                fixture.serve(
                        BEHIND.withPauseOnConnect(true),
                        socket -> {
                            socket.onData(data -> journal.add(UTF_8.decode(data).toString()));
                            journal.add("unread " + socket.descriptors().unread().remaining());
                        });
        try (RawClient balancer = RawClient.connect(port(server))) {
            balancer.write(joined(HEADER, "later".getBytes(UTF_8)));
            Runnable resume = () -> server.connections().forEach(NetSocket::resume);
            journal.await("unread 0");
            fixture.act(resume::run);
            journal.await("later");
            assertThat(journal.lines()).hasSize(2);
        }
    }

    @Test
    @Tag("I19")
    void peersOnAUnixSocketAreBalancersIfThatIsSaid(@TempDir Path folder) {
        Path path = folder.resolve("s");
        fixture.act(() ->
                NetServer.create(
                                fixture.loop(),
                                NetServerOptions.DEFAULTS.withProxyProtocol(
                                        ProxyProtocol.required("unix")),
                                socket -> socket.end("" + socket.remoteAddress().orElseThrow()))
                        .onListening(journal.line("listening"))
                        .listen(UnixAddress.of(path)));
        journal.await("listening");
        String line = new String(ProxyHeader.v1(CLIENT, ASKED).encode(), UTF_8);
        assertThat(RawClient.exchange(UnixDomainSocketAddress.of(path), line))
                .isEqualTo("192.0.2.7:56324");
    }

    @Test
    void optionsThatMakeNoSenseAreRefusedWithWhatDoes() {
        ProxyProtocol right = ProxyProtocol.required("10.0.0.0/8", "unix");
        assertThat(right.isTrusted(UnixAddress.of("/x"))).isTrue();
        assertThat(right.isTrusted(IpAddress.of("10.1.2.3", 4))).isTrue();
        assertThat(right.isTrusted(IpAddress.of("11.1.2.3", 4))).isFalse();
        assertThat(ProxyProtocol.required("::1").isTrusted(UnixAddress.of("/x"))).isFalse();
        expectRefused("no balancer is named", ProxyProtocol::required);
        expectRefused("no rule of a block list: all", () -> ProxyProtocol.required("all"));
        expectRefused("use more than zero", () -> right.withHeaderLimit(Duration.ZERO));
        expectRefused("use 232 to 65551", () -> right.withHeaderMaxBytes(231));
        expectRefused("use 232 to 65551", () -> right.withHeaderMaxBytes(65_552));
    }

    private static void expectRefused(String message, Runnable making) {
        assertThatThrownBy(making::run)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }
}
