package dev.millrace.http;

import static dev.millrace.http.ScriptedServer.ok;
import static dev.millrace.http.ScriptedServer.run;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Which request goes out once more when its connection dies. */
@Timeout(30)
class HttpClientRepeatTest {
    private final List<String> told = new ArrayList<>();

    @Test
    void aRequestThatMayBeRepeatedIsRepeatedOnce() {
        run(
                (socket, head, number) -> {
                    if (number == 1) {
                        socket.write(ok("first"));
                    } else if (number == 2) {
                        socket.destroy();
                    } else {
                        socket.write(ok("again"));
                    }
                },
                server ->
                        server.get(first ->
                                server.get(second -> {
                                    assertThat(second).isEqualTo("again");
                                    assertThat(server.heads).hasSize(3);
                                    assertThat(server.heads.get(2)).isEqualTo(server.heads.get(1));
                                    assertThat(server.sockets).hasSize(2);
                                    server.done();
                                })));
    }

    @Test
    void aPostIsNotRepeated() {
        expectNotRepeated("POST", "");
    }

    @Test
    void aRequestWhoseResponseHasBegunIsNotRepeated() {
        expectNotRepeated("GET", "H");
    }

    private void expectNotRepeated(String method, String begun) {
        run(
                (socket, head, number) -> {
                    if (number == 1) {
                        socket.write(ok("first"));
                    } else {
                        socket.end(begun);
                    }
                },
                server ->
                        server.get(first ->
                                server.client
                                        .request(method, server.uri())
                                        .onError(error -> {
                                            assertThat(error).hasMessageContaining("ECONNRESET");
                                            assertThat(server.heads).hasSize(2);
                                            told.add("error");
                                            server.done();
                                        })
                                        .end()));
        assertThat(told).containsExactly("error");
    }

    @Test
    void aFreshConnectionThatDiesIsNoReasonToRepeat() {
        run(
                (socket, head, number) -> socket.destroy(),
                server ->
                        server.client
                                .request("GET", server.uri())
                                .onError(error -> {
                                    assertThat(server.heads).hasSize(1);
                                    told.add(error.getMessage());
                                    server.done();
                                })
                                .end());
        assertThat(told).hasSize(1);
    }
}
