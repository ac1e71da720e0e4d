package dev.millrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.driver.RecordingDriver;
import dev.millrace.http.RawHttp.Answer;
import dev.millrace.net.NetSocket;
import dev.millrace.testing.PlainOnly;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What still comes when the last answer is out is read and thrown away, within limits: a close with
 * bytes unread is a reset, and takes the answer from a peer that has not read it. The clock stands
 * still but for {@link #pass}.
 */
@Timeout(60)
class HttpLingerTest {
    private static final String ONLY = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

    /** With something behind it. */
    private static final String LAST = ONLY + "x";

    private static final String BODY =
            "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-length: 4\r\n\r\nbody";
    private static final String CHUNKED =
            "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + "4\r\nbody\r\n0\r\n\r\n";
    private static final int MEGABYTE = 1 << 20;

    private RecordingDriver clock;

    private HttpFixture serve(HttpHandler handler) {
        HttpLimits limits = HttpLimits.DEFAULTS.withMaxBodyBytes(100 * MEGABYTE);
        return HttpFixture.on(
                () -> clock = new RecordingDriver().withStoppedTime(),
                HttpServerOptions.DEFAULTS.withLimits(limits),
                handler);
    }

    private static void answer(ServerRequest request, ServerResponse response) {
        response.end("answer");
    }

    private void pass(HttpFixture fixture, Duration time) {
        fixture.run(() -> clock.passMillis(time.toMillis()));
        fixture.turns();
    }

    private static NetSocket socketOf(HttpFixture fixture) {
        fixture.until(() -> fixture.server().net().connectionCount() == 1);
        return fixture.onLoop(() -> fixture.server().connections().getFirst().socket());
    }

    /** Completes with the number of bytes that were taken, all of them or up to the reset. */
    private static CompletableFuture<Integer> sendAside(RawHttp client, String head, int count) {
        byte[] chunk = "x".repeat(64 << 10).getBytes();
        CompletableFuture<Integer> sent = new CompletableFuture<>();
        Thread.ofVirtual()
                .start(() -> {
                    int taken = 0;
                    try {
                        client.send(head);
                        for (; taken < count; taken += chunk.length) {
                            client.send(chunk);
                        }
                    } catch (IOException over) {
                        // It is told how far it came.
                    }
                    sent.complete(taken);
                });
        return sent;
    }

    /** The peer reads nothing before all of it was sent. */
    @Tag("R48")
    @Tag("X34")
    @Test
    void megabytesBehindAClosingRequestDoNotCutTheAnswer() throws Exception {
        int count = 3 * MEGABYTE;
        try (var fixture = serve(HttpLingerTest::answer);
                RawHttp client = fixture.connect()) {
            assertThat(sendAside(client, LAST, count).get(20, TimeUnit.SECONDS)).isEqualTo(count);
            fixture.untilRead(LAST.length() + count);
            assertThat(client.rest()).endsWith("\r\n\r\nanswer");
            client.endOutput();
            fixture.untilEmpty();
        }
    }

    /** More than is thrown away while an answer is due waits for it, and is read then. */
    @Tag("R48")
    @Tag("X34")
    @Test
    void whatWaitedForTheAnswerIsReadBehindIt() throws Exception {
        int count = 3 * MEGABYTE;
        ServerResponse[] due = new ServerResponse[1];
        try (var fixture = serve((request, response) -> due[0] = response);
                RawHttp client = fixture.connect()) {
            client.send(ONLY);
            fixture.until(() -> due[0] != null);
            CompletableFuture<Integer> sent = sendAside(client, "", count);
            fixture.untilRead(HttpServer.DISCARD_MAX_BYTES);
            fixture.turns();
            NetSocket socket = socketOf(fixture);
            assertThat(fixture.<Long>onLoop(socket::bytesRead))
                    .isLessThan(HttpServer.DISCARD_MAX_BYTES + MEGABYTE);
            fixture.run(() -> due[0].end("answer"));
            assertThat(sent.get(20, TimeUnit.SECONDS)).isEqualTo(count);
            fixture.untilRead(ONLY.length() + count);
            assertThat(client.rest()).endsWith("\r\n\r\nanswer");
        }
    }

    /** As when an upload is refused, or answered before it is all there. */
    @Tag("R59")
    @Test
    void megabytesOfABodyDoNotCutTheAnswerThatCameBeforeThem() throws Exception {
        int count = 3 * MEGABYTE;
        StringBuilder told = new StringBuilder();
        String head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n400000\r\n";
        try (var fixture =
                        serve((request, response) -> {
                            request.onError(error -> told.append(error.getMessage()));
                            response.end("answer");
                        });
                RawHttp client = fixture.connect()) {
            assertThat(sendAside(client, head, count).get(20, TimeUnit.SECONDS)).isEqualTo(count);
            fixture.untilRead(head.length() + count);
            assertThat(client.answer().text()).isEqualTo("answer");
            assertThat(client.rest()).isEmpty();
            assertThat(fixture.<String>onLoop(told::toString))
                    .isEqualTo("too much of the body came after the response");
        }
    }

    @Tag("X10")
    @Test
    void megabytesBehindARefusalDoNotCutIt() throws Exception {
        int count = 3 * MEGABYTE;
        String head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999\r\n\r\n";
        try (var fixture = serve(HttpLingerTest::answer);
                RawHttp client = fixture.connect()) {
            assertThat(sendAside(client, head, count).get(20, TimeUnit.SECONDS)).isEqualTo(count);
            Answer answer = client.answer();
            assertThat(answer.status()).isEqualTo(413);
            assertThat(client.rest()).isEmpty();
        }
    }

    /** A peer that never stops is no longer read, and let go a little later. */
    @Tag("R48")
    @Test
    void lingeringReadsNoMoreThanItsLimit() throws Exception {
        long limit = HttpServer.LINGER_MAX_BYTES;
        try (var fixture = serve(HttpLingerTest::answer);
                RawHttp client = fixture.connect()) {
            CompletableFuture<Integer> sent = sendAside(client, LAST, (int) limit * 4);
            NetSocket socket = socketOf(fixture);
            fixture.until(() -> socket.bytesRead() > limit && socket.isPaused());
            fixture.turns();
            long read = fixture.onLoop(socket::bytesRead);
            assertThat(read).isLessThan(limit + MEGABYTE);
            assertThat(client.rest()).endsWith("\r\n\r\nanswer");
            fixture.turns();
            assertThat(fixture.<Long>onLoop(socket::bytesRead)).isEqualTo(read);
            assertThat(fixture.connectionCount()).isEqualTo(1);
            pass(fixture, HttpServer.LINGER_IDLE_MAX.plusSeconds(1));
            fixture.untilEmpty();
            assertThat(sent.get(20, TimeUnit.SECONDS)).isLessThan((int) limit * 2);
        }
    }

    @Tag("R48")
    @Test
    @PlainOnly(PlainOnly.Reason.BYTES)
    void lingeringEndsSoonWhenNothingComes() throws IOException {
        try (var fixture = serve(HttpLingerTest::answer);
                RawHttp client = fixture.connect()) {
            assertThat(client.send(LAST).rest()).endsWith("\r\n\r\nanswer");
            NetSocket socket = socketOf(fixture);
            pass(fixture, HttpServer.LINGER_IDLE_MAX.minusMillis(100));
            assertThat(fixture.connectionCount()).isEqualTo(1);
            client.send("x");
            fixture.until(() -> socket.bytesRead() == LAST.length() + 1);
            pass(fixture, HttpServer.LINGER_IDLE_MAX.minusMillis(100));
            assertThat(fixture.connectionCount()).isEqualTo(1);
            pass(fixture, Duration.ofMillis(1100));
            fixture.untilEmpty();
        }
    }

    @Tag("R48")
    @Test
    @PlainOnly(PlainOnly.Reason.BYTES)
    void lingeringEndsThoughAByteComesNowAndThen() throws IOException {
        try (var fixture = serve(HttpLingerTest::answer);
                RawHttp client = fixture.connect()) {
            assertThat(client.send(LAST).rest()).endsWith("\r\n\r\nanswer");
            NetSocket socket = socketOf(fixture);
            int seconds = 0;
            while (fixture.connectionCount() == 1 && seconds < 60) {
                seconds++;
                long read = LAST.length() + seconds;
                client.send("x");
                fixture.until(() -> socket.bytesRead() == read);
                pass(fixture, Duration.ofSeconds(1));
            }
            long limit = HttpServer.LINGER_MAX.toSeconds();
            assertThat((long) seconds).isBetween(limit, limit + 2);
            fixture.untilEmpty();
        }
    }

    /** The client keeps its side open, and the clock stands still. */
    @Tag("R48")
    @ParameterizedTest
    @ValueSource(strings = {ONLY, "GET / HTTP/1.0\r\n\r\n", "\r\n" + ONLY, BODY, CHUNKED})
    void aClientThatWantsTheCloseAndHasNothingToAddIsNotWaitedFor(String request)
            throws IOException {
        try (var fixture = serve(HttpLingerTest::answerTheBody);
                RawHttp client = fixture.connect()) {
            assertThat(client.send(request).rest()).endsWith("\r\n\r\nanswer");
            fixture.untilEmpty();
        }
    }

    private static void answerTheBody(ServerRequest request, ServerResponse response) {
        request.onEnd(() -> response.end("answer")).resume();
    }

    /** Also where the response comes later, and is more than the kernel takes at once. */
    @Tag("R48")
    @Test
    void itIsNotWaitedForBehindAResponseThatTakesItsTime() throws IOException {
        int count = 8 * MEGABYTE;
        ServerResponse[] due = new ServerResponse[1];
        try (var fixture = serve((request, response) -> due[0] = response);
                RawHttp client = fixture.connect()) {
            client.send(ONLY);
            fixture.until(() -> due[0] != null);
            fixture.run(() -> due[0].end(ByteBuffer.allocate(count)));
            fixture.turns();
            assertThat(fixture.connectionCount()).isEqualTo(1);
            assertThat(client.answer().body()).hasSize(count);
            assertThat(client.rest()).isEmpty();
            fixture.untilEmpty();
        }
    }

    /** A client that has not asked for it may have sent more; so may one whose body is not read. */
    @Tag("R48")
    @Tag("X30")
    @ParameterizedTest
    @ValueSource(strings = {"max requests", "handler", "unread body", "in two pieces", "behind"})
    void everyOtherCloseReadsOn(String cause) throws IOException {
        try (var fixture =
                        HttpFixture.on(
                                () -> clock = new RecordingDriver().withStoppedTime(),
                                HttpServerOptions.DEFAULTS.withMaxRequestsPerConnection(1),
                                (request, response) -> {
                                    if (cause.equals("handler")) {
                                        response.header("Connection", "close");
                                    }
                                    response.end("answer");
                                });
                RawHttp client = fixture.connect()) {
            switch (cause) {
                case "unread body" -> client.send(BODY.replace("body", ""));
                case "in two pieces" -> {
                    client.send(ONLY.substring(0, 7));
                    fixture.untilRead(7);
                    client.send(ONLY.substring(7));
                }
                case "behind" -> client.send(LAST);
                default -> client.send(RawHttp.get("/"));
            }
            assertThat(client.rest()).endsWith("\r\n\r\nanswer");
            fixture.turns();
            assertThat(fixture.connectionCount()).isEqualTo(1);
            client.endOutput();
            fixture.untilEmpty();
        }
    }
}
