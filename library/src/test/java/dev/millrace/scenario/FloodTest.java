package dev.millrace.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.kernel.IpAddress;
import dev.millrace.loop.Loop;
import dev.millrace.net.NetServer;
import dev.millrace.net.NetSocket;
import dev.millrace.testing.ChildJvm;
import dev.millrace.testing.Ends;
import dev.millrace.testing.LoopFixture;
import dev.millrace.testing.RawClient;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * One client that sends without end beside a hundred that send a byte, wait for it and send the
 * next, all on one loop of a process of its own. Latency depends on what else the machine does, so
 * the best of a few rounds counts.
 */
@Tag("faults")
@Tag("epoll")
class FloodTest {
    private static final int CLIENTS = 100;
    private static final int ROUNDS_MAX = 3;
    private static final Duration SPAN = Duration.ofSeconds(2);
    private static final double GROWTH_MAX = 3;

    /** A server that echoes single bytes and throws the rest away. */
    static final class Server {
        public static void main(String[] arguments) {
            Loop.run(loop -> {
                NetServer server =
                        Ends.server(
                                loop,
                                socket ->
                                        socket.onBytes((array, offset, length) -> {
                                            if (length == 1) {
                                                socket.write(array, offset, 1);
                                            }
                                            return length;
                                        }));
                server.onListening(() -> System.out.println(server.port()));
                server.listen(IpAddress.loopback(0));
            });
        }
    }

    /** The hundred clients, on one loop. */
    private static final class PingPong {
        private static final byte[] PING = {1};

        private final List<NetSocket> sockets = new ArrayList<>();
        private long[] nanos = new long[1 << 20];
        private int count;

        PingPong(Loop loop, int port) {
            for (int i = 0; i < CLIENTS; i++) {
                sockets.add(start(Ends.connect(loop, IpAddress.loopback(port))));
            }
        }

        private NetSocket start(NetSocket socket) {
            long[] sentAt = {System.nanoTime()};
            socket.write(PING, 0, 1);
            return socket.onBytes((array, offset, length) -> {
                long now = System.nanoTime();
                if (count < nanos.length) {
                    nanos[count++] = now - sentAt[0];
                }
                sentAt[0] = now;
                socket.write(PING, 0, 1);
                return length;
            });
        }

        /** The 99th percentile of what was measured, in microseconds. */
        long p99() {
            long[] sorted = Arrays.copyOf(nanos, count);
            Arrays.sort(sorted);
            return sorted[(int) (sorted.length * 0.99)] / 1000;
        }

        void close() {
            sockets.forEach(NetSocket::destroy);
        }
    }

    @Test
    @Tag("E5")
    void aFloodMakesTheOthersWaitAtMostThreeTimesAsLong() throws IOException {
        Process process = new ProcessBuilder(ChildJvm.command(Server.class)).start();
        try (BufferedReader lines = process.inputReader();
                LoopFixture fixture = new LoopFixture()) {
            int port = Integer.parseInt(lines.readLine());
            PingPong clients = fixture.call(() -> new PingPong(fixture.loop(), port));
            spanOf(fixture, clients);
            double growth = Double.MAX_VALUE;
            for (int round = 0; round < ROUNDS_MAX && growth > GROWTH_MAX; round++) {
                long quiet = spanOf(fixture, clients);
                long flooded = spanWithFlood(fixture, clients, port);
                System.out.printf("p99 %d us, beside a flood %d us%n", quiet, flooded);
                growth = Math.min(growth, (double) flooded / quiet);
            }
            assertThat(growth).isLessThanOrEqualTo(GROWTH_MAX);
            fixture.act(clients::close);
        } finally {
            process.destroyForcibly();
        }
    }

    private static long spanWithFlood(LoopFixture fixture, PingPong clients, int port) {
        AtomicBoolean isOver = new AtomicBoolean();
        CompletableFuture<Long> sent = new CompletableFuture<>();
        Thread.ofPlatform().daemon().start(() -> sent.complete(flood(port, isOver)));
        long p99 = spanOf(fixture, clients);
        isOver.set(true);
        assertThat(fixture.await(sent)).as("bytes of the flood").isGreaterThan(100L << 20);
        return p99;
    }

    private static long flood(int port, AtomicBoolean isOver) {
        byte[] much = new byte[1 << 20];
        long sent = 0;
        try (RawClient client = RawClient.connect(port)) {
            while (!isOver.get()) {
                client.write(much);
                sent += much.length;
            }
        } catch (UncheckedIOException e) {
            return -1;
        }
        return sent;
    }

    private static long spanOf(LoopFixture fixture, PingPong clients) {
        CompletableFuture<Long> p99 = new CompletableFuture<>();
        fixture.act(() -> {
            clients.count = 0;
            fixture.loop().setTimeout(SPAN, () -> p99.complete(clients.p99()));
        });
        return fixture.await(p99);
    }
}
