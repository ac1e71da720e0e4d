package dev.millrace.cli;

import dev.millrace.ipc.ActivatedProcess;
import dev.millrace.ipc.ChildExit;
import dev.millrace.loop.TimerHandle;
import java.time.Duration;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * One process of a {@link ProgramCrew}.
 *
 * <pre>
 *   starting ──lives for a while──▶ serving ──leave──▶ leaving ──limit──▶ killed
 *      └───────────────────────────────┴── ends ─────────┴──▶ gone
 * </pre>
 */
final class ProgramMember {
    enum State {
        STARTING,
        SERVING,
        LEAVING
    }

    private final ActivatedProcess process;
    private final long startNanos;
    private final TimerHandle timer;
    private State state = State.STARTING;

    /** It is to take another one's place, and is not yet one of those that serve. */
    private @Nullable Runnable trial;

    /**
     * @param trial told when it has settled; null if nothing waits for that
     */
    ProgramMember(
            ActivatedProcess process,
            Duration settledAfter,
            @Nullable Runnable trial,
            BiConsumer<ProgramMember, ChildExit> gone) {
        this.process = process;
        this.startNanos = process.loop().hrtime();
        this.trial = trial;
        this.timer = process.loop().setTimeout(settledAfter, this::settled);
        timer.unref();
        process.onExit(exit -> {
            timer.close();
            gone.accept(this, exit);
        });
    }

    private void settled() {
        if (state == State.STARTING) {
            state = State.SERVING;
            Runnable then = trial;
            trial = null;
            if (then != null) {
                then.run();
            }
        }
    }

    /** Asks it to end; what has not ended within {@code limit} is killed. */
    void leave(Duration limit) {
        if (state != State.LEAVING) {
            state = State.LEAVING;
            process.terminate();
            timer.start(limit, process::kill);
        }
    }

    void kill() {
        process.kill();
    }

    State state() {
        return state;
    }

    boolean isOnTrial() {
        return trial != null;
    }

    long pid() {
        return process.pid();
    }

    Duration age() {
        return Duration.ofNanos(process.loop().hrtime() - startNanos);
    }
}
