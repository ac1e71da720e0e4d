package dev.millrace.ipc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.kernel.Descriptor;
import dev.millrace.kernel.IpAddress;
import dev.millrace.net.NetServer;
import dev.millrace.net.NetSocket;
import dev.millrace.sys.Libc;
import dev.millrace.sys.Linux;
import dev.millrace.udp.UdpSocket;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a Node program gets, and what its words are taken for. */
@Tag("epoll")
@Tag("L1")
@Tag("L2")
class NodeSenderTest {
    private final NodePair pair = new NodePair(ChannelOptions.DEFAULTS.withDescriptorsMax(4));

    @AfterEach
    void close() {
        pair.close();
    }

    private NetSocket connection() {
        return new PassedPair(pair.loop).accepted;
    }

    private static String line(String type, String message) {
        return "{\"cmd\":\"NODE_HANDLE\",\"type\":\"" + type + "\",\"msg\":" + message + "}\n";
    }

    private int arrived() {
        int count = 0;
        while (true) {
            var next = pair.descriptors.take();
            if (next.isEmpty()) {
                return count;
            }
            Descriptor.of(next.getAsInt()).close();
            count++;
        }
    }

    @Test
    void oneTravelsAtATimeAndEverythingBehindItWaits() {
        NetSocket first = connection();
        NetSocket second = connection();
        pair.channel.send("1", Passable.of(first), pair::outcome);
        pair.channel.send("{\"two\":2}");
        pair.channel.send("3", Passable.of(second), pair::outcome);
        pair.channel.send("4");
        pair.untilSeen(line("net.Socket", "1"));
        pair.turns();
        assertThat(pair.seen).hasToString(line("net.Socket", "1"));
        assertThat(arrived()).isEqualTo(1);
        assertThat(pair.journal.lines()).as("no word yet").isEmpty();
        assertThat(first.isDestroyed()).isFalse();
        assertThat(pair.channel.underWayCount()).isEqualTo(2);
        pair.write(NodePair.ACK);
        pair.until("outcome arrived");
        assertThat(first.isDestroyed()).as("it is the peer's").isTrue();
        String both = line("net.Socket", "1") + "{\"two\":2}\n" + line("net.Socket", "3");
        pair.untilSeen(both);
        pair.turns();
        assertThat(pair.seen).hasToString(both);
        pair.write(NodePair.ACK);
        pair.untilSeen(both + "4\n");
        assertThat(arrived()).isEqualTo(1);
        assertThat(pair.channel.underWayCount()).isZero();
    }

    @Test
    void whatDidNotArriveIsSentAgainThreeTimes() {
        NetSocket socket = connection();
        pair.channel.send("1", Passable.of(socket), pair::outcome);
        pair.channel.send("2");
        String line = line("net.Socket", "1");
        for (int time = 1; time <= 4; time++) {
            pair.untilSeen(line.repeat(time));
            assertThat(arrived()).isEqualTo(1);
            assertThat(pair.journal.lines()).isEmpty();
            pair.write(NodePair.NACK);
        }
        pair.until("outcome send EMFILE");
        assertThat(socket.isDestroyed()).as("it is still ours").isFalse();
        pair.untilSeen("2\n");
        assertThat(pair.seen).hasToString(line.repeat(4) + "2\n");
        pair.channel.send("3", Passable.of(socket), pair::outcome);
        pair.untilSeen(line("net.Socket", "3"));
        pair.write(NodePair.NACK);
        pair.untilSeen(line("net.Socket", "3").repeat(2));
        pair.write(NodePair.ACK);
        pair.until("outcome arrived");
    }

    @Test
    void eachKindHasNodesNameForIt() {
        NetServer server = NetServer.create(pair.loop).listen(IpAddress.loopback(0));
        UdpSocket udp = UdpSocket.create(pair.loop).bind(IpAddress.loopback(0));
        UdpSocket udp6 = UdpSocket.create(pair.loop).bind(IpAddress.of("::1", 0));
        pair.until("bound", () -> server.isListening() && udp6.address().isPresent());
        List<Passable> passed = List.of(Passable.of(server), Passable.of(udp), Passable.of(udp6));
        passed.forEach(one -> pair.channel.send("0", one, pair::outcome));
        pair.untilSeen(line("net.Server", "0"));
        pair.write(NodePair.ACK);
        pair.untilSeen(
                "{\"cmd\":\"NODE_HANDLE\",\"type\":\"dgram.Socket\",\"dgramType\":\"udp4\",\"msg\":0}");
        pair.write(NodePair.ACK);
        pair.untilSeen(
                "{\"cmd\":\"NODE_HANDLE\",\"type\":\"dgram.Socket\",\"dgramType\":\"udp6\",\"msg\":0}");
        pair.write(NodePair.ACK);
        pair.until("all", () -> pair.journal.count("outcome arrived") == 3);
        assertThat(server.isListening()).as("both have it").isTrue();
        assertThat(arrived()).isEqualTo(3);
    }

    @Test
    void aFileIsRefusedWhereNodeWouldEnd() {
        try (Libc libc = new Libc()) {
            Descriptor file = Descriptor.of(libc.open("/dev/zero", Linux.O_RDONLY));
            pair.channel.send("1", Passable.of(file), pair::outcome);
            pair.channel.send("2");
            pair.untilSeen("2\n");
            assertThat(pair.journal.lines().getFirst())
                    .startsWith("outcome send ERR_INVALID_HANDLE_TYPE: ");
            assertThat(pair.seen).hasToString("2\n");
            assertThat(file.isOpen()).isTrue();
            file.close();
        }
    }

