package dev.millrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.driver.RecordingDriver;
import dev.millrace.stream.WriteStream;
import dev.millrace.testing.PlainOnly;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Several requests on their way at once (RFC 9112 section 9.3.2). */
@Timeout(30)
class HttpPipelineTest {
    private static final int MANY = 1000;

    @Tag("J15")
    @Tag("R37")
    @Test
    void aThousandRequestsInOneWriteAreAnsweredInOrderAndInFewSends() throws IOException {
        StringBuilder requests = new StringBuilder();
        for (int number = 0; number < MANY; number++) {
            requests.append(RawHttp.get("/" + number));
        }
        RecordingDriver[] driver = new RecordingDriver[1];
        try (var fixture =
                        HttpFixture.on(
                                () -> driver[0] = new RecordingDriver(),
                                HttpServerOptions.DEFAULTS,
                                (request, response) -> response.end(request.target()));
                RawHttp client = fixture.connect()) {
            client.send(requests.toString());
            for (int number = 0; number < MANY; number++) {
                assertThat(client.answer().text()).isEqualTo("/" + number);
            }
            // 1000 answers of 150 bytes are three gather buffers; the client's segments add some.
            int sends = fixture.onLoop(() -> driver[0].calls("tryWrite").size());
            assertThat(sends).isBetween(1, 20);
            assertThat(fixture.requestCount()).isEqualTo(MANY);
        }
    }

    @Tag("J15")
    @Tag("R37")
    @Test
    void answersLeaveInOrderHoweverTheyFinish() throws IOException {
        Map<Integer, ServerResponse> open = new TreeMap<>();
        List<Integer> order = List.of(3, 1, 4, 0, 2);
        try (var fixture =
                        HttpFixture.serve((request, response) -> {
                            open.put(open.size(), response);
                            if (open.size() == order.size()) {
                                order.forEach(number -> answer(open.get(number), number));
                            }
                        });
                RawHttp client = fixture.connect()) {
            client.send(RawHttp.get("/").repeat(order.size()));
            for (int number = 0; number < order.size(); number++) {
                RawHttp.Answer answer = client.answer();
                assertThat(answer.header("X-Number")).isEqualTo("" + number);
                assertThat(answer.text()).isEqualTo("answer " + number + " ".repeat(number * 900));
            }
        }
    }

    private static void answer(ServerResponse response, int number) {
        response.header("X-Number", "" + number);
        if (number % 2 == 0) {
            response.write("answer ");
            response.write("" + number);
            response.end(" ".repeat(number * 900));
        } else {
            response.end("answer " + number + " ".repeat(number * 900));
        }
    }

    @Tag("R37")
    @Test
    @PlainOnly(PlainOnly.Reason.BYTES)
    void aSlowAnswerHoldsBackTheFastOnesBehindIt() throws IOException {
        ServerResponse[] slow = new ServerResponse[1];
        try (var fixture =
                        HttpFixture.serve((request, response) -> {
                            if (request.rawPath().equals("/slow")) {
                                slow[0] = response;
                            } else {
                                response.end("fast");
                            }
                        });
                RawHttp client = fixture.connect()) {
            client.send(RawHttp.get("/slow") + RawHttp.get("/fast") + RawHttp.get("/fast"));
            fixture.until(() -> fixture.server().requestCount() == 3);
            fixture.turns();
            assertThat(fixture.<Long>onLoop(() -> slow[0].socket().bytesWritten())).isZero();
            fixture.run(() -> slow[0].end("slow"));
            assertThat(client.answer().text()).isEqualTo("slow");
            assertThat(client.answer().text()).isEqualTo("fast");
            assertThat(client.answer().text()).isEqualTo("fast");
            assertThat(client.get().text()).isEqualTo("fast");
        }
    }

    @Tag("J15")
    @Tag("J16")
    @Tag("R38")
    @Test
    void readingStopsWhileTooManyAnswersWait() throws IOException {
        List<ServerResponse> open = new ArrayList<>();
        try (var fixture =
                        HttpFixture.serve((request, response) -> {
                            open.add(response);
                            if (open.size() > 1) {
                                response.end("x".repeat(10_000));
                            }
                        });
                RawHttp client = fixture.connect()) {
            client.send(RawHttp.get("/").repeat(MANY));
            // 64 KiB wait after seven answers; the head of line keeps them all.
            fixture.until(() -> open.size() >= 8);
            fixture.run(() -> assertThat(open).hasSize(8));
            client.send(RawHttp.get("/").repeat(MANY));
            fixture.until(() -> open.getFirst().socket().isPaused());
            fixture.run(() -> assertThat(open).hasSize(8));
            fixture.run(() -> open.getFirst().end("first"));
            assertThat(client.answer().text()).isEqualTo("first");
            for (int number = 1; number < 2 * MANY; number++) {
                assertThat(client.answer().body()).hasSize(10_000);
            }
        }
    }

