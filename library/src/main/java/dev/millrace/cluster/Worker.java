package dev.millrace.cluster;

import dev.millrace.ipc.Message;
import dev.millrace.ipc.ParentProcess;
import dev.millrace.loop.Loop;
import dev.millrace.loop.TimerHandle;
import dev.millrace.stream.Listeners;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * This process as a worker of a cluster: what listens on its loop is shared with the others.
 *
 * <p>When the primary shuts the cluster down, or has died, whatever listens finishes: no further
 * connection, and a limit for those there are. The process ends when nothing keeps its loop alive,
 * at the latest a second after the limit. Belongs to its loop's thread.
 *
 * {@snippet class="dev.millrace.cluster.ClusterExamplesTest" region="cluster"}
 */
public final class Worker {
    private static final int HUNG_UP = 129;

    private final int id = Integer.parseInt(System.getenv(Cluster.WORKER));
    private final ParentProcess primary;
    private final WorkerSource source;
    private boolean isShuttingDown;
    private @Nullable Consumer<? super String> messageListener;

    private Worker(ParentProcess primary) {
        this.primary = primary;
        this.source = new WorkerSource(primary);
        primary.loop().listenSource(source);
        primary.stay().onDisconnect(this::orphaned).onMessage(this::came);
        primary.unref();
    }

    static Worker join(Loop loop) {
        return new Worker(ParentProcess.connect(loop));
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
            case PING -> primary.send(Control.text(Control.Verb.PONG));
            case MOVE -> source.moves().came(control, message);
            case MOVED -> source.moves().moved(control);
            case LEAVE -> leave(Duration.ofMillis(control.number(0)));
            case SHUTDOWN -> finish(Duration.ofMillis(control.number(0)));
            default -> throw new IllegalArgumentException(control.toString());
        }
    }

    private void leave(Duration limit) {
        source.moves().leave();
        finish(limit);
    }

    private void orphaned() {
        source.disconnected();
        finish(Duration.ofMillis(Long.parseLong(System.getenv(Cluster.DRAIN))));
    }

    private void finish(Duration limit) {
        if (isShuttingDown) {
            return;
        }
        isShuttingDown = true;
        primary.unref();
        source.shutDown(limit);
        TimerHandle last =
                primary.loop()
                        .setTimeout(limit.plusSeconds(1), () -> Runtime.getRuntime().exit(HUNG_UP));
        last.unref();
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
        primary.loop().checkThread();
        messageListener = Listeners.once(messageListener, listener, "onMessage");
        if (!isShuttingDown) {
            primary.ref();
        }
        return this;
    }

    /** Whether the cluster ends, or has lost its primary. */
    public boolean isShuttingDown() {
        primary.loop().checkThread();
        return isShuttingDown;
    }

    /** The loop it belongs to. */
    public Loop loop() {
        return primary.loop();
    }

    /** {@code Worker[3]}. Any thread. */
    @Override
    public String toString() {
        return "Worker[" + id + "]";
    }
}
