package dev.millrace.sys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * SCM_RIGHTS over a pair of connected Unix sockets; an eventfd tells by its counter which one
 * arrived.
 */
class MessageTest {
    private final Libc libc = new Libc();
    private UnixPair pair;

    @BeforeEach
    void open() {
        pair = UnixPair.open(libc);
    }

    @AfterEach
    void close() {
        pair.close(libc);
        libc.close();
    }

    @Test
    void severalDescriptorsArriveInOrderWithTheirBytes() {
        int[] sent = IntStream.rangeClosed(1, 5).map(this::eventfd).toArray();
        send("five", sent);
        Message in = new Message(64);
        assertThat(libc.recvmsg(pair.right(), in)).isEqualTo(4);
        assertThat(new String(in.received(4), StandardCharsets.UTF_8)).isEqualTo("five");
        int[] received = in.descriptors();
        assertThat(received).hasSize(5).doesNotContain(sent);
        assertThat(IntStream.of(received).map(this::counter)).containsExactly(1, 2, 3, 4, 5);
        assertThat(in.isTruncated()).isFalse();
        close(sent);
        close(received);
    }

    /** Whoever made the socket may have asked for them; they come first. */
    @Test
    void descriptorsArriveBehindTheCredentialsOfTheirSender() {
        int passCredentials = 16;
        assertThat(libc.setsockopt(pair.right(), Linux.SOL_SOCKET, passCredentials, 1)).isZero();
        int[] sent = IntStream.rangeClosed(1, Message.DESCRIPTORS_MAX).map(this::eventfd).toArray();
        send("x", sent);
        Message in = new Message(8);
        assertThat(libc.recvmsg(pair.right(), in)).isEqualTo(1);
        int[] received = in.descriptors();
        assertThat(received).hasSize(Message.DESCRIPTORS_MAX);
        assertThat(in.isTruncated()).isFalse();
        close(sent);
        close(received);
    }

    @Test
    @Tag("B10")
    void whatArrivesIsClosedOnExecFromTheFirstMoment() {
        int[] sent = {libc.eventfd(1, 0)};
        assertThat(libc.fcntl(sent[0], Linux.F_GETFD, 0) & Linux.FD_CLOEXEC).isZero();
        send("x", sent);
        Message in = new Message(8);
        assertThat(libc.recvmsg(pair.right(), in)).isEqualTo(1);
        int[] received = in.descriptors();
        assertThat(libc.fcntl(received[0], Linux.F_GETFD, 0) & Linux.FD_CLOEXEC).isNotZero();
        close(sent);
        close(received);
    }

    @Test
    void aMessageHoldsAsManyAsTheKernelTakes() {
        int one = eventfd(7);
        int[] most = IntStream.generate(() -> one).limit(Message.DESCRIPTORS_MAX).toArray();
        send("x", most);
        Message in = new Message(8);
        assertThat(libc.recvmsg(pair.right(), in)).isEqualTo(1);
        assertThat(in.descriptors()).hasSize(Message.DESCRIPTORS_MAX);
        assertThat(in.isTruncated()).isFalse();
        close(in.descriptors());

        Message tooMany = new Message(8);
        int[] more = IntStream.generate(() -> one).limit(Message.DESCRIPTORS_MAX + 1L).toArray();
        tooMany.store(new byte[1], 0, 1, more);
        assertThat(libc.sendmsg(pair.left(), tooMany)).isEqualTo(-Errno.EINVAL);
        libc.close(one);
    }

    @Test
    void plainBytesCarryNoDescriptors() {
        Message out = new Message(8);
        out.store("..ab".getBytes(StandardCharsets.UTF_8), 2, 2);
        assertThat(libc.sendmsg(pair.left(), out)).isEqualTo(2);
        Message in = new Message(8);
        assertThat(libc.recvmsg(pair.right(), in)).isEqualTo(2);
        assertThat(in.received(2)).containsExactly('a', 'b');
        assertThat(in.descriptors()).isEmpty();
        assertThat(libc.recvmsg(pair.right(), in)).isEqualTo(-Errno.EAGAIN);
    }

    @Test
    void aUsedMessageForgetsWhatItReceivedBefore() {
        int[] sent = {eventfd(3)};
        send("x", sent);
        Message in = new Message(8);
        libc.recvmsg(pair.right(), in);
        close(in.descriptors());
        assertThat(libc.send(pair.left(), new byte[2], 0, 2)).isEqualTo(2);
        assertThat(libc.recvmsg(pair.right(), in)).isEqualTo(2);
        assertThat(in.descriptors()).isEmpty();
        close(sent);
    }

    /** No room left in the descriptor table: the kernel delivers what fits and says so. */
    @Test
    void lostDescriptorsAreReported() {
        int[] sent = {eventfd(1), eventfd(2), eventfd(3)};
        send("x", sent);
        Message in = new Message(8, 1);
        assertThat(libc.recvmsg(pair.right(), in)).isEqualTo(1);
        assertThat(in.isTruncated()).isTrue();
        assertThat(IntStream.of(in.descriptors()).map(this::counter)).containsExactly(1);
        close(in.descriptors());
        close(sent);
    }

    @Test
    void moreBytesThanItHoldsAreRefused() {
        Message small = new Message(4);
        assertThatThrownBy(() -> small.store(new byte[5], 0, 5))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }

    private int eventfd(int count) {
        return libc.eventfd(count, Linux.EFD_CLOEXEC | Linux.EFD_NONBLOCK);
    }

    private int counter(int fd) {
        byte[] eight = new byte[8];
        assertThat(libc.read(fd, eight, 0, 8)).isEqualTo(8);
        return eight[0];
    }

    private void send(String text, int... descriptors) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        Message out = new Message(64);
        out.store(bytes, 0, bytes.length, descriptors);
        assertThat(libc.sendmsg(pair.left(), out)).isEqualTo(bytes.length);
    }

    private void close(int... descriptors) {
        for (int fd : descriptors) {
            libc.close(fd);
        }
    }
}
