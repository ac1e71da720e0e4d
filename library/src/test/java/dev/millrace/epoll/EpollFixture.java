package dev.millrace.epoll;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.driver.Driver;
import dev.millrace.driver.DriverContract;
import dev.millrace.loop.DriverLoops;
import dev.millrace.sys.Libc;
import dev.millrace.sys.Linux;
import dev.millrace.testing.Kernel;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** The epoll driver, and a libc to open descriptors beside it. */
abstract class EpollFixture extends DriverContract {
    final Libc libc = new Libc();
    @TempDir Path folder;

    @Override
    protected Driver open() {
        return DriverLoops.open();
    }

    @AfterEach
    void closeLibc() {
        libc.close();
    }

    final boolean isOpen(int fd) {
        return libc.fcntl(fd, Linux.F_GETFD, 0) >= 0;
    }

    static EpollSet set(End end) {
        return ((EpollPort) end.port).set;
    }

    static int fd(End end) {
        return ((EpollPort) end.port).fd;
    }

    final End opened(int fd) throws IOException {
        return new End(driver.open(fd));
    }

    final int blockingSocket() {
        return libc.socket(Linux.AF_INET, Linux.SOCK_STREAM | Linux.SOCK_CLOEXEC, 0);
    }

    final int duplicate(int fd) {
        return libc.fcntl(fd, Linux.F_DUPFD_CLOEXEC, 0);
    }

    final boolean isBlocking(int fd) {
        return (Kernel.flags(fd) & Linux.O_NONBLOCK) == 0;
    }

    /** A connection whose client was opened by somebody else, and blocks. */
    final Pair foreignPair() throws IOException {
        End listener = accepting();
        int fd = blockingSocket();
        assertThat(libc.connect(fd, SocketNames.of(driver.localAddress(listener.port)))).isZero();
        expect(listener, "accept");
        return new Pair(opened(fd), listener.accepted.getFirst());
    }

    /** Nothing is there, and a poll takes its time: no stale registration wakes it. */
    final void assertIdle() {
        settle();
        long start = System.nanoTime();
        int[] dispatched = {0};
        poll(20_000_000, callback -> dispatched[0]++);
        assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(20_000_000);
        assertThat(dispatched[0]).isZero();
    }
}
