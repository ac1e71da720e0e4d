package dev.millrace.http;

import static dev.millrace.http.ScriptedServer.always;
import static dev.millrace.http.ScriptedServer.ok;
import static dev.millrace.http.ScriptedServer.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Sockets that leave the client for another protocol. */
@Timeout(30)
class HttpClientUpgradeTest {
    private static final String SWITCH =
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n";

    private final List<String> told = new ArrayList<>();

    private ClientRequest asking(ScriptedServer server) {
        return server.client
                .request("GET", server.uri())
                .header("Upgrade", "echo")
                .onResponse(response -> {
                    told.add("response " + response.status());
                    response.resume();
                })
                .onError(error -> told.add(error.getMessage()));
    }

    /** What came with the head is the first that the new owner gets. */
    @Test
    void theSocketIsTheListeners() {
        HttpPoolLimits one = HttpPoolLimits.DEFAULTS.withMaxSockets(1);
        run(
                HttpClientOptions.DEFAULTS.withPool(one),
                (socket, head, number) -> {
                    if (number == 1) {
                        told.add(
                                head.lines().filter(line -> line.contains("pgrade")).toList() + "");
                        socket.handOver();
                        socket.onData(bytes -> socket.end("you said " + text(bytes)));
                        socket.write(SWITCH + "welcome");
                    } else {
                        socket.write(ok("hi"));
                    }
                },
                server -> {
                    asking(server)
                            .onUpgrade((response, socket) -> {
                                told.add(response.status() + " " + response.header("upgrade"));
                                assertThat(server.sockets).hasSize(1);
                                socket.onData(bytes -> told.add(text(bytes)))
                                        .onEnd(() ->
                                                server.get(text -> {
                                                    told.add(text);
                                                    server.done();
                                                }));
                                socket.write("hello");
                            })
                            .onClose(() -> told.add("closed"))
                            .end();
                    server.get(text -> told.add("the next " + text));
                });
        assertThat(told.getFirst()).contains("Upgrade: echo", "Connection: Upgrade");
        assertThat(told)
                .contains("closed", "the next hi")
                .containsSubsequence("101 Optional[echo]", "welcome", "you said hello", "hi")
                .hasSize(7);
    }

    private static String text(java.nio.ByteBuffer bytes) {
        return ScriptedServer.text(bytes);
    }

    @Test
    void anotherStatusIsAResponse() {
        run(
                always(ok("no")),
                server ->
                        asking(server)
                                .onUpgrade((response, socket) -> told.add("upgrade"))
                                .onClose(server::done)
                                .end());
        assertThat(told).containsExactly("response 200");
    }

    @Tag("X39")
    @Test
    void aSwitchThatWasNotAskedForIsAnError() {
        run(
                always(SWITCH),
                server -> {
                    asking(server).onClose(() -> told.add("closed")).end();
                    server.client
                            .request("GET", server.uri())
                            .onUpgrade((response, socket) -> told.add("upgrade"))
                            .onError(error -> told.add(error.getMessage()))
                            .onClose(() -> {
                                server.done();
                            })
                            .end();
                });
        assertThat(told).hasSize(3).doesNotContain("upgrade");
        assertThat(told.getFirst()).contains("HPE_INVALID_UPGRADE");
    }

    @Tag("X39")
    @Test
    void aSwitchBeforeTheRequestIsWholeIsAnError() {
        run(
                always(SWITCH),
                server -> {
                    ClientRequest request =
                            server.client
                                    .request("POST", server.uri())
                                    .header("Upgrade", "echo")
                                    .onUpgrade((response, socket) -> told.add("upgrade"))
                                    .onError(error -> told.add(error.getMessage()))
                                    .onClose(server::done);
                    request.write("some");
                });
        assertThat(told).hasSize(1);
        assertThat(told.getFirst()).contains("switched");
    }

    @Test
    void aListenerThatThrowsDestroysTheSocket() {
        List<Throwable> uncaught = new ArrayList<>();
        run(
                (socket, head, number) -> {
                    socket.write(SWITCH);
                    socket.onClose(() -> told.add("gone"));
                },
                server -> {
                    server.loop().onUncaught(uncaught::add);
                    asking(server)
                            .onUpgrade((response, socket) -> {
                                socket.onClose(server::done);
                                throw new IllegalStateException("mine");
                            })
                            .end();
                });
        assertThat(uncaught).hasSize(1);
        assertThat(told).containsExactly("gone");
    }

    @Test
    void connectMakesATunnel() {
        run(
                (socket, head, number) -> {
                    told.add(head.lines().limit(2).toList().toString());
                    // What a 2xx to CONNECT says of a body is ignored.
                    socket.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc");
                },
                server ->
                        server.client
                                .connect(server.uri(), "example.com:443")
                                .onUpgrade((response, socket) ->
                                        socket.onData(bytes -> {
                                            told.add(response.status() + " " + text(bytes));
                                            socket.destroy();
                                            server.done();
                                        }))
                                .end());
        assertThat(told)
                .containsExactly(
                        "[CONNECT example.com:443 HTTP/1.1, Host: example.com:443]", "200 abc");
    }

    @Test
    void aTunnelThatIsRefusedIsAResponse() {
        run(
                always("HTTP/1.1 403 No\r\nContent-Length: 2\r\n\r\nno"),
                server ->
                        server.client
                                .connect(server.uri(), "example.com:443")
                                .onUpgrade((response, socket) -> told.add("tunnel"))
                                .onResponse(response ->
                                        response.text(9)
                                                .thenAccept(text -> {
                                                    told.add(response.status() + text);
                                                    assertThat(server.client.freeSocketCount())
                                                            .isEqualTo(1);
                                                    server.done();
                                                }))
                                .end());
        assertThat(told).containsExactly("403no");
    }

    @Test
    void whatIsNoAuthorityIsRefused() {
        run(
                always(""),
                server -> {
                    for (String wrong :
                            List.of("example.com", "example.com:0", "a@b:1", "a:1/x", ":1")) {
                        assertThatThrownBy(() -> server.client.connect(server.uri(), wrong))
                                .isInstanceOf(IllegalArgumentException.class);
                    }
                    server.done();
                });
    }
}
