package dev.millrace.http;

import static dev.millrace.http.ScriptedServer.always;
import static dev.millrace.http.ScriptedServer.ok;
import static dev.millrace.http.ScriptedServer.quickly;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import dev.millrace.driver.RecordingDriver;
import dev.millrace.http.HttpClientStatistics.Limit;
import dev.millrace.loop.Loop;
import dev.millrace.net.NameOptions;
import dev.millrace.net.NetSocket;
import dev.millrace.net.NetSocketOptions;
import dev.millrace.testing.PlainOnly;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How long a request may take, in virtual time; and requests that their program gives up. */
@Timeout(30)
@PlainOnly(PlainOnly.Reason.TIME)
class HttpClientTimeoutTest {
    private static final HttpClientTimeouts NONE = HttpClientTimeouts.NONE;
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final String LONG = "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n";

    private final List<String> told = new ArrayList<>();

    private static HttpClientOptions with(HttpClientTimeouts timeouts) {
        return HttpClientOptions.DEFAULTS.withTimeouts(timeouts);
    }

    private static HttpClientOptions single(HttpClientTimeouts timeouts) {
        return with(timeouts).withPool(HttpPoolLimits.DEFAULTS.withMaxSockets(1));
    }

    /** Tells after how many whole seconds a request that begins now has failed, and by what. */
    private ClientRequest timed(ScriptedServer server, String method) {
        long begun = server.loop().hrtime();
        return server.client
                .request(method, server.uri())
                .onError(error -> {
                    long seconds = (server.loop().hrtime() - begun) / SECOND.toNanos();
                    told.add(seconds + " s: " + error.getMessage());
                    assertThat(error).hasMessageContaining("ETIMEDOUT");
                });
    }

    /** The first is served without end, and the second is not. */
    @Test
    void aRequestWaitsForAConnectionOnlySoLong() {
        quickly(
                single(NONE.withWaiting(LIMIT)),
                always(""),
                server -> {
                    ClientRequest first = timed(server, "GET");
                    first.end();
                    timed(server, "GET")
                            .onClose(() -> {
                                assertThat(first.isClosed()).isFalse();
                                assertThat(server.client.statistics().timeouts())
                                        .containsExactly(entry(Limit.WAITING, 1L));
                                first.destroy();
                                server.done();
                            })
                            .end();
                });
        assertThat(told).hasSize(1);
        assertThat(told.getFirst())
                .startsWith("20 s: no connection to 127.0.0.1:")
                .contains("within the waiting timeout of 20.0 s");
    }

