package dev.millrace.stream;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Those that take what comes on a {@link ReadSide}, of one owner: the listener of onData, the pipes
 * and the listener of onBytes, in this order.
 *
 * <p>Each chunk goes to the receivers that there are when it comes; one that is added meanwhile
 * gets the next. The listener of onBytes may leave the rest of a chunk, which then comes again: to
 * it, and to those that were not given it. So each of the others knows its place, counted in bytes
 * that were taken.
 */
final class ReadReceivers {
    /** The place of a receiver that came during a delivery, until that is over. */
    private static final long BEHIND_THIS_CHUNK = Long.MAX_VALUE;

    private static final ByteBuffer NONE = ByteBuffer.allocate(0);

    private @Nullable Consumer<? super ByteBuffer> dataListener;
    private @Nullable BytesListener bytesListener;
    private @Nullable StreamPipe pipe;

    /** How many bytes were taken: the place of the next one. */
    private long position;

    /** The place of the first byte that {@link #dataListener} was not given. */
    private long dataFrom;

    /** A chunk is being delivered. */
    private boolean isTaking;

    /** A receiver came meanwhile. */
    private boolean hasNewcomer;

    /** The stream is destroyed. */
    private boolean isDestroyed;

    /** The stream has another owner. */
    private boolean isForgotten;

    void onData(Consumer<? super ByteBuffer> listener) {
        dataListener = Objects.requireNonNull(listener, "listener");
        dataFrom = firstPlace();
    }

    void offData() {
        dataListener = null;
    }

    /** In place of the present one, whose beginning of a frame is the answer. */
    ByteBuffer onBytes(@Nullable BytesListener listener) {
        requireNoOwner();
        ByteBuffer back = leave();
        position -= back.remaining();
        bytesListener = listener;
        return back;
    }

    /**
     * @throws IllegalStateException if the listener of onBytes owns the stream
     */
    private void requireNoOwner() {
        if (bytesListener != null && bytesListener.isOwner()) {
            throw new IllegalStateException(
                    "what comes on this stream belongs to the protocol that reads it ("
                            + bytesListener.getClass().getSimpleName()
                            + "); only handOver gives it to another reader");
        }
    }

    @Nullable BytesListener taker() {
        return bytesListener;
    }

    private ByteBuffer leave() {
        return bytesListener instanceof FrameReader<?> frames ? frames.leave() : NONE;
    }

    /**
     * So many bytes are put back: the listener of onBytes took them, and the others have seen them;
     * without one, they come again for all.
     *
     * @return the beginning of a frame, which comes behind them
     */
    ByteBuffer putBack(int count) {
        requireNoOwner();
        position -= count;
        if (bytesListener instanceof FrameReader<?> frames) {
            ByteBuffer begun = frames.giveBack();
            position -= begun.remaining();
            return begun;
        }
        if (bytesListener == null) {
            long place = firstPlace();
            dataFrom = place;
            for (StreamPipe at = pipe; at != null; at = at.next()) {
                at.from = place;
            }
        }
        return NONE;
    }

    StreamPipe pipe(ReadStream from, ReadSide side, WriteStream destination, boolean isPipeline) {
        StreamPipe added = new StreamPipe(from, side, destination, isPipeline, pipe);
        added.from = firstPlace();
        if (pipe == null) {
            pipe = added;
        }
        return added;
    }

    /** The first byte that is for a receiver which comes now. */
    private long firstPlace() {
        hasNewcomer |= isTaking;
        return isTaking ? BEHIND_THIS_CHUNK : position;
    }

    /** Whether there are any. */
    boolean isAny() {
        return hasListener() || pipe != null;
    }

    /** Whether there are any but pipes. */
    boolean hasListener() {
        return bytesListener != null || dataListener != null;
    }

    /** Of the only receiver, if that is a destination which has them. */
    @Nullable RegionWriter regions() {
        return !hasListener() && pipe != null && pipe.next() == null ? pipe.regions() : null;
    }

    /** Whether a pipe is not over yet. */
    boolean isPiped() {
        return pipe != null && !pipe.isEveryOneOver();
    }

    /** Gives them a chunk; how much of it was taken. */
    int take(byte[] array, int offset, int length) {
        int taken;
        isTaking = true;
        try {
            taken = give(array, offset, length);
        } finally {
            isTaking = false;
        }
        position += taken;
        if (hasNewcomer) {
            hasNewcomer = false;
            dataFrom = settled(dataFrom);
            for (StreamPipe at = pipe; at != null; at = at.next()) {
                at.from = settled(at.from);
            }
        }
        return taken;
    }

    private long settled(long place) {
        return place == BEHIND_THIS_CHUNK ? position : place;
    }

    private int give(byte[] array, int offset, int length) {
        boolean hasTaker = bytesListener != null;
        long end = position + length;
        if (dataListener != null && dataFrom < end) {
            int seen = (int) Math.max(0, dataFrom - position);
            dataFrom = end;
            // The owned copy: the listener may keep it for ever.
            dataListener.accept(
                    ByteBuffer.wrap(Arrays.copyOfRange(array, offset + seen, offset + length)));
        }
        for (StreamPipe at = pipe; at != null && !isOver(); at = at.next()) {
            if (at.from < end) {
                int seen = (int) Math.max(0, at.from - position);
                at.from = end;
                at.onBytes(array, offset + seen, length - seen);
            }
        }
        // One that came meanwhile gets the next chunk, unless it stands in for another.
        BytesListener taker = hasTaker ? bytesListener : null;
        if (taker == null || isDestroyed) {
            return length;
        }
        return isForgotten ? 0 : taker.onBytes(array, offset, length);
    }

    private boolean isOver() {
        return isDestroyed || isForgotten;
    }

    /** What comes from now on is another stream of bytes, out of a filter. */
    void startAnew() {
        dataFrom = position;
        for (StreamPipe at = pipe; at != null; at = at.next()) {
            at.from = position;
        }
    }

    /** Tells the end; false if the listener of onBytes has destroyed the stream, or left it. */
    boolean end() {
        if (bytesListener != null) {
            bytesListener.onEnd();
        }
        if (isOver()) {
            return false;
        }
        for (StreamPipe at = pipe; at != null; at = at.next()) {
            at.onEnd();
        }
        return true;
    }

    /** The stream is destroyed. */
    void destroy() {
        boolean isFirst = !isDestroyed;
        isDestroyed = true;
        try {
            if (isFirst && bytesListener != null) {
                bytesListener.onDestroyed();
            }
        } finally {
            // A user's listener may throw; what is piped from here is cut off all the same.
            for (StreamPipe at = pipe; at != null; at = at.next()) {
                at.onSourceDestroyed();
            }
        }
    }

    /** The stream gets another owner; what the listener of onBytes has taken and not used. */
    ByteBuffer forget() {
        isForgotten = true;
        return leave();
    }
}
