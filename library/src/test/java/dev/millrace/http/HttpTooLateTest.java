package dev.millrace.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a handler does with its response when it is too late for it. */
@Timeout(30)
class HttpTooLateTest {
    /** What the client gets of a handler that does {@code after} behind the end of its response. */
    private static void after(Consumer<ServerResponse> after, List<String> errors)
            throws IOException {
        try (var fixture =
                        HttpFixture.serve((request, response) -> {
                            response.end("whole");
                            after.accept(response);
                        });
                RawHttp client = fixture.connect()) {
            assertThat(client.get().text()).isEqualTo("whole");
            assertThat(client.get().text()).isEqualTo("whole");
            assertThat(fixture.handlerErrors().stream().map(Throwable::getMessage).distinct())
                    .isEqualTo(errors);
        }
    }

    private static final String LATE = "write after end (ERR_STREAM_WRITE_AFTER_END)";

    @Tag("X79")
    @Test
    void aWriteBehindTheEndIsNamedAndLost() throws IOException {
        after(response -> assertThat(response.write("more")).isFalse(), List.of(LATE));
        after(response -> response.end("more"), List.of(LATE));
        after(response -> response.write(java.nio.ByteBuffer.allocate(3)), List.of(LATE));
    }

    @Tag("X79")
    @Test
    void endAndDestroyTwiceAreNothing() throws IOException {
        after(
                response -> {
                    response.end();
                    response.end();
                    assertThat(response.isEnded()).isTrue();
                },
                List.of());
        after(
                response -> {
                    response.destroy();
                    response.destroy();
                },
                List.of());
    }

    @Tag("X79")
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void nothingOfAHeadThatWasSentCanBeChanged(boolean isEnded) throws IOException {
        try (var fixture =
                        HttpFixture.serve((request, response) -> {
                            if (isEnded) {
                                response.end("ab");
                            } else {
                                response.write("a");
                            }
                            List.<Runnable>of(
                                            () -> response.status(404),
                                            () -> response.status(404, "No"),
                                            () -> response.header("X", "1"),
                                            () -> response.addHeader("X", "1"),
                                            () -> response.removeHeader("X"),
                                            response::writeContinue)
                                    .forEach(late ->
                                            assertThatThrownBy(late::run)
                                                    .isInstanceOf(IllegalStateException.class)
                                                    .hasMessageContaining("ERR_HTTP_HEADERS_SENT"));
                            response.flushHead();
                            if (!isEnded) {
                                response.end("b");
                            }
                        });
                RawHttp client = fixture.connect()) {
            RawHttp.Answer answer = client.get();
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.has("X")).isFalse();
            assertThat(answer.text()).isEqualTo("ab");
        }
    }

    /** The peer's mistake, or its leaving, is none of the handler's. */
    @Tag("X79")
    @Test
    void behindAResponseThatWasCutOffNothingIsAMistake() throws IOException {
        ServerResponse[] held = new ServerResponse[1];
        try (var fixture =
                        HttpFixture.serve((request, response) -> {
                            held[0] = response;
                            request.resume();
                        });
                RawHttp client = fixture.connect()) {
            client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n");
            assertThat(client.answer().status()).isEqualTo(400);
            fixture.run(() -> {
                held[0].status(201).header("X", "1");
                held[0].end("late");
            });
            assertThat(client.rest()).isEmpty();
            assertThat(fixture.handlerErrors()).isEmpty();
        }
    }
}
