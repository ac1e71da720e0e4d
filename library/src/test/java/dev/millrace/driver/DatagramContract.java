package dev.millrace.driver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.kernel.Address;
import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.KernelOption;
import dev.millrace.sys.Errno;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** {@link Driver}'s promises about datagram sockets. Each peer is a port of the same driver. */
public abstract class DatagramContract extends DatagramFixture {
    @Test
    void datagramsComeWholeInOrderAndWithTheirSender() {
        Socket receiver = reading();
        Socket sender = bound(ANY_PORT);
        sender.send("one", receiver).send("two", receiver).send("three", receiver);
        receiver.expect("one", "two", "three");
        assertThat(receiver.senders).containsOnly(sender.address());
    }

    @Test
    void anEmptyDatagramIsOneAllTheSame() {
        Socket receiver = reading();
        bound(ANY_PORT).send("", receiver).send("after", receiver);
        receiver.expect("", "after");
    }

    @Test
    void theLongestDatagramArrivesWhole() {
        Socket receiver = reading();
        String longest = "x".repeat(65_507);
        bound(ANY_PORT).send(longest, receiver);
        receiver.expect(longest);
    }

    @Test
    void oneByteMoreIsRefused() {
        Socket receiver = reading();
        Socket sender = bound(ANY_PORT);
        assertThat(sender.trySend("x".repeat(65_508), receiver.address()))
                .isEqualTo(-Errno.EMSGSIZE);
        assertThat(sender.trySend("x".repeat(70_000), receiver.address()))
                .isEqualTo(-Errno.EMSGSIZE);
        sender.connect(receiver);
        assertThat(sender.trySend("x".repeat(300_000), null)).isEqualTo(-Errno.EMSGSIZE);
        sender.send("fits", (IpAddress) null);
        receiver.expect("fits");
    }

    @Test
    void sendingBindsASocketThatIsNotBound() {
        Socket receiver = reading();
        Socket sender = open(ANY_PORT);
        sender.send("x", receiver);
        receiver.expect("x");
        assertThat(sender.address().port()).isPositive();
        assertThat(((IpAddress) receiver.senders.getFirst()).port())
                .isEqualTo(sender.address().port());
    }

    @Test
    void answersGoBackToTheSender() {
        Socket server = reading();
        Socket client = reading();
        client.send("ping", server);
        server.expect("ping");
        server.send("pong", (IpAddress) server.senders.getFirst());
        client.expect("pong");
    }

    @Test
    void aConnectedSocketSendsToItsPeerAndHearsNobodyElse() {
        Socket server = reading();
        Socket client = bound(ANY_PORT);
        client.connect(server);
        assertThat(driver.remoteAddress(client.port)).isEqualTo(server.address());
        driver.readStart(client.port);
        client.send("to the peer", (IpAddress) null);
        server.expect("to the peer");
        bound(ANY_PORT).send("from a stranger", client);
        server.send("from the peer", client);
        client.expect("from the peer");
        settle();
        client.expect("from the peer");
        assertThat(client.senders).containsExactly(server.address());
    }

    @Test
    void aDisconnectedSocketHearsEverybodyOnTheSamePort() {
        Socket server = bound(ANY_PORT);
        Socket client = open(ANY_PORT);
        client.connect(server);
        int port = client.address().port();
        assertThat(port).isPositive();
        assertThat(driver.disconnect(client.port)).isZero();
        assertThat(driver.remoteAddress(client.port)).isNull();
        assertThat(client.address().port()).isEqualTo(port);
        driver.readStart(client.port);
        bound(ANY_PORT).send("from a stranger", IpAddress.loopback(port));
        client.expect("from a stranger");
        assertThat(client.trySend("to whom?", null)).isNegative();
    }

    @Test
    void itCanBeConnectedAgain() {
        Socket first = reading();
        Socket second = reading();
        Socket client = bound(ANY_PORT);
        IpAddress own = client.address();
        client.connect(first);
        assertThat(driver.disconnect(client.port)).isZero();
        client.connect(second);
        client.send("x", (IpAddress) null);
        second.expect("x");
        assertThat(first.seen).isEmpty();
        assertThat(client.address()).isEqualTo(own);
    }

    /** The peer's kernel says so by ICMP; the datagrams after it come all the same. */
    @Test
    void aPeerWithoutASocketIsAnErrorThatEndsNothing() {
        Socket server = bound(ANY_PORT);
        IpAddress there = server.address();
        driver.close(server.port);
        Socket client = bound(ANY_PORT);
        assertThat(driver.connect(client.port, there)).isZero();
        driver.readStart(client.port);
        client.send("x", (IpAddress) null);
        client.expect("error ECONNREFUSED");
        Socket revived = open(there);
        assertThat(driver.bind(revived.port, there)).isZero();
        revived.send("here I am", client);
        client.expect("error ECONNREFUSED", "here I am");
    }

