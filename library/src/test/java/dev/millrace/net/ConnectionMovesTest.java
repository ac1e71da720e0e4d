package dev.millrace.net;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.net.ConnectionMoves.Counts;
import dev.millrace.testing.PlainOnly;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The connections of a server that leaves (X88). */
@PlainOnly(PlainOnly.Reason.MOVE)
class ConnectionMovesTest {
    private static final Duration LONG = Duration.ofHours(1);

    @Test
    void itMovesWithWhatItHasNotConsumedAndServesOn() {
        try (var servers = new MovingServers()) {
            NetSocket client = servers.client("client");
            NetSocket socket = servers.accepted.getFirst();
            client.write("unread");
            servers.until("received", () -> socket.bytesRead() == 6);
            servers.first
                    .shutdown(LONG)
                    .thenAccept(end -> {
                        servers.journal.add(
                                end.finished() + " " + end.moved() + " " + end.cut().size());
                    });
            ConnectionMoves moves = servers.first.moves();
            assertThat(moves.isOpen()).isTrue();
            assertThat(moves.move(socket, ByteBuffer.wrap("half ".getBytes(UTF_8)), one -> {}))
                    .isTrue();
            servers.until("second got half unread");
            servers.until("client got welcome");
            client.write("later");
            servers.until("second got later");
            servers.until("0 1 0");
            assertThat(moves.counts()).isEqualTo(new Counts(1, 0, 0));
            assertThat(servers.second.moves().counts()).isEqualTo(new Counts(0, 1, 0));
            assertThat(servers.second.connectionCount()).isOne();
            assertThat(servers.second.acceptedCount()).isOne();
            assertThat(servers.journal.lines()).startsWith("moved", "taken");
        }
    }

    /** The sender has to hear that it was taken before a byte of it can do harm. */
    @Test
    void whatItBringsIsDeliveredOnALaterTurn() {
        try (var servers = new MovingServers()) {
            servers.first
                    .moves()
                    .to((socket, outcome) -> {
                        servers.pass(socket, outcome);
                        servers.loop.nextTick(servers.journal.line("a tick"));
                        servers.loop.setImmediate(servers.journal.line("an immediate"));
                    });
            NetSocket client = servers.client("client");
            NetSocket socket = servers.accepted.getFirst();
            client.write("unread");
            servers.until("received", () -> socket.bytesRead() == 6);
            servers.first.close();
            servers.first.moves().move(socket);
            servers.until("second got unread");
            servers.until("an immediate");
            assertThat(servers.journal.lines())
                    .containsSubsequence("taken", "a tick", "second got unread");
            assertThat(servers.journal.lines().indexOf("second got unread"))
                    .isGreaterThan(servers.journal.lines().indexOf("a tick"));
        }
    }

    @Test
    void whatWasWrittenLeavesFirst() {
        try (var servers = new MovingServers()) {
            int length = 8 * 1024 * 1024;
            NetSocket client = servers.client("client").pause();
            client.offData();
            long[] got = {0};
            client.onData(data -> got[0] += data.remaining());
            NetSocket socket = servers.accepted.getFirst();
            socket.write(new byte[length]);
            servers.first.close();
            assertThat(servers.first.moves().move(socket)).isTrue();
            servers.turns();
            assertThat(servers.journal.lines()).isEmpty();
            assertThat(socket.queuedBytes()).isPositive();
            client.resume();
            servers.until("taken");
            servers.until("everything", () -> got[0] == length + "welcome".length());
        }
    }

    @Test
    void whatTheSuccessorRefusesIsServedHere() {
        NetServerOptions one =
                NetServerOptions.DEFAULTS.withLimits(
                        ConnectionLimits.DEFAULTS.withMaxConnections(1));
        try (var servers = new MovingServers(one)) {
            servers.client("moves");
            NetSocket stays = servers.client("stays");
            servers.first.close();
            ConnectionMoves moves = servers.first.moves();
            stays.write("unread");
            NetSocket second = servers.accepted.get(1);
            servers.until("received", () -> second.bytesRead() == 6);
            servers.accepted.forEach(
                    socket -> moves.move(socket, ByteBuffer.allocate(0), servers::back));
            servers.until("first got unread");
            assertThat(servers.journal.lines()).containsOnlyOnce("taken", "refused", "back");
            assertThat(servers.second.droppedCount()).as("it was not dropped").isZero();
            assertThat(moves.counts()).isEqualTo(new Counts(1, 0, 0));
            second.destroy();
            assertThat(moves.counts()).isEqualTo(new Counts(1, 0, 1));
            servers.until("over", () -> servers.first.toString().contains("closed"));
        }
    }

    /** Without a way back of its own it is ended, and its peer hears so. */
    @Test
    void whatTheSuccessorRefusesIsEndedOtherwise() {
        try (var servers = new MovingServers()) {
            servers.second.pause();
            servers.client("client");
            servers.first.close();
            servers.first.moves().move(servers.accepted.getFirst());
            servers.until("client end");
            servers.until("over", () -> servers.first.toString().contains("closed"));
            assertThat(servers.journal.lines()).doesNotContain("client ECONNRESET");
        }
    }

