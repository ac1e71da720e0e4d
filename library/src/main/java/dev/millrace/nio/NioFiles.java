package dev.millrace.nio;

import dev.millrace.driver.SocketFile;
import dev.millrace.sys.Errno;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Socket files, where the file system has modes and where it has none. */
final class NioFiles {
    private static final int S_IFMT = 0xf000;
    private static final int S_IFSOCK = 0xc000;

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

    /** The file at {@code path} itself; null when there is none, or when it can't be named. */
    static @Nullable SocketFile file(String path) {
        try {
            Path file = Path.of(path);
            BasicFileAttributes found =
                    Files.readAttributes(
                            file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            // Windows has no keys; a successor's file is younger.
            Object key =
                    found.fileKey() == null
                            ? List.of(found.creationTime(), found.lastModifiedTime())
                            : found.fileKey();
            return new SocketFile(key, isSocket(file));
        } catch (IOException | InvalidPathException unknown) {
            return null;
        }
    }

    private static boolean isSocket(Path file) {
        try {
            int mode = (int) Files.getAttribute(file, "unix:mode", LinkOption.NOFOLLOW_LINKS);
            return (mode & S_IFMT) == S_IFSOCK;
        } catch (IOException | RuntimeException unknown) {
            return false;
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
