package dev.millrace.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.driver.RecordingDriver;
import dev.millrace.http.RawHttp.Answer;
import dev.millrace.net.ConnectionMoves.Counts;
import dev.millrace.stream.Filter;
import dev.millrace.stream.FilterWire;
import dev.millrace.testing.Ends;
import dev.millrace.testing.PlainOnly;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A server leaves, and not everything can move: what stays ends in order, and is counted (X88). */
@Timeout(60)
@PlainOnly(PlainOnly.Reason.MOVE)
class HttpStayTest {
    private static final String LATER = RawHttp.get("/later");

    private RecordingDriver clock;

    /** On the loop's thread. */
    private RecordingDriver stopped() {
        clock = new RecordingDriver().withStoppedTime();
        return clock;
    }

    /** The clients end their side as well, so that no server waits for what may still come. */
    private static void expectStayed(MovingHttp servers, int away, int stayed, RawHttp... clients)
            throws IOException {
        for (RawHttp client : clients) {
            client.endOutput();
        }
        servers.fixture.until(() -> servers.first.net().connectionCount() == 0);
        assertThat(servers.statistics(servers.first).moves())
                .isEqualTo(new Counts(away, 0, stayed));
    }

    @Test
    void whatTheSuccessorRefusesIsClosed() throws IOException {
        try (var servers = new MovingHttp();
                RawHttp idle = servers.connect();
                RawHttp half = servers.connect()) {
            servers.isRefusing = true;
            assertThat(idle.get().text()).isEqualTo("first /");
            half.send("GET /half HTT");
            servers.fixture.until(() -> servers.first.connections().size() == 2);
            servers.fixture.turns();
            servers.leave();
            assertThat(idle.rest()).as("without a reset").isEmpty();
            servers.fixture.turns();
            half.send("P/1.1\r\nHost: a\r\n\r\n");
            Answer answer = half.answer();
            assertThat(answer.text()).isEqualTo("first /half");
            assertThat(answer.header("Connection")).isEqualTo("close");
            assertThat(half.rest()).isEmpty();
            expectStayed(servers, 0, 2, idle, half);
            servers.fixture.run(() -> assertThat(servers.asked).as("once for each").isEqualTo(2));
        }
    }

    /** What was pipelined behind the response is served here: it was read, and is not lost. */
    @Test
    void requestsThatHaveComeAreServedWhenTheSuccessorRefuses() throws IOException {
        try (var servers = new MovingHttp();
                RawHttp client = servers.connect()) {
            servers.isRefusing = true;
            client.send(LATER);
            servers.fixture.until(() -> servers.due.size() == 1);
            servers.leave();
            servers.fixture.turns();
            client.send(RawHttp.get("/a"));
            servers.fixture.untilRead(LATER.length() + RawHttp.get("/a").length());
            servers.answer(0, "answered");
            assertThat(client.answer().text()).isEqualTo("answered");
            assertThat(client.answer().text()).isEqualTo("first /a");
            assertThat(client.rest()).isEmpty();
            expectStayed(servers, 0, 1, client);
        }
    }

    @Test
    void behindThreeRefusalsResponsesCloseAgain() throws IOException {
        try (var servers = new MovingHttp();
                RawHttp one = servers.connect();
                RawHttp two = servers.connect();
                RawHttp three = servers.connect();
                RawHttp busy = servers.connect()) {
            servers.isRefusing = true;
            busy.send(LATER);
            servers.fixture.until(
                    () -> servers.due.size() == 1 && servers.first.connections().size() == 4);
            servers.leave();
            assertThat(one.rest() + two.rest() + three.rest()).isEmpty();
            servers.answer(0, "answered");
            assertThat(busy.answer().header("Connection")).isEqualTo("close");
            assertThat(busy.rest()).isEmpty();
            expectStayed(servers, 0, 4, one, two, three, busy);
        }
    }

    /** At three quarters of the limit the old way begins, and at the limit it is over. */
    @Test
    void atTheDeadlineResponsesCloseAndAtTheLimitTheRestIsCutOff() throws IOException {
        HttpFixture fixture = HttpFixture.on(this::stopped, loop -> Ends.http(loop));
        try (var servers = new MovingHttp(fixture, HttpServerOptions.DEFAULTS);
                RawHttp moves = servers.connect();
                RawHttp closes = servers.connect();
                RawHttp never = servers.connect()) {
            moves.send(LATER);
            servers.fixture.until(() -> servers.due.size() == 1);
            closes.send(LATER);
            servers.fixture.until(() -> servers.due.size() == 2);
            never.send(LATER);
            servers.fixture.until(() -> servers.due.size() == 3);
            servers.fixture.run(() -> servers.first.shutdown(Duration.ofSeconds(8)));
            pass(servers, 5_999);
            servers.answer(0, "moves");
            assertThat(moves.answer().header("Connection")).isNotEqualTo("close");
            servers.untilMoved(1);
            pass(servers, 1);
            servers.answer(1, "closes");
            assertThat(closes.answer().header("Connection")).isEqualTo("close");
            assertThat(closes.rest()).isEmpty();
            pass(servers, 2_000);
            assertThatThrownBy(never::rest).hasMessageContaining("reset");
            expectStayed(servers, 1, 2);
        }
    }

