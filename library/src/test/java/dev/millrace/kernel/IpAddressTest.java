package dev.millrace.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.epoll.SocketNames;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IpAddressTest {
    /**
     * RFC 5952 section 4: the shortest run rule, the first of equal runs, no "::" for one group,
     * lower case.
     */
    @ParameterizedTest
    @CsvSource({
        "::, ::",
        "::1, ::1",
        "1::, 1::",
        "fe80:0:0:0:0:0:0:1, fe80::1",
        "2001:db8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
        "2001:0:0:1:0:0:0:1, 2001:0:0:1::1",
        "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
        "2001:DB8:A:B:C:D:E:F, 2001:db8:a:b:c:d:e:f",
        "1:2:3:4:5:6:0:0, 1:2:3:4:5:6::",
        "0:0:3:4:5:6:7:8, ::3:4:5:6:7:8",
    })
    void ipv6TextIsShortened(String literal, String text) {
        IpAddress address = IpAddress.of(literal, 80);
        assertThat(address.hostText()).isEqualTo(text);
        assertThat(address).hasToString("[" + text + "]:80");
        assertThat(address.family()).isEqualTo("IPv6");
    }

    @Test
    void aScopeStaysBehindTheAddress() throws Exception {
        byte[] host = InetAddress.ofLiteral("fe80::1").getAddress();
        IpAddress address = new IpAddress(Inet6Address.getByAddress(null, host, 7), 80);
        assertThat(address).hasToString("[fe80::1%7]:80");
        assertThat(SocketNames.of(address).scope()).isEqualTo(7);
        assertThat(SocketNames.of(SocketNames.of(address))).hasToString("[fe80::1%7]:80");
    }

    @Test
    void bytesAsProtocolsCarryThem() {
        assertThat(IpAddress.of(new byte[] {(byte) 192, 0, 2, 1}, 80)).hasToString("192.0.2.1:80");
        byte[] ipv6 = new byte[16];
        ipv6[15] = 1;
        assertThat(IpAddress.of(ipv6, 80)).hasToString("[::1]:80");
        assertThatThrownBy(() -> IpAddress.of(new byte[5], 80))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("an IP address of 5 bytes: it has 4 or 16");
    }

    @Test
    void theJdksOwnAddressThereAndBack() {
        IpAddress address = IpAddress.of("::1", 8080);
        assertThat(IpAddress.of(address.toInetSocketAddress())).isEqualTo(address);
        InetSocketAddress name = InetSocketAddress.createUnresolved("example.org", 80);
        assertThatThrownBy(() -> IpAddress.of(name))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("example.org was not looked up: connect by the name instead");
    }

    @Test
    void ipv4IsPlain() {
        IpAddress address = IpAddress.of("192.0.2.1", 8080);
        assertThat(address).hasToString("192.0.2.1:8080");
        assertThat(address.hostText()).isEqualTo("192.0.2.1");
        assertThat(address.family()).isEqualTo("IPv4");
        assertThat(IpAddress.loopback(1)).hasToString("127.0.0.1:1");
    }

    /**
     * What a dual-stack listener gets from an IPv4 peer is that peer's address, as the user knows
     * it.
     */
    @Test
    void aMappedAddressIsIpv4() {
        assertThat(IpAddress.of("::ffff:192.0.2.1", 1)).hasToString("192.0.2.1:1");
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 65_536})
    void aPortOutOfRangeIsRefused(int port) {
        assertThatThrownBy(() -> IpAddress.loopback(port))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("port " + port + " is out of range");
    }

    @Test
    @Tag("C3")
    void aScopeIsAnInterfacesNameOrNumber() throws Exception {
        int loopback = NetworkInterface.getByName("lo").getIndex();
        IpAddress named = IpAddress.of("fe80::1%lo", 80);
        IpAddress numbered = IpAddress.of("fe80::1%" + loopback, 80);
        assertThat(SocketNames.of(named).scope()).isEqualTo(loopback);
        assertThat(named).isEqualTo(numbered).hasSameHashCodeAs(numbered);
        assertThat(named).hasToString("[fe80::1%" + loopback + "]:80");
    }

    /**
     * The JDK's comparison of hosts leaves the scope out; they are different peers all the same.
     */
    @Test
    @Tag("C3")
    void theScopeAndThePortTellAddressesApart() {
        IpAddress one = IpAddress.of("fe80::1%1", 80);
        assertThat(one)
                .isNotEqualTo(IpAddress.of("fe80::1%2", 80))
                .isNotEqualTo(IpAddress.of("fe80::1", 80))
                .isNotEqualTo(IpAddress.of("fe80::1%1", 81))
                .isNotEqualTo(IpAddress.of("fe80::2%1", 80))
                .isEqualTo(SocketNames.of(SocketNames.of(one)));
    }

    @ParameterizedTest
    @Tag("C3")
    @ValueSource(
            strings = {
                "",
                "localhost",
                "1.2.3.256",
                ":::",
                "::1::",
                "1.2.3",
                "1.2.3.4.5",
                "127.1",
                "1..2.3",
                "010.0.0.1",
                "1.2.3.04",
                "0x1.2.3.4",
                " 1.2.3.4",
                "1.2.3.4 ",
                "\u0661.2.3.4",
                "[::1]",
                "fe80::1%",
                "fe80::1%no-such-interface",
                "fe80::1%99999999999",
                "1.2.3.4%lo",
                "::ffff:1.2.3.4%lo"
            })
    void namesAndNonsenseAreNotLookedUp(String text) {
        assertThatThrownBy(() -> IpAddress.of(text, 1))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void anUnknownScopeIsNamed() {
        assertThatThrownBy(() -> IpAddress.of("fe80::1%none", 1))
                .hasMessage("no network interface is called: none");
        assertThatThrownBy(() -> IpAddress.of("fe80::1%99999999999", 1))
                .hasMessage("no scope of an IPv6 address: 99999999999");
    }
}