    @Test
    void anErrorThatNobodyReadsWakesNobodyAndIsNotLost() {
        Socket server = bound(ANY_PORT);
        Socket client = bound(ANY_PORT);
        client.connect(server);
        driver.readStart(client.port);
        settle();
        driver.readStop(client.port);
        driver.close(server.port);
        client.send("x", (IpAddress) null);
        settle();
        poll(
                0,
                callback -> {
                    throw new AssertionError("told over and over");
                });
        assertThat(client.seen).isEmpty();
        driver.readStart(client.port);
        client.expect("error ECONNREFUSED");
    }

    @Test
    void aStopTakesEffectAtOnceAndLosesNothing() {
        Socket receiver =
                new Socket(bound(ANY_PORT).port) {
                    @Override
                    public void see(String line) {
                        super.see(line);
                        driver.readStop(port);
                    }
                };
        Socket sender = bound(ANY_PORT);
        sender.send("one", receiver).send("two", receiver).send("three", receiver);
        settle();
        assertThat(receiver.seen).as("nobody has asked yet").isEmpty();
        driver.readStart(receiver.port);
        receiver.expect("one");
        settle();
        receiver.expect("one");
        driver.readStart(receiver.port);
        receiver.expect("one", "two");
        driver.readStart(receiver.port);
        receiver.expect("one", "two", "three");
    }

    @Test
    void aFloodDoesNotKeepOthersFromTheirTurn() {
        Socket flooded = bound(ANY_PORT);
        Socket other = bound(ANY_PORT);
        Socket sender = bound(ANY_PORT);
        IntStream.range(0, 150).forEach(i -> sender.send("" + i, flooded));
        sender.send("mine", other);
        int[] before = {-1};
        other.port.attach(
                new PortEvents() {
                    @Override
                    public void onDatagram(
                            byte[] array, int offset, int length, Address from, boolean isCut) {
                        before[0] = flooded.seen.size();
                    }
                });
        driver.readStart(flooded.port);
        driver.readStart(other.port);
        expect("the other's turn", () -> before[0] >= 0);
        assertThat(before[0]).isLessThan(100);
        flooded.expect(IntStream.range(0, 150).mapToObj(i -> "" + i).toArray(String[]::new));
    }

    @Test
    void writableIsToldOnce() {
        Socket end = reading();
        driver.awaitWritable(end.port);
        end.expect("writable");
        settle();
        end.expect("writable");
        bound(ANY_PORT).send("x", end);
        end.expect("writable", "x");
        driver.awaitWritable(end.port);
        end.expect("writable", "x", "writable");
    }

    @Test
    void afterCloseNothingComes() {
        Socket other = reading();
        Socket receiver = bound(ANY_PORT);
        Socket closing =
                new Socket(receiver.port) {
                    @Override
                    public void see(String line) {
                        super.see(line);
                        driver.close(port);
                    }
                };
        bound(ANY_PORT).send("one", closing).send("two", closing).send("x", other);
        driver.readStart(closing.port);
        driver.awaitWritable(closing.port);
        expect("its end", () -> !closing.seen.isEmpty());
        other.expect("x");
        settle();
        assertThat(closing.seen).hasSize(1);
        driver.close(closing.port);
    }

    @Test
    void whatAListenerThrowsSkipsNothing() {
        Socket receiver =
                new Socket(bound(ANY_PORT).port) {
                    @Override
                    public void onDatagram(
                            byte[] array, int offset, int length, Address from, boolean isCut) {
                        super.onDatagram(array, offset, length, from, isCut);
                        throw new IllegalStateException("mine");
                    }
                };
        driver.readStart(receiver.port);
        bound(ANY_PORT).send("one", receiver).send("two", receiver);
        receiver.expect("one", "failed mine", "two", "failed mine");
    }

    @Test
    void whatAListenerThrowsAfterItHasClosedThePortIsToldAllTheSame() {
        Socket receiver =
                new Socket(bound(ANY_PORT).port) {
                    @Override
                    public void onDatagram(
                            byte[] array, int offset, int length, Address from, boolean isCut) {
                        driver.close(port);
                        throw new IllegalStateException("mine");
                    }
                };
        bound(ANY_PORT).send("x", receiver);
        driver.readStart(receiver.port);
        receiver.expect("failed mine");
    }

