package dev.millrace.cli;

import dev.millrace.ipc.ActivatedProcess;
import dev.millrace.ipc.ChildExit;
import dev.millrace.loop.TimerHandle;
import java.time.Duration;
import java.util.Locale;
import java.util.function.BiConsumer;

/**
 * One process of a {@link ProgramCrew}.
 *
 * <pre>
 *   starting ──lives for a while──▶ online ──leave──▶ leaving ──limit──▶ cut: killed
 *      └───────────────────────────────┴── ends ────────┴──▶ gone
 * </pre>
 */
final class ProgramMember {
    enum State {
        STARTING,
        ONLINE,
        LEAVING;

        /** As a list of processes has it. */
        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final int id;
    private final ActivatedProcess process;
    private final long startNanos;
    private final TimerHandle timer;
    private State state = State.STARTING;

    private final Runnable settled;

    /** When one that leaves is killed, by the loop's clock. */
    private long limitNanos;

    /** It was killed, because it had not ended in time. */
    private boolean isCut;

    /** It is to take another one's place, and has not settled. */
    private boolean isOnTrial;

    /**
     * @param settled told when it has lived long enough to count as one that serves
     */
    ProgramMember(
            int id,
            ActivatedProcess process,
            Duration settledAfter,
            boolean isOnTrial,
            Runnable settled,
            BiConsumer<ProgramMember, ChildExit> gone) {
        this.id = id;
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
            state = State.ONLINE;
            isOnTrial = false;
            settled.run();
        }
    }

    /**
     * Asks it to end; what has not ended within {@code limit} is killed. Asked again, the nearer
     * limit counts.
     */
    void leave(Duration limit) {
        long nanos = process.loop().hrtime() + limit.toNanos();
        boolean isFirst = state != State.LEAVING;
        if (isFirst || nanos - limitNanos < 0) {
            limitNanos = nanos;
            timer.start(limit, this::cut);
        }
        if (isFirst) {
            state = State.LEAVING;
            process.terminate();
        }
    }

    private void cut() {
        isCut = true;
        process.kill();
    }

    void kill() {
        process.kill();
    }

    /** The how many-eth of its crew it is, from 1 on. */
    int id() {
        return id;
    }

    boolean isCut() {
        return isCut;
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
