package dev.millrace.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.kernel.IpAddress;
import dev.millrace.net.NetServerOptions;
import dev.millrace.net.ProxyProtocol;
import dev.millrace.proxyprotocol.ProxyHeader;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** HTTP behind a balancer: whom a request comes from. */
@Tag("I19")
class HttpBalancedTest {
    private static final IpAddress CLIENT = IpAddress.of("192.0.2.7", 56324);
    private static final ProxyHeader HEADER =
            ProxyHeader.v2(CLIENT, IpAddress.of("198.51.100.1", 443));
    private static final HttpServerOptions BEHIND =
            HttpServerOptions.DEFAULTS.withNet(
                    NetServerOptions.DEFAULTS.withProxyProtocol(
                            ProxyProtocol.required("127.0.0.1")));

    @Test
    void requestsAndTheLogKnowTheClient() throws IOException {
        CompletableFuture<HttpExchange> logged = new CompletableFuture<>();
        HttpHandler handler =
                (request, response) -> response.end("" + request.remoteAddress().orElseThrow());
        try (var fixture = HttpFixture.serve(BEHIND, handler)) {
            fixture.run(() -> fixture.server().onExchange(logged::complete));
            try (RawHttp client = fixture.connect()) {
                client.send(new String(HEADER.encode(), ISO_8859_1));
                for (int count = 0; count < 2; count++) {
                    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
                    assertThat(client.answer().text()).isEqualTo("192.0.2.7:56324");
                }
            }
            assertThat(logged.join().remoteAddress()).contains(CLIENT);
        }
    }

    /** A request in the same segment as the header is not lost. */
    @Test
    void headerAndRequestsMayComeTogether() throws IOException {
        String get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
        HttpHandler handler = (request, response) -> response.end("served");
        try (var fixture = HttpFixture.serve(BEHIND, handler);
                RawHttp client = fixture.connect()) {
            client.send(new String(HEADER.encode(), ISO_8859_1) + get + get);
            assertThat(client.answer().text()).isEqualTo("served");
            assertThat(client.answer().text()).isEqualTo("served");
        }
    }
}
