package dev.millrace.cluster;

import dev.millrace.ipc.Passable;
import dev.millrace.kernel.Descriptor;
import dev.millrace.kernel.ListenOptions;
import dev.millrace.kernel.SystemError;
import dev.millrace.loop.ListenHandle;
import dev.millrace.loop.StreamHandle;
import dev.millrace.loop.TimerHandle;
import dev.millrace.net.ConnectionDrop;
import dev.millrace.net.ConnectionDrop.Reason;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Deals the connections of one listener out: each goes to the next worker that has asked for one,
 * and comes back if that worker does not take it (R35).
 *
 * <pre>
 *   kernel's backlog ──a worker has asked──▶ accepted ──▶ under way ──taken──▶ the worker's
 *                                               ▲             │
 *                                               └─ not taken ─┘   so many times: reset
 * </pre>
 *
 * While no worker has asked nothing is accepted: connections wait in the kernel. When all workers
 * are full, what comes is accepted and reset.
 */
final class RoundRobin {
    /** A connection that no worker has room for is refused visibly: by a reset. */
    private static final int ATTEMPTS_MAX = 16;

    private static final int ACCEPTS_PER_WAKE_UP = 8;

    /** For a worker without room, so that others get what it can't take. */
    private static final Duration REST = Duration.ofMillis(50);

    /** Behind these a worker gets nothing more. */
    private static final Set<String> OVER = Set.of("ERR_CHANNEL_NOT_TAKEN", "EPIPE", "ECANCELED");

    private final ListenHandle listener;
    private final int number;

    /** Those that have asked, in the order of their turns. */
    private final Deque<WorkerProcess> free = new ArrayDeque<>();

    private final Map<WorkerProcess, Integer> asked = new HashMap<>();

    /** Those that take none, whatever they have asked for, before they ask again. */
    private final Set<WorkerProcess> full = new HashSet<>();

    /** Came back from a worker. */
    private final Deque<Attempt> returned = new ArrayDeque<>();

    private boolean isClosed;

    /** Gets what came back, when another primary deals: null until then. */
    private @Nullable Consumer<? super Descriptor> heir;

    /** Closed by a reset, as no worker took them. */
    private long dropped;

    private Consumer<? super ConnectionDrop> dropListener = drop -> {};

    private record Attempt(Descriptor connection, int count) {}

    /**
     * @param isHeld whether it accepts nothing before {@link #release}
     */
    RoundRobin(ListenHandle listener, int number, boolean isHeld) {
        this.listener = listener;
        this.number = number;
        if (isHeld) {
            listener.pause();
        }
        listener.start(this::deal);
    }

    /**
     * What it listens with: a turn of the primary's loop deals out what several workers ask for.
     */
    static ListenOptions options(ListenOptions asked) {
        int accepts = Math.max(asked.acceptsPerWakeUp(), ACCEPTS_PER_WAKE_UP);
        return asked.withAcceptsPerWakeUp(accepts);
    }

    /** A connection is reset, as no worker takes it. */
    void onDrop(Consumer<? super ConnectionDrop> listener) {
        dropListener = listener;
    }

    /** Accepts from now on. */
    void release() {
        listener.resume();
    }

    /** Deals a connection that was accepted elsewhere. */
    void add(Descriptor connection) {
        returned.add(new Attempt(connection, 1));
        deal();
    }

    /** Another primary deals from now on, and gets what no worker here has taken. */
    void handOver(Consumer<? super Descriptor> other) {
        isClosed = true;
        heir = other;
        listener.pause();
        Descriptor waiting = accept();
        if (waiting != null) {
            other.accept(waiting);
        }
        returned.forEach(attempt -> other.accept(attempt.connection));
        returned.clear();
    }

    /** A worker listens, and will ask. */
    void join(WorkerProcess worker) {
        asked.put(worker, 0);
    }

    /** A worker takes so many connections more, and has a place for what it has asked for. */
    void ask(WorkerProcess worker, int count) {
        full.remove(worker);
        more(worker, count);
    }

    private void more(WorkerProcess worker, int count) {
        int due = asked.merge(worker, count, Integer::sum);
        if (due > 0 && !full.contains(worker) && !free.contains(worker)) {
            free.add(worker);
        }
        deal();
    }

    /** A worker has no place left. */
    void full(WorkerProcess worker) {
        full.add(worker);
        free.remove(worker);
        deal();
    }

    /** A worker is well again. */
    void update() {
        deal();
    }

    private void deal() {
        for (int left = free.size(); left > 0 && !isClosed; left--) {
            WorkerProcess next = free.remove();
            if (next.isFrozen()) {
                free.add(next);
                continue;
            }
            Attempt attempt = take();
            if (attempt == null) {
                free.addFirst(next);
                return;
            }
            int rest = asked.getOrDefault(next, 1) - 1;
            asked.put(next, rest);
            if (rest > 0) {
                free.add(next);
            }
            send(next, attempt);
            left = free.size() + 1;
        }
        dropSurplus();
    }

    /** Where every worker is full nothing waits for a place. */
    private void dropSurplus() {
        while (!isClosed && !asked.isEmpty() && full.containsAll(asked.keySet())) {
            Attempt attempt = take();
            if (attempt == null) {
                return;
            }
            drop(attempt.connection, Reason.MAX_CONNECTIONS);
        }
    }

    private void drop(Descriptor connection, Reason reason) {
        ConnectionDrop drop = Refusal.reset(listener.loop(), connection, reason);
        if (drop != null) {
            dropped++;
            dropListener.accept(drop);
        }
    }

    private @Nullable Attempt take() {
        Attempt again = returned.poll();
        if (again != null) {
            return again;
        }
        Descriptor accepted = accept();
        return accepted == null ? null : new Attempt(accepted, 1);
    }

    /** Null if none waits, or its client has left meanwhile. */
    private @Nullable Descriptor accept() {
        StreamHandle accepted = listener.accept();
        return accepted == null || accepted.isClosing() ? null : accepted.extract();
    }

    private void send(WorkerProcess worker, Attempt attempt) {
        worker.tell(
                Control.text(Control.Verb.CONNECTION, number),
                List.of(Passable.of(attempt.connection)),
                error -> {
                    if (error != null) {
                        unspent(worker, error);
                        back(attempt);
                    }
                });
    }

    /** What a worker has not seen it still waits for, unless it takes none or has died. */
    private void unspent(WorkerProcess worker, IOException error) {
        if (!OVER.contains(SystemError.codeOf(error))) {
            TimerHandle rest = listener.loop().setTimeout(REST, () -> restore(worker));
            rest.unref();
        }
    }

    private void restore(WorkerProcess worker) {
        if (asked.containsKey(worker)) {
            more(worker, 1);
        }
    }

    private void back(Attempt attempt) {
        if (heir != null) {
            heir.accept(attempt.connection);
            return;
        }
        if (isClosed || attempt.count >= ATTEMPTS_MAX) {
            drop(attempt.connection, Reason.NOT_TAKEN);
            return;
        }
        returned.add(new Attempt(attempt.connection, attempt.count + 1));
        deal();
    }

    long dropped() {
        return dropped;
    }

    void leave(WorkerProcess worker) {
        free.remove(worker);
        asked.remove(worker);
        full.remove(worker);
    }

    /** What waits for a worker has none any more. */
    void close() {
        isClosed = true;
        returned.forEach(
                attempt -> Refusal.reset(listener.loop(), attempt.connection, Reason.NOT_TAKEN));
        returned.clear();
    }
}
