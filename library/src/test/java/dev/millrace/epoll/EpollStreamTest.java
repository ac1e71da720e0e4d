package dev.millrace.epoll;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.driver.Driver;
import dev.millrace.driver.Port;
import dev.millrace.kernel.IpAddress;
import dev.millrace.loop.DriverLoops;
import dev.millrace.sys.Errno;
import dev.millrace.sys.Libc;
import dev.millrace.sys.Linux;
import dev.millrace.testing.ChildJvm;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a stream of the epoll driver makes of answers that a kernel seldom gives. */
@Tag("epoll")
class EpollStreamTest extends EpollFixture {
    private static final int PIECE = Libc.TRANSFER_MAX_BYTES;

    /** Sends with the given results, one a call. */
    private static final class Scripted extends EpollStream {
        private final Deque<Integer> results;

        Scripted(EpollSet set, Integer... results) {
            super(set, Integer.MAX_VALUE);
            this.results = new ArrayDeque<>(List.of(results));
        }

        @Override
        public void call() {
            transfer();
        }

        @Override
        int receive(byte[] array, int offset, int length) {
            return 0;
        }

        @Override
        int send(byte[] array, int offset, int length) {
            return results.remove();
        }

        @Override
        int pendingError() {
            return 0;
        }

        int tryWrite() {
            return tryWrite(new byte[2 * PIECE], 0, 2 * PIECE);
        }
    }

    private EpollSet set() {
        return set(accepting());
    }

    /** The kernel says why only once; after that it is EPIPE. */
    @Test
    @Tag("F1")
    void aWriteThatFailsHalfwayTellsWhatWasSentAndThenWhy() {
        Scripted stream = new Scripted(set(), PIECE, -Errno.ECONNRESET, -Errno.EPIPE, -Errno.EPIPE);
        assertThat(stream.tryWrite()).isEqualTo(PIECE);
        assertThat(stream.tryWrite()).isEqualTo(-Errno.ECONNRESET);
        assertThat(stream.tryWrite()).isEqualTo(-Errno.ECONNRESET);
    }

    @Test
    @Tag("F1")
    void aWriteThatFailsHalfwayForWantOfMemoryIsForgotten() {
        for (int passing : List.of(Errno.ENOBUFS, Errno.ENOMEM)) {
            Scripted stream = new Scripted(set(), PIECE, -passing, -Errno.EPIPE);
            assertThat(stream.tryWrite()).isEqualTo(PIECE);
            assertThat(stream.tryWrite()).isEqualTo(-Errno.EPIPE);
        }
    }

    /** Then the port is told, and what it has stays its own. */
    @Test
    @Tag("X72")
    void aSetThatHasNoRoomLosesNothing() {
        Pair pair = pair();
        End server = pair.server().read();
        int fd = fd(server);
        set(server).lose((EpollPort) server.port, Errno.ENOSPC);
        expect(server, "read error " + Errno.name(Errno.ENOSPC));
        assertThat(set(server).ports.get(fd)).isSameAs(server.port);
        server.read();
        pair.client().send("x");
        expect(server, "read 1");
        driver.close(server.port);
        assertThat(isOpen(fd)).isFalse();
    }

    /** Has no standard input, so that the next socket gets its number; prints who is open. */
    static final class WithoutInput {
        public static void main(String[] arguments) throws IOException {
            try (Libc libc = new Libc();
                    Driver driver = DriverLoops.open()) {
                // Loads the classes, each from a file of its own.
                driver.close(driver.socket(IpAddress.loopback(0)));
                libc.close(0);
                Port socket = driver.socket(IpAddress.loopback(0));
                System.out.println(((EpollPort) socket).fd);
                driver.close(socket);
                System.out.println(libc.fcntl(0, Linux.F_GETFD, 0));
            }
        }
    }

    /** Has a socket as its standard input, serves and closes it; prints whether it is open. */
    static final class WithSocketAsInput {
        public static void main(String[] arguments) throws IOException {
            try (Libc libc = new Libc();
                    Driver driver = DriverLoops.open()) {
                Port listener = driver.socket(IpAddress.loopback(0));
                driver.bind(listener, IpAddress.loopback(0));
                driver.listen(listener, 1);
                libc.close(0);
                int type = Linux.SOCK_STREAM | Linux.SOCK_CLOEXEC;
                int input = libc.socket(Linux.AF_INET, type, 0);
                libc.connect(input, SocketNames.of(driver.localAddress(listener)));
                driver.close(driver.open(input));
                System.out.println(input + " " + (libc.fcntl(input, Linux.F_GETFD, 0) >= 0));
            }
        }
    }

    /** Whatever were opened next under its number would get what is meant for it. */
    @Test
    @Tag("B3")
    void aSocketThatWasBroughtAsStandardInputStaysOpen() throws Exception {
        assertThat(ChildJvm.run(WithSocketAsInput.class))
                .isEqualTo(new ChildJvm.Result(0, "0 true\n"));
    }

    /** Only what was brought as standard input, output or error stays open. */
    @Test
    @Tag("B3")
    void aSocketThatGotTheNumberOfStandardInputIsClosed() throws Exception {
        assertThat(ChildJvm.run(WithoutInput.class))
                .isEqualTo(new ChildJvm.Result(0, "0\n" + -Errno.EBADF + "\n"));
    }
}
