package dev.millrace.cluster;

import dev.millrace.systemd.ServiceNotifier;

/**
 * What systemd is told of a primary, of a unit with {@code Type=notify}. Workers tell it nothing:
 * it hears the main process alone.
 *
 * <pre>
 *   starting ──all workers are ready: READY──▶ running ──RELOADING──▶ reloading ──READY──▶ running
 *                                                 ├──shutdown: STOPPING──▶ over
 *                                                 └──replaced: MAINPID──▶ over; the other one says READY
 * </pre>
 */
final class Supervision {
    private enum State {
        STARTING,
        RUNNING,
        RELOADING,
        OVER
    }

    private final Primary primary;
    private final ServiceNotifier systemd;
    private State state = State.STARTING;

    Supervision(Primary primary, ServiceNotifier systemd) {
        this.primary = primary;
        this.systemd = systemd;
    }

    /** Something may have changed. */
    void look() {
        if (state == State.OVER) {
            return;
        }
        boolean isReloading = primary.isReloading();
        if (primary.isShuttingDown()) {
            state = State.OVER;
            systemd.stopping();
        } else if (state == State.STARTING
                ? areAllReady()
                : state == State.RELOADING && !isReloading) {
            state = State.RUNNING;
            systemd.ready();
        } else if (state == State.RUNNING && isReloading) {
            state = State.RELOADING;
            systemd.reloading();
        }
    }

    private boolean areAllReady() {
        return !primary.succession().isTakingOver() && primary.crew().areAll(this::isReady);
    }

    private boolean isReady(WorkerProcess worker) {
        return worker.isOnline()
                && (worker.saysReady() || !primary.sockets().keys(worker).isEmpty());
    }

    /**
     * The process {@code pid} is about to be the primary, and is not told so yet: what it says
     * first would be that of a stranger otherwise.
     */
    void replaced(long pid) {
        if (state != State.OVER) {
            state = State.OVER;
            systemd.mainPid(pid);
        }
    }
}
