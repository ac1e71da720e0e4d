package dev.millrace.cluster;

import dev.millrace.ipc.ChildExit;
import dev.millrace.ipc.ChildOptions;
import dev.millrace.ipc.ChildProcess;
import dev.millrace.ipc.Message;
import dev.millrace.ipc.Passable;
import dev.millrace.loop.Loop;
import dev.millrace.loop.TimerHandle;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A worker as its primary sees it.
 *
 * <pre>
 *   starting ──joins──▶ online ◀──answers──▶ frozen ──too long──▶ killed
 *      │                   └──its successor is ready──▶ leaving ──a second behind its limit──▶ killed
 *      └─────────────────── ends, by itself or not ──▶ gone; another one takes its place
 * </pre>
 *
 * Belongs to the primary's loop.
 *
 * {@snippet class="dev.millrace.cluster.ClusterExamplesTest" region="messages"}
 */
public final class WorkerProcess {
    private static final Duration GRACE = Duration.ofSeconds(1);

    /** By these a process talks to systemd, which the primary alone does. */
    private static final List<String> TO_PRIMARY =
            List.of("NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID");

    private final Primary primary;
    private final int id;
    private final ChildProcess child;
    private final long startNanos;

    /** When it was asked whether it lives; 0 while no answer is due. */
    private long askedNanos;

    private boolean isOnline;
    private boolean isFrozen;
    private boolean isLeaving;
    private boolean isGone;

    /** It has said that it serves. */
    private boolean saysReady;

    /** It was told to leave, had not done so in time, and was killed for that. */
    private boolean isCut;

    /** When it dies its place is looked after: it is being replaced, or is on trial. */
    boolean isSpokenFor;

    /** From now on it measures its loop. */
    private boolean isMeasured;

    private WorkerFigures figures = WorkerFigures.NONE;

    /** How it ended; null while it runs, or if it never began. */
    private @Nullable ChildExit exit;

    /** Kills it when it has not left; null while it does not leave. */
    private @Nullable TimerHandle last;

    WorkerProcess(Primary primary, int id, ClusterOptions options) {
        this.primary = primary;
        this.id = id;
        this.startNanos = primary.loop().hrtime();
        Map<String, String> environment = new HashMap<>(options.child().environment());
        environment.put(Cluster.WORKER, String.valueOf(id));
        environment.put(Cluster.WORKERS, String.valueOf(options.workers()));
        environment.put(Cluster.DRAIN, String.valueOf(options.drainLimit().toMillis()));
        TO_PRIMARY.forEach(name -> environment.putIfAbsent(name, ""));
        ChildOptions childOptions = options.child().withEnvironment(environment);
        this.child = ChildProcess.fork(primary.loop(), childOptions);
        child.onConnect(this::online).onMessage(this::came);
        child.onExit(this::exited).onError(this::failed);
    }

    private void online() {
        isOnline = true;
        primary.online(this);
    }

    private void came(Message message) {
        String text = message.text();
        if (Control.isUser(text)) {
            primary.came(this, text.substring(1));
            return;
        }
        try {
            Control control = Control.of(text);
            if (control.verb() == Control.Verb.MOVE) {
                primary.moves().move(this, control, message);
            } else {
                primary.asked(this, control);
            }
        } catch (RuntimeException nonsense) {
            // Its program has written to the channel by itself.
            primary.told(new IOException("worker " + id + " sent what no worker sends", nonsense));
            child.kill();
        }
    }

    private void failed(IOException error) {
        primary.told(error);
        if (!child.isAlive()) {
            gone(null);
        }
    }

    private void exited(ChildExit ended) {
        gone(ended);
    }

    private void gone(@Nullable ChildExit ended) {
        if (!isGone) {
            isGone = true;
            isOnline = false;
            exit = ended;
            if (last != null) {
                last.close();
            }
            primary.gone(this, ended);
        }
    }

