package dev.millrace.http;

import static dev.millrace.http.ScriptedServer.always;
import static dev.millrace.http.ScriptedServer.ok;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.kernel.UnixAddress;
import dev.millrace.loop.Loop;
import dev.millrace.testing.PlainOnly;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Requests that go through a proxy, which the scripted server plays. */
@Timeout(30)
@PlainOnly(PlainOnly.Reason.PEER)
class HttpClientProxyTest {
    private static final String TUNNEL = "HTTP/1.1 200 Established\r\n\r\n";

    private final List<String> told = new ArrayList<>();

    private interface Change {
        HttpProxy of(HttpProxy proxy);
    }

    private static void run(
            ScriptedServer.Script script,
            Change change,
            BiConsumer<ScriptedServer, HttpClient> test) {
        ScriptedServer.run(
                script,
                server -> {
                    HttpProxy proxy = change.of(HttpProxy.of("127.0.0.1", port(server)));
                    test.accept(server, through(server.loop(), proxy));
                });
    }

    private static int port(ScriptedServer server) {
        return URI.create(server.uri()).getPort();
    }

    private static HttpClient through(Loop loop, HttpProxy proxy) {
        return HttpClient.create(loop, HttpClientOptions.DEFAULTS.withProxy(proxy));
    }

    private void get(HttpClient client, String uri, Runnable next) {
        getAll(client, List.of(uri), next);
    }

    /** One after the other. */
    private void getAll(HttpClient client, List<String> uris, Runnable next) {
        client.get(uris.getFirst())
                .thenCompose(response -> response.text(99))
                .whenComplete((text, thrown) -> {
                    told.add(thrown == null ? text : thrown.getCause().getMessage());
                    if (uris.size() > 1) {
                        getAll(client, uris.subList(1, uris.size()), next);
                    } else {
                        next.run();
                    }
                })
                .exceptionally(thrown -> "");
    }

    private static void done(ScriptedServer server, HttpClient client) {
        client.close();
        server.done();
    }

    @Test
    void itIsAskedWithTheWholeUriAndServesAllOriginsOnOneConnection() {
        run(
                always(ok("hi")),
                proxy -> proxy.withCredentials("me", "p\u00e4ss"),
                (server, client) -> {
                    List<String> uris = List.of("http://one.example/a?b", "http://two.example:81");
                    getAll(
                            client,
                            uris,
                            () -> {
                                expectWholeUris(server);
                                done(server, client);
                            });
                });
        assertThat(told).containsExactly("hi", "hi");
    }

    private static void expectWholeUris(ScriptedServer server) {
        assertThat(server.sockets).hasSize(1);
        assertThat(server.heads.getFirst())
                .startsWith("GET http://one.example/a?b HTTP/1.1\r\n")
                .contains("Host: one.example\r\n", "Proxy-Authorization: Basic bWU6cMOkc3M=\r\n");
        assertThat(server.heads.get(1))
                .startsWith("GET http://two.example:81/ HTTP/1.1\r\n")
                .contains("Host: two.example:81\r\n");
    }

    @Test
    void itsRefusalIsAResponse() {
        run(
                always("HTTP/1.1 407 Who?\r\nContent-Length: 2\r\n\r\nno"),
                proxy -> proxy,
                (server, client) -> get(client, "http://one.example/", () -> done(server, client)));
        assertThat(told).containsExactly("no");
    }

    @Test
    void aTunnelServesOneOrigin() {
        String one = "http://one.example/";
        List<String> uris = List.of(one + "a", one + "b", "http://two.example/");
        run(
                (socket, head, number) ->
                        socket.write(head.startsWith("CONNECT") ? TUNNEL : ok("hi")),
                proxy -> proxy.withTunnel(true).withCredentials("me", ""),
                (server, client) ->
                        getAll(
                                client,
                                uris,
                                () -> {
                                    expectTunnels(server);
                                    expectPool(server, client);
                                    done(server, client);
                                }));
        assertThat(told).containsExactly("hi", "hi", "hi");
    }

    private static void expectPool(ScriptedServer server, HttpClient client) {
        String name = "two.example:80 by the proxy 127.0.0.1:" + port(server);
        assertThat(client.statistics().pools())
                .extracting(HttpClientStatistics.Pool::name)
                .contains(name);
    }

    /** Credentials are the proxy's alone. */
    private static void expectTunnels(ScriptedServer server) {
        assertThat(server.sockets).hasSize(2);
        List<String> lines =
                server.heads.stream().map(head -> head.lines().findFirst().orElse("")).toList();
        assertThat(lines)
                .containsExactly(
                        "CONNECT one.example:80 HTTP/1.1",
                        "GET /a HTTP/1.1",
                        "GET /b HTTP/1.1",
                        "CONNECT two.example:80 HTTP/1.1",
                        "GET / HTTP/1.1");
        assertThat(server.heads.getFirst())
                .contains("Host: one.example:80\r\n", "Proxy-Authorization: Basic bWU6\r\n");
        assertThat(server.heads.get(1)).contains("Host: one.example\r\n").doesNotContain("Proxy");
    }

