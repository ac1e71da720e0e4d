package dev.millrace.sys;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;

/**
 * The type of the file behind a descriptor, by statx(2), whose struct is the same everywhere:
 *
 * <pre>
 * struct statx { __u32 stx_mask, stx_blksize; __u64 stx_attributes; __u32 stx_nlink, stx_uid, stx_gid;
 *                __u16 stx_mode; ... };
 * </pre>
 */
public final class FileType {
    public static final int S_IFIFO = 0x1000;
    public static final int S_IFCHR = 0x2000;
    public static final int S_IFREG = 0x8000;
    public static final int S_IFSOCK = 0xC000;

    static final int S_IFMT = 0xF000;
    private static final int AT_EMPTY_PATH = 0x1000;
    private static final int STATX_TYPE = 1;
    private static final int STATX_BYTES = 256;
    static final int MODE_OFFSET = 28;

    private static final MemorySegment STATX = Symbols.find("statx");

    private FileType() {}

    /** One of the constants above, another type, or a negated errno. */
    public static int of(Libc libc, int fd) {
        MemorySegment buffer = libc.scratch();
        buffer.set(JAVA_BYTE, STATX_BYTES, (byte) 0);
        long emptyPath = buffer.address() + STATX_BYTES;
        int result = libc.call(STATX, fd, emptyPath, AT_EMPTY_PATH, STATX_TYPE, buffer.address());
        return result < 0 ? result : buffer.get(JAVA_SHORT, MODE_OFFSET) & S_IFMT;
    }
}
