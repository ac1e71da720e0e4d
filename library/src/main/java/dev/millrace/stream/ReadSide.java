package dev.millrace.stream;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The read side of a stream, for classes that implement {@link ReadStream}: listeners, pause and
 * resume, what is kept until a listener takes it, and the end behind the last byte.
 *
 * <pre>
 *              deliver                       taken
 *   source ──────────────▶ flowing ───────────────▶ listener
 *     ▲  │                    │ paused, left over or no listener
 *     │  └── stopped ◀── kept (≤ 64 KiB) ──resume──▶ listener, then start the source again
 * </pre>
 *
 * {@snippet class="dev.millrace.stream.StreamExamplesTest" region="readSide"}
 */
public final class ReadSide {
    /** Where the bytes come from. */
    public interface Source {
        /** Bytes may be delivered from now on. */
        void startReading();

        /** No byte is delivered until started again, from right now on. */
        void stopReading();

        /** Runs {@code task} soon, on the loop, and not from inside the running call. */
        void soon(Runnable task);

        /** The listener for the end, if there is one, has been told. */
        void endTold();

        /** What came makes no sense to its reader: destroys the stream with {@code error}. */
        void fail(IOException error);
    }

    /** The end behind the last byte. */
    private enum End {
        OPEN,
        /** The source has no more bytes; some are still to be taken. */
        COMING,
        TOLD
    }

    private static final byte[] NONE = new byte[0];

    private final Source source;
    private @Nullable Consumer<? super ByteBuffer> dataListener;
    private @Nullable BytesListener bytesListener;
    private @Nullable StreamPipe pipe;
    private @Nullable Runnable endListener;
    private byte[] kept = NONE;

    /** Bytes at the front of what is kept that only the listener of onBytes has still to take. */
    private int keptSeen;

    /** A listener is being called: what it leaves is not known yet. */
    private boolean isTaking;

    /** Gets what the listener that is being called leaves; a filter was put in meanwhile. */
    private @Nullable BytesListener diversion;

    /** The stream may be read; one that is not open yet keeps its listeners waiting. */
    private boolean isStarted;

    private boolean isPaused;

    /** Resumed without a listener: bytes are thrown away until there is one. */
    private boolean isDiscarding;

    private End end = End.OPEN;
    private boolean isDestroyed;

    /** What is kept is on its way to the listeners, in a call of its own. */
    private boolean isScheduled;

    /** The old owner's listeners are gone, and the new owner has none yet: the end waits. */
    private boolean isBetweenOwners;

    /** How often it was handed over: a listener that is being called may do that. */
    private int handOvers;

    public ReadSide(Source source) {
        this.source = source;
    }

    public void onData(Consumer<? super ByteBuffer> listener) {
        dataListener = once(dataListener, listener, "onData");
        listenerCame();
    }

    public void onBytes(BytesListener listener) {
        bytesListener = once(bytesListener, listener, "onBytes");
        listenerCame();
    }

    public void onEnd(Runnable listener) {
        endListener = once(endListener, listener, "onEnd");
        if (isBetweenOwners) {
            listenerCame();
        }
    }

    /** Sets the one listener of an event. */
    public static <L> L once(@Nullable L present, L listener, String event) {
        if (present != null) {
            throw new IllegalStateException(event + " has a listener already");
        }
        return Objects.requireNonNull(listener, "listener");
    }

    /** {@code isPipeline}: as {@link ReadStream#pipelineTo}. */
    public <W extends WriteStream> W pipeTo(ReadStream self, W destination, boolean isPipeline) {
        StreamPipe added = new StreamPipe(self, destination, isPipeline, pipe);
        if (pipe == null) {
            pipe = added;
        }
        added.begin();
        listenerCame();
        if (isEnded()) {
            source.soon(added::onEnd);
        } else if (isDestroyed) {
            source.soon(added::onSourceDestroyed);
        }
        return destination;
    }

    /** Begins to read, unless it was paused before. */
    public void start() {
        isStarted = true;
        flowAgain();
    }

    public void pause() {
        if (!isPaused) {
            isPaused = true;
            source.stopReading();
        }
    }

    public void resume() {
        isBetweenOwners = false;
        isDiscarding |= !hasListener();
        if (isPaused || isDiscarding) {
            isPaused = false;
            flowAgain();
        }
    }

    public boolean isPaused() {
        return isPaused;
    }

    /** Whether a listener that is being called may be given more. */
    boolean isFlowing() {
        return !isPaused && !isDestroyed && diversion == null;
    }

    /**
     * A filter comes in front of this side: {@code filter} gets what was received and not taken,
     * and the end if that was still to be told. Inside a listener's call that includes what the
     * listener leaves, and comes after the call.
     */
    public void divert(BytesListener filter) {
        if (isTaking) {
            diversion = filter;
            return;
        }
        byte[] array = kept;
        destroyKept();
        if (array.length > 0) {
            filter.onBytes(array, 0, array.length);
        }
        if (end == End.COMING) {
            end = End.OPEN;
            filter.onEnd();
        }
    }

    void fail(IOException error) {
        source.fail(error);
    }

    /** Whether the end was told. */
    public boolean isEnded() {
        return end == End.TOLD;
    }

    /** Whether a pipe from here is not over yet. */
    public boolean isPiped() {
        return pipe != null && !pipe.isEveryOneOver();
    }

    /**
     * The stream gets another owner: the listeners are gone. {@code unread} comes first for the new
     * ones, then what was kept, then what the listener leaves that is being called. The end is told
     * to them as well, once there is one for bytes or for the end, even if it was told before.
     */
    public void handOver(ByteBuffer unread) {
        BytesListener old = bytesListener;
        dataListener = null;
        bytesListener = null;
        endListener = null;
        pipe = null;
        isDiscarding = false;
        if (isEnded() && !isDestroyed) {
            end = End.COMING;
        }
        isBetweenOwners = true;
        handOvers++;
        keptSeen = 0;
        if (old instanceof FrameReader<?> frames) {
            giveBack(frames.leave());
        }
        giveBack(unread);
    }

