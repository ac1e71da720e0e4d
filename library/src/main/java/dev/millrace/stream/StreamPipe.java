package dev.millrace.stream;

import org.jspecify.annotations.Nullable;

/**
 * Carries everything from one stream to another without more in flight than the destination takes.
 * A source may have several; it waits for the slowest of their destinations.
 */
public final class StreamPipe implements BytesListener {
    private final ReadStream source;
    private final ReadSide side;
    private final WriteStream destination;

    /** Whether one end takes the other with it when it fails. */
    private final boolean isPipeline;

    /** The source's first pipe; the others hang on it. */
    private final StreamPipe first;

    private @Nullable StreamPipe next;
    private State state = State.FLOWING;

    /** The destination is full. */
    private boolean isWaiting;

    /** The place of the first byte that it was not given, as {@link ReadSide} counts. */
    long from;

    private enum State {
        FLOWING,
        /** The destination's owner has ended it: it takes no more, and is not closed yet. */
        LEFT,
        OVER
    }

    /** {@code first}: the source's first pipe, null if this is going to be it. */
    StreamPipe(
            ReadStream source,
            ReadSide side,
            WriteStream destination,
            boolean isPipeline,
            @Nullable StreamPipe first) {
        this.source = source;
        this.side = side;
        this.destination = destination;
        this.isPipeline = isPipeline;
        this.first = first == null ? this : first;
        destination.piped(this);
        if (first != null) {
            first.forgetThoseOver();
            next = first.next;
            first.next = this;
        }
    }

    /** A source may live long, and have a new destination for each of its readers. */
    private void forgetThoseOver() {
        StreamPipe last = this;
        for (StreamPipe at = next; at != null; at = at.next) {
            if (at.state != State.OVER) {
                last.next = at;
                last = at;
            }
        }
        last.next = null;
    }

    /**
     * For destinations, which have one pipe at a time: {@code pipe}, in place of {@code present}.
     *
     * @throws IllegalStateException if that is not over
     */
    public static StreamPipe replacing(@Nullable StreamPipe present, StreamPipe pipe) {
        if (present != null && present.state == State.FLOWING) {
            throw new IllegalStateException("a stream is piped there already");
        }
        return pipe;
    }

    @Nullable StreamPipe next() {
        return next;
    }

    /** As {@link WriteStream#regions}, of its destination. */
    @Nullable RegionWriter regions() {
        return state == State.FLOWING && !isWaiting ? destination.regions() : null;
    }

    @Override
    public int onBytes(byte[] array, int offset, int length) {
        if (state == State.FLOWING
                && !destination.write(array, offset, length)
                && state == State.FLOWING) {
            isWaiting = true;
            side.holdForPipe();
        }
        return length;
    }

    @Override
    public void onEnd() {
        if (state == State.FLOWING) {
            state = State.OVER;
            destination.end();
        }
    }

    /** The source is gone; if it had not ended, what the destination has is not all. */
    void onSourceDestroyed() {
        boolean isCut = state == State.FLOWING;
        state = State.OVER;
        if (isCut && isPipeline) {
            destination.reset();
        }
    }

    /** The destination has taken everything that waited. */
    public void onDrain() {
        if (isWaiting) {
            isWaiting = false;
            releaseSource();
        }
    }

    /**
     * The destination's owner has ended it: it takes no more. That is no failure, and the other
     * receivers of the source go on.
     */
    public void onDestinationEnded() {
        if (state == State.FLOWING) {
            state = State.LEFT;
            leave();
        }
    }

    /** The destination closed; what still comes has nowhere to go. */
    public void onDestinationClosed() {
        State before = state;
        state = State.OVER;
        if (before == State.OVER) {
            return;
        }
        if (isPipeline && before == State.LEFT) {
            // Its owner had what it wanted, so nothing was cut off.
            source.destroy();
        } else if (isPipeline) {
            source.reset();
        } else if (before == State.FLOWING) {
            leave();
        }
    }

    private void leave() {
        isWaiting = false;
        if (isEveryOneOver()) {
            side.left();
        } else {
            releaseSource();
        }
    }

    /** Whether it carries nothing any more. */
    boolean isOver() {
        return state != State.FLOWING;
    }

    /** Whether this holds for every pipe of its source. */
    boolean isEveryOneOver() {
        boolean isEveryOneOver = true;
        for (StreamPipe at = first; at != null; at = at.next) {
            isEveryOneOver &= at.isOver();
        }
        return isEveryOneOver;
    }

    private void releaseSource() {
        boolean isAnyWaiting = false;
        for (StreamPipe at = first; at != null; at = at.next) {
            isAnyWaiting |= at.isWaiting;
        }
        if (!isAnyWaiting && !isEveryOneOver()) {
            side.release();
        }
    }

    /** One line for a log: {@code StreamPipe[NetSocket -> ServerResponse, FLOWING]}. Any thread. */
    @Override
    public String toString() {
        return "StreamPipe["
                + source.getClass().getSimpleName()
                + " -> "
                + destination.getClass().getSimpleName()
                + ", "
                + state
                + "]";
    }
}
