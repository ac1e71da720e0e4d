package dev.millrace.cluster;

import dev.millrace.ipc.ChildExit;
import dev.millrace.ipc.ChildOptions;
import dev.millrace.ipc.ChildProcess;
import dev.millrace.ipc.Message;
import dev.millrace.ipc.Passable;
import dev.millrace.kernel.Descriptor;
import dev.millrace.kernel.SystemError;
import dev.millrace.loop.Loop;
import dev.millrace.loop.LoopStage;
import dev.millrace.loop.TimerHandle;
import dev.millrace.net.ConnectionDrop;
import dev.millrace.sys.Errno;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The process that is to be the primary in this one's place, as this one sees it (rows X88, X108).
 * Its other end is {@link Predecessor}.
 *
 * <pre>
 *   starting ──connects──▶ it is given all that listens ──its workers are ready──▶ it is the primary:
 *      │                            │                          nothing is accepted here any more, and
 *      └──ends, or is late──────────┴──▶ killed: all stays          the workers leave
 * </pre>
 */
final class Replacement {
    private final Primary primary;
    private final Loop loop;
    private final ChildProcess child;
    private final LoopStage<Long> stage;
    private final TimerHandle limit;

    /** It is the primary now, or never will be. */
    private boolean isOver;

    private boolean isPrimary;

    /** Connections of workers here that are with it, and no outcome yet. */
    private final Map<Integer, IntConsumer> moving = new LinkedHashMap<>();

    private int lastMove;

    Replacement(Primary primary, ChildOptions options, LoopStage<Long> stage) {
        this.primary = primary;
        this.loop = primary.loop();
        this.stage = stage;
        Map<String, String> environment = new HashMap<>(options.environment());
        environment.put(Cluster.REPLACES, "1");
        // It names this process; without it the watchdog is whose main process it is.
        environment.putIfAbsent("WATCHDOG_PID", "");
        this.child = ChildProcess.fork(loop, options.withEnvironment(environment));
        child.onDisconnect(this::disconnected);
        child.onConnect(this::hand).onMessage(this::came).onExit(this::ended).onError(this::failed);
        Duration ready = primary.options().reload().readyLimit();
        this.limit =
                loop.setTimeout(
                        ready,
                        () -> fail("was not ready within " + ready.toMillis() + " ms", null));
        limit.unref();
    }

    private void hand() {
        try {
            for (SharedSockets.Handed one : primary.sockets().hand()) {
                send(one.text(), one.passed());
            }
            ControlServer control = primary.control();
            if (control != null && control.isListening()) {
                String text = Control.text(Control.Verb.CONTROL, control.address());
                send(text, List.of(control.duplicate()));
            }
        } catch (IOException e) {
            fail("can't be given what is listened on", e);
            return;
        }
        child.send(Control.text(Control.Verb.ALL));
    }

    private void send(String text, List<Passable> passed) {
        child.send(
                text,
                passed,
                error -> {
                    if (error != null) {
                        fail("did not take what is listened on", error);
                    }
                });
    }

    private void disconnected() {
        fail("ended its channel before it was ready", null);
        // What it had may be one of its workers' by now: two would each read half of it.
        List.copyOf(moving.keySet()).forEach(id -> moved(id, 0));
    }

    private void came(Message message) {
        if (isPrimary) {
            Control said = Control.of(message.text());
            moved(said.number(0), said.number(1));
            return;
        }
        if (!message.text().equals(Control.text(Control.Verb.READY))) {
            fail("has sent what no primary sends", null);
        } else if (!isOver) {
            isOver = true;
            isPrimary = true;
            limit.close();
            child.unref();
            long pid = child.pid().orElseThrow();
            primary.succession().replaced(pid);
            primary.handOver(this);
            child.send(Control.text(Control.Verb.YOURS));
            stage.complete(pid);
            primary.replaced(pid);
        }
    }

    /** A connection that no worker of this process has taken: one of the other's will. */
    void pass(String key, Descriptor connection) {
        Runnable hold = loop.keepAlive();
        child.send(
                Control.text(Control.Verb.CONNECTION, key),
                List.of(Passable.of(connection)),
                error -> {
                    hold.run();
                    if (error != null) {
                        Refusal.reset(loop, connection, ConnectionDrop.Reason.NOT_TAKEN);
                    }
                });
    }

    /**
     * Gives it a connection that a worker of this process lets go.
     *
     * @param outcome gets 0 once one of its workers has it, or why none has
     */
    void move(String key, Object from, String luggage, Descriptor connection, IntConsumer outcome) {
        int id = ++lastMove;
        moving.put(id, outcome);
        child.send(
                Control.text(Control.Verb.MOVE, key, id, from, luggage),
                List.of(Passable.of(connection)),
                error -> {
                    if (error != null) {
                        connection.close();
                        moved(id, Errno.ECONNREFUSED);
                    }
                });
    }

    private void moved(int id, int errno) {
        IntConsumer outcome = moving.remove(id);
        if (outcome != null) {
            outcome.accept(errno);
        }
    }

    private void ended(ChildExit exit) {
        fail("ended with status " + exit.status() + " before it was ready", null);
    }

    private void failed(IOException error) {
        fail("can't be started", error);
    }

    /** Everything stays as it was. */
    private void fail(String what, @Nullable IOException cause) {
        if (isOver) {
            return;
        }
        isOver = true;
        limit.close();
        child.kill();
        String why = cause == null ? "" : ": " + cause.getMessage();
        IOException error =
                SystemError.ofCode(
                        "ERR_REPLACE_FAILED",
                        Errno.ECANCELED,
                        "replace",
                        "the new primary " + what + why + "; this one goes on");
        if (cause != null) {
            error.initCause(cause);
        }
        primary.succession().notReplaced();
        primary.failed(stage, error);
    }

    /** The cluster ends. */
    void cancel() {
        fail("is not wanted any more: the cluster ends", null);
    }

    boolean isPrimary() {
        return isPrimary;
    }
}
