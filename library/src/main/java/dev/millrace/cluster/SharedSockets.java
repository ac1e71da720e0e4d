package dev.millrace.cluster;

import dev.millrace.ipc.Passable;
import dev.millrace.kernel.Address;
import dev.millrace.kernel.Descriptor;
import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.SystemError;
import dev.millrace.kernel.UdpOptions;
import dev.millrace.loop.Loop;
import dev.millrace.loop.TimerHandle;
import dev.millrace.net.ConnectionDrop;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * All that the workers of a cluster listen on, by its key: the kind of socket, the address, and for
 * port 0 the how many-eth it is in a worker, so that each worker's first port 0 is the same port
 * (rows I11, L3).
 *
 * <p>What the last worker lets go of is closed. When that worker died and is replaced, it stays
 * open for its successor, and what waits in the backlog with it.
 */
final class SharedSockets {
    /** For a successor to come and listen. */
    private static final Duration LINGER = Duration.ofSeconds(30);

    private final Loop loop;
    private final Scheduling scheduling;
    private final Map<String, SharedSocket> byKey = new LinkedHashMap<>();
    private final Map<Integer, SharedSocket> byNumber = new LinkedHashMap<>();
    private int lastNumber;

    /** The keys of those that another primary has now. */
    private final Map<Integer, String> handed = new HashMap<>();

    /** Given by another primary, which is not gone yet. */
    private final Set<SharedSocket> adopted = new LinkedHashSet<>();

    /** One of them on its way to another primary. */
    record Handed(String text, List<Passable> passed) {}

    /** From systemd, and for it. */
    final KeptSockets kept = new KeptSockets();

    /** Of those that are closed. */
    private long dropped;

    /** Told that a worker listens, and where. */
    private final BiConsumer<WorkerProcess, Address> listening;

    /** Told of connections that no worker takes. */
    private final Consumer<ConnectionDrop> dropListener;

    SharedSockets(
            Loop loop,
            Scheduling scheduling,
            BiConsumer<WorkerProcess, Address> listening,
            Consumer<ConnectionDrop> dropListener) {
        this.loop = loop;
        this.scheduling = scheduling;
        this.listening = listening;
        this.dropListener = dropListener;
    }

    /** A worker wants to listen, and is told whether it does. */
    void listen(WorkerProcess worker, Control asked) {
        String request = asked.fields().get(0);
        Address address = asked.address(3);
        try {
            SharedSocket socket = find(asked, address);
            try {
                socket.join(worker, request, error -> joined(worker, request, socket, error));
            } finally {
                closeUnused(socket);
            }
        } catch (IOException e) {
            refuse(worker, request, e);
        }
    }

    private void joined(
            WorkerProcess worker,
            String request,
            SharedSocket socket,
            @Nullable IOException error) {
        if (error == null) {
            listening.accept(worker, socket.address);
        } else if (socket.users.contains(worker)) {
            // It has no room for one more descriptor, and waits for an outcome.
            socket.leave(worker);
            closeUnused(socket);
            refuse(worker, request, error);
        }
    }

    private static void refuse(WorkerProcess worker, String request, IOException error) {
        int errno = ((SystemError) SystemError.of(error, "listen", 0)).errno();
        worker.tell(Control.text(Control.Verb.FAILED, request, errno));
    }

    private SharedSocket find(Control asked, Address address) throws IOException {
        boolean isUdp = asked.fields().get(1).equals("udp");
        boolean isNumbered = address instanceof IpAddress ip && ip.port() == 0;
        String key = (isUdp ? "udp:" : "") + address.family() + ":" + address;
        key = isNumbered ? key + ":" + asked.fields().get(2) : key;
        SharedSocket known = byKey.get(key);
        if (known != null) {
            return known;
        }
        int number = ++lastNumber;
        SharedSocket made =
                isUdp
                        ? SharedSocket.bind(loop, number, key, (IpAddress) address, udp(asked))
                        : SharedSocket.listen(
                                loop, number, key, address, asked.options(4), scheduling, kept);
        add(made);
        return made;
    }

    private static UdpOptions udp(Control asked) {
        String[] parts = asked.fields().get(4).split(" ");
        return UdpOptions.DEFAULTS
                .withReuseAddress(Boolean.parseBoolean(parts[0]))
                .withReusePort(Boolean.parseBoolean(parts[1]))
                .withIpv6Only(Boolean.parseBoolean(parts[2]));
    }

    /**
     * All of them, for another primary. They stay here as well.
     *
     * @throws IOException EMFILE
     */
    List<Handed> hand() throws IOException {
        List<Handed> all = new ArrayList<>();
        for (SharedSocket socket : byNumber.values()) {
            all.add(socket.hand());
        }
        return all;
    }

