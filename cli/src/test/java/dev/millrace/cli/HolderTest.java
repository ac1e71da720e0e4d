package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.UnixAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who listens on an address. */
class HolderTest {
    private static final long SELF = ProcessHandle.current().pid();

    @Test
    void aListenerIsNamedAndAConnectionIsNone() throws IOException {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        try (ServerSocket listener = new ServerSocket(0, 1, loopback);
                Socket client = new Socket(loopback, listener.getLocalPort())) {
            assertThat(Holder.of(IpAddress.loopback(listener.getLocalPort())))
                    .map(Holder::pid)
                    .contains(SELF);
            assertThat(Holder.of(IpAddress.loopback(client.getLocalPort()))).isEmpty();
        }
    }

    @Test
    void aUnixSocketIsNamedByItsWholePath(@TempDir Path folder) throws IOException {
        Path path = folder.resolve("socket");
        try (ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            listener.bind(UnixDomainSocketAddress.of(path));
            assertThat(Holder.of(UnixAddress.of(path))).map(Holder::pid).contains(SELF);
            for (String other : List.of("sock", "socket2")) {
                assertThat(Holder.of(UnixAddress.of(folder.resolve(other)))).isEmpty();
            }
        }
    }

    @Test
    void theStartLineNamesEveryAddressAndCountsItsLoops() {
        List<dev.millrace.kernel.Address> addresses =
                List.of(IpAddress.of("127.0.0.1", 80), UnixAddress.of("/tmp/s"));
        String end = " loop · pid " + SELF + " · http://127.0.0.1:80 · unix:/tmp/s";
        assertThat(StartLine.text("epoll", 1, Scheme.of("http"), addresses))
                .startsWith("millrace ")
                .endsWith(" · epoll · 1" + end);
        assertThat(StartLine.text("nio", 2, Scheme.of("http"), addresses))
                .endsWith(" · nio · 2" + end.replace(" loop ", " loops "));
    }
}
