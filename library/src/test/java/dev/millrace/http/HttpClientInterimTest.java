package dev.millrace.http;

import static dev.millrace.http.ScriptedServer.always;
import static dev.millrace.http.ScriptedServer.ok;
import static dev.millrace.http.ScriptedServer.run;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.net.NetSocket;
import dev.millrace.testing.PlainOnly;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Interim responses, and bodies that wait for one. */
@Timeout(30)
class HttpClientInterimTest {
    private static final String CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n";
    private static final HttpClientOptions PATIENT = proceed(Duration.ZERO);

    private final List<String> told = new ArrayList<>();

    private static HttpClientOptions proceed(Duration time) {
        return HttpClientOptions.DEFAULTS.withTimeouts(
                HttpClientTimeouts.DEFAULTS.withProceed(time));
    }

    private ClientRequest expecting(ScriptedServer server) {
        return server.client
                .request("PUT", server.uri())
                .header("Expect", "100-continue")
                .onError(error -> told.add(error.getMessage()))
                .onResponse(response -> {
                    told.add("" + response.status());
                    response.resume();
                });
    }

    @Tag("R45")
    @Test
    void eachIsTold() {
        String hint = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n";
        run(
                always("HTTP/1.1 102 Processing\r\n\r\n" + hint + hint + ok("hi")),
                server ->
                        server.client
                                .request("GET", server.uri())
                                .onInformation((status, fields) -> {
                                    told.add(status + " " + fields.first("link").orElse(""));
                                })
                                .onResponse(response -> {
                                    told.add("" + response.status());
                                    response.onEnd(server::done).resume();
                                })
                                .end());
        assertThat(told).containsExactly("102 ", "103 </a>", "103 </a>", "200");
    }

    @Tag("R45")
    @Test
    void oneWhoseListenerThrowsEndsTheRequest() {
        List<Throwable> uncaught = new ArrayList<>();
        run(
                always(CONTINUE + ok("hi")),
                server -> {
                    server.loop().onUncaught(uncaught::add);
                    server.client
                            .request("GET", server.uri())
                            .onInformation((status, fields) -> {
                                throw new IllegalStateException("mine");
                            })
                            .onResponse(response -> told.add("response"))
                            .onClose(() -> {
                                told.add("closed");
                                server.done();
                            })
                            .end();
                });
        assertThat(told).containsExactly("closed");
        assertThat(uncaught).hasSize(1);
    }

    /** As soon as the head is there, and not with it. */
    @Tag("R46")
    @Test
    void aBodyWaitsForTheContinue() {
        List<NetSocket> asked = new ArrayList<>();
        run(
                PATIENT,
                (socket, head, number) -> {
                    if (number == 1) {
                        asked.add(socket);
                        assertThat(head).contains("Expect: 100-continue", "Content-Length: 8");
                    } else {
                        // The body, which ends as a head does.
                        told.add(head.strip());
                        socket.write(ok("hi"));
                    }
                },
                server -> {
                    ClientRequest request = expecting(server);
                    request.onFinish(() -> told.add("sent"))
                            .onInformation((status, fields) -> told.add("" + status))
                            .onClose(() -> {
                                assertThat(server.client.freeSocketCount()).isEqualTo(1);
                                server.done();
                            })
                            .end("body\r\n\r\n");
                    continueLater(server, asked);
                });
        assertThat(told).containsExactly("100", "sent", "body", "200");
    }

    /** Turns pass meanwhile in which the body could have come. */
    private void continueLater(ScriptedServer server, List<NetSocket> asked) {
        server.after(
                6,
                () -> {
                    if (asked.isEmpty()) {
                        continueLater(server, asked);
                        return;
                    }
                    assertThat(server.heads).hasSize(1);
                    assertThat(told).isEmpty();
                    asked.getFirst().write(CONTINUE);
                });
    }

    @Tag("R46")
    @Test
    void aStreamWaitsToo() {
        run(
                PATIENT,
                (socket, head, number) -> {
                    told.add(number == 1 ? "head" : head.strip());
                    socket.write(number == 1 ? CONTINUE : ok("hi"));
                },
                server -> {
                    ClientRequest request = expecting(server);
                    request.header("Content-Length", "10").onClose(server::done);
                    assertThat(request.write("first ")).isTrue();
                    request.end("\r\n\r\n");
                });
        assertThat(told).containsExactly("head", "first", "200");
    }

    @Tag("R46")
    @Test
    @PlainOnly(PlainOnly.Reason.BYTES)
    void aFinalResponseLeavesItUnsentAndEndsTheConnection() {
        run(
                PATIENT,
                always("HTTP/1.1 417 Expectation Failed\r\nContent-Length: 0\r\n\r\n"),
                server ->
                        expecting(server)
                                .onFinish(() -> told.add("sent"))
                                .onClose(() ->
                                        server.after(
                                                4,
                                                () -> {
                                                    assertThat(server.client.socketCount())
                                                            .isZero();
                                                    assertThat(
                                                                    server.sockets
                                                                            .getFirst()
                                                                            .bytesRead())
                                                            .isEqualTo(
                                                                    server.heads
                                                                            .getFirst()
                                                                            .length());
                                                    server.done();
                                                }))
                                .end("body"));
        assertThat(told).containsExactly("417");
    }

    @Tag("R46")
    @Test
    void aServerThatSaysNothingGetsTheBodyAfterATime() {
        run(
                proceed(Duration.ofMillis(20)),
                (socket, head, number) -> {
                    if (number == 2) {
                        told.add(head.strip());
                        socket.write(ok("hi"));
                    }
                },
                server -> expecting(server).onClose(server::done).end("body\r\n\r\n"));
        assertThat(told).containsExactly("body", "200");
    }

    /** A loop with a timer of its body would not end within the test's time. */
    @Tag("R46")
    @Test
    void aRequestThatIsGivenUpLeavesNoTimer() {
        ScriptedServer.run(
                proceed(Duration.ofDays(1)),
                (socket, head, number) -> told.add("head"),
                server -> {
                    ClientRequest request = expecting(server);
                    request.onClose(server::done).end("body");
                    giveUp(server, request);
                });
        assertThat(told).containsExactly("head");
    }

    private void giveUp(ScriptedServer server, ClientRequest request) {
        server.after(
                1,
                () -> {
                    if (told.isEmpty()) {
                        giveUp(server, request);
                    } else {
                        request.destroy();
                    }
                });
    }

    /** RFC 9110 section 10.1.1: without content nothing is expected. */
    @Tag("R46")
    @Test
    void aRequestWithoutABodyWaitsForNothing() {
        run(
                PATIENT,
                always(ok("hi")),
                server -> {
                    ClientRequest request = expecting(server);
                    request.onFinish(() -> told.add("sent")).onClose(server::done).end();
                });
        assertThat(told).containsExactly("sent", "200");
    }
}
