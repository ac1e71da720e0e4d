package dev.millrace.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.net.ConnectionLimits;
import dev.millrace.net.ProxyProtocol;
import dev.millrace.proxyprotocol.ProxyHeader;
import dev.millrace.proxyprotocol.ProxyHeader.Version;
import dev.millrace.proxyprotocol.ProxyHeaderParser;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A proxy that tells its target whom it serves, and one that is told. */
class ProxySendTest {
    private static RunningServer proxy(
            ServerSocket target, Optional<ProxyProtocol> balancers, Version version) {
        ProxySettings settings =
                new ProxySettings(
                        new Endpoint.Tcp("127.0.0.1", target.getLocalPort()),
                        ConnectionLimits.NO_LIMIT,
                        Duration.ZERO,
                        Duration.ZERO,
                        balancers,
                        Optional.of(version),
                        Optional.empty(),
                        Optional.empty());
        return RunningServer.start(
                loop -> new ProxyService(loop, settings, new ProxyStatistics(false)),
                RunningServer.NEVER);
    }

    private static ServerSocket target() throws IOException {
        return new ServerSocket(0, 8, InetAddress.getByName("127.0.0.1"));
    }

    @Test
    void theTargetIsToldInALine() throws IOException {
        try (ServerSocket target = target();
                RunningServer proxy = proxy(target, Optional.empty(), Version.V1);
                Socket client = proxy.connect()) {
            client.getOutputStream().write("hello".getBytes(US_ASCII));
            client.shutdownOutput();
            try (Socket served = target.accept()) {
                String got = new String(served.getInputStream().readAllBytes(), US_ASCII);
                assertThat(got)
                        .isEqualTo(
                                "PROXY TCP4 127.0.0.1 127.0.0.1 "
                                        + client.getLocalPort()
                                        + " "
                                        + client.getPort()
                                        + "\r\nhello");
            }
        }
    }

    @Test
    void whatABalancerHasSaidIsPassedOn() throws IOException {
        String line = "PROXY TCP4 192.0.2.7 198.51.100.1 56324 443\r\n";
        ProxyProtocol balancers = ProxyProtocol.required("127.0.0.1");
        try (ServerSocket target = target();
                RunningServer proxy = proxy(target, Optional.of(balancers), Version.V2);
                Socket client = proxy.connect()) {
            client.getOutputStream().write((line + "hello").getBytes(US_ASCII));
            client.shutdownOutput();
            try (Socket served = target.accept()) {
                byte[] got = served.getInputStream().readAllBytes();
                ProxyHeaderParser parser = new ProxyHeaderParser(4096);
                int taken = parser.take(got, 0, got.length);
                ProxyHeader header = parser.header().orElseThrow();
                assertThat(header.version()).isEqualTo(Version.V2);
                assertThat(header.source().orElseThrow()).hasToString("192.0.2.7:56324");
                assertThat(header.destination().orElseThrow()).hasToString("198.51.100.1:443");
                assertThat(new String(got, taken, got.length - taken, US_ASCII)).isEqualTo("hello");
            }
        }
    }

    private static ProxySettings read(String... words) {
        Arguments arguments = Arguments.parse(new ProxyCommand(), List.of(words));
        return ProxySettings.read(
                arguments, new Endpoint.Tcp("127.0.0.1", 1), java.util.Optional.empty());
    }

    @Test
    void theOptionsAreRead() {
        assertThat(read().sendProxy()).isEmpty();
        assertThat(read("--send-proxy", "v1").sendProxy()).contains(Version.V1);
        assertThat(read("--send-proxy", "v2").sendProxy()).contains(Version.V2);
        ProxyProtocol balancers =
                read("--proxy-protocol", "10.0.0.7, 10.1.0.0/16,unix").balancers().orElseThrow();
        assertThat(balancers.trusted().rules()).containsExactly("10.0.0.7", "10.1.0.0/16");
        assertThat(balancers.isUnixTrusted()).isTrue();
        assertThatThrownBy(() -> read("--send-proxy", "2"))
                .isInstanceOf(UsageError.class)
                .hasMessage("--send-proxy 2: use v1 or v2");
        assertThatThrownBy(() -> read("--proxy-protocol", "balancer"))
                .isInstanceOf(UsageError.class)
                .hasMessageContaining("10.0.0.7,10.1.0.0/16 or unix");
    }
}
