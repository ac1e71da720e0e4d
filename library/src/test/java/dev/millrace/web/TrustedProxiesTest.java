package dev.millrace.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.http.HttpFixture;
import dev.millrace.http.RawHttp;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What proxies tell of the client counts as far as they are trusted, from the end. */
@Timeout(30)
class TrustedProxiesTest {
    private static String origin(TrustedProxies proxies, String fields) throws IOException {
        try (var fixture =
                        HttpFixture.serve((request, response) -> {
                            ClientOrigin origin = proxies.origin(request);
                            String address = "" + origin.address().orElseThrow();
                            if (origin.address().equals(request.remoteAddress())) {
                                address = "peer";
                            }
                            response.end(
                                    address
                                            + " "
                                            + origin.scheme()
                                            + " "
                                            + origin.host()
                                            + (origin.isSecure() ? " secure" : ""));
                        });
                RawHttp client = fixture.connect()) {
            return client.send("GET / HTTP/1.1\r\nHost: own\r\n" + fields + "\r\n").answer().text();
        }
    }

    private static String line(String name, String value) {
        return value == null ? "" : name + ": " + value + "\r\n";
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\u0001',
            textBlock =
                    """
                    for=192.0.2.7                              | 192.0.2.7:0 http own
                    For="192.0.2.7:80";PROTO=HTTPS;host=h      | 192.0.2.7:80 https h secure
                    for=6.6.6.6, for=192.0.2.7                 | 192.0.2.7:0 http own
                    for=6.6.6.6, for=192.0.2.7, for=10.1.2.3   | 192.0.2.7:0 http own
                    for=10.0.0.1, for=10.0.0.2                 | 10.0.0.1:0 http own
                    for="[2001:db8::7]:99"                     | [2001:db8::7]:99 http own
                    for="[2001:db8::7]"                        | [2001:db8::7]:0 http own
                    for=192.0.2.7;host=a, for=10.0.0.1;host=b  | 192.0.2.7:0 http a
                    for=192.0.2.7, for=10.0.0.1;proto=https    | 192.0.2.7:0 https own secure
                    for="evil, for=192.0.2.7                   | 192.0.2.7:0 http own
                    for="evil\\", for=192.0.2.7                | 192.0.2.7:0 http own
                    for=192.0.2.7;host="a:8080"                | 192.0.2.7:0 http a:8080
                    for=192.0.2.7;host="a b"                   | 192.0.2.7:0 http own
                    for=192.0.2.7;proto=gopher                 | 192.0.2.7:0 http own
                    for="192.0.2.7:_x"                         | 192.0.2.7:0 http own
                    for=unknown;proto=https                    | peer https own secure
                    for=_hidden                                | peer http own
                    for=6.6.6.6, for=unknown                   | peer http own
                    for=localhost                              | peer http own
                    for="[fe80::1%lo]"                         | peer http own
                    for=192.0.2.7;for=6.6.6.6                  | peer http own
                    for=192.0.2.7 x                            | peer http own
                    proto=https                                | peer https own secure
                    ,, for=192.0.2.7 ,                         | 192.0.2.7:0 http own
                    """)
    void forwardedIsReadFromItsEnd(String value, String told) throws IOException {
        TrustedProxies proxies = TrustedProxies.forwarded("127.0.0.1", "10.0.0.0/8");
        assertThat(origin(proxies, line("Forwarded", value))).isEqualTo(told);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    192.0.2.7                  | https       | h | 192.0.2.7:0 https h secure
                    6.6.6.6, 192.0.2.7         | https       |   | 192.0.2.7:0 https own secure
                    192.0.2.7, 10.0.0.1        | https, http |   | 192.0.2.7:0 https own secure
                    192.0.2.7, 10.0.0.1        | https       |   | 192.0.2.7:0 https own secure
                    6.6.6.6, 192.0.2.7         | https, http |   | 192.0.2.7:0 http own
                    2001:db8::7                |             |   | [2001:db8::7]:0 http own
                    192.0.2.7:81               |             |   | 192.0.2.7:81 http own
                    x                          | https       |   | peer https own secure
                                               | https       | h | peer http own
                    """)
    void theOtherFieldsAreReadFromTheirEnd(String of, String proto, String host, String told)
            throws IOException {
        TrustedProxies proxies = TrustedProxies.xForwarded("127.0.0.1", "10.0.0.0/8");
        String fields =
                line("X-Forwarded-For", of)
                        + line("X-Forwarded-Proto", proto)
                        + line("X-Forwarded-Host", host);
        assertThat(origin(proxies, fields)).isEqualTo(told);
    }

    @Test
    void severalLinesAreOneList() throws IOException {
        TrustedProxies proxies = TrustedProxies.forwarded("127.0.0.1");
        String fields = line("Forwarded", "for=6.6.6.6") + line("Forwarded", "for=192.0.2.7");
        assertThat(origin(proxies, fields)).startsWith("192.0.2.7:0");
    }

    @Test
    void nothingCountsFromAPeerThatIsNotTrusted() throws IOException {
        String fields = line("Forwarded", "for=192.0.2.7;proto=https;host=h");
        assertThat(origin(TrustedProxies.forwarded("10.0.0.0/8"), fields))
                .isEqualTo("peer http own");
        assertThat(origin(TrustedProxies.forwarded(), fields)).isEqualTo("peer http own");
        assertThat(origin(TrustedProxies.forwarded("unix"), fields)).isEqualTo("peer http own");
    }

    @Test
    void theOtherKindOfFieldsIsTheClients() throws IOException {
        TrustedProxies proxies = TrustedProxies.xForwarded("127.0.0.1");
        assertThat(origin(proxies, line("Forwarded", "for=6.6.6.6;proto=https")))
                .isEqualTo("peer http own");
    }

    @Test
    void badRulesAreNamed() {
        assertThatThrownBy(() -> TrustedProxies.forwarded("10.0.0.0/33"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("10.0.0.0/33");
        assertThat(TrustedProxies.xForwarded("10.0.0.0/8", "unix"))
                .hasToString("TrustedProxies[10.0.0.0/8] and unix");
    }
}
