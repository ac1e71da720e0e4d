package dev.millrace.http;

import static dev.millrace.http.ScriptedServer.always;
import static dev.millrace.http.ScriptedServer.ok;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.kernel.UnixAddress;
import dev.millrace.testing.Ends;
import dev.millrace.testing.LoopFixture;
import dev.millrace.testing.PlainOnly;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests as they leave, and responses as they come, from {@link HttpServer} on the same loop. */
@Timeout(30)
class HttpClientTest {
    private final List<String> told = new ArrayList<>();
    @TempDir private Path folder;

    /** A server and a client; {@code test} ends with {@code end}, after which the loop ends. */
    private void exchange(HttpHandler handler, Exchange test) {
        LoopFixture.run(loop -> {
            HttpServer server = Ends.http(loop, handler);
            HttpClient client = HttpClient.create(loop, Ends.of(HttpClientOptions.DEFAULTS));
            server.onListening(() ->
                    test.run(
                            client,
                            Ends.scheme() + "://127.0.0.1:" + server.port(),
                            () -> {
                                client.close();
                                server.close();
                                server.closeAllConnections();
                            }));
            server.listen(0, "127.0.0.1");
        });
    }

    private interface Exchange {
        void run(HttpClient client, String uri, Runnable end);
    }

    private static void echo(ServerRequest request, ServerResponse response) {
        response.header("X-Line", request.method() + " " + request.target());
        response.header("X-Host", request.authority());
        response.header("X-Length", "" + request.contentLength());
        request.pipeTo(response);
    }

    private void expect(String method, Consumer<ClientRequest> body, String text, String length) {
        exchange(
                HttpClientTest::echo,
                (client, uri, end) -> {
                    ClientRequest request = client.request(method, uri + "/a%20b?c=d");
                    request.onResponse(response -> {
                        assertThat(response.status()).isEqualTo(200);
                        assertThat(response.reason()).isEqualTo("OK");
                        assertThat(response.version()).isEqualTo("1.1");
                        assertThat(response.header("x-line")).contains(method + " /a%20b?c=d");
                        assertThat(
                                        response.header("X-Host")
                                                .map(host -> Ends.scheme() + "://" + host))
                                .contains(uri);
                        assertThat(response.header("X-Length")).contains(length);
                        assertThat(response.headers().contains("Date")).isTrue();
                        response.text(1 << 20)
                                .thenAccept(got -> {
                                    assertThat(got).isEqualTo(text);
                                    assertThat(response.isComplete()).isTrue();
                                    told.add(method);
                                    end.run();
                                });
                    });
                    body.accept(request);
                });
        assertThat(told).contains(method);
    }

    @Test
    void bodiesGetALengthOrChunksAsTheyAreWritten() {
        expect("GET", ClientRequest::end, "", "0");
        expect("POST", ClientRequest::end, "", "0");
        expect("POST", request -> request.end("hello"), "hello", "5");
        expect("PUT", request -> request.end(ByteBuffer.wrap(new byte[] {'x'})), "x", "1");
        expect("POST", request -> request.header("Content-Length", "4").end("four"), "four", "4");
        expect(
                "POST",
                request -> {
                    request.write("hel");
                    request.end("lo");
                },
                "hello",
                "-1");
        expect(
                "POST",
                request -> {
                    request.write("later");
                    request.onFinish(() -> told.add("finished"));
                    request.onClose(() -> told.add("closed"));
                    request.end();
                },
                "later",
                "-1");
        assertThat(told).containsSubsequence("finished", "POST", "closed");
        expect("DELETE", request -> request.header("Transfer-Encoding", "chunked").end(), "", "-1");
    }

    @Test
    void aLargeBodyGoesThroughBothWaysWithBackPressure() {
        byte[] large = new byte[3 << 20];
        exchange(
                HttpClientTest::echo,
                (client, uri, end) -> {
                    ClientRequest request = client.request("POST", uri);
                    request.onResponse(response ->
                            response.body(large.length)
                                    .thenAccept(got -> {
                                        assertThat(got).isEqualTo(large);
                                        told.add("all");
                                        end.run();
                                    }));
                    int[] sent = {0};
                    Runnable write =
                            () -> {
                                while (sent[0] < large.length
                                        && request.write(large, sent[0], 1 << 15)) {
                                    sent[0] += 1 << 15;
                                }
                                sent[0] += 1 << 15;
                                if (sent[0] >= large.length) {
                                    request.end();
                                } else {
                                    told.add("full");
                                }
                            };
                    request.onDrain(write);
                    write.run();
                });
        assertThat(told).contains("full").endsWith("all");
    }

    @Test
    void aPausedResponseHoldsTheServerBackAndLosesNothing() {
        byte[] large = new byte[8 << 20];
        exchange(
                (request, response) -> response.end(large),
                (client, uri, end) ->
                        client.get(uri)
                                .thenAccept(response -> {
                                    int[] got = {0};
                                    response.onData(bytes -> {
                                        got[0] += bytes.remaining();
                                        response.pause();
                                        client.loop().setImmediate(response::resume);
                                    });
                                    response.onEnd(() -> {
                                        told.add("" + got[0]);
                                        end.run();
                                    });
                                }));
        assertThat(told).containsExactly("" + large.length);
    }

