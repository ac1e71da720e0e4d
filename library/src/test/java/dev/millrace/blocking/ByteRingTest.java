package dev.millrace.blocking;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A bounded queue of bytes. */
class ByteRingTest {
    private final ByteRing ring = new ByteRing();

    @Test
    void itTakesUpToItsCapacityAndNoByteMore() {
        byte[] much = new byte[ByteRing.CAPACITY + 1];
        assertThat(ring.put(much, 0, ByteRing.CAPACITY - 1)).isEqualTo(ByteRing.CAPACITY - 1);
        assertThat(ring.isFull()).isFalse();
        assertThat(ring.put(much, 0, 2)).isOne();
        assertThat(ring.isFull()).isTrue();
        assertThat(ring.put(much, 0, 1)).isZero();
        assertThat(ring.size()).isEqualTo(ByteRing.CAPACITY);
        assertThat(ring.array()).hasSize(ByteRing.CAPACITY);
    }

    @Test
    void emptyItGivesBackMuchMemoryAndKeepsALittle() {
        ring.put(new byte[1000], 0, 1000);
        ring.skip(1000);
        assertThat(ring.array()).hasSize(1024);
        ring.put(new byte[5000], 0, 5000);
        ring.skip(4999);
        assertThat(ring.array()).hasSize(8192);
        ring.skip(1);
        assertThat(ring.array()).isEmpty();
        assertThat(ring.straight()).isZero();
    }

    /** Against a queue of the JDK, with pieces of any length, so that every wrap comes up. */
    @Test
    void theOrderIsKeptWhereverItWraps() {
        Random random = new Random(1);
        ArrayDeque<Byte> model = new ArrayDeque<>();
        byte[] piece = new byte[300];
        for (int round = 0; round < 5000; round++) {
            random.nextBytes(piece);
            int from = random.nextInt(100);
            int put = ring.put(piece, from, random.nextInt(200));
            for (int at = 0; at < put; at++) {
                model.add(piece[from + at]);
            }
            if (round % 3 == 0) {
                expectStraight(model);
            }
            expectTaken(model, random.nextInt(220));
            assertThat(ring.size()).isEqualTo(model.size());
        }
    }

    private void expectStraight(ArrayDeque<Byte> model) {
        int straight = ring.straight();
        for (int at = 0; at < straight; at++) {
            assertThat(ring.array()[ring.head() + at]).isEqualTo(model.remove());
        }
        ring.skip(straight);
    }

    private void expectTaken(ArrayDeque<Byte> model, int length) {
        byte[] taken = new byte[length + 1];
        int count = ring.take(taken, 1, length);
        assertThat(count).isEqualTo(Math.min(length, model.size()));
        for (int at = 1; at <= count; at++) {
            assertThat(taken[at]).isEqualTo(model.remove());
        }
    }
}
