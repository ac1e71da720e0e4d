package dev.millrace.net;

import dev.millrace.loop.LoopStage;
import java.io.IOException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Who wants to hear of a {@link NetSocket}, and the order in which its last events are told: error,
 * then close (R12).
 */
final class SocketListeners {
    private static final System.Logger LOGGER = System.getLogger("dev.millrace.net");

    @Nullable Runnable connect;
    @Nullable Consumer<? super IOException> error;
    @Nullable Consumer<? super @Nullable IOException> peerClosed;
    @Nullable Consumer<? super IOException> noBuffer;
    @Nullable Runnable close;

    /** Where a server counts it. */
    @Nullable ServerConnections countedBy;

    private @Nullable LoopStage<NetSocket> connected;

    static void tell(@Nullable Runnable listener) {
        if (listener != null) {
            listener.run();
        }
    }

    /** The stage of the connection, made when it is first asked for. */
    LoopStage<NetSocket> connected(NetSocket socket, @Nullable IOException failure) {
        if (connected == null) {
            connected = new LoopStage<>(socket.loop());
            if (socket.isDestroyed()) {
                connected.completeExceptionally(reason(failure));
            } else if (!socket.isConnecting()) {
                connected.complete(socket);
            }
        }
        return connected;
    }

    void tellConnected(NetSocket socket) {
        tell(connect);
        if (connected != null) {
            connected.complete(socket);
        }
    }

    /** A listener threw. If nobody will be told, it must not pass without a word all the same. */
    void thrown(Throwable thrown, boolean isUncaughtTold) {
        if (error == null && !isUncaughtTold) {
            LOGGER.log(
                    System.Logger.Level.ERROR,
                    "a listener of a socket threw, the socket is destroyed",
                    thrown);
        }
    }

    void logAfterClose(Throwable thrown) {
        LOGGER.log(System.Logger.Level.ERROR, "a listener of a closed socket threw", thrown);
    }

    void tellDestroyed(NetSocket socket) {
        if (countedBy != null) {
            countedBy.destroyed(socket);
        }
    }

    void tellClosed(NetSocket socket, @Nullable IOException failure, boolean isOurs) {
        try {
            tellFailure(socket, failure, isOurs);
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

    private void tellFailure(NetSocket socket, @Nullable IOException failure, boolean isOurs) {
        boolean isWatched = connected != null;
        if (connected != null) {
            connected.completeExceptionally(reason(failure));
        }
        if (failure == null) {
            return;
        }
        if (error != null) {
            error.accept(failure);
        } else if (isOurs && !isWatched) {
            socket.loop().uncaught(failure);
        }
    }

    private static IOException reason(@Nullable IOException failure) {
        return failure != null
                ? failure
                : new IOException("the socket was destroyed before it was connected");
    }
}
