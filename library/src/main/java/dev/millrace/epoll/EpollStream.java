package dev.millrace.epoll;

import dev.millrace.driver.Driver;
import dev.millrace.kernel.BufferSource;
import dev.millrace.sys.Errno;
import dev.millrace.sys.Libc;
import dev.millrace.sys.Linux;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A descriptor of an epoll set that bytes come out of and go into: how readiness becomes chunks and
 * completions.
 *
 * <p>While it is not read it is watched for RDHUP alone, once: level-triggered it would report for
 * ever. ERR and HUP can't be masked, so after them a stream of which nothing is wanted leaves the
 * set until something is.
 */
abstract class EpollStream extends EpollPort {
    /** Reads per readiness, so that a fast sender does not starve the others (row E5). */
    private static final int READS_PER_EVENT = 4;

    /** That the peer has left was told, or shows by the end of reading. */
    private boolean isPeerGone;

    /**
     * What {@link #pendingError} or a send after the first said, and so the kernel says no more:
     * told by the read that finds the end and by the next write.
     */
    private int failure;

    /** The rest of a write that the kernel did not take at once. */
    private byte @Nullable [] parked;

    private int parkedOffset;
    private int parkedEnd;

    /** The next room to write is told, of what can't be parked. */
    private boolean isRoomAwaited;

    EpollStream(EpollSet set, int fd) {
        super(set, fd);
    }

    /** The bytes received, 0 at the end, or a negated errno. Never blocks. */
    abstract int receive(byte[] array, int offset, int length);

    /** The bytes taken, or a negated errno. Never blocks. */
    abstract int send(byte[] array, int offset, int length);

    /** The error that ERR stands for; asking takes it away. */
    abstract int pendingError();

    /** The peer is there; watches for nothing but that it leaves. */
    final void expectPeer() {
        want(Linux.EPOLLRDHUP);
    }

    @Override
    void readStart() {
        unwant(Linux.EPOLLRDHUP);
        want(Linux.EPOLLIN);
    }

    @Override
    final void readStop() {
        unwant(Linux.EPOLLIN);
        if (!isPeerGone) {
            want(Linux.EPOLLRDHUP);
        }
    }

    @Override
    final void park(byte[] array, int offset, int length) {
        parked = array;
        parkedOffset = offset;
        parkedEnd = offset + length;
        want(Linux.EPOLLOUT);
    }

    @Override
    final void awaitWritable() {
        isRoomAwaited = true;
        want(Linux.EPOLLOUT);
    }

    /** Does what it is ready for. */
    final void transfer() {
        int bits = ready;
        // HUP and ERR come unasked; both directions are told (row E6).
        if (bits != Linux.EPOLLOUT && wants(Linux.EPOLLIN)) {
            read();
        } else if ((bits & (Linux.EPOLLRDHUP | Linux.EPOLLHUP | Linux.EPOLLERR)) != 0) {
            peerClosed(bits);
        }
        if ((bits & (Linux.EPOLLOUT | Linux.EPOLLERR | Linux.EPOLLHUP)) == 0 || isClosed) {
            return;
        }
        if (parked != null) {
            writeParked();
        } else if (isRoomAwaited) {
            isRoomAwaited = false;
            unwant(Linux.EPOLLOUT);
            events().onWritable();
        }
    }

    private void peerClosed(int bits) {
        unwant(Linux.EPOLLRDHUP);
        if (!isPeerGone) {
            isPeerGone = true;
            if ((bits & Linux.EPOLLERR) != 0) {
                failure = pendingError();
            }
            events().onPeerClosed(failure);
        }
        if (wanted == 0 && !isClosed) {
            // The next start of reading or writing brings it back.
            set.leave(this);
        }
    }

    private void read() {
        BufferSource source = bufferSource();
        byte[] array = set.received;
        for (int round = 0; round < READS_PER_EVENT && wants(Linux.EPOLLIN) && !isClosed; round++) {
            int count;
            int room;
            if (source == null) {
                room = array.length;
                count = receive(array, 0, room);
                if (count > 0) {
                    events().onRead(array, 0, count);
                }
            } else {
                ByteBuffer buffer = source.next(Driver.RECEIVE_MAX_BYTES);
                if (!wants(Linux.EPOLLIN) || isClosed) {
                    // The source is the user's, and may stop or close.
                    return;
                }
                if (buffer == null || !buffer.hasRemaining()) {
                    readStop();
                    events().onNoBuffer();
                    return;
                }
                room = Math.min(buffer.remaining(), Libc.TRANSFER_MAX_BYTES);
                int offset = buffer.arrayOffset() + buffer.position();
                count = receive(buffer.array(), offset, room);
                if (count > 0) {
                    events().onRead(buffer.array(), offset, count);
                }
            }
            if (count <= 0) {
                readEnded(count);
                return;
            }
            if (count < room && !isCut()) {
                // A short read has emptied the socket: no second call just to be told EAGAIN.
                return;
            }
        }
    }

    /** Whether the last read was short, and more may be there all the same. */
    boolean isCut() {
        return false;
    }

    private void readEnded(int result) {
        if (result == -Errno.EAGAIN) {
            set.emptyReads++;
            return;
        }
        unwant(Linux.EPOLLIN);
        isPeerGone = true;
        int errno = result == 0 ? failure : -result;
        if (errno == 0) {
            events().onEnd();
        } else {
            events().onReadError(errno);
        }
    }

    @Override
    final int tryWrite(byte[] array, int offset, int length) {
        int done = 0;
        while (done < length) {
            int want = Math.min(length - done, Libc.TRANSFER_MAX_BYTES);
            int count = send(array, offset + done, want);
            if (count < 0 && count != -Errno.EAGAIN) {
                return done > 0 ? failedAfter(done, count) : sendError(count);
            }
            done += Math.max(0, count);
            if (count < want) {
                break;
            }
        }
        return done;
    }

    /** What was sent counts; the next try meets the error again, if need be from here. */
    private int failedAfter(int done, int error) {
        boolean isPassing = error == -Errno.ENOBUFS || error == -Errno.ENOMEM;
        if (!isPassing && error != -Errno.EPIPE) {
            failure = -error;
        }
        return done;
    }

    final int sendError(int error) {
        return error == -Errno.EPIPE && failure != 0 ? -failure : error;
    }

    private void writeParked() {
        byte[] array = Objects.requireNonNull(parked);
        int count = tryWrite(array, parkedOffset, parkedEnd - parkedOffset);
        if (count >= 0 && parkedOffset + count < parkedEnd) {
            parkedOffset += count;
            return;
        }
        parked = null;
        unwant(Linux.EPOLLOUT);
        events().onWritten(count < 0 ? -count : 0);
    }

    @Override
    void release() {
        parked = null;
        isRoomAwaited = false;
    }

    @Override
    void lost(int errno) {
        boolean wasReading = wants(Linux.EPOLLIN);
        wanted = 0;
        if (wasReading) {
            events().onReadError(errno);
        }
        if (parked != null && !isClosed) {
            parked = null;
            events().onWritten(errno);
        }
        if (isRoomAwaited && !isClosed) {
            // What is written next meets the error.
            isRoomAwaited = false;
            events().onWritable();
        }
    }
}
