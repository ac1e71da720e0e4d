package dev.millrace.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.testing.Choices;
import dev.millrace.testing.Property;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A write side under any sequence of writes, progress of its transport, end and destroy. */
class WriteSidePropertiesTest {
    private static final int MARK = WriteStream.HIGH_WATER_MARK_BYTES;

    private static QueuedSide queue() {
        QueuedSide queue = new QueuedSide();
        queue.onDrain(() -> queue.told.add("drain"));
        queue.onFinish(() -> queue.told.add("finish"));
        return queue;
    }

    private static int length(Choices choices) {
        return choices.of(1, 10_000, MARK - 1, MARK, 3 * MARK);
    }

    @Test
    void theAnswerIsWhetherLessThanTheMarkWaits() {
        Property.verify(choices -> {
            QueuedSide queue = queue();
            for (int left = choices.below(40); left > 0; left--) {
                boolean isBelow =
                        queue.write(new byte[length(choices)], 0, length(choices) % 10, null);
                assertThat(isBelow).isEqualTo(queue.queued < MARK);
                isBelow = queue.write(ByteBuffer.allocate(length(choices)), null);
                assertThat(isBelow).isEqualTo(queue.queued < MARK);
                queue.send(length(choices));
            }
        });
    }

    @Test
    void eachTimeThatTheAnswerWasFalseOneDrainFollows() {
        Property.verify(choices -> {
            QueuedSide queue = queue();
            int due = 0;
            boolean isDue = false;
            for (int left = choices.below(40); left > 0; left--) {
                if (choices.oneIn(2)) {
                    isDue |= !queue.write(ByteBuffer.allocate(length(choices)), null);
                } else {
                    queue.send(choices.oneIn(2) ? Long.MAX_VALUE : length(choices));
                }
                if (queue.queued == 0 && isDue) {
                    isDue = false;
                    due++;
                }
                assertThat(queue.told).hasSize(due);
            }
        });
    }

    @Test
    void whoWaitsForTheDrainKeepsTheQueueShort() {
        Property.verify(choices -> {
            QueuedSide queue = queue();
            boolean[] mayWrite = {true};
            queue.handOver();
            queue.onDrain(() -> mayWrite[0] = true);
            int longest = 0;
            for (int left = choices.below(60); left > 0; left--) {
                int length = choices.between(1, MARK);
                if (mayWrite[0]) {
                    mayWrite[0] = queue.write(ByteBuffer.allocate(length), null);
                    longest = Math.max(longest, length);
                }
                assertThat(queue.queued).isLessThan(MARK + longest);
                queue.send(choices.between(1, 2 * MARK));
            }
            queue.send(Long.MAX_VALUE);
            assertThat(mayWrite[0]).isTrue();
        });
    }

    @Test
    void theFinishIsToldOnceBehindTheLastByteAndNothingAfterIt() {
        Property.verify(choices -> {
            QueuedSide queue = queue();
            for (int left = choices.below(20); left > 0; left--) {
                queue.write(ByteBuffer.allocate(length(choices)), null);
            }
            long accepted = queue.accepted;
            for (int left = choices.between(1, 3); left > 0; left--) {
                queue.end();
            }
            while (queue.queued > 0) {
                assertThat(queue.told).doesNotContain("finish");
                queue.send(length(choices));
            }
            queue.send(1);
            queue.send(1);
            assertThat(queue.isFinished()).isTrue();
            assertThat(queue.told).endsWith("finish");
            assertThat(queue.told.stream().filter("finish"::equals)).hasSize(1);
            assertThat(queue.accepted).isEqualTo(accepted);
        });
    }

    @Test
    void lateWritesAreToldOnceAndEachCallbackFails() {
        Property.verify(choices -> {
            QueuedSide queue = queue();
            queue.write(ByteBuffer.allocate(length(choices)), null);
            boolean isDestroyed = choices.oneIn(2);
            if (isDestroyed) {
                queue.destroy();
            } else if (choices.oneIn(2)) {
                queue.end();
            } else {
                queue.withdraw();
            }
            long accepted = queue.accepted;
            List<IOException> errors = new ArrayList<>();
            int writes = choices.below(6);
            for (int i = 0; i < writes; i++) {
                assertThat(queue.write(new byte[9], 0, 9, choices.oneIn(2), errors::add)).isFalse();
                assertThat(queue.write(ByteBuffer.allocate(1), null)).isFalse();
            }
            assertThat(errors).as("not from inside the call").isEmpty();
            queue.runSoon();
            assertThat(errors).hasSize(writes).doesNotContainNull();
            assertThat(queue.accepted).isEqualTo(accepted);
            assertThat(queue.told.stream().filter("too late"::equals))
                    .hasSize(isDestroyed || writes == 0 ? 0 : 1);
        });
    }

    @Test
    void aDestroyedSideTellsNothing() {
        Property.verify(choices -> {
            QueuedSide queue = queue();
            for (int left = choices.below(10); left > 0; left--) {
                queue.write(ByteBuffer.allocate(length(choices)), null);
            }
            if (choices.oneIn(2)) {
                queue.end();
            }
            queue.destroy();
            queue.send(Long.MAX_VALUE);
            queue.drained();
            queue.end();
            assertThat(queue.told).isEmpty();
            assertThat(queue.isOpen() || queue.isEnded() || queue.isFinished()).isFalse();
        });
    }
}
