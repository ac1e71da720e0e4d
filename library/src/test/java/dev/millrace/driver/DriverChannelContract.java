package dev.millrace.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.kernel.IpAddress;
import dev.millrace.sys.Errno;
import dev.millrace.sys.Libc;
import dev.millrace.sys.Linux;
import dev.millrace.sys.Message;
import dev.millrace.testing.Kernel;
import dev.millrace.testing.RawClient;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Descriptors that travel over a Unix socket, for drivers with {@link Capability#PASS_DESCRIPTORS};
 * what the others answer is in {@link DriverCapabilityContract}.
 */
@Tag("epoll")
public abstract class DriverChannelContract extends DriverContract {
    private static final String SENT = "/dev/zero";

    private final Libc libc = new Libc();
    private final int sent = libc.open(SENT, Linux.O_RDONLY);

    @AfterEach
    void nothingLeaks() {
        assertThat(Kernel.descriptors(SENT)).containsExactly(sent);
        libc.close(sent);
        libc.close();
    }

    /** Two channels. */
    public final Pair channels() {
        Pair pair = pair();
        assertThat(driver.carryDescriptors(pair.client().port)).isZero();
        assertThat(driver.carryDescriptors(pair.server().port)).isZero();
        return pair;
    }

    public final int send(End end, String text, int... descriptors) {
        byte[] bytes = Bytes.of(text);
        return driver.sendDescriptors(end.port, bytes, 0, bytes.length, descriptors);
    }

    public final void closeReceived(End end) {
        driver.closeDescriptors(end.descriptors.stream().mapToInt(Integer::intValue).toArray());
    }

    @Test
    @Tag("E10")
    void descriptorsAreToldRightBeforeTheBytesTheyCameWith() {
        Pair pair = channels();
        End server = pair.server().read();
        assertThat(send(pair.client(), "two", sent, sent)).isEqualTo(3);
        assertThat(send(pair.client(), "none")).isEqualTo(4);
        pair.client().send("plain");
        expect("all bytes", () -> server.text().equals("twononeplain"));
        assertThat(server.seen).startsWith("descriptors 2", "read 3");
        assertThat(server.descriptors)
                .hasSize(2)
                .doesNotContain(sent)
                .allMatch(fd -> (libc.fcntl(fd, Linux.F_GETFD, 0) & Linux.FD_CLOEXEC) != 0);
        closeReceived(server);
        driver.close(pair.client().port);
        expect(server, "end");
    }

    @Test
    @Tag("E10")
    void whatCameWithDescriptorsDoesNotWaitForTheNextTurn() {
        Pair pair = channels();
        for (String text : List.of("a", "bb", "ccc")) {
            assertThat(send(pair.client(), text, sent)).isEqualTo(text.length());
        }
        pair.server().read();
        expect("the first", () -> !pair.server().seen.isEmpty());
        assertThat(pair.server().text()).isEqualTo("abbccc");
        closeReceived(pair.server());
    }

    @Test
    @Tag("E10")
    void aReadBehindDescriptorsStopsAtOnceWhenItsReceiverWantsThat() {
        Pair pair = channels();
        send(pair.client(), "a", sent);
        send(pair.client(), "b", sent);
        End server =
                new End(pair.server().port) {
                    @Override
                    public void onRead(byte[] array, int offset, int length) {
                        super.onRead(array, offset, length);
                        driver.readStop(port);
                    }
                }.read();
        expect("the first", () -> !server.text().isEmpty());
        settle();
        assertThat(server.text()).isEqualTo("a");
        server.read();
        expect("the second", () -> server.text().equals("ab"));
        closeReceived(server);
    }

    @Test
    @Tag("F4")
    void aReleasedDescriptorIsTheCallersAndTellsNothing() {
        Pair pair = pair();
        End server = pair.server().read();
        settle();
        int fd = driver.release(server.port);
        byte[] late = {1};
        driver.tryWrite(pair.client().port, late, 0, 1);
        settle();
        assertThat(server.seen).as("its port is closed").isEmpty();
        assertThat(Kernel.watched(fd)).isEqualTo(-1);
        driver.close(server.port);
        assertThat(libc.fcntl(fd, Linux.F_GETFD, 0)).as("open").isEqualTo(Linux.FD_CLOEXEC);
        libc.close(fd);
        pair.client().read();
        expect("the end", () -> !pair.client().seen.isEmpty());
    }

    @Test
    @Tag("E10")
    void aSmallBufferTakesTheBytesInPieces() {
        Pair pair = channels();
        End server = pair.server();
        server.port.bufferSource(suggested -> ByteBuffer.allocate(2));
        server.read();
        assertThat(send(pair.client(), "abcde", sent)).isEqualTo(5);
        expect("all bytes", () -> server.text().equals("abcde"));
        assertThat(server.seen).containsExactly("descriptors 1", "read 2", "read 2", "read 1");
        closeReceived(server);
    }

    @Test
    @Tag("F4")
    void aDescriptorTravelsOnceThoughItsBytesLeaveInPieces() {
        Pair pair = channels();
        End server = pair.server();
        byte[] bytes = RawClient.pattern(1024 * 1024);
        int taken = driver.sendDescriptors(pair.client().port, bytes, 0, bytes.length, sent);
        assertThat(taken).isPositive().isLessThan(bytes.length);
        driver.write(pair.client().port, bytes, taken, bytes.length - taken);
        server.read();
        expect("all bytes", () -> server.received.count() == bytes.length);
        assertThat(RawClient.isPattern(server.received.toArray())).isTrue();
        assertThat(server.descriptors).hasSize(1);
        closeReceived(server);
    }

    @Test
    @Tag("F4")
    void aDescriptorThatWasNotTakenHasNotLeft() {
        Pair pair = channels();
        byte[] bytes = new byte[Driver.RECEIVE_MAX_BYTES];
        int count = 0;
        int result = bytes.length;
        while (result >= 0) {
            result = driver.sendDescriptors(pair.client().port, bytes, 0, bytes.length, sent);
            count += result >= 0 ? 1 : 0;
        }
        assertThat(result).isEqualTo(-Errno.EAGAIN);
        int expected = count;
        pair.server().read();
        expect("all of them", () -> pair.server().descriptors.size() >= expected);
        settle();
        assertThat(pair.server().descriptors).hasSize(expected);
        closeReceived(pair.server());
    }

    @Test
    @Tag("G1")
    void anOrdinaryStreamReceivesNone() {
        Pair pair = pair();
        assertThat(driver.carryDescriptors(pair.client().port)).isZero();
        pair.server().read();
        assertThat(send(pair.client(), "x", sent)).isEqualTo(1);
        expect(pair.server(), "read 1");
        assertThat(pair.server().descriptors).isEmpty();
        assertThat(send(pair.server(), "x", sent)).as("nor does it send").isEqualTo(-Errno.EINVAL);
    }

    @Test
    @Tag("G1")
    void aChannelCantListenAndAListenerIsNone() {
        End channel = newEnd();
        assertThat(driver.carryDescriptors(channel.port)).isZero();
        assertThat(driver.bind(channel.port, listenAddress())).isZero();
        assertThat(driver.listen(channel.port, 1)).isEqualTo(-Errno.EINVAL);
        assertThat(driver.carryDescriptors(listener().port)).isEqualTo(-Errno.EINVAL);
    }

    @Test
    void onlyUnixSocketsAreChannels() throws IOException {
        Port tcp = driver.socket(IpAddress.loopback(0));
        assertThat(driver.carryDescriptors(tcp)).isEqualTo(-Errno.EINVAL);
        assertThat(driver.carryDescriptors(driver.datagram(IpAddress.loopback(0))))
                .isEqualTo(-Errno.EINVAL);
    }

    @Test
    void whatCantTravelIsRefused() {
        Pair pair = channels();
        int[] tooMany =
                IntStream.generate(() -> sent).limit(Message.DESCRIPTORS_MAX + 1L).toArray();
        assertThat(send(pair.client(), "x", tooMany)).isEqualTo(-Errno.EINVAL);
        assertThat(send(pair.client(), "x", -1)).isEqualTo(-Errno.EBADF);
        assertThatThrownBy(() -> send(pair.client(), "", sent))
                .isInstanceOf(IllegalArgumentException.class);
        pair.server().read();
        settle();
        assertThat(pair.server().seen).isEmpty();
    }
}
