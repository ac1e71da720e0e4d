package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.http.HttpExchange;
import dev.millrace.kernel.IpAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The lines that are written down of what came to no request; ServeOptionsTest has the others. */
class RequestLogTest {
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
    private static final Instant NOW = Instant.parse("2026-11-28T13:45:10Z");

    private static HttpExchange refused(int status) {
        return new HttpExchange(
                Optional.empty(),
                status,
                12,
                Duration.ofMillis(3),
                Optional.of(IpAddress.loopback(4000)),
                Optional.empty());
    }

    @Test
    void combined() {
        assertThat(RequestLog.combined(refused(400), NOW, BERLIN))
                .isEqualTo("127.0.0.1 - - [28/Nov/2026:14:45:10 +0100] \"-\" 400 12 \"-\" \"-\"");
        assertThat(RequestLog.combined(refused(0), NOW, BERLIN)).contains(" 499 ");
    }

    @Test
    void onAConsole() {
        assertThat(RequestLog.onConsole(refused(400), NOW, BERLIN))
                .isEqualTo("14:45:10 - - 400 12 B 3 ms");
    }
}
