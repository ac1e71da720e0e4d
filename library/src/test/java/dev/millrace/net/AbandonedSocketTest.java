package dev.millrace.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.kernel.IpAddress;
import dev.millrace.testing.Ends;
import dev.millrace.testing.Journal;
import dev.millrace.testing.Kernel;
import dev.millrace.testing.LoopFixture;
import dev.millrace.testing.RawClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Bytes without a taker keep no connection alive whose ends are both over. */
@Tag("epoll")
class AbandonedSocketTest {
    private static final NetServerOptions HALF_OPEN =
            NetServerOptions.DEFAULTS.withAllowHalfOpen(true);

    private final LoopFixture fixture = new LoopFixture();
    private final Journal journal = new Journal();
    private final List<NetSocket> sockets = new ArrayList<>();

    @AfterEach
    void close() {
        fixture.close();
    }

    private NetServer serve(Consumer<NetSocket> handler) {
        return fixture.call(() ->
                Ends.server(
                                fixture.loop(),
                                HALF_OPEN,
                                accepted -> {
                                    sockets.add(accepted);
                                    accepted.onError(
                                            error -> journal.add("error " + error.getMessage()));
                                    accepted.onClose(journal.line("close"));
                                    handler.accept(accepted);
                                    journal.add("accepted");
                                })
                        .listen(IpAddress.loopback(0)));
    }

    private RawClient connect(NetServer server) {
        RawClient client = RawClient.connect(fixture.call(server::port));
        journal.await("accepted");
        return client;
    }

    @Test
    @Tag("H16")
    void aFinishedSocketEndsWithThePeersFinThoughNothingTakesItsBytes() {
        NetServer server = serve(socket -> socket.end("hello"));
        try (RawClient client = connect(server)) {
            client.write("x");
            assertThat(client.readToEnd()).isEqualTo("hello");
        }
        journal.await("close");
        assertThat(fixture.call(server::connectionCount)).isZero();
        assertThat(journal.lines()).containsExactly("accepted", "close");
    }

    @Test
    @Tag("H16")
    void itEndsAsWellWhenTheFinComesBeforeOurEnd() {
        NetServer server = serve(socket -> socket.onPeerClosed(reset -> journal.add("left")));
        try (RawClient client = connect(server)) {
            client.write("x");
            client.halfClose();
            journal.await("left");
            fixture.act(() -> sockets.getFirst().end("bye"));
            assertThat(client.readToEnd()).isEqualTo("bye");
            journal.await("close");
        }
        assertThat(journal.lines()).containsExactly("accepted", "left", "close");
    }

    @Test
    @Tag("H16")
    void aResetEndsASocketThatNothingReads() {
        NetServer server = serve(socket -> {});
        try (RawClient client = connect(server)) {
            client.write("x");
            fixture.call(() -> sockets.getFirst().bytesRead());
            client.reset();
        }
        journal.await("close");
        assertThat(journal.lines().get(1)).startsWith("error read ECONNRESET");
    }

    /** A relay whose destination takes nothing holds its source back, and still hears of this. */
    @Test
    @Tag("H16")
    void aResetEndsASourceThatWaitsForItsDestination() throws InterruptedException {
        NetServer sink = serve(NetSocket::pause);
        int sinkPort = fixture.call(sink::port);
        NetServer relay =
                serve(source -> {
                    NetSocket target = Ends.connect(fixture.loop(), IpAddress.loopback(sinkPort));
                    target.onError(error -> {});
                    target.onClose(journal.line("target closed"));
                    source.pipelineTo(target);
                });
        try (RawClient client = RawClient.connect(fixture.call(relay::port))) {
            Thread writer = Thread.ofVirtual().unstarted(() -> floodUntilReset(client));
            writer.start();
            Kernel.await("a source that waits", () -> fixture.call(() -> waits(relay)));
            client.reset();
            writer.join();
        }
        journal.await("target closed");
        assertThat(journal.lines()).anyMatch(line -> line.startsWith("error read ECONNRESET"));
    }

    private static void floodUntilReset(RawClient client) {
        try {
            client.write(new byte[64 << 20]);
        } catch (UncheckedIOException reset) {
            assertThat(reset).hasCauseInstanceOf(IOException.class);
        }
    }

    private static boolean waits(NetServer relay) {
        return relay.connections().stream().anyMatch(NetSocket::isPaused);
    }

    /** What it has no destination for is thrown away, so that its sender comes to its end. */
    @Test
    @Tag("H16")
    void aSourceWithoutDestinationIsReadToItsEndOnceOurSideHasEnded() {
        NetServer server = serve(socket -> {});
        try (RawClient sender = connect(server);
                RawClient taker = RawClient.connect(fixture.call(server::port))) {
            Kernel.await("the other", () -> fixture.call(sockets::size) == 2);
            fixture.act(() -> {
                sockets.get(0).pipeTo(sockets.get(1));
                sockets.get(1).end();
            });
            assertThat(taker.readToEnd()).isEmpty();
            fixture.act(() -> sockets.get(0).end());
            sender.write(new byte[16 << 20]).halfClose();
            assertThat(sender.readEnding()).isEqualTo("FIN");
            Kernel.await("its close", () -> fixture.call(() -> sockets.get(0).isDestroyed()));
        }
    }

    @Test
    @Tag("H16")
    void aSocketThatItsUserHasPausedKeepsWhatItHas() {
        NetServer server =
                serve(socket -> {
                    socket.pause().onPeerClosed(reset -> journal.add("left " + (reset != null)));
                    socket.onData(bytes -> journal.add("data " + bytes.remaining()));
                    socket.end("hello");
                });
        try (RawClient client = connect(server)) {
            client.write("x");
            assertThat(client.readToEnd()).isEqualTo("hello");
        }
        journal.await("left false");
        fixture.act(() -> sockets.getFirst().resume());
        journal.await("close");
        assertThat(journal.lines()).containsExactly("accepted", "left false", "data 1", "close");
    }
}
