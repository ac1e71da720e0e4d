package dev.millrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.stream.WriteStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a peer that pipelines makes a server hold and do in advance. */
@Timeout(30)
class HttpConcurrencyTest {
    private static final int MANY = 1000;

    private static HttpServerOptions atOnce(int requests) {
        return HttpServerOptions.DEFAULTS.withLimits(
                HttpLimits.DEFAULTS.withMaxConcurrentRequests(requests));
    }

    @Tag("R38")
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 8})
    void noMoreHandlersAreAtWorkThanMayBe(int atOnce) throws IOException {
        List<ServerResponse> open = new ArrayList<>();
        try (var fixture =
                        HttpFixture.serve(
                                atOnce(atOnce), (request, response) -> open.add(response));
                RawHttp client = fixture.connect()) {
            client.send(RawHttp.get("/").repeat(MANY));
            fixture.until(() -> !open.isEmpty() && open.getFirst().socket().isPaused());
            for (int number = 0; number < MANY; number++) {
                int at = number;
                int expected = Math.min(MANY, at + atOnce);
                fixture.until(() -> open.size() >= expected);
                fixture.turns();
                fixture.run(() -> {
                    assertThat(open).hasSize(expected);
                    open.get(at).end("" + at);
                });
                assertThat(client.answer().text()).isEqualTo("" + number);
            }
        }
    }

    @Tag("R38")
    @Test
    void aResponseThatEndsOutOfTurnMakesRoomForAnotherRequest() throws IOException {
        List<ServerResponse> open = new ArrayList<>();
        try (var fixture = HttpFixture.serve(atOnce(3), (request, response) -> open.add(response));
                RawHttp client = fixture.connect()) {
            client.send(RawHttp.get("/").repeat(5));
            fixture.until(() -> open.size() == 3);
            fixture.run(() -> open.get(2).end("2"));
            fixture.until(() -> open.size() == 4);
            fixture.run(() -> open.get(1).end("1"));
            fixture.until(() -> open.size() == 5);
            fixture.run(() -> {
                open.get(4).end("4");
                open.get(0).end("0");
                open.get(3).end("3");
            });
            for (int number = 0; number < 5; number++) {
                assertThat(client.answer().text()).isEqualTo("" + number);
            }
            fixture.until(() -> !open.getFirst().socket().isPaused());
        }
    }

    /** What a handler answers at once is no work in advance. */
    @Tag("J15")
    @Test
    void quickHandlersAreCalledForAWholeBatch() throws IOException {
        List<ServerResponse> open = new ArrayList<>();
        try (var fixture =
                        HttpFixture.serve(
                                atOnce(2),
                                (request, response) -> {
                                    open.add(response);
                                    if (open.size() > 1) {
                                        response.end("quick");
                                    }
                                });
                RawHttp client = fixture.connect()) {
            client.send(RawHttp.get("/").repeat(100));
            fixture.until(() -> open.size() == 100);
            fixture.run(() -> open.getFirst().end("slow"));
            assertThat(client.answer().text()).isEqualTo("slow");
            for (int number = 1; number < 100; number++) {
                assertThat(client.answer().text()).isEqualTo("quick");
            }
        }
    }

    @Tag("R38")
    @Test
    void readingStopsWhileTooManyAnswersAreDue() throws IOException {
        List<ServerResponse> open = new ArrayList<>();
        try (var fixture =
                        HttpFixture.serve((request, response) -> {
                            open.add(response);
                            if (open.size() > 1) {
                                response.status(204).end();
                            }
                        });
                RawHttp client = fixture.connect()) {
            client.send(RawHttp.get("/").repeat(MANY));
            // It is paused between the batches of one read as well.
            fixture.until(() -> open.size() >= 256 && open.getFirst().socket().isPaused());
            fixture.run(() -> assertThat(open).hasSize(256));
            fixture.run(() -> open.getFirst().end("first"));
            assertThat(client.answer().text()).isEqualTo("first");
            for (int number = 1; number < MANY; number++) {
                assertThat(client.answer().status()).isEqualTo(204);
            }
        }
    }

    /** A request keeps its head, and a head may be large. */
    @Tag("R38")
    @Test
    void readingStopsWhileLargeHeadsAreHeld() throws IOException {
        List<ServerResponse> open = new ArrayList<>();
        String large =
                RawHttp.get("/").replace("\r\n\r\n", "\r\nX: " + "x".repeat(15_000) + "\r\n\r\n");
        try (var fixture =
                        HttpFixture.serve((request, response) -> {
                            open.add(response);
                            if (open.size() > 1) {
                                response.status(204).end();
                            }
                        });
                RawHttp client = fixture.connect()) {
            client.send(large.repeat(20));
            fixture.until(() -> !open.isEmpty() && open.getFirst().socket().isPaused());
            fixture.run(() -> assertThat(open).hasSize(5));
            fixture.run(() -> open.getFirst().end("first"));
            assertThat(client.answer().text()).isEqualTo("first");
            for (int number = 1; number < 20; number++) {
                assertThat(client.answer().status()).isEqualTo(204);
            }
        }
    }

    /** Eight responses that stream hold together what one would. */
    @Tag("J16")
    @Test
    void whatWaitsForItsTurnSlowsAllThatWait() throws IOException {
        List<ServerResponse> open = new ArrayList<>();
        byte[] half = new byte[WriteStream.HIGH_WATER_MARK_BYTES / 2];
        try (var fixture = HttpFixture.serve((request, response) -> open.add(response));
                RawHttp client = fixture.connect()) {
            client.send(RawHttp.get("/").repeat(3));
            fixture.until(() -> open.size() == 3);
            fixture.run(() -> {
                assertThat(open.get(1).write(half, 0, half.length)).isTrue();
                assertThat(open.get(2).write(half, 0, half.length)).isFalse();
                open.get(2).onDrain(() -> open.get(2).end());
                open.get(0).end("first");
                open.get(1).end();
            });
            assertThat(client.answer().text()).isEqualTo("first");
            assertThat(client.answer().body()).hasSize(half.length);
            assertThat(client.answer().body()).hasSize(half.length);
        }
    }

    /** Large arrays that may be kept, small writes and lent ones between them, keep their order. */
    @Tag("R37")
    @Test
    void whatWaitsLeavesAsItWasWritten() throws IOException {
        List<ServerResponse> open = new ArrayList<>();
        byte[] lent = new byte[20_000];
        try (var fixture = HttpFixture.serve((request, response) -> open.add(response));
                RawHttp client = fixture.connect()) {
            client.send(RawHttp.get("/").repeat(2));
            fixture.until(() -> open.size() == 2);
            StringBuilder expected = new StringBuilder();
            fixture.run(() -> {
                ServerResponse second = open.get(1);
                for (char c : "abcdef".toCharArray()) {
                    String large = ("" + c).repeat(20_000);
                    second.write(ByteBuffer.wrap(large.getBytes()));
                    second.write("-" + c + "-");
                    Arrays.fill(lent, (byte) c);
                    second.write(lent, 0, lent.length);
                    expected.append(large).append("-" + c + "-").append(large);
                }
                second.end();
                open.get(0).end("first");
            });
            assertThat(client.answer().text()).isEqualTo("first");
            assertThat(client.answer().text()).isEqualTo(expected.toString());
        }
    }
}
