package dev.millrace.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.http.RawHttp.Answer;
import dev.millrace.loop.Loop;
import dev.millrace.loop.WorkPool;
import dev.millrace.stream.WriteLimit;
import dev.millrace.testing.Ends;
import java.io.EOFException;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Handlers that throw: an answer while there can be one, and a server that lives on. */
@Timeout(30)
class HttpFailureTest {
    private static final class Oops extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    /** Throws at the place that the path names, and otherwise answers well. */
    private static void handle(ServerRequest request, ServerResponse response) throws Exception {
        switch (request.rawPath()) {
            case "/head" -> throw new Exception("checked");
            case "/body" -> {
                response.write("half");
                throw new Oops();
            }
            case "/data" -> request.onData(HttpFailureTest::fail);
            case "/end" -> request.onEnd(() -> fail(request)).resume();
            case "/bytes" -> request.onBytes((array, offset, length) -> fail(array));
            case "/ended" -> {
                response.end("good");
                throw new Oops();
            }
            case "/finish" -> {
                response.onFinish(() -> fail(request));
                response.onClose(() -> fail(request));
                request.onClose(() -> fail(request));
                response.end("good");
            }
            default -> response.end("good");
        }
    }

    private static int fail(Object cause) {
        assertThat(cause).isNotNull();
        throw new Oops();
    }

    private static String post(String path) {
        return RawHttp.post("body").replace("POST /", "POST " + path);
    }

    @Tag("X76")
    @ParameterizedTest
    @ValueSource(strings = {"/head", "/data", "/end", "/bytes"})
    void beforeTheHeadItIs500(String path) throws IOException {
        try (var fixture = HttpFixture.serve(HttpFailureTest::handle);
                RawHttp client = fixture.connect();
                RawHttp other = fixture.connect()) {
            Answer answer = client.send(post(path)).answer();
            assertThat(answer.statusLine()).isEqualTo("HTTP/1.1 500 Internal Server Error");
            assertThat(answer.header("Connection")).isEqualTo("close");
            assertThat(answer.text()).contains("500").doesNotContain("Oops", "checked");
            assertThat(client.rest()).isEmpty();
            assertThat(other.get().text()).isEqualTo("good");
            assertThat(fixture.handlerErrors()).hasSize(1);
            assertThat(fixture.handlerErrorCount()).isEqualTo(1);
        }
    }

    /** Failures of a stage that the handler made, of a continuation, and of one made behind it. */
    private static void handleLater(Loop loop, ServerRequest request, ServerResponse response) {
        switch (request.rawPath()) {
            case "/task" ->
                    loop.offload(() -> fail(request)).thenAccept(v -> response.end("never"));
            case "/alone" -> loop.offload(() -> fail(request));
            case "/continuation" -> loop.offload(() -> 1).thenAccept(HttpFailureTest::fail);
            case "/composed" ->
                    loop.offload(() -> 1)
                            .thenCompose(v -> loop.offload(() -> fail(request)))
                            .thenRun(() -> {});
            case "/made" ->
                    loop.offload(() -> 1).thenAccept(v -> loop.offload(() -> fail(request)));
            case "/data" -> request.onData(bytes -> loop.offload(() -> fail(request)));
            case "/elsewhere" ->
                    loop.offload(() -> 1).thenApplyAsync(HttpFailureTest::fail, WorkPool.shared());
            case "/taken" ->
                    loop.offload(() -> fail(request)).whenComplete((v, e) -> response.end("good"));
            default -> response.end("good");
        }
    }

    @Tag("X76")
    @ParameterizedTest
    @ValueSource(
            strings = {
                "/task",
                "/alone",
                "/continuation",
                "/composed",
                "/made",
                "/data",
                "/elsewhere"
            })
    void aFailedStageOfTheHandlerIs500(String path) throws IOException {
        try (var fixture =
                        HttpFixture.of(loop ->
                                Ends.http(
                                        loop,
                                        (request, response) ->
                                                handleLater(loop, request, response)));
                RawHttp client = fixture.connect();
                RawHttp other = fixture.connect()) {
            Answer answer = client.send(post(path)).answer();
            assertThat(answer.statusLine()).isEqualTo("HTTP/1.1 500 Internal Server Error");
            assertThat(client.rest()).isEmpty();
            assertThat(other.get().text()).isEqualTo("good");
            assertThat(fixture.handlerErrors()).hasOnlyElementsOfType(Oops.class).hasSize(1);
            assertThat(other.send(post("/taken")).answer().text()).isEqualTo("good");
            assertThat(fixture.handlerErrors()).hasSize(1);
        }
    }

