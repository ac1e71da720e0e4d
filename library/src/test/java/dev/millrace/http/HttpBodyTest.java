package dev.millrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.http.RawHttp.Answer;
import dev.millrace.stream.WriteStream;
import dev.millrace.testing.Kernel;
import dev.millrace.testing.PlainOnly;
import java.io.IOException;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Bodies in both directions: streamed, slowed down, asked for with 100-continue. */
@Timeout(30)
class HttpBodyTest {
    private static final int SLICE = 64 << 10;
    private static final int LARGE = 64 << 20;
    private static final String EXPECTING =
            "PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n";

    /** A handler that answers how long the body was, once it is complete. */
    static void count(ServerRequest request, ServerResponse response) {
        AtomicLong count = new AtomicLong();
        request.onData(data -> count.addAndGet(data.remaining()))
                .onEnd(() -> response.end("" + count.get()));
    }

    /** Sends {@code length} bytes behind {@code head}, on a thread of its own. */
    private static Thread upload(RawHttp client, String head, int length) {
        return Thread.ofVirtual()
                .start(() -> {
                    try {
                        client.send(head);
                        byte[] slice = new byte[SLICE];
                        for (int sent = 0; sent < length; sent += SLICE) {
                            client.send(slice);
                        }
                    } catch (IOException closed) {
                        // The reader of the answer sees what became of it.
                    }
                });
    }

    private static String large(String method) {
        return method + " / HTTP/1.1\r\nHost: a\r\nContent-Length: " + LARGE + "\r\n\r\n";
    }

    @Tag("J14")
    @Test
    void bodiesOfBothKindsArriveWhole() throws IOException {
        try (var fixture = HttpFixture.serve(HttpBodyTest::count);
                RawHttp client = fixture.connect()) {
            assertThat(client.send(RawHttp.post("")).answer().text()).isEqualTo("0");
            assertThat(client.send(RawHttp.post("12345")).answer().text()).isEqualTo("5");
            assertThat(client.send(RawHttp.chunked("12", "345")).answer().text()).isEqualTo("5");
            assertThat(client.send(RawHttp.chunked()).answer().text()).isEqualTo("0");
            String large = "x".repeat(1_000_000);
            assertThat(client.send(RawHttp.post(large)).answer().text()).isEqualTo("1000000");
            assertThat(client.send(RawHttp.chunked(large, large)).answer().text())
                    .isEqualTo("2000000");
        }
    }

    @Tag("J14")
    @Test
    void aSlowHandlerSlowsTheSender() throws IOException {
        AtomicLong consumed = new AtomicLong();
        AtomicLong mostAhead = new AtomicLong();
        try (var fixture =
                        HttpFixture.serve((request, response) ->
                                request.onData(
                                                data -> {
                                                    consumed.addAndGet(data.remaining());
                                                    long read = request.socket().bytesRead();
                                                    mostAhead.accumulateAndGet(
                                                            read - consumed.get(), Math::max);
                                                    request.pause();
                                                    request.socket()
                                                            .loop()
                                                            .setImmediate(request::resume);
                                                })
                                        .onEnd(() -> response.end("" + consumed)));
                RawHttp client = fixture.connect()) {
            upload(client, large("POST"), LARGE);
            assertThat(client.answer().text()).isEqualTo("" + LARGE);
            assertThat(mostAhead.get()).isLessThan(4 * SLICE);
        }
    }

    @Tag("J14")
    @Test
    void aHandlerThatDoesNotReadYetReceivesNoMoreThanABuffer() throws IOException {
        ServerResponse[] held = new ServerResponse[1];
        try (var fixture = HttpFixture.serve((request, response) -> held[0] = response);
                RawHttp client = fixture.connect()) {
            upload(client, large("POST"), LARGE);
            int port = fixture.port();
            Kernel.await(
                    "the body to wait",
                    () -> Kernel.unreadBytes(port, client.localPort()) > SLICE / 2);
            // Enough for a server that reads on: each of them would read what waits.
            for (int round = 0; round < 10; round++) {
                fixture.turns();
            }
            assertThat(fixture.<Long>onLoop(() -> held[0].socket().bytesRead()))
                    .isLessThan(3 * SLICE);
            fixture.run(() -> count(held[0].request(), held[0]));
            assertThat(client.answer().text()).isEqualTo("" + LARGE);
            fixture.run(() -> assertThat(held[0].request().isComplete()).isTrue());
        }
    }

