package dev.millrace.http;

import static dev.millrace.http.ScriptedServer.always;
import static dev.millrace.http.ScriptedServer.ok;
import static dev.millrace.http.ScriptedServer.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.testing.PlainOnly;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Responses that break, come too late or are given up; none of their connections is used again. */
@Timeout(30)
class HttpClientFailureTest {
    private static final String HEAD = "HTTP/1.1 200 OK\r\n";
    private static final String CHUNKED = HEAD + "Transfer-Encoding: chunked\r\n\r\n";

    /** The limits are short; the rules the same. */
    private static final Duration SHORT = Duration.ofMillis(60);

    private final List<String> told = new ArrayList<>();

    /** Before the head there is no response, so the request has the error. */
    @Tag("X39")
    @ParameterizedTest
    @CsvSource({
        "HTTP/1.1 200 OK\\n\\n, HPE_CR_EXPECTED",
        "HTTP/1.1 20 OK\\r\\n\\r\\n, HPE_INVALID_STATUS",
        "HTTP/1.1 200 OK\\r\\nA : b\\r\\n\\r\\n, HPE_INVALID_HEADER_TOKEN",
        "HTTP/1.1 200 OK\\r\\nA: b\\r\\n c\\r\\n\\r\\n, HPE_INVALID_HEADER_TOKEN",
        "HTTP/1.1 200 OK\\r\\nContent-Length: 1\\r\\nContent-Length: 2\\r\\n\\r\\n, HPE_UNEXPECTED",
        "HTTP/1.1 200 OK\\r\\nContent-Length: 1\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n, HPE_UNEXP",
        "HTTP/1.1 101 Switching Protocols\\r\\n\\r\\n, HPE_INVALID_UPGRADE",
    })
    void aBrokenHeadIsAnErrorOfTheRequest(String bytes, String code) {
        run(
                always(bytes.replace("\\r", "\r").replace("\\n", "\n")),
                server ->
                        server.client
                                .request("GET", server.uri())
                                .onResponse(response -> told.add("response"))
                                .onError(error -> {
                                    told.add(error.getMessage());
                                    expectNoReuse(server);
                                })
                                .onClose(() -> told.add("closed"))
                                .end());
        assertThat(told).hasSize(2).endsWith("closed");
        assertThat(told.getFirst()).contains(code);
    }

    private void expectNoReuse(ScriptedServer server) {
        assertThat(server.client.freeSocketCount()).isZero();
        server.after(
                3,
                () -> {
                    assertThat(server.client.socketCount()).isZero();
                    server.done();
                });
    }

    @Tag("X39")
    @Test
    void headsWithoutEndAreAnError() {
        for (String part : List.of("HTTP/1.1 103 x\r\n\r\n", HEAD + "A: " + "b".repeat(9999))) {
            told.clear();
            run(
                    always(part.repeat(2000)),
                    server ->
                            server.client
                                    .get(server.uri())
                                    .exceptionally(thrown -> {
                                        told.add(thrown.getMessage());
                                        server.done();
                                        return null;
                                    }));
            assertThat(told).hasSize(1);
            assertThat(told.getFirst()).contains("HPE_HEADER_OVERFLOW");
        }
    }

