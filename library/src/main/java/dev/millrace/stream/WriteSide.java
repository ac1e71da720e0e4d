package dev.millrace.stream;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The write side of a stream, for those who implement {@link WriteStream}: the answer to each
 * write, the drain, the pipe that leads here, and the end behind the last byte.
 *
 * <pre>
 *            end, withdraw            the target: finished
 *   open ──────────────────▶ ending ──────────────────────▶ finished
 *    └───────────┬──────────────┘ destroy                      │ destroy
 *                ▼                                             ▼
 *            destroyed ◀───────────────────────────────────────┘
 *
 *   write answers false ──▶ a drain is due ──the target: drained──▶ told: pipe, then listener
 * </pre>
 *
 * A drain is told once, however many writes answered false, and never after the finish or the
 * destroy. The owner of the side checks the thread.
 */
public final class WriteSide {
    /** Where the bytes go. */
    public interface Target {
        /**
         * Hands bytes on.
         *
         * @param isLent whether the array is the caller's again after this call; otherwise it may
         *     be kept, and is not changed any more
         * @param callback gets null when the bytes were handed on, or why not; null if there is
         *     none
         * @return false if none of the bytes were taken
         */
        boolean write(
                byte[] array,
                int offset,
                int length,
                boolean isLent,
                @Nullable Consumer<? super @Nullable IOException> callback);

        /** Bytes that were written and not handed on yet. */
        long queuedBytes();

        /** {@link WriteSide#drained} is to be called once, soon, when no byte waits any more. */
        void notifyDrained();

        /** Nothing more is written: {@link WriteSide#finished} follows the last byte. */
        void endWriting();

        /**
         * A write came after {@link WriteSide#withdraw}: not the writer's mistake, but the bytes
         * are lost. The target may destroy the stream for it.
         */
        default void writtenTooLate() {}

        /** Runs {@code task} soon, and not from inside the running call. */
        void soon(Runnable task);

        /** What the stream is, for the text of an error. */
        default String kind() {
            return "stream";
        }
    }

    /** The life of the side, as drawn above. */
    private enum State {
        OPEN,
        ENDING,
        FINISHED,
        DESTROYED
    }

    private final Target target;
    private @Nullable Runnable drainListener;
    private @Nullable Runnable finishListener;

    /** What is piped here, or was. */
    private @Nullable StreamPipe pipe;

    private State state = State.OPEN;

    /** A write answered false, and its drain was not told yet. */
    private boolean isDrainDue;

    /** The stream ended the side, not its writer. */
    private boolean isWithdrawn;

    /** The pipe was told that the stream is over; a later one is told at once. */
    private boolean isCloseTold;

    /** A side whose bytes go to {@code target}. */
    public WriteSide(Target target) {
        this.target = target;
    }

    /** As {@link WriteStream#onDrain}. */
    public void onDrain(Runnable listener) {
        drainListener = ReadSide.once(drainListener, listener, "onDrain");
    }

    /** The last byte was handed on, after {@link #end}. */
    public void onFinish(Runnable listener) {
        finishListener = ReadSide.once(finishListener, listener, "onFinish");
    }

    /** As {@link WriteStream#piped}. */
    public void piped(StreamPipe from) {
        pipe = StreamPipe.replacing(pipe, from);
        if (isCloseTold) {
            target.soon(from::onDestinationClosed);
        }
    }

    /**
     * Writes bytes that the caller may reuse at once.
     *
     * @param callback as {@link Target#write} takes it; of a destroyed stream it gets an error,
     *     soon
     * @return false when the caller should wait for the drain, or the stream is destroyed
     * @throws IllegalStateException after {@link #end}
     */
    public boolean write(
            byte[] array,
            int offset,
            int length,
            @Nullable Consumer<? super @Nullable IOException> callback) {
        return write(array, offset, length, true, callback);
    }