    @Test
    void aPortInUseIsRefusedUnlessItIsShared() {
        IpAddress taken = bound(ANY_PORT).address();
        assertThat(driver.bind(open(taken).port, taken)).isEqualTo(-Errno.EADDRINUSE);
        Socket first = open(ANY_PORT);
        Socket second = open(ANY_PORT);
        assertThat(driver.setOption(first.port, KernelOption.REUSE_ADDRESS, 1)).isZero();
        assertThat(driver.setOption(second.port, KernelOption.REUSE_ADDRESS, 1)).isZero();
        assertThat(driver.bind(first.port, ANY_PORT)).isZero();
        assertThat(driver.bind(second.port, first.address())).isZero();
    }

    @Test
    void anAddressOfTheOtherFamilyIsRefused() {
        assertThat(driver.bind(open(IpAddress.of("::", 0)).port, ANY_PORT)).isNegative();
        assertThat(driver.bind(open(ANY_PORT).port, IpAddress.of("::1", 0))).isNegative();
        assertThat(open(ANY_PORT).trySend("x", IpAddress.of("::1", 9))).isNegative();
    }

    @Test
    void ipv6WorksAsIpv4Does() {
        Socket receiver = bound(IpAddress.of("::1", 0));
        driver.readStart(receiver.port);
        Socket sender = bound(IpAddress.of("::1", 0));
        sender.send("six", receiver);
        receiver.expect("six");
        assertThat(receiver.senders).containsExactly(sender.address());
    }

    @Test
    void anIpv6SocketMayHaveAnIpv4Peer() {
        Socket server = reading();
        Socket client = bound(IpAddress.of("::", 0));
        client.connect(server);
        assertThat(driver.remoteAddress(client.port)).isEqualTo(server.address());
        client.send("x", (IpAddress) null);
        server.expect("x");
    }

    @Test
    void anIpv6SocketHearsIpv4PeersUnlessItIsOfIpv6Alone() {
        if (!driver.supports(Capability.IPV6_ONLY)) {
            Port refused = open(IpAddress.of("::", 0)).port;
            assertThat(driver.setOption(refused, KernelOption.IPV6_ONLY, 1))
                    .isEqualTo(-Errno.EOPNOTSUPP);
            return;
        }
        for (int only = 0; only <= 1; only++) {
            Socket receiver = open(IpAddress.of("::", 0));
            assertThat(driver.setOption(receiver.port, KernelOption.IPV6_ONLY, only)).isZero();
            assertThat(driver.bind(receiver.port, IpAddress.of("::", 0))).isZero();
            driver.readStart(receiver.port);
            Socket sender = bound(ANY_PORT);
            sender.send("four", IpAddress.loopback(receiver.address().port()));
            bound(IpAddress.of("::1", 0))
                    .send("six", IpAddress.of("::1", receiver.address().port()));
            receiver.expect(only == 1 ? new String[] {"six"} : new String[] {"four", "six"});
            if (only == 0) {
                assertThat(receiver.senders).first().isEqualTo(sender.address());
            }
        }
    }

    @Test
    void broadcastIsRefusedUntilItIsAllowed() {
        Socket sender = bound(IpAddress.of("0.0.0.0", 0));
        IpAddress everybody = IpAddress.of("255.255.255.255", 9);
        assertThat(sender.trySend("x", everybody)).isEqualTo(-Errno.EACCES);
        assertThat(driver.getOption(sender.port, KernelOption.BROADCAST)).isZero();
        assertThat(driver.setOption(sender.port, KernelOption.BROADCAST, 1)).isZero();
        assertThat(driver.getOption(sender.port, KernelOption.BROADCAST)).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(names = {"TTL", "MULTICAST_TTL", "MULTICAST_LOOP"})
    void optionsOfIpAreKeptByTheSocketsOfBothFamilies(KernelOption option) {
        for (IpAddress any : List.of(ANY_PORT, IpAddress.of("::1", 0))) {
            Port port = bound(any).port;
            int value = option == KernelOption.MULTICAST_LOOP ? 0 : 7;
            if (driver.name().equals("nio") && option == KernelOption.TTL) {
                // The JDK has no words for it.
                assertThat(driver.getOption(port, option)).isEqualTo(-Errno.EOPNOTSUPP);
                assertThat(driver.setOption(port, option, value)).isEqualTo(-Errno.EOPNOTSUPP);
                continue;
            }
            assertThat(driver.getOption(port, option)).isNotEqualTo(value).isNotNegative();
            assertThat(driver.setOption(port, option, value)).isZero();
            assertThat(driver.getOption(port, option)).isEqualTo(value);
        }
    }
}
