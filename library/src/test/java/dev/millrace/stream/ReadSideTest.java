package dev.millrace.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** With a source that a test holds in its hand; what is to run soon runs when the test says so. */
class ReadSideTest {
    private final List<String> seen = new ArrayList<>();
    private final ArrayDeque<Runnable> soon = new ArrayDeque<>();
    private boolean isReading;
    private final ReadSide side =
            new ReadSide(
                    new ReadSide.Source() {
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
                        public void fail(IOException error) {
                            seen.add(error.getMessage());
                        }

                        @Override
                        public void endTold() {
                            seen.add("end told");
                        }
                    });

    /** Delivers {@code text} in an array that is overwritten afterwards, as the loop's is. */
    private void deliver(String text) {
        byte[] lent = ("--" + text + "--").getBytes(StandardCharsets.UTF_8);
        side.deliver(lent, 2, text.length());
        Arrays.fill(lent, (byte) '!');
    }

    private void runSoon() {
        while (!soon.isEmpty()) {
            soon.remove().run();
        }
    }

    private static String text(byte[] array, int offset, int length) {
        return new String(array, offset, length, StandardCharsets.UTF_8);
    }

    private void collect(ByteBuffer buffer) {
        seen.add(StandardCharsets.UTF_8.decode(buffer).toString());
    }

    @Test
    void itReadsFromTheStart() {
        assertThat(isReading).isFalse();
        side.start();
        assertThat(isReading).isTrue();
    }

    @Test
    void aDataListenerOwnsItsBufferForEver() {
        side.start();
        List<ByteBuffer> kept = new ArrayList<>();
        side.onData(kept::add);
        deliver("one");
        deliver("two");
        assertThat(kept.stream().map(b -> StandardCharsets.UTF_8.decode(b).toString()))
                .containsExactly("one", "two");
        assertThat(kept.getFirst().array()).as("an exact copy").hasSize(3);
    }

    @Test
    void whatComesBeforeTheFirstListenerIsKeptAndStopsTheSource() {
        side.start();
        deliver("early");
        assertThat(isReading).as("nothing more is received").isFalse();
        side.onData(this::collect);
        assertThat(seen).as("not from inside the call").isEmpty();
        runSoon();
        assertThat(seen).containsExactly("early");
        assertThat(isReading).isTrue();
    }

    @Test
    void afterDestroyNothingIsGivenThatASourceStillDelivers() {
        side.start();
        side.onData(buffer -> {
            collect(buffer);
            side.destroy();
        });
        deliver("one");
        deliver("two");
        side.end();
        assertThat(seen).containsExactly("one");
    }

    @Test
    void bytesThatComeWhileSomethingIsKeptQueueBehindIt() {
        side.start();
        deliver("one ");
        deliver("two");
        side.onData(this::collect);
        runSoon();
        assertThat(seen).containsExactly("one two");
    }

    @Test
    void aBytesListenerTakesAPartPausesAndGetsTheRestAfterResume() {
        side.start();
        side.onBytes((array, offset, length) -> {
            seen.add(text(array, offset, length));
            side.pause();
            return 2;
        });
        deliver("abcdef");
        assertThat(isReading).isFalse();
        runSoon();
        assertThat(seen).containsExactly("abcdef");
        side.resume();
        assertThat(seen).as("not from inside resume").hasSize(1);
        runSoon();
        assertThat(seen).containsExactly("abcdef", "cdef");
        side.resume();
        runSoon();
        assertThat(seen).containsExactly("abcdef", "cdef", "ef");
        assertThat(isReading).isFalse();
        side.resume();
        assertThat(isReading).as("only now that nothing is kept").isTrue();
    }

    @Test
    void resumeInsideTheCallbackThatPausedKeepsTheOrder() {
        side.start();
        side.onBytes((array, offset, length) -> {
            seen.add(text(array, offset, 1));
            side.pause();
            side.resume();
            return 1;
        });
        deliver("abc");
        runSoon();
        assertThat(seen).startsWith("a");
        side.pause();
        side.resume();
        runSoon();
        assertThat(String.join("", seen)).startsWith("ab");
    }

    @Test
    void whoLeavesSomethingWithoutAPauseGetsItAgain() {
        side.start();
        side.onBytes((array, offset, length) -> {
            seen.add(text(array, offset, 1));
            return 1;
        });
        deliver("abc");
        runSoon();
        runSoon();
        assertThat(String.join("", seen)).isEqualTo("abc");
    }

