package dev.millrace.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.kernel.Address;
import dev.millrace.kernel.IpAddress;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConnectOrderTest {
    private static List<Address> at(String literals) {
        return Stream.of(literals.split(" "))
                .filter(one -> !one.isEmpty())
                .<Address>map(one -> IpAddress.of(one, 80))
                .toList();
    }

    private static NetSocketOptions with(AddressFamily family) {
        return NetSocketOptions.DEFAULTS.withNames(NameOptions.DEFAULTS.withFamily(family));
    }

    @ParameterizedTest
    @Tag("H11")
    @CsvSource({
        "ANY, 10.0.0.1 10.0.0.2 10.0.0.3 ::2 ::3, ::2 10.0.0.1 ::3 10.0.0.2 10.0.0.3",
        "ANY, ::2 ::3 ::4 10.0.0.1, ::2 10.0.0.1 ::3 ::4",
        "ANY, 10.0.0.1 10.0.0.1 10.0.0.2, 10.0.0.1 10.0.0.2",
        "IPV4_FIRST, ::2 ::3 10.0.0.1, 10.0.0.1 ::2 ::3",
        "IPV4, ::2 10.0.0.2 10.0.0.1, 10.0.0.2 10.0.0.1",
        "IPV6, 10.0.0.1 ::2, ::2",
        "IPV6, 10.0.0.1, ''",
    })
    void theFamiliesTakeTurns(AddressFamily family, String found, String order) {
        assertThat(ConnectOrder.of(at(found), with(family))).isEqualTo(at(order));
    }

    @ParameterizedTest
    @Tag("H10")
    @CsvSource({
        "127.0.0.1, ::2 10.0.0.1 ::3, 10.0.0.1",
        "::1, ::2 10.0.0.1 ::3, ::2 ::3",
        "127.0.0.1, ::2 ::3, ::2 ::3",
    })
    void aLocalAddressLeavesItsFamilyIfThereIsAny(String local, String found, String order) {
        NetSocketOptions options = NetSocketOptions.DEFAULTS.withLocal(IpAddress.of(local, 0));
        assertThat(ConnectOrder.of(at(found), options)).isEqualTo(at(order));
    }

    @Test
    void aNameHasSoManyAddressesAndNoMore() {
        List<Address> many =
                IntStream.range(0, NameOptions.ADDRESSES_MAX + 1)
                        .<Address>mapToObj(i -> IpAddress.of("10.0.0." + i, 80))
                        .toList();
        List<Address> most = many.subList(0, NameOptions.ADDRESSES_MAX);
        assertThat(ConnectOrder.of(most, NetSocketOptions.DEFAULTS)).isEqualTo(most);
        assertThat(ConnectOrder.of(many, NetSocketOptions.DEFAULTS)).isEqualTo(most);
    }
}
