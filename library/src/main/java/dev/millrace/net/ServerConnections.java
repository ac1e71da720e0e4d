package dev.millrace.net;

import dev.millrace.kernel.Address;
import dev.millrace.loop.Loop;
import dev.millrace.loop.StreamHandle;
import dev.millrace.net.ConnectionDrop.Reason;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The connections of one server (rows I12, I13, R30): a place is taken from accept to destroy,
 * while the server is not over before the last one's close was told (row R29).
 */
final class ServerConnections {
    /**
     * The place with which {@link SocketListeners#prepareLog} is called: the first does not wait.
     */
    private static final int LOG_FROM = 2;

    private final ConnectionLimits limits;
    private final ServerLoad load;
    private final Runnable closeListener;
    private final Consumer<Boolean> fullListener;
    final ServerTrace trace = new ServerTrace();
    private final Set<NetSocket> open = new LinkedHashSet<>();

    /** Those whose balancer has not said yet whom they come from. */
    private final Set<NetSocket> arriving = new LinkedHashSet<>();

    /** How many are open of each remote address; empty unless that has a limit. */
    private final Map<RemoteHost, Integer> perHost = new HashMap<>();

    /** Kept, since a socket that is destroyed has no address any more; empty as the other. */
    private final Map<NetSocket, RemoteHost> hosts = new HashMap<>();

    /** Destroyed, but not all was told of them yet. */
    private int closing;

    /** How often a place was taken, twice by one that arrives first. */
    private long taken;

    private long served;
    private long dropped;

    /** What {@link #fullListener} was told last. */
    private boolean wasFull;

    /**
     * @param closeListener told when a connection is gone
     * @param fullListener told when the last place is taken, and when one is free again
     */
    ServerConnections(
            ConnectionLimits limits,
            ServerLoad load,
            Runnable closeListener,
            Consumer<Boolean> fullListener) {
        this.limits = limits;
        this.load = load;
        this.closeListener = closeListener;
        this.fullListener = fullListener;
    }

    /** The remote address of {@code stream}, if a limit needs it: asking is a system call. */
    @Nullable Address asked(StreamHandle stream) {
        return limitsAddresses() ? stream.remoteAddress() : null;
    }

    /** Whether {@link #refusal} needs the address. */
    boolean limitsAddresses() {
        return isPerHost() || !limits.blocked().isEmpty();
    }

    /** Null when one more, of {@code remote}, may be served. */
    @Nullable Reason refusal(@Nullable Address remote) {
        if (remote != null && limits.blocked().contains(remote)) {
            return Reason.BLOCKED;
        }
        if (isFull()) {
            return Reason.MAX_CONNECTIONS;
        }
        RemoteHost host = isPerHost() ? RemoteHost.of(remote) : null;
        boolean isMost = host != null && perHost.getOrDefault(host, 0) >= limits.maxPerAddress();
        return isMost ? Reason.MAX_PER_ADDRESS : null;
    }

    /** Whether every place is taken. */
    boolean isFull() {
        return open.size() + arriving.size() >= limits.maxConnections();
    }

    /** Says so when the last place is taken, and when one is free again. */
    void counted() {
        if (isFull() != wasFull) {
            wasFull = !wasFull;
            fullListener.accept(wasFull);
        }
    }

    /** One was closed in place of being served. */
    void dropped(Loop loop, ConnectionDrop drop) {
        dropped++;
        trace.dropped(loop, drop);
    }

    /** It takes a place, and is not served yet. */
    void arriving(NetSocket socket) {
        arriving.add(socket);
        socket.listeners.countedBy = this;
        taken();
        counted();
    }

    /** Where descriptors run short, there has been a second connection before. */
    private void taken() {
        taken++;
        if (taken == LOG_FROM) {
            SocketListeners.prepareLog();
        }
    }

    /** Its place is free again, for itself above all: what comes next is {@link #add}. */
    void arrived(NetSocket socket) {
        arriving.remove(socket);
    }

    private boolean isPerHost() {
        return limits.maxPerAddress() != ConnectionLimits.NO_LIMIT;
    }

    void add(NetSocket socket, @Nullable Address remote) {
        served++;
        load.opened();
        open.add(socket);
        socket.listeners.countedBy = this;
        taken();
        RemoteHost host = isPerHost() ? RemoteHost.of(remote) : null;
        if (host != null) {
            hosts.put(socket, host);
            perHost.merge(host, 1, Integer::sum);
        }
        SocketTrace.accepted(socket);
        counted();
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
        arriving.remove(socket);
        if (open.remove(socket)) {
            load.closed();
        }
        RemoteHost host = hosts.remove(socket);
        if (host != null) {
            perHost.computeIfPresent(host, (one, count) -> count == 1 ? null : count - 1);
        }
        counted();
    }

    void closed() {
        closing--;
        closeListener.run();
    }

    boolean isEmpty() {
        return open.isEmpty() && arriving.isEmpty() && closing == 0;
    }

    /** As {@link #open}, and those that are not served yet. */
    Set<NetSocket> all() {
        Set<NetSocket> all = new LinkedHashSet<>(arriving);
        all.addAll(open);
        return all;
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
