package dev.millrace.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.kernel.IpAddress;
import dev.millrace.loop.ListenAttempt;
import dev.millrace.loop.ListenSource;
import dev.millrace.testing.LoopFixture;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A connection that comes to a server from elsewhere is one of its connections (X88). */
class ConnectionTakenTest {
    private static NetServerOptions limited(ConnectionLimits limits) {
        return NetServerOptions.DEFAULTS.withLimits(limits);
    }

    @Test
    void theServersOptionsHoldForIt() {
        NetServerOptions options =
                NetServerOptions.DEFAULTS.withAllowHalfOpen(true).withPauseOnConnect(true);
        try (var servers = new MovingServers(options)) {
            NetSocket client = servers.client("client");
            NetSocket socket = servers.accepted.getFirst();
            client.write("unread");
            servers.until("received", () -> socket.bytesRead() == 6);
            assertThat(servers.second.moves().take(socket)).isTrue();
            servers.until("client got welcome");
            servers.turns();
            assertThat(servers.journal.lines()).doesNotContain("second got unread");
            socket.resume();
            client.end();
            servers.until("second got unread");
            servers.turns();
            assertThat(socket.isWritable()).as("half open").isTrue();
            socket.end();
            servers.until("client end");
        }
    }

    @Test
    void theLimitsHoldForIt() {
        BlockList blocked = BlockList.of("127.0.0.1");
        List<ConnectionLimits> limits =
                List.of(
                        ConnectionLimits.DEFAULTS.withMaxConnections(1),
                        ConnectionLimits.DEFAULTS.withMaxPerAddress(1),
                        ConnectionLimits.DEFAULTS.withBlocked(blocked));
        for (ConnectionLimits limit : limits) {
            try (var servers = new MovingServers(limited(limit))) {
                servers.client("one");
                servers.client("two");
                boolean isFirstTaken = servers.second.moves().take(servers.accepted.get(0));
                assertThat(isFirstTaken).isEqualTo(limit.blocked().rules().isEmpty());
                assertThat(servers.second.moves().take(servers.accepted.get(1))).isFalse();
                assertThat(servers.first.connectionCount()).isEqualTo(isFirstTaken ? 1 : 2);
                servers.accepted.get(0).destroy();
                assertThat(servers.second.moves().take(servers.accepted.get(1)))
                        .as("there is a place again")
                        .isEqualTo(isFirstTaken);
            }
        }
    }

    /** The rate keeps strangers out, and this one was let in before. */
    @Test
    void theRateOfAcceptingDoesNotConcernIt() {
        ConnectionLimits one = ConnectionLimits.DEFAULTS.withMaxPerSecond(1);
        try (var servers = new MovingServers(limited(one))) {
            servers.client("one");
            servers.client("two");
            assertThat(servers.accepted).allMatch(servers.second.moves()::take);
        }
    }

    @Test
    void aServerThatTakesNoConnectionsTakesNone() {
        try (var servers = new MovingServers()) {
            servers.client("client");
            NetSocket socket = servers.accepted.getFirst();
            servers.second.pause();
            assertThat(servers.second.moves().take(socket)).isFalse();
            servers.second.resume();
            NetServer mute = NetServer.create(servers.loop);
            assertThat(mute.moves().take(socket)).as("it does not listen").isFalse();
            mute.listen(IpAddress.loopback(0));
            servers.until("listening", mute::isListening);
            assertThat(mute.moves().take(socket)).as("it has no listener").isFalse();
            servers.second.close();
            assertThat(servers.second.moves().take(socket)).as("it is closed").isFalse();
            assertThat(servers.first.connectionCount()).isOne();
            assertThatThrownBy(() -> servers.first.moves().take(socket))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("a connection of another loop, or of this server");
        }
    }

    /** One that was destroyed has no place to go. */
    @Test
    void whatIsOverIsNotTaken() {
        try (var servers = new MovingServers()) {
            servers.client("client");
            servers.accepted.getFirst().destroy();
            assertThat(servers.second.moves().take(servers.accepted.getFirst())).isFalse();
        }
    }

    private static final class Source implements ListenSource, SuccessorSource {
        private final List<NetServer> listening = new ArrayList<>();
        private @Nullable Successor successor;

        @Override
        public void open(ListenAttempt attempt) throws IOException {
            ListenSource.OWN.open(attempt);
        }

        @Override
        public void listens(NetServer server) {
            listening.add(server);
        }

        @Override
        public @Nullable Successor successor(NetServer server) {
            assertThat(server.handle()).as("its listener is still there").isPresent();
            return successor;
        }
    }

    @Test
    void theLoopsSourceKnowsServersAndNamesSuccessors() {
        Source source = new Source();
        try (var servers = new MovingServers()) {
            servers.loop.listenSource(source);
            NetServer third = NetServer.create(servers.loop, servers.accepted::add);
            third.listen(IpAddress.loopback(0));
            servers.until("listening", third::isListening);
            assertThat(source.listening).containsExactly(third);
            source.successor = servers::pass;
            NetSocket client = NetSocket.connect(servers.loop, third.address().orElseThrow());
            servers.until("accepted", () -> !servers.accepted.isEmpty());
            third.close();
            assertThat(third.moves().isOpen()).isTrue();
            third.moves().move(servers.accepted.getFirst());
            servers.until("taken");
            source.successor = null;
            servers.second.close();
            assertThat(servers.second.moves().isOpen()).as("it has none").isFalse();
            client.destroy();
        }
    }

    @Test
    void onlyOnItsOwnLoop() {
        try (var servers = new MovingServers();
                var other = new LoopFixture()) {
            NetSocket foreign =
                    other.call(() -> NetSocket.connect(other.loop(), 1).onError(error -> {}));
            assertThatThrownBy(() -> servers.second.moves().take(foreign))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }
}
