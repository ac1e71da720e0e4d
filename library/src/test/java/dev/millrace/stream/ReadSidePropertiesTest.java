package dev.millrace.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.testing.Choices;
import dev.millrace.testing.Property;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** A read side under any sequence of what its source, its user and its loop may do. */
class ReadSidePropertiesTest extends HandFedStream {
    private final StringBuilder taken = new StringBuilder();
    private final StringBuilder sent = new StringBuilder();
    private boolean isEnded;
    private boolean isUnbounded;

    private void begin() {
        stream = new Incoming();
        isReading = false;
        stream.side.start();
        seen.clear();
        taken.setLength(0);
        sent.setLength(0);
        isEnded = false;
    }

    private void take(ByteBuffer chunk) {
        assertThat(stream.isPaused()).as("nothing comes while it is paused").isFalse();
        assertThat(seen).as("nothing comes behind the end").doesNotContain("end told");
        taken.append(StandardCharsets.ISO_8859_1.decode(chunk));
    }

    /** As a source may: only while it is asked to, unless it has a chunk under way. */
    private void deliverSome(Choices choices) {
        if (isEnded || (!isReading && !isUnbounded)) {
            return;
        }
        byte[] chunk = new byte[choices.between(1, 9)];
        for (int i = 0; i < chunk.length; i++) {
            chunk[i] = (byte) ('a' + (sent.length() + i) % 26);
        }
        sent.append(new String(chunk, StandardCharsets.ISO_8859_1));
        stream.side.deliver(chunk, 0, chunk.length);
        Arrays.fill(chunk, (byte) '!');
    }

    private void finish() {
        isUnbounded = false;
        for (int i = 0; i < 3; i++) {
            stream.resume();
            runSoon();
        }
        stream.side.end();
        runSoon();
        stream.resume();
        runSoon();
    }

    private void step(Choices choices) {
        switch (choices.below(6)) {
            case 0, 1 -> deliverSome(choices);
            case 2 -> stream.pause();
            case 3 -> stream.resume();
            default -> runSoon();
        }
    }

    @Test
    void everyByteComesOnceAndInOrder() {
        Property.verify(choices -> {
            begin();
            isUnbounded = choices.oneIn(2);
            stream.onData(this::take);
            for (int left = choices.below(60); left > 0; left--) {
                step(choices);
            }
            finish();
            assertThat(taken).hasToString(sent.toString());
            assertThat(seen).containsExactly("end told");
        });
    }

    @Test
    void aListenerThatTakesAsMuchAsItLikesGetsTheRestAgain() {
        Property.verify(choices -> {
            begin();
            isUnbounded = choices.oneIn(2);
            stream.onBytes((array, offset, length) -> {
                int some = choices.between(1, length);
                take(ByteBuffer.wrap(array, offset, some));
                if (choices.oneIn(3)) {
                    stream.pause();
                }
                return some;
            });
            for (int left = choices.below(60); left > 0; left--) {
                step(choices);
            }
            for (int i = 0; i < sent.length(); i++) {
                stream.resume();
                runSoon();
            }
            finish();
            assertThat(taken).hasToString(sent.toString());
        });
    }

    @Test
    void withoutAListenerTheSourceIsStoppedAndNothingIsLost() {
        Property.verify(choices -> {
            begin();
            int before = choices.below(6);
            for (int i = 0; i < before; i++) {
                deliverSome(choices);
                assertThat(isReading).as("one chunk stops it").isFalse();
            }
            int kept = sent.length();
            stream.onData(this::take);
            runSoon();
            assertThat(taken.length()).isEqualTo(kept);
            assertThat(isReading).isTrue();
        });
    }

    @Test
    void theSourceIsNeverReadWhileItIsPausedOrSomethingIsKept() {
        Property.verify(choices -> {
            begin();
            stream.onData(this::take);
            for (int left = choices.below(60); left > 0; left--) {
                step(choices);
                if (stream.isPaused() || taken.length() < sent.length()) {
                    assertThat(isReading).isFalse();
                } else {
                    runSoon();
                    assertThat(isReading).isTrue();
                }
            }
        });
    }

    @Test
    void listenersMayComeAndGo() {
        Property.verify(choices -> {
            begin();
            isUnbounded = choices.oneIn(2);
            for (int left = choices.below(60); left > 0; left--) {
                switch (choices.below(4)) {
                    case 0 -> stream.onData(this::take);
                    case 1 -> stream.offData();
                    case 2 -> {
                        // Resumed without a listener it would throw the bytes away.
                        stream.pause();
                        stream.onData(this::take);
                        stream.resume();
                    }
                    default -> deliverSome(choices);
                }
                if (choices.oneIn(3)) {
                    runSoon();
                }
            }
            stream.onData(this::take);
            finish();
            assertThat(taken).hasToString(sent.toString());
        });
    }

    @Test
    void whatIsPutBackComesNext() {
        Property.verify(choices -> {
            begin();
            int[] puts = {choices.below(6)};
            stream.onBytes((array, offset, length) -> {
                int some = choices.between(1, length);
                if (puts[0]-- > 0) {
                    stream.unshift(ByteBuffer.wrap(array, offset, some));
                } else {
                    take(ByteBuffer.wrap(array, offset, some));
                }
                return some;
            });
            for (int left = choices.below(40); left > 0; left--) {
                deliverSome(choices);
                runSoon();
            }
            finish();
            assertThat(taken).hasToString(sent.toString());
        });
    }

    @Test
    void aNewOwnerGetsTheRestAndTheEnd() {
        Property.verify(choices -> {
            begin();
            stream.onData(this::take);
            for (int left = choices.below(20); left > 0; left--) {
                step(choices);
            }
            stream.side.handOver(ByteBuffer.allocate(0));
            for (int left = choices.below(20); left > 0; left--) {
                deliverSome(choices);
                runSoon();
            }
            stream.onData(this::take);
            finish();
            assertThat(taken).hasToString(sent.toString());
            assertThat(seen).containsExactly("end told");
        });
    }

    @Test
    void nothingIsToldAfterTheDestroy() {
        Property.verify(choices -> {
            begin();
            isUnbounded = true;
            stream.onData(this::take);
            for (int left = choices.below(30); left > 0; left--) {
                step(choices);
            }
            stream.destroy();
            int before = taken.length();
            for (int left = choices.below(30); left > 0; left--) {
                step(choices);
            }
            finish();
            assertThat(taken.length()).isEqualTo(before);
            assertThat(seen).isEmpty();
        });
    }
}
