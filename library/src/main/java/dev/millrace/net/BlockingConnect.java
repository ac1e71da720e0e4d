package dev.millrace.net;

import dev.millrace.loop.Loop;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A connection that the loop makes, and a thread waits for. */
final class BlockingConnect {
    /** How often it is asked whether the loop is closed, which drops tasks without a word. */
    private static final long LOOK_MILLIS = 500;

    private final Loop loop;
    private final Supplier<NetSocket> opening;
    private final CompletableFuture<BlockingSocket> outcome = new CompletableFuture<>();

    private BlockingConnect(Loop loop, Supplier<NetSocket> opening) {
        this.loop = loop;
        this.opening = opening;
    }

    static BlockingSocket of(Loop loop, Supplier<NetSocket> opening) throws IOException {
        if (loop.inLoop()) {
            throw new IllegalStateException(
                    "waiting here would block the loop that is to make the connection: use"
                            + " NetSocket.connect");
        }
        BlockingConnect connect = new BlockingConnect(loop, opening);
        loop.execute(connect::begin);
        return connect.await();
    }

    /** On the loop. */
    private void begin() {
        if (outcome.isDone()) {
            return;
        }
        try {
            NetSocket socket = opening.get();
            BlockingSocket view = socket.blocking();
            socket.onConnect(() -> outcome.complete(view));
            socket.onError(outcome::completeExceptionally);
            socket.onClose(
                    () -> outcome.completeExceptionally(new SocketException("Socket closed")));
            // The thread waits no longer; it may have been too late for that.
            outcome.whenComplete((connected, error) -> {
                if (outcome.isCancelled()) {
                    view.reset();
                }
            });
        } catch (RuntimeException mistake) {
            outcome.completeExceptionally(mistake);
        }
    }

    private BlockingSocket await() throws IOException {
        try {
            while (true) {
                try {
                    return outcome.get(LOOK_MILLIS, TimeUnit.MILLISECONDS);
                } catch (TimeoutException late) {
                    if (loop.isClosed()) {
                        throw new SocketException("the loop is closed");
                    }
                }
            }
        } catch (InterruptedException e) {
            if (!outcome.cancel(false)) {
                outcome.thenAccept(BlockingSocket::reset);
            }
            Thread.currentThread().interrupt();
            InterruptedIOException own = new InterruptedIOException("interrupted while connecting");
            own.initCause(e);
            throw own;
        } catch (ExecutionException e) {
            throw failure(e.getCause());
        }
    }

    private static IOException failure(@Nullable Throwable cause) {
        if (cause instanceof RuntimeException mistake) {
            throw mistake;
        }
        return cause instanceof IOException error ? error : new IOException(cause);
    }
}
