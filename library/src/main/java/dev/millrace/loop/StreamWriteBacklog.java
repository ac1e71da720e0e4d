package dev.millrace.loop;

import dev.millrace.driver.FileRegion;
import dev.millrace.driver.Guarded;
import dev.millrace.driver.Port;
import dev.millrace.stream.Region;
import dev.millrace.stream.WriteLimit;
import dev.millrace.sys.Errno;
import dev.millrace.turn.GatherBuffer;
import dev.millrace.turn.WriteQueue;
import dev.millrace.turn.WriteTenant;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The write side of a {@link StreamHandle}: what was written, what the kernel took, and who wants
 * to know.
 *
 * <pre>
 *   write ──▶ gather buffer ──send──▶ kernel         bytesAccepted: all that was written
 *     │            └ rest ─▶ queue ──driver──▶ kernel   bytesSent: what the kernel took
 *     └ over 16 KiB ──send──▶ kernel
 * </pre>
 *
 * A write is over when {@code bytesSent} reaches the position at which it ended; so callbacks come
 * in write order whatever became of the bytes on the way (row R7).
 */
final class StreamWriteBacklog implements Guarded, WriteTenant {
    private final StreamHandle stream;
    private final Loop loop;

    /** Where the last write ends: bytes that were written, in all. */
    private long bytesAccepted;

    /** Bytes that the kernel took, in all. */
    private long bytesSent;

    /** Why writing failed, an errno; 0 while it has not. */
    private int failure;

    /** How much may wait. */
    WriteLimit limit = WriteLimit.DEFAULTS;

    /** What the kernel did not take at once; null while nothing waits. */
    private @Nullable WriteQueue queue;

    /** Null while there was none. */
    private @Nullable StreamRequests requests;

    /** {@link #shutdown} was asked for, and may be over. */
    private boolean isShutdownWanted;

    /** The owner is to be told when nothing waits any more. */
    private boolean wantsDrained;

    /** The callback scope is going to call {@link #deliver}. */
    private boolean isListed;

    /** The owner knows of {@link #failure}. */
    private boolean isFailureTold;

    StreamWriteBacklog(StreamHandle stream) {
        this.stream = stream;
        this.loop = stream.loop;
    }

    long bytesAccepted() {
        return bytesAccepted;
    }

    long queuedBytes() {
        return bytesAccepted - bytesSent;
    }

    boolean isOpen() {
        return !isShutdownWanted && failure == 0;
    }

    /** False if nothing was taken, because it would go beyond the limit. */
    boolean write(byte[] array, int offset, int length, boolean isLent, @Nullable Request request) {
        check(array, offset, length);
        if (failure != 0) {
            refuse(request, failure);
            return false;
        }
        if (length > GatherBuffer.COPY_MAX_BYTES && !isBlocked()) {
            loop.gather().flush();
        }
        if (isBlocked()) {
            if (exceedsLimit(length)) {
                refuse(request, Errno.ENOBUFS);
                return false;
            }
            accept(length, request);
            queue().append(array, offset, length, isLent);
        } else if (length > GatherBuffer.COPY_MAX_BYTES) {
            accept(length, request);
            send(array, offset, length, isLent);
        } else {
            accept(length, request);
            if (!loop.gather().add(this, array, offset, length)) {
                queue().append(array, offset, length, true);
            }
        }
        progressed();
        return true;
    }

    /** False if nothing was taken, because this stream can't send regions, or not now. */
    boolean write(Region region, Request request) {
        checkOpen();
        if (!(region instanceof FileRegion file)
                || !stream.isConnected
                || !loop.driver.sendsFiles(stream.port())) {
            return false;
        }
        enqueue(file.length(), request, waiting -> waiting.append(request.region = file));
        return true;
    }

    /** Adds what is more than bytes behind everything else. */
    void enqueue(int length, Request request, Consumer<WriteQueue> added) {
        checkOpen();
        loop.gather().flush(this);
        if (failure != 0) {
            refuse(request, failure);
            return;
        }
        accept(length, request);
        added.accept(queue());
        if (stream.isConnected) {
            flushQueue(queue());
        }
    }

    /** Sends what the kernel takes right now, and nothing if something waits; the bytes sent. */
    int tryWrite(byte[] array, int offset, int length) {
        check(array, offset, length);
        loop.gather().flush(this);
        if (isBlocked() || failure != 0) {
            return 0;
        }
        int sent = loop.driver.tryWrite(stream.port(), array, offset, length);
        if (sent < 0) {
            fail(-sent);
            return 0;
        }
        bytesAccepted += sent;
        bytesSent += sent;
        stream.progressed(sent);
        return sent;
    }

