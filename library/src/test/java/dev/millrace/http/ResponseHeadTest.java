package dev.millrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.driver.RecordingDriver;
import dev.millrace.loop.DriverLoops;
import dev.millrace.loop.Loop;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every response of a second has in common. */
class ResponseHeadTest {
    private final RecordingDriver clock = new RecordingDriver().withStoppedTime();
    private final Loop loop = DriverLoops.on(clock);
    private Instant wall = Instant.parse("2026-01-01T00:00:00.700Z");
    private int asked;
    private ResponseHead head = with(HttpTimeouts.DEFAULTS);

    private ResponseHead with(HttpTimeouts timeouts) {
        return new ResponseHead(
                loop,
                timeouts,
                () -> {
                    asked++;
                    return wall;
                });
    }

    @BeforeEach
    void begin() {
        loop.updateTime();
    }

    @AfterEach
    void close() {
        loop.close();
    }

    /** Both clocks move on. */
    private void pass(long millis) {
        wall = wall.plusMillis(millis);
        clock.passMillis(millis);
        loop.updateTime();
    }

    private String text(boolean isPersistent, boolean wantsDate, boolean wantsConnection) {
        head.begin(200, null, null);
        head.end(isPersistent, wantsDate, wantsConnection);
        return new String(head.array(), 0, head.length(), StandardCharsets.US_ASCII);
    }

    private void expectSecond(int second, int reads) {
        String date = "Date: Thu, 01 Jan 2026 00:00:0" + second + " GMT\r\n";
        assertThat(text(true, true, true)).contains(date);
        assertThat(text(false, true, true)).contains(date);
        assertThat(asked).as("reads of the clock").isEqualTo(reads);
    }

    @Test
    void theDateIsReadOnceASecondAndChangesWithIt() {
        expectSecond(0, 1);
        pass(299);
        expectSecond(0, 1);
        pass(1);
        expectSecond(1, 2);
        pass(999);
        expectSecond(1, 2);
        pass(1);
        expectSecond(2, 3);
        pass(3_500);
        expectSecond(5, 4);
        pass(500);
        expectSecond(6, 5);
    }

    @Test
    void whatIsNotWantedStaysAway() {
        String date = "Date: Thu, 01 Jan 2026 00:00:00 GMT\r\n";
        String keepAlive = "Connection: keep-alive\r\nKeep-Alive: timeout=5\r\n";
        String status = "HTTP/1.1 200 OK\r\n";
        assertThat(text(true, true, true)).isEqualTo(status + date + keepAlive + "\r\n");
        assertThat(text(true, true, false)).isEqualTo(status + date + "\r\n");
        assertThat(text(true, false, true)).isEqualTo(status + keepAlive + "\r\n");
        assertThat(text(false, true, true)).isEqualTo(status + date + "Connection: close\r\n\r\n");
        assertThat(text(false, false, false)).isEqualTo(status + "\r\n");
    }

    @Test
    void lessThanASecondIsNotAnnounced() {
        head = with(HttpTimeouts.DEFAULTS.withKeepAlive(Duration.ofMillis(999)));
        assertThat(text(true, false, true))
                .isEqualTo("HTTP/1.1 200 OK\r\nConnection: keep-alive\r\n\r\n");
    }
}
