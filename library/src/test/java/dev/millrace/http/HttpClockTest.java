package dev.millrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.driver.RecordingDriver;
import dev.millrace.kernel.IpAddress;
import dev.millrace.loop.DriverLoops;
import dev.millrace.loop.Loop;
import dev.millrace.loop.RunMode;
import dev.millrace.net.NetSocket;
import dev.millrace.testing.Ends;
import dev.millrace.testing.PlainOnly;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Deadlines beside long callbacks, on virtual time; the client is on the server's own loop. */
@PlainOnly(PlainOnly.Reason.TIME)
class HttpClockTest {
    private static final Duration KEEP_ALIVE = Duration.ofSeconds(1);
    private static final int LONG_MILLIS = 10_000;
    private static final String REQUEST = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    private final RecordingDriver driver = new RecordingDriver().withVirtualTime();
    private final Loop loop = DriverLoops.on(driver);
    private final StringBuilder received = new StringBuilder();
    private long handledNanos;
    private long closedNanos;

    @AfterEach
    void close() {
        loop.close();
    }

    /** Runs until the client's socket is closed. */
    private void serve(HttpHandler handler, BiConsumer<NetSocket, Integer> onResponse) {
        HttpServerOptions options =
                HttpServerOptions.DEFAULTS.withTimeouts(
                        HttpTimeouts.DEFAULTS.withKeepAlive(KEEP_ALIVE));
        HttpServer server = Ends.http(loop, options, handler);
        server.listen(IpAddress.loopback(0))
                .onListening(() -> {
                    NetSocket client =
                            NetSocket.connect(loop, server.net().address().orElseThrow());
                    int[] responses = new int[1];
                    client.onData(bytes -> {
                        received.append(text(bytes));
                        onResponse.accept(client, ++responses[0]);
                    });
                    client.onClose(() -> {
                        closedNanos = loop.hrtime();
                        server.close();
                    });
                    client.write(REQUEST);
                });
        loop.run(RunMode.DEFAULT);
    }

    private static String text(ByteBuffer bytes) {
        return StandardCharsets.US_ASCII.decode(bytes).toString();
    }

    private long closedAfterMillis() {
        return Duration.ofNanos(closedNanos - handledNanos).toMillis();
    }

    @Test
    @Tag("X46")
    void keepAliveCountsFromTheResponseHoweverLongItsHandlerTook() {
        serve(
                (request, response) -> {
                    driver.passMillis(LONG_MILLIS);
                    handledNanos = loop.hrtime();
                    response.end("done");
                },
                (client, number) -> {});
        assertThat(closedAfterMillis()).isBetween(KEEP_ALIVE.toMillis(), 3 * KEEP_ALIVE.toMillis());
    }

    @Test
    @Tag("X46")
    void keepAliveCountsFromTheResponseThatComesInACallbackOfItsOwn() {
        serve(
                (request, response) ->
                        loop.setImmediate(() -> {
                            driver.passMillis(LONG_MILLIS);
                            handledNanos = loop.hrtime();
                            response.end("done");
                        }),
                (client, number) -> {});
        assertThat(closedAfterMillis()).isBetween(KEEP_ALIVE.toMillis(), 3 * KEEP_ALIVE.toMillis());
    }

    /** What came while the loop was busy has come in time. */
    @Test
    @Tag("X46")
    void aRequestThatWaitedForABusyLoopIsServed() {
        serve(
                (request, response) -> response.end("done"),
                (client, number) -> {
                    if (number == 1) {
                        loop.setImmediate(() -> {
                            client.write(REQUEST);
                            loop.nextTick(() -> driver.passMillis(LONG_MILLIS));
                        });
                    }
                });
        assertThat(received.toString().split("HTTP/1.1 200 OK", -1)).hasSize(3);
    }
}