    @Tag("J14")
    @Test
    void aSlowReaderSlowsTheHandler() throws IOException {
        AtomicLong mostQueued = new AtomicLong();
        byte[] slice = new byte[SLICE];
        try (var fixture =
                        HttpFixture.serve((request, response) -> {
                            response.header("Content-Length", "" + LARGE);
                            long[] written = new long[1];
                            Runnable more =
                                    () -> {
                                        boolean goesOn = true;
                                        while (goesOn && written[0] < LARGE) {
                                            written[0] += SLICE;
                                            goesOn = response.write(slice, 0, SLICE);
                                            mostQueued.accumulateAndGet(
                                                    response.socket().queuedBytes(), Math::max);
                                        }
                                        if (written[0] == LARGE && goesOn) {
                                            response.end();
                                        }
                                    };
                            response.onDrain(more);
                            more.run();
                        });
                RawHttp client = RawHttp.connect(fixture.port(), 16 << 10)) {
            client.send(RawHttp.get("/"));
            fixture.until(() -> mostQueued.get() > 0);
            assertThat(client.answer().body()).hasSize(LARGE);
            assertThat(mostQueued.get())
                    .isBetween((long) WriteStream.HIGH_WATER_MARK_BYTES - SLICE, 2L * SLICE + 1024);
        }
    }

    @Tag("J14")
    @Test
    void anEchoIsPipedBothWays() throws IOException {
        int length = 4 << 20;
        byte[] body = new byte[length];
        new Random(7).nextBytes(body);
        try (var fixture = HttpFixture.serve((request, response) -> request.pipeTo(response));
                RawHttp client = fixture.connect()) {
            Thread.ofVirtual()
                    .start(() -> {
                        try {
                            client.send(large("POST").replace("" + LARGE, "" + length));
                            client.send(body);
                        } catch (IOException closed) {
                            // The reader of the answer sees what became of it.
                        }
                    });
            Answer answer = client.answer();
            assertThat(answer.header("Transfer-Encoding")).isEqualTo("chunked");
            assertThat(answer.body()).isEqualTo(body);
            assertThat(answer.header("Connection")).isEqualTo("keep-alive");
            assertThat(client.send(RawHttp.post("more")).answer().text()).isEqualTo("more");
        }
    }

    @Tag("J14")
    @Test
    void aPipedAnswerHasTheLengthItWasGiven() throws IOException {
        try (var fixture =
                        HttpFixture.serve((request, response) -> {
                            response.header("Content-Length", "" + request.contentLength());
                            request.pipeTo(response);
                        });
                RawHttp client = fixture.connect()) {
            for (String body : new String[] {"a", "x".repeat(100_000), "end"}) {
                Answer answer = client.send(RawHttp.post(body)).answer();
                assertThat(answer.header("Content-Length")).isEqualTo("" + body.length());
                assertThat(answer.text()).isEqualTo(body);
            }
        }
    }

    /** Most requests have no body, whose end has come long before a late reader. */
    @Tag("J14")
    @Test
    void aReaderThatComesBehindTheEndOfNothingIsToldOfIt() throws IOException {
        try (var fixture =
                        HttpFixture.serve((request, response) ->
                                request.loop()
                                        .setImmediate(() -> {
                                            request.onEnd(() -> response.header("Told", "end"));
                                            request.pipeTo(response);
                                        }));
                RawHttp client = fixture.connect()) {
            Answer answer = client.get();
            assertThat(answer.header("Told")).isEqualTo("end");
            assertThat(answer.text()).isEmpty();
            assertThat(client.get().header("Told")).isEqualTo("end");
        }
    }

    /** What is piped from a request whose client is gone can't be whole. */
    @Tag("J14")
    @Test
    void aPipeOfARequestThatIsOverDestroysItsEnd() throws IOException {
        AtomicReference<ServerRequest> left = new AtomicReference<>();
        try (var fixture =
                        HttpFixture.serve((request, response) -> {
                            if (request.path().equals("/left")) {
                                request.onClose(() -> left.set(request));
                            } else {
                                left.get().pipelineTo(response);
                            }
                        });
                RawHttp client = fixture.connect();
                RawHttp other = fixture.connect()) {
            client.send("POST /left HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n");
            fixture.until(() -> fixture.server().requestCount() == 1);
            client.reset();
            fixture.until(() -> left.get() != null);
            assertThat(other.send(RawHttp.get("/")).isOver()).isTrue();
        }
    }