    /** A heartbeat is due; {@code frozenLimit} after a question without an answer it is killed. */
    void beat(Duration frozenLimit) {
        long now = primary.loop().hrtime();
        if (!isOnline) {
            return;
        }
        if (askedNanos == 0) {
            askedNanos = now;
            tell(Control.text(Control.Verb.PING, isMeasured ? 1 : 0));
            return;
        }
        isFrozen = true;
        if (now - askedNanos >= frozenLimit.toNanos()) {
            child.kill();
        }
    }

    /** It lives. */
    void answered(WorkerFigures told) {
        figures = told;
        askedNanos = 0;
        if (isFrozen) {
            isFrozen = false;
            primary.thawed();
        }
    }

    Loop loop() {
        return primary.loop();
    }

    /** Whether connections are for it. */
    boolean isTaking() {
        return isOnline && !isFrozen && !isLeaving;
    }

    /** It says that it serves. */
    void ready() {
        saysReady = true;
    }

    boolean saysReady() {
        return saysReady;
    }

    /**
     * Lets it finish; a second behind {@code limit} it is killed, and counted. One that has not
     * joined has nothing to finish. Called again, the nearer limit counts.
     *
     * @param verb LEAVE, or SHUTDOWN if all of them leave
     */
    void leave(Control.Verb verb, Duration limit) {
        isLeaving = true;
        Duration end = limit.plus(GRACE);
        if (isGone) {
            return;
        }
        if (!isOnline) {
            kill();
        } else if (last == null || last.dueIn().compareTo(end) > 0) {
            tell(Control.text(verb, limit.toMillis()));
            if (last != null) {
                last.close();
            }
            last = primary.loop().setTimeout(end, this::cut);
            last.unref();
        }
    }

    private void cut() {
        isCut = true;
        primary.cut();
        child.kill();
    }

    void tell(String control) {
        child.send(control);
    }

    void tell(
            String control,
            List<Passable> passed,
            Consumer<? super @Nullable IOException> outcome) {
        child.send(control, passed, outcome);
    }

    /** How long it has lived. */
    long ageNanos() {
        return primary.loop().hrtime() - startNanos;
    }

    boolean isLeaving() {
        return isLeaving;
    }

    boolean isGone() {
        return isGone;
    }

    boolean isCut() {
        return isCut;
    }

    /** How it ended, as a text. */
    String end() {
        return exit == null ? "could not be started" : "ended with status " + exit.status();
    }

    /** Its number, from 1 on; its successor gets the next one that was never used. */
    public int id() {
        return id;
    }

    /** Its process; empty before it was started. */
    public OptionalLong pid() {
        return child.pid();
    }

    /** Where it stands. */
    public WorkerState state() {
        primary.loop().checkThread();
        if (isGone) {
            return WorkerState.GONE;
        }
        if (isLeaving) {
            return WorkerState.LEAVING;
        }
        return !isOnline
                ? WorkerState.STARTING
                : isFrozen ? WorkerState.FROZEN : WorkerState.ONLINE;
    }

    /**
     * How busy it was at its last heartbeat. The first call makes it measure its loop from the next
     * one on, see {@link dev.millrace.loop.Loop#measure}.
     *
     * {@snippet class="dev.millrace.cluster.ClusterExamplesTest" region="figures"}
     */
    public WorkerFigures figures() {
        primary.loop().checkThread();
        isMeasured = true;
        return figures;
    }

    /** How long ago it was started. */
    public Duration age() {
        primary.loop().checkThread();
        return Duration.ofNanos(ageNanos());
    }

    /** Sends a text to it, behind what was sent before. */
    public void send(String text) {
        child.send(Control.USER + text);
    }

    /** Whether it has joined, and lives. */
    public boolean isOnline() {
        primary.loop().checkThread();
        return isOnline;
    }

    /** Whether it does not answer. */
    public boolean isFrozen() {
        primary.loop().checkThread();
        return isFrozen;
    }

    /** Ends it (SIGKILL); another one takes its place. */
    public void kill() {
        child.kill();
        if (child.pid().isEmpty()) {
            // It has no process that could end.
            gone(null);
        }
    }

    /** {@code WorkerProcess[3, ChildProcess[pid 4711]]}. Any thread. */
    @Override
    public String toString() {
        return "WorkerProcess[" + id + ", " + child + "]";
    }
}
