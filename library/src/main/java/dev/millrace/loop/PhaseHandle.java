package dev.millrace.loop;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Runs a callback once a turn in one phase of the loop, as libuv's idle, prepare and check handles
 * do. An active idle handle keeps the loop from waiting (row A6).
 */
public final class PhaseHandle extends Handle {
    /** Where in the turn the callback runs. */
    public enum Phase {
        /**
         * Each turn, before {@link #PREPARE}; while one is active the loop does not wait for
         * events.
         */
        IDLE,
        /** Right before the loop waits for events. */
        PREPARE,
        /** Right after the events. */
        CHECK
    }

    private final Phase phase;
    private @Nullable Runnable callback;

    /** Its call in this turn is still to come; stopping takes it back, and starting does not. */
    boolean isDue;

    /** A hook that is not started yet. */
    public PhaseHandle(Loop loop, Phase phase) {
        super(loop);
        this.phase = Objects.requireNonNull(phase, "phase");
    }

    @Override
    public HandleKind kind() {
        return switch (phase) {
            case IDLE -> HandleKind.IDLE;
            case PREPARE -> HandleKind.PREPARE;
            case CHECK -> HandleKind.CHECK;
        };
    }

    /**
     * Runs {@code callback} in every turn from now on.
     *
     * @throws IllegalStateException if the handle is closed
     */
    public void start(Runnable callback) {
        loop.checkThread();
        if (isClosing()) {
            throw new IllegalStateException("the handle is closed");
        }
        this.callback = Objects.requireNonNull(callback, "callback");
        if (!isActive()) {
            loop.phase(phase).add(this);
            setActive(true);
        }
    }

    /** No further call. */
    public void stop() {
        loop.checkThread();
        release();
        setActive(false);
    }

    @Override
    void release() {
        isDue = false;
        loop.phase(phase).remove(this);
    }

    void call() {
        Objects.requireNonNull(callback).run();
    }
}
