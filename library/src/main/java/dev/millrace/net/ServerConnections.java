package dev.millrace.net;

import dev.millrace.kernel.Address;
import dev.millrace.loop.StreamHandle;
import dev.millrace.net.ConnectionDrop.Reason;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The connections of one server (rows I12, I13, R30): a place is taken from accept to destroy,
 * while the server is not over before the last one's close was told (row R29).
 */
final class ServerConnections {
    private final ConnectionLimits limits;
    private final ServerLoad load;
    private final Runnable closeListener;
    final ServerTrace trace = new ServerTrace();
    private final Set<NetSocket> open = new LinkedHashSet<>();

    /** How many are open of each remote address; empty unless that has a limit. */
    private final Map<RemoteHost, Integer> perHost = new HashMap<>();

    /** Kept, since a socket that is destroyed has no address any more; empty as the other. */
    private final Map<NetSocket, RemoteHost> hosts = new HashMap<>();

    /** Of the connection that was let in last, so that the kernel is asked for it once. */
    private @Nullable RemoteHost admitted;

    /** Destroyed, but not all was told of them yet. */
    private int closing;

    private long served;
    private long dropped;

    ServerConnections(ConnectionLimits limits, ServerLoad load, Runnable closeListener) {
        this.limits = limits;
        this.load = load;
        this.closeListener = closeListener;
    }

    /** Null when one more may be served; otherwise it is counted as dropped. */
    @Nullable ConnectionDrop refusal(StreamHandle stream) {
        Reason reason = reason(stream);
        if (reason == null) {
            return null;
        }
        dropped++;
        return new ConnectionDrop(
                Optional.ofNullable(stream.localAddress()),
                Optional.ofNullable(stream.remoteAddress()),
                reason);
    }

    private @Nullable Reason reason(StreamHandle stream) {
        // Asking for an address is a system call, and most servers have no such limit.
        Address remote = null;
        if (isPerHost() || !limits.blocked().isEmpty()) {
            remote = stream.remoteAddress();
        }
        if (remote != null && limits.blocked().contains(remote)) {
            return Reason.BLOCKED;
        }
        if (open.size() >= limits.maxConnections()) {
            return Reason.MAX_CONNECTIONS;
        }
        RemoteHost host = isPerHost() ? RemoteHost.of(remote) : null;
        admitted = host;
        boolean isFull = host != null && perHost.getOrDefault(host, 0) >= limits.maxPerAddress();
        return isFull ? Reason.MAX_PER_ADDRESS : null;
    }

    /** Whether one more may be served; the next {@link #add} is of it. */
    boolean admits(StreamHandle stream) {
        return reason(stream) == null;
    }

    private boolean isPerHost() {
        return limits.maxPerAddress() != ConnectionLimits.NO_LIMIT;
    }

    void add(NetSocket socket) {
        served++;
        load.opened();
        open.add(socket);
        socket.listeners.countedBy = this;
        RemoteHost host = admitted;
        if (host != null) {
            hosts.put(socket, host);
            perHost.merge(host, 1, Integer::sum);
        }
        SocketTrace.accepted(socket);
    }

    void destroyed(NetSocket socket) {
        closing++;
        remove(socket);
    }

    /** Another server has it from now on. */
    void release(NetSocket socket) {
        remove(socket);
    }

    void released() {
        closeListener.run();
    }

    private void remove(NetSocket socket) {
        open.remove(socket);
        load.closed();
        RemoteHost host = hosts.remove(socket);
        if (host != null) {
            perHost.computeIfPresent(host, (one, count) -> count == 1 ? null : count - 1);
        }
    }

    void closed() {
        closing--;
        closeListener.run();
    }

    boolean isEmpty() {
        return open.isEmpty() && closing == 0;
    }

    /** The oldest first. */
    Set<NetSocket> open() {
        return Collections.unmodifiableSet(new LinkedHashSet<>(open));
    }

    int count() {
        return open.size();
    }

    long served() {
        return served;
    }

    long dropped() {
        return dropped;
    }
}
