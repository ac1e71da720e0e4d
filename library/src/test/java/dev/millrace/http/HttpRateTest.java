package dev.millrace.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.http.HttpServerStatistics.Timeout;
import dev.millrace.http.HttpTimeouts.MinimumRate;
import dev.millrace.http.RawHttp.Answer;
import dev.millrace.testing.PlainOnly;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Bodies that come too slowly, and responses that are taken too slowly. */
@org.junit.jupiter.api.Timeout(30)
class HttpRateTest {
    private static final Duration GRACE = Duration.ofSeconds(4);
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final MinimumRate RATE = new MinimumRate(100, GRACE);
    private static final HttpTimeouts NONE =
            new HttpTimeouts(Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO);
    private static final String HEAD = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n";

    private ServerRequest inbound;
    private ServerResponse held;

    private StoppedHttp receiving(boolean isRead) throws IOException {
        return new StoppedHttp(
                NONE.withBodyRate(RATE),
                (request, response) -> {
                    inbound = request;
                    if (isRead) {
                        request.resume();
                    }
                    request.onEnd(() -> response.end("got it"));
                });
    }

    /** So many bytes a second for so long; how many were sent in all. */
    private static int trickle(StoppedHttp server, int sent, int bytes, int seconds)
            throws IOException {
        int all = sent;
        for (int second = 0; second < seconds; second++) {
            server.client.send("x".repeat(bytes));
            all += bytes;
            server.fixture.untilRead(all);
            server.pass(SECOND);
        }
        return all;
    }

    @Tag("X43")
    @Test
    @PlainOnly(PlainOnly.Reason.BYTES)
    void aBodyBelowTheRateIs408AfterTheGrace() throws IOException {
        try (StoppedHttp server = receiving(true)) {
            server.client.send(HEAD + "\r\n");
            server.fixture.until(() -> inbound != null);
            server.pass(SECOND);
            int sent = trickle(server, HEAD.length() + 2, 99, 3);
            assertThat(server.written()).isZero();
            trickle(server, sent, 99, 1);
            Answer answer = server.client.answer();
            assertThat(answer.status()).isEqualTo(408);
            assertThat(answer.text()).contains("rate");
            assertThat(server.client.rest()).isEmpty();
            assertThat(server.statistics().timeouts()).isEqualTo(Map.of(Timeout.BODY_RATE, 1L));
            assertThat(server.statistics().refusals())
                    .isEqualTo(Map.of("408 ERR_HTTP_REQUEST_TIMEOUT", 1L));
        }
    }

    /** Every stretch counts by itself: what came fast before is no credit. */
    @Tag("X43")
    @Test
    @PlainOnly(PlainOnly.Reason.BYTES)
    void aBodyAtTheRateComesAndOneThatStopsLaterDoesNot() throws IOException {
        try (StoppedHttp server = receiving(true)) {
            server.client.send(HEAD + "\r\n");
            server.fixture.until(() -> inbound != null);
            server.pass(SECOND);
            int sent = trickle(server, HEAD.length() + 2, 100, 12);
            sent = trickle(server, sent, 20_000, 1);
            assertThat(server.written()).isZero();
            trickle(server, sent, 1, 8);
            assertThat(server.client.answer().status()).isEqualTo(408);
        }
    }

    @Tag("X43")
    @Test
    @PlainOnly(PlainOnly.Reason.BYTES)
    void timeInWhichTheHandlerDoesNotReadDoesNotCount() throws IOException {
        try (StoppedHttp server = receiving(true)) {
            server.client.send(HEAD + "\r\n");
            server.fixture.until(() -> inbound != null);
            for (int round = 0; round < 6; round++) {
                server.pass(SECOND.multipliedBy(3));
                server.fixture.run(() -> inbound.pause());
                server.pass(SECOND.dividedBy(2));
                server.fixture.run(() -> inbound.resume());
            }
            assertThat(server.written()).isZero();
            server.fixture.run(() -> inbound.pause());
            server.pass(GRACE.multipliedBy(9));
            assertThat(server.written()).isZero();
            assertThat(server.statistics().timeouts()).isEmpty();
        }
    }

    @Tag("X43")
    @Test
    @PlainOnly(PlainOnly.Reason.BYTES)
    void aClientThatWaitsForA100IsNotSlow() throws IOException {
        try (StoppedHttp server = receiving(false)) {
            server.client.send(HEAD + "Expect: 100-continue\r\n\r\n");
            server.fixture.until(() -> inbound != null);
            server.pass(GRACE.multipliedBy(3));
            server.pass(GRACE.multipliedBy(3));
            assertThat(server.written()).isZero();
            server.fixture.run(() -> inbound.resume());
            assertThat(server.client.answer().status()).isEqualTo(100);
        }
    }

