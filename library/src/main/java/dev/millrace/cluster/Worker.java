package dev.millrace.cluster;

import dev.millrace.ipc.Message;
import dev.millrace.ipc.ParentProcess;
import dev.millrace.loop.Loop;
import dev.millrace.loop.TimerHandle;
import dev.millrace.net.ServerLoad;
import dev.millrace.stream.Listeners;
import dev.millrace.sys.SchedulingPolicy;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * This process as a worker of a cluster: what listens on its loop is shared with the others.
 *
 * <pre>
 *   serving ──its primary says so, or is gone; leave()──▶ leaving: nothing listens, connections finish
 *      leaving ──nothing keeps the loop alive──▶ ended       └──half a second behind its limit──▶ ended
 * </pre>
 *
 * A worker leaves when it is replaced, when the primary shuts the cluster down or has died, or when
 * it wants to. Belongs to its loop's thread.
 *
 * {@snippet class="dev.millrace.cluster.ClusterExamplesTest" region="cluster"}
 */
public final class Worker {
    private static final int HUNG_UP = 129;

    /** For what is cut off at the limit to be gone. A primary kills after a second. */
    private static final Duration GRACE = Duration.ofMillis(500);

    private final int id = Integer.parseInt(System.getenv(Cluster.WORKER));
    private final ParentProcess primary;
    private final Loop loop;
    private final WorkerSource source;
    private final ServerLoad load;
    private boolean isShuttingDown;
    private boolean isLeaving;

    /** Ends the process, whatever keeps its loop alive; null while it serves. */
    private @Nullable TimerHandle last;

    private @Nullable Consumer<? super String> messageListener;
    private @Nullable Consumer<? super Duration> leaveListener;

    private Worker(ParentProcess primary) {
        this.primary = primary;
        this.loop = primary.loop();
        this.source = new WorkerSource(primary);
        this.load = ServerLoad.of(loop);
        loop.listenSource(source);
        primary.stay().onDisconnect(this::orphaned).onMessage(this::came);
        primary.unref();
    }

    static Worker join(Loop loop) {
        Worker worker = new Worker(ParentProcess.connect(loop));
        takeTurns();
        return worker;
    }

    /**
     * Where there are more workers than processors, one that wakes up would stop another in the
     * middle of its requests, and each such change costs both of them their caches.
     */
    private static void takeTurns() {
        int workers = Integer.parseInt(System.getenv(Cluster.WORKERS));
        if (workers > Runtime.getRuntime().availableProcessors()) {
            // Where it is forbidden workers serve all the same.
            SchedulingPolicy.batch();
        }
    }

    private void came(Message message) {
        String text = message.text();
        if (Control.isUser(text)) {
            if (messageListener != null) {
                messageListener.accept(text.substring(1));
            }
            return;
        }
        Control control = Control.of(text);
        switch (control.verb()) {
            case FED -> source.fed(control);
            case SHARED -> source.shared(control, message);
            case FAILED -> source.failed(control);
            case CONNECTION -> source.connection(control, message);
            case PING -> pong(control.number(0) == 1);
            case LEAVE -> leave(Duration.ofMillis(control.number(0)));
            case SHUTDOWN -> {
                isShuttingDown = true;
                leave(Duration.ofMillis(control.number(0)));
            }
            case MOVE -> source.moves().came(control, message);
            case MOVED -> source.moves().moved(control);
            case SIGNALS -> watchSignals();
            default -> throw new IllegalArgumentException(control.toString());
        }
    }

    private void pong(boolean isMeasured) {
        long lag = 0;
        if (isMeasured) {
            loop.measure();
            lag = loop.metrics().turnTime().p99Nanos();
        }
        primary.send(
                Control.text(Control.Verb.PONG, load.connectionCount(), load.requestCount(), lag));
    }

    /** A terminal sends its signals to all processes: what they mean, the primary says. */
    private void watchSignals() {
        for (String told : PrimarySignals.OF_TERMINALS) {
            loop.onSignal(told, signal -> {});
        }
        loop.onSignal("TERM", signal -> leave(drainLimit()));
    }

    private static Duration drainLimit() {
        return Duration.ofMillis(Long.parseLong(System.getenv(Cluster.DRAIN)));
    }

    private void orphaned() {
        source.disconnected();
        isShuttingDown = true;
        leave(drainLimit(), HUNG_UP);
    }

    /**
     * Takes no further connection, and gives those it has {@code limit} to end: servers and
     * listeners of its loop {@linkplain dev.millrace.net.NetServer#shutdown shut down}. The process
     * ends with status 0 when nothing keeps its loop alive, at the latest half a second behind the
     * limit; so it is not replaced. Called again, the nearer limit counts.
     *
     * {@snippet class="dev.millrace.cluster.ClusterExamplesTest" region="leave"}
     *
     * @throws IllegalArgumentException if {@code limit} is negative
     */
    public void leave(Duration limit) {
        loop.checkThread();
        if (limit.isNegative()) {
            throw new IllegalArgumentException("the limit is " + limit + ": use zero or more");
        }
        leave(limit, 0);
    }

    private void leave(Duration limit, int status) {
        Duration end = limit.plus(GRACE);
        if (last != null && last.dueIn().compareTo(end) <= 0) {
            return;
        }
        if (last != null) {
            last.close();
        }
        last = loop.setTimeout(end, () -> Runtime.getRuntime().exit(status));
        last.unref();
        boolean isFirst = !isLeaving;
        isLeaving = true;
        primary.unref();
        if (!isShuttingDown) {
            source.moves().leave();
        }
        source.shutDown(limit);
        if (isFirst && leaveListener != null) {
            leaveListener.accept(limit);
        }
    }

    /**
     * Tells the primary that this worker serves: the one that it replaces may leave. By itself a
     * worker counts as ready as soon as it listens wherever that one does; a new program that
     * listens elsewhere, or nowhere, says so.
     *
     * {@snippet class="dev.millrace.cluster.ClusterExamplesTest" region="leave"}
     */
    public void ready() {
        loop.checkThread();
        primary.send(Control.text(Control.Verb.READY));
    }

    /** Its number, from 1 on, never used twice in a cluster. */
    public int id() {
        return id;
    }

    /** Sends a text to the primary, behind what was sent before. */
    public void send(String text) {
        primary.send(Control.USER + text);
    }

    /** The primary has sent a text. From now on that keeps the loop alive. */
    public Worker onMessage(Consumer<? super String> listener) {
        loop.checkThread();
        messageListener = Listeners.once(messageListener, listener, "onMessage");
        if (!isLeaving) {
            primary.ref();
        }
        return this;
    }

    /**
     * It leaves, with that limit: the time to end what else keeps the loop alive, and is no server.
     */
    public Worker onLeave(Consumer<? super Duration> listener) {
        loop.checkThread();
        leaveListener = Listeners.once(leaveListener, listener, "onLeave");
        return this;
    }

    /** Whether the cluster ends, or has lost its primary. */
    public boolean isShuttingDown() {
        loop.checkThread();
        return isShuttingDown;
    }

    /** Whether it takes no connection any more, for whatever reason. */
    public boolean isLeaving() {
        loop.checkThread();
        return isLeaving;
    }

    /** The loop it belongs to. */
    public Loop loop() {
        return loop;
    }

    /** {@code Worker[3]}. Any thread. */
    @Override
    public String toString() {
        return "Worker[" + id + "]";
    }
}
