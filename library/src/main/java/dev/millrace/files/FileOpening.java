package dev.millrace.files;

import dev.millrace.kernel.SystemError;
import dev.millrace.sys.Errno;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Opens what a stream reads or writes, off the loop. Its kind is known before it is opened, so that
 * no FIFO holds a thread until another process comes, and no device does anything: only regular
 * files are, and the devices that never wait, such as {@code /dev/null}.
 */
final class FileOpening {
    /** How often a name may change, or lead on to another that does not exist. */
    private static final int TRIES = 8;

    private static final PosixFilePermission[] BITS = {
        PosixFilePermission.OTHERS_EXECUTE,
        PosixFilePermission.OTHERS_WRITE,
        PosixFilePermission.OTHERS_READ,
        PosixFilePermission.GROUP_EXECUTE,
        PosixFilePermission.GROUP_WRITE,
        PosixFilePermission.GROUP_READ,
        PosixFilePermission.OWNER_EXECUTE,
        PosixFilePermission.OWNER_WRITE,
        PosixFilePermission.OWNER_READ
    };

    /**
     * A file to write to.
     *
     * @param channel it
     * @param made where it was made; null if it was there
     */
    record Opened(FileChannel channel, @org.jspecify.annotations.Nullable Path made) {}

    private FileOpening() {}

    static OpenFile toRead(Path path) throws IOException {
        for (int left = TRIES; ; left--) {
            try (FoundFile found = find(path)) {
                return found.isFile()
                        ? found.toRead()
                        : OpenFile.of(found.channel(Set.of(StandardOpenOption.READ)));
            } catch (IOException e) {
                if (left == 1 || !SystemError.codeOf(e).equals("ESTALE")) {
                    throw SystemError.of(e, "open", Errno.EIO, path);
                }
            }
        }
    }

    static Opened toWrite(Path path, FileOutputOptions options) throws IOException {
        Set<OpenOption> how = new HashSet<>(Set.of(StandardOpenOption.WRITE));
        if (options.existing() == FileOutputOptions.Existing.APPEND) {
            how.add(StandardOpenOption.APPEND);
        }
        boolean mayExist = options.existing() != FileOutputOptions.Existing.REFUSE;
        Path at = path;
        IOException last = SystemError.of(Errno.ELOOP, "open");
        for (int left = TRIES; left > 0; left--) {
            try {
                if (mayExist) {
                    return new Opened(existing(at, how, options), null);
                }
                return new Opened(create(at, how, options.mode()), at);
            } catch (IOException e) {
                last = SystemError.of(e, "open", Errno.EIO);
            }
            String code = SystemError.codeOf(last);
            if (mayExist && code.equals("ENOENT")) {
                // A link that leads to no file leads to the one that is made.
                at = Files.isSymbolicLink(at) ? at.resolveSibling(Files.readSymbolicLink(at)) : at;
                mayExist = Files.isSymbolicLink(at);
            } else if (!mayExist
                    && code.equals("EEXIST")
                    && options.existing() != FileOutputOptions.Existing.REFUSE) {
                mayExist = true;
            } else if (!code.equals("ESTALE")) {
                break;
            }
        }
        throw SystemError.of(last, "open", Errno.EIO, path);
    }

    /** What is emptied is so only when it is known to be what it was found to be. */
    private static FileChannel existing(Path path, Set<OpenOption> how, FileOutputOptions options)
            throws IOException {
        FileChannel channel = open(path, how);
        if (options.existing() == FileOutputOptions.Existing.TRUNCATE) {
            try {
                channel.truncate(0);
            } catch (Throwable failure) {
                channel.close();
                throw failure;
            }
        }
        return channel;
    }

    private static FileChannel create(Path path, Set<OpenOption> how, OptionalInt mode)
            throws IOException {
        Set<OpenOption> options = new HashSet<>(how);
        options.add(StandardOpenOption.CREATE_NEW);
        boolean hasModes = FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
        if (mode.isEmpty() || !hasModes) {
            return FileChannel.open(path, options);
        }
        return FileChannel.open(path, options, permissions(mode.getAsInt()));
    }

    private static FileAttribute<Set<PosixFilePermission>> permissions(int mode) {
        Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
        for (int bit = 0; bit < BITS.length; bit++) {
            if ((mode >> bit & 1) != 0) {
                permissions.add(BITS[bit]);
            }
        }
        return PosixFilePermissions.asFileAttribute(permissions);
    }

    private static FileChannel open(Path path, Set<OpenOption> how) throws IOException {
        try (FoundFile found = find(path)) {
            return found.channel(how);
        }
    }

    /** What {@code path} leads to, if that is something to read or write. */
    private static FoundFile find(Path path) throws IOException {
        FoundFile found = FoundFile.find(PathName.of(path));
        boolean isKept = false;
        try {
            if (found.isFolder()) {
                throw SystemError.of(Errno.EISDIR, "open", path);
            }
            if (!found.isFile() && !found.isMemoryDevice()) {
                throw failed(
                        SystemError.of(Errno.ESPIPE, "open", path),
                        new IOException(
                                "a FIFO, a socket or a device is no file to read or write"));
            }
            isKept = true;
            return found;
        } finally {
            if (!isKept) {
                found.close();
            }
        }
    }

    /** {@code error} with words to it. */
    static IOException failed(IOException error, IOException cause) {
        error.initCause(cause);
        return error;
    }
}
