package dev.millrace.sys;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A descriptor that holds what a path led to, without opening it (open(2), O_PATH): a FIFO does not
 * wait, a device does nothing, and no permission to read is needed. Whatever is done by {@link
 * #path} is done to that file, whatever becomes of its name.
 *
 * <p>Any thread that may wait for a disk, but no virtual one.
 */
public final class PathPin implements AutoCloseable {
    private static final String DESCRIPTORS = "/proc/self/fd";
    private static final boolean IS_AVAILABLE =
            System.getProperty("os.name").equals("Linux")
                    && NativeAccess.granted()
                    && Files.isDirectory(Path.of(DESCRIPTORS));

    /** Negative: the errno, negated, for which there is none. */
    private int fd;

    private PathPin(int fd) {
        this.fd = fd;
    }

    /** Whether this process can pin paths: on Linux, with native access and /proc. */
    public static boolean isAvailable() {
        return IS_AVAILABLE;
    }

    /** Pins what {@code path} leads to, links followed; {@code path} holds no NUL. */
    public static PathPin open(byte[] path) {
        try (Libc libc = new Libc();
                Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocate(path.length + 1L);
            MemorySegment.copy(path, 0, name, JAVA_BYTE, 0, path.length);
            return new PathPin(libc.open(name, Linux.O_PATH | Linux.O_CLOEXEC));
        }
    }

    /** 0, or why there is none. */
    public int errno() {
        return Math.max(0, -fd);
    }

    /**
     * A link to the file (proc_pid_fd(5)): what follows it, opens the file itself; where it points,
     * is where the file lies now, and has no other link in it.
     */
    public Path path() {
        return Path.of(DESCRIPTORS, Integer.toString(fd));
    }

    /** Idempotent. */
    @Override
    public void close() {
        if (fd >= 0) {
            try (Libc libc = new Libc()) {
                libc.close(fd);
            }
            fd = -Errno.EBADF;
        }
    }
}
