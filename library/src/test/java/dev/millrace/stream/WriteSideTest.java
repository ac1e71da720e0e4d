package dev.millrace.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** With a target that writes down what it is asked; what is to run soon runs when the test says. */
class WriteSideTest {
    private static final int MARK = WriteStream.HIGH_WATER_MARK_BYTES;

    private final List<String> seen = new ArrayList<>();
    private final ArrayDeque<Runnable> soon = new ArrayDeque<>();
    private final WriteSide side = new Recorded();
    private long queued;
    private boolean takesNone;
    private boolean isFatal;

    private final class Recorded extends WriteSide {
        @Override
        protected boolean handOn(
                byte[] array,
                int offset,
                int length,
                boolean isLent,
                @Nullable Consumer<? super @Nullable IOException> callback) {
            String text = new String(array, offset, length, StandardCharsets.UTF_8);
            seen.add((isLent ? "lent " : "owned ") + text + (callback == null ? "" : " called"));
            if (isFatal) {
                destroy();
            }
            return !takesNone;
        }

        @Override
        public long queuedBytes() {
            return queued;
        }

        @Override
        public void notifyDrained() {
            seen.add("notify");
        }

        @Override
        public void endWriting() {
            seen.add("end");
        }

        @Override
        public IOException writtenTooLate(boolean isWithdrawn) {
            seen.add(isWithdrawn ? "too late" : "after end");
            return isWithdrawn ? new IOException("too late") : afterEnd();
        }

        @Override
        public void soon(Runnable task) {
            soon.add(task);
        }
    }

    private void runSoon() {
        while (!soon.isEmpty()) {
            soon.remove().run();
        }
    }

