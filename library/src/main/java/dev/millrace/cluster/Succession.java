package dev.millrace.cluster;

import dev.millrace.ipc.ChildOptions;
import dev.millrace.kernel.Descriptor;
import dev.millrace.kernel.SystemError;
import dev.millrace.loop.LoopStage;
import dev.millrace.sys.Errno;
import dev.millrace.systemd.ServiceNotifier;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * What takes the place of what in a cluster: new workers that of old ones, and a new primary that
 * of this one, or this one that of another. One of these at a time.
 *
 * <pre>
 *   taking over ──▶ at rest ──reload──▶ reloading, one more may wait ──▶ at rest
 *                      └──replace──▶ replacing ──▶ replaced, or at rest
 * </pre>
 */
final class Succession {
    private final Primary primary;
    private final Crew crew;

    /** Under way; the stage behind it is the next one's. */
    private @Nullable RollingRestart reload;

    private @Nullable LoopStage<Reload> nextReload;

    /** The process in whose place this one has come; null if it was started as any other. */
    private final @Nullable Predecessor predecessor;

    /** The process that is to come, or has come, in the place of this one. */
    private @Nullable Replacement replacement;

    private @Nullable Supervision supervision;

    Succession(Primary primary, Crew crew) {
        this.primary = primary;
        this.crew = crew;
        this.predecessor = Predecessor.isThere() ? new Predecessor(primary, primary.loop()) : null;
    }

    /** Runs {@code task} when this primary has what another one listened on: now, mostly. */
    void whenGiven(Runnable task) {
        if (predecessor == null) {
            task.run();
        } else {
            predecessor.whenAll(task);
        }
    }

    /** The control socket that another primary gave, if it is at {@code address}. */
    @Nullable Descriptor given(String address) {
        return predecessor == null ? null : predecessor.control(address);
    }

    private <T> LoopStage<T> stage() {
        return new LoopStage<>(primary.loop(), failure -> primary.hasErrorListener());
    }

    LoopStage<Reload> reload() {
        LoopStage<Reload> stage = nextReload == null ? stage() : nextReload;
        if (crew.isEnding()) {
            primary.failed(stage, reloadError("the cluster ends"));
        } else if (replacement != null) {
            primary.failed(stage, reloadError("the primary is being replaced"));
        } else if (reload == null) {
            begin(stage);
        } else {
            nextReload = stage;
        }
        return stage;
    }

    private void begin(LoopStage<Reload> stage) {
        nextReload = null;
        RollingRestart begun = new RollingRestart(primary, primary.options(), stage);
        reload = begun;
        primary.changed();
        begun.prepare(primary.prepare());
    }

    private static IOException reloadError(String text) {
        return SystemError.ofCode("ERR_RELOAD_FAILED", Errno.ECANCELED, "reload", text);
    }

    LoopStage<Long> replace(ChildOptions program) {
        LoopStage<Long> stage = stage();
        String hindrance = hindrance();
        if (hindrance == null) {
            replacement = new Replacement(primary, program, stage);
        } else {
            primary.failed(
                    stage,
                    SystemError.ofCode("ERR_REPLACE_FAILED", Errno.EBUSY, "replace", hindrance));
        }
        return stage;
    }

    /** Why this process can't be replaced now. */
    private @Nullable String hindrance() {
        if (isReplaced()) {
            return "another process is the primary already";
        }
        if (crew.isEnding()) {
            return "the cluster ends";
        }
        if (reload != null) {
            return "a reload is under way: ask again when it is over";
        }
        return replacement != null || isTakingOver() ? "a replacement is under way" : null;
    }

    /** Whether another process is the primary still. */
    boolean isTakingOver() {
        return predecessor != null && !predecessor.isOver();
    }

    /** From now on systemd is told what becomes of the cluster. */
    void supervised(ServiceNotifier systemd) {
        if (supervision != null) {
            throw new IllegalStateException("systemd is told already");
        }
        supervision = new Supervision(primary, systemd);
        primary.changed();
    }

    /** The process {@code pid} is about to be the primary. */
    void replaced(long pid) {
        if (supervision != null) {
            supervision.replaced(pid);
        }
    }

    /** Another primary had accepted it for {@code key}, and has no worker for it. */
    void deal(String key, Descriptor connection) {
        Replacement heir = replacement;
        if (heir != null && heir.isPrimary()) {
            heir.pass(key, connection);
        } else {
            primary.sockets().deal(key, connection);
        }
    }

    /** The new primary did not come up. */
    void notReplaced() {
        replacement = null;
    }

    /** Something has changed: what is under way goes on as far as it can. */
    void look() {
        RollingRestart present = reload;
        if (present != null && present.look()) {
            reload = null;
            if (nextReload != null) {
                begin(nextReload);
            }
            present.tell();
        }
        if (predecessor != null) {
            predecessor.look();
        }
        if (supervision != null) {
            supervision.look();
        }
    }

    /** The cluster ends. */
    void cancel() {
        LoopStage<Reload> waiting = nextReload;
        nextReload = null;
        if (reload != null) {
            reload.cancel();
        }
        if (waiting != null) {
            primary.failed(waiting, reloadError("the cluster ends"));
        }
        if (replacement != null) {
            replacement.cancel();
        }
    }

    boolean isReloading() {
        return reload != null;
    }

    boolean isReplaced() {
        return replacement != null && replacement.isPrimary();
    }
}