    /** A look at the connection may fall into the body of one request, and then of another. */
    @Tag("X43")
    @Test
    void eachBodyIsMeasuredByItself() throws IOException {
        try (StoppedHttp server = receiving(true)) {
            for (int round = 0; round < 8; round++) {
                String post = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\na";
                ServerRequest before = inbound;
                server.client.send(post);
                server.fixture.until(() -> inbound != before);
                server.pass(SECOND);
                server.client.send("b");
                assertThat(server.client.answer().text()).isEqualTo("got it");
            }
        }
    }

    private StoppedHttp sending() throws IOException {
        MinimumRate rate = new MinimumRate(100_000, GRACE);
        return new StoppedHttp(
                NONE.withSendRate(rate),
                (request, response) -> {
                    held = response;
                    response.onClose(() -> held = null);
                    response.write(new byte[16 << 20]);
                },
                32 << 10);
    }

    @Tag("X44")
    @Test
    void aResponseThatIsTakenBelowTheRateIsCutOff() throws IOException {
        try (StoppedHttp server = sending()) {
            server.client.send(RawHttp.get("/"));
            server.fixture.until(() -> held != null);
            server.pass(SECOND);
            for (int second = 0; second < 3; second++) {
                server.client.exactly(10_000);
                server.pass(SECOND);
            }
            server.fixture.run(() -> assertThat(held).isNotNull());
            for (int second = 0; second < 8; second++) {
                server.pass(SECOND);
            }
            server.fixture.until(() -> held == null);
            server.fixture.untilEmpty();
            assertThat(server.statistics().timeouts()).isEqualTo(Map.of(Timeout.SEND_RATE, 1L));
        }
    }

    @Tag("X44")
    @Test
    void aResponseThatIsTakenFastEnoughIsNot() throws IOException {
        try (StoppedHttp server = sending()) {
            server.client.send(RawHttp.get("/"));
            server.fixture.until(() -> held != null);
            long left = 16 << 20;
            while (left > 0) {
                int part = (int) Math.min(left, 1 << 20);
                server.client.exactly(part);
                left -= part;
                server.pass(SECOND);
            }
            assertThat(server.statistics().timeouts()).isEmpty();
        }
    }

    /** A handler that takes its time is no slow reader. */
    @Tag("X44")
    @Test
    void whereNothingWaitsNothingIsSlow() throws IOException {
        MinimumRate rate = new MinimumRate(100_000, GRACE);
        try (StoppedHttp server =
                new StoppedHttp(
                        NONE.withSendRate(rate),
                        (request, response) -> {
                            held = response;
                            response.write("a");
                        })) {
            server.client.send(RawHttp.get("/"));
            server.fixture.until(() -> held != null);
            for (int second = 0; second < 20; second++) {
                server.pass(SECOND);
            }
            server.fixture.run(() -> held.end("b"));
            assertThat(server.client.answer().text()).isEqualTo("ab");
        }
    }

    @Test
    void ratesAreCheckedWhenTheyAreMade() {
        assertThat(HttpTimeouts.DEFAULTS.bodyRate()).isEqualTo(MinimumRate.NONE);
        assertThat(HttpTimeouts.DEFAULTS.sendRate()).isEqualTo(MinimumRate.NONE);
        assertThatThrownBy(() -> new MinimumRate(-1, GRACE)).hasMessageContaining("-1 bytes");
        assertThatThrownBy(() -> new MinimumRate(1, Duration.ZERO)).hasMessageContaining("grace");
        assertThatThrownBy(() -> new MinimumRate(1, SECOND.negated()))
                .hasMessageContaining("after PT-1S");
        assertThatThrownBy(() -> NONE.withHandler(SECOND.negated()))
                .hasMessageContaining("the handler timeout");
        HttpTimeouts all =
                NONE.withHandler(SECOND)
                        .withBodyRate(RATE)
                        .withSendRate(new MinimumRate(7, SECOND))
                        .withHeader(SECOND)
                        .withRequest(SECOND)
                        .withKeepAlive(SECOND)
                        .withWrite(SECOND);
        assertThat(all)
                .isEqualTo(
                        new HttpTimeouts(
                                SECOND,
                                SECOND,
                                SECOND,
                                SECOND,
                                SECOND,
                                RATE,
                                new MinimumRate(7, SECOND)));
    }
}
