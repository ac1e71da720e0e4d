package dev.millrace.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.kernel.IpAddress;
import dev.millrace.loop.Loop;
import dev.millrace.net.NetServer;
import dev.millrace.net.NetSocket;
import dev.millrace.testing.LoopFixture;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Many requests on a pool whose server closes idle connections at random moments, by FIN and by
 * reset. No request that may be repeated fails; one that may not is never served twice, and each
 * has one outcome.
 */
class HttpClientStormTest {
    private static final int AT_ONCE = 48;
    private static final HttpClientOptions OPTIONS =
            HttpClientOptions.DEFAULTS.withPool(
                    HttpPoolLimits.DEFAULTS.withMaxSockets(32).withMaxFreeSockets(32));

    /** Then a response was read: a reset before that would take it from the client. */
    private static final int READ_TURNS = 4;

    private SplittableRandom random = new SplittableRandom(0);
    private final Map<String, Integer> outcomes = new HashMap<>();
    private final Set<String> served = new HashSet<>();
    private final Set<NetSocket> sockets = new HashSet<>();
    private int count;
    private int begun;
    private int over;
    private int lost;
    private int closedIdle;
    private HttpClient client;
    private NetServer server;

    @Timeout(60)
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void aThousandRequests(long seed) {
        expectSurvived(1_000, seed);
    }

    /** In twenty parts, as a part is bounded in time. */
    @Tag("faults")
    @Timeout(60)
    @ParameterizedTest
    @MethodSource("manySeeds")
    void aHundredThousandRequests(long seed) {
        expectSurvived(5_000, seed);
    }

    private static LongStream manySeeds() {
        return LongStream.rangeClosed(101, 120);
    }

    private void expectSurvived(int requests, long seed) {
        count = requests;
        random = new SplittableRandom(seed);
        LoopFixture.run(this::start);
        assertThat(outcomes).hasSize(requests);
        assertThat(outcomes.values()).as("one outcome each").containsOnly(1);
        // Both happened, so that this test is about something.
        assertThat(closedIdle).isGreaterThan(requests / 50);
        assertThat(lost).as("POSTs that a close has met").isLessThan(requests / 10);
    }

    private void start(Loop loop) {
        client = HttpClient.create(loop, OPTIONS);
        server = NetServer.create(loop, this::accepted);
        server.onListening(() -> {
            for (int number = 0; number < AT_ONCE; number++) {
                next();
            }
        });
        server.listen(IpAddress.loopback(0));
    }

    private void accepted(NetSocket socket) {
        sockets.add(socket);
        int[] requests = {0};
        StringBuilder seen = new StringBuilder();
        socket.onError(error -> {})
                .onClose(() -> sockets.remove(socket))
                .onData(bytes -> {
                    seen.append(ISO_8859_1.decode(bytes));
                    int end = seen.indexOf("\r\n\r\n");
                    if (end >= 0) {
                        int start = seen.charAt(0) == 'x' ? 1 : 0; // the body of a PUT
                        String line = seen.substring(start, seen.indexOf(" HTTP"));
                        seen.setLength(0);
                        respond(socket, line);
                        close(socket, requests, ++requests[0], random.nextInt(24), 0);
                    }
                });
    }

    private void respond(NetSocket socket, String line) {
        if (line.startsWith("POST")) {
            assertThat(served.add(line)).as(line + " is served once").isTrue();
        }
        socket.write(ScriptedServer.ok(line));
    }

    /** Ends the connection some turns later, if it is idle then. */
    private void close(NetSocket socket, int[] requests, int served, int turns, int passed) {
        if (turns > 12) {
            return;
        }
        if (turns > 0) {
            socket.loop()
                    .setImmediate(() -> close(socket, requests, served, turns - 1, passed + 1));
        } else if (requests[0] == served && !socket.isDestroyed()) {
            closedIdle++;
            if (random.nextBoolean()) {
                socket.end();
            } else if (passed < READ_TURNS || random.nextBoolean()) {
                socket.destroy();
            } else {
                socket.reset();
            }
        }
    }

    private void next() {
        if (begun == count) {
            return;
        }
        String method =
                switch (random.nextInt(8)) {
                    case 0 -> "POST";
                    case 1 -> "PUT";
                    default -> "GET";
                };
        String path = "/" + begun++;
        String line = method + " " + path;
        String uri = "http://127.0.0.1:" + server.port() + path;
        ClientRequest request = client.request(method, uri);
        request.onResponse(response ->
                        response.text(99)
                                .thenAccept(text -> {
                                    assertThat(text).isEqualTo(line);
                                    outcome(line);
                                }))
                .onError(error -> {
                    assertThat(method).as(error.getMessage()).isEqualTo("POST");
                    lost++;
                    outcome(line);
                })
                .onClose(() -> after(random.nextInt(4)))
                .end(method.equals("PUT") ? "x" : "");
    }

    private void outcome(String line) {
        outcomes.merge(line, 1, Integer::sum);
    }

    /** Begins another at once, or some turns later. */
    private void after(int turns) {
        if (turns > 0) {
            client.loop().setImmediate(() -> after(turns - 1));
            return;
        }
        over++;
        next();
        if (over == count) {
            client.close();
            server.close();
            Set.copyOf(sockets).forEach(NetSocket::destroy);
        }
    }
}
