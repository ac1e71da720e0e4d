package dev.millrace.sys;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Which file a path names, by statx(2) (see {@link FileType}). The path is the bytes that the
 * kernel has: no encoding and no locale comes between.
 *
 * @param major of the device that the file is on
 * @param minor of the device
 * @param inode its number there
 * @param type one of {@link FileType}'s
 */
public record FileIdentity(int major, int minor, long inode, int type) {
    private static final int AT_FDCWD = -100;
    private static final int AT_SYMLINK_NOFOLLOW = 0x100;
    private static final int STATX_TYPE_AND_INO = 0x101;
    private static final int STATX_BYTES = 256;

    private static final MemorySegment STATX = Symbols.find("statx");

    /** The file at {@code path} itself, be it a link; null when there is none to be seen. */
    public static @Nullable FileIdentity of(Libc libc, byte[] path) {
        return of(libc, path, AT_SYMLINK_NOFOLLOW);
    }

    /** The file that {@code path} leads to; null when there is none to be seen. */
    static @Nullable FileIdentity followed(Libc libc, byte[] path) {
        return of(libc, path, 0);
    }

    private static @Nullable FileIdentity of(Libc libc, byte[] path, int flags) {
        MemorySegment found = libc.scratch();
        MemorySegment name = found.asSlice(STATX_BYTES);
        MemorySegment.copy(path, 0, name, JAVA_BYTE, 0, path.length);
        name.set(JAVA_BYTE, path.length, (byte) 0);
        int result =
                libc.call(
                        STATX,
                        AT_FDCWD,
                        name.address(),
                        flags,
                        STATX_TYPE_AND_INO,
                        found.address());
        return result < 0
                ? null
                : new FileIdentity(
                        found.get(JAVA_INT, 136),
                        found.get(JAVA_INT, 140),
                        found.get(JAVA_LONG, 32),
                        found.get(JAVA_SHORT, FileType.MODE_OFFSET) & FileType.S_IFMT);
    }
}