    private void check(byte[] array, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, array.length);
        checkOpen();
    }

    private void checkOpen() {
        if (isShutdownWanted || stream.isClosing) {
            throw new IllegalStateException(
                    stream.isClosing ? "write after close" : "write after end");
        }
    }

    private void accept(int length, @Nullable Request request) {
        if (request != null) {
            // First: it throws when the request is in use, and nothing must have changed by then.
            request.begin(Request.Kind.WRITE, stream);
            requests().add(request, bytesAccepted + length);
        }
        bytesAccepted += length;
    }

    private StreamRequests requests() {
        if (requests == null) {
            requests = new StreamRequests(loop);
        }
        return requests;
    }

    /**
     * Whether new bytes must queue: there is no connection yet, or the kernel has not taken the
     * earlier ones.
     */
    @Override
    public boolean isBlocked() {
        return queue != null || !stream.isConnected;
    }

    private boolean exceedsLimit(int length) {
        return queue == null
                ? limit.isExceededBy(length, queuedBytes(), 0)
                : queue.isBeyond(limit, length, queuedBytes());
    }

    /**
     * Takes none of it. A write without a request would leave a gap unseen: it fails the stream.
     */
    private void refuse(@Nullable Request request, int errno) {
        if (request != null) {
            request.begin(Request.Kind.WRITE, stream);
        }
        boolean isGap = request == null || limit.policy() == WriteLimit.Policy.CLOSE;
        if (failure == 0 && isGap) {
            fail(errno);
        }
        if (request != null && failure == 0) {
            requests().refuse(request, errno);
        } else if (request != null) {
            // In its turn, behind those that failed before.
            requests().add(request, Long.MAX_VALUE);
            list();
        }
    }

    private WriteQueue queue() {
        if (queue == null) {
            queue = new WriteQueue();
            loop.countRequests(1);
        }
        return queue;
    }

    /**
     * Sends now; what the kernel leaves over queues. {@code isLent}: the array is not ours to keep.
     */
    @Override
    public void send(byte[] array, int offset, int length, boolean isLent) {
        int first = Math.min(length, WriteQueue.AT_ONCE_MAX_BYTES);
        int sent =
                failure != 0 ? -failure : loop.driver.tryWrite(stream.port(), array, offset, first);
        if (sent < 0) {
            fail(-sent);
            return;
        }
        bytesSent += sent;
        stream.progressed(sent);
        if (sent < length) {
            queue().append(array, offset + sent, length - sent, isLent);
            queue().park(loop.driver, stream.port());
        }
        progressed();
    }

    /** The connection stands, or takes more of a region: what waits goes out. */
    void writable() {
        if (queue != null) {
            flushQueue(queue);
        }
        progressed();
    }

    /** The driver has written the slice it was given. */
    void written(int errno) {
        if (queue != null && errno != 0) {
            fail(errno);
        } else if (queue != null) {
            bytesSent += queue.written();
            flushQueue(queue);
        }
    }

    private void flushQueue(WriteQueue waiting) {
        // Also before a failure: the requests of what went out do end well.
        int sent = waiting.write(loop.driver, stream.port());
        bytesSent += sent;
        stream.progressed(sent);
        if (waiting.failure() != 0) {
            fail(waiting.failure());
            return;
        }
        if (waiting.isResting()) {
            Objects.requireNonNull(stream.setup().received).rest();
        }
        if (waiting.isEmpty()) {
            dropQueue();
        }
        progressed();
    }

    private void dropQueue() {
        if (queue != null) {
            queue = null;
            loop.countRequests(-1);
        }
    }

    private void fail(int errno) {
        failure = errno;
        dropQueue();
        list();
    }

    void notifyDrained() {
        wantsDrained = true;
        progressed();
    }

    void shutdown(Request request, boolean isPossible) {
        request.begin(Request.Kind.SHUTDOWN, stream);
        if (isShutdownWanted || !isPossible) {
            requests().refuse(request, Errno.ENOTCONN);
            return;
        }
        isShutdownWanted = true;
        requests().shutdown(request);
        if (failure == 0) {
            progressed();
        } else {
            list();
        }
    }

    /** Lists the stream with the callback scope when there is something to deliver. */
    private void progressed() {
        boolean isAllSent = bytesSent == bytesAccepted;
        StreamRequests known = requests;
        if ((isAllSent && wantsDrained)
                || (known != null && known.isNextOver(bytesSent, isAllSent))) {
            list();
        }
    }

    private void list() {
        if (!isListed) {
            isListed = true;
            loop.finished(this);
        }
    }

    /**
     * Runs the callback of the first write that is over, and asks for another turn, so that what it
     * deferred comes before the next one (row R4). Without any left, tells the failure, or ends the
     * write side if that is wanted and possible.
     */
    @Override
    public void deliver() {
        isListed = false;
        if (stream.isClosing) {
            return;
        }
        Request over = requests == null ? null : requests.pollOver(bytesSent);
        if (over != null) {
            over.written();
            list();
            return;
        }
        if (failure != 0) {
            deliverFailure();
            return;
        }
        if (bytesSent != bytesAccepted) {
            return;
        }
        if (wantsDrained) {
            wantsDrained = false;
            loop.enter(this);
        }
        // The drained may have written on, and ended: those bytes go first.
        boolean isDrained = bytesSent == bytesAccepted;
        boolean isLast = requests != null && requests.hasShutdown();
        if (isLast && isDrained && stream.isConnected && !stream.isClosing) {
            // No write waits any more, so that it is the next.
            endWriteSide(Objects.requireNonNull(requests().poll()), stream.port());
        }
    }

    private void endWriteSide(Request wanted, Port port) {
        boolean isLeftToClose = wanted.isBeforeClose && loop.driver.endsByClose(port);
        wanted.end(isLeftToClose ? 0 : -loop.driver.shutdown(port));
    }

    /** The requests one by one, as above, then the owner. */
    private void deliverFailure() {
        Request next = requests == null ? null : requests.poll();
        if (next != null) {
            next.end(failure);
            list();
        } else if (!isFailureTold) {
            isFailureTold = true;
            loop.enter(this);
        }
    }

    /** Closing: why writing failed, if it did, is what the rest ends with (row R7). */
    void cancel() {
        dropQueue();
        if (requests != null) {
            requests.endAll(bytesSent, failure == 0 ? Errno.ECANCELED : failure);
        }
    }

    /** Tells the owner that writing failed, or that nothing waits any more. */
    @Override
    public void call() {
        if (failure != 0) {
            stream.receiver().events().onError(stream.error(failure, "write"));
        } else {
            stream.receiver().events().onDrained();
        }
    }

    @Override
    public void failed(Throwable thrown) {
        stream.thrown(thrown);
    }
}
