package dev.millrace.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.http.HttpServer;
import dev.millrace.http.ServerRequest;
import dev.millrace.http.ServerResponse;
import dev.millrace.kernel.Address;
import dev.millrace.kernel.IpAddress;
import dev.millrace.loop.DriverLoops;
import dev.millrace.loop.Loop;
import dev.millrace.loop.RunMode;
import dev.millrace.net.NetSocket;
import dev.millrace.net.NetSocketOptions;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * HTTP servers that leave one after the other, while clients pipeline: every request is served
 * once, in its turn, wherever bytes, responses and servers meet.
 */
class SimMoveTest {
    private static final int SEEDS = 60;
    private static final int SERVERS = 5;
    private static final int CLIENTS = 12;
    private static final int REQUESTS = 25;
    private static final Duration LONG = Duration.ofMinutes(10);

    private static final Faults FAULTS =
            Faults.NONE
                    .with(Fault.DELAY, 0.3)
                    .with(Fault.SHORT_WRITE, 0.2)
                    .with(Fault.SHORT_READ, 0.3)
                    .with(Fault.EAGAIN, 0.1)
                    .with(Fault.SPURIOUS_WAKE_UP, 0.1)
                    .with(Fault.REORDER, 0.5)
                    .with(Fault.IMMEDIATE_CONNECT, 0.5);

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void everyRequestIsServedOnceAndInItsTurn(boolean refuses) {
        long moved = 0;
        for (int seed = 0; seed < SEEDS; seed++) {
            moved += new Run(seed, refuses).moved();
        }
        assertThat(moved).as("they do move").isGreaterThan((long) SEEDS * CLIENTS);
    }

    /** One seed. */
    private static final class Run {
        private final SplittableRandom random;
        private final boolean refuses;
        private final String name;
        private final Loop loop;
        private final List<HttpServer> servers = new ArrayList<>();
        private final List<Client> clients = new ArrayList<>();
        private final int[][] served = new int[CLIENTS][REQUESTS];
        private int left = CLIENTS;

        Run(int seed, boolean refuses) {
            this.random = new SplittableRandom(seed);
            this.refuses = refuses;
            this.name = "seed " + seed;
            this.loop = DriverLoops.on(new SimDriver(random.split(), FAULTS, new EventLog(false)));
        }

        long moved() {
            try (loop) {
                for (int number = 0; number < SERVERS; number++) {
                    serve(number);
                }
                for (int number = 0; number < CLIENTS; number++) {
                    int client = number;
                    later(5_000_000, () -> clients.add(new Client(client)));
                }
                loop.setTimeout(Duration.ofMillis(5), () -> leave(0));
                loop.run(RunMode.DEFAULT);
            }
            assertThat(clients).as(name).hasSize(CLIENTS);
            clients.forEach(Client::verify);
            return servers.stream().mapToLong(one -> one.statistics().moves().away()).sum();
        }

        private void later(int nanosMost, Runnable task) {
            loop.setTimeout(Duration.ofNanos(random.nextInt(nanosMost)), task);
        }

        private void serve(int number) {
            HttpServer server = HttpServer.create(loop, this::respond);
            servers.add(server.listen(address(number)));
            if (number < SERVERS - 1) {
                server.net().moves().to((socket, outcome) -> pass(number + 1, socket, outcome));
            }
        }

        /** One after the other: nothing moves to a server that leaves itself. */
        private void leave(int number) {
            if (number < SERVERS - 1) {
                later(
                        9_000_000,
                        () ->
                                servers.get(number)
                                        .shutdown(LONG)
                                        .thenAccept(end -> leave(number + 1)));
            }
        }

        private static Address address(int number) {
            return IpAddress.loopback(8000 + number);
        }

        private void pass(
                int to, NetSocket socket, Consumer<? super @Nullable IOException> outcome) {
            later(
                    1_000_000,
                    () -> {
                        boolean isTaken =
                                !(refuses && random.nextInt(4) == 0)
                                        && servers.get(to).net().moves().take(socket);
                        outcome.accept(isTaken ? null : new IOException("no"));
                    });
        }

