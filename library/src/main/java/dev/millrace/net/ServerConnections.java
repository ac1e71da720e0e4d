package dev.millrace.net;

import java.util.LinkedHashSet;
import java.util.Set;

/**
 * The connections of one server (rows I12, I13, R30): a place is taken from accept to destroy,
 * while the server is not over before the last one's close was told (row R29).
 */
final class ServerConnections {
    private final int max;
    private final Runnable closeListener;
    final ServerTrace trace = new ServerTrace();
    private final Set<NetSocket> open = new LinkedHashSet<>();

    /** Destroyed, but not all was told of them yet. */
    private int closing;

    private long served;
    private long dropped;

    ServerConnections(int max, Runnable closeListener) {
        this.max = max;
        this.closeListener = closeListener;
    }

    /** True when one more may be served; otherwise it is counted as dropped. */
    boolean admit() {
        if (open.size() < max) {
            return true;
        }
        dropped++;
        return false;
    }

    void add(NetSocket socket) {
        served++;
        open.add(socket);
        socket.listeners.countedBy = this;
        SocketTrace.accepted(socket);
    }

    void destroyed(NetSocket socket) {
        open.remove(socket);
        closing++;
    }

    void closed() {
        closing--;
        closeListener.run();
    }

    boolean isEmpty() {
        return open.isEmpty() && closing == 0;
    }

    Set<NetSocket> open() {
        return Set.copyOf(open);
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
