package dev.millrace.sys;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Reads and writes through a description that others hold as well: O_NONBLOCK is the description's,
 * so each of them can take it away at any time, and a program of Node's does when it ends. A {@link
 * Libc#read} that waits would hold off every safepoint, and so stop all threads of the JVM: here
 * the thread leaves the Java state, at the price of a copy; and while the flag is away it is asked
 * first whether there is something to be had.
 *
 * <p>What another holder takes between the question and the call can still make it wait: this
 * thread alone.
 */
public final class SharedFile {
    /** PIPE_BUF: so much fits into a pipe that is ready to be written (pipe(7)). */
    private static final int PIPE_BUF = 4096;

    private static final int COPIED_MAX_BYTES = 64 * 1024;
    private static final short POLLIN = 1;
    private static final short POLLOUT = 4;

    private static final MemorySegment POLL = Symbols.find("poll");
    private static final MemorySegment READ = Symbols.find("read");
    private static final MemorySegment WRITE = Symbols.find("write");

    private final Libc libc;
    private final MemorySegment copy = Arena.ofAuto().allocate(COPIED_MAX_BYTES);

    /** For the thread of {@code libc}. */
    public SharedFile(Libc libc) {
        this.libc = libc;
    }

    /** As {@link Libc#read}; fewer bytes than there are, perhaps. */
    public int read(int fd, byte[] array, int offset, int length) {
        if (isBlocking(libc, fd) && !isReady(fd, POLLIN)) {
            return -Errno.EAGAIN;
        }
        int most = Math.min(length, COPIED_MAX_BYTES);
        int count = libc.call(READ, fd, copy.address(), most, 0, 0);
        if (count > 0) {
            MemorySegment.copy(copy, JAVA_BYTE, 0, array, offset, count);
        }
        return count;
    }

    /** As {@link Libc#write}; fewer bytes than there is room for, perhaps. */
    public int write(int fd, byte[] array, int offset, int length) {
        int most = Math.min(length, COPIED_MAX_BYTES);
        if (isBlocking(libc, fd)) {
            if (!isReady(fd, POLLOUT)) {
                return -Errno.EAGAIN;
            }
            // A terminal that is ready has room for a byte.
            boolean isPipe = FileType.of(libc, fd) == FileType.S_IFIFO;
            most = Math.min(most, isPipe ? PIPE_BUF : 1);
        }
        MemorySegment.copy(array, offset, copy, JAVA_BYTE, 0, most);
        return libc.call(WRITE, fd, copy.address(), most, 0, 0);
    }

    private boolean isReady(int fd, short events) {
        return isReady(libc, fd, events);
    }

    /** Whether a read, or of a listener an accept, has something to answer at this moment. */
    public static boolean isReadable(Libc libc, int fd) {
        return isReady(libc, fd, POLLIN);
    }

    /** Whether reads and writes of the description wait, by the flag it has at this moment. */
    public static boolean isBlocking(Libc libc, int fd) {
        return (libc.fcntl(fd, Linux.F_GETFL, 0) & Linux.O_NONBLOCK) == 0;
    }

    /**
     * Errors count: the call tells of them.
     *
     * <pre>
     * struct pollfd { int fd; short events; short revents; };
     * </pre>
     */
    private static boolean isReady(Libc libc, int fd, short events) {
        MemorySegment pollfd = libc.scratch();
        pollfd.set(JAVA_INT, 0, fd);
        pollfd.set(JAVA_SHORT, 4, events);
        pollfd.set(JAVA_SHORT, 6, (short) 0);
        return libc.call(POLL, pollfd.address(), 1, 0, 0, 0) != 0;
    }
}
