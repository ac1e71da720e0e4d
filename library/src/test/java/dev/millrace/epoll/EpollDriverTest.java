package dev.millrace.epoll;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.driver.Driver;
import dev.millrace.driver.Guarded;
import dev.millrace.driver.Port;
import dev.millrace.driver.PortEvents;
import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.KernelOption;
import dev.millrace.loop.DriverLoops;
import dev.millrace.sys.Errno;
import dev.millrace.sys.Libc;
import dev.millrace.sys.Linux;
import dev.millrace.testing.Kernel;
import dev.millrace.testing.LoopFixture;
import dev.millrace.testing.RawClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The driver alone, without a loop: what each poll dispatches. */
@Tag("epoll")
class EpollDriverTest {
    private static final long DEADLINE_NANOS =
            TimeUnit.SECONDS.toNanos(LoopFixture.DEADLINE_SECONDS);

    private final Driver driver = DriverLoops.open();
    private final List<String> seen = new ArrayList<>();
    private final List<Port> accepted = new ArrayList<>();
    private Port listener;

    /** Writes down what a port reports, and keeps what is accepted. */
    private final class Receiver implements PortEvents {
        @Override
        public void onAccept(Port connection) {
            accepted.add(connection);
            connection.attach(this);
            seen.add("accept " + ((IpAddress) driver.remoteAddress(connection)).port());
        }

        @Override
        public void onAcceptError(int errno, int shed) {
            seen.add("accept error " + errno);
        }

        @Override
        public void onRead(byte[] array, int offset, int length) {
            seen.add("read " + length);
        }

        @Override
        public void onPeerClosed(int errno) {
            seen.add("peer closed " + errno);
        }

        @Override
        public void onEnd() {
            seen.add("end");
        }

        @Override
        public void onReadError(int errno) {
            seen.add("error " + errno);
        }
    }

    @BeforeEach
    void listen() throws IOException {
        listener = driver.socket(IpAddress.loopback(0));
        listener.attach(new Receiver());
        driver.setOption(listener, KernelOption.RECEIVE_BUFFER_BYTES, 1 << 20);
        driver.bind(listener, IpAddress.loopback(0));
        driver.listen(listener, 100);
        driver.acceptStart(listener, 1);
    }

    @AfterEach
    void close() {
        driver.close();
    }

    private int port() {
        return ((IpAddress) driver.localAddress(listener)).port();
    }

    private void poll() {
        driver.poll(0, this::enter);
    }