    private boolean write(String text) {
        return side.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)), null);
    }

    /** A pipe into the side, from a source that never ends. */
    private StreamPipe pipe(String name) {
        Source source = new Source(name, seen);
        WriteStream destination = new Destination(side);
        return new StreamPipe(source, source.readSide(), destination, false, null);
    }

    @Test
    void bytesAreHandedOnAsTheyCame() {
        byte[] lent = "--a--".getBytes(StandardCharsets.UTF_8);
        assertThat(side.write(lent, 2, 1, null)).isTrue();
        ByteBuffer owned = ByteBuffer.wrap("xbx".getBytes(StandardCharsets.UTF_8), 1, 1);
        assertThat(side.write(owned, error -> {})).isTrue();
        ByteBuffer direct = ByteBuffer.allocateDirect(1).put((byte) 'c').flip();
        assertThat(side.write(direct, null)).isTrue();
        assertThat(seen).containsExactly("lent a", "owned b called", "owned c");
        assertThat(owned.hasRemaining() || direct.hasRemaining()).isFalse();
    }

    @Test
    void theAnswerIsFalseFromTheMarkOn() {
        queued = MARK - 1;
        assertThat(write("a")).isTrue();
        queued = MARK;
        assertThat(write("b")).isFalse();
        assertThat(seen).containsExactly("owned a", "owned b", "notify");
    }

    @Test
    void theAnswerIsFalseWhenNothingWasTaken() {
        takesNone = true;
        assertThat(write("a")).isFalse();
        assertThat(seen).containsExactly("owned a", "notify");
    }

    @Test
    void aDrainIsToldOnceHoweverManyAnswersWereFalse() {
        side.onDrain(() -> seen.add("drain"));
        queued = MARK;
        write("a");
        write("b");
        side.drained();
        side.drained();
        assertThat(seen).containsExactly("owned a", "notify", "owned b", "drain");
        write("c");
        assertThat(seen).endsWith("owned c", "notify");
    }

    @Test
    void noDrainIsToldThatNoAnswerWaitsFor() {
        side.onDrain(() -> seen.add("drain"));
        write("a");
        side.drained();
        assertThat(seen).containsExactly("owned a");
    }

    @Test
    void aDrainListenerMayWriteUntilTheMarkAgain() {
        side.onDrain(() -> {
            seen.add("drain");
            write("again");
        });
        queued = MARK;
        write("a");
        side.drained();
        assertThat(seen).containsExactly("owned a", "notify", "drain", "owned again", "notify");
    }

    @Test
    void whatStillWaitsAfterTheEndMayDrain() {
        side.onDrain(() -> seen.add("drain"));
        queued = MARK;
        write("a");
        side.end();
        side.drained();
        assertThat(seen).containsExactly("owned a", "notify", "end", "drain");
    }

    @Test
    void noDrainComesAfterTheFinishOrTheDestroy() {
        side.onDrain(() -> seen.add("drain"));
        queued = MARK;
        write("a");
        side.end();
        side.finished();
        side.drained();
        side.destroy();
        side.drained();
        assertThat(seen).containsExactly("owned a", "notify", "end");
    }

    @Test
    void theEndIsPassedOnOnceAndTheFinishToldOnce() {
        side.onFinish(() -> seen.add("finish"));
        side.finished();
        side.end();
        side.end();
        assertThat(side.isOpen() || side.isFinished()).isFalse();
        side.finished();
        side.finished();
        assertThat(side.isFinished()).isTrue();
        assertThat(seen).containsExactly("end", "finish");
    }

    @Test
    @Tag("R16")
    void aWriteAfterTheEndIsToldToTheStreamOnceAndToEachCallback() {
        side.end();
        assertThat(write("a")).isFalse();
        side.finished();
        for (int count = 0; count < 2; count++) {
            assertThat(side.write(new byte[1], 0, 1, error -> seen.add(error.getMessage())))
                    .isFalse();
        }
        assertThat(seen).containsExactly("end", "after end");
        runSoon();
        String error = "write after end (ERR_STREAM_WRITE_AFTER_END)";
        assertThat(seen).containsExactly("end", "after end", error, error);
    }

    @Test
    void aWriteAfterTheStreamEndedItselfIsToldToTheTarget() {
        side.withdraw();
        side.end();
        assertThat(write("a")).isFalse();
        side.finished();
        assertThat(side.admit(null)).isFalse();
        assertThat(seen).containsExactly("end", "too late");
    }

    @Test
    void aWriteAfterTheDestroyFailsSoon() {
        side.destroy();
        ByteBuffer buffer = ByteBuffer.wrap(new byte[1]);
        assertThat(side.write(buffer, error -> seen.add(String.valueOf(error)))).isFalse();
        assertThat(write("a")).isFalse();
        side.end();
        assertThat(seen).isEmpty();
        runSoon();
        assertThat(seen)
                .containsExactly(
                        "java.io.IOException: write after the stream was destroyed (ERR_STREAM_DESTROYED)");
        assertThat(buffer.remaining()).as("what was not taken").isEqualTo(1);
    }

    @Test
    void aTargetMayDestroyTheStreamInAWrite() {
        isFatal = true;
        assertThat(write("a")).isFalse();
        assertThat(seen).as("asks for no drain").containsExactly("owned a");
    }

    @Test
    void aDrainIsToldToThePipeFirst() {
        side.onDrain(() -> seen.add("drain"));
        queued = MARK;
        StreamPipe pipe = pipe("one");
        pipe.onBytes(new byte[] {'a'}, 0, 1);
        assertThat(seen).containsExactly("lent a", "notify", "one paused");
        side.drained();
        assertThat(seen).endsWith("one resumed", "drain");
    }

    @Test
    void onePipeAtATime() {
        StreamPipe first = pipe("one");
        assertThatThrownBy(() -> pipe("two"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("a stream is piped there already");
        first.onEnd();
        assertThat(seen).containsExactly("end");
        pipe("three");
        side.destroy();
        side.closed();
        assertThat(seen).containsExactly("end", "three paused");
        pipe("four");
        assertThat(seen).doesNotContain("four paused");
        runSoon();
        assertThat(seen).endsWith("four paused");
    }

    /**
     * Its owner ends it while something is piped there: what comes then is not written too late.
     */
    @Test
    void aSideThatItsOwnerEndsIsLeftByItsPipe() {
        StreamPipe pipe = pipe("one");
        side.end();
        assertThat(pipe.onBytes(new byte[] {'a'}, 0, 1)).isOne();
        assertThat(side.isPiped()).isFalse();
        side.closed();
        assertThat(seen).containsExactly("one paused", "end");
    }

    @Test
    void aDrainThatIsDueIsToldToTheNewOwner() {
        side.onDrain(() -> seen.add("old drain"));
        side.onFinish(() -> seen.add("old finish"));
        queued = MARK;
        write("a");
        StreamPipe pipe = pipe("one");
        assertThat(side.isPiped()).isTrue();
        pipe.onEnd();
        assertThat(side.isPiped()).isFalse();
        side.handOver();
        side.onDrain(() -> seen.add("drain"));
        side.onFinish(() -> seen.add("finish"));
        side.drained();
        side.finished();
        assertThat(seen).containsExactly("owned a", "notify", "end", "drain", "finish");
    }

    @Test
    void oneListenerForTheDrainAndSeveralForTheFinish() {
        side.onDrain(() -> {});
        assertThatThrownBy(() -> side.onDrain(() -> {})).hasMessageContaining("onDrain");
        side.onFinish(() -> seen.add("first"));
        side.onFinish(() -> seen.add("second"));
        side.end();
        side.finished();
        assertThat(seen).containsExactly("end", "first", "second");
    }

    /** Says when it is paused and resumed. */
    private static final class Source extends InboundStream<Source> {
        private final ReadSide read;

        Source(String name, List<String> seen) {
            NoBytes from = new NoBytes(name, seen);
            read = new ReadSide(from);
            read.start();
            from.isTold = true;
        }

        @Override
        protected ReadSide readSide() {
            return read;
        }

        @Override
        protected Source self() {
            return this;
        }

        @Override
        public Source onError(Consumer<? super IOException> listener) {
            return this;
        }

        @Override
        public Source onClose(Runnable listener) {
            return this;
        }

        @Override
        public void destroy() {}
    }

    /** Has none; says when it may deliver some. */
    private static final class NoBytes implements ReadSide.Source {
        private final String name;
        private final List<String> seen;
        private boolean isTold;

        NoBytes(String name, List<String> seen) {
            this.name = name;
            this.seen = seen;
        }

        private void tell(String event) {
            if (isTold) {
                seen.add(name + event);
            }
        }

        @Override
        public void startReading() {
            tell(" resumed");
        }

        @Override
        public void stopReading() {
            tell(" paused");
        }

        @Override
        public void soon(Runnable task) {}

        @Override
        public void endTold() {}

        @Override
        public void fail(IOException error) {}
    }

    /** The stream that {@code side} belongs to. */
    private record Destination(WriteSide side) implements WriteStream {
        @Override
        public boolean write(byte[] array, int offset, int length) {
            return side.write(array, offset, length, null);
        }

        @Override
        public boolean write(ByteBuffer buffer) {
            return side.write(buffer, null);
        }

        @Override
        public void end() {
            side.end();
        }

        @Override
        public void destroy() {
            side.destroy();
        }

        @Override
        public Destination onDrain(Runnable listener) {
            side.onDrain(listener);
            return this;
        }

        @Override
        public void piped(StreamPipe pipe) {
            side.piped(pipe);
        }
    }
}
