package dev.millrace.ipc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.kernel.Descriptor;
import dev.millrace.kernel.DescriptorKind;
import dev.millrace.sys.Libc;
import dev.millrace.sys.Linux;
import dev.millrace.testing.Kernel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Messages, and descriptors that are told apart by what is behind them. */
@Tag("epoll")
class ChannelTest {
    private static final String SENT = "/dev/zero";

    private final ChannelPair pair = new ChannelPair();
    private final Libc libc = new Libc();

    @AfterEach
    void close() {
        pair.close();
        assertThat(Kernel.descriptors(SENT)).as("nothing leaks").isEmpty();
        libc.close();
    }

    private Descriptor open() {
        return Descriptor.of(libc.open(SENT, Linux.O_RDONLY | Linux.O_CLOEXEC));
    }

    @Test
    void messagesArriveWholeAndInOrderBothWays() {
        String big = "x".repeat(1_000_000);
        List<String> came = new ArrayList<>();
        pair.right.onMessage(message -> {
            assertThat(message.isText()).isTrue();
            assertThat(message.take()).isEmpty();
            came.add(message.text());
            pair.right.send(ByteBuffer.wrap(new byte[] {(byte) came.size()}));
        });
        pair.left.onMessage(message -> {
            assertThat(message.isText()).isFalse();
            pair.journal.add("back " + message.bytes().get(0));
        });
        assertThat(pair.left.send("grüße")).isTrue();
        assertThat(pair.left.send("")).isTrue();
        assertThat(pair.left.send(big)).as("the kernel can't take it at once").isFalse();
        pair.left.send("last");
        pair.until("back 4");
        assertThat(came).containsExactly("grüße", "", big, "last");
        assertThat(pair.journal.lines()).containsExactly("back 1", "back 2", "back 3", "back 4");
    }

    @Test
    void messagesBeforeThereIsAListenerWaitForIt() {
        pair.left.send("first");
        pair.left.send("second");
        pair.turns();
        pair.right.onMessage(message -> pair.journal.add(message.text()));
        pair.until("second");
        assertThat(pair.journal.lines()).containsExactly("first", "second");
    }

    @Test
    void aPausedChannelTellsNothingMore() {
        pair.right.onMessage(message -> {
            pair.journal.add(message.text());
            pair.right.pause();
        });
        pair.left.send("first");
        pair.left.send("second");
        pair.until("first");
        pair.turns();
        assertThat(pair.journal.lines()).containsExactly("first");
        pair.right.resume();
        pair.until("second");
    }

    @Test
    void endComesBehindTheLastMessageAndEndsBothSides() {
        pair.right.onMessage(message -> pair.journal.add(message.text()));
        pair.left.send("bye");
        pair.left.end();
        assertThat(pair.left.isOpen()).isFalse();
        assertThat(pair.left.send("late")).isFalse();
        pair.until("left closed");
        pair.until("right closed");
        assertThat(pair.journal.lines()).startsWith("bye").doesNotContain("late");
    }

    @Test
    @Tag("D9")
    @Tag("E10")
    @Tag("L2")
    void twentyInOneBurstArriveInOrder() throws IOException {
        List<String> sent = new ArrayList<>();
        List<String> came = new ArrayList<>();
        pair.right.onMessage(message -> {
            came.add(message.text());
            message.take().forEach(one -> ((Passable.Open) one).descriptor().close());
        });
        for (int number = 1; number <= 20; number++) {
            sent.add("number " + number);
            pair.left.send("number " + number, List.of(Passable.of(open())), pair::outcome);
        }
        assertThat(pair.left.underWayCount()).as("each waits for its tick").isZero();
        pair.until("all", () -> pair.journal.count("outcome taken") == 20);
        assertThat(came).isEqualTo(sent);
        assertThat(pair.left.underWayCount()).isZero();
        assertThat(Kernel.descriptors(SENT)).as("they have moved, and were closed").isEmpty();
    }

    @Test
    @Tag("G14")
    @Tag("F4")
    void manyPassWithOneMessageInSeveralFrames() throws IOException {
        int count = 2 * 253 + 7;
        List<Passable> many = new ArrayList<>();
        Descriptor first = open();
        many.add(Passable.of(first));
        for (int more = 1; more < count; more++) {
            many.add(Passable.of(first.duplicate()));
        }
        pair.right.onMessage(message -> {
            assertThat(message.kinds()).isEqualTo(Collections.nCopies(count, DescriptorKind.FILE));
            List<Passable> taken = message.take();
            assertThat(taken).hasSize(count);
            assertThat(message.take()).isSameAs(taken);
            assertThat(
                            libc.fcntl(
                                            ((Passable.Open) taken.getLast()).descriptor().number(),
                                            Linux.F_GETFD,
                                            0)
                                    & Linux.FD_CLOEXEC)
                    .isNotZero();
            taken.forEach(one -> ((Passable.Open) one).descriptor().close());
            pair.journal.add(message.text());
        });
        pair.left.send("many", many, pair::outcome);
        pair.until("outcome taken");
        assertThat(pair.journal.lines()).containsExactly("many", "outcome taken");
    }

