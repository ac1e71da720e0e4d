package dev.millrace.epoll;

import dev.millrace.driver.Driver;
import dev.millrace.driver.Port;
import dev.millrace.sys.Errno;
import dev.millrace.sys.Libc;
import dev.millrace.sys.Linux;
import dev.millrace.sys.SocketName;

/**
 * One descriptor in an {@link EpollSet}.
 *
 * <p>{@link #wanted} is what the loop wants to hear of, {@link #armed} what the kernel knows; the
 * set brings the two together right before it waits, so that a change and its reversal within one
 * turn cost no system call (row A8).
 */
abstract class EpollPort extends Port {
    /** Not in the epoll set at all: neither registered yet nor kept for later. */
    static final int OUT_OF_SET = -1;

    final EpollSet set;
    final Libc libc;

    /**
     * -1 once it is closed, or the number is free, or another's, and not ours to close any more:
     * whatever is done with it then meets EBADF.
     */
    int fd;

    private final long tag;
    int wanted;
    int armed = OUT_OF_SET;

    /** In the set's list of ports whose {@link #wanted} changed. */
    boolean isListed;

    boolean isClosed;

    /**
     * The description lives on elsewhere, so that close() alone does not take it out of the epoll
     * set (row X107).
     */
    boolean isShared;

    /**
     * A user brought standard input, output or error, which stay open, as in libuv: whatever were
     * opened next under their number would get what the program prints.
     */
    boolean isStandard;

    /** Out of the set for a moment, although it wants something; see {@link AcceptTurns}. */
    boolean isSteppedBack;

    /** It had no descriptor to accept with (D4). */
    boolean isStarving;

    /** The event bits being dispatched; 0 when descriptors were freed. */
    int ready;

    EpollPort(EpollSet set, int fd) {
        this.set = set;
        this.libc = set.libc;
        this.fd = fd;
        this.tag = ((long) set.nextGeneration() << 32) | fd;
    }

    /**
     * What epoll_ctl is told to give back: the descriptor to find the port by, the generation to be
     * sure of it.
     */
    final long tag() {
        return tag;
    }

    final boolean wants(int events) {
        return (wanted & events) != 0;
    }

    final void want(int events) {
        if ((wanted | events) != wanted) {
            wanted |= events;
            set.changed(this);
        } else if (armed == OUT_OF_SET) {
            set.changed(this);
        }
    }

    final void unwant(int events) {
        if ((wanted & events) != 0) {
            wanted &= ~events;
            set.changed(this);
        }
    }

    /** 0, {@code -EINPROGRESS} or a negated errno; see {@link Driver#connect}. */
    int connect(SocketName peer) {
        return -Errno.EOPNOTSUPP;
    }

    /** Reports what arrives; see {@link Driver#readStart}. */
    void readStart() {}

    /** Reports nothing more that arrives. */
    void readStop() {}

    /** See {@link Driver#tryWrite}. */
    int tryWrite(byte[] array, int offset, int length) {
        return -Errno.EOPNOTSUPP;
    }

    /** See {@link Driver#write}. */
    void park(byte[] array, int offset, int length) {
        throw new IllegalStateException("no stream");
    }

    /** See {@link Driver#awaitWritable}. */
    void awaitWritable() {
        throw new IllegalStateException("nothing to write to");
    }

    /** See {@link Driver#shutdown}. */
    int shutdown() {
        return libc.shutdown(fd, Linux.SHUT_WR);
    }

    /** Whether only one of the loops that share the description is to be woken. */
    boolean isExclusive() {
        return false;
    }

    /**
     * The set has no place for it, or no more: the descriptor was closed elsewhere (EBADF, row
     * X72). What waits for it is told.
     */
    void lost(int errno) {
        events().onReadError(errno);
    }

    /**
     * The kernel gave the number {@code taken}, which was this port's, to another: so it was closed
     * behind our back.
     */
    void replaced(int taken) {
        set.lose(this, Errno.EBADF);
    }

    /** Gives back to the kernel what is still this port's. */
    void closeDescriptor() {
        int closing = fd;
        fd = -1;
        if (closing >= 0 && !isStandard) {
            libc.close(closing);
        }
    }

    /** It is closed: lets go of what is its user's. */
    void release() {}
}
