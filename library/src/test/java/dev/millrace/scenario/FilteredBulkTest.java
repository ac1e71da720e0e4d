package dev.millrace.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.loop.Loop;
import dev.millrace.net.FilteredPair;
import dev.millrace.net.NetSocket;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Much through a filter, each way at once, without more than a little of it in memory. */
@Tag("R25")
class FilteredBulkTest {
    private static final int CHUNK_BYTES = 48 * 1024;

    /** A chunk tripled may wait beside the high-water mark. */
    private static final long QUEUED_MAX_BYTES = 64 * 1024 + 3 * CHUNK_BYTES;

    private static final long HEAP_GROWTH_MAX_BYTES = 16L << 20;

    @Test
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void sixteenMebibytesEachWay() {
        assertCarried(16L << 20);
    }

    @Test
    @Tag("faults")
    @Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void oneGibibyteEachWay() {
        assertCarried(1L << 30);
    }

    /** Half-open: the end of the faster side must not end the other before it has sent all. */
    private static void assertCarried(long total) {
        End[] ends = new End[2];
        // On this thread: the deadline of a fixture is for tests that are over at once.
        Loop.run(loop ->
                FilteredPair.halfOpen(
                        loop,
                        accepted -> ends[1] = new End(accepted, total),
                        client -> ends[0] = new End(client, total)));
        for (End end : ends) {
            assertThat(end.received).isEqualTo(total);
            assertThat(end.isWrong).isFalse();
            assertThat(end.isEnded).isTrue();
            assertThat(end.mostQueued).isBetween(64L * 1024, QUEUED_MAX_BYTES);
            assertThat(end.mostHeap - end.earlyHeap).isLessThan(HEAP_GROWTH_MAX_BYTES);
        }
    }

    /** Writes as it may, and reads with pauses. */
    private static final class End {
        private final NetSocket socket;
        private final long total;
        private final byte[] chunk = new byte[CHUNK_BYTES];
        private long sent;
        private long received;
        private boolean isWrong;
        private boolean isEnded;
        private long mostQueued;
        private long earlyHeap = Long.MAX_VALUE;
        private long mostHeap;
        private long nextLook;

        End(NetSocket socket, long total) {
            this.socket = socket;
            this.total = total;
            this.nextLook = total / 8;
            socket.onBytes(this::read);
            socket.onEnd(() -> isEnded = true);
            socket.onDrain(this::writeOn);
            writeOn();
        }

        private void writeOn() {
            boolean mayGoOn = true;
            while (mayGoOn && sent < total) {
                int length = (int) Math.min(chunk.length, total - sent);
                for (int i = 0; i < length; i++) {
                    chunk[i] = (byte) ((sent + i) % 251);
                }
                sent += length;
                mayGoOn = socket.write(chunk, 0, length);
                mostQueued = Math.max(mostQueued, socket.queuedBytes());
            }
            if (sent == total) {
                sent++;
                socket.end();
            }
        }

        private int read(byte[] array, int offset, int length) {
            for (int i = 0; i < length; i++) {
                isWrong |= array[offset + i] != (byte) ((received + i) % 251);
            }
            received += length;
            socket.pause();
            socket.loop().setImmediate(socket::resume);
            if (received > nextLook) {
                nextLook += total / 4;
                look();
            }
            return length;
        }

        /** After a collection: what is reachable, not what is garbage. */
        private void look() {
            System.gc();
            Runtime runtime = Runtime.getRuntime();
            long heap = runtime.totalMemory() - runtime.freeMemory();
            earlyHeap = Math.min(earlyHeap, mostHeap == 0 ? heap : earlyHeap);
            mostHeap = Math.max(mostHeap, heap);
        }
    }
}