    @Tag("X76")
    @Test
    void afterTheHeadTheConnectionIsDestroyed() throws IOException {
        try (var fixture = HttpFixture.serve(HttpFailureTest::handle);
                RawHttp client = fixture.connect();
                RawHttp other = fixture.connect()) {
            client.send(RawHttp.get("/body"));
            assertThatThrownBy(client::answer).isInstanceOf(EOFException.class);
            assertThat(other.get().text()).isEqualTo("good");
            assertThat(fixture.handlerErrors()).hasOnlyElementsOfType(Oops.class).hasSize(1);
        }
    }

    @Tag("X76")
    @Test
    void anAnswerThatWasGivenStands() throws IOException {
        try (var fixture = HttpFixture.serve(HttpFailureTest::handle);
                RawHttp client = fixture.connect()) {
            for (int round = 1; round <= 3; round++) {
                assertThat(client.send(RawHttp.get("/ended")).answer().text()).isEqualTo("good");
                assertThat(fixture.handlerErrorCount()).isEqualTo(round);
            }
        }
    }

    @Tag("X76")
    @Test
    void whatWasPipelinedBeforeIsAnsweredAndWhatFollowsIsNot() throws IOException {
        try (var fixture = HttpFixture.serve(HttpFailureTest::handle);
                RawHttp client = fixture.connect()) {
            client.send(RawHttp.get("/good") + RawHttp.get("/head") + RawHttp.get("/good"));
            assertThat(client.answer().text()).isEqualTo("good");
            assertThat(client.answer().status()).isEqualTo(500);
            assertThat(client.rest()).isEmpty();
            assertThat(fixture.requestCount()).isEqualTo(2);
        }
    }

    /** No listener's exception may skip another callback, or leave the connection stuck. */
    @Tag("X76")
    @Test
    void listenersOfTheEndMayThrow() throws IOException {
        try (var fixture = HttpFixture.serve(HttpFailureTest::handle);
                RawHttp client = fixture.connect()) {
            client.send(RawHttp.get("/finish") + RawHttp.get("/finish"));
            assertThat(client.answer().text()).isEqualTo("good");
            assertThat(client.answer().text()).isEqualTo("good");
            assertThat(client.get().text()).isEqualTo("good");
            fixture.until(() -> fixture.server().handlerErrorCount() == 6);
        }
    }

    @Tag("X76")
    @Tag("J17")
    @Test
    void listenersOfAnAbortMayThrow() throws IOException {
        try (var fixture =
                        HttpFixture.serve((request, response) -> {
                            request.onError(HttpFailureTest::fail);
                            request.onClose(() -> fail(request)).resume();
                            response.onClose(() -> fail(request));
                        });
                RawHttp client = fixture.connect()) {
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nx");
            fixture.until(() -> fixture.server().requestCount() == 1);
            client.reset();
            fixture.untilEmpty();
            fixture.until(() -> fixture.server().handlerErrorCount() == 3);
        }
    }

    @Test
    void aDrainListenerMayThrow() throws IOException {
        boolean[] isBelow = {true};
        try (var fixture =
                        HttpFixture.serve((request, response) -> {
                            response.onDrain(() -> fail(request));
                            isBelow[0] = response.write(new byte[32 << 20]);
                        });
                RawHttp client = RawHttp.connect(fixture.port(), 64 << 10)) {
            client.send(RawHttp.get("/"));
            fixture.until(() -> !isBelow[0]);
            assertThatThrownBy(client::answer).isInstanceOf(EOFException.class);
            assertThat(fixture.handlerErrors()).hasOnlyElementsOfType(Oops.class).hasSize(1);
        }
    }

