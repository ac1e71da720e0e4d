package dev.millrace.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.kernel.Address;
import dev.millrace.kernel.IpAddress;
import dev.millrace.net.NetSocket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Clients that keep their connections, and a cluster whose workers are replaced under them. */
@Tag("epoll")
@Tag("X88")
class ClusterRollTest {
    private static final byte[] REQUEST =
            "GET / HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1);

    private long answers;
    private long failures;

    /** Sends a request whenever the last one is answered, and connects again when it has to. */
    private final class Client {
        private final MovingCluster moving;
        private final Address address;
        private final StringBuilder text = new StringBuilder();
        private NetSocket socket;
        private boolean isWaiting;
        private int count;

        Client(MovingCluster moving, Address address) {
            this.moving = moving;
            this.address = address;
            connect();
        }

        private void connect() {
            text.setLength(0);
            socket =
                    NetSocket.connect(moving.cluster.loop, address)
                            .onData(data -> came(StandardCharsets.ISO_8859_1.decode(data)))
                            .onError(error -> {})
                            .onClose(this::closed);
            ask();
        }

        private void ask() {
            isWaiting = true;
            socket.write(REQUEST);
        }

        private void came(CharSequence more) {
            text.append(more);
            if (text.length() > 3 && text.substring(text.length() - 3).equals(" /\n")) {
                answers++;
                count++;
                isWaiting = false;
                text.setLength(0);
                // The next turn, so that none of many has the loop to itself.
                moving.cluster.loop.setImmediate(() -> {
                    if (!socket.isDestroyed()) {
                        ask();
                    }
                });
            }
        }

        private void closed() {
            failures += isWaiting ? 1 : 0;
            connect();
        }

        int port() {
            return socket.localAddress().map(at -> ((IpAddress) at).port()).orElse(0);
        }
    }

    private void expectSame(int workers, int connections, int rolls, long requests) {
        try (var moving = new MovingCluster(workers, Scheduling.ROUND_ROBIN, "tcp", "0")) {
            Address address = moving.cluster.tcp(workers);
            List<Client> clients =
                    Stream.generate(() -> new Client(moving, address)).limit(connections).toList();
            moving.cluster.until(
                    "all are served", () -> clients.stream().allMatch(client -> client.count > 0));
            List<Integer> before = clients.stream().map(Client::port).toList();
            Primary primary = moving.cluster.primary;
            List<Integer> first = primary.workers().stream().map(WorkerProcess::id).toList();
            List<Reload> done = new ArrayList<>();
            for (int count = 1; count <= rolls; count++) {
                int wanted = count;
                primary.reload().thenAccept(done::add);
                for (int id = workers * (count - 1) + 1; id <= workers * count; id++) {
                    moving.cluster.until("online " + (id + workers));
                    moving.cluster.until("exit " + id);
                }
                moving.cluster.until("roll " + count, () -> done.size() == wanted);
            }
            moving.cluster.until("requests", () -> answers >= requests);
            List<Integer> after = clients.stream().map(Client::port).toList();
            long same =
                    Stream.iterate(0, at -> at + 1)
                            .limit(connections)
                            .filter(at -> before.get(at).equals(after.get(at)))
                            .count();
            assertThat(failures).isZero();
            assertThat(same).isGreaterThanOrEqualTo(connections * 99L / 100);
            assertThat(done).allMatch(one -> one.replaced() == workers && one.killed() == 0);
            assertThat(primary.workers())
                    .extracting(WorkerProcess::id)
                    .doesNotContainAnyElementsOf(first);
            assertThat(primary.movedCount())
                    .as("once a roll")
                    .isBetween((long) rolls * same, (long) rolls * connections);
            assertThat(primary.notMovedCount()).isZero();
        }
    }

    @Test
    void theConnectionsAreTheSameAfterTwoRolls() {
        expectSame(2, 30, 2, 1000);
    }

    /** As the other, at the size that counts. */
    @Test
    @Tag("faults")
    void aThousandConnectionsAreTheSameAfterFiveRolls() {
        expectSame(2, 1000, 5, 100_000);
    }
}
