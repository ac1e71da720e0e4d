package dev.millrace.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** A read side that changes hands, with a source that a test holds in its hand. */
class ReadSideHandOverTest {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final ArrayDeque<Runnable> soon = new ArrayDeque<>();
    private final StringBuilder seen = new StringBuilder();
    private final ReadSide side = new ReadSide(new Source());
    private boolean isReading;

    private final class Source implements ReadSide.Source {
        @Override
        public void startReading() {
            isReading = true;
        }

        @Override
        public void stopReading() {
            isReading = false;
        }

        @Override
        public void soon(Runnable task) {
            soon.add(task);
        }

        @Override
        public void endTold() {
            seen.append(" told");
        }

        @Override
        public void fail(IOException error) {
            seen.append(' ').append(error.getMessage());
        }
    }

    private void deliver(String text) {
        byte[] lent = text.getBytes(StandardCharsets.UTF_8);
        side.deliver(lent, 0, lent.length);
        Arrays.fill(lent, (byte) '!');
    }

    private void runSoon() {
        while (!soon.isEmpty()) {
            soon.remove().run();
        }
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Takes {@code count} bytes of each chunk, and then does {@code act}. */
    private void takes(int count, Runnable act) {
        side.onBytes((array, offset, length) -> {
            seen.append(new String(array, offset, count, StandardCharsets.UTF_8)).append('|');
            act.run();
            return count;
        });
    }

    /** One that notes that its stream was destroyed. */
    private BytesListener mourner(String name) {
        return new BytesListener() {
            @Override
            public int onBytes(byte[] array, int offset, int length) {
                return length;
            }

            @Override
            public void onDestroyed() {
                seen.append(name).append('|');
            }
        };
    }

    @Test
    void theListenerOfTheOwnerIsToldOnceThatTheStreamIsDestroyed() {
        side.start();
        side.onBytes(mourner("old"));
        side.handOver(bytes(""));
        side.onBytes(mourner("new"));
        assertThat(seen).isEmpty();
        side.destroy();
        side.destroy();
        assertThat(seen).hasToString("new|");
    }

    private void newOwner() {
        side.onBytes((array, offset, length) -> {
            seen.append(new String(array, offset, length, StandardCharsets.UTF_8));
            return length;
        });
        side.onEnd(() -> seen.append(" end"));
    }

    @Test
    void whatIsUnreadComesBeforeTheRestOfTheChunk() {
        side.start();
        takes(
                2,
                () -> {
                    side.handOver(bytes("b"));
                    newOwner();
                });
        deliver("abcd");
        assertThat(isReading).as("reads on behind what is kept").isFalse();
        deliver("e");
        runSoon();
        side.end();
        assertThat(seen).hasToString("ab|bcde end told");
        assertThat(isReading).isTrue();
    }

    @Test
    void anOwnerMayTakeNothingAndHandOver() {
        side.start();
        takes(
                0,
                () -> {
                    side.handOver(NOTHING);
                    newOwner();
                });
        deliver("abc");
        runSoon();
        assertThat(seen).hasToString("|abc");
    }

    @Test
    void theNewOwnersDataListenerSeesWhatTheOldOneSaw() {
        side.start();
        side.onData(data -> seen.append(StandardCharsets.UTF_8.decode(data)).append('/'));
        takes(
                1,
                () -> {
                    side.handOver(NOTHING);
                    side.onData(data -> seen.append(StandardCharsets.UTF_8.decode(data)));
                });
        deliver("abc");
        runSoon();
        assertThat(seen).hasToString("abc/a|bc");
    }

    @Test
    void aDataListenerThatHandsOverLeavesTheChunkToTheListenerOfBytesIfThereIsOne() {
        side.start();
        takes(1, () -> {});
        side.onData(data -> {
            side.handOver(NOTHING);
            newOwner();
        });
        deliver("abc");
        runSoon();
        assertThat(seen).hasToString("abc");
    }

    @Test
    void theFrameThatHasBegunIsGivenBack() {
        side.start();
        side.onBytes(new FrameReader<>(side, Framing.lines(9), seen::append));
        deliver("one\ntw");
        side.handOver(NOTHING);
        newOwner();
        runSoon();
        deliver("o\n");
        assertThat(seen).hasToString("onetwo\n");
    }

    @Test
    void whatWasKeptForAPausedOwnerStaysPaused() {
        side.start();
        takes(1, side::pause);
        deliver("abc");
        side.handOver(bytes("A"));
        newOwner();
        runSoon();
        assertThat(seen).hasToString("a|");
        side.end();
        side.resume();
        runSoon();
        assertThat(seen).hasToString("a|Abc end told");
    }

    @Test
    void bytesAndEndWaitForTheNewOwner() {
        side.start();
        side.handOver(NOTHING);
        deliver("a");
        deliver("b");
        side.end();
        runSoon();
        assertThat(seen).isEmpty();
        newOwner();
        runSoon();
        assertThat(seen).hasToString("ab end told");
    }

    @Test
    void theEndAloneWaitsForAListenerToo() {
        side.start();
        side.handOver(NOTHING);
        side.end();
        runSoon();
        assertThat(seen).isEmpty();
        side.onEnd(() -> seen.append("end"));
        runSoon();
        assertThat(seen).hasToString("end told");
    }

    @Test
    void theEndIsToldAnewWhereverItIsHandedOver() {
        side.start();
        side.onEnd(() -> {
            seen.append("old");
            side.handOver(bytes("x"));
            newOwner();
        });
        side.end();
        runSoon();
        assertThat(seen).hasToString("oldx end told");
        side.handOver(NOTHING);
        newOwner();
        runSoon();
        assertThat(seen).hasToString("oldx end told end told");
    }

    @Test
    void anOwnerThatThrewBytesAwayLeavesThatBehind() {
        side.start();
        side.resume();
        deliver("lost");
        side.handOver(NOTHING);
        deliver("kept");
        newOwner();
        runSoon();
        assertThat(seen).hasToString("kept");
    }

    @Test
    void resumingWithoutAListenerEndsTheWait() {
        side.start();
        side.handOver(NOTHING);
        deliver("a");
        side.end();
        side.resume();
        runSoon();
        assertThat(seen).hasToString(" told");
    }

    @Test
    void nothingIsGivenBackToADestroyedStream() {
        side.start();
        side.destroy();
        side.handOver(bytes("a"));
        newOwner();
        runSoon();
        assertThat(seen).isEmpty();
    }
}
