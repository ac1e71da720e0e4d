package dev.millrace.stream;

import org.jspecify.annotations.Nullable;

/**
 * Carries everything from one stream to another without more in flight than the destination takes.
 * A source may have several; it waits for the slowest of their destinations.
 */
public final class StreamPipe implements BytesListener {
    private final ReadStream source;
    private final WriteStream destination;

    /** Whether one end takes the other with it when it fails. */
    private final boolean isPipeline;

    /** The source's first pipe; the others hang on it. */
    private final StreamPipe first;

    private @Nullable StreamPipe next;
    private boolean isOver;

    /** It was the pipe that paused the source, so the pipe may resume it. */
    private boolean isWaiting;

    /** Of the first pipe: the source is paused because all of them are over. */
    private boolean isLeft;

    /** {@code first}: the source's first pipe, null if this is going to be it. */
    StreamPipe(
            ReadStream source,
            WriteStream destination,
            boolean isPipeline,
            @Nullable StreamPipe first) {
        this.source = source;
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
            if (!at.isOver) {
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
        if (present != null && !present.isOver) {
            throw new IllegalStateException("a stream is piped there already");
        }
        return pipe;
    }

    /** A source that was paused for want of a destination has one again. */
    void begin() {
        if (first.isLeft) {
            first.isLeft = false;
            source.resume();
        }
    }

    @Nullable StreamPipe next() {
        return next;
    }

    @Override
    public int onBytes(byte[] array, int offset, int length) {
        if (!isOver && !destination.write(array, offset, length)) {
            isWaiting = true;
            source.pause();
        }
        return length;
    }

    @Override
    public void onEnd() {
        if (!isOver) {
            isOver = true;
            destination.end();
        }
    }

    /** The source is gone; if it had not ended, what the destination has is not all. */
    void onSourceDestroyed() {
        if (!isOver) {
            isOver = true;
            if (isPipeline) {
                destination.destroy();
            }
        }
    }

    /** The destination has taken everything that waited. */
    public void onDrain() {
        if (isWaiting) {
            isWaiting = false;
            resumeSource();
        }
    }

    /** The destination closed; what still comes has nowhere to go. */
    public void onDestinationClosed() {
        if (isOver) {
            return;
        }
        isOver = true;
        if (isPipeline) {
            source.destroy();
        } else if (isEveryOneOver()) {
            isWaiting = false;
            first.isLeft = true;
            source.pause();
        } else {
            onDrain();
        }
    }

    private boolean isEveryOneOver() {
        boolean isEveryOneOver = true;
        for (StreamPipe at = first; at != null; at = at.next) {
            isEveryOneOver &= at.isOver;
        }
        return isEveryOneOver;
    }

    private void resumeSource() {
        boolean isAnyWaiting = false;
        for (StreamPipe at = first; at != null; at = at.next) {
            isAnyWaiting |= at.isWaiting;
        }
        if (!isAnyWaiting && !isEveryOneOver()) {
            source.resume();
        }
    }
}
