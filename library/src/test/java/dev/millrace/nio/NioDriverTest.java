package dev.millrace.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.driver.Capability;
import dev.millrace.driver.Driver;
import dev.millrace.driver.Port;
import dev.millrace.driver.PortEvents;
import dev.millrace.driver.SocketFile;
import dev.millrace.kernel.Address;
import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.KernelOption;
import dev.millrace.kernel.UnixAddress;
import dev.millrace.sys.Errno;
import dev.millrace.testing.ChildJvm;
import dev.millrace.testing.RawClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is special to NIO; the rest is in the contract tests. */
class NioDriverTest {
    private static final long LONG_NANOS = 60_000_000_000L;

    private final Driver driver = open();
    private final List<Port> accepted = new ArrayList<>();

    static Driver open() {
        try {
            return new NioDriver();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @AfterEach
    void close() {
        driver.close();
    }

    private Port listener(Address address) throws IOException {
        Port port = driver.socket(address);
        assertThat(driver.bind(port, address)).isZero();
        assertThat(driver.listen(port, 16)).isZero();
        port.attach(
                new PortEvents() {
                    @Override
                    public void onAccept(Port connection) {
                        accepted.add(connection);
                    }
                });
        driver.acceptStart(port, 16);
        return port;
    }

    private void poll(Driver polled, long nanos) {
        polled.poll(
                nanos,
                callback -> {
                    try {
                        callback.call();
                    } catch (Exception e) {
                        throw new AssertionError(e);
                    }
                });
    }

    private static int portOf(Address address) {
        return ((IpAddress) address).port();
    }

    /** Asks for IPv6, of a stream and of a datagram socket. */
    static final class Ipv6 {
        private Ipv6() {}

        public static void main(String[] arguments) {
            try (Driver driver = open()) {
                IpAddress address = IpAddress.of("::", 0);
                ask(() -> driver.socket(address));
                ask(() -> driver.datagram(address));
            }
        }

        private static void ask(Callable<Port> call) {
            try {
                System.out.println(call.call());
            } catch (Exception e) {
                System.out.println(e.getMessage());
            }
        }
    }

    /** Whoever listens everywhere takes IPv4 alone then, and asks for the code. */
    @Test
    @Tag("C2")
    @Tag("I8")
    void withoutIpv6ItIsTheFamilyThatIsMissing() throws Exception {
        List<String> command = ChildJvm.command(Ipv6.class);
        command.add(1, "-Djava.net.preferIPv4Stack=true");
        String missing = "socket EAFNOSUPPORT: address family not supported";
        assertThat(ChildJvm.run(command).output().lines()).containsExactly(missing, missing);
    }

    /** However fast it is filled: others get their turn. */
    @Test
    @Tag("E5")
    void oneReadinessReadsABoundedAmount() throws IOException {
        Port listener = listener(IpAddress.loopback(0));
        int port = ((IpAddress) driver.localAddress(listener)).port();
        RawClient client = RawClient.connect(port);
        poll(driver, LONG_NANOS);
        Port connection = accepted.getFirst();
        driver.setOption(connection, KernelOption.RECEIVE_BUFFER_BYTES, 4 << 20);
        Thread.ofVirtual()
                .start(() -> {
                    try (client) {
                        client.write(new byte[8 << 20]);
                    }
                });
        int[] bytes = {0};
        boolean[] isOver = {false};
        connection.attach(
                new PortEvents() {
                    @Override
                    public void onRead(byte[] array, int offset, int length) {
                        bytes[0] += length;
                    }

                    @Override
                    public void onEnd() {
                        isOver[0] = true;
                    }
                });
        driver.readStart(connection);
        int most = 0;
        while (!isOver[0]) {
            bytes[0] = 0;
            poll(driver, LONG_NANOS);
            most = Math.max(most, bytes[0]);
        }
        assertThat(most).isBetween(1, 4 * Driver.RECEIVE_MAX_BYTES);
    }

    @Test
    void itSaysWhatItCanDo() {
        List<Capability> able = Stream.of(Capability.values()).filter(driver::supports).toList();
        assertThat(able)
                .containsExactly(
                        Capability.SHARED_LISTENERS,
                        Capability.MOVE_CONNECTIONS,
                        Capability.DATAGRAMS);
        assertThat(driver.name()).isEqualTo("nio");
    }

    @Test
    void whatItCantDoItRefusesByName() throws IOException {
        assertThatThrownBy(() -> driver.open(0))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageStartingWith("the driver nio can't do this: serving an open descriptor");
        assertThatThrownBy(() -> driver.watch(0)).hasMessageContaining("the driver nio");
        UnixAddress name = UnixAddress.of("@name");
        Port port = driver.socket(name);
        assertThat(driver.bind(port, name)).isEqualTo(-Errno.EOPNOTSUPP);
        assertThat(driver.connect(port, name)).isEqualTo(-Errno.EOPNOTSUPP);
    }

    /** Even when the selector knows the channel, and without another poll. */
    @Test
    void aPortIsFreeAsSoonAsItIsClosed() throws IOException {
        Port first = listener(IpAddress.loopback(0));
        IpAddress address = (IpAddress) driver.localAddress(first);
        poll(driver, 0);
        driver.close(first);
        Port second = listener(address);
        assertThat(driver.localAddress(second)).isEqualTo(address);
    }

    @Test
    void aResetIsSentAtOnce() throws IOException {
        Port listener = listener(IpAddress.loopback(0));
        try (RawClient client = RawClient.connect(portOf(driver.localAddress(listener)))) {
            poll(driver, LONG_NANOS);
            driver.readStart(accepted.getFirst());
            poll(driver, 0);
            driver.reset(accepted.getFirst());
            assertThatThrownBy(client::readToEnd).hasMessageContaining("reset");
        }
    }

    /** Closing selects, and a select forgets wake-ups. */
    @Test
    void aWakeUpOutlivesAClose() throws IOException {
        Port listener = listener(IpAddress.loopback(0));
        poll(driver, 0);
        driver.wakeUp();
        driver.close(listener);
        long start = System.nanoTime();
        poll(driver, LONG_NANOS);
        assertThat(System.nanoTime() - start).isLessThan(LONG_NANOS);
    }

    /** Closing selects, and takes what became ready with it. */
    @Test
    void readinessOutlivesAClose() throws IOException {
        Port listener = listener(IpAddress.loopback(0));
        Port other = listener(IpAddress.loopback(0));
        poll(driver, 0);
        try (RawClient client = RawClient.connect(portOf(driver.localAddress(listener)))) {
            driver.close(other);
            poll(driver, LONG_NANOS);
            assertThat(accepted).hasSize(1);
            driver.close(accepted.getFirst());
            assertThat(client.readToEnd()).isEmpty();
        }
    }

    @Test
    void anInterruptedThreadWaitsAllTheSameAndStaysInterrupted() {
        Thread.currentThread().interrupt();
        long start = System.nanoTime();
        poll(driver, 3_000_000);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(3_000_000);
    }

    @Test
    @Tag("B5")
    void bindMeetsItsErrorsItself(@TempDir Path folder) throws IOException {
        IpAddress taken = (IpAddress) driver.localAddress(listener(IpAddress.loopback(0)));
        assertThat(driver.bind(driver.socket(taken), taken)).isEqualTo(-Errno.EADDRINUSE);
        IpAddress foreign = IpAddress.of("192.0.2.1", 0);
        assertThat(driver.bind(driver.socket(foreign), foreign)).isEqualTo(-Errno.EADDRNOTAVAIL);
        UnixAddress nowhere = UnixAddress.of(folder.resolve("none").resolve("s"));
        assertThat(driver.bind(driver.socket(nowhere), nowhere)).isEqualTo(-Errno.ENOENT);
    }

    /** A successor has put its own there between the two. */
    @Test
    @Tag("G10")
    void listeningLeavesAFileThatIsAnothers(@TempDir Path folder) throws IOException {
        UnixAddress address = UnixAddress.of(folder.resolve("s"));
        Port port = driver.socket(address);
        assertThat(driver.bind(port, address)).isZero();
        Port successor = driver.socket(address);
        driver.unlink(address);
        assertThat(driver.bind(successor, address)).isZero();
        SocketFile theirs = driver.file(address);
        assertThat(driver.listen(port, 16)).isEqualTo(-Errno.EADDRINUSE);
        assertThat(driver.file(address)).isNotNull().isEqualTo(theirs);
    }

    /** Bind and listen are two channels, but one port and one file. */
    @Test
    void listeningKeepsWhatWasBound(@TempDir Path folder) throws IOException {
        Port port = driver.socket(IpAddress.loopback(0));
        driver.bind(port, IpAddress.loopback(0));
        Address bound = driver.localAddress(port);
        assertThat(portOf(bound)).isPositive();
        assertThat(driver.listen(port, 16)).isZero();
        assertThat(driver.localAddress(port)).isEqualTo(bound);

        Path path = folder.resolve("s");
        UnixAddress address = UnixAddress.of(path);
        Port unix = driver.socket(address);
        assertThat(driver.bind(unix, address)).isZero();
        assertThat(driver.chmod(address, 0640)).isZero();
        assertThat(driver.listen(unix, 16)).isZero();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                .isEqualTo("rw-r-----");
        assertThat(driver.localAddress(unix)).isEqualTo(address);
        driver.unlink(address);
        assertThat(path).doesNotExist();
        assertThat(driver.chmod(address, 0600)).isEqualTo(-Errno.ENOENT);
    }

    @Test
    void connectionsInheritTheOptionsOfTheirListener() throws IOException {
        Port listener = listener(IpAddress.loopback(0));
        assertThat(driver.setOption(listener, KernelOption.NO_DELAY, 1)).isZero();
        assertThat(driver.setOption(listener, KernelOption.KEEP_ALIVE, 1)).isZero();
        assertThat(driver.getOption(listener, KernelOption.NO_DELAY)).isEqualTo(1);
        try (RawClient client = RawClient.connect(portOf(driver.localAddress(listener)))) {
            poll(driver, LONG_NANOS);
            assertThat(driver.getOption(accepted.getFirst(), KernelOption.NO_DELAY)).isEqualTo(1);
            assertThat(driver.getOption(accepted.getFirst(), KernelOption.KEEP_ALIVE)).isEqualTo(1);
        }
    }

    @Test
    void aConnectThatFailedCanBeTriedAgain(@TempDir Path folder) throws IOException {
        UnixAddress address = UnixAddress.of(folder.resolve("s"));
        Port client = driver.socket(address);
        assertThat(driver.connect(client, address)).isEqualTo(-Errno.ENOENT);
        driver.readStart(client);
        listener(address);
        assertThat(driver.connect(client, address)).isZero();
        assertThat(driver.remoteAddress(client)).isEqualTo(address);
    }

    @Test
    void aListenerMovesWithItsQueue() throws Exception {
        Port listener = listener(IpAddress.loopback(0));
        Address address = driver.localAddress(listener);
        try (RawClient client = RawClient.connect(portOf(address));
                Driver second = open();
                Driver.Shared moving = driver.detach(listener)) {
            assertThat(driver.socket(address)).as("the first goes on").isNotNull();
            Port moved = second.adopt(moving);
            moved.attach(
                    new PortEvents() {
                        @Override
                        public void onAccept(Port connection) {
                            second.tryWrite(connection, new byte[] {'h', 'i'}, 0, 2);
                            second.close(connection);
                        }
                    });
            second.acceptStart(moved, 1);
            assertThat(second.localAddress(moved)).isEqualTo(address);
            poll(second, LONG_NANOS);
            assertThat(client.readToEnd()).isEqualTo("hi");
            assertThatThrownBy(() -> second.adopt(moving))
                    .isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void whatNobodyAdoptsIsClosed() throws IOException {
        Port listener = listener(IpAddress.loopback(0));
        try (RawClient client = RawClient.connect(portOf(driver.localAddress(listener)))) {
            poll(driver, LONG_NANOS);
            driver.detach(accepted.getFirst()).close();
            assertThat(client.readToEnd()).isEmpty();
        }
    }
}
