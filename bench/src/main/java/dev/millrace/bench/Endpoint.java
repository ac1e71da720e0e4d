package dev.millrace.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where a server listens: a port of 127.0.0.1, or the path of a Unix socket. */
record Endpoint(String text) {

    static Endpoint freePort() throws IOException {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return new Endpoint(Integer.toString(probe.getLocalPort()));
        }
    }

    /** A short path outside the repository: a socket's path has room for 107 bytes. */
    static Endpoint path(String name) throws IOException {
        String file = "bench-" + ProcessHandle.current().pid() + "-" + name + ".sock";
        Path path = Path.of(System.getProperty("java.io.tmpdir"), file);
        Files.deleteIfExists(path);
        return new Endpoint(path.toString());
    }

    boolean unix() {
        return text.startsWith("/");
    }

    SocketChannel connect() throws IOException {
        SocketAddress address =
                unix()
                        ? UnixDomainSocketAddress.of(text)
                        : new InetSocketAddress("127.0.0.1", Integer.parseInt(text));
        SocketChannel channel =
                SocketChannel.open(
                        unix() ? StandardProtocolFamily.UNIX : StandardProtocolFamily.INET);
        try {
            channel.connect(address);
        } catch (IOException refused) {
            channel.close();
            throw refused;
        }
        return channel;
    }

    String url() {
        return "http://127.0.0.1:" + text + "/";
    }
}