    /** The client looks at its connections while it has some, and then again when it has some. */
    @Test
    void aClientWithoutConnectionsWaitsWithoutATimer() {
        List<RecordingDriver> drivers = new ArrayList<>();
        List<Long> waits = new ArrayList<>();
        quickly(
                drivers::add,
                with(NONE.withResponse(LIMIT)),
                (socket, head, number) -> {
                    if (number == 1) {
                        socket.end("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
                    }
                },
                server ->
                        server.get(text ->
                                server.loop()
                                        .setTimeout(
                                                LIMIT,
                                                () -> {
                                                    waits.addAll(drivers.getFirst().timeouts());
                                                    timed(server, "GET")
                                                            .onClose(server::done)
                                                            .end();
                                                })));
        assertThat(waits).anyMatch(wait -> wait > LIMIT.dividedBy(2).toNanos());
        assertThat(told).hasSize(1);
        assertThat(told.getFirst()).contains("within the response timeout of 20.0 s");
    }

    @Test
    void theTotalCountsWhileARequestWaits() {
        quickly(
                single(NONE.withTotal(LIMIT)),
                always(""),
                server -> {
                    timed(server, "GET").end();
                    timed(server, "GET").onClose(server::done).end();
                });
        assertThat(told).hasSize(2).allMatch(text -> text.startsWith("20 s: "));
        assertThat(told.getFirst()).contains("within the total timeout of 20.0 s");
    }

    /** A byte each second keeps every other limit away. */
    @Test
    void theTotalEndsAResponseThatTrickles() {
        quickly(
                with(HttpClientTimeouts.DEFAULTS.withTotal(LIMIT)),
                (socket, head, number) -> trickle(socket, 1, 1000),
                server -> timed(server, "GET").onClose(server::done).end());
        assertThat(told).hasSize(1);
        assertThat(told.getFirst()).startsWith("20 s: ").contains("total timeout of 20.0 s");
    }

    private static void trickle(NetSocket socket, int step, int count) {
        socket.write(LONG);
        int[] sent = {0};
        var timer =
                socket.loop()
                        .setInterval(
                                SECOND,
                                () -> {
                                    if (sent[0] < count) {
                                        sent[0] += step;
                                        socket.write("x".repeat(step));
                                    }
                                });
        socket.onClose(timer::close);
    }

    @Test
    void aBodyHasToKeepUpTheLeastRate() {
        HttpClientOptions options = with(NONE.withMinBytesPerSecond(10));
        quickly(
                options,
                (socket, head, number) -> trickle(socket, 9, 1000),
                server -> timed(server, "GET").onClose(server::done).end());
        assertThat(told).hasSize(1);
        assertThat(told.getFirst()).contains("fewer bytes to or from 127.0.0.1:");
        told.clear();
        quickly(
                options,
                (socket, head, number) -> trickle(socket, 20, 1000),
                server ->
                        timed(server, "GET")
                                .onResponse(response ->
                                        response.onEnd(() -> told.add("complete")).resume())
                                .onClose(server::done)
                                .end());
        assertThat(told).containsExactly("complete");
    }

    /** So has one that the server does not read. */
    @Test
    void aRequestBodyThatDoesNotMoveIsTooSlow() {
        quickly(
                with(NONE.withMinBytesPerSecond(10)),
                (socket, head, number) -> socket.pause(),
                server -> timed(server, "PUT").onClose(server::done).end(new byte[32 << 20]));
        assertThat(told).hasSize(1);
        assertThat(told.getFirst()).contains("fewer bytes to or from 127.0.0.1:");
    }

    /** Three times the limit. */
    private static void later(Loop loop, Runnable task) {
        loop.setTimeout(Duration.ofSeconds(60), task);
    }

    @Test
    void theTimeInWhichTheProgramHasPausedDoesNotCount() {
        quickly(
                with(NONE.withMinBytesPerSecond(10).withBody(LIMIT)),
                (socket, head, number) -> socket.write(LONG + "x".repeat(1000)),
                server ->
                        timed(server, "GET")
                                .onResponse(response -> {
                                    response.pause();
                                    response.onEnd(() -> told.add("complete"));
                                    response.onData(bytes -> {});
                                    later(server.loop(), response::resume);
                                })
                                .onClose(server::done)
                                .end());
        assertThat(told).containsExactly("complete");
    }

    /** The name is never found. */
    @Test
    void aConnectionThatDoesNotStandIsLate() {
        NameOptions names =
                NameOptions.DEFAULTS.withResolver(
                        (loop, host, family) -> new CompletableFuture<>());
        quickly(
                with(NONE.withConnect(LIMIT)).withNet(NetSocketOptions.DEFAULTS.withNames(names)),
                always(""),
                server ->
                        server.client
                                .request("GET", "http://far.example:81/")
                                .onError(error -> {
                                    told.add(error.getMessage());
                                    assertThat(server.client.statistics().timeouts())
                                            .containsExactly(entry(Limit.CONNECT, 1L));
                                    server.done();
                                })
                                .end());
        assertThat(told)
                .containsExactly(
                        "no connection to far.example:81 within the connect timeout of 20.0 s"
                                + " (ETIMEDOUT)");
    }

    @Test
    void aBodyThatWaitsForContinueWithoutEndIsARequestWithoutAResponse() {
        quickly(
                with(NONE.withResponse(LIMIT)),
                always(""),
                server ->
                        timed(server, "PUT")
                                .header("Expect", "100-continue")
                                .onClose(server::done)
                                .end("body"));
        assertThat(told).hasSize(1);
        assertThat(told.getFirst()).contains(" s: no response from");
    }

    @Test
    void aTunnelThatDoesNotComeIsLate() {
        quickly(
                with(NONE.withResponse(LIMIT)),
                always(""),
                server -> {
                    String port = server.uri().replaceAll("\\D+", " ").strip().split(" ")[4];
                    HttpProxy proxy =
                            HttpProxy.of("127.0.0.1", Integer.parseInt(port)).withTunnel(true);
                    HttpClient client =
                            HttpClient.create(
                                    server.loop(), with(NONE.withResponse(LIMIT)).withProxy(proxy));
                    client.request("GET", "http://far.example/")
                            .onError(error -> told.add(error.getMessage()))
                            .onClose(server::done)
                            .end();
                });
        assertThat(told).hasSize(1);
        assertThat(told.getFirst()).startsWith("no response from far.example:80 by the proxy");
    }

    @Test
    void anAbortIsToldWithItsReason() {
        quickly(
                with(NONE),
                always(LONG),
                server -> {
                    ClientRequest request =
                            server.client
                                    .request("GET", server.uri())
                                    .onError(error -> told.add("the request's " + error));
                    request.onResponse(
                                    response -> {
                                        response.onError(error -> told.add(error.getMessage()));
                                        request.abort(new IOException("enough"));
                                        request.abort(new IOException("more than enough"));
                                    })
                            .onClose(() -> {
                                told.add("closed");
                                server.done();
                            })
                            .end();
                });
        assertThat(told).containsExactly("enough", "closed");
    }

    @Test
    void anAbortBeforeTheResponseEndsItsStage() {
        quickly(
                with(NONE),
                always(ok("hi")),
                server -> {
                    ClientRequest request = server.client.request("GET", server.uri());
                    request.response()
                            .exceptionally(thrown -> {
                                told.add(thrown.getMessage());
                                server.done();
                                return null;
                            });
                    request.abort(new IOException("enough"));
                });
        assertThat(told).containsExactly("enough");
    }
}
