package dev.millrace.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.KernelOption;
import dev.millrace.kernel.Readiness;
import dev.millrace.kernel.SystemError;
import dev.millrace.kernel.UnixAddress;
import dev.millrace.sys.Errno;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** {@link Driver}'s promise about what it can't do (13), and the rest of what it can. */
public abstract class DriverCapabilityContract extends DriverContract {
    private void assertMissing(Capability capability, ThrowingCallable call) {
        if (!driver.supports(capability)) {
            assertThatThrownBy(call)
                    .as(capability.name())
                    .isInstanceOf(UnsupportedOperationException.class)
                    .hasMessageContaining("the driver " + driver.name() + " can't do this")
                    .hasMessageContaining(capability.toString());
        }
    }

    @Test
    void whatItCantDoIsOneClearError() {
        Pair pair = pair();
        Port port = pair.client().port;
        assertMissing(Capability.OPEN_DESCRIPTORS, () -> driver.open(0));
        assertMissing(Capability.OPEN_DESCRIPTORS, () -> driver.openConnection(0));
        assertMissing(Capability.WATCH_DESCRIPTORS, () -> driver.watch(0));
        assertMissing(
                Capability.WATCH_DESCRIPTORS,
                () -> driver.watchStart(port, Set.of(Readiness.READABLE)));
        assertMissing(Capability.WATCH_DESCRIPTORS, () -> driver.watchStop(port));
        assertMissing(Capability.DATAGRAMS, () -> driver.datagram(IpAddress.loopback(0)));
        assertMissing(Capability.SHARED_LISTENERS, () -> driver.share(listener().port));
        assertMissing(Capability.MOVE_CONNECTIONS, () -> driver.detach(port));
        assertMissing(Capability.PASS_DESCRIPTORS, () -> driver.carryDescriptors(port));
        assertMissing(
                Capability.PASS_DESCRIPTORS, () -> driver.sendDescriptors(port, new byte[1], 0, 1));
        assertMissing(Capability.PASS_DESCRIPTORS, () -> driver.duplicate(port));
        assertMissing(Capability.PASS_DESCRIPTORS, () -> driver.release(port));
        assertMissing(Capability.PASS_DESCRIPTORS, driver::closeDescriptors);
        assertThat(Capability.values())
                .allMatch(one -> !one.missing(driver).getMessage().isEmpty());
        settle();
        assertThat(pair.server().seen).as("and has changed nothing").isEmpty();
    }

    @Test
    void abstractNamesWorkOrAreRefused() throws IOException {
        UnixAddress name = UnixAddress.of("@millrace-contract-" + ProcessHandle.current().pid());
        boolean isAble = driver.supports(Capability.ABSTRACT_NAMES);
        Port port;
        try {
            port = driver.socket(name);
        } catch (IOException | UnsupportedOperationException refused) {
            assertThat(isAble).isFalse();
            return;
        }
        int result = driver.bind(port, name);
        assertThat(result).isEqualTo(isAble ? 0 : -Errno.EOPNOTSUPP);
        assertThat(name.equals(driver.localAddress(port))).isEqualTo(isAble);
    }

    @Test
    void ipv6OnlyWorksOrIsRefused() throws IOException {
        Port port;
        try {
            InetAddress any = Inet6Address.getByAddress(null, new byte[16], 0);
            port = driver.socket(new IpAddress(any, 0));
        } catch (IOException noIpv6) {
            assertThat(noIpv6).isInstanceOf(SystemError.class);
            return;
        }
        boolean isAble = driver.supports(Capability.IPV6_ONLY);
        assertThat(driver.setOption(port, KernelOption.IPV6_ONLY, 1))
                .isEqualTo(isAble ? 0 : -Errno.EOPNOTSUPP);
    }

    @Test
    void severalDriversShareAListener() throws Exception {
        assertMissing(Capability.SHARED_LISTENERS, () -> driver.share(listener().port));
        if (!driver.supports(Capability.SHARED_LISTENERS)) {
            return;
        }
        End listener = accepting();
        try (Driver.Shared shared = driver.share(listener.port)) {
            End second = new End(driver.adopt(shared));
            End third = new End(driver.adopt(shared));
            assertThat(driver.localAddress(third.port))
                    .isEqualTo(driver.localAddress(listener.port));
            driver.acceptStart(second.port, 1);
            driver.acceptStart(third.port, 1);
            driver.close(listener.port);
            driver.close(second.port);
            settle();
            End client = connecting(third);
            expect(third, "accept");
            expect(client, "connect 0");
            assertThat(listener.seen).isEmpty();
            assertThat(second.seen).isEmpty();
        }
    }

    @Test
    void aConnectionMovesToAnotherDriver() throws Exception {
        assertMissing(Capability.MOVE_CONNECTIONS, () -> driver.detach(pair().client().port));
        if (!driver.supports(Capability.MOVE_CONNECTIONS)) {
            return;
        }
        Pair pair = pair();
        pair.server().read();
        poll();
        driver.readStop(pair.server().port);
        pair.client().send("on the way");
        settle();
        Driver first = driver;
        try (Driver second = open();
                Driver.Shared shared = first.detach(pair.server().port)) {
            settle();
            assertThat(pair.server().seen).as("nothing after it was detached").isEmpty();
            driver = second;
            End moved = new End(second.adopt(shared)).read();
            shared.close();
            expect("the bytes", () -> moved.text().equals("on the way"));
            moved.send("from there");
            driver = first;
            pair.client().read();
            expect("the answer", () -> pair.client().text().equals("from there"));
            second.close(moved.port);
            expect(pair.client(), "end");
        } finally {
            driver = first;
        }
    }
}
