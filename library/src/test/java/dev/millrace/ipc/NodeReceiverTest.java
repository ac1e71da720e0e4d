package dev.millrace.ipc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.net.NetSocket;
import dev.millrace.sys.Libc;
import dev.millrace.sys.Linux;
import dev.millrace.testing.Kernel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a Node program may write, and what a hostile one does. */
@Tag("epoll")
@Tag("L1")
@Tag("L2")
class NodeReceiverTest {
    private static final String SENT = "/dev/zero";
    private static final int LINE_MAX = 131072;
    private static final String HANDLE =
            "{\"cmd\":\"NODE_HANDLE\",\"type\":\"net.Native\",\"msg\":{\"a\":[1,\"\u00e4\"]}}\n";

    private final NodePair pair =
            new NodePair(ChannelOptions.DEFAULTS.withMessageMaxBytes(LINE_MAX));
    private final Libc libc = new Libc();
    private final int sent = libc.open(SENT, Linux.O_RDONLY | Linux.O_CLOEXEC);

    @AfterEach
    void close() {
        pair.close();
        assertThat(Kernel.descriptors(SENT)).as("nothing leaks").containsExactly(sent);
        libc.close(sent);
        libc.close();
    }

    private void assertDropped(String why) {
        pair.until("closed");
        assertThat(pair.journal.lines())
                .anyMatch(line ->
                        line.startsWith("error read ERR_CHANNEL_FRAME: ") && line.contains(why));
    }

    @Test
    void linesMayBeCutAndJoinedAnywhereAndKeepTheirDescriptors() {
        pair.listen();
        byte[] with = HANDLE.getBytes(StandardCharsets.UTF_8);
        for (int cut = 1; cut < with.length; cut++) {
            // The kernel joins the first line with what the descriptor comes with.
            pair.write("{\"plain\":1}\n");
            pair.write(Arrays.copyOf(with, cut), sent);
            pair.turns();
            pair.write(
                    new String(with, cut, with.length - cut, StandardCharsets.ISO_8859_1)
                            .getBytes(StandardCharsets.ISO_8859_1),
                    new int[0]);
            pair.write("\"plain\"\n");
            int expected = cut;
            pair.until("all came", () -> pair.journal.count("message \"plain\"") == expected);
        }
        int count = with.length - 1;
        assertThat(pair.journal.count("message {\"a\":[1,\"\u00e4\"]} Open")).isEqualTo(count);
        assertThat(pair.journal.count("message {\"plain\":1}")).isEqualTo(count);
        pair.until("every word", () -> pair.seen.toString().equals(NodePair.ACK.repeat(count)));
    }

    @Test
    void whatNodeKeepsForItselfIsNotShown() {
        pair.listen();
        pair.write("{\"cmd\":\"NODE_CLUSTER\",\"act\":\"x\"}\n{\"\\u0063md\":\"\\u004eODE_X\"}\n");
        pair.write("{\"cmd\":\"NODE_HANDLE\",\"msg\":{\"cmd\":\"NODE_CLUSTER\"}}\n", sent);
        pair.write(
                "{\"cmd\":\"NODE_\"}\n{\"cmd\":7}\n[\"NODE_X\"]\n{\"a\":{\"cmd\":\"NODE_X\"}}\n");
        pair.write("null\n");
        pair.until("message null");
        assertThat(pair.journal.lines())
                .containsExactly(
                        "message {\"cmd\":\"NODE_\"}",
                        "message {\"cmd\":7}",
                        "message [\"NODE_X\"]",
                        "message {\"a\":{\"cmd\":\"NODE_X\"}}",
                        "message null");
        pair.untilSeen(NodePair.ACK);
        assertThat(pair.seen).hasToString(NodePair.ACK);
    }

    @Test
    void nothingIsReadBeforeThereIsAListener() {
        pair.write("{\"first\":1}\n");
        pair.write(HANDLE, sent);
        pair.write("2\n");
        pair.turns();
        assertThat(pair.seen).as("no word for what was not given to the program").isEmpty();
        pair.listen();
        pair.until("message 2");
        assertThat(pair.journal.lines()).hasSize(3).first().isEqualTo("message {\"first\":1}");
    }

    @Test
    void aPausedChannelTellsNothingUntilItIsResumed() {
        pair.channel.onMessage((json, passed) -> {
            pair.journal.add(json);
            if (json.equals("1")) {
                pair.channel.pause();
            }
        });
        pair.write("1\n2\n");
        pair.turns();
        assertThat(pair.journal.lines()).containsExactly("1");
        pair.channel.resume();
        pair.until("2");
    }

    /** Node packs what it sends again once more: its receiver says a word for each packing. */
    @Test
    void whatNodeSendsAgainIsTakenOutOfBothPackingsWithOneWord() {
        pair.listen();
        String inner = "{\"cmd\":\"NODE_HANDLE\",\"type\":\"net.Socket\",\"msg\":{\"b\":2}}";
        pair.write(
                "{\"cmd\":\"NODE_HANDLE\",\"type\":\"net.Native\",\"msg\":" + inner + "}\n", sent);
        pair.until("message {\"b\":2} Open");
        pair.write("1\n");
        pair.until("message 1");
        assertThat(pair.seen).hasToString(NodePair.ACK);
    }

