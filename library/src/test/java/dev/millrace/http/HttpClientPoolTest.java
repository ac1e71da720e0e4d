package dev.millrace.http;

import static dev.millrace.http.ScriptedServer.always;
import static dev.millrace.http.ScriptedServer.ok;
import static dev.millrace.http.ScriptedServer.run;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.net.NetSocket;
import dev.millrace.testing.PlainOnly;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which connection a request gets, and which one is never used again. */
@Timeout(30)
class HttpClientPoolTest {
    private final List<String> told = new ArrayList<>();

    private static HttpClientOptions pool(HttpPoolLimits limits) {
        return HttpClientOptions.DEFAULTS.withPool(limits);
    }

    @Test
    void aConnectionIsUsedAgain() {
        run(
                always(ok("hi")),
                server ->
                        server.get(first ->
                                server.get(second -> {
                                    told.addAll(List.of(first, second));
                                    assertThat(server.sockets).hasSize(1);
                                    server.done();
                                })));
        assertThat(told).containsExactly("hi", "hi");
    }

    @Test
    void itIsFreeWhenTheEndIsTold() {
        run(
                always(ok("hi")),
                server ->
                        server.client
                                .get(server.uri())
                                .thenAccept(response ->
                                        response.onEnd(
                                                        () -> {
                                                            assertThat(
                                                                            server.client
                                                                                    .freeSocketCount())
                                                                    .isEqualTo(1);
                                                            server.get(second -> {
                                                                assertThat(server.sockets)
                                                                        .hasSize(1);
                                                                server.done();
                                                            });
                                                        })
                                                .resume()));
    }

    @Tag("R61")
    @Tag("X40")
    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"})
    void anIdleConnectionThatGetsAByteIsThrownAway(String unasked) {
        run(
                always(ok("good")),
                server ->
                        server.get(first -> {
                            server.sockets.getFirst().write(unasked);
                            server.after(
                                    4,
                                    () -> {
                                        assertThat(server.client.socketCount()).isZero();
                                        server.get(second -> {
                                            assertThat(second).isEqualTo("good");
                                            assertThat(server.sockets).hasSize(2);
                                            server.done();
                                        });
                                    });
                        }));
    }

    /** In the same callback: the bytes are on their way when the request is made. */
    @Tag("R61")
    @Tag("X40")
    @Test
    void bytesThatWaitUnreadAreSeenBeforeTheConnectionIsUsedAgain() {
        run(
                always(ok("good")),
                server ->
                        server.get(first -> {
                            server.sockets.getFirst().write(ok("evil"));
                            server.get(second -> {
                                assertThat(second).isEqualTo("good");
                                assertThat(server.sockets).hasSize(2);
                                assertThat(server.heads).hasSize(2);
                                server.done();
                            });
                        }));
    }

    @Tag("X40")
    @Test
    void bytesRightBehindAResponseEndItsConnection() {
        run(
                always(ok("good") + ok("evil")),
                server ->
                        server.get(first ->
                                server.get(second -> {
                                    assertThat(List.of(first, second)).containsOnly("good");
                                    assertThat(server.sockets).hasSize(2);
                                    server.done();
                                })));
    }

    /** A POST is not repeated, so this one proves the look before the use. */
    @Tag("R61")
    @Test
    void aConnectionThatWasClosedIsSeenToBeBeforeTheRequestIsSent() {
        run(
                always(ok("good")),
                server ->
                        server.get(first -> {
                            server.sockets.getFirst().destroy();
                            server.client
                                    .request("POST", server.uri())
                                    .onResponse(response -> {
                                        assertThat(server.sockets).hasSize(2);
                                        assertThat(server.heads).hasSize(2);
                                        response.resume();
                                        server.done();
                                    })
                                    .end("body");
                        }));
    }

    @Test
    void furtherRequestsWaitForAConnectionAndThoseBeyondTheLimitFail() {
        HttpPoolLimits limits = HttpPoolLimits.DEFAULTS.withMaxSockets(2).withMaxWaiting(1);
        run(
                pool(limits),
                always(ok("hi")),
                server -> {
                    for (int number = 1; number <= 4; number++) {
                        server.client
                                .get(server.uri())
                                .thenCompose(response -> response.text(9))
                                .whenComplete((text, thrown) -> {
                                    told.add(
                                            thrown == null ? text : thrown.getCause().getMessage());
                                    if (told.size() == 4) {
                                        assertThat(server.sockets).hasSize(2);
                                        server.done();
                                    }
                                })
                                .exceptionally(thrown -> "");
                    }
                });
        assertThat(told.getFirst()).contains("1 requests wait for 127.0.0.1:");
        assertThat(told.subList(1, 4)).containsOnly("hi");
    }

    @Test
    void aWaitingRequestGetsTheRoomOfAConnectionThatCloses() {
        run(
                pool(HttpPoolLimits.DEFAULTS.withMaxSockets(1)),
                always("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi"),
                server -> {
                    server.get(first -> told.add(first));
                    server.get(second -> {
                        told.add(second);
                        server.done();
                    });
                });
        assertThat(told).containsExactly("hi", "hi");
    }

