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
 *            end, withdraw                 finished
 *   open ──────────────────▶ ending ──────────────────────▶ finished
 *    └───────────┬──────────────┘ destroy                      │ destroy
 *                ▼                                             ▼
 *            destroyed ◀───────────────────────────────────────┘
 *
 *   write answers false ──▶ a drain is due ──drained──▶ told: pipe, then listener
 * </pre>
 *
 * A drain is told once, however many writes answered false, and never after the finish or the
 * destroy. The owner of the side checks the thread.
 *
 * <p>It is a class to extend, where {@link ReadSide} is one to hold: what takes the bytes of a
 * stream is made for each connection and each response anyway, and so is its write side.
 *
 * {@snippet class="dev.millrace.stream.StreamExamplesTest" region="writeSide"}
 */
public abstract class WriteSide {
    /** The life of the side, as drawn above. */
    private enum State {
        OPEN,
        ENDING,
        FINISHED,
        DESTROYED
    }

    private @Nullable Runnable drainListener;
    private @Nullable Runnable finishListener;

    /** What is piped here, or was. */
    private @Nullable StreamPipe pipe;

    private State state = State.OPEN;

    /** A write answered false, and its drain was not told yet. */
    private boolean isDrainDue;

    /** The stream ended the side, not its writer. */
    private boolean isWithdrawn;

    /** A write after the end was told to the stream. */
    private boolean isLateTold;

    /** The pipe was told that the stream is over; a later one is told at once. */
    private boolean isCloseTold;

    /** For streams. */
    protected WriteSide() {}

    /**
     * Hands bytes on.
     *
     * @param isLent whether the array is the caller's again after this call; otherwise it may be
     *     kept, and is not changed any more
     * @param callback gets null when the bytes were handed on, or why not; null if there is none
     * @return false if none of the bytes were taken
     */
    protected abstract boolean handOn(
            byte[] array,
            int offset,
            int length,
            boolean isLent,
            @Nullable Consumer<? super @Nullable IOException> callback);

    /** Bytes that were written and not handed on yet. */
    protected abstract long queuedBytes();

    /**
     * Whether fewer bytes wait than {@link WriteStream#HIGH_WATER_MARK_BYTES}, asked after every
     * write; for streams that know it without counting.
     */
    protected boolean isBelowMark() {
        return queuedBytes() < WriteStream.HIGH_WATER_MARK_BYTES;
    }

    /** {@link #drained} is to be called once, soon, when no byte waits any more. */
    protected abstract void notifyDrained();

    /** Nothing more is written: {@link #finished} follows the last byte. */
    protected abstract void endWriting();

    /** Runs {@code task} soon, and not from inside the running call. */
    protected abstract void soon(Runnable task);

    /**
     * A write came after the end, and its bytes are lost: an error of this stream, told once. The
     * writer may be a callback of another stream, and has no part in it.
     *
     * @param isWithdrawn whether the stream was ended by {@link #withdraw}, of which its writer
     *     could not know
     * @return what the write's callback is told
     */
    protected abstract IOException writtenTooLate(boolean isWithdrawn);

    /** What a write after {@link #end} is, for the stream's own listener. */
    protected static IOException afterEnd() {
        return new IOException("write after end (ERR_STREAM_WRITE_AFTER_END)");
    }

    /** Calls a listener; as it is, unless the caller is not guarded already. */
    protected void call(Runnable listener) {
        listener.run();
    }

    /** What the stream is, for the text of an error. */
    protected String kind() {
        return "stream";
    }

    /** As {@link WriteStream#onDrain}. */
    public final void onDrain(Runnable listener) {
        drainListener = Listeners.once(drainListener, listener, "onDrain");
    }

    /** The last byte was handed on, after {@link #end}. */
    public final void onFinish(Runnable listener) {
        finishListener = Listeners.and(finishListener, listener);
    }

    /** As {@link WriteStream#piped}. */
    public final void piped(StreamPipe from) {
        pipe = StreamPipe.replacing(pipe, from);
        if (isCloseTold) {
            soon(from::onDestinationClosed);
        }
    }

    /**
     * Writes bytes that the caller may reuse at once.
     *
     * @param callback as {@link #handOn} takes it; after the end, or of a destroyed stream, it gets
     *     an error, soon
     * @return false when the caller should wait for the drain, and when nothing is written any more
     */
    public final boolean write(
            byte[] array,
            int offset,
            int length,
            @Nullable Consumer<? super @Nullable IOException> callback) {
        return write(array, offset, length, true, callback);
    }

