package dev.millrace.cluster;

import dev.millrace.ipc.ChildExit;
import dev.millrace.ipc.ChildOptions;
import dev.millrace.kernel.Address;
import dev.millrace.loop.Loop;
import dev.millrace.loop.LoopStage;
import dev.millrace.net.ConnectionDrop;
import dev.millrace.stream.Listeners;
import dev.millrace.systemd.InheritedSockets;
import dev.millrace.systemd.ServiceNotifier;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The process that starts the workers of a cluster, opens what they listen on, and replaces those
 * that die: at once, or after a rest when a worker did not live for long.
 *
 * <pre>
 *   serving ──reload──▶ reloading: one worker after the other gives its place to a new one ──▶ serving
 *      │    └──────────shutdown──▶ shutting down ──the last worker is gone──▶ over
 *      └──replace──▶ replacing ──the new primary is ready──▶ replaced: the workers leave ──▶ over
 * </pre>
 *
 * A worker that ends by itself with status 0 is not replaced. Belongs to its loop's thread, and
 * keeps the loop alive until the last worker has ended.
 *
 * {@snippet class="dev.millrace.cluster.ClusterExamplesTest" region="messages"}
 */
public final class Primary {
    private final Loop loop;
    private final ClusterOptions options;
    private final SharedSockets sockets;
    private final PrimaryMoves moves;
    private final Crew crew;
    private final long beginNanos;

    private final Succession succession;
    private @Nullable ControlServer control;
    private boolean isShuttingDown;
    private boolean isOver;

    /** Something changed, and a tick is due that looks what comes of it. */
    private boolean isChanged;

    private boolean hasSignals;

    /** Had not left in time. */
    private long cut;

    private final PrimaryListeners listeners = new PrimaryListeners();

    /** What is done before workers are replaced. */
    private @Nullable Supplier<? extends CompletionStage<?>> preparation;

    Primary(Loop loop, ClusterOptions options) {
        loop.checkThread();
        this.loop = loop;
        this.options = Objects.requireNonNull(options, "options");
        this.sockets = new SharedSockets(loop, options.scheduling(), this::listens, this::drop);
        this.moves = new PrimaryMoves(loop, sockets);
        this.crew = new Crew(this, options);
        this.beginNanos = loop.hrtime();
        this.succession = new Succession(this, crew);
        crew.begin();
    }

    @Nullable ControlServer control() {
        return control;
    }

    Crew crew() {
        return crew;
    }

    SharedSockets sockets() {
        return sockets;
    }

    ClusterOptions options() {
        return options;
    }

    PrimaryMoves moves() {
        return moves;
    }

    void thawed() {
        sockets.update();
    }

    void online(WorkerProcess worker) {
        if (hasSignals) {
            worker.tell(Control.text(Control.Verb.SIGNALS));
        }
        changed();
        PrimaryListeners.tell(listeners.online, worker);
    }

    private void listens(WorkerProcess worker, Address address) {
        changed();
        // Not below the reading of what workers send, which is blamed for what is thrown there.
        loop.nextTick(() -> PrimaryListeners.tell(listeners.listening, worker, address));
    }

    private void drop(ConnectionDrop drop) {
        loop.nextTick(() -> PrimaryListeners.tell(listeners.drop, drop));
    }

    void came(WorkerProcess worker, String text) {
        PrimaryListeners.tell(listeners.message, worker, text);
    }

    void asked(WorkerProcess worker, Control control) {
        switch (control.verb()) {
            case LISTEN -> succession.whenGiven(() -> listen(worker, control));
            case CLOSE -> sockets.close(worker, control.number(0));
            case DEMAND -> sockets.ask(worker, control.number(0), control.number(1));
            case FULL -> sockets.full(worker, control.number(0));
            case READY -> {
                worker.ready();
                changed();
            }
            case PONG -> worker.answered(WorkerFigures.of(control));
            default -> throw new IllegalArgumentException(control.toString());
        }
    }

    /** One that leaves has closed what it asked for. */
    private void listen(WorkerProcess worker, Control asked) {
        if (!worker.isLeaving() && !worker.isGone()) {
            sockets.listen(worker, asked);
        }
    }

    Succession succession() {
        return succession;
    }

