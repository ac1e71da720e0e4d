package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.UnixAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Addresses as they are typed. */
class EndpointTest {

    private static Endpoint parse(String text) {
        return Endpoint.parse("TARGET", text, 1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "tcp://127.0.0.1:9000",
                "tcp://[::1]:1",
                "tcp://localhost:65535",
                "tcp://a-1.example:80",
                "tcp://1a:80",
                "unix:/run/app.sock",
                "unix:app.sock",
                "unix:@app",
            })
    void whatIsReadIsWrittenTheSameWay(String text) {
        assertThat(parse(text)).hasToString(text);
    }

    @Test
    void oneToListenAtIsAnAddress() {
        assertThat(Endpoint.parse("LISTEN", "tcp://[::1]:0", 0).toListen())
                .isEqualTo(IpAddress.of("::1", 0));
        assertThat(parse("tcp://localhost:80").toListen()).asString().endsWith(":80");
        assertThat(parse("unix:@a").toListen()).isEqualTo(UnixAddress.of("@a"));
        assertThatExceptionOfType(Failure.class)
                .isThrownBy(() -> parse("tcp://no-such-host.invalid:80").toListen())
                .withMessageStartingWith("tcp://no-such-host.invalid:80: no such host; give");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "9000                | no address; write tcp://HOST:PORT or unix:PATH",
                "127.0.0.1:9000      | no address; write tcp://HOST:PORT or unix:PATH",
                "http://a:80         | no address; write tcp://HOST:PORT or unix:PATH",
                "tcp://127.0.0.1     | the port is missing; write tcp://HOST:PORT",
                "tcp://[::1]         | the port is missing; write tcp://HOST:PORT",
                "tcp://a:            | no port; use 1 to 65535",
                "tcp://a:0           | no port; use 1 to 65535",
                "tcp://a:65536       | no port; use 1 to 65535",
                "tcp://a:-1          | no port; use 1 to 65535",
                "tcp://a:http        | no port; use 1 to 65535",
                "tcp://a:80/path     | an address ends with its port",
                "tcp://user@a:80     | an address ends with its port",
                "tcp://:80           | the host is missing; 127.0.0.1 is this machine",
                "tcp://::1:80        | an IPv6 address has brackets",
                "tcp://[127.0.0.1]:1 | brackets are for IPv6 addresses",
                "tcp://[]:1          | brackets are for IPv6 addresses",
                "tcp://127.1:80      | no IP address: 127.1",
                "tcp://1.2.3.400:80  | ",
                "tcp://[::1%none]:80 | no network interface is called: none",
                "unix:               | a Unix socket path is not empty",
            })
    void whatIsNoneIsRefusedWithWhatWouldBeRight(String text, String why) {
        assertThatExceptionOfType(UsageError.class)
                .isThrownBy(() -> parse(text))
                .withMessageStartingWith("TARGET " + text + ": ")
                .withMessageContaining(why == null ? "" : why);
    }

    @Test
    void onlyOneToListenAtMayLeaveThePortToTheKernel() {
        assertThatExceptionOfType(UsageError.class)
                .isThrownBy(() -> Endpoint.parse("LISTEN", "tcp://a:x", 0))
                .withMessageEndingWith("use 0 (any free port) to 65535");
    }

    @Test
    void whereTlsIsSpokenItIsWrittenSo() {
        Endpoint secure = Endpoint.parseSecure("TARGET", "tls://[::1]:443", 1);
        assertThat(secure)
                .isEqualTo(new Endpoint.Tls(new Endpoint.Tcp("::1", 443)))
                .hasToString("tls://[::1]:443");
        assertThat(secure.toListen()).hasToString("[::1]:443");
        assertThat(Endpoint.parseSecure("TARGET", "tcp://a:1", 1))
                .isEqualTo(new Endpoint.Tcp("a", 1));
        assertThatExceptionOfType(UsageError.class)
                .isThrownBy(() -> Endpoint.parseSecure("TARGET", "tls://a", 1))
                .withMessage("TARGET tls://a: the port is missing; write tcp://HOST:PORT");
        assertThatExceptionOfType(UsageError.class).isThrownBy(() -> parse("tls://a:1"));
    }
}
