package dev.millrace.net;

import dev.millrace.testing.Ends;
import dev.millrace.testing.Kernel;
import dev.millrace.testing.LoopFixture;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;

/**
 * A connection with the blocking view at its accepted end, and a socket of the JDK at the other.
 */
final class BlockingPair implements AutoCloseable {
    private static final int RECEIVE_BUFFER_BYTES = 64 * 1024;

    final LoopFixture fixture = new LoopFixture();
    final BlockingSocket here;
    final InputStream in;
    final OutputStream out;
    final Socket peer;

    BlockingPair() throws IOException {
        CompletableFuture<BlockingSocket> accepted = new CompletableFuture<>();
        int port = fixture.listen(socket -> accepted.complete(socket.blocking()));
        Socket plain = new Socket();
        // Or the kernel takes as much as a test may want to be stopped by.
        plain.setReceiveBufferSize(RECEIVE_BUFFER_BYTES);
        plain.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        peer = Ends.client(plain);
        peer.setSoTimeout((int) LoopFixture.DEADLINE_SECONDS * 1000);
        here = fixture.await(accepted);
        in = here.inputStream();
        out = here.outputStream();
    }

    /** What a virtual thread does, and what became of it. */
    static final class Running {
        final CompletableFuture<Object> outcome = new CompletableFuture<>();
        final Thread thread;
        volatile boolean isInterrupted;

        Running(Callable<?> task) {
            thread =
                    Thread.startVirtualThread(() -> {
                        try {
                            outcome.complete(task.call());
                        } catch (Throwable thrown) {
                            isInterrupted = Thread.currentThread().isInterrupted();
                            outcome.complete(thrown);
                        }
                    });
        }

        /** Waits until it waits. */
        Running blocked() {
            Kernel.await(
                    "it waits",
                    () ->
                            outcome.isDone()
                                    || thread.getState() == Thread.State.WAITING
                                    || thread.getState() == Thread.State.TIMED_WAITING);
            return this;
        }
    }

    Running start(Callable<?> task) {
        return new Running(task);
    }

    /** Starts {@code task} and waits until it waits. */
    Running blocked(Callable<?> task) {
        return start(task).blocked();
    }

    Object outcome(Running running) {
        return fixture.await(running.outcome);
    }

    /** What {@code task} returns or throws on a virtual thread. */
    Object outcome(Callable<?> task) {
        return outcome(start(task));
    }

    @Override
    public void close() throws IOException {
        peer.close();
        fixture.close();
    }
}
