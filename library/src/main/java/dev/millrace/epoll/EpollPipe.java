package dev.millrace.epoll;

import dev.millrace.sys.Errno;
import dev.millrace.sys.Linux;
import dev.millrace.sys.SharedFile;
import org.jspecify.annotations.Nullable;

/**
 * A pipe, a terminal or whatever else is no socket, in an epoll set: read(2) and write(2), because
 * recv(2) answers ENOTSOCK.
 *
 * <p>Such a read blocks unless the description says otherwise, and the description that a user
 * brings is shared with others (a shell, say), whose reads would begin to fail with EAGAIN if it
 * were changed, and who may change it themselves. So it has mostly two descriptors: the one it was
 * given, which stays as it is, and one of a description of its own (see {@link OpenDescriptor}).
 */
final class EpollPipe extends EpollStream {
    private static final int NONE = -1;

    /** What the user brought; NONE if {@link #fd} is that, or once it is another's. */
    private int given;

    private final boolean isReopened;
    private final boolean isWriteOnly;

    /** Without a description of its own: then another holder may make it blocking. */
    private final @Nullable SharedFile shared;

    /** Whether a writer that left before we came shows only by reading; see {@link #readStart}. */
    private boolean isUntried = true;

    EpollPipe(EpollSet set, int fd, int given, boolean isWriteOnly) {
        super(set, fd);
        this.given = given == fd ? NONE : given;
        this.isReopened = given != fd;
        this.shared = isReopened ? null : new SharedFile(set.libc);
        this.isWriteOnly = isWriteOnly;
        this.isShared = true;
        expectPeer();
    }

    /**
     * The first read is tried without being asked for: a FIFO that was opened after its last writer
     * had left reports no end until another one comes.
     */
    @Override
    void readStart() {
        super.readStart();
        if (isUntried) {
            isUntried = false;
            set.due.ready(this, Linux.EPOLLIN);
        }
    }

    @Override
    public void call() {
        transfer();
    }

    @Override
    int receive(byte[] array, int offset, int length) {
        int count =
                shared == null
                        ? libc.read(fd, array, offset, length)
                        : shared.read(fd, array, offset, length);
        // A pseudo terminal whose other side is closed answers so; it is its end, as for libuv.
        return count == -Errno.EIO ? 0 : count;
    }

    @Override
    int send(byte[] array, int offset, int length) {
        return shared == null
                ? libc.write(fd, array, offset, length)
                : shared.write(fd, array, offset, length);
    }

    /** ERR on a pipe: the reader has left. */
    @Override
    int pendingError() {
        return isWriteOnly ? Errno.EPIPE : 0;
    }

    /** The end of a pipe is that its last write end is closed. */
    @Override
    int shutdown() {
        if (isWriteOnly) {
            set.remove(this);
            closeDescriptor();
            DescriptorShortage.freed(libc);
        }
        return 0;
    }

    @Override
    void closeDescriptor() {
        if (!isReopened) {
            super.closeDescriptor();
            return;
        }
        libc.close(fd);
        fd = NONE;
        if (given != NONE) {
            set.ports.release(given, this);
            if (!isStandard) {
                libc.close(given);
            }
            given = NONE;
        }
    }

    /** Without the descriptor it was given it goes on: its own is another one. */
    @Override
    void replaced(int taken) {
        if (taken == fd) {
            super.replaced(taken);
        } else {
            given = NONE;
        }
    }
}
