package dev.millrace.net;

import dev.millrace.kernel.SystemError;
import dev.millrace.loop.Loop;
import dev.millrace.loop.LoopStage;
import dev.millrace.loop.TimerHandle;
import dev.millrace.sys.Errno;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How a {@link NetServer} ends: what becomes of the connections that take too long, and who hears
 * of it (row R29).
 *
 * <pre>
 *   waiting for the last connection ──gone──▶ over: onClose, then the callbacks, then the stage
 *        └──limit of shutdown──▶ cutting the others off ──▶ waiting for them to be gone
 * </pre>
 */
final class ServerEnd {
    private final Loop loop;
    private final ServerConnections connections;
    private final ConnectionMoves moves;
    private final List<Runnable> callbacks = new ArrayList<>();
    private final List<NetSocket> cut = new ArrayList<>();

    /** What shutdown gave out; null unless it was called. */
    private @Nullable LoopStage<ServerShutdown> stage;

    /** When shutdown was called first, and how many connections there were. */
    private long beginNanos;

    private int found;

    /** How many had moved away by then. */
    private long movedBefore;

    /** Runs until the limit; it holds the loop, which would leave the server half closed. */
    private @Nullable TimerHandle limit;

    private boolean isOver;

    ServerEnd(Loop loop, ServerConnections connections, ConnectionMoves moves) {
        this.loop = loop;
        this.connections = connections;
        this.moves = moves;
    }

    /** {@code callback} hears of the end, and without a listener that the call was for nothing. */
    void tell(Consumer<? super @Nullable IOException> callback, boolean isListening) {
        IOException error =
                isListening
                        ? null
                        : SystemError.ofCode(
                                "ERR_SERVER_NOT_RUNNING",
                                Errno.ENOTCONN,
                                "close",
                                "the server does not listen");
        if (isOver) {
            loop.nextTick(() -> callback.accept(error));
        } else {
            callbacks.add(() -> callback.accept(error));
        }
    }

    /** Cuts off what is not gone when {@code limit} is over; of several the nearest counts. */
    LoopStage<ServerShutdown> within(Duration limit) {
        if (stage == null) {
            stage = new LoopStage<>(loop);
            beginNanos = loop.hrtime();
            found = connections.all().size();
            movedBefore = moves.counts().away();
        }
        if (isOver) {
            complete();
        } else if (this.limit == null || this.limit.dueIn().compareTo(limit) > 0) {
            stopTimer();
            this.limit = loop.setTimeout(limit, this::cutOff);
        }
        return stage;
    }

    /**
     * A connection whose last byte and FIN are with the kernel loses nothing by a close; any other
     * gets a reset, because its peer would take what it has for the whole. One that is on its way
     * to a successor may be with it already.
     */
    private void cutOff() {
        for (NetSocket socket : connections.all()) {
            cut.add(socket);
            if (socket.transport.isFinished() || moves.isUnderWay(socket)) {
                socket.destroy();
            } else {
                socket.reset();
            }
        }
    }

    /** The last connection is gone. */
    void over(@Nullable Runnable closeListener) {
        isOver = true;
        stopTimer();
        try {
            SocketListeners.tell(closeListener);
        } catch (Throwable thrown) {
            // The caller may be the last connection's end, which has no listener left to tell.
            loop.uncaught(thrown);
        } finally {
            callbacks.forEach(loop::nextTick);
            complete();
        }
    }

    private void complete() {
        if (stage != null) {
            Duration took = Duration.ofNanos(loop.hrtime() - beginNanos);
            int moved = (int) (moves.counts().away() - movedBefore);
            int finished = found - moved - cut.size();
            stage.complete(new ServerShutdown(finished, moved, cut, took));
        }
    }

    private void stopTimer() {
        if (limit != null) {
            limit.close();
            limit = null;
        }
    }

    /** How many were cut off. */
    int cutCount() {
        return cut.size();
    }
}
