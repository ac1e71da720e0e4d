package dev.millrace.driver;

import dev.millrace.sys.Libc;
import dev.millrace.sys.Linux;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** The epoll driver, and a libc to open descriptors beside it. */
abstract class EpollFixture extends DriverContract {
    final Libc libc = new Libc();
    @TempDir Path folder;

    @Override
    protected Driver open() {
        return Drivers.open();
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
}