    @Test
    void aHandleWithoutADescriptorIsAskedForAgain() {
        pair.listen();
        pair.write(HANDLE);
        pair.untilSeen(NodePair.NACK);
        pair.write(HANDLE, sent);
        pair.untilSeen(NodePair.NACK + NodePair.ACK);
        assertThat(pair.journal.lines()).hasSize(1);
    }

    @Test
    void aServerOfTheParentsLearnsWhenItsLastConnectionIsGone() {
        List<NetSocket> came = new ArrayList<>();
        pair.channel.onMessage(
                (json, passed) -> came.add(((Passable.Connection) passed.get()).socket()));
        for (int number = 0; number < 2; number++) {
            PassedPair passed = new PassedPair(pair.loop);
            int descriptor = passed.number();
            pair.write(
                    "{\"cmd\":\"NODE_HANDLE\",\"type\":\"net.Socket\",\"msg\":1,\"key\":\"k:1\"}\n",
                    descriptor);
            int expected = number + 1;
            pair.until("came", () -> came.size() == expected);
            libc.close(descriptor);
        }
        came.forEach(socket -> socket.handOver().resume());
        pair.write("{\"cmd\":\"NODE_SOCKET_GET_COUNT\",\"key\":\"k:1\"}\n");
        pair.untilSeen("{\"cmd\":\"NODE_SOCKET_COUNT\",\"key\":\"k:1\",\"count\":2}\n");
        pair.write("{\"cmd\":\"NODE_SOCKET_NOTIFY_CLOSE\",\"key\":\"other\"}\n");
        pair.untilSeen("{\"cmd\":\"NODE_SOCKET_ALL_CLOSED\",\"key\":\"other\"}\n");
        pair.write("{\"cmd\":\"NODE_SOCKET_NOTIFY_CLOSE\",\"key\":\"k:1\"}\n");
        came.getFirst().destroy();
        pair.write("{\"cmd\":\"NODE_SOCKET_GET_COUNT\",\"key\":\"k:1\"}\n");
        pair.untilSeen("\"key\":\"k:1\",\"count\":1}\n");
        assertThat(pair.seen.toString()).doesNotContain("ALL_CLOSED\",\"key\":\"k:1\"");
        came.getLast().destroy();
        pair.untilSeen("{\"cmd\":\"NODE_SOCKET_ALL_CLOSED\",\"key\":\"k:1\"}\n");
    }

    static Stream<String> nonsense() {
        return Stream.of(
                "\n",
                "{\"a\":1\n",
                "hello\n",
                "\u0000\u0000\u0000\u0001\n",
                "{\"cmd\":\"NODE_HANDLE_ACK\"}\n",
                "{\"cmd\":\"NODE_HANDLE_NACK\"}\n",
                "GET / HTTP/1.1\r\n\r\n");
    }

    @ParameterizedTest
    @MethodSource("nonsense")
    void nonsenseDropsThePeer(String text) {
        pair.listen();
        pair.write(text);
        assertDropped("");
    }

    @Test
    void whatIsNoUtf8DropsThePeer() {
        pair.listen();
        pair.write(new byte[] {'"', (byte) 0xff, '"', '\n'});
        assertDropped("UTF-8");
    }

    @Test
    void descriptorsWhereNoneBelongDropThePeer() {
        pair.listen();
        pair.write("{\"plain\":1}\n", sent);
        assertDropped("no line has announced");
    }

    @Test
    void severalDescriptorsDropThePeer() {
        pair.listen();
        pair.write(HANDLE, sent, sent);
        assertDropped("2 descriptors with one line");
    }

    @Test
    void aHandleWithoutAMessageDropsThePeer() {
        pair.listen();
        pair.write("{\"cmd\":\"NODE_HANDLE\",\"type\":\"net.Socket\"}\n", sent);
        assertDropped("without a msg");
    }

    @Test
    void theLongestLineIsReadAndALongerOneIsNot() {
        pair.listen();
        String longest = "\"" + "x".repeat(LINE_MAX - 2) + "\"";
        pair.write(longest + "\n" + longest + "\n");
        pair.until("both", () -> pair.journal.count("message " + longest) == 2);
        pair.write(longest + " ");
        assertDropped("a line of more than 131072 bytes");
    }

    @Test
    void theEndInTheMiddleOfALineIsAnError() {
        pair.listen();
        pair.write("{\"a\":", sent);
        pair.turns();
        pair.raw.end();
        assertDropped("the end in the middle");
    }

    @Test
    void theEndBetweenLinesIsNone() {
        pair.listen();
        pair.write("1\n");
        pair.raw.end();
        pair.until("closed");
        assertThat(pair.journal.lines()).containsExactly("message 1", "closed");
    }

    @Test
    void aPeerThatReadsNoWordsIsNotReadEither() {
        pair.listen();
        pair.raw.pause();
        byte[] many =
                "{\"cmd\":\"NODE_HANDLE\",\"msg\":1}\n"
                        .repeat(1000)
                        .getBytes(StandardCharsets.UTF_8);
        long before = pair.raw.queuedBytes();
        for (int round = 0; round < 1000 && pair.raw.queuedBytes() == before; round++) {
            pair.write(many);
            pair.turns();
        }
        assertThat(pair.raw.queuedBytes()).as("it is not taken any more").isPositive();
        pair.raw.resume();
        pair.write("\"and on\"\n");
        pair.until("message \"and on\"");
    }
}
