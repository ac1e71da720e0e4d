package dev.millrace.files;

import dev.millrace.kernel.SystemError;
import dev.millrace.sys.Errno;
import dev.millrace.sys.JdkErrors;
import dev.millrace.sys.PathPin;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A file that was found by a name, and is kept: where it lies, what is told of it and what is read
 * from it belong to one file, whatever becomes of the name meanwhile. A program that looks at a
 * path and opens it later may look at one file and open another.
 *
 * <p>On Linux, with native access, a descriptor keeps it. Elsewhere it is looked at by its name
 * before it is opened and after, and {@link #open} fails with ESTALE when that was not the same
 * file in the same state: find it again. A folder is kept by its name alone there.
 *
 * <p>All of it may wait for a disk, so it is not for a loop's thread; nor, on Linux, for a virtual
 * one: a {@code WorkPool} has the threads. One thread at a time.
 *
 * {@snippet class="dev.millrace.files.FilesExamplesTest" region="found"}
 */
public abstract sealed class FoundFile implements AutoCloseable permits PinnedFile, CheckedFile {
    private static final int FILE_TYPE = 0xF000;
    private static final int CHARACTER_DEVICE = 0x2000;

    /** Major number 1; minor numbers 3, 5, 7, 8 and 9. */
    private static final Set<Long> MEMORY_DEVICES = Set.of(0x103L, 0x105L, 0x107L, 0x108L, 0x109L);

    final BasicFileAttributes attributes;
    private final PathName location;

    FoundFile(BasicFileAttributes attributes, PathName location) {
        this.attributes = attributes;
        this.location = location;
    }

    /**
     * What {@code name} leads to, links followed. It is not opened, so that a FIFO does not wait.
     *
     * @throws IOException with a {@code code}: ENOENT, EACCES, ELOOP, EMFILE and what else open(2)
     *     has
     */
    public static FoundFile find(PathName name) throws IOException {
        try {
            return PathPin.isAvailable() ? PinnedFile.named(name) : CheckedFile.named(name);
        } catch (IOException | RuntimeException e) {
            throw failed("open", e);
        }
    }

    /** {@code thrown} with its code. */
    private static IOException failed(String syscall, Exception thrown) {
        if (thrown instanceof IOException known && thrown instanceof SystemError) {
            return known;
        }
        IOException error = SystemError.of(JdkErrors.errno(thrown, Errno.EIO), syscall);
        error.initCause(thrown);
        return error;
    }

    /** Whether it is a regular file. */
    public final boolean isFile() {
        return attributes.isRegularFile();
    }

    /** Whether it is a folder. */
    public final boolean isFolder() {
        return attributes.isDirectory();
    }

    /** How many bytes it had when it was found. */
    public final long length() {
        return attributes.size();
    }

    /** When it was changed last, as of when it was found. */
    public final Instant modified() {
        return attributes.lastModifiedTime().toInstant();
    }

    /** Where it lay when it was found; no link is in it. */
    public final PathName location() {
        return location;
    }

    /**
     * Opens it to be read; a file only, and closing it is the caller's.
     *
     * @throws IOException with a {@code code}, such as EACCES, or ESTALE as told above
     * @throws IllegalStateException if it is no regular file
     */
    public final OpenFile open() throws IOException {
        if (!isFile()) {
            throw new IllegalStateException("only a regular file is opened: " + location());
        }
        try {
            return toRead();
        } catch (IOException | RuntimeException e) {
            throw failed("open", e);
        }
    }

    /** Opens a regular file, with the errors of the system or of the JDK. */
    abstract OpenFile toRead() throws IOException;

    /** Opens it, a file or a device of memory, with the JDK's errors. */
    abstract FileChannel channel(Set<? extends OpenOption> how) throws IOException;

    /**
     * Whether it is one of the devices that never wait: null, zero, full, random, urandom, of which
     * Linux has the numbers (null(4), random(4), full(4)).
     */
    final boolean isMemoryDevice() throws IOException {
        if (!attributes.isOther()) {
            return false;
        }
        try {
            Map<String, Object> told = Files.readAttributes(path(), "unix:mode,rdev");
            long mode = number(told.get("mode"));
            long device = number(told.get("rdev"));
            return (mode & FILE_TYPE) == CHARACTER_DEVICE && MEMORY_DEVICES.contains(device);
        } catch (UnsupportedOperationException | IllegalArgumentException noUnix) {
            return false;
        }
    }

    private static long number(@Nullable Object value) {
        return value instanceof Number number ? number.longValue() : 0;
    }

    /** A path that leads to it. */
    abstract Path path();

    /**
     * What is in the folder, to be closed by the caller before this is. The paths are for the time
     * until then only, but for their last names.
     *
     * @throws IOException with a {@code code}
     * @throws IllegalStateException if it is no folder
     */
    public final DirectoryStream<Path> entries() throws IOException {
        if (!isFolder()) {
            throw new IllegalStateException("only a folder has entries: " + location());
        }
        try {
            return stream();
        } catch (IOException | RuntimeException e) {
            throw failed("opendir", e);
        }
    }

    /** As {@link #entries}, with the JDK's errors. */
    abstract DirectoryStream<Path> stream() throws IOException;

    /** Lets it go; what was opened stays open. Idempotent. */
    @Override
    public abstract void close();

    /** {@code FoundFile[/etc/hosts, 220 B]}. */
    @Override
    public final String toString() {
        String size = isFolder() ? "folder" : isFile() ? length() + " B" : "special";
        return "FoundFile[" + location + ", " + size + "]";
    }
}