        private void respond(ServerRequest request, ServerResponse response) {
            String[] part = request.target().split("/");
            served[Integer.parseInt(part[1])][Integer.parseInt(part[2])]++;
            response.header("X-Number", part[2]);
            if (random.nextInt(3) == 0) {
                // Without a look at the body.
                response.end(request.target());
                return;
            }
            request.text(100_000)
                    .thenAccept(text -> {
                        if (random.nextBoolean()) {
                            response.end(request.target());
                        } else {
                            response.write(request.target().substring(0, 2));
                            later(2_000_000, () -> response.end(request.target().substring(2)));
                        }
                    });
        }

        private void clientLeft() {
            if (--left == 0) {
                servers.forEach(HttpServer::close);
            }
        }

        /** Pipelines all its requests, in pieces that nothing of HTTP has to do with. */
        private final class Client {
            private final int number;
            private final byte[] requests;
            private final ByteArrayOutputStream answers = new ByteArrayOutputStream();
            private final NetSocket socket;
            private int sent;

            Client(int number) {
                this.number = number;
                this.requests = requests(number);
                NetSocketOptions options = NetSocketOptions.DEFAULTS.withAllowHalfOpen(true);
                this.socket = NetSocket.connect(loop, address(0), options);
                socket.onData(this::came)
                        .onEnd(socket::end)
                        .onError(error -> {})
                        .onClose(Run.this::clientLeft);
                send();
            }

            private void came(java.nio.ByteBuffer data) {
                byte[] bytes = new byte[data.remaining()];
                data.get(bytes);
                answers.writeBytes(bytes);
                AnswerReader reader = new AnswerReader(answers.toByteArray());
                int count = 0;
                while (reader.next() != null) {
                    count++;
                }
                if (count == REQUESTS) {
                    socket.end();
                }
            }

            private void send() {
                if (sent < requests.length && socket.isWritable() || socket.isConnecting()) {
                    int most = Math.min(requests.length - sent, 1 + random.nextInt(300));
                    socket.write(requests, sent, most);
                    sent += most;
                    later(3_000_000, this::send);
                }
            }

            void verify() {
                AnswerReader reader = new AnswerReader(answers.toByteArray());
                int count = 0;
                byte[] body = reader.next();
                while (body != null) {
                    assertThat(reader.number()).as(name).isEqualTo(count);
                    assertThat(new String(body, StandardCharsets.UTF_8))
                            .as(name)
                            .isEqualTo("/" + number + "/" + count);
                    count++;
                    body = reader.next();
                }
                assertThat(reader.isAtEnd()).as(name + ": no half response").isTrue();
                for (int request = 0; request < REQUESTS; request++) {
                    int times = served[number][request];
                    assertThat(times).as(name + " request " + request).isLessThanOrEqualTo(1);
                    if (request < count || !refuses) {
                        assertThat(times).as(name + " request " + request).isOne();
                    }
                }
                if (!refuses) {
                    assertThat(count).as(name + " client " + number).isEqualTo(REQUESTS);
                }
            }
        }

        private byte[] requests(int client) {
            StringBuilder text = new StringBuilder();
            for (int request = 0; request < REQUESTS; request++) {
                String target = " /" + client + "/" + request + " HTTP/1.1\r\nHost: a\r\n";
                String body = "x".repeat(random.nextInt(400));
                switch (random.nextInt(3)) {
                    case 0 -> text.append("GET").append(target).append("\r\n");
                    case 1 ->
                            text.append("POST")
                                    .append(target)
                                    .append("Content-Length: " + body.length() + "\r\n\r\n")
                                    .append(body);
                    default ->
                            text.append("\r\nPOST")
                                    .append(target)
                                    .append("Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")
                                    .append("0\r\nX-Trailer: 1\r\n\r\n");
                }
            }
            return text.toString().getBytes(StandardCharsets.UTF_8);
        }
    }
}
