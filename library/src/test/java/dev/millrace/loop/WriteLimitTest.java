package dev.millrace.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.stream.WriteLimit;
import dev.millrace.stream.WriteLimit.Policy;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Whoever ignores back-pressure for ever meets the limit of the queue. */
class WriteLimitTest {
    private static final int KIB = 1024;
    private static final byte[] BYTES = new byte[16 * KIB];

    private final StreamPair pair = new StreamPair().connect();
    private final StreamHandle stream = pair.stream;

    @AfterEach
    void close() {
        pair.close();
    }

    private List<String> told(String prefix) {
        return pair.journal.lines().stream().filter(line -> line.startsWith(prefix)).toList();
    }

    /** The largest write that waits does not count; beside it, ten KiB may. */
    private long fillToTheLimit(Policy policy) {
        stream.writeLimit(new WriteLimit(10 * KIB, policy));
        pair.writeUntilQueued();
        for (int count = 0; count < 10; count++) {
            assertThat(stream.write(BYTES, 0, KIB, pair.told("fill " + count))).isTrue();
        }
        return stream.queuedBytes();
    }

    @Test
    @Tag("X80")
    void theDefaultIsGenerousAndCloses() {
        assertThat(stream.writeLimit()).isEqualTo(WriteLimit.DEFAULTS);
        assertThat(WriteLimit.DEFAULTS).isEqualTo(new WriteLimit(64 * KIB * KIB, Policy.CLOSE));
    }

    @Test
    @Tag("X80")
    void atTheLimitAWriteIsTakenAndOneByteBeyondItIsRefused() {
        long queued = fillToTheLimit(Policy.REFUSE);
        assertThat(stream.write(BYTES, 0, 1, pair.told("beyond"))).isFalse();
        assertThat(stream.queuedBytes()).as("none of it is taken").isEqualTo(queued);
        assertThat(told("beyond")).as("not from inside the call").isEmpty();
        pair.turns();
        String where = " " + pair.listener.localAddress();
        assertThat(told("beyond")).containsExactly("beyond write ENOBUFS" + where);

        pair.peer().readStart();
        pair.runUntil("fill 9 ok");
        assertThat(stream.queuedBytes()).isZero();
        assertThat(stream.write(BYTES, 0, KIB, pair.told("after"))).isTrue();
        pair.runUntil("after ok");
        assertThat(told("error")).isEmpty();
    }

    @Test
    @Tag("X80")
    void whereTheWriteClosesTheStreamFailsAndEveryWriteIsToldOnce() {
        fillToTheLimit(Policy.CLOSE);
        assertThat(stream.write(BYTES, 0, 1, pair.told("beyond"))).isFalse();
        assertThat(told("error")).isEmpty();
        pair.turns();
        String where = " " + pair.listener.localAddress();
        assertThat(told("error")).containsExactly("error write ENOBUFS" + where);
        assertThat(told("beyond")).containsExactly("beyond write ENOBUFS" + where);
        assertThat(told("fill ")).hasSize(10).allMatch(line -> line.endsWith("ENOBUFS" + where));
        assertThat(stream.isWritable()).isFalse();
        stream.shutdown(pair.told("shutdown"));
        stream.notifyDrained();
        pair.turns();
        assertThat(told("shutdown")).containsExactly("shutdown shutdown ENOBUFS" + where);
        assertThat(told("error")).as("once").hasSize(1);
        stream.close();
        pair.turns();
        assertThat(told("fill ")).hasSize(10);
    }

    @Test
    @Tag("X80")
    void aRefusedWriteThatNobodyHearsOfClosesTheStream() {
        fillToTheLimit(Policy.REFUSE);
        assertThat(stream.write(BYTES, 0, 1, null)).isFalse();
        pair.turns();
        assertThat(told("error")).hasSize(1);
    }

    @Test
    @Tag("X80")
    void whoTriesAgainAtOnceKeepsNobodyFromTheirTurn() {
        fillToTheLimit(Policy.REFUSE);
        int[] tries = {0};
        Request[] again = {null};
        // The limit is what an endless loop would come to.
        Runnable write =
                () -> {
                    if (++tries[0] < 100_000) {
                        stream.write(BYTES, 0, 1, again[0]);
                    }
                };
        again[0] =
                new Request(error -> {
                    if (error == null) {
                        pair.journal.add("taken");
                    } else {
                        write.run();
                    }
                });
        write.run();
        pair.turns();
        assertThat(tries[0]).isBetween(2, 1000);
        pair.peer().readStart();
        pair.runUntil("taken");
        assertThat(pair.journal.count("taken")).isEqualTo(1);
    }

    @Test
    @Tag("X80")
    void oneWriteOfAnySizeIsTaken() {
        stream.writeLimit(new WriteLimit(0, Policy.CLOSE));
        byte[] large = new byte[32 * KIB * KIB];
        assertThat(stream.writeOwned(large, 0, large.length, pair.told("large"))).isTrue();
        pair.peer().readStart();
        pair.runUntil("large ok");
        assertThat(stream.write(BYTES, 0, KIB, pair.told("next"))).isTrue();
        pair.runUntil("next ok");
        assertThat(told("error")).isEmpty();
    }

    @Test
    @Tag("X80")
    void aWriteThatWasRefusedAndItsStreamClosedIsToldOnceBeforeTheClose() {
        fillToTheLimit(Policy.REFUSE);
        stream.onClose(pair.journal.line("closed"));
        stream.write(BYTES, 0, 1, pair.told("beyond"));
        stream.close();
        pair.turns();
        assertThat(told("beyond")).hasSize(1);
        assertThat(pair.journal.lines()).last().isEqualTo("closed");
    }

    @Test
    void whatWaitsForTheConnectionIsLimitedToo() {
        StreamHandle other = new StreamHandle(pair.loop, StreamHandleTest.NOBODY);
        other.writeLimit(WriteLimit.DEFAULTS.withMaxQueuedBytes(KIB).withPolicy(Policy.REFUSE));
        assertThat(other.write(BYTES, 0, KIB, null)).isTrue();
        assertThat(other.write(BYTES, 0, KIB, null)).isTrue();
        assertThat(other.write(BYTES, 0, 1, pair.told("beyond"))).isFalse();
        other.close();
        pair.turns();
        assertThat(told("beyond")).containsExactly("beyond write ENOBUFS");
    }

    @Test
    void aLimitIsNotNegative() {
        assertThatThrownBy(() -> new WriteLimit(-1, Policy.CLOSE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a limit is not negative: -1");
    }
}
