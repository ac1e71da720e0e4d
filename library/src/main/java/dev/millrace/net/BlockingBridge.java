package dev.millrace.net;

import dev.millrace.blocking.BlockingInbox;
import dev.millrace.blocking.BlockingOutbox;
import dev.millrace.loop.Loop;
import dev.millrace.loop.TimerHandle;
import dev.millrace.stream.BytesListener;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The loop's end of a {@link BlockingSocket}: it owns the {@link NetSocket}.
 *
 * <pre>
 *   socket ──onBytes──▶ inbox ──▶ read         full: paused until half of it was read
 *   socket ◀──write──── outbox ◀── write       full: threads wait for the drain
 *
 *   close ──▶ what was written ──▶ FIN ──▶ reading on, to the peer's end or for a while ──▶ closed
 * </pre>
 *
 * A thread that wants something of the loop leaves it in a half, and hands this object over as a
 * task unless it is on its way already. It holds the loop until the socket is closed: a thread may
 * be about to write.
 */
final class BlockingBridge implements BytesListener, Runnable {
    /** How long a peer may take nothing of what was written before the close. */
    private static final Duration STALLED_LIMIT = Duration.ofSeconds(60);

    /** A close behind unread bytes would be a reset, which takes from the peer what was sent. */
    private static final Duration LINGER = Duration.ofSeconds(2);

    final BlockingInbox inbox;
    final BlockingOutbox outbox;
    final NetSocket socket;
    private final Loop loop;
    private final Runnable release;
    private final Runnable atLoopClose = () -> tellOver(new SocketException("the loop is closed"));

    /** This is on its way to the loop. */
    private final AtomicBoolean isDue = new AtomicBoolean();

    /** A thread has closed the socket. */
    private volatile boolean isClosing;

    /** The socket has no room before its drain. */
    private boolean isFull;

    /** Our end was handed to the socket. */
    private boolean isEnded;

    /** Our end was handed to the kernel. */
    private boolean isFinished;

    /** What the close asks for was begun. */
    private boolean isLeaving;

    private boolean isOver;
    private @Nullable TimerHandle linger;

    BlockingBridge(NetSocket socket) {
        this.socket = socket.handOver();
        this.loop = socket.loop();
        this.inbox = new BlockingInbox(loop, "Socket");
        this.outbox = new BlockingOutbox(loop, "Socket");
        this.release = loop.keepAlive();
        loop.atClose(atLoopClose);
        socket.transport.allowsHalfOpen = true;
        socket.listeners.blocking = this;
        socket.onDrain(this::drained).onFinish(this::finished).onBytes(this);
        if (socket.isPaused()) {
            socket.resume();
        }
    }

    @Override
    public boolean isOwner() {
        return true;
    }

    @Override
    public int onBytes(byte[] array, int offset, int length) {
        int taken = inbox.put(array, offset, length);
        if (taken < length || inbox.isHeld()) {
            socket.pause();
        }
        return taken;
    }

    @Override
    public void onEnd() {
        inbox.end();
    }

    /** Any thread: the loop is to look at what its threads have left for it. */
    void wake() {
        if (isDue.compareAndSet(false, true)) {
            loop.execute(this);
        }
    }

    @Override
    public void run() {
        // Before it looks: what a thread leaves from now on is another task.
        isDue.set(false);
        if (isOver) {
            return;
        }
        if (isClosing && !isLeaving) {
            leave();
        }
        pump();
        if (inbox.takeResume()) {
            socket.resume();
        }
    }

    private void drained() {
        isFull = false;
        pump();
    }

    private void pump() {
        if (!isFull) {
            isFull = !outbox.drainTo(socket);
        }
        if (!isEnded && outbox.isOver()) {
            isEnded = true;
            socket.end();
        }
    }

    /** The threads are gone: what comes is thrown away, what was written goes out. */
    private void leave() {
        isLeaving = true;
        if (socket.isConnecting() && outbox.isOver() && socket.queuedBytes() == 0) {
            socket.destroy();
            return;
        }
        inbox.takeAll();
        socket.resume();
        if (isFinished) {
            linger();
        } else {
            socket.timeout(STALLED_LIMIT, socket::reset);
        }
    }

    private void finished() {
        isFinished = true;
        if (isLeaving) {
            linger();
        }
    }

    /** A peer that has ended its side as well makes the socket close itself. */
    private void linger() {
        linger = loop.setTimeout(LINGER, socket::destroy);
    }

    /** Any thread: no thread reads or writes any more, and what was written goes out. */
    void close() {
        isClosing = true;
        inbox.close();
        outbox.close();
        outbox.end();
        wake();
    }

    /** Any thread: no byte goes out any more, and the peer can tell. */
    void reset() {
        inbox.close();
        outbox.close();
        loop.execute(this::resetNow);
    }

    private void resetNow() {
        if (!isOver) {
            socket.reset();
        }
    }

    /** Any thread: what serves the socket has thrown. What was sent is not all. */
    void fail(Throwable thrown) {
        inbox.close();
        outbox.close();
        loop.execute(() -> failNow(thrown));
    }

    /** The socket's own failures, time-outs and a peer that breaks off are no news. */
    private void failNow(Throwable thrown) {
        boolean isOfSocket =
                isOver
                        || socket.isDestroyed()
                        || thrown instanceof InterruptedIOException
                        || thrown instanceof EOFException;
        if (thrown instanceof IOException && isOfSocket) {
            resetNow();
        } else {
            if (!socket.isDestroyed()) {
                socket.handle.reset();
            }
            socket.thrown(thrown);
        }
    }

    /** The socket is over. */
    void closed(@Nullable IOException failure) {
        tellOver(failure == null ? new SocketException("Socket closed") : failure);
        loop.notAtClose(atLoopClose);
        release.run();
    }

    /**
     * Another owner has the socket: what was written goes out, what was not read is the owner's.
     */
    void handedOver() {
        outbox.drainTo(socket);
        socket.unshift(inbox.takeAll());
        closed(new SocketException("the socket was handed over"));
    }

    private void tellOver(IOException why) {
        isOver = true;
        if (linger != null) {
            linger.close();
            linger = null;
        }
        inbox.over(why);
        outbox.over(why);
    }
}