    /** An answer that is over before its pipe does not hold up the connection. */
    @Tag("R59")
    @Test
    void aPipeMayOutliveItsAnswer() throws IOException {
        try (var fixture =
                        HttpFixture.serve((request, response) -> {
                            request.pipeTo(response);
                            response.end("early");
                        });
                RawHttp client = fixture.connect()) {
            client.send(RawHttp.post("x".repeat(200_000)) + RawHttp.get("/"));
            assertThat(client.answer().text()).isEqualTo("early");
            assertThat(client.answer().text()).isEqualTo("early");
            assertThat(fixture.handlerErrors()).isEmpty();
        }
    }

    @Tag("R46")
    @Test
    void aHandlerThatWantsTheBodyHasItSent() throws IOException {
        ServerResponse[] held = new ServerResponse[1];
        try (var fixture = HttpFixture.serve((request, response) -> held[0] = response);
                RawHttp client = fixture.connect()) {
            for (int round = 1; round <= 2; round++) {
                client.send(EXPECTING);
                int requests = round;
                fixture.until(() -> fixture.server().requestCount() == requests);
                long before = fixture.onLoop(() -> held[0].socket().bytesWritten());
                fixture.turns();
                assertThat(fixture.<Long>onLoop(() -> held[0].socket().bytesWritten()))
                        .isEqualTo(before);
                fixture.run(() -> count(held[0].request(), held[0]));
                Answer interim = client.answer();
                assertThat(interim.statusLine()).isEqualTo("HTTP/1.1 100 Continue");
                assertThat(interim.lines()).isEmpty();
                Answer answer = client.send("body").answer();
                assertThat(answer.text()).isEqualTo("4");
                assertThat(answer.header("Connection")).isEqualTo("keep-alive");
            }
        }
    }

    @Tag("R46")
    @Tag("R39")
    @Test
    void aHandlerThatDoesNotWantTheBodyClosesWithItsAnswer() throws IOException {
        try (var fixture =
                        HttpFixture.serve((request, response) -> response.status(403).end("no"));
                RawHttp client = fixture.connect()) {
            Answer answer = client.send(EXPECTING).answer();
            assertThat(answer.status()).isEqualTo(403);
            assertThat(answer.header("Connection")).isEqualTo("close");
            assertThat(answer.text()).isEqualTo("no");
            assertThat(client.rest()).isEmpty();
        }
    }

    @Tag("R46")
    @Test
    @PlainOnly(PlainOnly.Reason.BYTES)
    void theInterimAnswerKeepsTheOrder() throws IOException {
        ServerResponse[] first = new ServerResponse[1];
        try (var fixture =
                        HttpFixture.serve((request, response) -> {
                            if (request.method().equals("PUT")) {
                                count(request, response);
                            } else {
                                first[0] = response;
                            }
                        });
                RawHttp client = fixture.connect()) {
            client.send(RawHttp.get("/") + EXPECTING);
            fixture.until(() -> fixture.server().requestCount() == 2);
            fixture.turns();
            assertThat(fixture.<Long>onLoop(() -> first[0].socket().bytesWritten())).isZero();
            fixture.run(() -> first[0].end("first"));
            assertThat(client.answer().text()).isEqualTo("first");
            assertThat(client.answer().status()).isEqualTo(100);
            assertThat(client.send("body").answer().text()).isEqualTo("4");
        }
    }

    /** RFC 9110 section 15.2: an interim answer comes before the final one, never within it. */
    @Tag("R46")
    @Test
    void noInterimAnswerFollowsTheHead() throws IOException {
        try (var fixture =
                        HttpFixture.serve((request, response) -> {
                            response.flushHead();
                            count(request, response);
                        });
                RawHttp client = fixture.connect()) {
            String all = client.send(EXPECTING + "body").rest();
            assertThat(all).startsWith("HTTP/1.1 200 OK\r\n").doesNotContain("100 Continue");
            assertThat(all).endsWith("\r\n\r\n1\r\n4\r\n0\r\n\r\n");
        }
    }

    @Tag("R46")
    @Test
    void http10IsNotToldToGoOn() throws IOException {
        try (var fixture = HttpFixture.serve(HttpBodyTest::count);
                RawHttp client = fixture.connect()) {
            client.send(EXPECTING.replace("HTTP/1.1", "HTTP/1.0") + "body");
            assertThat(client.rest()).startsWith("HTTP/1.1 200 OK").endsWith("\r\n\r\n4");
        }
    }
}