    @Test
    void aSuccessorThatRefusesThreeInARowIsAskedNoMore() {
        try (var servers = new MovingServers()) {
            servers.first.moves().to(servers::hold);
            for (int number = 0; number < 6; number++) {
                servers.client("client " + number);
            }
            servers.first.close();
            ConnectionMoves moves = servers.first.moves();
            for (int number = 0; number < 5; number++) {
                moves.move(servers.accepted.get(number), ByteBuffer.allocate(0), servers::back);
            }
            servers.turns();
            servers.outcomes.get(0).accept(new IOException("no"));
            servers.outcomes.get(1).accept(new IOException("no"));
            servers.outcomes.get(2).accept(null);
            assertThat(moves.isOpen()).as("it takes again").isTrue();
            servers.outcomes.get(3).accept(new IOException("no"));
            servers.outcomes.get(4).accept(new IOException("no"));
            assertThat(moves.isOpen()).isTrue();
            moves.move(servers.accepted.get(5), ByteBuffer.allocate(0), servers::back);
            servers.turns();
            servers.outcomes.get(5).accept(new IOException("no"));
            assertThat(moves.isOpen()).isFalse();
            assertThat(servers.journal.count("back")).isEqualTo(5);
            assertThat(moves.move(servers.accepted.get(0))).isFalse();
            assertThatThrownBy(() -> servers.outcomes.get(5).accept(null))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageStartingWith("the outcome was told already");
        }
    }

    @Test
    void aSuccessorThatThrowsHasNotTaken() {
        try (var servers = new MovingServers()) {
            List<Throwable> uncaught = new ArrayList<>();
            servers.loop.onUncaught(uncaught::add);
            servers.first
                    .moves()
                    .to((socket, outcome) -> {
                        throw new IllegalStateException("no successor");
                    });
            servers.client("client");
            servers.first.close();
            NetSocket socket = servers.accepted.getFirst();
            servers.first.moves().move(socket, ByteBuffer.allocate(0), servers::back);
            servers.until("back");
            assertThat(uncaught).extracting(Throwable::getMessage).containsExactly("no successor");
            assertThat(socket.isDestroyed()).isFalse();
        }
    }

    @Test
    void soManyAreUnderWayAndAtThreeQuartersOfTheLimitTheOthersStay() {
        try (var servers = new MovingServers()) {
            servers.first.moves().to(servers::hold);
            int many = ConnectionMoves.UNDER_WAY_MAX + 2;
            for (int number = 0; number < many; number++) {
                servers.client("client");
            }
            servers.first.shutdown(Duration.ofSeconds(8));
            servers.first.shutdown(Duration.ofSeconds(4));
            servers.first.shutdown(Duration.ofSeconds(8));
            ConnectionMoves moves = servers.first.moves();
            servers.accepted.forEach(
                    socket -> moves.move(socket, ByteBuffer.allocate(0), servers::back));
            servers.turns();
            assertThat(servers.outcomes).hasSize(ConnectionMoves.UNDER_WAY_MAX);
            servers.outcomes.getFirst().accept(null);
            servers.turns();
            assertThat(servers.outcomes).hasSize(ConnectionMoves.UNDER_WAY_MAX + 1);
            servers.driver.passMillis(2_999);
            servers.turns();
            assertThat(moves.isOpen()).isTrue();
            servers.driver.passMillis(1);
            servers.turns();
            assertThat(moves.isOpen()).isFalse();
            assertThat(servers.journal.count("back")).isOne();
            servers.outcomes.getLast().accept(null);
            assertThat(moves.counts().away()).as("what is under way may arrive").isEqualTo(2);
            servers.outcomes.get(1).accept(new IOException("no"));
            assertThat(servers.journal.count("back")).isEqualTo(2);
        }
    }

    /** The successor may have it by then, and a reset would reach its peer from there. */
    @Test
    void whatIsUnderWayAtTheLimitIsNotReset() {
        try (var servers = new MovingServers()) {
            servers.first.moves().to(servers::hold);
            servers.client("client");
            servers.first.shutdown(Duration.ofSeconds(4));
            servers.first.moves().move(servers.accepted.getFirst());
            servers.turns();
            servers.driver.passMillis(4_000);
            servers.until("client end");
            assertThat(servers.journal.lines()).doesNotContain("client ECONNRESET");
            servers.outcomes.getFirst().accept(new IOException("no"));
            assertThat(servers.first.moves().counts()).isEqualTo(new Counts(0, 0, 1));
        }
    }

    @Test
    void aLimitOfZeroMovesNothing() {
        try (var servers = new MovingServers()) {
            servers.client("client");
            servers.first.shutdown(Duration.ZERO);
            assertThat(servers.first.moves().move(servers.accepted.getFirst())).isFalse();
            servers.until("client ECONNRESET");
        }
    }

    @Test
    void whatIsGoneMeanwhileIsNotAskedFor() {
        try (var servers = new MovingServers()) {
            servers.client("client");
            servers.first.close();
            NetSocket socket = servers.accepted.getFirst();
            servers.first.moves().move(socket, ByteBuffer.allocate(0), servers::back);
            socket.destroy();
            servers.until("over", () -> servers.first.toString().contains("closed"));
            assertThat(servers.journal.lines()).containsExactly("client end");
            assertThat(servers.first.moves().counts()).isEqualTo(new Counts(0, 0, 1));
        }
    }

    @Test
    void whatCantMoveIsLeftAlone() {
        try (var servers = new MovingServers()) {
            for (int number = 0; number < 5; number++) {
                servers.client("client");
            }
            ConnectionMoves moves = servers.first.moves();
            List<NetSocket> sockets = servers.accepted;
            assertThat(moves.move(sockets.get(0))).as("the server does not leave").isFalse();
            servers.first.close();
            sockets.get(0).filter(new XorFilter());
            sockets.get(1).end();
            sockets.get(2).pipeTo(sockets.get(3));
            assertThat(sockets.subList(0, 4)).noneMatch(moves::isPossible);
            assertThat(moves.isPossible(sockets.get(4))).isTrue();
            assertThat(sockets.subList(0, 4)).noneMatch(moves::move);
            assertThat(moves.isPossible(NetSocket.connect(servers.loop, 1))).isFalse();
            assertThatThrownBy(() -> moves.to(servers::hold))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("the server is closed: name its successor before");
        }
    }
}
