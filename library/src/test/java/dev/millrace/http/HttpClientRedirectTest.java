package dev.millrace.http;

import static dev.millrace.http.ScriptedServer.ok;
import static dev.millrace.http.ScriptedServer.run;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.testing.PlainOnly;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Redirects that are followed, and those that are handed to the caller. */
@Timeout(30)
class HttpClientRedirectTest {
    private static final HttpClientOptions FOLLOWING = HttpClientOptions.DEFAULTS.withRedirects(3);

    private final List<String> told = new ArrayList<>();

    private static String redirect(int status, String location) {
        return "HTTP/1.1 "
                + status
                + " x\r\nLocation: "
                + location
                + "\r\nContent-Length: 4\r\n\r\ngone";
    }

    /** The first request is answered with {@code first}, the others are greeted. */
    private void follow(String first, Consumer<ScriptedServer> test) {
        run(
                FOLLOWING,
                (socket, head, number) -> socket.write(number == 1 ? first : ok("hi")),
                test);
    }

    private ClientRequest asking(ScriptedServer server, String method) {
        return server.client
                .request(method, server.uri())
                .onError(error -> told.add(error.getMessage()))
                .onResponse(response -> {
                    told.add(response.status() + " " + response.uri().getPath());
                    response.onEnd(
                                    () -> {
                                        told.add("end");
                                        server.done();
                                    })
                            .resume();
                });
    }

    private static String line(ScriptedServer server, int number) {
        return server.heads.get(number - 1).lines().findFirst().orElse("");
    }

    @Test
    void theConnectionIsUsedForWhatFollows() {
        follow(redirect(302, "/there?q"), server -> asking(server, "GET").end());
        assertThat(told).containsExactly("200 /there", "end");
    }

    @Test
    void theRequestSaysWhereItLed() {
        follow(
                redirect(301, "there"),
                server -> {
                    ClientRequest request = asking(server, "GET");
                    String uri = server.uri();
                    request.onClose(
                                    () -> {
                                        assertThat(request.uri()).hasToString(uri + "there");
                                        assertThat(request.target()).isEqualTo("/");
                                        assertThat(line(server, 2))
                                                .isEqualTo("GET /there HTTP/1.1");
                                        assertThat(server.sockets).hasSize(1);
                                        assertThat(server.client.statistics().redirects())
                                                .isEqualTo(1);
                                        assertThat(server.client.statistics().requests())
                                                .isEqualTo(1);
                                        told.add("closed");
                                    })
                            .end();
                });
        assertThat(told).containsExactly("200 /there", "end", "closed");
    }

    @Test
    void withoutTheOptionItIsAResponse() {
        run(ScriptedServer.always(redirect(302, "/there")), server -> asking(server, "GET").end());
        assertThat(told).containsExactly("302 /", "end");
    }

    /** With the body goes what describes it. */
    @Test
    void aPostBecomesAGet() {
        follow(
                redirect(303, "/there"),
                server -> {
                    ClientRequest request = asking(server, "POST");
                    request.header("Content-Type", "text/plain")
                            .header("X", "y")
                            .header("Authorization", "mine")
                            .onClose(() -> {
                                assertThat(server.heads.get(1))
                                        .startsWith("bodyGET /there HTTP/1.1\r\n")
                                        .contains("X: y", "Authorization: mine")
                                        .doesNotContain("Content-", "chunked");
                                told.add("closed");
                            })
                            .end("body");
                });
        assertThat(told).hasSize(3).endsWith("closed");
    }

    @Test
    void aBodyThatIsThereWholeGoesOutAgain() {
        run(
                FOLLOWING,
                (socket, head, number) -> {
                    told.add(head.lines().findFirst().orElse("").strip());
                    if (number == 2) {
                        socket.write(redirect(307, "/there"));
                    } else if (number == 4) {
                        socket.write(ok("hi"));
                    }
                },
                server -> asking(server, "PUT").end("body\r\n\r\n"));
        assertThat(told)
                .containsExactly(
                        "PUT / HTTP/1.1",
                        "body",
                        "PUT /there HTTP/1.1",
                        "body",
                        "200 /there",
                        "end");
    }