    @Test
    void aConnectionWithUnreadBytesStays() {
        PassedPair passed = new PassedPair(pair.loop);
        passed.client.write("hello");
        StringBuilder read = new StringBuilder();
        passed.accepted
                .onBytes((array, offset, length) -> {
                    pair.channel.send("1", Passable.of(passed.accepted), pair::outcome);
                    return 2;
                })
                .resume();
        pair.until("told", () -> !pair.journal.lines().isEmpty());
        assertThat(pair.journal.lines().getFirst())
                .startsWith("outcome send ERR_CHANNEL_UNREAD: ")
                .contains("withPauseOnConnect");
        passed.accepted.onData(data -> read.append((char) data.get())).resume();
        pair.until("they are there", () -> read.toString().equals("l"));
        assertThat(pair.channel.underWayCount()).isZero();
    }

    @Test
    void ofAChannelThatEndsEverythingIsStillOurs() {
        NetSocket first = connection();
        NetSocket second = connection();
        pair.channel.send("1", Passable.of(first), pair::outcome);
        pair.channel.send("2", Passable.of(second), pair::outcome);
        pair.untilSeen(line("net.Socket", "1"));
        pair.raw.destroy();
        pair.until("closed");
        assertThat(pair.journal.lines())
                .containsExactly("outcome send EPIPE", "outcome send EPIPE", "closed");
        assertThat(first.isDestroyed() || second.isDestroyed()).isFalse();
        pair.channel.send("3", Passable.of(first), pair::outcome);
        pair.turns();
        assertThat(pair.journal.count("outcome send EPIPE")).isEqualTo(3);
    }

    @Test
    void ofAChannelThatIsClosedHereNothingCanBeSaid() {
        pair.channel.send("1", Passable.of(connection()), pair::outcome);
        pair.untilSeen(line("net.Socket", "1"));
        pair.channel.close();
        pair.until("closed");
        assertThat(pair.journal.lines()).containsExactly("outcome send ECANCELED", "closed");
    }

    @Test
    void disconnectingWaitsForTheLastWord() {
        pair.channel.send("1", Passable.of(connection()), pair::outcome);
        pair.channel.send("2");
        pair.channel.disconnect();
        assertThat(pair.channel.isOpen()).isFalse();
        pair.untilSeen(line("net.Socket", "1"));
        pair.turns();
        assertThat(pair.raw.isReadable()).isTrue();
        pair.write(NodePair.ACK);
        pair.until("closed");
        pair.untilSeen("2\n");
        assertThat(pair.journal.lines()).containsExactly("outcome arrived", "closed");
    }

    @Test
    void disconnectingWithNothingBehindItWaitsForTheWordAsWell() {
        pair.channel.send("1", Passable.of(connection()), pair::outcome);
        pair.untilSeen(line("net.Socket", "1"));
        pair.channel.disconnect();
        pair.turns();
        pair.write(NodePair.ACK);
        pair.until("closed");
        assertThat(pair.journal.lines()).containsExactly("outcome arrived", "closed");
    }

    @Test
    void soManyWaitAndNotOneMore() {
        for (int number = 0; number < 4; number++) {
            pair.channel.send("1", Passable.of(connection()), pair::outcome);
        }
        pair.channel.send("1", Passable.of(connection()), pair::outcome);
        pair.turns();
        assertThat(pair.journal.lines()).containsExactly("outcome send ENOBUFS");
        assertThat(pair.channel.underWayCount()).isEqualTo(4);
    }

    @Test
    void aTextInSeveralLinesBecomesOne() {
        pair.channel.send("{\n  \"a\": \"\\n\"\n}");
        pair.untilSeen("{   \"a\": \"\\n\" }\n");
        assertThat(pair.seen).hasToString("{   \"a\": \"\\n\" }\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{\"a\":}", "hello", "1\n2", "{\"cmd\":\"NODE_HANDLE_ACK\"}"})
    void whatWouldHarmTheParentIsRefused(String json) {
        assertThatThrownBy(() -> pair.channel.send(json))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(pair.channel.isOpen()).isTrue();
    }

    @Test
    void aMessageThatIsTooLongIsRefused() {
        int most = ChannelOptions.DEFAULTS.messageMaxBytes();
        pair.channel.send("\"" + "x".repeat(most - 2) + "\"");
        assertThatThrownBy(() -> pair.channel.send("\"" + "x".repeat(most - 1) + "\""))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("messageMaxBytes");
    }

    @Test
    void whoSendsMoreThanThePeerReadsIsTold() {
        pair.channel.onDrain(pair.journal.line("drain"));
        assertThat(pair.channel.send("1")).isTrue();
        assertThat(pair.channel.send("2", Passable.of(connection()), pair::outcome)).isFalse();
        assertThat(pair.channel.send("3")).isFalse();
        pair.untilSeen(line("net.Socket", "2"));
        pair.turns();
        assertThat(pair.journal.lines()).isEmpty();
        pair.write(NodePair.ACK);
        pair.until("drain");
        String large = "\"" + "x".repeat(1 << 20) + "\"";
        pair.raw.pause();
        assertThat(pair.channel.send(large)).isFalse();
        pair.raw.resume();
        pair.until("drain again", () -> pair.journal.count("drain") == 2);
    }
}