    @Test
    void failingByHandIsTheSame() throws IOException {
        try (var fixture =
                        HttpFixture.serve((request, response) -> {
                            response.header("X-Own", "1");
                            response.fail(502, new IOException("secret"));
                            response.write("ignored");
                            response.end("ignored");
                            assertThat(response.isEnded()).isTrue();
                        });
                RawHttp client = fixture.connect()) {
            Answer answer = client.get();
            assertThat(answer.statusLine()).isEqualTo("HTTP/1.1 502 Bad Gateway");
            assertThat(answer.text()).isEqualTo("502 Bad Gateway\n");
            assertThat(answer.has("X-Own")).isFalse();
            assertThat(client.rest()).isEmpty();
            assertThat(fixture.handlerErrors()).isEmpty();
        }
    }

    /** A body that ends with the connection must not look whole: a FIN would say so. */
    @ParameterizedTest
    @ValueSource(strings = {"throw", "destroy", "destroy the request", "limit"})
    @Tag("X76")
    void aFailureInABodyThatEndsWithTheConnectionIsAReset(String how) throws IOException {
        boolean[] isBroken = {false};
        try (var fixture =
                        HttpFixture.serve((request, response) -> {
                            response.write("half of it");
                            Loop loop = request.socket().loop();
                            loop.setImmediate(() -> {
                                loop.setImmediate(() -> isBroken[0] = true);
                                request.enter(() -> breakOff(how, response));
                            });
                        });
                RawHttp client = fixture.connect()) {
            client.send("GET / HTTP/1.0\r\n\r\n");
            // A client that reads as fast as the server writes keeps the queue below any limit.
            fixture.until(() -> isBroken[0]);
            assertThatThrownBy(client::rest).hasMessageContaining("reset");
            fixture.untilEmpty();
        }
    }

    private static void breakOff(String how, ServerResponse response) {
        switch (how) {
            case "throw" -> throw new IllegalStateException("half-way");
            case "destroy" -> response.destroy();
            case "destroy the request" -> response.request().destroy();
            default -> {
                response.socket().writeLimit(WriteLimit.DEFAULTS.withMaxQueuedBytes(1));
                for (int count = 0; count < 64; count++) {
                    response.write(new byte[1 << 20]);
                }
            }
        }
    }

    @Test
    @Tag("R16")
    void whatComesTooLateForTheResponseIsToldAndLeavesItWhole() throws IOException {
        try (var fixture =
                        HttpFixture.serve((request, response) -> {
                            if (request.rawPath().equals("/streamed")) {
                                response.flushHead();
                                expectHeadSent(response);
                            }
                            response.end("good");
                            expectHeadSent(response);
                            response.end();
                            assertThat(response.write("more")).isFalse();
                            response.end("more");
                        });
                RawHttp client = fixture.connect()) {
            for (String path : List.of("/whole", "/streamed")) {
                assertThat(client.send(RawHttp.get(path)).answer().text()).isEqualTo("good");
            }
            assertThat(fixture.handlerErrors())
                    .as("one a response")
                    .hasSize(2)
                    .allSatisfy(error ->
                            assertThat(error).hasMessageContaining("ERR_STREAM_WRITE_AFTER_END"));
        }
    }

    private static void expectHeadSent(ServerResponse response) {
        for (Runnable late :
                List.<Runnable>of(
                        () -> response.status(404),
                        () -> response.header("X", "y"),
                        () -> response.addHeader("X", "y"),
                        () -> response.removeHeader("X"))) {
            assertThatThrownBy(late::run)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("ERR_HTTP_HEADERS_SENT");
        }
    }

    @Tag("R62")
    @ParameterizedTest
    @ValueSource(strings = {"handler", "data", "end"})
    void destroyingTheSocketInACallbackIsSafe(String place) throws IOException {
        try (var fixture =
                HttpFixture.serve((request, response) -> {
                    switch (place) {
                        case "handler" -> request.destroy();
                        case "data" -> request.onData(data -> request.socket().destroy());
                        default -> request.onEnd(request::destroy).resume();
                    }
                })) {
            for (int round = 0; round < 20; round++) {
                try (RawHttp client = fixture.connect()) {
                    client.send(
                            (round % 2 == 0 ? RawHttp.chunked("ab", "c") : post("/")).repeat(3));
                    assertThat(client.isOver()).isTrue();
                }
            }
            fixture.untilEmpty();
            assertThat(fixture.requestCount()).isEqualTo(20);
            assertThat(fixture.handlerErrors()).isEmpty();
        }
    }
}
