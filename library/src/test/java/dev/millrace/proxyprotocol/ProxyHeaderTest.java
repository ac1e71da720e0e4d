package dev.millrace.proxyprotocol;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.kernel.Address;
import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.UnixAddress;
import dev.millrace.proxyprotocol.ProxyHeader.Transport;
import dev.millrace.proxyprotocol.ProxyHeader.Version;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ProxyHeaderTest {
    private static final IpAddress CLIENT = IpAddress.of("192.0.2.7", 56324);
    private static final IpAddress SERVER = IpAddress.of("198.51.100.1", 443);
    private static final IpAddress CLIENT_6 = IpAddress.of("2001:db8::7", 1);
    private static final UnixAddress PATH = UnixAddress.of("/run/app.sock");

    private static String line(ProxyHeader header) {
        return new String(header.encode(), US_ASCII);
    }

    private static ProxyHeader again(ProxyHeader header) {
        try {
            byte[] bytes = header.encode();
            var parser = new ProxyHeaderParser(65_551);
            assertThat(parser.take(bytes, 0, bytes.length)).isEqualTo(bytes.length);
            return parser.header().orElseThrow();
        } catch (ProxyHeaderException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void version1IsALine() {
        assertThat(line(ProxyHeader.v1(CLIENT, SERVER)))
                .isEqualTo("PROXY TCP4 192.0.2.7 198.51.100.1 56324 443\r\n");
        assertThat(line(ProxyHeader.v1(CLIENT_6, IpAddress.of("::1", 2))))
                .isEqualTo("PROXY TCP6 2001:db8::7 ::1 1 2\r\n");
        assertThat(line(ProxyHeader.unknown(Version.V1))).isEqualTo("PROXY UNKNOWN\r\n");
    }

    @Test
    void anIpv4AddressBesideAnIpv6OneIsMapped() {
        assertThat(line(ProxyHeader.v1(CLIENT_6, SERVER)))
                .isEqualTo("PROXY TCP6 2001:db8::7 ::ffff:198.51.100.1 1 443\r\n");
        ProxyHeader mixed = ProxyHeader.v2(CLIENT, CLIENT_6);
        assertThat(mixed.encode())
                .hasSize(16 + 36)
                .containsSequence(0, 0, 0xFF, 0xFF, 192, 0, 2, 7);
        assertThat(again(mixed)).isEqualTo(mixed);
    }

    @Test
    void aZoneIsTheBalancersOwnAffair() {
        IpAddress linked = IpAddress.of("fe80::1%1", 5);
        assertThat(line(ProxyHeader.v1(linked, CLIENT_6))).startsWith("PROXY TCP6 fe80::1 2001:");
        assertThat(again(ProxyHeader.v2(linked, CLIENT_6)).source())
                .contains(IpAddress.of("fe80::1", 5));
    }

    @Test
    void whatVersion2SaysIsReadAgain() {
        List<ProxyHeader> headers =
                List.of(
                        ProxyHeader.v2(CLIENT, SERVER),
                        ProxyHeader.v2(CLIENT_6, CLIENT_6).withChecksum(),
                        ProxyHeader.v2(PATH, UnixAddress.of("@name")),
                        ProxyHeader.unknown(Version.V2).with(ProxyTlv.of(ProxyTlv.ALPN, "h2")),
                        ProxyHeader.local(),
                        ProxyHeader.v2(CLIENT, SERVER)
                                .with(new ProxyTlv(0xE0, new byte[3000]))
                                .with(ProxyTlv.of(ProxyTlv.UNIQUE_ID, "id"))
                                .withChecksum());
        assertThat(headers).allSatisfy(header -> assertThat(again(header)).isEqualTo(header));
    }

    @Test
    void whatATlvSaysHasAName() {
        ProxyTls tls =
                new ProxyTls(
                        true,
                        true,
                        false,
                        true,
                        List.of(
                                ProxyTlv.of(ProxyTls.VERSION, "TLSv1.3"),
                                ProxyTlv.of(ProxyTls.COMMON_NAME, "Zoë")));
        ProxyHeader header =
                again(
                        ProxyHeader.v2(CLIENT, SERVER)
                                .with(ProxyTlv.of(ProxyTlv.AUTHORITY, "bücher.example"))
                                .with(ProxyTlv.of(ProxyTlv.ALPN, "http/1.1"))
                                .with(new ProxyTlv(ProxyTlv.UNIQUE_ID, new byte[] {0, -1}))
                                .with(tls.toTlv()));
        assertThat(header.authority()).contains("bücher.example");
        assertThat(header.alpn()).contains("http/1.1");
        assertThat(header.uniqueId().orElseThrow()).containsExactly(0, -1);
        assertThat(header.tls()).contains(tls);
        assertThat(tls.version()).contains("TLSv1.3");
        assertThat(tls.commonName()).contains("Zoë");
        assertThat(tls.text(ProxyTls.CIPHER)).isEmpty();
        assertThat(header.tlv(ProxyTlv.NETNS)).isEmpty();
        assertThat(ProxyHeader.local().tls()).isEmpty();
    }

    /** HAProxy's field is 0 too where the client has shown nothing. */
    @Test
    void withoutACertificateNothingIsVerified() throws ProxyHeaderException {
        assertThat(ProxyTls.decode(new byte[] {1, 0, 0, 0, 0}).isVerified()).isFalse();
        assertThat(ProxyTls.decode(new byte[] {3, 0, 0, 0, 0}).isVerified()).isTrue();
        assertThat(ProxyTls.decode(new byte[] {5, 0, 0, 0, 0}).isVerified()).isTrue();
        assertThat(ProxyTls.decode(new byte[] {7, 0, 0, 0, 1}).isVerified()).isFalse();
        assertThat(ProxyTls.of("TLSv1.3", "X").isVerified()).isFalse();
    }

    @Test
    void whatIsNoHeaderIsRefused() {
        expectRefused("use two IP addresses", () -> ProxyHeader.v2(CLIENT, PATH));
        expectRefused(
                "use two IP addresses",
                () -> header(Version.V2, false, Optional.of(CLIENT), Optional.empty()));
        expectRefused(
                "use local()", () -> ProxyHeader.local().with(ProxyTlv.of(ProxyTlv.ALPN, "h2")));
        expectRefused(
                "use version 2",
                () -> header(Version.V1, true, Optional.empty(), Optional.empty()));
        expectRefused(
                "use version 2",
                () -> header(Version.V1, false, Optional.of(PATH), Optional.of(PATH)));
        expectRefused("use version 2", () -> ProxyHeader.v1(CLIENT, SERVER).withChecksum());
        expectRefused(
                "use version 2",
                () -> ProxyHeader.v1(CLIENT, SERVER).with(ProxyTlv.of(ProxyTlv.ALPN, "h2")));
    }

    private static ProxyHeader header(
            Version version,
            boolean isLocal,
            Optional<Address> source,
            Optional<Address> destination) {
        return new ProxyHeader(
                version, isLocal, Transport.STREAM, source, destination, List.of(), false);
    }

    private static void expectRefused(String remedy, Runnable making) {
        assertThatThrownBy(making::run)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(remedy);
    }

    @Test
    void whatDoesNotFitIsRefused() {
        byte[] most = new byte[0xFFFF];
        ProxyHeader header = ProxyHeader.v2(CLIENT, SERVER).with(new ProxyTlv(0xE0, most));
        expectRefused("use TLVs of 65535 bytes in all", header::encode);
        expectRefused("use 65535 or fewer", () -> new ProxyTlv(0xE0, new byte[0x1_0000]));
        expectRefused("use 128 or fewer", () -> new ProxyTlv(ProxyTlv.UNIQUE_ID, new byte[129]));
        expectRefused("use 0 to 255", () -> new ProxyTlv(256, most));
        expectRefused("withChecksum()", () -> new ProxyTlv(3, new byte[4]));
    }

    @Test
    void aValueIsACopy() {
        byte[] mine = {1};
        ProxyTlv tlv = new ProxyTlv(0xE0, mine);
        mine[0] = 2;
        tlv.value()[0] = 3;
        assertThat(tlv.value()).containsExactly(1);
        assertThat(tlv)
                .isEqualTo(new ProxyTlv(0xE0, new byte[] {1}))
                .hasToString("ProxyTlv[224, 01]");
        assertThat(tlv.hashCode()).isEqualTo(new ProxyTlv(0xE0, new byte[] {1}).hashCode());
        assertThat(tlv).isNotEqualTo(new ProxyTlv(0xE1, new byte[] {1}));
    }
}