    @Test
    void aTunnelThatIsRefusedIsAnErrorThatNamesTheProxy() {
        expectFailure(
                "HTTP/1.1 407 Who are you\r\nContent-Length: 0\r\n\r\n", "by the proxy 127.0.0.1:");
        assertThat(told.getFirst())
                .startsWith("no tunnel to one.example:80")
                .endsWith(": 407 Who are you");
    }

    @Test
    void aTunnelThatSpeaksBeforeItIsAskedIsAnError() {
        expectFailure(TUNNEL + ok("evil"), "ended");
    }

    private void expectFailure(String answer, String text) {
        run(
                (socket, head, number) -> socket.write(number == 1 ? answer : ""),
                proxy -> proxy.withTunnel(true),
                (server, client) -> {
                    Runnable next = () -> afterFailure(server, client);
                    get(client, "http://one.example/", next);
                });
        assertThat(told.getFirst()).contains(text);
        assertThat(told).endsWith("0 sockets");
    }

    private void afterFailure(ScriptedServer server, HttpClient client) {
        server.after(
                3,
                () -> {
                    told.add(client.socketCount() + " sockets");
                    done(server, client);
                });
    }

    @Test
    void aProxyThatHangsUpIsNamed() {
        run(
                (socket, head, number) -> socket.end(),
                proxy -> proxy.withTunnel(true),
                (server, client) -> get(client, "http://one.example/", () -> done(server, client)));
        assertThat(told.getFirst()).contains("no tunnel to one.example:80 by the proxy 127.0.0.1:");
    }

    @Test
    void aProxyThatIsNotThereIsNamed() {
        run(
                always(""),
                proxy -> proxy,
                (server, client) -> {
                    server.closeServer();
                    server.after(2, () -> get(client, "http://one.example/", client::close));
                });
        assertThat(told.getFirst()).startsWith("the proxy 127.0.0.1:").contains("ECONNREFUSED");
    }

    @Test
    void someHostsAreAskedDirectly() {
        run(
                always(ok("hi")),
                proxy -> proxy.withDirect("127.0.0.1"),
                (server, client) ->
                        get(
                                client,
                                server.uri(),
                                () -> {
                                    assertThat(server.heads.getFirst())
                                            .startsWith("GET / HTTP/1.1");
                                    done(server, client);
                                }));
        HttpProxy proxy = HttpProxy.of("p", 1).withDirect("One.example", ".two.example");
        assertThat(proxy.isFor("one.example")).isFalse();
        assertThat(proxy.isFor("a.one.example")).isTrue();
        assertThat(proxy.isFor("two.example")).isFalse();
        assertThat(proxy.isFor("a.two.example")).isFalse();
        assertThat(proxy.isFor("atwo.example")).isTrue();
        assertThat(proxy.withDirect("*").isFor("x")).isFalse();
    }

    @Test
    void aRedirectMayLeadAroundIt() {
        ScriptedServer.run(
                (socket, head, number) ->
                        socket.write(
                                number == 1
                                        ? "HTTP/1.1 302 x\r\nLocation: "
                                                + told.getFirst()
                                                + "\r\nContent-Length: 0\r\n\r\n"
                                        : ok("hi")),
                server -> {
                    told.add(server.uri());
                    HttpProxy proxy =
                            HttpProxy.of("127.0.0.1", port(server))
                                    .withCredentials("me", "x")
                                    .withDirect("127.0.0.1");
                    HttpClient client =
                            HttpClient.create(
                                    server.loop(),
                                    HttpClientOptions.DEFAULTS.withProxy(proxy).withRedirects(1));
                    get(
                            client,
                            "http://one.example/",
                            () -> {
                                assertThat(server.heads.get(1))
                                        .startsWith("GET / HTTP/1.1")
                                        .doesNotContain("Proxy");
                                done(server, client);
                            });
                });
        assertThat(told).endsWith("hi");
    }

    @Test
    void whatMakesNoSenseIsRefused() {
        expectRefused(() -> HttpProxy.of("", 1));
        expectRefused(() -> HttpProxy.of("p", 0));
        expectRefused(() -> HttpProxy.of("p", 0x10000));
        expectRefused(() -> HttpProxy.of("p", 1).withCredentials("a:b", ""));
        expectRefused(() -> new HttpProxy("p", 1, "x\r\ny: z", false, List.of()));
        HttpClientOptions options =
                HttpClientOptions.DEFAULTS.withProxy(
                        HttpProxy.of("p", 1).withCredentials("a", "b"));
        expectRefused(() -> options.withAddress(UnixAddress.of("@a")));
        expectRefused(() -> options.withRedirects(-1));
        assertThat(options.proxy().orElseThrow()).hasToString("p:1");
        assertThat(HttpProxy.of("::1", 1)).hasToString("[::1]:1");
    }

    private static void expectRefused(Runnable change) {
        assertThatThrownBy(change::run).isInstanceOf(IllegalArgumentException.class);
    }
}
