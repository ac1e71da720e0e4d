package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;

/** The lines that are written down of requests. */
class RequestLogTest {
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

    private static RequestLog.Entry entry(String target, long bytes, String agent) {
        return new RequestLog.Entry(
                "127.0.0.1",
                Instant.parse("2026-11-28T13:45:10Z"),
                "GET",
                target,
                "1.1",
                200,
                bytes,
                "-",
                agent,
                Duration.ofMillis(3));
    }

    @Test
    void combined() {
        assertThat(RequestLog.combined(entry("/a?b", 1234, "curl/8"), BERLIN))
                .isEqualTo(
                        "127.0.0.1 - - [28/Nov/2026:14:45:10 +0100] \"GET /a?b HTTP/1.1\" 200 1234"
                                + " \"-\" \"curl/8\"");
        assertThat(RequestLog.combined(entry("/", 0, "-"), BERLIN)).contains("\" 200 - \"");
    }

    @Test
    void whatAClientSendsBreaksOutOfNothing() {
        assertThat(RequestLog.combined(entry("/", 1, "a\"b\\c\td\u00e9\u001b[31m"), BERLIN))
                .endsWith("\"a\\\"b\\\\c\\x09d\\xe9\\x1b[31m\"");
    }

    @Test
    void onAConsole() {
        assertThat(RequestLog.onConsole(entry("/a", 12, "-"), BERLIN))
                .isEqualTo("14:45:10 GET /a 200 12 B 3 ms");
    }
}
