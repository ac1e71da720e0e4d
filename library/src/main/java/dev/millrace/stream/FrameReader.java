package dev.millrace.stream;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Gives the frames of a stream to a listener, one by one.
 *
 * <pre>
 *               a whole frame: given from the lent array
 *             ┌──────┐
 *             ▼      │      its beginning only
 *   ───▶ at a border ┴────────────────────────▶ inside a frame ─┐ more of it: kept
 *             ▲                                       │  ▲      │
 *             └── the rest: given from what was kept ─┘  └──────┘
 * </pre>
 *
 * A listener that pauses the stream leaves what follows unread, at a border. What is kept never
 * grows past twice the bytes that came, whatever length they announce.
 */
final class FrameReader<F> implements BytesListener {
    private static final byte[] NONE = new byte[0];
    private static final int MORE_MIN_BYTES = 64;

    private final ReadSide side;
    private final Framing<F> framing;
    private final Consumer<? super F> listener;

    /** Is told of a bad frame, which otherwise destroys the stream. */
    private final @Nullable Consumer<? super FrameException> bad;

    /** There was a bad frame: the rest is thrown away. */
    private boolean isBroken;

    /** The beginning of a frame whose rest is still to come, and how much of the array that is. */
    private byte[] begun = NONE;

    private int begunBytes;

    /** The whole size of the frame that has begun, if it is known. */
    private int frameBytes;

    /** The stream has another owner; the listener gets no further frame. */
    private boolean hasLeft;

    FrameReader(ReadSide side, Framing<F> framing, Consumer<? super F> listener) {
        this(side, framing, listener, null);
    }

    FrameReader(
            ReadSide side,
            Framing<F> framing,
            Consumer<? super F> listener,
            @Nullable Consumer<? super FrameException> bad) {
        this.side = side;
        this.bad = bad;
        this.framing = Objects.requireNonNull(framing, "framing");
        this.listener = Objects.requireNonNull(listener, "listener");
    }

    @Override
    public int onBytes(byte[] array, int offset, int length) {
        if (isBroken) {
            return length;
        }
        int taken = 0;
        try {
            while (taken < length && side.isFlowing() && !hasLeft) {
                taken +=
                        begunBytes == 0
                                ? first(array, offset + taken, length - taken)
                                : further(array, offset + taken, length - taken);
            }
        } catch (FrameException e) {
            return broken(e, length);
        }
        return taken;
    }

    private int broken(FrameException error, int length) {
        isBroken = true;
        begun = NONE;
        begunBytes = 0;
        if (bad == null) {
            side.source.fail(error);
        } else {
            bad.accept(error);
        }
        return length;
    }

    /** At a border. */
    private int first(byte[] array, int offset, int length) throws FrameException {
        frameBytes = measure(array, offset, length, 0);
        if (frameBytes == Framing.UNKNOWN || frameBytes > length) {
            begun = Arrays.copyOfRange(array, offset, offset + length);
            begunBytes = length;
            return length;
        }
        listener.accept(framing.decode(array, offset, frameBytes));
        return frameBytes;
    }

    /** Inside a frame. */
    private int further(byte[] array, int offset, int length) throws FrameException {
        int before = begunBytes;
        boolean isMeasured = frameBytes != Framing.UNKNOWN;
        // As much again: a frame of unknown size is not followed by a whole chunk copied in vain.
        int wanted = isMeasured ? frameBytes - before : Math.max(before, MORE_MIN_BYTES);
        int more = Math.min(wanted, length);
        append(array, offset, more);
        if (!isMeasured) {
            frameBytes = measure(begun, 0, begunBytes, before);
        }
        if (frameBytes == Framing.UNKNOWN || frameBytes > begunBytes) {
            return more;
        }
        byte[] frame = begun;
        begun = NONE;
        begunBytes = 0;
        listener.accept(framing.decode(frame, 0, frameBytes));
        return frameBytes - before;
    }

    /**
     * The stream gets another owner, or another listener. The answer: the beginning of the frame
     * that has begun.
     */
    ByteBuffer leave() {
        hasLeft = true;
        return giveBack();
    }

    /** The beginning of the frame that has begun; it comes again. */
    ByteBuffer giveBack() {
        ByteBuffer back = ByteBuffer.wrap(begun, 0, begunBytes);
        begun = NONE;
        begunBytes = 0;
        return back;
    }

    private void append(byte[] array, int offset, int length) {
        if (begun.length - begunBytes < length) {
            begun = Arrays.copyOf(begun, Math.max(begunBytes + length, 2 * begunBytes));
        }
        System.arraycopy(array, offset, begun, begunBytes, length);
        begunBytes += length;
    }

    private int measure(byte[] array, int offset, int length, int seen) throws FrameException {
        int size = framing.measure(array, offset, length, seen);
        if (size != Framing.UNKNOWN && size <= seen) {
            throw new IllegalStateException(
                    framing + " measures " + size + " bytes, of which it has seen " + seen);
        }
        return size;
    }

    @Override
    public void onEnd() {
        if (begunBytes > 0) {
            String text = "the stream ended inside a frame, after " + begunBytes + " bytes";
            broken(new FrameException(text), 0);
        }
    }
}