    @Test
    void aBodyThatWasStreamedDoesNot() {
        follow(
                redirect(307, "/there"),
                server -> {
                    ClientRequest request = asking(server, "PUT");
                    request.write("body");
                    request.end();
                });
        assertThat(told).containsExactly("307 /", "end");
    }

    /** Its writer would go on writing. */
    @Test
    void oneWhoseBodyIsNotOverIsNotFollowed() {
        follow(
                redirect(303, "/there"),
                server -> asking(server, "POST").header("Content-Length", "9").write("body"));
        assertThat(told).containsExactly("303 /", "end");
    }

    @Test
    @PlainOnly(PlainOnly.Reason.PEER)
    void anotherOriginSeesNoSecrets() {
        run(
                FOLLOWING,
                (socket, head, number) -> {
                    String port = head.replaceAll("(?s).*Host: [^:]*:(\\d+).*", "$1");
                    socket.write(
                            number == 1
                                    ? redirect(302, "http://localhost:" + port + "/x")
                                    : ok("hi"));
                },
                server -> {
                    ClientRequest request = asking(server, "GET");
                    request.header("Authorization", "mine")
                            .header("cookie", "a=b")
                            .header("X", "y")
                            .onClose(() -> {
                                assertThat(server.heads.getFirst()).contains("mine", "a=b");
                                assertThat(server.heads.get(1))
                                        .contains("Host: localhost:", "X: y")
                                        .doesNotContain("mine", "a=b");
                                told.add("closed");
                            })
                            .end();
                });
        assertThat(told).containsExactly("200 /x", "end", "closed");
    }

    @Test
    void whatCantBeFollowedIsHandedToTheCaller() {
        for (String location : List.of("ftp://host/", "http://u:p@host/", "mailto:x", "/a b")) {
            told.clear();
            follow(redirect(302, location), server -> asking(server, "GET").end());
            assertThat(told).as(location).containsExactly("302 /", "end");
        }
    }

    @Test
    void aLoopIsBounded() {
        run(
                FOLLOWING,
                ScriptedServer.always(redirect(302, "/again")),
                server ->
                        asking(server, "GET")
                                .onClose(() -> {
                                    assertThat(server.heads).hasSize(4);
                                    server.done();
                                })
                                .end());
        assertThat(told).hasSize(1);
        assertThat(told.getFirst()).contains("more than 3 redirects", "/again");
    }

    /** A redirect's body is read up to 64 KiB for the sake of the connection. */
    @Test
    void aRedirectWithALongBodyCostsItsConnection() {
        expectConnections(64 * 1024, 1);
        expectConnections(64 * 1024 + 1, 2);
    }

    private void expectConnections(int length, int count) {
        told.clear();
        String head = "HTTP/1.1 302 x\r\nLocation: /there\r\nContent-Length: ";
        follow(
                head + length + "\r\n\r\n" + "x".repeat(length),
                server ->
                        asking(server, "GET")
                                .onClose(() -> assertThat(server.sockets).hasSize(count))
                                .end());
        assertThat(told).containsExactly("200 /there", "end");
    }

    @Test
    void oneThatIsCutOffIsFollowedAllTheSame() {
        run(
                FOLLOWING,
                (socket, head, number) -> {
                    if (number == 1) {
                        socket.end(
                                "HTTP/1.1 302 x\r\nLocation: /there\r\nContent-Length: 9\r\n\r\nx");
                    } else {
                        socket.write(ok("hi"));
                    }
                },
                server -> asking(server, "GET").end());
        assertThat(told).containsExactly("200 /there", "end");
    }

    @Test
    void aRequestGivenUpOnTheWayIsNotFollowed() {
        follow(
                "HTTP/1.1 302 x\r\nLocation: /there\r\nContent-Length: 9\r\n\r\nx",
                server -> {
                    ClientRequest request = asking(server, "GET");
                    request.onClose(() -> told.add("closed")).end();
                    giveUp(server, request);
                });
        assertThat(told).containsExactly("closed");
    }

    private void giveUp(ScriptedServer server, ClientRequest request) {
        server.after(
                4,
                () -> {
                    if (server.heads.isEmpty()) {
                        giveUp(server, request);
                        return;
                    }
                    request.destroy();
                    server.after(
                            4,
                            () -> {
                                assertThat(server.heads).hasSize(1);
                                server.done();
                            });
                });
    }
}
