package dev.millrace.sys;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * A regular file that is open to be read, by a descriptor of ours, so that the kernel can send it
 * by itself. Reading may wait for a disk; {@link #isCached} does not.
 *
 * <p>Any thread, but no virtual one; it is closed when nothing else uses it.
 */
public final class ReadableFile implements AutoCloseable {
    /** The most that one {@link #read} brings. */
    public static final int READ_MAX_BYTES = 64 * 1024;

    /** One byte is looked at for so many: the kernel reads ahead in pieces of this size. */
    private static final int LOOK_BYTES = 128 * 1024;

    private static final MemorySegment PREAD = Symbols.find("pread");
    private static final MemorySegment PREADV2 = Symbols.find("preadv2");

    /** Negative once it is closed; or the errno, negated, for which there is none. */
    private volatile int fd;

    private ReadableFile(int fd) {
        this.fd = fd;
    }

    /** Opens what {@code pin} holds; see {@link #errno}. */
    public static ReadableFile open(PathPin pin) {
        try (Libc libc = new Libc()) {
            return new ReadableFile(
                    libc.open(pin.path().toString(), Linux.O_RDONLY | Linux.O_CLOEXEC));
        }
    }

    /** 0, or why it could not be opened. */
    public int errno() {
        return Math.max(0, -fd);
    }

    /** Whether it was opened, and not closed since. */
    public boolean isOpen() {
        return fd >= 0;
    }

    /** For calls of this package; negative once it is closed. */
    int fd() {
        return fd;
    }

    /** The bytes read, 0 at the end of the file, or a negated errno (pread(2)). */
    public int read(byte[] array, int offset, int length, long position) {
        int most = Math.min(length, READ_MAX_BYTES);
        try (Libc libc = new Libc();
                Arena arena = Arena.ofConfined()) {
            // A call into a heap array holds off every safepoint, and this one may take long.
            MemorySegment copy = arena.allocate(most);
            int count = libc.call(PREAD, fd, copy.address(), most, position, 0);
            if (count > 0) {
                MemorySegment.copy(copy, JAVA_BYTE, 0, array, offset, count);
            }
            return count;
        }
    }

    /**
     * Whether the kernel has these bytes in memory, as far as a few of them tell, so that to send
     * them does not wait for a disk (preadv2(2), RWF_NOWAIT). False where a file system can't say.
     *
     * <pre>
     * struct iovec { void *iov_base; size_t iov_len; };
     * </pre>
     */
    public boolean isCached(long position, long length) {
        try (Libc libc = new Libc()) {
            MemorySegment iovec = libc.scratch();
            iovec.set(JAVA_LONG, 0, iovec.address() + 16);
            iovec.set(JAVA_LONG, 8, 1);
            for (long at = 0; at < length; at += LOOK_BYTES) {
                if (isMissing(libc, position + at)) {
                    return false;
                }
            }
            return length == 0 || !isMissing(libc, position + length - 1);
        }
    }

    /**
     * As {@link #read}, of what is in memory: -EAGAIN when the first byte is not, -EOPNOTSUPP where
     * a file system can't say (preadv2(2), RWF_NOWAIT).
     */
    public int readCached(byte[] array, int offset, int length, long position) {
        int most = Math.min(length, READ_MAX_BYTES);
        try (Libc libc = new Libc();
                Arena arena = Arena.ofConfined()) {
            MemorySegment copy = arena.allocate(most);
            MemorySegment iovec = libc.scratch();
            iovec.set(JAVA_LONG, 0, copy.address());
            iovec.set(JAVA_LONG, 8, most);
            int count = libc.call(PREADV2, fd, iovec.address(), 1, position, Linux.RWF_NOWAIT);
            if (count > 0) {
                MemorySegment.copy(copy, JAVA_BYTE, 0, array, offset, count);
            }
            return count;
        }
    }

    /** What it is now; null if the kernel does not say. It does not wait for a disk. */
    public @Nullable FileState state() {
        try (Libc libc = new Libc()) {
            return FileState.of(libc, fd);
        }
    }

    private boolean isMissing(Libc libc, long at) {
        long iovec = libc.scratch().address();
        return libc.call(PREADV2, fd, iovec, 1, at, Linux.RWF_NOWAIT) < 0;
    }

    /** Idempotent. */
    @Override
    public void close() {
        int closing = fd;
        fd = -Errno.EBADF;
        if (closing >= 0) {
            try (Libc libc = new Libc()) {
                libc.close(closing);
            }
        }
    }
}
