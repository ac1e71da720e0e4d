package dev.millrace.cluster;

import dev.millrace.ipc.ChildExit;
import dev.millrace.kernel.Address;
import dev.millrace.loop.Loop;
import dev.millrace.loop.TimerHandle;
import dev.millrace.stream.Listeners;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The process that starts the workers of a cluster, opens what they listen on, and replaces those
 * that die: at once, or after a rest when a worker did not live for long.
 *
 * <p>A worker that ends by itself with status 0 is not replaced. Belongs to its loop's thread, and
 * keeps the loop alive until the last worker has ended.
 *
 * {@snippet class="dev.millrace.cluster.ClusterExamplesTest" region="messages"}
 */
public final class Primary {
    /** A worker that lived so long was no failure of its start. */
    private static final Duration LONG_LIFE = Duration.ofSeconds(5);

    private static final int DOUBLINGS_MAX = 6;

    private final Loop loop;
    private final ClusterOptions options;
    private final SharedSockets sockets;
    private final Map<Integer, WorkerProcess> workers = new LinkedHashMap<>();
    private final TimerHandle heart;
    private int lastId;

    /** Deaths in a row of workers that did not live for long. */
    private int failures;

    /** When the heart beat last: a primary that stood still itself blames no worker. */
    private long beatNanos;

    private boolean isShuttingDown;
    private @Nullable BiConsumer<? super WorkerProcess, ? super String> messageListener;
    private @Nullable Consumer<? super WorkerProcess> onlineListener;
    private @Nullable BiConsumer<? super WorkerProcess, ? super Address> listeningListener;
    private @Nullable BiConsumer<? super WorkerProcess, ? super Optional<ChildExit>> exitListener;
    private @Nullable Consumer<? super IOException> errorListener;

    Primary(Loop loop, ClusterOptions options) {
        loop.checkThread();
        this.loop = loop;
        this.options = Objects.requireNonNull(options, "options");
        this.sockets = new SharedSockets(loop, options.scheduling(), this::listens);
        for (int count = options.workers(); count > 0; count--) {
            start();
        }
        this.heart = loop.setInterval(options.heartbeat(), this::beat);
        heart.unref();
        beatNanos = loop.hrtime();
    }

    private void start() {
        WorkerProcess worker = new WorkerProcess(this, ++lastId, options);
        workers.put(worker.id(), worker);
    }

    private void beat() {
        long now = loop.hrtime();
        boolean wasHere = now - beatNanos < 2 * options.heartbeat().toNanos();
        beatNanos = now;
        if (wasHere) {
            List.copyOf(workers.values()).forEach(worker -> worker.beat(options.frozenLimit()));
        }
    }

    void thawed() {
        sockets.update();
    }

    void online(WorkerProcess worker) {
        if (isShuttingDown) {
            worker.tell(Control.text(Control.Verb.SHUTDOWN, 0));
        } else if (onlineListener != null) {
            onlineListener.accept(worker);
        }
    }

    private void listens(WorkerProcess worker, Address address) {
        var listener = listeningListener;
        if (listener != null) {
            // Not below the reading of what workers send, which is blamed for what is thrown there.
            loop.nextTick(() -> listener.accept(worker, address));
        }
    }

    void came(WorkerProcess worker, String text) {
        if (messageListener != null) {
            messageListener.accept(worker, text);
        }
    }

    void asked(WorkerProcess worker, Control control) {
        switch (control.verb()) {
            case LISTEN -> sockets.listen(worker, control);
            case CLOSE -> sockets.close(worker, control.number(0));
            case DEMAND -> sockets.ask(worker, control.number(0), control.number(1));
            case PONG -> worker.answered();
            default -> throw new IllegalArgumentException(control.toString());
        }
    }

    void gone(WorkerProcess worker, @Nullable ChildExit exit) {
        workers.remove(worker.id());
        boolean isReplaced = !isShuttingDown && (exit == null || !exit.isSuccess());
        sockets.leave(worker, isReplaced);
        try {
            if (exitListener != null) {
                exitListener.accept(worker, Optional.ofNullable(exit));
            }
        } finally {
            if (isReplaced) {
                replace(worker, exit == null);
            } else if (workers.isEmpty()) {
                heart.close();
            }
        }
    }

