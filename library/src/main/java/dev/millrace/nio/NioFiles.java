package dev.millrace.nio;

import dev.millrace.sys.Errno;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Socket files, where the file system has modes and where it has none. */
final class NioFiles {
    private NioFiles() {}

    /** The permission bits of {@code path}; null where there are none. */
    static @Nullable Set<PosixFilePermission> mode(Path path) throws IOException {
        try {
            return Files.getPosixFilePermissions(path);
        } catch (UnsupportedOperationException e) {
            return null;
        }
    }

    /** 0, or a negated errno. */
    static int chmod(String path, int mode) {
        Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
        for (PosixFilePermission permission : PosixFilePermission.values()) {
            // They are declared in the order of chmod(2)'s bits, the owner's read first.
            if ((mode & 0400 >> permission.ordinal()) != 0) {
                permissions.add(permission);
            }
        }
        try {
            Files.setPosixFilePermissions(Path.of(path), permissions);
            return 0;
        } catch (IOException | RuntimeException e) {
            return -NioErrors.errno(e, Errno.EPERM);
        }
    }

    static void unlink(String path) {
        try {
            Files.deleteIfExists(Path.of(path));
        } catch (IOException | RuntimeException e) {
            // As unlink(2) of what is not there: the listener is closing, and has no use for the
            // error.
        }
    }
}
