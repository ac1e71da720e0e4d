package dev.millrace.ipc;

import dev.millrace.loop.TimerHandle;
import dev.millrace.net.NetSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The connections that came from a server of Node's, by the server's key. A server of Node's that
 * is closed waits for those that it has passed on: it asks here, and is told when the last one is
 * gone.
 *
 * <p>No listener of a socket outlasts its owners, so the sockets are looked at, while such a server
 * waits.
 */
final class NodeSockets {
    private static final Duration LOOK = Duration.ofMillis(50);
    private static final int PRUNE_LEAST = 64;

    private final NodeChannel channel;
    private final Map<String, List<NetSocket>> byKey = new HashMap<>();

    /** Of servers that wait. */
    private final Set<String> asked = new HashSet<>();

    /** How many sockets there may be until those that are gone are looked for. */
    private int pruneAt = PRUNE_LEAST;

    private int count;
    private @Nullable TimerHandle look;

    NodeSockets(NodeChannel channel) {
        this.channel = channel;
    }

    void add(String key, NetSocket socket) {
        if (count >= pruneAt) {
            prune();
            pruneAt = Math.max(PRUNE_LEAST, 2 * count);
        }
        byKey.computeIfAbsent(key, unknown -> new ArrayList<>()).add(socket);
        count++;
    }

    private void prune() {
        byKey.values().forEach(sockets -> sockets.removeIf(NetSocket::isDestroyed));
        byKey.values().removeIf(List::isEmpty);
        count = byKey.values().stream().mapToInt(List::size).sum();
    }

    /** The server {@code key} wants to know when the last one of its connections is gone. */
    void tellClosed(String key) {
        asked.add(key);
        look();
        if (look == null && !asked.isEmpty()) {
            look = channel.loop().setInterval(LOOK, this::look);
            look.unref();
        }
    }

    void tellCount(String key) {
        prune();
        int open = byKey.getOrDefault(key, List.of()).size();
        channel.reply("{\"cmd\":\"NODE_SOCKET_COUNT\",\"key\":" + key + ",\"count\":" + open + "}");
    }

    private void look() {
        prune();
        for (String key : List.copyOf(asked)) {
            if (!byKey.containsKey(key)) {
                asked.remove(key);
                channel.reply("{\"cmd\":\"NODE_SOCKET_ALL_CLOSED\",\"key\":" + key + "}");
            }
        }
        if (asked.isEmpty()) {
            close();
        }
    }

    void close() {
        if (look != null) {
            look.close();
            look = null;
        }
    }
}
