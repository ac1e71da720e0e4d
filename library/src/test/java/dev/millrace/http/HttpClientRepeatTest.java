package dev.millrace.http;

import static dev.millrace.http.ScriptedServer.ok;
import static dev.millrace.http.ScriptedServer.run;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.net.NetSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
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

    /** Though a third connection is free. */
    @Test
    void aRequestIsNotRepeatedTwice() {
        List<NetSocket> asked = new ArrayList<>();
        run(
                (socket, head, number) -> {
                    asked.add(socket);
                    if (number == 3) {
                        asked.forEach(one -> one.write(ok("hi")));
                    } else if (number > 3) {
                        socket.destroy();
                    }
                },
                server -> {
                    for (int number = 1; number <= 3; number++) {
                        server.get(text -> told.add(text));
                    }
                    askWhenFree(server, 3);
                });
        assertThat(told.subList(0, 3)).containsOnly("hi");
        assertThat(told.subList(3, told.size())).containsExactly("5 heads");
    }

    /**
     * What has served a request before dies under the next one, so the repetition takes a new one.
     */
    @Test
    void aRequestIsRepeatedOnANewConnection() {
        List<NetSocket> asked = new ArrayList<>();
        run(
                (socket, head, number) -> {
                    boolean isOld = asked.contains(socket);
                    asked.add(socket);
                    if (isOld) {
                        socket.destroy();
                    } else if (number != 1) {
                        asked.forEach(one -> one.write(ok("hi")));
                    }
                },
                server -> {
                    server.get(text -> told.add(text));
                    server.get(text -> told.add(text));
                    askAgainWhenFree(server);
                });
        assertThat(told).containsExactly("hi", "hi", "hi");
        assertThat(Set.copyOf(asked)).hasSize(3);
    }

    private void askAgainWhenFree(ScriptedServer server) {
        server.after(
                1,
                () -> {
                    if (server.client.freeSocketCount() < 2) {
                        askAgainWhenFree(server);
                        return;
                    }
                    server.get(text -> {
                        told.add(text);
                        server.done();
                    });
                });
    }

    private void askWhenFree(ScriptedServer server, int count) {
        server.after(
                1,
                () -> {
                    if (server.client.freeSocketCount() < count) {
                        askWhenFree(server, count);
                        return;
                    }
                    server.client
                            .request("GET", server.uri())
                            .onError(error -> {
                                told.add(server.heads.size() + " heads");
                                server.done();
                            })
                            .end();
                });
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
