package dev.millrace.driver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.kernel.Address;
import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.KernelOption;
import dev.millrace.sys.Errno;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@link Driver}'s promises about connecting, addresses and options (9). */
public abstract class DriverConnectContract extends DriverContract {
    @Test
    void aConnectionStandsOnBothSidesAndKnowsItsAddresses() {
        End listener = accepting();
        Address asked = driver.localAddress(listener.port);
        Pair pair = pair(listener);
        settle();
        assertThat(pair.client().seen).containsExactly("connect 0");
        assertThat(driver.remoteAddress(pair.client().port)).isEqualTo(asked);
        assertThat(driver.localAddress(pair.server().port)).isEqualTo(asked);
        assertThat(driver.remoteAddress(pair.server().port))
                .isEqualTo(driver.localAddress(pair.client().port));
    }

    @Test
    void aRefusedConnectionIsToldOnce() {
        End listener = listener();
        Address nobody = driver.localAddress(listener.port);
        driver.close(listener.port);
        End client = newEnd();
        connect(client, nobody);
        expect("an outcome", () -> !client.seen.isEmpty());
        settle();
        assertThat(client.seen).containsExactly("connect " + Errno.ECONNREFUSED);
        assertThat(driver.remoteAddress(client.port)).isNull();
    }

    @Test
    void whatWasSentBeforeTheAcceptIsThereAfterIt() {
        End listener = listener();
        End client = connecting(listener);
        expect(client, "connect 0");
        client.send("early");
        driver.acceptStart(listener.port, 1);
        expect(listener, "accept");
        End server = listener.accepted.getFirst().read();
        expect("the bytes", () -> server.text().equals("early"));
        assertThat(listener.seen).containsExactly("accept");
    }

    @Test
    void manyConnectionsStandAtOnce() {
        End listener = accepting();
        List<End> clients = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            clients.add(connecting(listener));
        }
        expect("all are accepted", () -> listener.accepted.size() == 50);
        expect("all know", () -> clients.stream().allMatch(c -> c.seen.contains("connect 0")));
        settle();
        assertThat(clients).allMatch(client -> client.seen.size() == 1);
        assertThat(listener.accepted).hasSize(50);
    }

    @Test
    void anAddressInUseIsRefused() {
        End listener = listener();
        Address taken = driver.localAddress(listener.port);
        End second = newEnd();
        int bound = driver.bind(second.port, taken);
        int result = bound == 0 ? driver.listen(second.port, 128) : bound;
        assertThat(result).isEqualTo(-Errno.EADDRINUSE);
        driver.close(second.port);
    }

    @Test
    void aBoundSocketKnowsItsAddressAndAFreshOneHasNoPeer() {
        End end = newEnd();
        assertThat(driver.remoteAddress(end.port)).isNull();
        assertThat(driver.bind(end.port, listenAddress())).isZero();
        Address local = driver.localAddress(end.port);
        if (local instanceof IpAddress ip) {
            assertThat(ip.port()).isPositive();
            assertThat(ip.host()).isEqualTo(((IpAddress) listenAddress()).host());
        } else {
            assertThat(local).isNotNull();
        }
    }

    @Test
    void optionsAreSetAndRead() {
        Pair pair = pair();
        if (listenAddress() instanceof IpAddress) {
            for (int on = 1; on >= 0; on--) {
                assertThat(driver.setOption(pair.client().port, KernelOption.NO_DELAY, on))
                        .isZero();
                assertThat(driver.getOption(pair.client().port, KernelOption.NO_DELAY) != 0)
                        .isEqualTo(on == 1);
            }
        }
        assertThat(driver.setOption(pair.client().port, KernelOption.RECEIVE_BUFFER_BYTES, 1 << 16))
                .isZero();
        assertThat(driver.getOption(pair.client().port, KernelOption.RECEIVE_BUFFER_BYTES))
                .isGreaterThanOrEqualTo(1 << 16);
    }

    @Test
    void closingDuringAConnectTellsNothing() {
        End client = connecting(listener());
        int before = client.seen.size();
        driver.close(client.port);
        settle();
        assertThat(client.seen).hasSize(before);
    }
}
