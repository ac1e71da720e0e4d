package dev.millrace.proxyprotocol;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.kernel.IpAddress;
import org.junit.jupiter.api.Test;

/** What stands in the Javadoc. */
class ProxyHeaderExamplesTest {
    @Test
    void header() {
        // @start region="header"
        ProxyHeader header =
                ProxyHeader.v2(IpAddress.of("192.0.2.7", 56324), IpAddress.of("198.51.100.1", 443))
                        .with(ProxyTlv.of(ProxyTlv.AUTHORITY, "example.org"))
                        .withChecksum();
        byte[] first = header.encode();
        // @end
        assertThat(first).hasSize(16 + 12 + 7 + 3 + 11);
    }

    @Test
    void tlv() {
        // @start region="tlv"
        ProxyTlv zone = ProxyTlv.of(0xE0, "eu-central");
        ProxyHeader header = ProxyHeader.unknown(ProxyHeader.Version.V2).with(zone);
        // @end
        assertThat(header.tlv(0xE0).orElseThrow()).asString().isEqualTo("eu-central");
    }

    @Test
    void tls() {
        // @start region="tls"
        ProxyTlv tls = ProxyTls.of("TLSv1.3", "TLS_AES_128_GCM_SHA256").toTlv();
        ProxyHeader header = ProxyHeader.unknown(ProxyHeader.Version.V2).with(tls);
        boolean isSecure = header.tls().map(ProxyTls::isEncrypted).orElse(false);
        // @end
        assertThat(isSecure).isTrue();
    }

    @Test
    void parser() throws ProxyHeaderException {
        byte[] received = "PROXY TCP4 192.0.2.7 198.51.100.1 56324 443\r\nGET".getBytes(US_ASCII);
        // @start region="parser"
        ProxyHeaderParser parser = new ProxyHeaderParser(4096);
        int taken = parser.take(received, 0, received.length);
        parser.header().flatMap(ProxyHeader::source).ifPresent(client -> log("from " + client));
        // @end
        assertThat(received.length - taken).isEqualTo(3);
    }

    private static void log(String line) {
        assertThat(line).isEqualTo("from 192.0.2.7:56324");
    }
}