    void gone(WorkerProcess worker, @Nullable ChildExit exit) {
        boolean isReplaced = crew.gone(worker, exit);
        sockets.leave(worker, isReplaced || worker.isSpokenFor);
        moves.gone(worker);
        try {
            PrimaryListeners.tell(listeners.exit, worker, Optional.ofNullable(exit));
        } finally {
            if (isReplaced) {
                crew.replace(worker, exit == null);
            }
            changed();
        }
    }

    /** A worker's successor is ready: it takes no connection any more, and ends. */
    void retire(WorkerProcess worker) {
        sockets.leave(worker, false);
        worker.leave(Control.Verb.LEAVE, options.drainLimit());
    }

    /** A worker had not left in time. */
    void cut() {
        cut++;
    }

    /** What is under way may go on. Not from inside the call that has brought it about. */
    void changed() {
        if (!isChanged) {
            isChanged = true;
            loop.nextTick(this::look);
        }
    }

    private void look() {
        isChanged = false;
        succession.look();
        if (crew.isOver() && !isOver) {
            isOver = true;
            crew.close();
            if (control != null) {
                control.close();
            }
        }
    }

    void told(IOException error) {
        if (listeners.error == null) {
            loop.uncaught(error);
        } else {
            listeners.error.accept(error);
        }
    }

    /** What was asked for has failed: told to the listener, and by the stage. */
    void failed(LoopStage<?> stage, IOException error) {
        stage.completeExceptionally(error);
        PrimaryListeners.tell(listeners.error, error);
    }

    boolean hasErrorListener() {
        return listeners.error != null;
    }

    /**
     * Replaces every worker that runs by a new process, a few at a time, while the cluster serves:
     * a new one starts, and once it listens wherever the old one does, or {@linkplain Worker#ready
     * says} that it is ready, the old one {@linkplain Worker#leave leaves}, within {@link
     * ClusterOptions#drainLimit}. What still runs a second later is killed. What is listened on
     * stays open all the time. The new processes are started as any worker is, so a program or an
     * environment that has changed on disk is the new one.
     *
     * <p>A new worker that ends before it is ready, or takes too long, fails the reload: the old
     * one goes on, and so do those whose turn had not come. During a reload another one may be
     * asked for, which begins behind it; any number of calls until then have that one.
     *
     * {@snippet class="dev.millrace.cluster.ClusterExamplesTest" region="reload"}
     *
     * @return what was done, or ERR_RELOAD_FAILED, which says what has failed. That goes to {@link
     *     #onError} as well
     */
    public CompletionStage<Reload> reload() {
        loop.checkThread();
        return succession.reload();
    }

    /**
     * Replaces this process by a new one of the same command line, as {@link
     * #replace(ChildOptions)} does.
     */
    public CompletionStage<Long> replace() {
        return replace(ChildOptions.DEFAULTS);
    }

    /**
     * Replaces this process, and all workers with it, by a new primary, while the cluster serves:
     * the program is started, gets everything that is listened on, and the control socket, and
     * starts workers of its own. Once these listen wherever those here do, it is the primary;
     * nothing is accepted here any more, the workers leave within {@link
     * ClusterOptions#drainLimit}, and this process ends by itself. Nothing that listens is closed,
     * and what waits there is served by the new workers.
     *
     * <p>A new primary that ends before, or is not ready within {@link ReloadOptions#readyLimit},
     * is killed, and everything stays as it was. One that was given everything goes on when this
     * process dies.
     *
     * {@snippet class="dev.millrace.cluster.ClusterExamplesTest" region="replace"}
     *
     * @param program what the new primary runs: {@link ChildOptions#DEFAULTS} is this very program
     *     once more
     * @return the process that is the primary now, when it is; or ERR_REPLACE_FAILED, which says
     *     what has failed, also during a reload or a replacement. That goes to {@link #onError} as
     *     well
     */
    public CompletionStage<Long> replace(ChildOptions program) {
        loop.checkThread();
        return succession.replace(program);
    }

    /** Everything is another process's, and this one only lets its workers leave. */
    void handOver(Replacement heir) {
        sockets.handOver(heir::pass);
        moves.handOver(heir);
        if (control != null) {
            control.handOver();
        }
        crew.end(Control.Verb.LEAVE, options.drainLimit());
        changed();
    }

