package dev.millrace.binding;

import dev.millrace.driver.Driver;
import dev.millrace.driver.Port;
import dev.millrace.kernel.SystemError;
import dev.millrace.kernel.UnixAddress;
import dev.millrace.sys.Errno;
import dev.millrace.sys.JdkErrors;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The right to replace the socket file that a crash has left behind (row G11): a lock on a file
 * beside it, held from the probe until the new listener listens. A listener that finds the lock
 * taken, or another that listens, gets EADDRINUSE; so of several that start at once exactly one
 * wins.
 *
 * <p>The lock's file stays: removing it could leave two others with a lock each, one on the removed
 * file and one on its successor.
 */
final class UnixTakeOver implements AutoCloseable {
    private static final int S_IFMT = 0xf000;
    private static final int S_IFSOCK = 0xc000;

    /**
     * The lock is the process's, and closing any descriptor of the file gives it up (fcntl(2)): so
     * a second loop of this process must not even open it, by whatever name of its folder.
     */
    private static final Set<Path> UNDER_WAY = ConcurrentHashMap.newKeySet();

    private final UnixAddress address;
    private final Path path;
    private final FileChannel lock;

    private UnixTakeOver(UnixAddress address, Path path, FileChannel lock) {
        this.address = address;
        this.path = path;
        this.lock = lock;
    }

    /**
     * Takes the lock.
     *
     * @throws IOException EADDRINUSE when another process has it, EACCES, EROFS and the like when
     *     its file can't be made
     */
    static UnixTakeOver begin(UnixAddress address) throws IOException {
        try {
            return begin(address, real(Path.of(address.toString()).toAbsolutePath()));
        } catch (InvalidPathException e) {
            throw SystemError.of(Errno.EINVAL, "listen", address);
        } catch (NoSuchFileException e) {
            throw SystemError.of(Errno.EACCES, "listen", address);
        } catch (IOException e) {
            throw e instanceof SystemError ? e : unlockable(address, e);
        }
    }

    private static IOException unlockable(UnixAddress address, IOException thrown) {
        IOException error = SystemError.of(JdkErrors.errno(thrown, Errno.EIO), "listen", address);
        error.initCause(thrown);
        return error;
    }

    private static UnixTakeOver begin(UnixAddress address, Path path) throws IOException {
        if (!UNDER_WAY.add(path)) {
            throw SystemError.of(Errno.EADDRINUSE, "listen", address);
        }
        try {
            return new UnixTakeOver(address, path, lock(path, address));
        } catch (IOException | RuntimeException e) {
            UNDER_WAY.remove(path);
            throw e;
        }
    }

    /** The same for every way to the folder; the name itself is not followed. */
    private static Path real(Path path) throws IOException {
        Path folder = path.getParent();
        return folder == null ? path : folder.toRealPath().resolve(path.getFileName());
    }

    private static FileChannel lock(Path path, UnixAddress address) throws IOException {
        Path file = path.resolveSibling(path.getFileName() + ".lock");
        // For reading as well: then a FIFO opens without waiting for its other end (fifo(7)).
        FileChannel channel =
                FileChannel.open(
                        file,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE,
                        LinkOption.NOFOLLOW_LINKS);
        try {
            if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                throw SystemError.of(Errno.EEXIST, "listen", address);
            }
            if (channel.tryLock() != null) {
                return channel;
            }
        } catch (OverlappingFileLockException taken) {
            channel.close();
            throw SystemError.of(Errno.EADDRINUSE, "listen", address);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
        channel.close();
        throw SystemError.of(Errno.EADDRINUSE, "listen", address);
    }

    /**
     * Removes the file, if it is a socket whose listener is gone. A listener that is there sees a
     * connection that comes and goes.
     */
    void removeStale(Driver driver) throws IOException {
        if (!isSocket()) {
            return;
        }
        Port probe = driver.socket(address);
        int result = driver.connect(probe, address);
        driver.close(probe);
        // 0 and EAGAIN, a full backlog, are signs of life; anything else proves nothing.
        if (result == -Errno.ECONNREFUSED) {
            driver.unlink(address);
        }
    }

    private boolean isSocket() {
        try {
            int mode = (int) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
            return (mode & S_IFMT) == S_IFSOCK;
        } catch (IOException | UnsupportedOperationException unknown) {
            return false;
        }
    }

    @Override
    public void close() {
        try {
            lock.close();
        } catch (IOException impossible) {
            throw new AssertionError(impossible);
        } finally {
            UNDER_WAY.remove(path);
        }
    }
}