    @Test
    @Tag("R34")
    @Tag("X92")
    void whatIsNotTakenIsClosedThereAndStaysTheSenders() {
        Descriptor sent = open();
        List<Message> kept = new ArrayList<>();
        pair.right.onMessage(kept::add);
        pair.left.send(Passable.of(sent), pair::outcome);
        pair.until("outcome send ERR_CHANNEL_NOT_TAKEN: the receiver did not take what was passed");
        assertThat(Kernel.descriptors(SENT)).containsExactly(sent.number());
        assertThatThrownBy(kept.getFirst()::take)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("given back");
        sent.close();
    }

    @Test
    @Tag("L2")
    @Tag("X92")
    void eachOfSeveralUnderWayHasItsOwnOutcome() {
        Descriptor refused = open();
        Descriptor wanted = open();
        pair.right.onMessage(message -> {
            if (message.text().equals("wanted")) {
                ((Passable.Open) message.take().getFirst()).descriptor().close();
            }
        });
        pair.left.send("refused", List.of(Passable.of(refused)), pair::outcome);
        pair.left.send("wanted", List.of(Passable.of(wanted)), pair::outcome);
        pair.until("outcome taken");
        pair.until("outcome send ERR_CHANNEL_NOT_TAKEN: the receiver did not take what was passed");
        assertThat(refused.isOpen()).isTrue();
        assertThat(wanted.isOpen()).isFalse();
        refused.close();
    }

    @Test
    @Tag("R34")
    void whatIsAcknowledgedIsTheReceiversBeforeItsListenerReturns() {
        Descriptor sent = open();
        pair.left.onMessage(message -> pair.journal.add(message.text()));
        pair.right.onMessage(message -> {
            assertThatThrownBy(message::acknowledge)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("acknowledge what was taken");
            ((Passable.Open) message.take().getFirst()).descriptor().close();
            message.acknowledge();
            message.acknowledge();
            assertThatThrownBy(message::refuse)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("before it is acknowledged");
            pair.right.send("served");
        });
        pair.left.send(Passable.of(sent), pair::outcome);
        pair.until("served");
        assertThat(pair.journal.lines()).containsExactly("outcome taken", "served");
        pair.turns();
        // A second outcome would be one of nothing, and the channel's end.
        assertThat(pair.left.isOpen()).isTrue();
    }

    @Test
    @Tag("R34")
    void whatWaitsForAListenerIsClosedWithTheChannel() {
        Descriptor sent = open();
        pair.left.send(Passable.of(sent), pair::outcome);
        pair.until("arrived", () -> Kernel.descriptors(SENT).size() == 2);
        pair.right.close();
        assertThat(Kernel.descriptors(SENT)).hasSizeLessThanOrEqualTo(2);
        pair.until("outcome send EPIPE");
        assertThat(Kernel.descriptors(SENT)).containsExactly(sent.number());
        sent.close();
    }

    @Test
    @Tag("X94")
    void aDeadPeerGivesEverythingBack() {
        Descriptor one = open();
        Descriptor two = open();
        pair.right.close();
        pair.left.send("", List.of(Passable.of(one)), pair::outcome);
        pair.until("left closed");
        pair.left.send("", List.of(Passable.of(two)), pair::outcome);
        pair.until(
                "both",
                () ->
                        pair.journal.lines().stream()
                                        .filter(l -> l.startsWith("outcome send EPIPE"))
                                        .count()
                                == 2);
        assertThat(one.isOpen()).isTrue();
        assertThat(two.isOpen()).isTrue();
        one.close();
        two.close();
    }

    @Test
    void aChannelThatIsClosedHereCantSay() {
        Descriptor one = open();
        pair.left.send(Passable.of(one), pair::outcome);
        pair.left.close();
        pair.until("left closed");
        assertThat(pair.journal.lines()).contains("outcome send ECANCELED");
        one.close();
    }

    @Test
    void limitsAreToldToTheCaller() {
        ChannelOptions small =
                ChannelOptions.DEFAULTS.withDescriptorsMax(2).withMessageMaxBytes(131072);
        try (ChannelPair limited = new ChannelPair(small, true)) {
            assertThat(limited.left.send("x".repeat(131072))).isNotNull();
            assertThatThrownBy(() -> limited.left.send("x".repeat(131073)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("131072");
            Descriptor one = open();
            Passable passed = Passable.of(one);
            assertThatThrownBy(() ->
                            limited.left.send(
                                    "", List.of(passed, passed, passed), limited::outcome))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("at most 2");
            limited.left.send("", List.of(passed, passed), limited::outcome);
            limited.left.send("", List.of(passed), limited::outcome);
            limited.until("outcome send ENOBUFS");
            limited.left.send("x".repeat(131072), List.of(), limited::outcome);
            one.close();
        }
        assertThatThrownBy(() -> ChannelOptions.DEFAULTS.withDescriptorsMax(1025))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ChannelOptions.DEFAULTS.withMessageMaxBytes(1000))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
