package dev.millrace.cli;

import dev.millrace.ipc.ActivatedProcess;
import dev.millrace.ipc.ChildExit;
import dev.millrace.loop.TimerHandle;
import java.time.Duration;
import java.util.function.BiConsumer;

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

    private final Runnable settled;

    /** It is to take another one's place, and has not settled. */
    private boolean isOnTrial;

    /**
     * @param settled told when it has lived long enough to count as one that serves
     */
    ProgramMember(
            ActivatedProcess process,
            Duration settledAfter,
            boolean isOnTrial,
            Runnable settled,
            BiConsumer<ProgramMember, ChildExit> gone) {
        this.process = process;
        this.startNanos = process.loop().hrtime();
        this.isOnTrial = isOnTrial;
        this.settled = settled;
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
            isOnTrial = false;
            settled.run();
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
        return isOnTrial;
    }

    long pid() {
        return process.pid();
    }

    Duration age() {
        return Duration.ofNanos(process.loop().hrtime() - startNanos);
    }
}
