package dev.millrace.net;

import dev.millrace.kernel.Address;
import dev.millrace.loop.LoopStage;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a {@link NetSocket} comes to its connection, and who hears of it. An accepted one, of which
 * there may be very many, has none of these as a rule.
 */
final class SocketConnect {
    private final NetSocket socket;
    private final NetSocketOptions options;

    /** The listener of {@link NetSocket#onConnect}. */
    @Nullable Runnable listener;

    /** Cancels the look-up of the peer's name. */
    Runnable lookUp = () -> {};

    /** What {@link NetSocket#connected} gave out, made when it is first asked for. */
    private @Nullable LoopStage<NetSocket> stage;

    /** The stage's failure, if the program knows of it without the stage. */
    private @Nullable IOException known;

    SocketConnect(NetSocket socket, NetSocketOptions options) {
        this.socket = socket;
        this.options = options;
    }

    void start(List<Address> addresses) {
        if (!socket.isDestroyed()) {
            new ConnectAttempts(socket.handle, addresses, options, this::ended).start();
        }
    }

    private void ended(@Nullable IOException error) {
        if (socket.isDestroyed()) {
            return;
        }
        if (error != null) {
            socket.destroy(error);
        } else if (socket.transport.isReady()) {
            opened();
        }
    }

    /** The connection stands, and the filter is ready if there is one. */
    void opened() {
        // An end that was asked for before comes true, behind what the listener still writes.
        boolean isEndDue = !socket.transport.isOpen();
        socket.opened();
        SocketListeners.tell(listener);
        if (stage != null) {
            stage.complete(socket);
        }
        if (!socket.isDestroyed()) {
            if (isEndDue) {
                socket.transport.endWriting();
            }
            socket.inbound.start();
        }
    }

    LoopStage<NetSocket> stage(@Nullable IOException failure) {
        if (stage == null) {
            stage = new LoopStage<>(socket.loop(), thrown -> thrown == known);
            if (socket.isDestroyed()) {
                failed(failure);
            } else if (!socket.isConnecting()) {
                stage.complete(socket);
            }
        }
        return stage;
    }

    /**
     * The socket is over; {@code failure}: why, or null. Without effect once it was connected. An
     * error listener is told as well, and a program that destroys a socket knows that it does.
     */
    void failed(@Nullable IOException failure) {
        if (stage != null) {
            IOException outcome =
                    failure != null
                            ? failure
                            : new IOException("the socket was destroyed before it was connected");
            known = failure == null || socket.listeners.error != null ? outcome : null;
            stage.completeExceptionally(outcome);
        }
    }

    /** Whether a stage was given out, which tells a failure where no listener does. */
    boolean isWatched() {
        return stage != null;
    }
}
