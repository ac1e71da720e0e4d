package dev.millrace.nio;

import dev.millrace.kernel.SystemError;
import dev.millrace.kernel.UnixAddress;
import dev.millrace.sys.Errno;
import java.io.Closeable;
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

/** A lock on the file beside a Unix socket's, by the JDK's channels. */
final class NioLock implements Closeable {
    /**
     * The lock is the process's, and closing any descriptor of the file gives it up (fcntl(2)): so
     * a second loop of this process must not even open it, by whatever name of its folder.
     */
    private static final Set<Path> UNDER_WAY = ConcurrentHashMap.newKeySet();

    private final Path path;
    private final FileChannel lock;

    private NioLock(Path path, FileChannel lock) {
        this.path = path;
        this.lock = lock;
    }

    /** As {@link dev.millrace.driver.Driver#lock}. */
    static NioLock take(UnixAddress address) throws IOException {
        try {
            return take(address, real(Path.of(address.toString()).toAbsolutePath()));
        } catch (InvalidPathException e) {
            throw SystemError.of(Errno.EINVAL, "listen", address);
        } catch (NoSuchFileException e) {
            throw SystemError.of(Errno.EACCES, "listen", address);
        } catch (IOException e) {
            throw e instanceof SystemError ? e : unlockable(address, e);
        }
    }

    private static IOException unlockable(UnixAddress address, IOException thrown) {
        IOException error = SystemError.of(NioErrors.errno(thrown, Errno.EIO), "listen", address);
        error.initCause(thrown);
        return error;
    }

    private static NioLock take(UnixAddress address, Path path) throws IOException {
        if (!UNDER_WAY.add(path)) {
            throw SystemError.of(Errno.EADDRINUSE, "listen", address);
        }
        try {
            return new NioLock(path, lock(path, address));
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
