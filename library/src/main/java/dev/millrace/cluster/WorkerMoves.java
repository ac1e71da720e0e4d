package dev.millrace.cluster;

import dev.millrace.ipc.Message;
import dev.millrace.ipc.ParentProcess;
import dev.millrace.ipc.Passable;
import dev.millrace.kernel.Descriptor;
import dev.millrace.kernel.SystemError;
import dev.millrace.net.NetServer;
import dev.millrace.net.NetSocket;
import dev.millrace.net.Successor;
import dev.millrace.sys.Errno;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The connections of a worker that move: by way of the primary to another worker when this one
 * leaves, and here when another one does (X88).
 *
 * <pre>
 *   frozen, a duplicate is sent ──▶ the primary has that ──▶ another worker has it: ours is closed
 *      ▲         │ not taken, the primary's end   │  └── none takes it, MOVED says so ──▶ ours again
 *      └── ours ◀┘                                └── the primary's end: closed, as it may be another's
 * </pre>
 */
final class WorkerMoves {
    private final ParentProcess primary;

    /** Where connections that come may go, by the numbers of the primary. */
    private final Map<Integer, NetServer> servers = new HashMap<>();

    private final Map<Integer, Move> underWay = new HashMap<>();
    private int lastId;

    /** What closes now leaves to other workers what it has. */
    private boolean isLeaving;

    private static final class Move {
        final NetSocket socket;
        final Consumer<? super @Nullable IOException> outcome;

        /** The primary has it, or has passed it on. */
        boolean isAway;

        Move(NetSocket socket, Consumer<? super @Nullable IOException> outcome) {
            this.socket = socket;
            this.outcome = outcome;
        }
    }

    WorkerMoves(ParentProcess primary) {
        this.primary = primary;
    }

    void listens(int number, NetServer server) {
        servers.put(number, server);
    }

    void closed(int number) {
        servers.remove(number);
    }

    void leave() {
        isLeaving = true;
    }

    /** Who takes the connections of the listener with that number; null if they stay. */
    @Nullable Successor successor(int number) {
        return isLeaving && primary.isConnected()
                ? (socket, outcome) -> pass(number, socket, outcome)
                : null;
    }

    private void pass(
            int number, NetSocket socket, Consumer<? super @Nullable IOException> outcome) {
        Descriptor copy;
        try {
            copy = socket.descriptors().duplicate();
        } catch (IOException e) {
            outcome.accept(e);
            return;
        }
        int id = ++lastId;
        Move move = new Move(socket, outcome);
        underWay.put(id, move);
        String luggage = Luggage.of(socket).field();
        primary.send(
                Control.text(Control.Verb.MOVE, number, id, luggage),
                List.of(Passable.of(copy)),
                error -> {
                    move.isAway = error == null;
                    if (error != null) {
                        copy.close();
                        told(id, error);
                    }
                });
    }

    /** The primary says what became of one. */
    void moved(Control control) {
        int errno = control.number(1);
        told(control.number(0), errno == 0 ? null : SystemError.of(errno, "move"));
    }

    private void told(int id, @Nullable IOException error) {
        Move move = underWay.remove(id);
        if (move != null) {
            move.outcome.accept(error);
        }
    }

    /** One comes; what is not taken goes to another worker. */
    void came(Control control, Message message) {
        NetServer server = servers.get(control.number(0));
        if (server == null) {
            return;
        }
        if (!(message.take().getFirst() instanceof Passable.Connection(NetSocket socket))) {
            message.refuse();
            return;
        }
        Luggage luggage = Luggage.of(control.fields().get(1));
        // One whose client has left meanwhile is as good here as anywhere.
        if (socket.isDestroyed()) {
            return;
        }
        luggage.unpack(socket);
        if (!server.moves().take(socket)) {
            message.refuse();
            socket.destroy();
        }
    }

    /**
     * The primary is gone. What it had may be another worker's by now, and two that read from one
     * connection would each get half of it: here it ends.
     */
    void disconnected() {
        for (int id : List.copyOf(underWay.keySet())) {
            Move move = underWay.get(id);
            if (move != null && move.isAway) {
                move.socket.destroy();
            }
            told(id, SystemError.of(Errno.EPIPE, "move"));
        }
    }
}
