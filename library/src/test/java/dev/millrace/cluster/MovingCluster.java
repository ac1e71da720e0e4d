package dev.millrace.cluster;

import dev.millrace.ipc.ChildOptions;
import dev.millrace.kernel.Address;
import dev.millrace.net.NetSocket;
import dev.millrace.net.NetSocketOptions;
import dev.millrace.testing.ChildJvm;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A cluster whose workers are {@link MovingProgram}s, and clients on the primary's loop. */
final class MovingCluster implements AutoCloseable {
    private static final String[] NO_LIMIT = {};

    final ClusterFixture cluster;
    final List<Client> clients = new ArrayList<>();

    /** Of the clients. */
    NetSocketOptions sockets = NetSocketOptions.DEFAULTS;

    MovingCluster(int workers, Scheduling scheduling, String... arguments) {
        this(options(workers, scheduling, NO_LIMIT, arguments));
    }

    MovingCluster(ClusterOptions options) {
        cluster = new ClusterFixture(options);
    }

    /** With a command in front of the program, as in {@code sh -c '... exec "$@"' sh}. */
    static ClusterOptions options(
            int workers, Scheduling scheduling, String[] before, String... arguments) {
        // A command in front may limit the descriptors.
        List<String> program =
                before.length == 0
                        ? ChildJvm.archived(MovingProgram.class, arguments)
                        : ChildJvm.command(MovingProgram.class, arguments);
        List<String> command = Stream.concat(Stream.of(before), program.stream()).toList();
        return ClusterFixture.options(workers, scheduling)
                .withChild(ChildOptions.DEFAULTS.withCommand(command));
    }

    /** A connection that stays open. */
    final class Client {
        final NetSocket socket;
        final StringBuilder text = new StringBuilder();

        Client(Address address) {
            socket =
                    NetSocket.connect(cluster.loop, address, sockets)
                            .onData(data -> text.append(StandardCharsets.ISO_8859_1.decode(data)))
                            .onError(error -> text.append(error.getMessage()));
            clients.add(this);
        }

        Client send(String... targets) {
            for (String target : targets) {
                socket.write("GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n");
            }
            return this;
        }

        /** Which worker has answered. */
        int served(String target) {
            String end = " " + target + "\n";
            cluster.until(
                    target + " in " + text,
                    () -> text.toString().endsWith(end) || socket.isDestroyed());
            String body = text.substring(text.lastIndexOf("\r\n\r\n") + 4, text.length());
            text.setLength(0);
            return Integer.parseInt(body.replace(end, ""));
        }

        int get(String target) {
            return send(target).served(target);
        }
    }

    /**
     * Connects so many at once: one after the other, the kernel may wake the same idle worker each
     * time. Which worker has served each.
     */
    List<Integer> connect(Address address, int count) {
        List<Client> added = Stream.generate(() -> new Client(address)).limit(count).toList();
        return added.stream().map(client -> client.get("/")).toList();
    }

    WorkerProcess worker(int id) {
        return cluster.primary.workers().stream()
                .filter(worker -> worker.id() == id)
                .findFirst()
                .orElseThrow();
    }

    void leave(int id) {
        worker(id).tell(Control.text(Control.Verb.LEAVE, 60_000));
    }

    /** Waits until it has read what it was told. */
    void untilRead(int id) {
        worker(id).send("count");
        cluster.until(
                "a count of " + id,
                () ->
                        cluster.journal.lines().stream()
                                .anyMatch(line -> line.startsWith(id + " Counts")));
    }

    /** Which workers serve the clients now, whose connections are the same. */
    List<Integer> servedBy() {
        return clients.stream().map(client -> client.get("/")).distinct().sorted().toList();
    }

    @Override
    public void close() {
        cluster.close();
    }
}
