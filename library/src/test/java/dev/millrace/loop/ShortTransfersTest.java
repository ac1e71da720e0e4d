package dev.millrace.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.testing.LoopFixture;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whatever sizes are written, taken by the kernel and read, and whatever becomes of the caller's
 * array afterwards: what arrives is what was there at each call, in order. A seed is a run.
 */
class ShortTransfersTest {
    private static final int BYTES = 600_000;

    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();

    private void receive(StreamHandle peer, Random random) {
        peer.owner(
                new StreamEvents() {
                    @Override
                    public void onRead(byte[] array, int offset, int length) {
                        received.write(array, offset, length);
                        if (random.nextInt(20) == 0) {
                            peer.readStop();
                            peer.loop().setImmediate(peer::readStart);
                        }
                    }

                    @Override
                    public void onEnd() {}

                    @Override
                    public void onError(IOException error) {
                        throw new AssertionError(error);
                    }

                    @Override
                    public void onThrown(Throwable thrown) {
                        throw new AssertionError(thrown);
                    }
                });
        peer.readStart();
    }

    /** Writes of every kind until enough was written; lent arrays are spoilt right after. */
    private void write(StreamHandle stream, Random random) {
        byte[] lent = new byte[40_000];
        while (written.size() < BYTES && stream.queuedBytes() < 200_000) {
            int kind = random.nextInt(3);
            int length = random.nextInt(kind == 0 ? 300 : lent.length);
            int offset = random.nextInt(lent.length - length + 1);
            random.nextBytes(lent);
            if (kind < 2) {
                stream.write(lent, offset, length, null);
                written.write(lent, offset, length);
            } else if (random.nextBoolean()) {
                byte[] owned = lent.clone();
                stream.writeOwned(owned, offset, length, null);
                written.write(lent, offset, length);
            } else {
                int taken = stream.tryWrite(lent, offset, length);
                written.write(lent, offset, taken);
            }
            Arrays.fill(lent, (byte) 0xDD);
        }
        if (written.size() < BYTES) {
            stream.loop().setImmediate(() -> write(stream, random));
        }
    }

    private void assertArrives(StreamPair pair, long seed) {
        Random random = new Random(seed);
        receive(pair.peer(), random);
        pair.loop.setImmediate(() -> write(pair.stream, random));
        LoopFixture.turnUntil(
                pair.loop,
                "all bytes of seed " + seed,
                () -> written.size() >= BYTES && received.size() >= written.size());
        assertThat(Arrays.equals(received.toByteArray(), written.toByteArray()))
                .as("seed " + seed)
                .isTrue();
        assertThat(pair.stream.bytesWritten()).isEqualTo(written.size());
        assertThat(pair.stream.queuedBytes()).isZero();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    @Tag("X83")
    void theBytesSentAreThoseAtTheTimeOfTheCall(long seed) {
        try (StreamPair pair = new StreamPair().connect()) {
            assertArrives(pair, seed);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    @Tag("X62")
    @Tag("X83")
    void theOrderIsKeptWhenTheKernelTakesLittleOrNothing(long seed) {
        try (StreamPair pair = new StreamPair().connect()) {
            pair.driver.withShortWrites(new Random(seed));
            assertArrives(pair, seed);
            assertThat(pair.driver.timeouts())
                    .as("it waits, it does not spin")
                    .hasSizeLessThan(3_000);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    @Tag("X62")
    void theOrderIsKeptWhenEveryReadIsShort(long seed) {
        try (StreamPair pair = new StreamPair().connect()) {
            Random sizes = new Random(seed);
            pair.peer().bufferSource(suggested -> ByteBuffer.allocate(1 + sizes.nextInt(3_000)));
            assertArrives(pair, seed);
        }
    }

    @Test
    @Tag("X62")
    void aKernelThatIsFullCostsNoTurns() {
        try (StreamPair pair = new StreamPair().connect()) {
            pair.writeUntilQueued();
            pair.turns();
            int before = pair.driver.dispatched();
            pair.turns();
            assertThat(pair.driver.dispatched() - before).as("nothing is ready").isZero();
            pair.driver.timeouts().clear();
            pair.driver.beforePoll(timeout -> pair.loop.execute(() -> {}));
            pair.loop.run(RunMode.ONCE);
            assertThat(pair.driver.timeouts()).as("it would wait").containsExactly(-1L);
        }
    }
}
