package dev.millrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.SystemError;
import dev.millrace.loop.Loop;
import dev.millrace.net.NetServer;
import dev.millrace.net.NetServerOptions;
import dev.millrace.net.NetSocket;
import dev.millrace.testing.Journal;
import dev.millrace.testing.LoopFixture;
import dev.millrace.tls.TestCertificates;
import dev.millrace.tls.TlsOptions;
import dev.millrace.tls.TlsTrust;
import java.io.IOException;
import java.util.concurrent.CompletionException;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Servers and clients of https. */
class HttpsTest {
    private final Journal journal = new Journal();

    // @start region="server"
    HttpServer hello(Loop loop, TlsOptions certificate) {
        return HttpServer.create(
                loop,
                HttpServerOptions.DEFAULTS.withTls(certificate),
                (request, response) ->
                        response.end("hello, " + request.header("Host").orElse("?")));
    }

    // @end

    // @start region="client"
    HttpClient client(Loop loop, TlsTrust ours) {
        TlsOptions tls = TlsOptions.DEFAULTS.withTrust(ours);
        return HttpClient.create(loop, HttpClientOptions.DEFAULTS.withTls(tls));
    }

    // @end

    private void run(BiConsumer<HttpServer, HttpClient> talk) {
        LoopFixture.run(loop -> {
            HttpServer server = hello(loop, TestCertificates.server());
            HttpClient client = client(loop, TestCertificates.AUTHORITY.trust());
            server.listen(0, "127.0.0.1").onListening(() -> talk.accept(server, client));
        });
    }

    private void get(HttpClient client, String uri, Runnable then) {
        client.get(uri)
                .thenCompose(response -> response.text(1000))
                .whenComplete((text, thrown) -> {
                    journal.add(thrown == null ? text : "failed " + code(thrown));
                    then.run();
                })
                .exceptionally(thrown -> "");
    }

    private static String code(Throwable thrown) {
        Throwable cause = thrown instanceof CompletionException ? thrown.getCause() : thrown;
        return cause instanceof IOException error ? SystemError.codeOf(error) : cause.toString();
    }

    @Test
    void requestsShareAConnection() {
        run((server, client) -> {
            String uri = "https://localhost:" + server.port() + "/";
            get(
                    client,
                    uri,
                    () ->
                            get(
                                    client,
                                    uri,
                                    () -> {
                                        journal.add("connections " + server.net().acceptedCount());
                                        client.close();
                                        server.close();
                                    }));
        });
        assertThat(journal.lines()).hasSize(3).endsWith("connections 1");
        assertThat(journal.lines().getFirst()).startsWith("hello, localhost:");
    }

    @Test
    @Tag("X99")
    void theNameOfTheUriIsVerified() {
        LoopFixture.run(loop -> {
            TlsOptions other = TlsOptions.of(TestCertificates.issued("example.org").identity());
            HttpServer server = hello(loop, other);
            HttpClient client = client(loop, TestCertificates.AUTHORITY.trust());
            server.listen(0, "127.0.0.1")
                    .onListening(() -> {
                        String uri = "https://localhost:" + server.port() + "/";
                        get(
                                client,
                                uri,
                                () -> {
                                    client.close();
                                    server.close();
                                });
                    });
        });
        assertThat(journal.lines()).containsExactly("failed ERR_TLS_CERT_ALTNAME_INVALID");
    }

    @Test
    @Tag("X98")
    void plainHttpAtItsPortIsA400() {
        run((server, client) ->
                client.get("http://localhost:" + server.port() + "/")
                        .thenCompose(response -> {
                            journal.add("status " + response.status());
                            return response.text(1000);
                        })
                        .whenComplete((text, thrown) -> {
                            journal.add(String.valueOf(text));
                            client.close();
                            server.close();
                        }));
        assertThat(journal.lines())
                .containsExactly(
                        "status 400",
                        "This port speaks HTTPS, and the request came without TLS: use https:// for"
                                + " it.\n");
    }

    /** A body that only the end of the connection ends. */
    @Test
    @Tag("X100")
    void aBodyThatIsCutOffIsNoWholeOne() {
        for (boolean isWhole : new boolean[] {true, false}) {
            LoopFixture.run(loop -> {
                NetServerOptions options =
                        NetServerOptions.DEFAULTS.withTls(TestCertificates.server());
                NetServer server = NetServer.create(loop, options);
                server.onConnection(socket -> {
                    server.close();
                    socket.onData(request -> {
                        socket.write("HTTP/1.1 200 OK\r\n\r\nbody");
                        if (isWhole) {
                            socket.end();
                        } else {
                            loop.setImmediate(socket::destroy);
                        }
                    });
                });
                HttpClient client = client(loop, TestCertificates.AUTHORITY.trust());
                server.listen(IpAddress.loopback(0))
                        .onListening(() ->
                                get(client, "https://127.0.0.1:" + server.port(), client::close));
            });
        }
        assertThat(journal.lines()).containsExactly("body", "failed ERR_TLS_TRUNCATED");
    }

    @Test
    void aTunnelOfAProxyLeadsToHttpsWhetherItWasAskedForOrNot() {
        LoopFixture.run(loop -> {
            HttpServer server = hello(loop, TestCertificates.server());
            HttpServer proxy = HttpServer.create(loop, (request, response) -> response.end("no"));
            proxy.onConnect((request, socket) -> {
                journal.add("tunnel to " + request.authority().replaceAll("\\d+", "PORT"));
                NetSocket far = NetSocket.connect(loop, server.port(), "127.0.0.1");
                far.onConnect(() -> request.upgrade().accept());
                socket.onError(error -> {}).pipelineTo(far);
                far.onError(error -> {}).pipelineTo(socket);
            });
            server.listen(0, "127.0.0.1")
                    .onListening(() ->
                            proxy.listen(0, "127.0.0.1")
                                    .onListening(() -> {
                                        HttpClient client =
                                                HttpClient.create(
                                                        loop,
                                                        HttpClientOptions.DEFAULTS
                                                                .withTls(TestCertificates.client())
                                                                .withProxy(
                                                                        HttpProxy.of(
                                                                                "127.0.0.1",
                                                                                proxy.port())));
                                        get(
                                                client,
                                                "https://localhost:" + server.port() + "/",
                                                () -> {
                                                    client.close();
                                                    server.close();
                                                    proxy.close();
                                                });
                                    }));
        });
        assertThat(journal.lines()).hasSize(2).startsWith("tunnel to localhost:PORT");
        assertThat(journal.lines().getLast()).startsWith("hello, localhost:");
    }
}
