package dev.millrace.net;

import dev.millrace.observe.Observation;
import dev.millrace.turn.Failures;
import java.io.IOException;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The listeners of a {@link NetSocket} that are neither with its read side nor its write side, and
 * the order in which its last events are told: error, then close (R12).
 */
final class SocketListeners {
    /** Made when it is first used. */
    private static final class Log {
        static final System.Logger LOGGER = System.getLogger("dev.millrace.net");
    }

    @Nullable Consumer<? super IOException> error;
    @Nullable Consumer<? super @Nullable IOException> peerClosed;
    @Nullable Consumer<? super IOException> noBuffer;
    @Nullable Runnable close;

    /** Threads that block own the socket; null: its listeners do. They hear of every failure. */
    @Nullable BlockingBridge blocking;

    /** Null unless an idle time is set. */
    private @Nullable IdleTimeout idle;

    /** The connections of the server that accepted it; they outlast every owner of the socket. */
    @Nullable ServerConnections countedBy;

    /** The number of the socket, given when it is first asked for; 0 before. */
    private long id;

    long id() {
        if (id == 0) {
            id = Observation.newId();
        }
        return id;
    }

    /** {@code #7}, or nothing while the socket has no number. */
    String idText() {
        return id == 0 ? "" : "#" + id;
    }

    static void tell(@Nullable Runnable listener) {
        if (listener != null) {
            listener.run();
        }
    }

    static <T extends @Nullable Object> void tell(@Nullable Consumer<? super T> listener, T event) {
        if (listener != null) {
            listener.accept(event);
        }
    }

    /**
     * A listener threw: the error that destroys the socket. It must not pass without a word if no
     * listener will be told.
     */
    IOException thrown(Throwable thrown, boolean isDestroyed, boolean isUncaughtTold) {
        if (isDestroyed) {
            log("a listener of a closed socket threw", thrown);
        } else if (error == null && (!isUncaughtTold || blocking != null)) {
            log("a listener of a socket threw, the socket is destroyed", thrown);
        }
        String text = Failures.describe(thrown);
        return new IOException("a listener of the socket threw " + text, thrown);
    }

    /**
     * Makes the logger, if there is none yet, before descriptors may run short: the JDK looks for
     * its maker in every jar of the class path, and opens those that nothing has opened before.
     * That takes 15 milliseconds, which the first connection of a process does not wait for.
     */
    static void prepareLog() {
        Objects.requireNonNull(Log.LOGGER);
    }

    private static void log(String text, Throwable thrown) {
        Failures.log(Log.LOGGER, text, thrown);
    }

    /** The socket gets another owner: all are gone. Its server counts it on. */
    void handOver(NetSocket socket) {
        error = null;
        peerClosed = null;
        noBuffer = null;
        close = null;
        idle(null);
        if (socket.connect != null) {
            socket.connect.listener = null;
        }
        BlockingBridge before = blocking;
        blocking = null;
        if (before != null) {
            before.handedOver();
        }
    }

    /** In place of the present one. */
    void idle(@Nullable IdleTimeout chosen) {
        if (idle != null) {
            idle.stop();
        }
        idle = chosen;
    }

    /** The connection stands, which is progress. */
    void opened() {
        if (idle != null) {
            idle.restart();
        }
    }

    void tellDestroyed(NetSocket socket) {
        idle(null);
        if (countedBy != null) {
            countedBy.destroyed(socket);
        }
    }

    /** {@code isOurs}: an error without a listener, or a stage, goes to the loop. */
    void tellClosed(NetSocket socket, @Nullable IOException failure, boolean isOurs) {
        boolean isWatched = socket.connect != null && socket.connect.failed(failure);
        boolean isUncaughtTold = isOurs && !isWatched;
        try {
            if (blocking != null) {
                blocking.closed(failure);
            }
            if (failure != null && error != null) {
                error.accept(failure);
            } else if (failure != null && isUncaughtTold && blocking == null) {
                socket.loop().uncaught(failure);
            }
        } finally {
            tellClose();
        }
    }

    /** The server's close comes behind that of its last connection (row R29). */
    private void tellClose() {
        try {
            tell(close);
        } finally {
            if (countedBy != null) {
                countedBy.closed();
            }
        }
    }
}
