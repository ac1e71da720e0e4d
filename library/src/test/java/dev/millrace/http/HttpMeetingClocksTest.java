package dev.millrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.driver.RecordingDriver;
import dev.millrace.http.RawHttp.Answer;
import dev.millrace.kernel.IpAddress;
import dev.millrace.loop.Loop;
import dev.millrace.net.NetSocket;
import dev.millrace.testing.Ends;
import dev.millrace.testing.LoopFixture;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Where one wait of a connection meets another, on a clock that stands still but for the test. */
@Timeout(30)
class HttpMeetingClocksTest {
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final HttpTimeouts NONE =
            new HttpTimeouts(Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO);

    private final List<ServerRequest> requests = new ArrayList<>();
    private final List<ServerResponse> open = new ArrayList<>();
    private RecordingDriver clock;

    private HttpFixture stopped(HttpTimeouts timeouts, HttpHandler handler) {
        return HttpFixture.on(
                () -> clock = new RecordingDriver().withStoppedTime(),
                HttpServerOptions.DEFAULTS.withTimeouts(timeouts),
                handler);
    }

    private void hold(ServerRequest request, ServerResponse response) {
        requests.add(request);
        open.add(response);
    }

    private void pass(HttpFixture fixture, Duration time) {
        fixture.run(() -> clock.passMillis(time.toMillis()));
        fixture.turns();
    }

    @Tag("R56")
    @Test
    void aPauseDoesNotCountAndTheTimeAroundItDoes() throws IOException {
        try (var fixture = stopped(NONE.withRequest(LIMIT), this::hold);
                RawHttp client = fixture.connect()) {
            client.send(RawHttp.post("body").replace("body", "bo"));
            fixture.until(() -> requests.size() == 1);
            fixture.run(() -> requests.getFirst().onBytes((array, offset, length) -> length));
            pass(fixture, LIMIT.dividedBy(2));
            fixture.run(() -> requests.getFirst().pause());
            pass(fixture, LIMIT.multipliedBy(3));
            fixture.run(() -> requests.getFirst().resume());
            pass(fixture, LIMIT.dividedBy(4));
            assertThat(fixture.connectionCount()).isEqualTo(1);
            fixture.run(() -> assertThat(open.getFirst().isEnded()).isFalse());
            pass(fixture, LIMIT.dividedBy(4));
            assertThat(client.answer().status()).isEqualTo(408);
        }
    }

    @Tag("X42")
    @Test
    void aHeadThatStopsBesideARunningHandlerIs408BehindItsAnswer() throws IOException {
        try (var fixture = stopped(NONE.withHeader(LIMIT), this::hold);
                RawHttp client = fixture.connect()) {
            client.send(RawHttp.get("/"));
            fixture.until(() -> requests.size() == 1);
            pass(fixture, LIMIT.multipliedBy(2));
            String half = "GET / HTTP/1.1\r\nHo";
            client.send(half);
            fixture.untilRead(RawHttp.get("/").length() + half.length());
            pass(fixture, LIMIT);
            fixture.run(() -> open.getFirst().end("late"));
            assertThat(client.answer().text()).isEqualTo("late");
            Answer refused = client.answer();
            assertThat(refused.status()).isEqualTo(408);
            assertThat(refused.text()).contains("head");
            assertThat(client.rest()).isEmpty();
        }
    }

    @Tag("X45")
    @Test
    void aServerWithoutConnectionsSoonWaitsWithoutATimer() throws IOException {
        try (var fixture = stopped(HttpTimeouts.DEFAULTS, this::hold)) {
            expectTimer(fixture, false);
            try (RawHttp client = fixture.connect()) {
                fixture.until(() -> fixture.server().connections().size() == 1);
                expectTimer(fixture, true);
                client.reset();
            }
            fixture.until(() -> fixture.server().connections().isEmpty());
            pass(fixture, Duration.ofSeconds(1));
            expectTimer(fixture, false);
            try (RawHttp again = fixture.connect()) {
                fixture.until(() -> fixture.server().connections().size() == 1);
                expectTimer(fixture, true);
                again.endOutput();
            }
        }
    }

    @Tag("X45")
    @Test
    void theShortestTimeoutThatIsSetSaysHowOftenTheServerLooks() throws IOException {
        expectInterval(NONE, Duration.ofSeconds(1));
        expectInterval(HttpTimeouts.DEFAULTS, Duration.ofSeconds(1));
        expectInterval(NONE.withWrite(Duration.ofMillis(400)), Duration.ofMillis(100));
        expectInterval(NONE.withHeader(Duration.ofMillis(800)), Duration.ofMillis(200));
        expectInterval(NONE.withRequest(Duration.ofMillis(1)), Duration.ofMillis(5));
    }

    private void expectInterval(HttpTimeouts timeouts, Duration interval) throws IOException {
        try (var fixture = stopped(timeouts, this::hold);
                RawHttp client = fixture.connect()) {
            fixture.until(() -> fixture.server().connections().size() == 1);
            assertThat(Duration.ofNanos(idleWait(fixture))).as("%s", timeouts).isEqualTo(interval);
            client.endOutput();
        }
    }

    /** Whether the loop, when it has nothing to do, waits for a time and not only for events. */
    private void expectTimer(HttpFixture fixture, boolean isThere) {
        assertThat(idleWait(fixture) > 0).as("a timer runs").isEqualTo(isThere);
    }

    /** How long the loop would wait when it has nothing to do: the poll that a task ended. */
    private long idleWait(HttpFixture fixture) {
        fixture.turns();
        long wait = 0;
        while (wait == 0) {
            wait = fixture.onLoop(() -> clock.timeouts().getLast());
        }
        return wait;
    }

    /** An unref'd connection of an unref'd server: the checks must not keep the loop alive. */
    @Test
    void theChecksDoNotKeepTheLoopAlive() {
        LoopFixture.run(loop -> {
            HttpServer server =
                    Ends.http(
                            loop,
                            (request, response) -> {
                                requests.add(request);
                                request.socket().unref();
                            });
            server.net().unref();
            server.onListening(() -> {
                NetSocket client = Ends.connect(loop, server.net().address().orElseThrow());
                client.onConnect(() -> {
                    client.write(RawHttp.get("/"));
                    client.unref();
                });
                Runnable release = loop.keepAlive();
                waitForRequest(loop, server, release);
            });
            server.listen(IpAddress.loopback(0));
        });
        assertThat(requests).as("and the loop has ended").hasSize(1);
    }

    private static void waitForRequest(Loop loop, HttpServer server, Runnable release) {
        if (server.requestCount() == 1) {
            release.run();
        } else {
            loop.setImmediate(() -> waitForRequest(loop, server, release));
        }
    }
}
