package dev.millrace.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.SystemError;
import dev.millrace.net.NetServerOptions;
import dev.millrace.net.NetSocket;
import dev.millrace.net.NetSocketOptions;
import dev.millrace.stream.ReadStream;
import dev.millrace.testing.Ends;
import dev.millrace.testing.Journal;
import dev.millrace.testing.LoopFixture;
import dev.millrace.testing.PlainOnly;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A relay between a client and an origin: what was cut off on one side is so on the other. */
class RelayTest {
    private static final NetServerOptions SERVER =
            NetServerOptions.DEFAULTS.withAllowHalfOpen(true);
    private static final NetSocketOptions SOCKET =
            NetSocketOptions.DEFAULTS.withAllowHalfOpen(true);

    private final LoopFixture fixture = new LoopFixture();
    private final Journal journal = new Journal();

    @AfterEach
    void close() {
        fixture.close();
    }

    private int serve(Consumer<NetSocket> handler) {
        return fixture.call(fixture.serve(SERVER, handler)::port);
    }

    private NetSocket connect(int port) {
        return Ends.connect(fixture.loop(), IpAddress.loopback(port), SOCKET);
    }

    /** Says what becomes of it. */
    private NetSocket watched(String name, NetSocket socket) {
        return socket.onData(
                        bytes -> journal.add(name + " " + StandardCharsets.US_ASCII.decode(bytes)))
                .onEnd(journal.line(name + " end"))
                .onError(error -> journal.add(name + " " + SystemError.codeOf(error)))
                .onClose(journal.line(name + " close"));
    }

    /** {@code link} joins what came from the client with the way to the origin. */
    private void relay(
            Consumer<NetSocket> origin,
            BiConsumer<NetSocket, NetSocket> link,
            Consumer<NetSocket> client) {
        int target = serve(accepted -> origin.accept(watched("origin", accepted)));
        int relay =
                serve(near -> {
                    NetSocket far = connect(target);
                    near.onError(error -> {});
                    far.onError(error -> {});
                    link.accept(near, far);
                });
        fixture.act(() -> client.accept(watched("client", connect(relay))));
    }

    private static void bothWays(NetSocket near, NetSocket far) {
        near.pipelineTo(far);
        far.pipelineTo(near);
    }

    @Test
    @Tag("H18")
    void anEndIsPassedOnAsAnEnd() {
        relay(
                origin -> origin.end("all"),
                RelayTest::bothWays,
                client -> client.onEnd(client::end));
        journal.await("origin close");
        journal.await("client close");
        assertThat(journal.lines())
                .containsSubsequence("client all", "client end", "client close")
                .containsSubsequence("origin end", "origin close")
                .doesNotContain("client ECONNRESET", "origin ECONNRESET");
    }

    @Test
    @Tag("H18")
    void aResetOfTheOriginReachesTheClientAsOne() {
        NetSocket[] far = new NetSocket[1];
        relay(
                origin -> {
                    far[0] = origin;
                    origin.write("half");
                },
                RelayTest::bothWays,
                client -> client.onData(bytes -> far[0].reset()));
        journal.await("client close");
        assertThat(journal.lines())
                .contains("client ECONNRESET")
                .doesNotContain("client end", "origin end");
    }

    @Test
    @Tag("H18")
    void aResetOfTheClientReachesTheOriginAsOne() {
        NetSocket[] near = new NetSocket[1];
        relay(
                origin -> origin.onData(bytes -> near[0].reset()),
                RelayTest::bothWays,
                client -> {
                    near[0] = client;
                    client.write("half");
                });
        journal.await("origin close");
        assertThat(journal.lines())
                .contains("origin ECONNRESET")
                .doesNotContain("origin end", "client end");
    }

    /** The way from the origin is another program's matter here: no pipe leads back. */
    @Test
    @Tag("H18")
    void aDestinationThatIsResetResetsItsSource() {
        relay(
                NetSocket::reset,
                ReadStream::pipelineTo,
                client -> client.onConnect(() -> client.write("x")));
        journal.await("client close");
        assertThat(journal.lines()).contains("client ECONNRESET").doesNotContain("client end");
    }

    /** The relay has ended it itself, so that nothing of what was to come there is missing. */
    @Test
    @Tag("R26")
    @PlainOnly(PlainOnly.Reason.END)
    void aDestinationThatHadEnoughEndsItsSource() {
        relay(
                origin -> origin.onEnd(origin::end).resume(),
                (near, far) -> {
                    near.pipelineTo(far);
                    near.onData(bytes -> far.end());
                    far.onEnd(journal.line("far end")).resume();
                },
                client -> client.onEnd(client::end).write("x"));
        journal.await("client close");
        assertThat(journal.lines())
                .containsSubsequence("far end", "client end", "client close")
                .doesNotContain("client ECONNRESET");
    }

    /** One way is over, whole; the other is cut off all the same. */
    @Test
    @Tag("H18")
    void aResetBehindAnEndOfTheOtherWayIsPassedOn() {
        relay(
                origin -> {
                    origin.write("half");
                    origin.onEnd(origin::reset);
                },
                RelayTest::bothWays,
                client -> client.onData(bytes -> client.end()));
        journal.await("client close");
        assertThat(journal.lines())
                .containsSubsequence("origin end", "client ECONNRESET", "client close")
                .doesNotContain("client end");
    }

    /** Unix sockets have no reset: what was cut off can't be told from the end there. */
    @Test
    @Tag("H18")
    @PlainOnly(PlainOnly.Reason.PEER)
    void aUnixSocketThatIsResetIsAtItsEndForItsPeer(@TempDir Path folder) {
        String path = folder.resolve("socket").toString();
        fixture.call(() ->
                Ends.server(
                                fixture.loop(),
                                SERVER,
                                accepted -> accepted.onData(bytes -> accepted.reset()))
                        .listen(path));
        fixture.act(() -> {
            NetSocket client = watched("client", NetSocket.connect(fixture.loop(), path));
            client.write("x");
        });
        journal.await("client close");
        assertThat(journal.lines()).containsExactly("client end", "client close");
    }

    /** What the relay gives up itself is not complete either. */
    @Test
    @Tag("H18")
    void aSourceThatTheRelayDestroysIsACut() {
        relay(
                origin -> origin.onData(bytes -> origin.write("half")),
                (near, far) -> {
                    bothWays(near, far);
                    far.onData(bytes -> far.destroy());
                },
                client -> client.write("x"));
        journal.await("client close");
        assertThat(journal.lines()).contains("client ECONNRESET").doesNotContain("client end");
    }

    /** The two ends of pipeTo have nothing to do with each other's fate. */
    @Test
    @Tag("H18")
    void aPipeThatSharesNoFatePassesNoResetOn() {
        relay(
                origin -> origin.onData(bytes -> origin.reset()),
                (near, far) -> {
                    near.pipeTo(far);
                    far.pipeTo(near);
                    far.onClose(() -> near.end("sorry"));
                },
                client -> client.onEnd(client::end).onConnect(() -> client.write("x")));
        journal.await("client close");
        assertThat(journal.lines())
                .containsSubsequence("client sorry", "client end", "client close")
                .doesNotContain("client ECONNRESET");
    }
}
