package dev.millrace.binding;

import dev.millrace.driver.Driver;
import dev.millrace.driver.Port;
import dev.millrace.driver.SocketFile;
import dev.millrace.kernel.UnixAddress;
import dev.millrace.sys.Errno;
import java.io.Closeable;
import java.io.IOException;

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
    private final Driver driver;
    private final UnixAddress address;
    private final Closeable lock;

    private UnixTakeOver(Driver driver, UnixAddress address, Closeable lock) {
        this.driver = driver;
        this.address = address;
        this.lock = lock;
    }

    /**
     * Takes the lock.
     *
     * @throws IOException EADDRINUSE when another process has it, EACCES, EROFS and the like when
     *     its file can't be made
     */
    static UnixTakeOver begin(Driver driver, UnixAddress address) throws IOException {
        return new UnixTakeOver(driver, address, driver.lock(address));
    }

    /**
     * Removes the file, if it is a socket whose listener is gone. A listener that is there sees a
     * connection that comes and goes.
     */
    void removeStale() throws IOException {
        SocketFile before = driver.file(address);
        if (before == null || !before.isSocket()) {
            return;
        }
        Port probe = driver.socket(address);
        int result = driver.connect(probe, address);
        driver.close(probe);
        // 0 and EAGAIN, a full backlog, are signs of life; anything else proves nothing.
        if (result == -Errno.ECONNREFUSED && before.equals(driver.file(address))) {
            driver.unlink(address);
        }
    }

    @Override
    public void close() {
        try {
            lock.close();
        } catch (IOException impossible) {
            throw new AssertionError(impossible);
        }
    }
}
