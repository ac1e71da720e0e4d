package dev.millrace.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.http.RawHttp.Answer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A request's whole body as a stage: at its limit, one past it, broken off, and asked for late. */
@Timeout(30)
class HttpWholeBodyTest {
    private final List<CompletionStage<byte[]>> stages = new ArrayList<>();

    private static void echo(ServerRequest request, ServerResponse response) {
        request.body(4).thenAccept(response::end);
    }

    private static Answer post(HttpFixture fixture, String request) throws IOException {
        try (RawHttp client = fixture.connect()) {
            return client.send(request).answer();
        }
    }

    @Test
    void theLimitIsServedAndOnePastItIsNot() throws IOException {
        try (var fixture = HttpFixture.serve(HttpWholeBodyTest::echo)) {
            assertThat(post(fixture, RawHttp.post("four")).text()).isEqualTo("four");
            assertThat(post(fixture, RawHttp.chunked("fo", "ur")).text()).isEqualTo("four");
            assertThat(post(fixture, RawHttp.post("")).text()).isEmpty();
            for (String more : List.of(RawHttp.post("fiver"), RawHttp.chunked("fiv", "er", "x"))) {
                Answer answer = post(fixture, more);
                assertThat(answer.status()).isEqualTo(413);
                assertThat(answer.text()).isEqualTo("the body is longer than 4 bytes\n");
            }
            assertThat(fixture.handlerErrorCount()).as("the peer's mistakes").isZero();
        }
    }

    @Test
    void aBodyThatIsAnnouncedTooLongIsNotAskedFor() throws IOException {
        try (var fixture = HttpFixture.serve(HttpWholeBodyTest::echo);
                RawHttp client = fixture.connect()) {
            client.send(
                    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n"
                            + "Expect: 100-continue\r\n\r\n");
            assertThat(client.answer().status()).isEqualTo(413);
        }
    }

    @Test
    void whatStandsBehindTheStageMayHaveAnotherResponse() throws IOException {
        try (var fixture =
                HttpFixture.serve((request, response) ->
                        request.text(4)
                                .thenAccept(response::end)
                                .exceptionally(failure -> {
                                    response.status(422).end("" + failure.getCause().getMessage());
                                    return null;
                                }))) {
            Answer answer = post(fixture, RawHttp.post("fiver"));
            assertThat(answer.status()).isEqualTo(422);
            assertThat(answer.text()).isEqualTo("the body is longer than 4 bytes");
        }
    }

    @Test
    void aFailureThatIsTakenWithoutAResponseIs413() throws IOException {
        try (var fixture =
                HttpFixture.serve((request, response) ->
                        request.body(4).exceptionally(failure -> new byte[0]))) {
            assertThat(post(fixture, RawHttp.chunked("fiver")).status()).isEqualTo(413);
        }
    }

    @Test
    void aResponseThatHasBegunGoesOn() throws IOException {
        try (var fixture =
                HttpFixture.serve((request, response) -> {
                    response.write("begun");
                    request.body(4)
                            .handle((body, failure) -> {
                                response.end(failure == null ? "whole" : ", refused");
                                return true;
                            });
                })) {
            Answer answer = post(fixture, RawHttp.chunked("fiver"));
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.text()).isEqualTo("begun, refused");
        }
    }

    @Test
    void aBodyThatBreaksOffFailsItsStageAndIsNoFailureOfTheHandler() throws IOException {
        try (var fixture =
                        HttpFixture.serve((request, response) -> {
                            CompletionStage<byte[]> stage = request.body(100);
                            stages.add(stage);
                            stage.thenAccept(response::end);
                        });
                RawHttp client = fixture.connect()) {
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf");
            fixture.untilRead(1);
            client.reset();
            fixture.untilEmpty();
            fixture.turns();
            assertThatThrownBy(() -> stages.getFirst().toCompletableFuture().join())
                    .isInstanceOf(CompletionException.class)
                    .hasCauseInstanceOf(IOException.class);
            assertThat(fixture.handlerErrorCount()).isZero();
        }
    }

    @Test
    void aResponseBeforeTheBodyIsNoFailure() throws IOException {
        try (var fixture =
                HttpFixture.serve((request, response) -> {
                    CompletionStage<byte[]> stage = request.body(100);
                    stages.add(stage);
                    stage.thenAccept(body -> {});
                    response.status(403).end("no");
                })) {
            try (RawHttp client = fixture.connect()) {
                client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf");
                assertThat(client.answer().status()).isEqualTo(403);
            }
            fixture.untilEmpty();
            fixture.turns();
            assertThat(stages.getFirst().toCompletableFuture().isDone()).isTrue();
            assertThat(fixture.handlerErrorCount()).isZero();
        }
    }

    @Test
    void aFailureBehindTheStageIsTheHandlers() throws IOException {
        try (var fixture =
                HttpFixture.serve((request, response) ->
                        request.text(4).thenAccept(text -> response.end("" + text.charAt(9))))) {
            assertThat(post(fixture, RawHttp.post("four")).status()).isEqualTo(500);
            assertThat(fixture.handlerErrorCount()).isEqualTo(1);
        }
    }

    @Test
    void itMayBeAskedForLater() throws IOException {
        try (var fixture =
                HttpFixture.serve((request, response) ->
                        request.loop()
                                .setImmediate(() ->
                                        request.loop()
                                                .setImmediate(() -> echo(request, response))))) {
            assertThat(post(fixture, RawHttp.post("")).text()).isEmpty();
            assertThat(post(fixture, RawHttp.chunked()).text()).isEmpty();
            assertThat(post(fixture, RawHttp.post("four")).text()).isEqualTo("four");
        }
    }

    @Test
    void aHandlerRefuses() throws IOException {
        try (var fixture =
                        HttpFixture.serve((request, response) -> {
                            throw new ServerRequest.RefusedException(402, "first pay");
                        });
                RawHttp client = fixture.connect()) {
            for (String request : List.of(RawHttp.get("/"), RawHttp.post("with a body"))) {
                Answer answer = client.send(request).answer();
                assertThat(answer.statusLine()).startsWith("HTTP/1.1 402");
                assertThat(answer.text()).isEqualTo("first pay\n");
                assertThat(answer.header("Connection")).isNotEqualTo("close");
            }
            assertThat(fixture.handlerErrorCount()).isZero();
        }
    }

    @Test
    void badArgumentsAreNamed() {
        assertThatThrownBy(() -> new ServerRequest.RefusedException(500, "no"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("400 to 499, not 500");
        try (var fixture = HttpFixture.serve((request, response) -> request.body(-1))) {
            assertThat(postQuietly(fixture).status()).isEqualTo(500);
            assertThat(fixture.handlerErrors().getFirst()).hasMessage("a limit of -1 bytes");
        }
    }

    private static Answer postQuietly(HttpFixture fixture) {
        try {
            return post(fixture, RawHttp.post("four"));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aRequestAndItsResponseKnowWhereTheyAre() throws IOException {
        try (var fixture =
                        HttpFixture.serve((request, response) -> {
                            boolean isSame = request.loop() == response.loop();
                            response.write("x".repeat(3_000_000));
                            boolean isQueued = response.queuedBytes() > 0;
                            response.end(
                                    " "
                                            + isSame
                                            + isQueued
                                            + request.remoteAddress().orElseThrow());
                        });
                RawHttp client = fixture.connect()) {
            assertThat(client.get().text()).endsWith(" truetrue127.0.0.1:" + client.localPort());
        }
    }
}
