package dev.millrace.epoll;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.kernel.IpAddress;
import dev.millrace.sys.Linux;
import java.io.IOException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Datagram sockets that somebody else holds as well. */
@Tag("epoll")
class EpollDatagramTest extends EpollFixture {
    private static final int SHUT_RD = 0;
    private static final int SHUT_RDWR = 2;

    private int connected() {
        int fd = libc.socket(Linux.AF_INET, Linux.SOCK_DGRAM | Linux.SOCK_CLOEXEC, 0);
        libc.bind(fd, SocketNames.of(IpAddress.loopback(0)));
        // To itself: only a connected one can be shut down.
        libc.connect(fd, libc.getsockname(fd));
        return fd;
    }

    @ParameterizedTest
    @Tag("X107")
    @ValueSource(ints = {SHUT_RD, SHUT_RDWR})
    void oneThatAnotherHolderShutsDownEndsAndDoesNotSpin(int how) throws IOException {
        int fd = connected();
        End socket = new End(driver.open(fd)).read();
        poll();
        int other = libc.fcntl(fd, Linux.F_DUPFD_CLOEXEC, 0);
        assertThat(libc.shutdown(other, how)).isZero();
        expect(socket, "read error ESHUTDOWN");
        assertIdle();
        assertThat(socket.seen).hasSize(1);
        libc.close(other);
    }
}
