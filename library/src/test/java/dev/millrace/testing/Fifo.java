package dev.millrace.testing;

import dev.millrace.sys.Errno;
import dev.millrace.sys.Libc;
import dev.millrace.sys.Linux;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A fifo(7), with the descriptors that a user might bring: blocking ones, of descriptions that
 * others may share.
 */
public final class Fifo {
    private static final int O_RDWR = 2;

    private final Libc libc;
    private final Path path;

    /** A new one in {@code folder}. */
    public Fifo(Libc libc, Path folder) {
        this.libc = libc;
        this.path = folder.resolve("fifo-" + System.nanoTime());
        try {
            // Without pipes: the JDK closes them some time after the child has ended, and tests
            // that
            // wait for a number to be used again would find another one free.
            int status =
                    new ProcessBuilder("mkfifo", path.toString()).inheritIO().start().waitFor();
            if (status != 0) {
                throw new AssertionError("mkfifo ended with " + status);
            }
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** A blocking descriptor of both ends, which keeps the others from waiting for each other. */
    public int both() {
        return open(O_RDWR);
    }

    /** A blocking read end. */
    public int reader() {
        return withBoth(Linux.O_RDONLY);
    }

    /** A blocking write end. */
    public int writer() {
        return withBoth(Linux.O_WRONLY);
    }

    private int withBoth(int flags) {
        int both = both();
        int fd = open(flags);
        libc.close(both);
        return fd;
    }

    private int open(int flags) {
        int fd = libc.open(path.toString(), flags | Linux.O_CLOEXEC);
        if (fd < 0) {
            throw new AssertionError(Errno.name(-fd) + " " + Files.exists(path));
        }
        return fd;
    }
}
