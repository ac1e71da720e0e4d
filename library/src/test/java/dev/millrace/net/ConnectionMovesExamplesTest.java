package dev.millrace.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.ipc.MessageChannel;
import dev.millrace.ipc.Passable;
import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.UnixAddress;
import dev.millrace.loop.ListenAttempt;
import dev.millrace.loop.ListenSource;
import dev.millrace.loop.Loop;
import dev.millrace.stream.Framing;
import dev.millrace.testing.Journal;
import dev.millrace.testing.LoopFixture;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the Javadoc shows. */
class ConnectionMovesExamplesTest {
    private final Journal journal = new Journal();

    private static NetServer lines(Loop loop, String name) {
        // @start region="lines"
        NetServer server =
                NetServer.create(
                        loop,
                        socket ->
                                socket.onFrames(
                                        Framing.lines(1000),
                                        line -> socket.write(name + " read " + line + "\n")));
        // Between two lines nothing is due, and half a line goes along unread.
        server.onClosing(() -> server.connections().forEach(server.moves()::move));
        // @end region="lines"
        return server.listen(IpAddress.loopback(0));
    }

    @Test
    @Tag("epoll")
    @Tag("X88")
    void aLineGoesOnElsewhere() {
        try (Loop loop = Loop.create()) {
            NetServer first = lines(loop, "first");
            NetServer second = lines(loop, "second");
            UnixAddress name = UnixAddress.of("@millrace-lines-" + ProcessHandle.current().pid());
            NetServer waiting = NetServer.create(loop, peer -> takeFrom(peer, second)).listen(name);
            LoopFixture.pollUntil(
                    loop, "listening", () -> first.isListening() && waiting.isListening());
            moveTo(MessageChannel.connect(loop, name), first);
            NetSocket client = NetSocket.connect(loop, first.address().orElseThrow());
            client.onFrames(Framing.lines(1000), journal::add);
            client.write("one\ntw");
            LoopFixture.pollUntil(loop, "one", () -> journal.count("first read one") == 1);
            first.shutdown(Duration.ofSeconds(10));
            client.write("o\n");
            LoopFixture.pollUntil(loop, "two", () -> journal.count("second read two") == 1);
            assertThat(journal.lines()).containsExactly("first read one", "second read two");
            assertThat(first.moves().counts().away()).isOne();
        }
    }

    private static void moveTo(MessageChannel channel, NetServer server) {
        // @start region="successor"
        server.moves().to((socket, outcome) -> channel.send(Passable.of(socket), outcome));
        // @end region="successor"
    }

    private static void takeFrom(NetSocket peer, NetServer server) {
        // @start region="take"
        MessageChannel.on(peer)
                .onMessage(message -> {
                    for (Passable passed : message.take()) {
                        if (passed instanceof Passable.Connection(NetSocket socket)
                                && !server.moves().take(socket)) {
                            message.refuse();
                            socket.destroy();
                        }
                    }
                });
        // @end region="take"
    }

    // @start region="source"
    /** Whatever leaves goes to the server that listens under the same name. */
    static final class ByKey implements ListenSource, SuccessorSource {
        private final Map<String, NetServer> servers = new HashMap<>();

        @Override
        public void open(ListenAttempt attempt) throws IOException {
            ListenSource.OWN.open(attempt);
        }

        @Override
        public void listens(NetServer server) {
            servers.put(key(server), server);
        }

        @Override
        public @Nullable Successor successor(NetServer server) {
            NetServer next = servers.get(key(server));
            return next == server || next == null
                    ? null
                    : (socket, outcome) ->
                            outcome.accept(
                                    next.moves().take(socket) ? null : new IOException("full"));
        }

        private static String key(NetServer server) {
            return server.handle().orElseThrow().key();
        }
    }

    // @end region="source"

    @Test
    void aSourceNamesTheSuccessor() {
        LoopFixture.run(loop -> {
            loop.listenSource(new ByKey());
            NetServer server = NetServer.create(loop, socket -> {}).listen(0);
            server.onListening(() -> {
                journal.add(server.address().isPresent() ? "listens" : "does not");
                server.close();
                journal.add("moves " + server.moves().isOpen());
            });
        });
        assertThat(journal.lines()).containsExactly("listens", "moves false");
    }
}