    @Tag("J16")
    @Test
    void anAnswerThatWaitsForItsTurnSlowsItsWriter() throws IOException {
        StringBuilder told = new StringBuilder();
        List<ServerResponse> open = new ArrayList<>();
        byte[] slice = new byte[40_000];
        try (var fixture = HttpFixture.serve((request, response) -> open.add(response));
                RawHttp client = fixture.connect()) {
            client.send(RawHttp.get("/").repeat(2));
            fixture.until(() -> open.size() == 2);
            fixture.run(() -> {
                ServerResponse second = open.get(1);
                second.onDrain(() -> {
                    told.append("drain");
                    second.end();
                });
                assertThat(second.write(slice, 0, slice.length)).isTrue();
                assertThat(second.write(slice, 0, slice.length)).isFalse();
                assertThat(second.socket().queuedBytes()).isZero();
                assertThat(told).isEmpty();
                open.get(0).end("first");
            });
            assertThat(client.answer().text()).isEqualTo("first");
            assertThat(client.answer().body()).hasSize(80_000);
            assertThat(fixture.<String>onLoop(told::toString)).isEqualTo("drain");
        }
    }

    @Tag("X32")
    @Tag("R38")
    @Test
    @PlainOnly(PlainOnly.Reason.BYTES)
    void aFloodWhoseAnswersNobodyReadsIsBounded() throws Exception {
        AtomicLong most = new AtomicLong();
        AtomicLong bytesRead = new AtomicLong();
        byte[] body = new byte[5_000];
        try (var fixture =
                        HttpFixture.serve((request, response) -> {
                            response.end(body);
                            most.accumulateAndGet(response.socket().queuedBytes(), Math::max);
                            bytesRead.set(response.socket().bytesRead());
                        });
                RawHttp client = RawHttp.connect(fixture.port(), 4096)) {
            byte[] flood = RawHttp.get("/").repeat(10_000).getBytes();
            Thread sender =
                    Thread.ofVirtual()
                            .start(() -> {
                                try {
                                    client.send(flood);
                                } catch (IOException closed) {
                                    most.set(Long.MAX_VALUE);
                                }
                            });
            fixture.until(() -> most.get() >= WriteStream.HIGH_WATER_MARK_BYTES);
            for (int number = 0; number < 10_000; number++) {
                assertThat(client.answer().body()).hasSize(body.length);
            }
            assertThat(sender.join(Duration.ofSeconds(10))).isTrue();
            assertThat(most.get()).isLessThan(2 * WriteStream.HIGH_WATER_MARK_BYTES);
            assertThat(bytesRead.get()).isEqualTo(flood.length);
        }
    }

    @Tag("X33")
    @Test
    void aBadRequestBehindAGoodOneIsRefusedAfterItsAnswer() throws IOException {
        for (boolean isLate : new boolean[] {false, true}) {
            List<ServerResponse> late = new ArrayList<>();
            try (var fixture =
                            HttpFixture.serve((request, response) -> {
                                if (isLate) {
                                    late.add(response);
                                } else {
                                    response.end("good");
                                }
                            });
                    RawHttp client = fixture.connect()) {
                client.send(RawHttp.get("/") + RawHttp.get("/") + "BAD\r\n\r\n" + RawHttp.get("/"));
                fixture.until(() -> fixture.server().requestCount() == 2);
                fixture.turns();
                fixture.run(() -> late.forEach(response -> response.end("good")));
                assertThat(client.answer().text()).isEqualTo("good");
                assertThat(client.answer().text()).isEqualTo("good");
                RawHttp.Answer refusal = client.answer();
                assertThat(refusal.status()).isEqualTo(400);
                assertThat(refusal.header("Connection")).isEqualTo("close");
                assertThat(client.rest()).isEmpty();
            }
        }
    }

    @Tag("X33")
    @Test
    void aBrokenBodyBehindAGoodRequestIsRefusedAfterItsAnswer() throws IOException {
        List<ServerResponse> open = new ArrayList<>();
        try (var fixture =
                        HttpFixture.serve((request, response) -> {
                            open.add(response);
                            if (request.method().equals("POST")) {
                                response.end("early");
                            }
                        });
                RawHttp client = fixture.connect()) {
            client.send(RawHttp.get("/") + RawHttp.chunked("abc").replace("0\r\n\r\n", "x\r\n"));
            fixture.until(() -> open.size() == 2);
            fixture.run(() -> open.getFirst().end("good"));
            assertThat(client.answer().text()).isEqualTo("good");
            assertThat(client.answer().text()).isEqualTo("early");
            assertThat(client.rest()).isEmpty();
        }
    }
}