    /**
     * Takes one that {@link #hand} has given.
     *
     * @throws IOException if it is none; what was passed is still the caller's then
     */
    void adopt(Control said, List<Descriptor> passed) throws IOException {
        int number = ++lastNumber;
        String key = said.fields().getFirst();
        SharedSocket made;
        if (passed.isEmpty()) {
            made =
                    SharedSocket.listen(
                            loop, number, key, said.address(2), said.options(3), scheduling, kept);
        } else if (said.fields().get(1).equals("udp")) {
            made = SharedSocket.adopt(loop, number, key, passed.getFirst());
        } else {
            made = SharedSocket.adopt(loop, number, key, passed.getFirst(), scheduling);
        }
        add(made);
        adopted.add(made);
    }

    private void add(SharedSocket made) {
        byKey.put(made.key, made);
        byNumber.put(made.number, made);
        if (made.dealer != null) {
            made.dealer.onDrop(dropListener);
        }
    }

    /** The other primary is no more: what it gave is this one's alone. */
    void release() {
        List<SharedSocket> all = List.copyOf(adopted);
        adopted.clear();
        for (SharedSocket socket : all) {
            socket.release();
            closeUnused(socket);
        }
    }

    /** The other primary had accepted it, and no worker of its own has taken it. */
    void deal(String key, Descriptor connection) {
        SharedSocket known = byKey.get(key);
        if (known != null && known.dealer != null) {
            known.dealer.add(connection);
        } else {
            dropped++;
            Refusal.reset(loop, connection, ConnectionDrop.Reason.NOT_TAKEN);
        }
    }

    /** All are another primary's now, which gets what no worker here has taken, with its key. */
    void handOver(BiConsumer<? super String, ? super Descriptor> other) {
        for (SharedSocket one : byNumber.values()) {
            handed.put(one.number, one.key);
            one.handOver(connection -> other.accept(one.key, connection));
        }
        byNumber.clear();
        byKey.clear();
    }

    /** The key of what another primary has now, by the number it had here; null of none. */
    @Nullable String handedKey(int number) {
        return handed.get(number);
    }

    /** The number of what has that key; 0 if nothing has. */
    int number(String key) {
        SharedSocket socket = byKey.get(key);
        return socket == null ? 0 : socket.number;
    }

    /** A worker takes so many connections more. */
    void ask(WorkerProcess worker, int number, int count) {
        SharedSocket socket = byNumber.get(number);
        if (socket != null && socket.dealer != null && socket.users.contains(worker)) {
            socket.dealer.ask(worker, count);
        }
    }

    /** A worker has no place left there. */
    void full(WorkerProcess worker, int number) {
        SharedSocket socket = byNumber.get(number);
        if (socket != null && socket.dealer != null && socket.users.contains(worker)) {
            socket.dealer.full(worker);
        }
    }

    /** A worker listens there no more. */
    void close(WorkerProcess worker, int number) {
        SharedSocket socket = byNumber.get(number);
        if (socket != null) {
            socket.leave(worker);
            closeUnused(socket);
        }
    }

    /** A worker is gone. */
    void leave(WorkerProcess worker, boolean isReplaced) {
        for (SharedSocket socket : List.copyOf(byNumber.values())) {
            boolean wasUser = socket.users.contains(worker);
            socket.leave(worker);
            if (!isReplaced) {
                closeUnused(socket);
            } else if (wasUser && socket.users.isEmpty()) {
                TimerHandle linger = loop.setTimeout(LINGER, () -> closeUnused(socket));
                linger.unref();
            }
        }
    }

    private void closeUnused(SharedSocket socket) {
        if (socket.users.isEmpty()
                && !adopted.contains(socket)
                && byNumber.remove(socket.number) != null) {
            byKey.remove(socket.key);
            kept.closed(socket.key);
            dropped += socket.dealer == null ? 0 : socket.dealer.dropped();
            socket.close();
        }
    }

    /** The workers that listen there. */
    Set<WorkerProcess> users(int number) {
        SharedSocket socket = byNumber.get(number);
        return socket == null ? Set.of() : socket.users;
    }

    /** A worker answers again. */
    void update() {
        for (SharedSocket socket : List.copyOf(byNumber.values())) {
            if (socket.dealer != null) {
                socket.dealer.update();
            }
        }
    }

    long dropped() {
        long count = dropped;
        for (SharedSocket socket : byNumber.values()) {
            count += socket.dealer == null ? 0 : socket.dealer.dropped();
        }
        return count;
    }

    /** The keys of what {@code worker} listens on. */
    List<String> keys(WorkerProcess worker) {
        return byKey.values().stream()
                .filter(socket -> socket.users.contains(worker))
                .map(socket -> socket.key)
                .toList();
    }

    /** Whether {@code worker} listens on all of {@code keys}, as far as they are still there. */
    boolean serves(WorkerProcess worker, List<String> keys) {
        return keys.stream()
                .map(byKey::get)
                .allMatch(socket -> socket == null || socket.serves(worker));
    }

    List<String> keys() {
        return List.copyOf(byKey.keySet());
    }

    /** Nothing listens any more. */
    void close() {
        adopted.clear();
        byKey.keySet().forEach(kept::closed);
        byNumber.values().forEach(SharedSocket::close);
        byNumber.clear();
        byKey.clear();
    }
}