    /** Behind the head the response has it, and its end is not told. */
    @Tag("X39")
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 9\r\n\r\nshort",
                "Transfer-Encoding: chunked\r\n\r\n5\r\nshort\r\n",
                "Transfer-Encoding: chunked\r\n\r\n5\r\nshort\r\n0\r\nA: b\r\n",
            })
    void aBodyThatIsCutOffIsAnErrorOfTheResponse(String rest) {
        run((socket, head, number) -> socket.end(HEAD + rest), this::expectBroken);
        assertThat(told).startsWith("short").hasSize(3).endsWith("closed");
        assertThat(told.get(1)).contains("cut off", "ECONNRESET");
    }

    @Tag("X39")
    @ParameterizedTest
    @ValueSource(strings = {"x\r\n", "0\r\nContent-Length: 1\r\n\r\n", "2\nab"})
    void aBrokenChunkIsAnErrorOfTheResponse(String rest) {
        run(always(CHUNKED + "5\r\nshort\r\n" + rest), this::expectBroken);
        assertThat(told).startsWith("short").hasSize(3).endsWith("closed");
        assertThat(told.get(1)).contains("HPE_");
    }

    private void expectBroken(ScriptedServer server) {
        server.client
                .request("GET", server.uri())
                .onError(error -> told.add("the request's error"))
                .onResponse(response ->
                        response.onData(bytes -> told.add("" + ScriptedServer.text(bytes)))
                                .onEnd(() -> told.add("end"))
                                .onError(error -> {
                                    told.add(error.getMessage());
                                    expectNoReuse(server);
                                })
                                .onClose(() -> told.add("closed")))
                .end();
    }

    @Tag("X39")
    @Test
    void aBodyReadWholeFailsWithItsResponse() {
        run(
                (socket, head, number) -> socket.end(HEAD + "Content-Length: 9\r\n\r\nshort"),
                server ->
                        server.client
                                .get(server.uri())
                                .thenCompose(response -> response.text(99))
                                .exceptionally(thrown -> {
                                    told.add(thrown.getCause().getMessage());
                                    server.done();
                                    return "";
                                }));
        assertThat(told).containsExactly("the response was cut off (ECONNRESET)");
    }

    @Test
    void aBodyAtItsLimitIsReadAndOneByteMoreIsNot() {
        run(
                always(ok("12345")),
                server ->
                        server.client
                                .get(server.uri())
                                .thenCompose(response -> response.text(5))
                                .thenCompose(text -> {
                                    told.add(text);
                                    return server.client.get(server.uri());
                                })
                                .thenCompose(response -> response.text(4))
                                .exceptionally(thrown -> {
                                    told.add(thrown.getCause().getMessage());
                                    expectNoReuse(server);
                                    return "";
                                }));
        assertThat(told).containsExactly("12345", "the body is longer than 4 bytes");
    }

    @Test
    void anErrorWithoutAListenerEndsTheLoop() {
        assertThatThrownBy(() ->
                        run(
                                (socket, head, number) -> {
                                    socket.end();
                                },
                                server -> server.client.request("GET", server.uri()).end()))
                .hasMessageContaining("without a response");
        assertThatThrownBy(() ->
                        run(
                                always(CHUNKED + "x\r\n"),
                                server -> server.client.request("GET", server.uri()).end()))
                .hasMessageContaining("HPE_INVALID_CHUNK_SIZE");
    }

    @Test
    void aListenerThatThrowsEndsItsExchangeAndIsUncaught() {
        assertThatThrownBy(() ->
                        run(
                                always(ok("hi")),
                                server ->
                                        server.client
                                                .request("GET", server.uri())
                                                .onResponse(response -> {
                                                    throw new IllegalStateException("mine");
                                                })
                                                .onClose(() -> told.add("closed"))
                                                .end()))
                .hasMessage("mine");
    }

    @Test
    @PlainOnly(PlainOnly.Reason.TIME)
    void aRequestThatIsGivenUpClosesItsConnectionAndTellsNoError() {
        run(
                (socket, head, number) -> socket.onClose(() -> told.add("server sees it")),
                server -> {
                    ClientRequest request = server.client.request("GET", server.uri());
                    request.onError(error -> told.add("error"))
                            .onClose(() -> told.add("closed"))
                            .end();
                    request.onFinish(() ->
                            server.after(
                                    3,
                                    () -> {
                                        request.destroy();
                                        server.after(4, server::done);
                                    }));
                });
        assertThat(told).containsExactly("closed", "server sees it");
    }

    @Test
    void itsStageFailsAndAResponseInTheMiddleIsCutOff() {
        run(
                always(HEAD + "Content-Length: 9\r\n\r\nshort"),
                server -> {
                    ClientRequest early = server.client.request("GET", server.uri());
                    early.response()
                            .exceptionally(thrown -> {
                                told.add(thrown.getMessage());
                                return null;
                            });
                    early.destroy();
                    server.client
                            .get(server.uri())
                            .thenAccept(response -> {
                                response.body(9)
                                        .exceptionally(thrown -> {
                                            told.add(thrown.getMessage());
                                            return new byte[0];
                                        });
                                response.destroy();
                                expectNoReuse(server);
                            });
                });
        assertThat(told)
                .containsExactly(
                        "the request was destroyed before its response",
                        "the response was destroyed before its body was complete");
    }

    @Test
    void aServerThatSaysNothingOrStopsIsLate() {
        HttpClientTimeouts none = HttpClientTimeouts.NONE;
        expectLate(
                none.withResponse(SHORT),
                "",
                "no response from 127.0.0.1:",
                "within the response timeout of 0.0");
        String begun = HEAD + "Content-Length: 9\r\n\r\nshort";
        expectLate(
                none.withBody(SHORT),
                begun,
                "no part of the body to or from 127.0.0.1:",
                "within the body timeout of 0.0");
    }

    private void expectLate(HttpClientTimeouts timeouts, String answer, String... texts) {
        told.clear();
        long start = System.nanoTime();
        run(
                HttpClientOptions.DEFAULTS.withTimeouts(timeouts),
                always(answer),
                server ->
                        server.client
                                .get(server.uri())
                                .thenCompose(response -> response.text(99))
                                .exceptionally(thrown -> {
                                    told.add(thrown.getCause().getMessage());
                                    expectNoReuse(server);
                                    return "";
                                }));
        assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(SHORT.toNanos());
        assertThat(told).hasSize(1);
        assertThat(told.getFirst()).contains(texts).contains("ETIMEDOUT");
    }
}