    private void enter(Guarded callback) {
        try {
            callback.call();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private RawClient accepted() {
        RawClient client = RawClient.connect(port());
        poll();
        return client;
    }

    private Port connection() {
        return accepted.getFirst();
    }

    private long unread(RawClient client) {
        return Kernel.unreadBytes(port(), client.localPort());
    }

    @Test
    @Tag("D1")
    void eachReadinessAcceptsOneAndAllAreTakenInOrder() {
        List<RawClient> clients = new ArrayList<>();
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            clients.add(RawClient.connect(port()));
            expected.add("accept " + clients.getLast().localPort());
        }
        for (int turn = 1; turn <= 50; turn++) {
            poll();
            assertThat(seen).hasSize(turn);
        }
        poll();
        assertThat(seen).isEqualTo(expected);
        clients.forEach(RawClient::close);
    }

    @Test
    @Tag("D2")
    void nothingLeftToAcceptIsNoError() throws IOException {
        Port sibling = driver.adopt(driver.share(listener));
        sibling.attach(new Receiver());
        driver.acceptStart(sibling, 1);
        try (RawClient client = RawClient.connect(port())) {
            int[] ready = {0};
            driver.poll(
                    0,
                    callback -> {
                        ready[0]++;
                        enter(callback);
                    });
            assertThat(ready[0]).as("both were told").isEqualTo(2);
            assertThat(seen).containsExactly("accept " + client.localPort());
            poll();
            assertThat(seen).hasSize(1);
        }
    }

    /**
     * Level-triggered: what a short array or a pause leaves behind is announced without a new
     * arrival.
     */
    @Test
    @Tag("A12")
    void whatIsLeftUnreadIsAnnouncedAgain() {
        RawClient client = accepted();
        Port connection = connection();
        int[] total = {0};
        connection.attach(
                new PortEvents() {
                    @Override
                    public void onRead(byte[] array, int offset, int length) {
                        total[0] += length;
                        driver.readStop(connection);
                    }
                });
        client.write(new byte[150_000]);
        Kernel.await("the bytes to arrive", () -> unread(client) == 150_000);
        for (int reads = 1; reads <= 2; reads++) {
            driver.readStart(connection);
            poll();
            poll();
            assertThat(total[0]).isEqualTo(reads * Driver.RECEIVE_MAX_BYTES);
            assertThat(unread(client)).isEqualTo(150_000 - total[0]);
        }
        driver.readStart(connection);
        poll();
        assertThat(total[0]).isEqualTo(150_000);
        client.close();
    }

    @Test
    @Tag("A8")
    void startingToWatchCostsNoCallUntilThePoll() {
        RawClient client = accepted();
        int fd = ((EpollPort) connection()).fd;
        driver.readStart(connection());
        assertThat(Kernel.watched(fd)).as("before the poll").isEqualTo(-1);
        poll();
        assertThat(Kernel.watched(fd) & 1).isEqualTo(1);
        driver.readStop(connection());
        driver.readStart(connection());
        driver.readStop(connection());
        assertThat(Kernel.watched(fd) & 1).as("stopped, but not polled yet").isEqualTo(1);
        client.close();
    }

    @Test
    @Tag("A9")
    void whatIsReadyTogetherIsCalledBackFromOnePoll() {
        RawClient one = accepted();
        RawClient two = accepted();
        accepted.forEach(driver::readStart);
        one.write("1");
        two.write("22");
        Kernel.await("both to arrive", () -> unread(one) == 1 && unread(two) == 2);
        seen.clear();
        poll();
        assertThat(seen).containsExactlyInAnyOrder("read 1", "read 2");
        one.close();
        two.close();
    }

    /** A full array does not tell whether there is more: the answer "nothing now" is no event. */
    @Test
    @Tag("E4")
    void nothingNowIsNoEvent() {
        RawClient client = accepted();
        client.write(new byte[Driver.RECEIVE_MAX_BYTES]);
        Kernel.await("the bytes to arrive", () -> unread(client) == Driver.RECEIVE_MAX_BYTES);
        driver.readStart(connection());
        poll();
        assertThat(seen).endsWith("accept " + client.localPort(), "read 65536");
        client.halfClose();
        while (seen.size() < 3) {
            driver.poll(DEADLINE_NANOS, this::enter);
        }
        assertThat(seen).last().isEqualTo("end");
        client.close();
    }

    @Test
    @Tag("E5")
    void oneReadinessReadsABoundedAmount() {
        RawClient client = RawClient.connect(port());
        poll();
        driver.setOption(connection(), KernelOption.RECEIVE_BUFFER_BYTES, 4 << 20);
        Thread.ofVirtual()
                .start(() -> {
                    try (client) {
                        client.write(new byte[8 << 20]);
                    }
                });
        driver.readStart(connection());
        int most = 0;
        long total = 0;
        while (!seen.contains("end")) {
            seen.clear();
            driver.poll(DEADLINE_NANOS, this::enter);
            int bytes =
                    seen.stream()
                            .filter(line -> line.startsWith("read"))
                            .mapToInt(this::length)
                            .sum();
            total += bytes;
            most = Math.max(most, bytes);
        }
        assertThat(total).isEqualTo(8 << 20);
        assertThat(most).isBetween(Driver.RECEIVE_MAX_BYTES + 1, 4 * Driver.RECEIVE_MAX_BYTES);
    }

    private int length(String line) {
        return Integer.parseInt(line.substring("read ".length()));
    }

    @Test
    void aPortThatNobodyReadsIsWatchedForThePeerToLeaveAndNothingElse() {
        RawClient client = accepted();
        poll();
        int fd = ((EpollPort) connection()).fd;
        int unmasked = Linux.EPOLLERR | Linux.EPOLLHUP;
        assertThat(Kernel.watched(fd) & ~unmasked).isEqualTo(Linux.EPOLLRDHUP);
        client.write("x");
        poll();
        assertThat(seen).as("bytes wake nobody").hasSize(1);
        client.close();
        poll();
        poll();
        assertThat(seen).endsWith("peer closed 0").hasSize(2);
        assertThat(Kernel.watched(fd)).as("told once, then dropped").isEqualTo(-1);
    }

    /** As ss(8) kills it. A listener rests after an error, and HUP can't be masked. */
    @Test
    @Tag("D6")
    void aListenerThatIsShutDownDoesNotSpinWhileItRests() {
        poll();
        try (Libc libc = new Libc()) {
            int shutRd = 0;
            assertThat(libc.shutdown(((EpollPort) listener).fd, shutRd)).isZero();
        }
        poll();
        assertThat(seen).containsExactly("accept error " + Errno.EINVAL);
        driver.acceptStop(listener);
        poll();
        int[] ready = {0};
        driver.poll(0, callback -> ready[0]++);
        assertThat(ready[0]).isZero();
        driver.acceptStart(listener, 1);
        poll();
        assertThat(seen).hasSize(2);
    }

    /**
     * HUP can't be masked: a port that nobody listens to leaves the set, and comes back with a
     * reader.
     */
    @Test
    void aHangUpNobodyListensToDoesNotSpin() {
        RawClient client = accepted();
        driver.readStart(connection());
        poll();
        driver.readStop(connection());
        client.write("x");
        client.reset();
        int fd = ((EpollPort) connection()).fd;
        Kernel.await(
                "the port to leave",
                () -> {
                    poll();
                    return Kernel.watched(fd) == -1;
                });
        assertThat(seen).endsWith("peer closed 104").hasSize(2);
        driver.readStart(connection());
        poll();
        poll();
        assertThat(seen).endsWith("read 1", "error 104");
    }
}
