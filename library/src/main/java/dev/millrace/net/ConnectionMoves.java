package dev.millrace.net;

import dev.millrace.loop.Loop;
import dev.millrace.loop.TimerHandle;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The connections of a {@link NetServer} that move: to its {@link Successor} when it closes, and
 * here from elsewhere. A client sees nothing of it: it is the same connection.
 *
 * <pre>
 *   served ──move──▶ what was written leaves ──▶ waits for its turn ──▶ under way ──▶ the successor's
 *                                                       │ moving is over    │ refused
 *   served here to its end ◀────────────────────────────┴───────────────────┘
 * </pre>
 *
 * The server's protocol says when: {@link NetServer#onClosing} tells that the server leaves, then
 * {@link #move} is for each connection in the middle of nothing, at once or once it is. At most 64
 * are under way at a time. Moving is over at three quarters of the limit of {@link
 * NetServer#shutdown}, so that what is left can still end in order, and when the successor has
 * refused three connections in a row. Belongs to the loop's thread.
 *
 * {@snippet class="dev.millrace.net.ConnectionMovesExamplesTest" region="lines"}
 */
public final class ConnectionMoves {
    /** So many may be with the successor without an outcome. */
    static final int UNDER_WAY_MAX = 64;

    /** Refusals in a row after which the successor is asked no more. */
    static final int REFUSALS_MAX = 3;

    private static final byte[] NOTHING = {};

    /**
     * What became of connections so far.
     *
     * @param away those that a successor has taken
     * @param here those that have come from elsewhere
     * @param stayed those that the server had when it began to leave, for a successor, and that
     *     have ended here since, by whichever end
     */
    public record Counts(long away, long here, long stayed) {}

    private record Move(NetSocket socket, Consumer<? super NetSocket> back) {}

    private final NetServer server;
    private final ServerConnections connections;
    private final ServerArrivals arrivals;
    private final Deque<Move> waiting = new ArrayDeque<>();
    private final Set<NetSocket> underWay = new HashSet<>();

    /** Named by the server's user, or by the loop's source when the server closes. */
    private @Nullable Successor successor;

    /** The server closes, and the successor takes. */
    private boolean isOpen;

    /** How many connections there were when the server began to leave. */
    private long found;

    private long away;
    private int refusals;
    private boolean isScheduled;

    /** Ends the moving. */
    private @Nullable TimerHandle limit;

    ConnectionMoves(NetServer server, ServerConnections connections, ServerArrivals arrivals) {
        this.server = server;
        this.connections = connections;
        this.arrivals = arrivals;
    }

    private Loop loop() {
        return server.loop();
    }

    /**
     * Names who takes the connections over when the server closes; without this it is the loop's
     * {@link SuccessorSource}, if there is one.
     *
     * @throws IllegalStateException if the server is closed already
     */
    public ConnectionMoves to(Successor successor) {
        loop().checkThread();
        if (server.isClosing()) {
            throw new IllegalStateException("the server is closed: name its successor before");
        }
        this.successor = Objects.requireNonNull(successor, "successor");
        return this;
    }

    /** The server begins to close. */
    void begin() {
        if (successor == null) {
            successor = source().successor(server);
        }
        isOpen = successor != null;
        found = isOpen ? connections.count() : 0;
    }

    /** The server listens. */
    void listens() {
        SuccessorSource source = source();
        if (source != SuccessorSource.NONE) {
            source.listens(server);
            connections.counted();
        }
    }

    /** The server's places are taken, or there are some again. */
    void full(boolean isFull) {
        source().full(server, isFull);
    }

    private SuccessorSource source() {
        return SuccessorSource.of(loop().listenSource());
    }

    /** Of several limits the nearest counts. */
    void within(Duration whole) {
        Duration share = whole.multipliedBy(3).dividedBy(4);
        if (isOpen && share.isZero()) {
            end();
        } else if (isOpen && (limit == null || limit.dueIn().compareTo(share) > 0)) {
            stopTimer();
            limit = loop().setTimeout(share, this::end);
            limit.unref();
        }
    }

    private void stopTimer() {
        if (limit != null) {
            limit.close();
            limit = null;
        }
    }

    /** What waits for its turn stays; what is under way may still be taken. */
    private void end() {
        isOpen = false;
        stopTimer();
        while (!waiting.isEmpty()) {
            giveBack(waiting.remove());
        }
    }

    /** The server is over. */
    void over() {
        isOpen = false;
        stopTimer();
    }

    /** Whether the server closes, and connections that are free to go move. */
    public boolean isOpen() {
        loop().checkThread();
        return isOpen;
    }

    /**
     * Whether {@link #isOpen}, and {@code socket} is a connection of this server that can move:
     * open both ways, without a {@linkplain NetSocket#filter filter}, TLS among them, and without
     * pipes.
     */
    public boolean isPossible(NetSocket socket) {
        loop().checkThread();
        return isOpen
                && socket.listeners.countedBy == connections
                && !underWay.contains(socket)
                && !socket.isConnecting()
                && socket.isWritable()
                && !socket.transport.isFiltered()
                && !socket.transport.isPiped()
                && !socket.inbound.isPiped();
    }

    /**
     * As {@link #move(NetSocket, ByteBuffer, Consumer)}, of a connection of which every byte that
     * was taken was consumed; if the successor does not take it, it is ended.
     */
    public boolean move(NetSocket socket) {
        return move(socket, ByteBuffer.wrap(NOTHING), ConnectionMoves::finish);
    }

    private static void finish(NetSocket socket) {
        socket.resume();
        socket.end();
    }

    /**
     * Lets {@code socket} go: to its peer nothing is owed, and what it has sent is still unread, or
     * in {@code unread}. From this call on the socket has no listeners and is not read, as after
     * {@link NetSocket#handOver(ByteBuffer)}; what was written leaves first. May be called inside
     * the socket's own listeners.
     *
     * @param unread what was taken of the peer's bytes and not consumed; it is copied
     * @param back gets the socket when the successor does not take it, or moving is over before its
     *     turn: paused, without listeners, and still one of this server's
     * @return false, and nothing was done, unless it {@link #isPossible}
     */
    public boolean move(NetSocket socket, ByteBuffer unread, Consumer<? super NetSocket> back) {
        Objects.requireNonNull(back, "back");
        if (!isPossible(socket)) {
            return false;
        }
        socket.handOver(unread).pause();
        Move move = new Move(socket, back);
        if (socket.queuedBytes() == 0) {
            queue(move);
        } else {
            socket.write(
                    NOTHING,
                    0,
                    0,
                    error -> {
                        if (error == null) {
                            queue(move);
                        }
                    });
        }
        return true;
    }

    /** Not from inside a listener of the socket, whose leavings belong to it. */
    private void queue(Move move) {
        waiting.add(move);
        schedule();
    }

    private void schedule() {
        if (!isScheduled) {
            isScheduled = true;
            loop().nextTick(this::flush);
        }
    }

    private void flush() {
        isScheduled = false;
        while (isOpen && !waiting.isEmpty() && underWay.size() < UNDER_WAY_MAX) {
            Move next = waiting.remove();
            if (!next.socket.isDestroyed()) {
                underWay.add(next.socket);
                loop().enter(next, this::ask, this::threw);
            }
        }
        if (!isOpen) {
            end();
        }
    }

    private void ask(Move move) {
        Objects.requireNonNull(successor).take(move.socket, error -> told(move, error));
    }

    private void threw(Move move, Throwable thrown) {
        loop().uncaught(thrown);
        if (underWay.contains(move.socket)) {
            told(move, new IOException("the successor threw", thrown));
        }
    }

    private void told(Move move, @Nullable IOException error) {
        loop().checkThread();
        if (!underWay.remove(move.socket)) {
            throw new IllegalStateException("the outcome was told already: " + move.socket);
        }
        if (error == null) {
            refusals = 0;
            away++;
            if (move.socket.listeners.countedBy == connections) {
                move.socket.destroy();
            }
        } else {
            refusals++;
            isOpen &= refusals < REFUSALS_MAX;
            giveBack(move);
        }
        schedule();
    }

    private static void giveBack(Move move) {
        if (!move.socket.isDestroyed()) {
            SocketTransport.guarded(move.socket, () -> move.back.accept(move.socket));
        }
    }

    /**
     * Makes {@code socket}, which came from elsewhere, one of this server's connections, as if it
     * were accepted: its {@linkplain ConnectionLimits limits}, counts, options and {@link
     * NetServer#onConnection}. What it has received and its former owner has not consumed comes
     * first, on the loop's next turn at the earliest, so that its sender hears first that it was
     * taken. The rate of accepting does not concern it.
     *
     * @return false, and the socket is as it was, if the server does not listen or is paused, has
     *     no place, blocks the peer, or speaks TLS; or if the socket is destroyed
     * @throws IllegalArgumentException if it is of another loop, or one of this server's already
     */
    public boolean take(NetSocket socket) {
        loop().checkThread();
        if (socket.loop() != loop() || socket.listeners.countedBy == connections) {
            throw new IllegalArgumentException(
                    "a connection of another loop, or of this server: " + socket);
        }
        return arrivals.take(socket);
    }

    /** In {@link NetServer#onConnection}: whether the connection has come from elsewhere. */
    public boolean isTaking() {
        loop().checkThread();
        return arrivals.isTaking();
    }

    /** What became of connections so far. */
    public Counts counts() {
        loop().checkThread();
        long stayed = found == 0 ? 0 : found - away - connections.count();
        return new Counts(away, arrivals.takenCount(), stayed);
    }

    /** A reset would cut the connection off at its new owner as well. */
    boolean isUnderWay(NetSocket socket) {
        return underWay.contains(socket);
    }

    /** {@code ConnectionMoves[2 under way, 40 wait, NetServer[...]]}. Any thread. */
    @Override
    public String toString() {
        return "ConnectionMoves[%d under way, %d wait, %s]"
                .formatted(underWay.size(), waiting.size(), server);
    }
}
