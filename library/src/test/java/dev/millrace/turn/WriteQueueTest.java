package dev.millrace.turn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.driver.ForwardingDriver;
import dev.millrace.driver.Port;
import dev.millrace.stream.WriteLimit;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class WriteQueueTest {
    private static final int HALF = WriteQueue.AT_ONCE_MAX_BYTES / 2;

    /** A port that the test's driver never looks at. */
    private static final class NoPort extends Port {
        @Override
        public void call() {}
    }

    /** Takes all that it is given, and notes how much. */
    private static final class Taking extends ForwardingDriver {
        private final List<Integer> taken = new ArrayList<>();
        private final List<Integer> parked = new ArrayList<>();

        @Override
        public int tryWrite(Port port, byte[] array, int offset, int length) {
            taken.add(length);
            return length;
        }

        @Override
        public void write(Port port, byte[] array, int offset, int length) {
            parked.add(length);
        }
    }

    private final WriteQueue queue = new WriteQueue();
    private final Taking driver = new Taking();
    private final Port port = new NoPort();

    @AfterEach
    void close() {
        driver.close();
    }

    /** However many pieces there are: a peer that is fast must not keep the loop. */
    @Test
    @Tag("F1")
    void whatIsWrittenAtOnceIsBoundedInAll() {
        for (int i = 0; i < 5; i++) {
            queue.append(new byte[HALF], 0, HALF, false);
        }
        assertThat(queue.write(driver, port)).isEqualTo(WriteQueue.AT_ONCE_MAX_BYTES);
        assertThat(driver.parked).as("the next slice, which the driver tells").hasSize(1);
        int slice = queue.written();
        assertThat(slice).isEqualTo(driver.parked.getFirst());
        assertThat(queue.write(driver, port)).isEqualTo(WriteQueue.AT_ONCE_MAX_BYTES);
        assertThat(queue.isEmpty()).isFalse();
    }

    @Test
    @Tag("F6")
    void theLargestWriteIsKnownWhetherItIsCopiedOrNot() {
        queue.append(new byte[HALF], 0, HALF, false);
        queue.append(new byte[HALF + 1], 0, HALF + 1, true);
        queue.append(new byte[10], 0, 10, true);
        // The largest is free, and one more byte counts.
        int waiting = HALF + HALF + 1 + 10;
        assertThat(queue.isBeyond(limit(HALF + 11), 1, waiting)).isFalse();
        assertThat(queue.isBeyond(limit(HALF + 10), 1, waiting)).isTrue();
    }

    private static WriteLimit limit(long bytes) {
        return new WriteLimit(bytes, WriteLimit.Policy.REFUSE);
    }
}