    /** As the other {@code write}, of what remains in a buffer that is the stream's from now on. */
    public final boolean write(
            ByteBuffer buffer, @Nullable Consumer<? super @Nullable IOException> callback) {
        if (!admit(callback)) {
            return false;
        }
        int length = buffer.remaining();
        if (buffer.hasArray()) {
            int offset = buffer.arrayOffset() + buffer.position();
            buffer.position(buffer.limit());
            return answer(buffer.array(), offset, length, false, callback);
        }
        byte[] array = new byte[length];
        buffer.get(array);
        return answer(array, 0, length, false, callback);
    }

    /** As the other {@code write}; {@code isLent} as {@link #handOn} takes it. */
    public final boolean write(
            byte[] array,
            int offset,
            int length,
            boolean isLent,
            @Nullable Consumer<? super @Nullable IOException> callback) {
        return admit(callback) && answer(array, offset, length, isLent, callback);
    }

    /**
     * Lets a write in, or turns it away: for writes that don't come through this class.
     *
     * @param callback gets an error, soon, if the write is turned away
     * @return false if nothing may be written any more
     */
    public final boolean admit(@Nullable Consumer<? super @Nullable IOException> callback) {
        if (state == State.OPEN) {
            return true;
        }
        IOException error;
        if (state == State.DESTROYED) {
            error =
                    new IOException(
                            "write after the " + kind() + " was destroyed (ERR_STREAM_DESTROYED)");
        } else {
            error = isLateTold ? afterEnd() : writtenTooLate(isWithdrawn);
            isLateTold = true;
        }
        if (callback != null) {
            soon(() -> callback.accept(error));
        }
        return false;
    }

    private boolean answer(
            byte[] array,
            int offset,
            int length,
            boolean isLent,
            @Nullable Consumer<? super @Nullable IOException> callback) {
        boolean isTaken = handOn(array, offset, length, isLent, callback);
        boolean isBelow = isTaken && isBelowMark();
        // What became of the bytes may have destroyed the stream.
        if (!isBelow && !isDrainDue && state != State.DESTROYED) {
            isDrainDue = true;
            notifyDrained();
        }
        return isBelow && state != State.DESTROYED;
    }

    /** Everything that waited was handed on. */
    public final void drained() {
        if (!isDrainDue || state == State.FINISHED || state == State.DESTROYED) {
            return;
        }
        isDrainDue = false;
        if (pipe != null) {
            pipe.onDrain();
        }
        if (drainListener != null && state != State.DESTROYED) {
            call(drainListener);
        }
    }

    /** Ends the side once everything was written. Idempotent. */
    public final void end() {
        if (state == State.OPEN) {
            state = State.ENDING;
            if (!isWithdrawn) {
                dismissPipe();
            }
            endWriting();
        }
    }

    /** As {@link #end}, on the stream's own account: its writer can't know of it yet. */
    public final void withdraw() {
        if (state == State.OPEN) {
            isWithdrawn = true;
            end();
        }
    }

    /**
     * What is piped here writes no more, and does not destroy the stream when it fails: for one
     * that is withdrawn with something else in place of what its writer had.
     */
    public final void dismissPipe() {
        if (pipe != null) {
            pipe.onDestinationEnded();
        }
    }

    /** The last byte was handed on, and the end. */
    public final void finished() {
        if (state == State.ENDING) {
            state = State.FINISHED;
            if (finishListener != null) {
                finishListener.run();
            }
        }
    }

    /** Whether a pipe to here is not over yet. */
    public final boolean isPiped() {
        return pipe != null && !pipe.isOver();
    }

    /** The stream gets another owner: the listeners are gone. A drain that is due stays due. */
    public final void handOver() {
        drainListener = null;
        finishListener = null;
        pipe = null;
    }

    /** Nothing more is written, and nothing more is told but the close. Idempotent. */
    public final void destroy() {
        state = State.DESTROYED;
    }

    /** The stream's close is being told: what is piped here has nowhere to go. */
    public final void closed() {
        isCloseTold = true;
        if (pipe != null) {
            pipe.onDestinationClosed();
        }
    }

    /** Whether {@link #write} takes bytes. */
    public final boolean isOpen() {
        return state == State.OPEN;
    }

    /** Whether the last byte was handed on, and the end; not any more once it is destroyed. */
    public final boolean isFinished() {
        return state == State.FINISHED;
    }

    /** Whether it was ended, or withdrawn, and not destroyed since. */
    public final boolean isEnded() {
        return state == State.ENDING || state == State.FINISHED;
    }

    /** Whether the close was told. */
    public final boolean isClosed() {
        return isCloseTold;
    }
}