    /** Puts bytes before those that are kept. */
    private void giveBack(ByteBuffer bytes) {
        int length = bytes.remaining();
        if (length > 0 && !isDestroyed) {
            byte[] joined = new byte[length + kept.length];
            bytes.get(joined, 0, length);
            System.arraycopy(kept, 0, joined, length, kept.length);
            kept = joined;
            source.stopReading();
        }
    }

    /** No further event: the stream is destroyed. What was kept is thrown away. */
    public void destroy() {
        isDestroyed = true;
        destroyKept();
        for (StreamPipe at = pipe; at != null; at = at.next()) {
            at.onSourceDestroyed();
        }
    }

    private void destroyKept() {
        kept = NONE;
        keptSeen = 0;
    }

    private void listenerCame() {
        isBetweenOwners = false;
        if (isStarted && !isPaused && (hasKept() || end == End.COMING)) {
            flowAgain();
        }
    }

    private boolean hasListener() {
        return bytesListener != null || dataListener != null || pipe != null;
    }

    private boolean hasKept() {
        return kept.length > 0;
    }

    /**
     * What was kept goes first, and not from inside the call that resumed; without anything kept
     * the source starts.
     */
    private void flowAgain() {
        if (!isStarted || isPaused || isDestroyed) {
            return;
        }
        if (!hasKept() && end == End.OPEN) {
            source.startReading();
        } else if (!isScheduled) {
            isScheduled = true;
            source.soon(this::deliverKept);
        }
    }

    private void deliverKept() {
        isScheduled = false;
        if (isPaused || isDestroyed) {
            return;
        }
        if (hasKept()) {
            byte[] array = kept;
            int seen = keptSeen;
            destroyKept();
            deliver(array, 0, array.length, seen);
        }
        if (end != End.OPEN && !hasKept()) {
            end();
        } else if (!isPaused && !isDestroyed && !hasKept()) {
            source.startReading();
        }
    }

    /** The source has bytes, lent for the duration of the call. */
    public void deliver(byte[] array, int offset, int length) {
        // A filter may have nothing to show for what it took, or more than its reader wanted.
        if (length > 0 && !isDestroyed) {
            deliver(array, offset, length, 0);
        }
    }

    private void deliver(byte[] array, int offset, int length, int seen) {
        if (isPaused || hasKept()) {
            keep(array, offset, length);
            keptSeen = Math.max(keptSeen, seen);
            source.stopReading();
            return;
        }
        int before = handOvers;
        int taken;
        isTaking = true;
        try {
            taken = take(array, offset, length, seen);
        } finally {
            isTaking = false;
        }
        boolean isSameOwner = handOvers == before;
        BytesListener filter = diversion;
        if (filter != null) {
            diversion = null;
            if (taken < length && !isDestroyed) {
                // Behind what an old owner gave back.
                keep(array, offset + taken, length - taken);
            }
            divert(filter);
        } else if (taken < length && !isDestroyed) {
            keep(array, offset + taken, length - taken);
            keptSeen = isSameOwner && hasListener() ? length - taken : 0;
            source.stopReading();
            if (hasListener() && !isPaused) {
                // Left without a pause: the listener gets the rest again, if that leads anywhere.
                if (taken == 0 && isSameOwner) {
                    throw new IllegalStateException(
                            "onBytes took nothing without pausing the stream");
                }
                flowAgain();
            }
        }
    }

    /** {@code seen}: bytes at the front that the others than onBytes were given before. */
    private int take(byte[] array, int offset, int length, int seen) {
        if (!hasListener()) {
            return isDiscarding ? length : 0;
        }
        int from = offset + seen;
        int fresh = length - seen;
        if (dataListener != null && fresh > 0) {
            // The owned copy: the listener may keep it for ever.
            BytesListener alsoTakes = bytesListener;
            int before = handOvers;
            dataListener.accept(ByteBuffer.wrap(Arrays.copyOfRange(array, from, from + fresh)));
            if (handOvers != before) {
                return alsoTakes == null ? length : 0;
            }
        }
        for (StreamPipe at = pipe; at != null && fresh > 0 && !isDestroyed; at = at.next()) {
            at.onBytes(array, from, fresh);
        }
        return bytesListener == null || isDestroyed
                ? length
                : bytesListener.onBytes(array, offset, length);
    }

    private void keep(byte[] array, int offset, int length) {
        if (hasKept()) {
            byte[] joined = Arrays.copyOf(kept, kept.length + length);
            System.arraycopy(array, offset, joined, kept.length, length);
            kept = joined;
        } else {
            kept = Arrays.copyOfRange(array, offset, offset + length);
        }
    }

    /** The source has no more bytes. The end is told when everything before it was taken. */
    public void end() {
        if (isEnded() || isDestroyed) {
            return;
        }
        end = End.COMING;
        if (hasKept() || isPaused || isBetweenOwners) {
            return;
        }
        end = End.TOLD;
        tellEnd();
    }

    /** An owner that hands over stops it: the next one is told anew. */
    private void tellEnd() {
        int before = handOvers;
        if (bytesListener != null) {
            bytesListener.onEnd();
        }
        if (isDestroyed || handOvers != before) {
            return;
        }
        for (StreamPipe at = pipe; at != null; at = at.next()) {
            at.onEnd();
        }
        if (endListener != null) {
            endListener.run();
        }
        if (handOvers == before) {
            source.endTold();
        }
    }
}
