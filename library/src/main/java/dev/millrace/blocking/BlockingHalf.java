package dev.millrace.blocking;

import dev.millrace.kernel.SystemError;
import dev.millrace.loop.Loop;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One direction of a stream: bytes between the loop and the threads, what those wait for, and why
 * they wait no longer. The lock is held for a copy and never for a wait, so the loop may take it.
 */
public abstract sealed class BlockingHalf permits BlockingInbox, BlockingOutbox {
    final ReentrantLock lock = new ReentrantLock();

    /** Something that a thread may wait for has happened. */
    final Condition changed = lock.newCondition();

    final ByteRing bytes = new ByteRing();
    private final Loop loop;

    /** What its threads do, for the texts of errors. */
    private final String doing;

    /** And of what it is a half. */
    private final String subject;

    /** Zero: they wait without limit. */
    private volatile long timeoutNanos;

    /** It was closed by a thread. */
    private boolean isClosed;

    /** Why the stream is over, where it is. */
    private @Nullable IOException over;

    public BlockingHalf(Loop loop, String doing, String subject) {
        this.loop = loop;
        this.doing = doing;
        this.subject = subject;
    }

    /** A wait there would never end: the loop is to bring what is waited for. */
    public final void checkThread() {
        if (loop.inLoop()) {
            throw new IllegalStateException(
                    doing
                            + " here would block the loop: use the stream's own methods, or another"
                            + " thread");
        }
    }

    public final void timeout(Duration timeout) {
        if (timeout.isNegative()) {
            throw new IllegalArgumentException(
                    "the timeout is " + timeout + ": use zero for none, or more");
        }
        timeoutNanos = timeout.toNanos();
    }

    public final boolean isClosed() {
        return isClosed;
    }

    /** Why there is nothing more to do, if there is a reason. */
    public final void checkOpen() throws IOException {
        if (isClosed) {
            throw new SocketException(subject + " closed");
        }
        if (over != null) {
            throw again(over);
        }
    }

    /** Each thread gets an exception of its own, with its own stack, and of the same kind. */
    private static IOException again(IOException failure) {
        IOException own =
                failure instanceof SystemError known
                        ? own(known)
                        : failure instanceof SocketException
                                ? new SocketException(failure.getMessage())
                                : new IOException(failure.getMessage());
        own.initCause(failure);
        return own;
    }

    private static IOException own(SystemError known) {
        return known.address()
                .map(address -> SystemError.of(known.errno(), known.syscall(), address))
                .orElseGet(() -> SystemError.of(known.errno(), known.syscall()));
    }

    /**
     * Waits for a change, with the lock.
     *
     * @param since {@link System#nanoTime} when the operation began
     * @param done how many bytes it has carried so far
     */
    public final void await(long since, int done) throws IOException {
        long limit = timeoutNanos;
        try {
            if (limit == 0) {
                changed.await();
                return;
            }
            long left = limit - (System.nanoTime() - since);
            if (left <= 0) {
                throw after(done, new SocketTimeoutException(doing + " timed out"));
            }
            changed.awaitNanos(left);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            InterruptedIOException own = new InterruptedIOException("interrupted while " + doing);
            own.initCause(e);
            throw after(done, own);
        }
    }

    private static InterruptedIOException after(int done, InterruptedIOException thrown) {
        thrown.bytesTransferred = done;
        return thrown;
    }

    /** A thread has closed it: the others wait no longer. */
    public final void close() {
        lock.lock();
        try {
            isClosed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** The stream is over. */
    public final void over(IOException why) {
        lock.lock();
        try {
            over = why;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
