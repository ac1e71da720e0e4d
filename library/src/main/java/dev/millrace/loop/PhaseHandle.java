package dev.millrace.loop;

import dev.millrace.turn.PhaseHook;
import dev.millrace.turn.PhaseList;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Runs a callback once a turn in one phase of the loop, as libuv's idle, prepare and check handles
 * do. An active idle handle keeps the loop from waiting.
 *
 * {@snippet class="dev.millrace.loop.HandleExamplesTest" region="phase"}
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
    private final Hook hook = new Hook();
    private @Nullable Runnable callback;

    /** A hook that is not started yet. */
    public PhaseHandle(Loop loop, Phase phase) {
        super(loop);
        this.phase = Objects.requireNonNull(phase, "phase");
    }

    @Override
    HandleKind ownKind() {
        return switch (phase) {
            case IDLE -> HandleKind.IDLE;
            case PREPARE -> HandleKind.PREPARE;
            case CHECK -> HandleKind.CHECK;
        };
    }

    private PhaseList list() {
        return switch (phase) {
            case IDLE -> loop.phases.idle();
            case PREPARE -> loop.phases.prepare();
            case CHECK -> loop.phases.check();
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
            list().add(hook);
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
        list().remove(hook);
    }

    @Override
    String details() {
        return ", " + phase;
    }

    /** What the phase's list holds of it. */
    private final class Hook extends PhaseHook {
        @Override
        public void call() {
            Objects.requireNonNull(callback).run();
        }

        @Override
        public void failed(Throwable thrown) {
            PhaseHandle.this.thrown(thrown);
        }
    }
}
