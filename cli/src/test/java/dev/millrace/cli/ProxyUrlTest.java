package dev.millrace.cli;

import static dev.millrace.cli.ScriptedPeer.ok;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.millrace.cli.ScriptedPeer.Reply;
import dev.millrace.http.HttpProxy;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which proxy a request goes through. */
class ProxyUrlTest {

    private static Optional<HttpProxy> option(String text) {
        return ProxyUrl.choose(Optional.of(text), Map.of("http_proxy", "http://env:1"), false);
    }

    private static Optional<HttpProxy> environment(String... variables) {
        Map<String, String> all = new java.util.HashMap<>();
        for (int at = 0; at < variables.length; at += 2) {
            all.put(variables[at], variables[at + 1]);
        }
        return ProxyUrl.choose(Optional.empty(), all, false);
    }

    @Test
    void theOptionGoesFirst() {
        HttpProxy plain = HttpProxy.of("a", 3128);
        assertThat(option("http://a:3128")).contains(plain);
        assertThat(option("a:3128/")).contains(plain);
        assertThat(option("HTTP://a")).contains(HttpProxy.of("a", 80));
        assertThat(option("http://[::1]:9")).contains(HttpProxy.of("::1", 9));
        assertThat(option("")).as("none at all").isEmpty();
        assertThat(option("http://me:a%3Ab+c@a:3128"))
                .contains(plain.withCredentials("me", "a:b+c"));
        assertThat(option("http://me@a:3128")).contains(plain.withCredentials("me", ""));
    }

    @Test
    void theEnvironmentIsAskedAsOthersAskIt() {
        assertThat(environment()).isEmpty();
        assertThat(environment("http_proxy", "")).isEmpty();
        assertThat(environment("HTTP_PROXY", "http://evil:1")).as("a field Proxy").isEmpty();
        assertThat(environment("http_proxy", "http://p:1")).contains(HttpProxy.of("p", 1));
        HttpProxy some =
                HttpProxy.of("p", 1).withDirect("localhost", ".localhost", "b.c", ".b.c", "*");
        for (String name : List.of("no_proxy", "NO_PROXY")) {
            assertThat(environment("http_proxy", "p:1", name, "localhost, .b.c,*")).contains(some);
        }
        assertThat(environment("http_proxy", "p:1", "no_proxy", "a", "NO_PROXY", "b"))
                .contains(HttpProxy.of("p", 1).withDirect("a", ".a"));
    }

    @ParameterizedTest
    @CsvSource({
        "https://a, --proxy https://a: the scheme https is unknown; write http://HOST:PORT",
        "socks5://a:1, --proxy socks5://a:1: the scheme socks5 is unknown",
        "http:///x, --proxy http:///x: ",
        "a_b:1, '--proxy a_b:1: the host is missing, or is none'",
        "a:0, --proxy a:0: a proxy has a host and a port from 1 to 65535",
        "a:65536, --proxy a:65536: a proxy has a host and a port",
        "http://u:secret@a:0, --proxy http://...@a:0: a proxy has a host and a port",
        "http://a%3Ab:c@d:1, --proxy http://...@d:1: a user with a colon",
        "http://u:%zz@d:1, --proxy http://...@d:1: ",
    })
    void whatIsNoProxyIsRefused(String text, String message) {
        assertThatExceptionOfType(UsageError.class)
                .isThrownBy(() -> option(text))
                .withMessageStartingWith(message);
    }

    @Test
    void getGoesThroughIt(@TempDir Path folder) throws IOException {
        try (ScriptedPeer peer = new ScriptedPeer((head, number) -> Reply.of(ok("by proxy")))) {
            Path file = folder.resolve("file");
            String proxy = peer.url("").replaceAll("/+$", "");
            GetCommand get = new GetCommand();
            List<String> words = List.of("-x", proxy, "-o", "" + file, "http://no.invalid/x?y");
            Arguments arguments = Arguments.parse(get, words);
            assertThat(get.run(arguments, System.out)).isZero();
            assertThat(file).hasContent("by proxy");
            assertThat(peer.heads().getFirst())
                    .startsWith("GET http://no.invalid/x?y HTTP/1.1\r\n")
                    .contains("\r\nHost: no.invalid\r\n");
        }
    }

    @Test
    void aProxyAndASocketAreTwoPlaces() {
        Arguments both =
                Arguments.parse(new GetCommand(), List.of("--unix=/s", "--proxy=a:1", "b"));
        assertThatExceptionOfType(UsageError.class)
                .isThrownBy(() -> GetSettings.read(both, RequestUrl.parse("b")))
                .withMessage("--proxy and --unix lead to two places; use one");
    }

    @Test
    void ofHttpsThereIsAnotherVariable() {
        Map<String, String> both =
                Map.of("http_proxy", "http://plain:1", "HTTPS_PROXY", "http://secure:2");
        assertThat(ProxyUrl.choose(Optional.empty(), both, true).orElseThrow().host())
                .isEqualTo("secure");
        assertThat(ProxyUrl.choose(Optional.empty(), both, false).orElseThrow().host())
                .isEqualTo("plain");
        Map<String, String> twice = new java.util.HashMap<>(both);
        twice.put("https_proxy", "http://first:3");
        assertThat(ProxyUrl.choose(Optional.empty(), twice, true).orElseThrow().host())
                .isEqualTo("first");
    }
}