    /** What a reload has to wait for; null: nothing. */
    @Nullable CompletionStage<?> prepare() {
        return preparation == null ? null : preparation.get();
    }

    /** The process {@code pid} is the primary. */
    void replaced(long pid) {
        if (listeners.replaced != null) {
            listeners.replaced.accept(pid);
        }
    }

    /**
     * Has {@code task} done before workers are replaced, at each {@link #reload} that begins:
     * compiling what they run, for instance. They are replaced when its stage is complete; one that
     * fails fails the reload with its message, and nothing is replaced.
     *
     * {@snippet class="dev.millrace.cluster.ClusterExamplesTest" region="onReload"}
     *
     * @throws IllegalStateException if there is a task already
     */
    public Primary onReload(Supplier<? extends CompletionStage<?>> task) {
        loop.checkThread();
        preparation = Listeners.once(preparation, task, "onReload");
        return this;
    }

    /**
     * Listens on a Unix socket at {@code path} for commands, one a connection: {@code ps}, {@code
     * status}, {@code reload}, {@code replace}, {@code stop}; {@link ControlClient} sends them. The
     * file is for this user alone (mode 0600), processes of others but root are refused, one that a
     * crash has left behind is replaced, and it is removed at the end. That it can't listen goes to
     * {@link #onError}.
     *
     * {@snippet class="dev.millrace.cluster.ClusterExamplesTest" region="control"}
     *
     * @throws IllegalStateException if it listens already
     */
    public Primary control(Path path) {
        loop.checkThread();
        if (control != null) {
            throw new IllegalStateException("there is a control socket already: " + control);
        }
        ControlServer made = new ControlServer(loop, path, new PrimaryControl(this));
        control = made.onError(this::told);
        succession.whenGiven(() -> made.listen(succession.given(made.address())));
        return this;
    }

    /**
     * Has the listeners of the cluster survive this process, should it crash: systemd keeps them,
     * and the next primary finds them, with all that waits in their backlogs. A listener that
     * systemd has passed, from a socket unit or from the primary before, is taken in place of a new
     * one. To be called before a worker listens; without systemd it does nothing. The unit needs
     * {@code FileDescriptorStoreMax=}. Datagram sockets and those of {@link Scheduling#REUSE_PORT}
     * are not kept.
     *
     * {@snippet class="dev.millrace.cluster.KeptSocketsTest" region="keep"}
     */
    public Primary keep(InheritedSockets inherited, ServiceNotifier systemd) {
        loop.checkThread();
        sockets.kept.begin(inherited, systemd);
        return this;
    }

    /**
     * Tells systemd what becomes of the cluster, of a unit with {@code Type=notify}: READY once
     * every worker listens or says that it is {@linkplain Worker#ready ready}, RELOADING and READY
     * around a {@link #reload}, MAINPID when another process is {@linkplain #replace the primary},
     * which says READY again, and STOPPING. The watchdog goes with the main process. Workers have
     * no {@code NOTIFY_SOCKET}. Without systemd it does nothing.
     *
     * {@snippet class="dev.millrace.cluster.KeptSocketsTest" region="keep"}
     *
     * @throws IllegalStateException if systemd is told already
     */
    public Primary supervised(ServiceNotifier systemd) {
        loop.checkThread();
        succession.supervised(Objects.requireNonNull(systemd, "systemd"));
        return this;
    }

    /**
     * Does what the signals of the process ask for, as daemons do: SIGHUP {@linkplain #reload
     * reloads}, SIGUSR1 {@linkplain #replace() replaces} this process, SIGTERM and SIGINT
     * {@linkplain #shutdown shut down} within {@link ClusterOptions#drainLimit}, and the second one
     * of them ends all at once, with status 128 and its number. Workers leave SIGHUP and SIGINT,
     * which a terminal sends to all processes, to the primary; SIGTERM lets a worker leave.
     *
     * {@snippet class="dev.millrace.cluster.ClusterExamplesTest" region="signals"}
     *
     * @throws IllegalStateException if they are watched already
     * @throws UnsupportedOperationException without the module {@code jdk.unsupported}
     */
    public Primary signals() {
        loop.checkThread();
        if (hasSignals) {
            throw new IllegalStateException("the signals are watched already");
        }
        PrimarySignals.watch(this);
        hasSignals = true;
        crew.all().stream()
                .filter(WorkerProcess::isOnline)
                .forEach(worker -> worker.tell(Control.text(Control.Verb.SIGNALS)));
        return this;
    }

