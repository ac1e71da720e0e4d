package dev.millrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.loop.Loop;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What the Javadoc shows of counts, access logs and rates, compiled and run. */
class HttpObservationExamplesTest {
    private final StringBuffer printed = new StringBuffer();

    private void print(Object text) {
        printed.append(text).append('|');
    }

    @Test
    void exchange() throws IOException {
        try (var fixture = HttpFixture.of(this::logging);
                RawHttp client = fixture.connect()) {
            client.get();
            fixture.until(() -> printed.toString().contains("\"GET / HTTP/1.1\" 200 0 B"));
            assertThat(printed.toString()).doesNotContain("slow");
        }
    }

    private HttpServer logging(Loop loop) {
        HttpServer server = HttpServer.create(loop, (request, response) -> response.end());
        // @start region="exchange"
        server.onExchange(exchange -> {
            print(exchange); // 127.0.0.1:4000 "GET /path HTTP/1.1" 200 5 B 3 ms
            if (exchange.duration().compareTo(Duration.ofSeconds(10)) > 0) {
                print("slow: " + exchange.target());
            }
        });
        // @end
        return server;
    }

    @Test
    void statistics() throws IOException {
        try (var fixture = HttpFixture.serve((request, response) -> response.end());
                RawHttp client = fixture.connect()) {
            client.send("GET\r\n\r\n").answer();
            fixture.run(() -> report(fixture.server()));
            assertThat(printed.toString()).isEqualTo("400 HPE_INVALID_METHOD: 1|0 late|");
        }
    }

    private void report(HttpServer server) {
        // @start region="statistics"
        HttpServerStatistics counted = server.statistics();
        counted.refusals().forEach((cause, times) -> print(cause + ": " + times));
        print(counted.timeouts().values().stream().mapToLong(times -> times).sum() + " late");
        // @end
    }

    @Test
    void rates() throws IOException {
        try (var fixture =
                        HttpFixture.serve(rated(), (request, response) -> response.end("quick"));
                RawHttp client = fixture.connect()) {
            assertThat(client.get().text()).isEqualTo("quick");
        }
    }

    private static HttpTimeouts rated() {
        // @start region="rates"
        var atLeast = new HttpTimeouts.MinimumRate(240, Duration.ofSeconds(5));
        HttpTimeouts timeouts =
                HttpTimeouts.DEFAULTS
                        .withBodyRate(atLeast)
                        .withSendRate(atLeast)
                        .withHandler(Duration.ofSeconds(30));
        // @end
        return timeouts;
    }
}
