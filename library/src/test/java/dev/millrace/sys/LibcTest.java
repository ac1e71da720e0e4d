package dev.millrace.sys;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class LibcTest {
    private static final SocketName ANY_PORT = new SocketName(Linux.AF_INET, new byte[4], 0, 0);
    private static final int STREAM = Linux.SOCK_STREAM | Linux.SOCK_NONBLOCK | Linux.SOCK_CLOEXEC;

    private final Libc libc = new Libc();

    @AfterEach
    void free() {
        libc.close();
    }

    static Stream<Arguments> callsOnNoDescriptor() {
        byte[] bytes = new byte[8];
        return Stream.of(
                call("bind", libc -> libc.bind(-1, ANY_PORT)),
                call("listen", libc -> libc.listen(-1, 1)),
                call("accept4", libc -> libc.accept4(-1, 0)),
                call("connect", libc -> libc.connect(-1, ANY_PORT)),
                call("getsockopt", libc -> libc.getsockopt(-1, Linux.SOL_SOCKET, Linux.SO_ERROR)),
                call(
                        "setsockopt",
                        libc -> libc.setsockopt(-1, Linux.SOL_SOCKET, Linux.SO_KEEPALIVE, 1)),
                call("setLinger", libc -> libc.setLinger(-1, 0)),
                call("shutdown", libc -> libc.shutdown(-1, Linux.SHUT_WR)),
                call("close", libc -> libc.close(-1)),
                call("recv", libc -> libc.recv(-1, bytes, 0, 8)),
                call("send", libc -> libc.send(-1, bytes, 0, 8)),
                call("read", libc -> libc.read(-1, bytes, 0, 8)),
                call("write", libc -> libc.write(-1, bytes, 0, 8)),
                call("sendmsg", libc -> libc.sendmsg(-1, new Message(8))),
                call("recvmsg", libc -> libc.recvmsg(-1, new Message(8))),
                call(
                        "epoll_ctl",
                        libc -> libc.epoll_ctl(-1, Linux.EPOLL_CTL_ADD, 0, Linux.EPOLLIN, 0)),
                call("epoll_wait", libc -> libc.epoll_wait(-1, new EpollEvents(1), 0)),
                call("fcntl", libc -> libc.fcntl(-1, Linux.F_GETFD, 0)),
                call("eventfdAdd", libc -> libc.eventfdAdd(-1)));
    }

    private static Arguments call(String name, ToIntFunction<Libc> call) {
        return Arguments.of(name, call);
    }

    /** close(-1) once returned 4294967295: the upper half of the register is anybody's. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("callsOnNoDescriptor")
    @Tag("B7")
    void everyCallOnNoDescriptorAnswersMinusEbadf(String name, ToIntFunction<Libc> call) {
        assertThat(call.applyAsInt(libc)).as(name).isEqualTo(-Errno.EBADF);
    }

    @Test
    void callsWithoutADescriptorNarrowTheirErrorsToo() {
        assertThat(libc.socket(-1, STREAM, 0)).isEqualTo(-Errno.EAFNOSUPPORT);
        assertThat(libc.epoll_create1(-1)).isEqualTo(-Errno.EINVAL);
        assertThat(libc.eventfd(0, -1)).isEqualTo(-Errno.EINVAL);
        assertThat(libc.unlink("/nowhere/at/all".getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(-Errno.ENOENT);
        assertThat(libc.getsockname(-1)).isNull();
        assertThat(libc.getpeername(-1)).isNull();
    }

    @Test
    @Tag("B10")
    void aSocketIsNonBlockingAndClosedOnExecFromBirth() {
        int fd = libc.socket(Linux.AF_INET, STREAM, 0);
        assertThat(libc.fcntl(fd, Linux.F_GETFL, 0) & Linux.O_NONBLOCK).isNotZero();
        assertThat(libc.fcntl(fd, Linux.F_GETFD, 0) & Linux.FD_CLOEXEC).isNotZero();
        assertThat(libc.close(fd)).isZero();
        assertThat(libc.close(fd)).isEqualTo(-Errno.EBADF);
    }

    @Test
    void bytesGoThroughAtAnyOffset() {
        UnixPair pair = UnixPair.open(libc);
        byte[] out = "..hello".getBytes(StandardCharsets.UTF_8);
        assertThat(libc.send(pair.left(), out, 2, 5)).isEqualTo(5);
        byte[] in = new byte[10];
        assertThat(libc.recv(pair.right(), in, 3, 7)).isEqualTo(5);
        assertThat(new String(in, 3, 5, StandardCharsets.UTF_8)).isEqualTo("hello");
        assertThat(libc.recv(pair.right(), in, 0, 10)).isEqualTo(-Errno.EAGAIN);

        assertThat(libc.write(pair.left(), out, 0, 2)).isEqualTo(2);
        assertThat(libc.read(pair.right(), in, 0, 10)).isEqualTo(2);
        pair.close(libc);
    }

    @Test
    void oneTransferMovesAtMostTheLimit() {
        UnixPair pair = UnixPair.open(libc);
        // The kernel doubles what is asked for, and would take all of this at once.
        libc.setsockopt(pair.left(), Linux.SOL_SOCKET, Linux.SO_SNDBUF, 1 << 20);
        byte[] large = new byte[Libc.TRANSFER_MAX_BYTES + 1];
        assertThat(libc.send(pair.left(), large, 0, large.length))
                .isPositive()
                .isLessThanOrEqualTo(Libc.TRANSFER_MAX_BYTES);
        pair.close(libc);
    }

    @Test
    void aWriteToAGonePeerIsAnErrorAndNoSignal() {
        UnixPair pair = UnixPair.open(libc);
        libc.close(pair.right());
        assertThat(libc.send(pair.left(), new byte[1], 0, 1)).isEqualTo(-Errno.EPIPE);
        libc.close(pair.left());
    }

    @Test
    void unlinkRemovesTheFile(@TempDir Path folder) throws Exception {
        Path file = Files.createFile(folder.resolve("x"));
        byte[] path = file.toString().getBytes(StandardCharsets.UTF_8);
        assertThat(libc.unlink(path)).isZero();
        assertThat(file).doesNotExist();
        assertThat(libc.unlink(path)).isEqualTo(-Errno.ENOENT);
    }

    @Test
    void epollGivesBackTheDataItWasGiven() {
        UnixPair pair = UnixPair.open(libc);
        int epoll = libc.epoll_create1(Linux.EPOLL_CLOEXEC);
        long data = 0x1234_5678_9ABC_DEF0L;
        assertThat(libc.epoll_ctl(epoll, Linux.EPOLL_CTL_ADD, pair.left(), Linux.EPOLLOUT, data))
                .isZero();
        assertThat(libc.epoll_ctl(epoll, Linux.EPOLL_CTL_ADD, pair.right(), Linux.EPOLLOUT, ~data))
                .isZero();
        EpollEvents events = new EpollEvents(4);
        assertThat(libc.epoll_wait(epoll, events, 0)).isEqualTo(2);
        assertThat(Stream.of(events.data(0), events.data(1)))
                .containsExactlyInAnyOrder(data, ~data);
        assertThat(events.events(1)).isEqualTo(Linux.EPOLLOUT);
        libc.close(epoll);
        pair.close(libc);
    }
}
