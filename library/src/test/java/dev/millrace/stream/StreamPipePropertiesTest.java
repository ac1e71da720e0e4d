package dev.millrace.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.testing.Choices;
import dev.millrace.testing.Property;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** One source, one to three destinations that take what they like. */
class StreamPipePropertiesTest extends HandFedStream {
    private static final int MARK = WriteStream.HIGH_WATER_MARK_BYTES;

    private final List<QueuedSide> sides = new ArrayList<>();
    private int sent;

    private void begin(Choices choices, int destinations, boolean isPipeline) {
        stream = new Incoming();
        isReading = false;
        stream.side.start();
        seen.clear();
        sides.clear();
        sent = 0;
        for (int i = 0; i < destinations; i++) {
            QueuedSide side = new QueuedSide();
            side.isKept = true;
            sides.add(side);
            if (isPipeline) {
                stream.pipelineTo(side.stream());
            } else {
                stream.pipeTo(side.stream());
            }
        }
        runSoon();
    }

    /** If the source may read. */
    private void deliverSome(Choices choices) {
        if (isReading) {
            int length = choices.of(1, 1000, MARK / 2, MARK);
            byte[] chunk = new byte[length];
            for (int i = 0; i < length; i++) {
                chunk[i] = (byte) ('a' + (sent + i) % 26);
            }
            sent += length;
            stream.side.deliver(chunk, 0, length);
            runSoon();
        }
    }

    private void takeSome(Choices choices) {
        sides.get(choices.below(sides.size())).send(choices.of(1, MARK, 4 * MARK));
        runSoon();
    }

    private String all() {
        StringBuilder text = new StringBuilder(sent);
        for (int i = 0; i < sent; i++) {
            text.append((char) ('a' + i % 26));
        }
        return text.toString();
    }

    private void run(Choices choices) {
        for (int left = choices.below(20); left > 0; left--) {
            if (choices.oneIn(2)) {
                deliverSome(choices);
            } else {
                takeSome(choices);
            }
        }
    }

    @Test
    void everyDestinationGetsEverythingInOrderAndThenTheEnd() {
        Property.verify(choices -> {
            begin(choices, choices.between(1, 3), choices.oneIn(2));
            run(choices);
            for (int i = 0; i < 3; i++) {
                sides.forEach(side -> side.send(Long.MAX_VALUE));
                runSoon();
            }
            stream.side.end();
            runSoon();
            for (QueuedSide side : sides) {
                assertThat(side.text).hasToString(all());
                assertThat(side.isEndDue).isTrue();
            }
        });
    }

    @Test
    void noDestinationHoldsMoreThanTheMarkAndOneChunk() {
        Property.verify(choices -> {
            begin(choices, choices.between(1, 3), false);
            for (int left = choices.below(30); left > 0; left--) {
                deliverSome(choices);
                if (choices.oneIn(3)) {
                    takeSome(choices);
                }
                assertThat(sides).allMatch(side -> side.queued < 2 * MARK);
            }
        });
    }

    @Test
    void theSourceIsReadExactlyWhileNoDestinationIsFull() {
        Property.verify(choices -> {
            begin(choices, choices.between(1, 3), false);
            for (int left = choices.below(30); left > 0; left--) {
                deliverSome(choices);
                if (choices.oneIn(2)) {
                    takeSome(choices);
                }
                boolean isAnyFull = sides.stream().anyMatch(side -> side.isNotified);
                assertThat(isReading).isNotEqualTo(isAnyFull);
            }
        });
    }

    @Test
    void aDestinationThatClosesLeavesTheOthersWhole() {
        Property.verify(choices -> {
            begin(choices, 3, false);
            run(choices);
            QueuedSide gone = sides.remove(choices.below(3));
            gone.destroy();
            gone.closed();
            runSoon();
            run(choices);
            for (int i = 0; i < 3; i++) {
                sides.forEach(side -> side.send(Long.MAX_VALUE));
                runSoon();
            }
            assertThat(isReading).isTrue();
            sides.forEach(side -> assertThat(side.text).hasToString(all()));
            assertThat(all()).startsWith(gone.text);
        });
    }

    @Test
    void theLastDestinationThatClosesHoldsTheSourceAndTheNextGetsTheRest() {
        Property.verify(choices -> {
            begin(choices, 1, false);
            run(choices);
            QueuedSide gone = sides.removeFirst();
            gone.destroy();
            gone.closed();
            runSoon();
            assertThat(isReading).isFalse();
            assertThat(stream.side.isLeft()).isTrue();
            QueuedSide next = new QueuedSide();
            next.isKept = true;
            stream.pipeTo(next.stream());
            runSoon();
            assertThat(isReading).isTrue();
            byte[] rest = "rest".getBytes(StandardCharsets.ISO_8859_1);
            stream.side.deliver(rest, 0, rest.length);
            assertThat(next.text).hasToString("rest");
        });
    }

    @Test
    void ofAPipelineTheSourceGoesWithItsDestinationAndTheOtherWayRound() {
        Property.verify(choices -> {
            begin(choices, 1, true);
            run(choices);
            QueuedSide side = sides.getFirst();
            if (choices.oneIn(2)) {
                side.destroy();
                side.closed();
                assertThat(stream.side.isDestroyed).isTrue();
            } else {
                stream.destroy();
                assertThat(side.told).endsWith("destroyed");
                assertThat(side.isEndDue).isFalse();
            }
        });
    }
}
