package dev.millrace.sys;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * What changes when an open file is changed, by statx(2), of what the kernel knows without asking a
 * server or a disk (AT_STATX_DONT_SYNC):
 *
 * <pre>
 * struct statx { ... __u32 stx_nlink (16); ... __u64 stx_size (40); ...
 *                struct { __s64 tv_sec; __u32 tv_nsec; } stx_ctime (96), stx_mtime (112); ... };
 * </pre>
 *
 * @param length in bytes
 * @param links how many names it has; a file that was replaced has none, as a rule
 * @param changed the seconds of the last change of it or of what is told of it, a new name included
 * @param changedNanos beside these seconds
 */
public record FileState(long length, int links, long changed, int changedNanos) {
    private static final int AT_EMPTY_PATH_DONT_SYNC = 0x1000 | 0x4000;
    private static final int STATX_NLINK_CTIME_SIZE = 0x4 | 0x80 | 0x200;
    private static final int STATX_BYTES = 256;

    private static final MemorySegment STATX = Symbols.find("statx");

    /** Null when the kernel does not say. */
    static @Nullable FileState of(Libc libc, int fd) {
        MemorySegment buffer = libc.scratch();
        buffer.set(JAVA_BYTE, STATX_BYTES, (byte) 0);
        long emptyPath = buffer.address() + STATX_BYTES;
        int result =
                libc.call(
                        STATX,
                        fd,
                        emptyPath,
                        AT_EMPTY_PATH_DONT_SYNC,
                        STATX_NLINK_CTIME_SIZE,
                        buffer.address());
        int told = buffer.get(JAVA_INT, 0);
        return result < 0 || (told & STATX_NLINK_CTIME_SIZE) != STATX_NLINK_CTIME_SIZE
                ? null
                : new FileState(
                        buffer.get(JAVA_LONG, 40),
                        buffer.get(JAVA_INT, 16),
                        buffer.get(JAVA_LONG, 96),
                        buffer.get(JAVA_INT, 104));
    }
}
