package dev.millrace.loop;

import dev.millrace.sys.Errno;
import dev.millrace.sys.Linux;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One descriptor in an epoll set.
 *
 * <pre>
 *            acceptStart            connect                 readStart, write
 *   idle ──────────────▶ LISTENER   ───────▶ CONNECTING ──▶ STREAM ──▶ (closed)
 * </pre>
 *
 * {@link #wanted} is what the loop wants to hear of, {@link #armed} what the kernel knows; the
 * driver brings the two together right before it waits, so that a change and its reversal within
 * one turn cost no system call (row A8).
 */
final class EpollPort extends Driver.Port {
    /** Reads per readiness, so that a fast sender does not starve the others (row E5). */
    private static final int READS_PER_EVENT = 4;

    /** Not in the epoll set at all: neither registered yet nor kept for later. */
    static final int OUT_OF_SET = -1;

    enum Role {
        LISTENER,
        CONNECTING,
        STREAM
    }

    final EpollDriver driver;
    final int fd;
    final int generation;
    Role role = Role.STREAM;
    int wanted;
    int armed = OUT_OF_SET;

    /** In the driver's list of ports whose {@link #wanted} changed. */
    boolean isListed;

    boolean isClosed;

    /**
     * The description lives on elsewhere, so that close() alone does not take it out of the epoll
     * set (row X107).
     */
    boolean isShared;

    /** The event bits being dispatched. */
    int ready;

    /** The rest of a write that the kernel did not take at once. */
    private byte @Nullable [] parked;

    private int parkedOffset;
    private int parkedEnd;

    EpollPort(EpollDriver driver, int fd, int generation) {
        this.driver = driver;
        this.fd = fd;
        this.generation = generation;
    }

    /**
     * What epoll_ctl is told to give back: the descriptor to find the port by, the generation to be
     * sure of it.
     */
    long tag() {
        return ((long) generation << 32) | fd;
    }

    boolean wants(int events) {
        return (wanted & events) != 0;
    }

    void want(int events) {
        if ((wanted | events) != wanted) {
            wanted |= events;
            driver.changed(this);
        } else if (armed == OUT_OF_SET) {
            driver.changed(this);
        }
    }

    void unwant(int events) {
        if ((wanted & events) != 0) {
            wanted &= ~events;
            driver.changed(this);
        }
    }

    void park(byte[] array, int offset, int length) {
        parked = array;
        parkedOffset = offset;
        parkedEnd = offset + length;
        want(Linux.EPOLLOUT);
    }

    @Override
    public void call() {
        int bits = ready;
        switch (role) {
            case LISTENER -> accept();
            case CONNECTING -> connected();
            case STREAM -> {
                // HUP and ERR come unasked; whoever waits for either direction gets to know (row
                // E6).
                if ((bits & ~Linux.EPOLLOUT) != 0 && wants(Linux.EPOLLIN)) {
                    read();
                }
                if ((bits & ~(Linux.EPOLLIN | Linux.EPOLLRDHUP)) != 0
                        && !isClosed
                        && parked != null) {
                    writeParked();
                }
                if ((bits & (Linux.EPOLLERR | Linux.EPOLLHUP)) != 0 && !isClosed && wanted == 0) {
                    // They can't be masked: nobody listens, so the port leaves the set until
                    // somebody does.
                    driver.leave(this);
                }
            }
        }
    }

    private void accept() {
        // One a wake-up: level-triggered epoll brings the rest, and siblings on the same socket get
        // their share (D1).
        EpollPort connection = driver.accept(this);
        if (connection != null) {
            events().onAccept(connection);
        }
    }

    private void connected() {
        role = Role.STREAM;
        unwant(Linux.EPOLLOUT);
        int error = driver.libc.getsockopt(fd, Linux.SOL_SOCKET, Linux.SO_ERROR);
        events().onConnect(Math.abs(error));
    }

    private void read() {
        byte[] array = driver.received;
        for (int round = 0; round < READS_PER_EVENT && !isClosed && wants(Linux.EPOLLIN); round++) {
            int count = driver.libc.recv(fd, array, 0, array.length);
            if (count > 0) {
                events().onRead(array, 0, count);
                if (count < array.length) {
                    // A short read has emptied the socket: no second recv just to be told EAGAIN.
                    return;
                }
            } else {
                if (count != -Errno.EAGAIN) {
                    unwant(Linux.EPOLLIN);
                    readEnded(-count);
                }
                return;
            }
        }
    }

    private void readEnded(int errno) {
        if (errno == 0) {
            events().onEnd();
        } else {
            events().onReadError(errno);
        }
    }

    private void writeParked() {
        byte[] array = Objects.requireNonNull(parked);
        int count = driver.tryWrite(this, array, parkedOffset, parkedEnd - parkedOffset);
        if (count >= 0 && parkedOffset + count < parkedEnd) {
            parkedOffset += count;
            return;
        }
        parked = null;
        unwant(Linux.EPOLLOUT);
        events().onWritten(count < 0 ? -count : 0);
    }
}
