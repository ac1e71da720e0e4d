package dev.millrace.testing;

import dev.millrace.kernel.IpAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/**
 * An address of 127.0.0.1 that answers no SYN: a listener whose queue is full and who accepts
 * nobody (listen(2)).
 */
public final class BlackHole implements AutoCloseable {
    private static final int BACKLOG = 1;
    private static final int MORE_THAN_FIT = 8;

    private final String host;
    private final ServerSocketChannel listener;
    private final List<SocketChannel> waiting = new ArrayList<>();

    /** A black hole on a free port of 127.0.0.1. */
    public BlackHole() {
        this("127.0.0.1");
    }

    /** A black hole on a free port of {@code host}, an address of this machine. */
    public BlackHole(String host) {
        this.host = host;
        try {
            listener = ServerSocketChannel.open();
            InetAddress address = InetAddress.ofLiteral(host);
            listener.bind(new InetSocketAddress(address, 0), BACKLOG);
            for (int i = 0; i < MORE_THAN_FIT; i++) {
                SocketChannel channel = SocketChannel.open();
                channel.configureBlocking(false);
                channel.connect(listener.getLocalAddress());
                waiting.add(channel);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where nobody answers. */
    public IpAddress address() {
        return IpAddress.of(host, listener.socket().getLocalPort());
    }

    @Override
    public void close() {
        try {
            for (SocketChannel channel : waiting) {
                channel.close();
            }
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