    /** As the other {@code write}, of what remains in a buffer that is the stream's from now on. */
    public boolean write(
            ByteBuffer buffer, @Nullable Consumer<? super @Nullable IOException> callback) {
        if (!admit(callback)) {
            return false;
        }
        int length = buffer.remaining();
        if (buffer.hasArray()) {
            int offset = buffer.arrayOffset() + buffer.position();
            buffer.position(buffer.limit());
            return handOn(buffer.array(), offset, length, false, callback);
        }
        byte[] array = new byte[length];
        buffer.get(array);
        return handOn(array, 0, length, false, callback);
    }

    /** As the other {@code write}; {@code isLent} as {@link Target#write} takes it. */
    public boolean write(
            byte[] array,
            int offset,
            int length,
            boolean isLent,
            @Nullable Consumer<? super @Nullable IOException> callback) {
        return admit(callback) && handOn(array, offset, length, isLent, callback);
    }

    /**
     * Lets a write in, or turns it away: for writes that don't come through this class.
     *
     * @param callback gets an error, soon, if the stream is destroyed
     * @return false if nothing may be written, because the stream is over
     * @throws IllegalStateException after {@link #end}
     */
    public boolean admit(@Nullable Consumer<? super @Nullable IOException> callback) {
        if (state == State.OPEN) {
            return true;
        }
        if (isWithdrawn && state != State.DESTROYED) {
            target.writtenTooLate();
        } else if (state != State.DESTROYED) {
            throw new IllegalStateException("write after end (ERR_STREAM_WRITE_AFTER_END)");
        }
        if (callback != null) {
            String text = "write after the " + target.kind() + " was destroyed";
            target.soon(() -> callback.accept(new IOException(text)));
        }
        return false;
    }

    private boolean handOn(
            byte[] array,
            int offset,
            int length,
            boolean isLent,
            @Nullable Consumer<? super @Nullable IOException> callback) {
        boolean isTaken = target.write(array, offset, length, isLent, callback);
        boolean isBelow = isTaken && target.queuedBytes() < WriteStream.HIGH_WATER_MARK_BYTES;
        // What the target did with the bytes may have destroyed the stream.
        if (!isBelow && !isDrainDue && state != State.DESTROYED) {
            isDrainDue = true;
            target.notifyDrained();
        }
        return isBelow && state != State.DESTROYED;
    }

    /** The target has handed on everything that waited. */
    public void drained() {
        if (!isDrainDue || state == State.FINISHED || state == State.DESTROYED) {
            return;
        }
        isDrainDue = false;
        if (pipe != null) {
            pipe.onDrain();
        }
        if (drainListener != null && state != State.DESTROYED) {
            drainListener.run();
        }
    }

    /** Ends the side once everything was written. Idempotent. */
    public void end() {
        if (state == State.OPEN) {
            state = State.ENDING;
            target.endWriting();
        }
    }

    /** As {@link #end}, on the stream's own account: its writer can't know of it yet. */
    public void withdraw() {
        if (state == State.OPEN) {
            isWithdrawn = true;
            end();
        }
    }

    /** The target has handed on the last byte, and the end. */
    public void finished() {
        if (state == State.ENDING) {
            state = State.FINISHED;
            if (finishListener != null) {
                finishListener.run();
            }
        }
    }

    /** Whether a pipe to here is not over yet. */
    public boolean isPiped() {
        return pipe != null && !pipe.isOver();
    }

    /** The stream gets another owner: the listeners are gone. A drain that is due stays due. */
    public void handOver() {
        drainListener = null;
        finishListener = null;
        pipe = null;
    }

    /** Nothing more is written, and nothing more is told but the close. Idempotent. */
    public void destroy() {
        state = State.DESTROYED;
    }

    /** The stream's close is being told: what is piped here has nowhere to go. */
    public void closed() {
        isCloseTold = true;
        if (pipe != null) {
            pipe.onDestinationClosed();
        }
    }

    /** Whether {@link #write} takes bytes. */
    public boolean isOpen() {
        return state == State.OPEN;
    }

    /** Whether the last byte was handed on, and the end; not any more once it is destroyed. */
    public boolean isFinished() {
        return state == State.FINISHED;
    }
}
