package dev.millrace.sys;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A file that is made to be locked, under a name of bytes (fcntl(2), F_SETLK):
 *
 * <pre>
 * struct flock { short l_type; short l_whence; off_t l_start; off_t l_len; pid_t l_pid; };
 * </pre>
 *
 * The lock is the process's, and closing any descriptor of the file gives it up: so while this
 * process has it the file is not opened a second time, by whatever name of its folder.
 */
public final class LockFile {
    private static final int O_RDWR = 2;
    private static final int O_CREAT = 0x40;

    /** The one flag here that the two architectures have different numbers for. */
    private static final int O_NOFOLLOW =
            System.getProperty("os.arch").equals("aarch64") ? 0x8000 : 0x2_0000;

    private static final int READ_WRITE_FOR_ALL = 0666;
    private static final int F_SETLK = 6;
    private static final short F_WRLCK = 1;
    private static final int FLOCK_BYTES = 32;

    private static final MemorySegment OPEN = Symbols.find("open");
    private static final MemorySegment FCNTL = Symbols.find("fcntl");

    private static final Set<Key> TAKEN = ConcurrentHashMap.newKeySet();

    private record Key(FileIdentity folder, String name) {}

    private final byte[] path;
    private @Nullable Key key;
    private int fd = -1;

    /** At {@code path}, for whose length {@link Libc#unlink} has a limit. */
    public LockFile(byte[] path) {
        this.path = path.clone();
    }

    /**
     * Opens it, makes it if need be, and locks it without waiting. 0, or a negated errno:
     * EADDRINUSE when another process or another loop of this one has the lock, EEXIST when it is
     * no regular file, or what open(2) says. A failure leaves nothing to {@link #release}.
     */
    public int take(Libc libc) {
        FileIdentity folder = FileIdentity.followed(libc, folder());
        if (folder != null) {
            Key wanted = new Key(folder, name());
            if (!TAKEN.add(wanted)) {
                return -Errno.EADDRINUSE;
            }
            key = wanted;
        }
        int result = open(libc);
        if (result >= 0 && key == null) {
            // The folder came into being just now, and which one it is was not found out.
            result = -Errno.ENOENT;
        }
        if (result < 0) {
            release(libc);
        }
        return result;
    }

    private int open(Libc libc) {
        // Neither flag matters for a file; a FIFO and a device are not waited for.
        int flags = O_RDWR | O_CREAT | O_NOFOLLOW | Linux.O_CLOEXEC;
        flags |= Linux.O_NONBLOCK | Linux.O_NOCTTY;
        int opened = libc.call(OPEN, libc.storePath(path), flags, READ_WRITE_FOR_ALL, 0, 0);
        if (opened < 0) {
            return opened;
        }
        fd = opened;
        return FileType.of(libc, fd) == FileType.S_IFREG ? lock(libc) : -Errno.EEXIST;
    }

    private int lock(Libc libc) {
        MemorySegment flock = libc.scratch().asSlice(0, FLOCK_BYTES).fill((byte) 0);
        flock.set(JAVA_SHORT, 0, F_WRLCK);
        flock.set(JAVA_LONG, 8, 0);
        int result = libc.call(FCNTL, fd, F_SETLK, flock.address(), 0, 0);
        return result == -Errno.EAGAIN || result == -Errno.EACCES ? -Errno.EADDRINUSE : result;
    }

    /** Gives the lock up; the file stays. */
    public void release(Libc libc) {
        if (fd >= 0) {
            libc.close(fd);
            fd = -1;
        }
        if (key != null) {
            TAKEN.remove(key);
            key = null;
        }
    }

    private int nameStart() {
        int start = path.length;
        while (start > 0 && path[start - 1] != '/') {
            start--;
        }
        return start;
    }

    private byte[] folder() {
        int start = nameStart();
        return start == 0 ? new byte[] {'.'} : Arrays.copyOf(path, start);
    }

    private String name() {
        int start = nameStart();
        return new String(path, start, path.length - start, StandardCharsets.ISO_8859_1);
    }
}
