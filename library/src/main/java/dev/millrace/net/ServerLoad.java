package dev.millrace.net;

import dev.millrace.loop.Loop;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What all servers of one loop have to do, in all: for what looks at a process from outside, as a
 * cluster's primary does.
 *
 * <p>Every {@link NetServer} counts its connections here. What a request is a protocol knows: it
 * calls {@link #countRequest}, as {@code HttpServer} does. Loop thread only.
 *
 * {@snippet class="dev.millrace.net.ServerLoadTest" region="load"}
 */
public final class ServerLoad {
    /** Of loops that are not closed. */
    private static final Map<Loop, ServerLoad> LOADS = new ConcurrentHashMap<>();

    private final Loop loop;
    private long connections;
    private long requests;

    private ServerLoad(Loop loop) {
        this.loop = loop;
    }

    /** That of {@code loop}. */
    public static ServerLoad of(Loop loop) {
        loop.checkThread();
        ServerLoad known = LOADS.get(loop);
        if (known == null) {
            known = new ServerLoad(loop);
            if (!loop.isClosed()) {
                LOADS.put(loop, known);
                loop.atClose(() -> LOADS.remove(loop));
            }
        }
        return known;
    }

    /** How many connections are open now. */
    public long connectionCount() {
        loop.checkThread();
        return connections;
    }

    /** How many requests there were so far. */
    public long requestCount() {
        loop.checkThread();
        return requests;
    }

    /** For protocols: there is one request more. */
    public void countRequest() {
        loop.checkThread();
        requests++;
    }

    void opened() {
        connections++;
    }

    void closed() {
        connections--;
    }

    /** {@code ServerLoad[3 connections, 17 requests]}. Any thread. */
    @Override
    public String toString() {
        return "ServerLoad[" + connections + " connections, " + requests + " requests]";
    }
}