    /** The workers that run, or are being started, in the order of their numbers. */
    public List<WorkerProcess> workers() {
        loop.checkThread();
        return crew.all();
    }

    /** Sends a text to every worker. */
    public void broadcast(String text) {
        workers().forEach(worker -> worker.send(text));
    }

    /** A worker has sent a text, from its {@link Worker#send}. */
    public Primary onMessage(BiConsumer<? super WorkerProcess, ? super String> listener) {
        loop.checkThread();
        listeners.message = Listeners.once(listeners.message, listener, "onMessage");
        return this;
    }

    /** A worker has joined. */
    public Primary onOnline(Consumer<? super WorkerProcess> listener) {
        loop.checkThread();
        listeners.online = Listeners.once(listeners.online, listener, "onOnline");
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
        listeners.listening = Listeners.once(listeners.listening, listener, "onListening");
        return this;
    }

    /** A worker has ended; empty if it could not be started. */
    public Primary onExit(BiConsumer<? super WorkerProcess, ? super Optional<ChildExit>> listener) {
        loop.checkThread();
        listeners.exit = Listeners.once(listeners.exit, listener, "onExit");
        return this;
    }

    /**
     * A connection was reset for all workers: each of them has as many as {@link
     * dev.millrace.net.ConnectionLimits#maxConnections} lets it, or it came back from so many that
     * it is given up. Told under {@link Scheduling#ROUND_ROBIN}; otherwise a worker accepts, and
     * its server tells.
     *
     * {@snippet class="dev.millrace.cluster.ClusterExamplesTest" region="drop"}
     */
    public Primary onDrop(Consumer<? super ConnectionDrop> listener) {
        loop.checkThread();
        listeners.drop = Listeners.once(listeners.drop, listener, "onDrop");
        return this;
    }

    /**
     * A worker can't be started, or did not join in time; it is tried again, after a rest. Or a
     * reload failed, or the control socket. Without a listener that goes to {@link
     * Loop#onUncaught}, but for a failure that the stage of a reload tells.
     */
    public Primary onError(Consumer<? super IOException> listener) {
        loop.checkThread();
        listeners.error = Listeners.once(listeners.error, listener, "onError");
        return this;
    }

    /**
     * The process with this number is the primary now, and this one ends when its workers have: the
     * time to tell a supervisor which process to watch; {@link #supervised} tells systemd.
     */
    public Primary onReplaced(LongConsumer listener) {
        loop.checkThread();
        listeners.replaced = Listeners.once(listeners.replaced, listener, "onReplaced");
        return this;
    }

    /**
     * Ends the cluster in order: nothing listens any more, and the workers have {@code limit} for
     * the connections that they have. What still runs a second later is killed. Called again, the
     * nearer limit counts.
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
        succession.cancel();
        crew.end(Control.Verb.SHUTDOWN, limit);
        changed();
    }

    /** How many connections were reset, because no worker took them. */
    public long droppedCount() {
        loop.checkThread();
        return sockets.dropped();
    }

    /** How many connections of workers that left are at others, the same connections. */
    public long movedCount() {
        loop.checkThread();
        return moves.moved();
    }

    /** How many connections no other worker took; they ended where they were. */
    public long notMovedCount() {
        loop.checkThread();
        return moves.failed();
    }

    /** How many workers had not left a second behind their limit, and were killed. */
    public long killedCount() {
        loop.checkThread();
        return cut;
    }

    /** Whether workers are being replaced. */
    public boolean isReloading() {
        loop.checkThread();
        return succession.isReloading();
    }

    /** Whether another process is the primary now. */
    public boolean isReplaced() {
        loop.checkThread();
        return succession.isReplaced();
    }

    /** Whether it was shut down. */
    public boolean isShuttingDown() {
        loop.checkThread();
        return isShuttingDown;
    }

    /** How long ago it began. */
    public Duration age() {
        loop.checkThread();
        return Duration.ofNanos(loop.hrtime() - beginNanos);
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
