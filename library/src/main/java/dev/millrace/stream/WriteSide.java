package dev.millrace.stream;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The write side of a stream, for those who implement {@link WriteStream}; the twin of {@link
 * ReadSide}: the high-water mark, the drain, the end, and the pipe that leads here.
 *
 * <pre>
 *   open ──end──▶ ended ─┐   once the last byte was handed on: finish is told
 *     ├───cut───▶ cut ───┤
 *     └─────destroy──────┴──▶ destroyed
 * </pre>
 *
 * <p>What it promises, whatever takes the bytes:
 *
 * <ol>
 *   <li>{@link #write} answers false from 64 KiB on, and then the drain is told once, when nothing
 *       waits any more.
 *   <li>A write after the end is the writer's mistake and throws. After a cut, which is not the
 *       writer's doing, and after a destroy it is dropped, and its callback told so.
 *   <li>No drain is told after destroy, and no finish.
 *   <li>One stream at a time is piped here; it hears of the drain before the listener does, and of
 *       the close.
 * </ol>
 *
 * It is a class to extend and not an object to hold, because each connection has one: what takes
 * the bytes is itself the write side. Loop thread only.
 */
public abstract class WriteSide {
    private State state = State.OPEN;

    /** The end was handed on behind the last byte. */
    private boolean isFinished;

    /** The pipe that leads here was told that it is over. */
    private boolean isClosed;

    /** A write has answered false, and its drain was not told yet. */
    private boolean needsDrain;

    private @Nullable StreamPipe pipe;
    private @Nullable Runnable drainListener;
    private @Nullable Runnable finishListener;

    private enum State {
        OPEN,
        /** The writer has ended it. */
        ENDED,
        /** Ended, and not by the writer, who may not know yet. */
        CUT,
        DESTROYED
    }

    /** For streams. */
    protected WriteSide() {}

    /**
     * Hands bytes on. {@code isLent}: the array is the caller's again afterwards. {@code callback}
     * is told once the bytes are with the next one, or why not.
     *
     * @return false if they were not taken, being too many
     */
    protected abstract boolean handOn(
            byte[] array,
            int offset,
            int length,
            boolean isLent,
            @Nullable Consumer<? super @Nullable IOException> callback);

    /** Bytes that were handed on and still wait. */
    public abstract long queuedBytes();

    /** Asks for one call of {@link #drained}, when nothing waits any more. */
    protected abstract void notifyDrained();

    /** Hands the end on, behind the last byte; then {@link #finished} is called. */
    protected abstract void handEndOn();

    /** Runs {@code task} soon, and not from inside the running call. */
    protected abstract void soon(Runnable task);

    /** Calls a listener; by default as it is, below a guarded callback. */
    protected void call(Runnable listener) {
        listener.run();
    }

    /** Calls the listener of the finish. */
    protected void callFinish(Runnable listener) {
        call(listener);
    }

    /** What it is the write side of, in the text of an error. */
    protected String name() {
        return "stream";
    }

    /** Something is written after a cut. */
    protected void writtenAfterCut() {}

    /** As {@link WriteStream#write(byte[], int, int)}; see {@link #handOn}. */
    public final boolean write(
            byte[] array,
            int offset,
            int length,
            boolean isLent,
            @Nullable Consumer<? super @Nullable IOException> callback) {
        return acceptsWrite(callback) && goesOn(handOn(array, offset, length, isLent, callback));
    }

    /** As {@link WriteStream#write(ByteBuffer)}; see {@link #handOn}. */
    public final boolean write(
            ByteBuffer buffer, @Nullable Consumer<? super @Nullable IOException> callback) {
        int length = buffer.remaining();
        if (buffer.hasArray()) {
            int offset = buffer.arrayOffset() + buffer.position();
            buffer.position(buffer.limit());
            return write(buffer.array(), offset, length, false, callback);
        }
        byte[] array = new byte[length];
        buffer.get(array);
        return write(array, 0, length, false, callback);
    }

    /**
     * Whether a write may go ahead; if not, {@code callback} is told.
     *
     * @throws IllegalStateException after the end
     */
    public final boolean acceptsWrite(@Nullable Consumer<? super @Nullable IOException> callback) {
        if (state == State.OPEN) {
            return true;
        }
        if (state == State.CUT) {
            writtenAfterCut();
        } else if (state == State.ENDED) {
            throw new IllegalStateException("write after end (ERR_STREAM_WRITE_AFTER_END)");
        }
        if (callback != null) {
            soon(() ->
                    callback.accept(
                            new IOException("write after the " + name() + " was destroyed")));
        }
        return false;
    }

    /** The answer to a write; {@code isTaken}: its bytes were. */
    private boolean goesOn(boolean isTaken) {
        boolean isBelow = isTaken && queuedBytes() < WriteStream.HIGH_WATER_MARK_BYTES;
        if (!isBelow && !needsDrain) {
            needsDrain = true;
            notifyDrained();
        }
        return isBelow;
    }

    /** Nothing waits any more: those that were told to wait go on. */
    public final void drained() {
        if (!needsDrain) {
            return;
        }
        needsDrain = false;
        if (pipe != null) {
            pipe.onDrain();
        }
        if (drainListener != null && !isDestroyed() && !isClosed) {
            call(drainListener);
        }
    }

    public final void onDrain(Runnable listener) {
        drainListener = ReadSide.once(drainListener, listener, "onDrain");
    }

    /** The end was handed on, behind the last byte. */
    public final void onFinish(Runnable listener) {
        finishListener = ReadSide.once(finishListener, listener, "onFinish");
        if (isFinished) {
            soon(listener);
        }
    }

    /** As {@link WriteStream#piped}. */
    public final void piped(StreamPipe from) {
        pipe = StreamPipe.replacing(pipe, from);
        if (isClosed) {
            // The close was told before.
            soon(from::onDestinationClosed);
        }
    }

    /** As {@link WriteStream#end()}. */
    public final void end() {
        end(State.ENDED);
    }

    /** Ends it without the writer's doing. */
    public final void cut() {
        end(State.CUT);
    }

    private void end(State how) {
        if (state == State.OPEN) {
            state = how;
            handEndOn();
        }
    }

    /** Everything and the end were handed on. */
    public final void finished() {
        if (!isDestroyed()) {
            isFinished = true;
            if (finishListener != null) {
                callFinish(finishListener);
            }
        }
    }

    /** No further byte is handed on, and nothing but the close is told. */
    public final void destroySide() {
        state = State.DESTROYED;
    }

    /** It is over, and the pipe that leads here is told so. */
    public final void closed() {
        isClosed = true;
        if (pipe != null) {
            pipe.onDestinationClosed();
        }
    }

    /** Whether bytes can be written. */
    public final boolean isOpen() {
        return state == State.OPEN;
    }

    /** Whether it was ended or cut, and not destroyed. */
    public final boolean isEnded() {
        return state == State.ENDED || state == State.CUT;
    }

    /** Whether the end was handed on, behind the last byte. */
    public final boolean isFinished() {
        return isFinished;
    }

    /** Whether it was destroyed. */
    public final boolean isDestroyed() {
        return state == State.DESTROYED;
    }

    /** Whether it is over, and that was told. */
    public final boolean isClosed() {
        return isClosed;
    }
}
