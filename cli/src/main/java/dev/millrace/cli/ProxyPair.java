package dev.millrace.cli;

import dev.millrace.net.NetSocket;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A client, and the connection to the target that was made for it.
 *
 * <pre>
 *   connecting ──▶ open both ways ──an end──▶ open one way ──the other end──▶ over
 *       │                └──── a reset, an idle time that is over ─┴──▶ both reset ──▶ over
 *       └──the target can't be reached──▶ the client is reset ──▶ over
 * </pre>
 *
 * <p>A client whose target can't be reached is reset, as the target's own kernel would refuse it:
 * an end would say that the target had nothing to send.
 */
final class ProxyPair {
    private final NetSocket client;
    private final NetSocket target;
    private final Consumer<ProxyPair> onOver;

    /** The connection to the target stood. */
    private boolean isConnected;

    /** One side broke off, or both were idle for too long. */
    private boolean isCut;

    private @Nullable IOException unreachable;
    private int closed;

    // What either socket had moved when it was found idle; none has moved so much.
    private long clientIdleAt = -1;
    private long targetIdleAt = -1;

    /** {@code onOver} hears of it when both sockets are closed. */
    ProxyPair(NetSocket client, NetSocket target, Duration idle, Consumer<ProxyPair> onOver) {
        this.client = client;
        this.target = target;
        this.onOver = onOver;
        client.onError(error -> isCut = true).onClose(this::closed);
        target.onConnect(() -> isConnected = true)
                .onError(this::targetFailed)
                .onClose(this::closed);
        client.timeout(idle, this::clientIdle);
        target.timeout(idle, this::targetIdle);
        client.pipelineTo(target);
        target.pipelineTo(client);
    }

    private void targetFailed(IOException error) {
        if (isConnected) {
            isCut = true;
        } else {
            unreachable = error;
        }
    }

    private void closed() {
        closed++;
        if (closed == 2) {
            onOver.accept(this);
        }
    }

    /**
     * A socket is told once for each idle stretch. One side alone may be idle while the other
     * empties what waits there, so the second to be found so decides.
     */
    private void clientIdle() {
        clientIdleAt = moved(client);
        if (targetIdleAt == moved(target)) {
            cut();
        }
    }

    private void targetIdle() {
        targetIdleAt = moved(target);
        if (clientIdleAt == moved(client)) {
            cut();
        }
    }

    /** All that the kernel has given and taken. */
    private static long moved(NetSocket socket) {
        return socket.bytesRead() + socket.bytesWritten() - socket.queuedBytes();
    }

    /** Both peers hear that it is not complete. */
    void cut() {
        isCut = true;
        client.reset();
        target.reset();
    }

    /** Whether it ended by anything else than the ends of both sides. */
    boolean isCut() {
        return isCut;
    }

    /** Why there was no connection to the target. */
    Optional<IOException> unreachable() {
        return Optional.ofNullable(unreachable);
    }

    /** Bytes from the client so far. */
    long there() {
        return client.bytesRead();
    }

    /** Bytes from the target so far. */
    long back() {
        return target.bytesRead();
    }
}