    @Test
    void theResponseToHeadHasNoBody() {
        exchange(
                (request, response) -> response.end("hello"),
                (client, uri, end) ->
                        client.request("HEAD", uri)
                                .onResponse(response -> {
                                    assertThat(response.header("Content-Length")).contains("5");
                                    assertThat(response.contentLength()).isZero();
                                    response.onEnd(() ->
                                            client.get(uri)
                                                    .thenCompose(second -> second.text(9))
                                                    .thenAccept(text -> {
                                                        told.add(text);
                                                        end.run();
                                                    }));
                                })
                                .end());
        assertThat(told).containsExactly("hello");
    }

    /** The end waits for a reader, also when there was nothing to read. */
    @Test
    void theBodyMayBeAskedForLaterThanItsEnd() {
        exchange(
                (request, response) -> response.status(204).end(),
                (client, uri, end) ->
                        client.get(uri)
                                .thenAccept(response ->
                                        client.loop()
                                                .setImmediate(() -> {
                                                    assertThat(response.isComplete()).isTrue();
                                                    response.text(0)
                                                            .thenAccept(text -> {
                                                                told.add("'" + text + "'");
                                                                end.run();
                                                            });
                                                })));
        assertThat(told).containsExactly("''");
    }

    @Test
    void aResponseThatIsNotAskedForIsThrownAway() {
        exchange(
                (request, response) -> response.end("hello"),
                (client, uri, end) ->
                        client.request("GET", uri)
                                .onClose(() -> {
                                    told.add("" + client.freeSocketCount());
                                    end.run();
                                })
                                .end());
        assertThat(told).containsExactly("1");
    }

    @Tag("R45")
    @Test
    void anyNumberOfInterimResponsesIsSkipped() {
        String interim = "HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 x\r\nLink: </a>\r\n\r\n";
        ScriptedServer.run(
                always(interim.repeat(100) + ok("hi")),
                server ->
                        server.get(first -> {
                            assertThat(first).isEqualTo("hi");
                            assertThat(server.client.freeSocketCount()).isEqualTo(1);
                            told.add(first);
                            server.done();
                        }));
        assertThat(told).containsExactly("hi");
    }

    @Test
    @PlainOnly(PlainOnly.Reason.PEER)
    void everyConnectionMayLeadToAUnixSocket() {
        String path = folder.resolve("http.sock").toString();
        LoopFixture.run(loop -> {
            HttpServer server = Ends.http(loop, HttpClientTest::echo);
            HttpClientOptions options =
                    HttpClientOptions.DEFAULTS.withAddress(UnixAddress.of(path));
            HttpClient client = HttpClient.create(loop, options);
            server.onListening(() ->
                    client.get("http://api/v1")
                            .thenAccept(response -> {
                                told.add(response.header("X-Host").orElseThrow());
                                response.resume();
                                client.close();
                                server.close();
                            }));
            server.listen(path);
        });
        assertThat(told).containsExactly("api");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/path",
                "ftp://a/",
                "http:///x",
                "http://u:p@a/",
                "http://a:0/",
                "http://a:65536/",
                "http://a b/",
                "http:a"
            })
    void aUriThatIsNoneOfHttpIsRefused(String uri) {
        LoopFixture.run(loop ->
                assertThatThrownBy(() -> HttpClient.create(loop).get(uri))
                        .isInstanceOf(IllegalArgumentException.class));
    }

    @Test
    void whatWouldBreakTheRequestIsRefusedAtTheCall() {
        LoopFixture.run(loop -> {
            HttpClient client = HttpClient.create(loop);
            assertThatThrownBy(() -> client.request("CONNECT", "http://a/"))
                    .hasMessageContaining("CONNECT");
            assertThatThrownBy(() -> client.request("GET /", "http://a/"))
                    .isInstanceOf(IllegalArgumentException.class);
            ClientRequest request = client.request("GET", "http://[::1]:1/ü?ä");
            assertThat(request.target()).isEqualTo("/%C3%BC?%C3%A4");
            assertThatThrownBy(() -> request.header("A", "b\r\nEvil: c"))
                    .isInstanceOf(IllegalArgumentException.class);
            request.destroy();
        });
    }

    @Test
    void aBodyOfAnotherLengthThanDeclaredDestroysTheRequest() {
        ScriptedServer.run(
                always(""),
                server -> {
                    for (String body : List.of("too long", "no")) {
                        ClientRequest request =
                                server.client
                                        .request("POST", server.uri())
                                        .header("Content-Length", "3");
                        request.onClose(() -> {
                            told.add(body);
                            if (told.size() == 2) {
                                server.done();
                            }
                        });
                        assertThatThrownBy(() -> request.end(body))
                                .hasMessageContaining("ERR_HTTP_CONTENT_LENGTH_MISMATCH");
                    }
                });
        assertThat(told).containsExactly("too long", "no");
    }
}