    @Test
    void aWaitingRequestThatIsDestroyedIsNotSent() {
        HttpPoolLimits limits = HttpPoolLimits.DEFAULTS.withMaxSockets(1);
        run(
                pool(limits),
                always(ok("hi")),
                server -> {
                    server.get(first -> {});
                    ClientRequest given = server.client.request("GET", server.uri());
                    given.onClose(() -> told.add("closed")).end();
                    given.destroy();
                    server.get(third -> {
                        assertThat(server.heads).hasSize(2);
                        server.done();
                    });
                });
        assertThat(told).containsExactly("closed");
    }

    @Test
    @PlainOnly(PlainOnly.Reason.TIME)
    void theOneUsedLastIsUsedFirstAndSurplusFreeOnesAreClosed() {
        HttpPoolLimits limits = HttpPoolLimits.DEFAULTS.withMaxFreeSockets(2);
        List<Held> open = new ArrayList<>();
        run(
                pool(limits),
                (socket, head, number) -> {
                    if (number > 3) {
                        told.add("" + open.get(1).socket.equals(socket));
                        socket.write(ok("hi"));
                        return;
                    }
                    open.add(new Held(socket));
                    if (number == 3) {
                        open.get(0).socket.write(ok("hi"));
                    }
                },
                server -> {
                    server.get(text -> server.after(1, () -> open.get(1).socket.write(ok("hi"))));
                    server.get(text -> {
                        assertThat(server.client.freeSocketCount()).isEqualTo(2);
                        server.get(again -> open.get(2).socket.write(ok("hi")));
                    });
                    server.get(text -> {
                        assertThat(server.client.freeSocketCount()).isEqualTo(2);
                        server.after(
                                2,
                                () -> {
                                    assertThat(server.client.socketCount()).isEqualTo(2);
                                    server.done();
                                });
                    });
                });
        assertThat(told).containsExactly("true");
    }

    private record Held(NetSocket socket) {}

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Connection: close\r\nContent-Length: 2\r\n\r\nhi",
                "Keep-Alive: timeout=1\r\nContent-Length: 2\r\n\r\nhi",
                "Keep-Alive: max=9, timeout=0\r\nContent-Length: 2\r\n\r\nhi"
            })
    void aConnectionThatTheServerClosesSoonIsNotKept(String rest) {
        run(
                always("HTTP/1.1 200 OK\r\n" + rest),
                server ->
                        server.get(first -> {
                            assertThat(server.client.freeSocketCount()).isZero();
                            server.done();
                        }));
    }

    @Test
    void aRequestThatSaysCloseIsTheLastOnItsConnection() {
        run(
                always(ok("hi")),
                server ->
                        server.client
                                .request("GET", server.uri())
                                .header("Connection", "close")
                                .onResponse(response ->
                                        response.onEnd(
                                                        () -> {
                                                            assertThat(server.heads.getFirst())
                                                                    .contains(
                                                                            "\r\nConnection: close\r\n");
                                                            assertThat(
                                                                            server.client
                                                                                    .freeSocketCount())
                                                                    .isZero();
                                                            server.done();
                                                        })
                                                .resume())
                                .end());
    }

    /** The loop would not end otherwise: the server's side is closed by the client's end. */
    @Test
    void aConnectionThatIsIdleDoesNotKeepTheLoopAlive() {
        HttpPoolLimits limits = HttpPoolLimits.DEFAULTS.withIdle(Duration.ofHours(1));
        run(
                pool(limits),
                always(ok("hi")),
                server ->
                        server.get(first -> {
                            assertThat(server.client.freeSocketCount()).isEqualTo(1);
                            server.sockets.getFirst().unref();
                            server.closeServer();
                            told.add("over");
                        }));
        assertThat(told).containsExactly("over");
    }

    @Test
    void anIdleConnectionIsClosedWhenItsTimeIsOver() {
        Duration idle = Duration.ofMillis(40);
        HttpPoolLimits limits = HttpPoolLimits.DEFAULTS.withIdle(idle);
        run(
                pool(limits),
                always(ok("hi")),
                server ->
                        server.get(first -> {
                            long start = System.nanoTime();
                            server.sockets
                                    .getFirst()
                                    .onClose(() -> {
                                        assertThat(System.nanoTime() - start)
                                                .isGreaterThanOrEqualTo(idle.toNanos());
                                        assertThat(server.client.socketCount()).isZero();
                                        told.add("closed");
                                        server.done();
                                    });
                        }));
        assertThat(told).containsExactly("closed");
    }

    @Test
    void aClosedClientTakesNoRequestAndKeepsNoConnection() {
        run(
                always(ok("hi")),
                server -> {
                    server.get(text -> {
                        told.add(text);
                        server.after(
                                2,
                                () -> {
                                    assertThat(server.client.socketCount()).isZero();
                                    server.done();
                                });
                    });
                    server.client.close();
                    try {
                        server.client.get(server.uri());
                    } catch (IllegalStateException e) {
                        told.add(e.getMessage());
                    }
                });
        assertThat(told).containsExactly("the client is closed", "hi");
    }

    @Test
    void aConnectionThatCannotBeMadeIsAnError() {
        run(
                always(""),
                server -> {
                    String uri = server.uri();
                    server.done();
                    server.after(
                            2,
                            () ->
                                    server.another()
                                            .get(uri)
                                            .whenComplete((response, thrown) -> {
                                                assertThat(thrown).isInstanceOf(IOException.class);
                                                told.add(thrown.getMessage());
                                            })
                                            .exceptionally(thrown -> null));
                });
        assertThat(told).hasSize(1);
        assertThat(told.getFirst()).contains("ECONNREFUSED");
    }
}
