package dev.millrace.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Keeps what it gets until {@link #send} takes it away. */
final class QueuedSide extends WriteSide {
    final List<String> told = new ArrayList<>();
    final ArrayDeque<Runnable> soon = new ArrayDeque<>();
    final StringBuilder text = new StringBuilder();
    boolean isKept;
    long queued;
    long accepted;
    boolean isEndDue;
    boolean isNotified;

    @Override
    protected boolean handOn(
            byte[] array,
            int offset,
            int length,
            boolean isLent,
            @Nullable Consumer<? super @Nullable IOException> callback) {
        queued += length;
        accepted += length;
        if (isKept) {
            text.append(new String(array, offset, length, StandardCharsets.ISO_8859_1));
        }
        return true;
    }

    @Override
    protected long queuedBytes() {
        return queued;
    }

    @Override
    protected void notifyDrained() {
        assertThat(isNotified).as("asked once until it was told").isFalse();
        isNotified = true;
    }

    @Override
    protected void endWriting() {
        assertThat(isEndDue).as("ended once").isFalse();
        isEndDue = true;
    }

    @Override
    protected void soon(Runnable task) {
        soon.add(task);
    }

    @Override
    protected IOException writtenTooLate(boolean isWithdrawn) {
        told.add("too late");
        return afterEnd();
    }

    void send(long bytes) {
        queued -= Math.min(queued, bytes);
        if (queued == 0 && isNotified) {
            isNotified = false;
            drained();
        }
        if (queued == 0 && isEndDue) {
            finished();
        }
    }

    /** The stream that this is the side of. */
    WriteStream stream() {
        return new Stream(this);
    }

    private record Stream(QueuedSide side) implements WriteStream {
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
            side.told.add("destroyed");
            side.destroy();
            side.closed();
        }

        @Override
        public Stream onDrain(Runnable listener) {
            side.onDrain(listener);
            return this;
        }

        @Override
        public void piped(StreamPipe pipe) {
            side.piped(pipe);
        }
    }

    void runSoon() {
        while (!soon.isEmpty()) {
            soon.remove().run();
        }
    }
}
