package dev.millrace.http;

import static dev.millrace.http.ScriptedServer.always;
import static dev.millrace.http.ScriptedServer.ok;
import static dev.millrace.http.ScriptedServer.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Fields behind a body. */
@Timeout(30)
class HttpClientTrailersTest {
    private static final String CHUNKED = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

    private final List<String> told = new ArrayList<>();

    @Test
    void thoseOfAResponseAreThereAtItsEnd() {
        run(
                always(CHUNKED + "2\r\nhi\r\n0\r\nX-Sum: 1\r\nx-sum: 2\r\n\r\n"),
                server ->
                        server.client
                                .get(server.uri())
                                .thenAccept(response -> {
                                    response.onData(bytes -> told.add("" + response.trailers()))
                                            .onEnd(() -> {
                                                told.addAll(response.trailers().all("X-Sum"));
                                                server.done();
                                            });
                                }));
        assertThat(told).containsExactly("", "1", "2");
    }

    @Test
    void aResponseWithoutAnyHasNone() {
        run(
                always(ok("hi")),
                server ->
                        server.client
                                .get(server.uri())
                                .thenAccept(response ->
                                        response.onEnd(
                                                        () -> {
                                                            told.add(
                                                                    ""
                                                                            + response.trailers()
                                                                                    .size());
                                                            server.done();
                                                        })
                                                .resume()));
        assertThat(told).containsExactly("0");
    }

    /** The last one ends as a head does. */
    @Test
    void thoseOfARequestFollowItsChunks() {
        run(
                (socket, head, number) -> {
                    told.add(head);
                    if (number == 2) {
                        socket.write(ok("hi"));
                    }
                },
                server -> {
                    ClientRequest request = server.client.request("POST", server.uri());
                    request.trailer("X-Sum", "1").onClose(server::done);
                    request.write("some");
                    request.trailer("X-More", "2").end();
                });
        assertThat(told.getFirst()).contains("Transfer-Encoding: chunked");
        assertThat(told.get(1)).isEqualTo("4\r\nsome\r\n0\r\nX-Sum: 1\r\nX-More: 2\r\n\r\n");
    }

    @Test
    void aRequestGivenWholeCanHaveThemToo() {
        run(
                (socket, head, number) -> {
                    told.add(head);
                    if (number == 2) {
                        socket.write(ok("hi"));
                    }
                },
                server ->
                        server.client
                                .request("PUT", server.uri())
                                .trailer("X-Sum", "1")
                                .onClose(server::done)
                                .end("some"));
        assertThat(told.get(1)).isEqualTo("4\r\nsome\r\n0\r\nX-Sum: 1\r\n\r\n");
    }

    @Test
    void whereThereIsNoRoomForThemTheyAreRefused() {
        run(
                always(""),
                server -> {
                    ClientRequest long4 = server.client.request("POST", server.uri());
                    long4.header("Content-Length", "4");
                    assertThatThrownBy(() -> long4.trailer("X", "y"))
                            .isInstanceOf(IllegalStateException.class)
                            .hasMessageContaining("Content-Length");
                    ClientRequest begun = server.client.request("POST", server.uri());
                    begun.header("Content-Length", "4").write("a");
                    assertThatThrownBy(() -> begun.trailer("X", "y"))
                            .isInstanceOf(IllegalStateException.class);
                    ClientRequest over = server.client.request("GET", server.uri());
                    over.end();
                    assertThatThrownBy(() -> over.trailer("X", "y"))
                            .isInstanceOf(IllegalStateException.class);
                    begun.destroy();
                    over.destroy();
                    server.done();
                });
    }

    @Test
    void aFieldThatMustStandInTheHeadIsRefused() {
        run(
                always(""),
                server -> {
                    ClientRequest request = server.client.request("POST", server.uri());
                    for (String name :
                            List.of("content-LENGTH", "Host", "Authorization", "Trailer")) {
                        assertThatThrownBy(() -> request.trailer(name, "1"))
                                .isInstanceOf(IllegalArgumentException.class)
                                .hasMessageContaining("ERR_HTTP_TRAILER_INVALID");
                    }
                    assertThatThrownBy(() -> request.trailer("X", "a\r\nb"))
                            .isInstanceOf(IllegalArgumentException.class);
                    request.destroy();
                    server.done();
                });
    }
}
