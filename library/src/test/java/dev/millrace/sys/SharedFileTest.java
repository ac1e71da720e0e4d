package dev.millrace.sys;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.testing.Fifo;
import dev.millrace.testing.RawClient;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A description whose O_NONBLOCK another holder has taken away, or has not. */
@Tag("epoll")
class SharedFileTest {
    private static final int O_RDWR = 2;

    private final Libc libc = new Libc();
    private final SharedFile shared = new SharedFile(libc);
    @TempDir Path folder;

    @AfterEach
    void closeLibc() {
        libc.close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @Tag("B11")
    void aPipeIsFilledAndEmptiedWithoutWaiting(boolean isBlocking) {
        int fd = new Fifo(libc, folder).both();
        if (!isBlocking) {
            libc.fcntl(fd, Linux.F_SETFL, O_RDWR | Linux.O_NONBLOCK);
        }
        assertThat(SharedFile.isBlocking(libc, fd)).isEqualTo(isBlocking);
        assertThat(SharedFile.isReadable(libc, fd)).isFalse();
        byte[] in = new byte[100_000];
        assertThat(shared.read(fd, in, 0, in.length)).isEqualTo(-Errno.EAGAIN);
        byte[] out = RawClient.pattern(1 << 20);
        int written = 0;
        int count = shared.write(fd, out, 0, out.length);
        while (count > 0) {
            written += count;
            count = shared.write(fd, out, written, out.length - written);
        }
        assertThat(count).isEqualTo(-Errno.EAGAIN);
        assertThat(written).isBetween(1, out.length - 1);
        byte[] back = new byte[written + 3];
        int read = 0;
        while (SharedFile.isReadable(libc, fd)) {
            read += shared.read(fd, back, 3 + read, written - read);
        }
        assertThat(read).isEqualTo(written);
        assertThat(Arrays.copyOfRange(back, 3, back.length)).isEqualTo(Arrays.copyOf(out, written));
        libc.close(fd);
    }

    @Test
    void errorsAreToldAndNotWaitedFor() {
        assertThat(shared.read(-1, new byte[1], 0, 1)).isEqualTo(-Errno.EBADF);
        assertThat(shared.write(-1, new byte[1], 0, 1)).isEqualTo(-Errno.EBADF);
        int both = new Fifo(libc, folder).both();
        int reader = libc.open("/proc/self/fd/" + both, Linux.O_RDONLY);
        libc.close(both);
        assertThat(shared.read(reader, new byte[1], 0, 1)).as("no writer any more").isZero();
        libc.close(reader);
    }
}
