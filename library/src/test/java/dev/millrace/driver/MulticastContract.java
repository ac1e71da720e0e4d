package dev.millrace.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.KernelOption;
import java.net.Inet6Address;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * {@link Driver}'s promises about multicast. Nothing leaves the machine: IPv4 uses the loopback
 * interface; that one has no route for IPv6 groups, but a group of interface-local scope is never
 * sent out of any other (RFC 4291 section 2.7).
 */
public abstract class MulticastContract extends DatagramFixture {
    private static final String GROUP = "239.255.77.7";
    private static final String GROUP6 = "ff11::7777";

    private static NetworkInterface interfaceFor(String group) {
        try {
            NetworkInterface loopback =
                    NetworkInterface.getByInetAddress(IpAddress.loopback(0).host());
            return group.equals(GROUP)
                    ? loopback
                    : NetworkInterface.networkInterfaces()
                            .filter(MulticastContract::hasIpv6Multicast)
                            .findFirst()
                            .orElse(loopback);
        } catch (SocketException e) {
            throw new AssertionError(e);
        }
    }

    private static boolean hasIpv6Multicast(NetworkInterface one) {
        try {
            return one.isUp()
                    && one.supportsMulticast()
                    && one.inetAddresses().anyMatch(Inet6Address.class::isInstance);
        } catch (SocketException gone) {
            return false;
        }
    }

    /** {@code group}, of the interface where it needs one. */
    private static IpAddress on(String group, int port) {
        IpAddress address = IpAddress.of(group, port);
        try {
            int scope = interfaceFor(group).getIndex();
            return address.host() instanceof Inet6Address six
                    ? new IpAddress(Inet6Address.getByAddress(null, six.getAddress(), scope), port)
                    : address;
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    private Socket receiver(String group) {
        Socket end = bound(IpAddress.of(group.equals(GROUP6) ? "::" : "0.0.0.0", 0));
        driver.readStart(end.port);
        return end;
    }

    /** Sends by that interface. */
    private Socket sender(String group) {
        Socket end = bound(IpAddress.of(group.equals(GROUP6) ? "::" : "127.0.0.1", 0));
        assertThat(driver.multicastInterface(end.port, interfaceFor(group))).isZero();
        return end;
    }

    private int join(Socket end, String group, @Nullable IpAddress source) {
        return driver.membership(
                end.port, IpAddress.of(group, 0), interfaceFor(group), source, true);
    }

    private int leave(Socket end, String group, @Nullable IpAddress source) {
        return driver.membership(
                end.port, IpAddress.of(group, 0), interfaceFor(group), source, false);
    }

    private void assumeMulticast(Socket sender, String group) {
        assumeTrue(
                sender.trySend("probe", on(group, 9)) > 0,
                "the machine sends no multicast to itself: " + group);
    }

    private void expectThatMembersHear(String group) {
        Socket member = receiver(group);
        Socket sender = sender(group);
        assumeMulticast(sender, group);
        IpAddress there = on(group, member.address().port());
        sender.send("before", there);
        settle();
        assertThat(member.seen).isEmpty();
        assertThat(join(member, group, null)).isZero();
        assertThat(join(member, group, null)).as("twice").isNegative();
        sender.send("member", there);
        member.expect("member");
        assertThat(leave(member, group, null)).isZero();
        sender.send("after", there);
        settle();
        member.expect("member");
        assertThat(leave(member, group, null)).as("no member any more").isNegative();
    }

    @Test
    void membersHearTheGroup() {
        expectThatMembersHear(GROUP);
    }

    @Test
    void membersHearTheGroupInIpv6() {
        expectThatMembersHear(GROUP6);
    }

    @Test
    void aMemberHearsTheSourceItAskedForAlone() {
        Socket member = receiver(GROUP);
        Socket sender = sender(GROUP);
        Socket stranger = bound(IpAddress.of("127.0.0.2", 0));
        assertThat(driver.multicastInterface(stranger.port, interfaceFor(GROUP))).isZero();
        assumeMulticast(sender, GROUP);
        IpAddress there = on(GROUP, member.address().port());
        assertThat(join(member, GROUP, sender.address())).isZero();
        stranger.send("from a stranger", there);
        sender.send("from the source", there);
        member.expect("from the source");
        assertThat(member.senders).containsExactly(sender.address());
        assertThat(leave(member, GROUP, sender.address())).isZero();
        sender.send("after", there);
        settle();
        member.expect("from the source");
    }

    @Test
    void withoutTheLoopTheOwnMachineHearsNothing() {
        Socket member = receiver(GROUP);
        Socket sender = sender(GROUP);
        assumeMulticast(sender, GROUP);
        assertThat(join(member, GROUP, null)).isZero();
        IpAddress there = on(GROUP, member.address().port());
        assertThat(driver.setOption(sender.port, KernelOption.MULTICAST_LOOP, 0)).isZero();
        sender.send("quiet", there);
        assertThat(driver.setOption(sender.port, KernelOption.MULTICAST_LOOP, 1)).isZero();
        sender.send("loud", there);
        expect("it", () -> !member.seen.isEmpty());
        assertThat(member.seen).endsWith("loud");
    }

    @Test
    void anAddressThatIsNoGroupIsRefused() {
        Socket end = receiver(GROUP);
        assertThat(join(end, "127.0.0.1", null)).isNegative();
        assertThat(join(end, GROUP6, null)).as("of the other family").isNegative();
        assertThat(leave(end, GROUP, null)).as("never joined").isNegative();
    }
}