    /** At once, unless workers die as fast as they are started. */
    private void replace(WorkerProcess worker, boolean neverBegan) {
        boolean isLong = !neverBegan && worker.ageNanos() > LONG_LIFE.toNanos();
        failures = isLong ? 0 : failures + 1;
        if (isLong) {
            start();
            return;
        }
        Duration rest = options.restartRest();
        int doublings = Math.min(failures - 1, DOUBLINGS_MAX);
        loop.setTimeout(
                rest.multipliedBy(1L << doublings),
                () -> {
                    if (!isShuttingDown) {
                        start();
                    }
                });
    }

    void told(IOException error) {
        if (errorListener == null) {
            loop.uncaught(error);
        } else {
            errorListener.accept(error);
        }
    }

    /** The workers that run, or are being started, in the order of their numbers. */
    public List<WorkerProcess> workers() {
        loop.checkThread();
        return List.copyOf(workers.values());
    }

    /** Sends a text to every worker. */
    public void broadcast(String text) {
        workers().forEach(worker -> worker.send(text));
    }

    /** A worker has sent a text, from its {@link Worker#send}. */
    public Primary onMessage(BiConsumer<? super WorkerProcess, ? super String> listener) {
        loop.checkThread();
        messageListener = Listeners.once(messageListener, listener, "onMessage");
        return this;
    }

    /** A worker has joined. */
    public Primary onOnline(Consumer<? super WorkerProcess> listener) {
        loop.checkThread();
        onlineListener = Listeners.once(onlineListener, listener, "onOnline");
        return this;
    }

    /**
     * A worker listens on something, by the primary's sockets; told for each worker and address,
     * with the port that the kernel has chosen for port 0.
     *
     * {@snippet class="dev.millrace.cluster.ClusterExamplesTest" region="listening"}
     */
    public Primary onListening(BiConsumer<? super WorkerProcess, ? super Address> listener) {
        loop.checkThread();
        listeningListener = Listeners.once(listeningListener, listener, "onListening");
        return this;
    }

    /** A worker has ended; empty if it could not be started. */
    public Primary onExit(BiConsumer<? super WorkerProcess, ? super Optional<ChildExit>> listener) {
        loop.checkThread();
        exitListener = Listeners.once(exitListener, listener, "onExit");
        return this;
    }

    /**
     * A worker can't be started, or did not join in time; it is tried again, after a rest. Without
     * a listener that goes to {@link Loop#onUncaught}.
     */
    public Primary onError(Consumer<? super IOException> listener) {
        loop.checkThread();
        errorListener = Listeners.once(errorListener, listener, "onError");
        return this;
    }

    /**
     * Ends the cluster in order: nothing listens any more, and the workers have {@code limit} for
     * the connections that they have. What still runs a second later is killed.
     *
     * @throws IllegalArgumentException if {@code limit} is negative
     */
    public void shutdown(Duration limit) {
        loop.checkThread();
        if (limit.isNegative()) {
            throw new IllegalArgumentException("the limit is " + limit + ": use zero or more");
        }
        isShuttingDown = true;
        sockets.close();
        workers()
                .forEach(worker ->
                        worker.tell(Control.text(Control.Verb.SHUTDOWN, limit.toMillis())));
        TimerHandle last =
                loop.setTimeout(limit.plusSeconds(1), () -> workers().forEach(WorkerProcess::kill));
        last.unref();
        if (workers.isEmpty()) {
            heart.close();
        }
    }

    /** How many connections were reset, because no worker took them. */
    public long droppedCount() {
        loop.checkThread();
        return sockets.dropped();
    }

    /** The keys of what the workers listen on: {@code IPv4:127.0.0.1:8080} for instance. */
    public List<String> keys() {
        loop.checkThread();
        return sockets.keys();
    }

    /** The loop it belongs to. */
    public Loop loop() {
        return loop;
    }

    /** {@code Primary[4 workers]}, as many as there are to be. Any thread. */
    @Override
    public String toString() {
        return "Primary[" + options.workers() + " workers]";
    }
}
