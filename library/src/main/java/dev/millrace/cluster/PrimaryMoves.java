package dev.millrace.cluster;

import dev.millrace.ipc.Message;
import dev.millrace.ipc.Passable;
import dev.millrace.kernel.Descriptor;
import dev.millrace.sys.Errno;
import java.io.IOException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Connections of workers that leave, on their way to workers that stay (X88).
 *
 * <pre>
 *   MOVE, with a duplicate ──▶ to one worker ──taken──▶ MOVED, the one that leaves closes its own
 *                                 ▲     │ not taken, dead
 *                                 └─────┴── none is left ──▶ MOVED with an error: it stays there
 * </pre>
 *
 * Each worker that leaves has an heir, which gets all that it has, so that nothing moves twice in a
 * rolling restart: the youngest one that is heir to no other. Where that does not take a connection
 * the others are asked, the youngest first.
 */
final class PrimaryMoves {
    private final SharedSockets sockets;
    private final Map<WorkerProcess, WorkerProcess> heirs = new HashMap<>();
    private long moved;
    private long failed;

    PrimaryMoves(SharedSockets sockets) {
        this.sockets = sockets;
    }

    /** {@code from} lets a connection go. */
    void move(WorkerProcess from, Control control, Message message) {
        Descriptor connection = message.takeDescriptors().getFirst();
        Attempt attempt = new Attempt(from, control, connection);
        // Behind the word that it is here: without that the one that leaves would serve it again
        // when this process dies, though another one may have it by then.
        from.loop().setImmediate(attempt::next);
    }

    /** A worker is gone: it inherits nothing, and has nothing more to leave. */
    void gone(WorkerProcess worker) {
        heirs.remove(worker);
        heirs.values().removeIf(heir -> heir == worker);
    }

    /** Those that leave, and who gets what they have. */
    Map<WorkerProcess, WorkerProcess> heirs() {
        return Map.copyOf(heirs);
    }

    private @Nullable WorkerProcess heir(WorkerProcess from, List<WorkerProcess> others) {
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
        private final WorkerProcess from;
        private final int number;
        private final int id;
        private final String unread;
        private final Descriptor connection;
        private final Set<WorkerProcess> tried = new HashSet<>();

        Attempt(WorkerProcess from, Control control, Descriptor connection) {
            this.from = from;
            this.number = control.number(0);
            this.id = control.number(1);
            this.unread = control.fields().get(2);
            this.connection = connection;
        }

        void next() {
            List<WorkerProcess> others =
                    sockets.users(number).stream()
                            .filter(one -> !tried.contains(one) && one.isTaking())
                            .toList();
            WorkerProcess to = heir(from, others);
            if (to == null) {
                failed++;
                connection.close();
                from.tell(Control.text(Control.Verb.MOVED, id, Errno.ECONNREFUSED));
                return;
            }
            tried.add(to);
            to.tell(
                    Control.text(Control.Verb.MOVE, number, unread),
                    List.of(Passable.of(connection)),
                    this::told);
        }

        private void told(@Nullable IOException error) {
            if (error == null) {
                moved++;
                from.tell(Control.text(Control.Verb.MOVED, id, 0));
            } else {
                next();
            }
        }
    }
}
