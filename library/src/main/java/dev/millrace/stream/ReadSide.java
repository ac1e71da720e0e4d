package dev.millrace.stream;

import java.io.IOException;
import java.nio.ByteBuffer;
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

        /** The last destination is gone, and nothing else takes what comes. */
        default void left() {}
    }

    /** The end behind the last byte. */
    private enum End {
        OPEN,
        /** The source has no more bytes; some are still to be taken. */
        COMING,
        TOLD
    }

    /** Why the side itself holds the source back. */
    private enum Hold {
        NONE,
        /** A destination takes no more for now. */
        FULL,
        /** The last destination is gone, and there is no listener. */
        LEFT
    }

    final Source source;

    /** Of the present owner; made when the first one comes. */
    private @Nullable ReadReceivers receivers;

    private @Nullable Runnable endListener;
    private byte[] kept = KeptBytes.NONE;

    /** A listener is being called: what it leaves is not known yet. */
    private boolean isTaking;

    /** Gets what the listener that is being called leaves; a filter was put in meanwhile. */
    private @Nullable BytesListener diversion;

    /** The stream may be read; one that is not open yet keeps its listeners waiting. */
    private boolean isStarted;

    /** By the stream's user. */
    private boolean isPaused;

    private Hold hold = Hold.NONE;

    /** Resumed without a listener: bytes are thrown away until there is one. */
    private boolean isDiscarding;

    private End end = End.OPEN;

    /** No further event comes. */
    boolean isDestroyed;

    /** What is kept is on its way to the listeners, in a call of its own. */
    private boolean isScheduled;

    /** The old owner's listeners are gone, and the new owner has none yet: the end waits. */
    private boolean isBetweenOwners;

    /** How often it was handed over: a listener that is being called may do that. */
    private int handOvers;

    public ReadSide(Source source) {
        this.source = source;
    }

    /** A side that need not be started, of a source that reads already. */
    public static ReadSide started(Source source) {
        ReadSide side = new ReadSide(source);
        side.isStarted = true;
        return side;
    }

    private ReadReceivers receivers() {
        if (receivers == null) {
            receivers = new ReadReceivers();
        }
        return receivers;
    }

    public void onData(Consumer<? super ByteBuffer> listener) {
        receivers().onData(listener);
        receiverCame();
    }

    public void offData() {
        receivers().offData();
    }

    public void onBytes(BytesListener listener) {
        giveBack(receivers().onBytes(Objects.requireNonNull(listener, "listener")));
        receiverCame();
    }

    public void offBytes() {
        giveBack(receivers().onBytes(null));
    }

    /**
     * As {@link ReadStream#unshift}.
     *
     * @throws IllegalStateException if the end was told
     */
    public void unshift(ByteBuffer bytes) {
        if (isEnded()) {
            throw new IllegalStateException("unshift after the end of the stream was told");
        }
        giveBack(receivers().putBack(bytes.remaining()));
        giveBack(bytes.duplicate());
        flowAgain();
    }

    public void onEnd(Runnable listener) {
        endListener = Listeners.and(endListener, listener);
        if (isBetweenOwners) {
            receiverCame();
        }
    }

    /** {@code isPipeline}: as {@link ReadStream#pipelineTo}. */
    public <W extends WriteStream> W pipeTo(ReadStream self, W destination, boolean isPipeline) {
        StreamPipe added = receivers().pipe(self, this, destination, isPipeline);
        receiverCame();
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
        isDiscarding |= !hasReceiver();
        if (isPaused() || isDiscarding) {
            isPaused = false;
            hold = Hold.NONE;
            flowAgain();
        }
    }

    /** Whether the source is held back, by the user or by a destination. */
    public boolean isPaused() {
        return isPaused || hold != Hold.NONE;
    }

    /** Whether the stream's user has paused it. */
    public boolean isPausedByUser() {
        return isPaused;
    }

    /** A destination is full: the source waits for it. */
    void holdForPipe() {
        hold = Hold.FULL;
        source.stopReading();
    }

    /** No destination is full any more. */
    void release() {
        if (hold == Hold.FULL) {
            hold = Hold.NONE;
            flowAgain();
        }
    }

    /** The last destination is gone. What still comes waits for another, or for a listener. */
    void left() {
        if (receivers != null && receivers.hasListener()) {
            release();
        } else {
            hold = Hold.LEFT;
            source.stopReading();
            source.left();
        }
    }

    /** Whether every destination is gone, and there is no listener. */
    public boolean isLeft() {
        return hold == Hold.LEFT;
    }

    /**
     * Whether nothing takes what comes, and not because the user has paused it: there is no
     * listener, or every destination is gone.
     */
    public boolean isAbandoned() {
        return !isPaused && (isLeft() || !(hasReceiver() || isDiscarding || isBetweenOwners));
    }

    /** Whether there is no listener, and no destination either, so that nothing would be called. */
    public boolean isUnheard() {
        return receivers == null && endListener == null;
    }

    /** Whether a listener that is being called may be given more. */
    boolean isFlowing() {
        return !isPaused() && !isDestroyed && diversion == null && kept.length == 0;
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
        kept = KeptBytes.NONE;
        receivers().startAnew();
        if (array.length > 0) {
            filter.onBytes(array, 0, array.length);
        }
        if (end == End.COMING) {
            end = End.OPEN;
            filter.onEnd();
        }
    }

    /** A copy of what was received and not taken. */
    public ByteBuffer unread() {
        return ByteBuffer.wrap(kept.clone());
    }

    /** Whether the source has ended, be it told or not. */
    public boolean isEndComing() {
        return end != End.OPEN;
    }

    /** Whether the end was told. */
    public boolean isEnded() {
        return end == End.TOLD;
    }

    /**
     * Where the source may write parts of files past this side, because nothing else would see
     * their bytes: what is kept, a listener and a second destination forbid it. Null: deliver.
     */
    public @Nullable RegionWriter regions() {
        return isFlowing() && end == End.OPEN && receivers != null ? receivers.regions() : null;
    }

    /** Whether a pipe from here is not over yet. */
    public boolean isPiped() {
        return receivers != null && receivers.isPiped();
    }

    /**
     * The stream gets another owner: the listeners are gone. {@code unread} comes first for the new
     * ones, then what was kept, then what the listener leaves that is being called. The end is told
     * to them as well, once there is one for bytes or for the end, even if it was told before.
     */
    public void handOver(ByteBuffer unread) {
        ReadReceivers old = receivers();
        receivers = null;
        endListener = null;
        isDiscarding = false;
        if (isEnded() && !isDestroyed) {
            end = End.COMING;
        }
        isBetweenOwners = true;
        hold = Hold.NONE;
        handOvers++;
        giveBack(old.forget());
        giveBack(unread);
    }

    /** Puts bytes before those that are kept. */
    private void giveBack(ByteBuffer bytes) {
        if (bytes.hasRemaining() && !isDestroyed) {
            kept = KeptBytes.inFront(bytes, kept);
            source.stopReading();
        }
    }

    /** No further event: the stream is destroyed. What was kept is thrown away. */
    public void destroy() {
        isDestroyed = true;
        kept = KeptBytes.NONE;
        if (receivers != null) {
            receivers.destroy();
        }
    }

    private void receiverCame() {
        isBetweenOwners = false;
        isDiscarding = false;
        if (hold == Hold.LEFT) {
            hold = Hold.NONE;
        }
        flowAgain();
    }

    private boolean hasReceiver() {
        return receivers != null && receivers.isAny();
    }

    /**
     * What was kept goes first, and not from inside the call that resumed; without anything kept
     * the source starts.
     */
    private void flowAgain() {
        if (!isStarted || isPaused() || isDestroyed) {
            return;
        }
        if (kept.length == 0 && end == End.OPEN) {
            source.startReading();
        } else if (!isScheduled) {
            isScheduled = true;
            source.soon(this::deliverKept);
        }
    }

    private void deliverKept() {
        isScheduled = false;
        if (isPaused() || isDestroyed) {
            return;
        }
        byte[] array = kept;
        kept = KeptBytes.NONE;
        deliver(array, 0, array.length);
        if (end != End.OPEN && kept.length == 0) {
            end();
        } else if (!isPaused() && !isDestroyed && kept.length == 0) {
            source.startReading();
        }
    }

    /** The source has bytes, lent for the duration of the call. */
    public void deliver(byte[] array, int offset, int length) {
        // A filter may have nothing to show for what it took, or more than its reader wanted.
        if (length == 0 || isDestroyed) {
            return;
        }
        if (isPaused() || kept.length > 0) {
            kept = KeptBytes.andThen(kept, array, offset, length);
            source.stopReading();
            return;
        }
        BytesListener before = taker();
        int taken = take(array, offset, length);
        if (taken < length && !isDestroyed) {
            // Behind what was put back meanwhile.
            kept = KeptBytes.andThen(kept, array, offset + taken, length - taken);
        }
        BytesListener filter = diversion;
        if (filter != null) {
            diversion = null;
            divert(filter);
        } else if (kept.length > 0) {
            source.stopReading();
            if (hasReceiver() && !isPaused()) {
                // Left without a pause: the listener gets the rest again, if that leads anywhere.
                if (taken == 0 && taker() == before) {
                    throw new IllegalStateException(
                            "onBytes took nothing without pausing the stream");
                }
                flowAgain();
            }
        }
    }

    private @Nullable BytesListener taker() {
        return receivers == null ? null : receivers.taker();
    }

    private int take(byte[] array, int offset, int length) {
        if (!hasReceiver()) {
            return isDiscarding ? length : 0;
        }
        isTaking = true;
        try {
            return receivers().take(array, offset, length);
        } finally {
            isTaking = false;
        }
    }

    /** The source has no more bytes. The end is told when everything before it was taken. */
    public void end() {
        if (isEnded() || isDestroyed) {
            return;
        }
        end = End.COMING;
        if (kept.length > 0 || isPaused() || isBetweenOwners) {
            return;
        }
        end = End.TOLD;
        // An owner that hands over stops the telling: the next one is told anew.
        int before = handOvers;
        if (receivers != null && !receivers.end()) {
            return;
        }
        if (endListener != null) {
            endListener.run();
        }
        if (handOvers == before) {
            source.endTold();
        }
    }
}
