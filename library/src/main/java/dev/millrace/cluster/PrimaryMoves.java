package dev.millrace.cluster;

import dev.millrace.ipc.Message;
import dev.millrace.ipc.Passable;
import dev.millrace.kernel.Descriptor;
import dev.millrace.loop.Loop;
import dev.millrace.sys.Errno;
import java.io.IOException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Connections of workers that leave, on their way to workers that stay (X88).
 *
 * <pre>
 *   MOVE, with a duplicate ──▶ to one worker ──taken──▶ MOVED, the one that leaves closes its own
 *                                 ▲     │ not taken, dead
 *                                 └─────┴── none is left ──▶ MOVED with an error: it stays there
 *                                             └── another primary is in this one's place ──▶ its workers
 * </pre>
 *
 * Each worker that leaves has an heir, which gets all that it has, so that nothing moves twice in a
 * rolling restart: the youngest one that is heir to no other. Where that does not take a connection
 * the others are asked, the youngest first.
 */
final class PrimaryMoves {
    private final Loop loop;
    private final SharedSockets sockets;
    private final Map<Object, WorkerProcess> heirs = new HashMap<>();

    /** The primary in this one's place; null while there is none. */
    private @Nullable Replacement heir;

    private long moved;
    private long failed;

    PrimaryMoves(Loop loop, SharedSockets sockets) {
        this.loop = loop;
        this.sockets = sockets;
    }

    /** {@code from} lets a connection go. */
    void move(WorkerProcess from, Control control, Message message) {
        int id = control.number(1);
        Descriptor connection = message.takeDescriptors().getFirst();
        begin(
                new Attempt(
                        from,
                        control.number(0),
                        control.fields().get(2),
                        connection,
                        errno -> from.tell(Control.text(Control.Verb.MOVED, id, errno))));
    }

    /** A worker of the primary before lets a connection go. */
    void move(Control control, Message message, Consumer<String> answer) {
        String id = control.fields().get(1);
        begin(
                new Attempt(
                        "the former primary's " + control.fields().get(2),
                        sockets.number(control.fields().get(0)),
                        control.fields().get(3),
                        message.takeDescriptors().getFirst(),
                        errno -> answer.accept(Control.text(Control.Verb.MOVED, id, errno))));
    }

    private void begin(Attempt attempt) {
        // Behind the word that it is here: without that the one that leaves would serve it again
        // when this process dies, though another one may have it by then.
        loop.setImmediate(attempt::next);
    }

    /** Another primary has all that listens: its workers inherit. */
    void handOver(Replacement to) {
        heir = to;
    }

    /** A worker is gone: it inherits nothing, and has nothing more to leave. */
    void gone(WorkerProcess worker) {
        heirs.remove(worker);
        heirs.values().removeIf(heir -> heir == worker);
    }

    /** Those that leave, and who gets what they have. */
    Map<Object, WorkerProcess> heirs() {
        return Map.copyOf(heirs);
    }

    private @Nullable WorkerProcess heir(Object from, List<WorkerProcess> others) {
        WorkerProcess known = heirs.get(from);
        if (known != null && others.contains(known)) {
            return known;
        }
        List<WorkerProcess> youngestFirst =
                others.stream()
                        .sorted(Comparator.comparingInt(WorkerProcess::id).reversed())
                        .toList();
        WorkerProcess chosen =
                youngestFirst.stream()
                        .filter(one -> !heirs.containsValue(one))
                        .findFirst()
                        .orElse(youngestFirst.isEmpty() ? null : youngestFirst.getFirst());
        if (chosen != null && known == null) {
            heirs.put(from, chosen);
        }
        return chosen;
    }

    /** How many have found another worker. */
    long moved() {
        return moved;
    }

    /** How many have not. */
    long failed() {
        return failed;
    }

    private final class Attempt {
        /** The worker that leaves, or the name that another primary has for it. */
        private final Object from;

        private final int number;

        /** For the new owner to know. */
        private final String luggage;

        private final Descriptor connection;

        /** Gets 0 once another worker has it, or why none has. */
        private final IntConsumer outcome;

        private final Set<WorkerProcess> tried = new HashSet<>();

        Attempt(
                Object from,
                int number,
                String luggage,
                Descriptor connection,
                IntConsumer outcome) {
            this.from = from;
            this.number = number;
            this.luggage = luggage;
            this.connection = connection;
            this.outcome = outcome;
        }

        void next() {
            List<WorkerProcess> others =
                    sockets.users(number).stream()
                            .filter(one -> !tried.contains(one) && one.isTaking())
                            .toList();
            WorkerProcess to = heir(from, others);
            String key = sockets.handedKey(number);
            if (to != null) {
                tried.add(to);
                to.tell(
                        Control.text(Control.Verb.MOVE, number, luggage),
                        List.of(Passable.of(connection)),
                        this::told);
            } else if (heir != null && key != null) {
                heir.move(key, from, luggage, connection, this::over);
            } else {
                connection.close();
                over(Errno.ECONNREFUSED);
            }
        }

        private void told(@Nullable IOException error) {
            if (error == null) {
                over(0);
            } else {
                next();
            }
        }

        private void over(int errno) {
            if (errno == 0) {
                moved++;
            } else {
                failed++;
            }
            outcome.accept(errno);
        }
    }
}