    private void pass(MovingHttp servers, long millis) {
        servers.fixture.run(() -> clock.passMillis(millis));
        servers.fixture.turns();
    }

    @Test
    void whatIsNoLongerHttpStaysWithItsOwner() throws IOException {
        try (var servers = new MovingHttp();
                RawHttp upgraded = servers.connect();
                RawHttp tunnel = servers.connect()) {
            servers.fixture.run(() -> {
                servers.first.onUpgrade((request, socket) -> {
                    request.upgrade().accept();
                    servers.first.net().onClosing(() -> socket.resume().end("bye"));
                });
                servers.first.onConnect((request, socket) -> {
                    request.upgrade().accept();
                    servers.first.net().onClosing(() -> socket.resume().end("bye"));
                });
            });
            upgraded.send(
                    "GET /up HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: a\r\n\r\n");
            assertThat(upgraded.answer().status()).isEqualTo(101);
            tunnel.send("CONNECT far:443 HTTP/1.1\r\nHost: far:443\r\n\r\n");
            assertThat(tunnel.answer(false).status()).isEqualTo(200);
            servers.leave();
            assertThat(upgraded.rest()).isEqualTo("bye");
            assertThat(tunnel.rest()).isEqualTo("bye");
            upgraded.close();
            tunnel.close();
            expectStayed(servers, 0, 2);
        }
    }

    /** A filter that changes nothing. */
    private static final class Through implements Filter {
        private FilterWire wire;

        @Override
        public void attach(FilterWire toBoth) {
            wire = toBoth;
            wire.ready();
        }

        @Override
        public void received(byte[] array, int offset, int length) {
            wire.deliver(array, offset, length);
        }

        @Override
        public void receivedEnd() {
            wire.deliverEnd();
        }

        @Override
        public void written(byte[] array, int offset, int length) {
            wire.send(array, offset, length);
        }

        @Override
        public void writtenEnd() {
            wire.sendEnd();
        }
    }

    @Test
    void aSocketWithAFilterIsClosed() throws IOException {
        try (var servers = new MovingHttp();
                RawHttp client = servers.connect()) {
            servers.fixture.until(() -> servers.first.connections().size() == 1);
            servers.fixture.run(
                    () -> servers.first.connections().getFirst().socket().filter(new Through()));
            servers.leave();
            assertThat(client.rest()).isEmpty();
            client.close();
            expectStayed(servers, 0, 1);
        }
    }

    @Test
    void aResponseThatTheEndEndsEndsItsConnection() throws IOException {
        try (var servers = new MovingHttp();
                RawHttp old = servers.connect();
                RawHttp asked = servers.connect()) {
            old.send("GET /later HTTP/1.0\r\n\r\n");
            servers.fixture.until(() -> servers.due.size() == 1);
            asked.send("GET /later HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
            servers.fixture.until(() -> servers.due.size() == 2);
            servers.leave();
            servers.fixture.run(() -> {
                servers.due.get(0).write("to the ");
                servers.due.get(0).end("end");
                servers.due.get(1).end("last");
            });
            assertThat(old.answer().text()).isEqualTo("to the end");
            assertThat(asked.answer().header("Connection")).isEqualTo("close");
            assertThat(asked.rest()).isEmpty();
            old.close();
            asked.close();
            expectStayed(servers, 0, 2);
        }
    }

    /** Its client has nothing more to say. */
    @Test
    void onePeerOfWhichHasEndedIsClosedBehindItsResponse() throws IOException {
        try (var servers = new MovingHttp();
                RawHttp client = servers.connect()) {
            client.send(LATER).endOutput();
            servers.fixture.until(() -> servers.due.size() == 1);
            servers.fixture.turns();
            servers.leave();
            servers.answer(0, "answered");
            assertThat(client.answer().text()).isEqualTo("answered");
            assertThat(client.rest()).isEmpty();
            expectStayed(servers, 0, 1);
        }
    }

    /** At the new owner its time for the next request begins anew, and it is no stranger. */
    @Test
    void theKeepAliveTimeBeginsAnew() throws IOException {
        HttpTimeouts timeouts =
                HttpTimeouts.DEFAULTS
                        .withKeepAlive(Duration.ofSeconds(5))
                        .withHeader(Duration.ofSeconds(1));
        HttpServerOptions options = HttpServerOptions.DEFAULTS.withTimeouts(timeouts);
        HttpFixture fixture = HttpFixture.on(this::stopped, loop -> Ends.http(loop, options));
        try (var servers = new MovingHttp(fixture, options);
                RawHttp client = servers.connect();
                RawHttp half = servers.connect()) {
            assertThat(client.get().text()).isEqualTo("first /");
            assertThat(half.send(RawHttp.get("/") + "GET").answer().text()).isEqualTo("first /");
            pass(servers, 900);
            servers.leave();
            servers.untilMoved(2);
            pass(servers, 900);
            assertThat(half.send(" / HTTP/1.1\r\nHost: a\r\n\r\n").answer().status())
                    .isEqualTo(200);
            pass(servers, 4_900);
            assertThat(client.get().text()).isEqualTo("second /");
            pass(servers, 5_800);
            pass(servers, 500);
            assertThat(client.rest()).isEmpty();
            assertThat(servers.statistics(servers.second).timeouts())
                    .containsOnlyKeys(HttpServerStatistics.Timeout.KEEP_ALIVE);
        }
    }
}
