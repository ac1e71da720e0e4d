package dev.millrace.conformance.abuse;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.BooleanSupplier;

/** Any number of connections to a server, on one thread and on nothing of millrace's. */
final class Crowd implements AutoCloseable {
    /** As many connect at once: a backlog holds them. */
    private static final int CONNECTING_MAX = 64;

    private static final int ROOM_BYTES = 256 << 10;

    private final InetSocketAddress server;
    private final int receiveBytes;
    private final int tickMillis;
    private final Selector selector = Selector.open();
    private final Deque<Visitor> coming = new ArrayDeque<>();
    private final List<Visitor> here = new ArrayList<>();
    private final ByteBuffer room = ByteBuffer.allocateDirect(ROOM_BYTES);
    private long tickedNanos = System.nanoTime();

    /**
     * @param receiveBytes the socket's buffer, SO_RCVBUF; 0 for the kernel's choice
     * @param tickMillis how often each visitor is told that time has passed
     */
    Crowd(int port, int receiveBytes, int tickMillis) throws IOException {
        this.server = new InetSocketAddress("127.0.0.1", port);
        this.receiveBytes = receiveBytes;
        this.tickMillis = tickMillis;
    }

    /** It connects with the next {@link #run}. */
    void add(Visitor visitor) {
        coming.add(visitor);
    }

    /** Whether all of them have connected. */
    boolean isComplete() {
        return coming.isEmpty() && here.stream().allMatch(one -> one.isConnected() || one.isGone());
    }

    /** Lets them go on until {@code isOver}, or for {@code most}; whether it was over. */
    boolean run(Duration most, BooleanSupplier isOver) throws IOException {
        long begun = System.nanoTime();
        boolean isDone = isOver.getAsBoolean();
        while (!isDone && System.nanoTime() - begun < most.toNanos()) {
            connect();
            selector.select(key -> ((Visitor) key.attachment()).ready(room), tickMillis);
            long now = System.nanoTime();
            if (now - tickedNanos >= tickMillis * 1_000_000L) {
                tickedNanos = now;
                here.removeIf(Visitor::isGone);
                for (Visitor visitor : List.copyOf(here)) {
                    if (visitor.isConnected()) {
                        visitor.tick(now);
                    }
                }
                isDone = isOver.getAsBoolean();
            }
        }
        return isDone;
    }

    private void connect() throws IOException {
        if (coming.isEmpty()) {
            return;
        }
        long connecting = here.stream().filter(one -> !one.isConnected() && !one.isGone()).count();
        for (; connecting < CONNECTING_MAX && !coming.isEmpty(); connecting++) {
            Visitor next = coming.remove();
            SocketChannel channel = SocketChannel.open();
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            if (receiveBytes > 0) {
                channel.setOption(StandardSocketOptions.SO_RCVBUF, receiveBytes);
            }
            next.begin(channel, channel.register(selector, SelectionKey.OP_CONNECT, next));
            channel.connect(server);
            here.add(next);
        }
    }

    /** All of them leave. */
    @Override
    public void close() throws IOException {
        here.forEach(Visitor::leave);
        selector.close();
    }
}
