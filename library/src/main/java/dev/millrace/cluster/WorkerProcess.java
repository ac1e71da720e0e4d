package dev.millrace.cluster;

import dev.millrace.ipc.ChildExit;
import dev.millrace.ipc.ChildOptions;
import dev.millrace.ipc.ChildProcess;
import dev.millrace.ipc.Message;
import dev.millrace.ipc.Passable;
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
 *      └────────────────┴── ends, by itself or not ──▶ gone; another one takes its place
 * </pre>
 *
 * Belongs to the primary's loop.
 *
 * {@snippet class="dev.millrace.cluster.ClusterExamplesTest" region="messages"}
 */
public final class WorkerProcess {
    private final Primary primary;
    private final int id;
    private final ChildProcess child;
    private final long startNanos;

    /** When it was asked whether it lives; 0 while no answer is due. */
    private long askedNanos;

    private boolean isOnline;
    private boolean isFrozen;
    private boolean isGone;

    WorkerProcess(Primary primary, int id, ClusterOptions options) {
        this.primary = primary;
        this.id = id;
        this.startNanos = primary.loop().hrtime();
        Map<String, String> environment = new HashMap<>(options.child().environment());
        environment.put(Cluster.WORKER, String.valueOf(id));
        environment.put(Cluster.DRAIN, String.valueOf(options.drainLimit().toMillis()));
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

    private void exited(ChildExit exit) {
        gone(exit);
    }

    private void gone(@Nullable ChildExit exit) {
        if (!isGone) {
            isGone = true;
            isOnline = false;
            primary.gone(this, exit);
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
            tell(Control.text(Control.Verb.PING));
            return;
        }
        isFrozen = true;
        if (now - askedNanos >= frozenLimit.toNanos()) {
            child.kill();
        }
    }

    /** It lives. */
    void answered() {
        askedNanos = 0;
        if (isFrozen) {
            isFrozen = false;
            primary.thawed();
        }
    }

    /** Whether connections are for it. */
    boolean isTaking() {
        return isOnline && !isFrozen;
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

    /** Its number, from 1 on; its successor gets the next one that was never used. */
    public int id() {
        return id;
    }

    /** Its process; empty before it was started. */
    public OptionalLong pid() {
        return child.pid();
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
    }

    /** {@code WorkerProcess[3, ChildProcess[pid 4711]]}. Any thread. */
    @Override
    public String toString() {
        return "WorkerProcess[" + id + ", " + child + "]";
    }
}