    @Test
    void whoTakesNothingHasToPause() {
        side.start();
        side.onBytes((array, offset, length) -> 0);
        assertThatThrownBy(() -> deliver("abc"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("without pausing");
    }

    @Test
    @Tag("J10")
    void aDataListenerBesideSeesEachByteOnce() {
        StringBuilder data = new StringBuilder();
        side.start();
        side.onData(chunk -> data.append(StandardCharsets.US_ASCII.decode(chunk)));
        side.onBytes((array, offset, length) -> {
            seen.add(text(array, offset, 1));
            side.pause();
            return 1;
        });
        deliver("abc");
        side.resume();
        runSoon();
        side.resume();
        runSoon();
        assertThat(String.join("", seen)).isEqualTo("abc");
        assertThat(data).hasToString("abc");
    }

    @Test
    void ofWhatIsKeptWithMoreBehindADataListenerIsGivenTheMoreAlone() {
        StringBuilder data = new StringBuilder();
        side.start();
        side.onData(chunk -> data.append(StandardCharsets.US_ASCII.decode(chunk)).append(' '));
        side.onBytes((array, offset, length) -> {
            seen.add(text(array, offset, length));
            side.pause();
            return seen.size() == 1 ? 1 : length;
        });
        deliver("abc");
        deliver("de");
        side.resume();
        runSoon();
        assertThat(seen).containsExactly("abc", "bcde");
        assertThat(data).hasToString("abc de ");
    }

    @Test
    void aDestinationThatHasRoomAgainStartsNothingThatIsPaused() {
        side.start();
        side.onData(this::collect);
        side.holdForPipe();
        side.pause();
        side.release();
        assertThat(isReading).isFalse();
        side.resume();
        assertThat(isReading).isTrue();
    }

    @Test
    void whatComesWhileWhatIsKeptIsOnItsWayQueuesBehindIt() {
        side.start();
        side.onData(this::collect);
        side.pause();
        deliver("one ");
        side.resume();
        deliver("two");
        runSoon();
        assertThat(seen).containsExactly("one two");
    }

    /** What it had seen of the bytes before was more than was taken. */
    @Test
    void whatComesOutOfAFilterIsNewToADataListener() {
        side.start();
        side.onData(this::collect);
        side.onBytes((array, offset, length) -> {
            side.pause();
            return 1;
        });
        deliver("abcdef");
        side.divert((array, offset, length) -> {
            seen.add("filter " + text(array, offset, length));
            return length;
        });
        deliver("XY");
        side.resume();
        runSoon();
        assertThat(seen).containsExactly("abcdef", "filter bcdef", "XY");
    }

    @Test
    @Tag("R13")
    void theEndWaitsForWhatIsKept() {
        side.start();
        side.onEnd(() -> seen.add("end"));
        deliver("unread");
        side.end();
        runSoon();
        assertThat(seen).isEmpty();
        assertThat(side.isEnded()).isFalse();
        side.onData(this::collect);
        runSoon();
        assertThat(seen).containsExactly("unread", "end", "end told");
        assertThat(side.isEnded()).isTrue();
    }

    @Test
    @Tag("R13")
    void theEndWaitsWhilePausedAndComesOnce() {
        side.start();
        side.onData(this::collect);
        side.onEnd(() -> seen.add("end"));
        side.pause();
        side.end();
        side.end();
        assertThat(seen).isEmpty();
        side.resume();
        runSoon();
        side.end();
        assertThat(seen).containsExactly("end", "end told");
    }

    @Test
    void pausingWhileWhatWasKeptIsOnItsWayHoldsIt() {
        side.start();
        deliver("kept");
        side.onData(this::collect);
        side.pause();
        runSoon();
        assertThat(seen).isEmpty();
        side.resume();
        runSoon();
        assertThat(seen).containsExactly("kept");
    }

    @Test
    void resumeWithoutAListenerThrowsBytesAway() {
        side.start();
        deliver("lost");
        side.resume();
        runSoon();
        assertThat(isReading).isTrue();
        deliver("lost as well");
        side.end();
        assertThat(seen).containsExactly("end told");
    }

    @Test
    void nothingIsToldAfterDestroy() {
        side.start();
        deliver("kept");
        side.onData(this::collect);
        side.onEnd(() -> seen.add("end"));
        side.destroy();
        runSoon();
        side.end();
        assertThat(seen).isEmpty();
    }

    @Test
    void destroyInsideADataListenerSilencesTheOthers() {
        side.start();
        side.onData(buffer -> {
            collect(buffer);
            side.destroy();
        });
        side.onBytes((array, offset, length) -> {
            seen.add("bytes");
            return length;
        });
        deliver("x");
        assertThat(seen).containsExactly("x");
    }

    @Test
    void pausedBeforeTheStartItStaysPaused() {
        side.pause();
        side.start();
        assertThat(isReading).isFalse();
        assertThat(side.isPaused()).isTrue();
        side.onData(this::collect);
        assertThat(isReading).isFalse();
        side.resume();
        assertThat(isReading).isTrue();
    }
}
