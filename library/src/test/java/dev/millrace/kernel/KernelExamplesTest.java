package dev.millrace.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.net.NetServer;
import dev.millrace.net.NetSocket;
import dev.millrace.sys.Libc;
import dev.millrace.sys.PseudoTerminal;
import dev.millrace.testing.LoopFixture;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the Javadoc of addresses, errors and terminals shows, compiled and run. */
class KernelExamplesTest {
    private final StringBuilder printed = new StringBuilder();

    private void print(Object text) {
        printed.append(text).append('|');
    }

    @Test
    void internetAddresses() {
        // @start region="ip"
        IpAddress local = IpAddress.loopback(8080); // 127.0.0.1:8080
        IpAddress other = IpAddress.of("2001:db8::1", 443);
        print(other.family() + " " + other); // IPv6 [2001:db8::1]:443
        // @end
        assertThat(local).hasToString("127.0.0.1:8080");
        assertThat(printed).hasToString("IPv6 [2001:db8::1]:443|");
    }

    @Test
    void unixAddresses() {
        // @start region="unix"
        UnixAddress file = UnixAddress.of("/run/hello.sock");
        UnixAddress name = UnixAddress.of("@hello"); // abstract: without a file
        // @end
        assertThat(file.isAbstract()).isFalse();
        assertThat(name.isAbstract()).isTrue();
    }

    @Test
    void anyAddress() {
        assertThat(where(IpAddress.loopback(80))).isEqualTo("port 80 of 127.0.0.1");
        assertThat(where(UnixAddress.of("/run/a"))).isEqualTo("the socket /run/a");
    }

    private static String where(Address address) {
        // @start region="address"
        String where =
                switch (address) {
                    case IpAddress ip -> "port " + ip.port() + " of " + ip.hostText();
                    case UnixAddress unix -> "the socket " + unix;
                };
        // @end
        return where;
    }

    @Test
    void errors() {
        LoopFixture.run(loop -> {
            NetSocket socket = NetSocket.connect(loop, UnixAddress.of("/nothing/here"));
            watch(socket);
        });
        assertThat(printed).hasToString("connect failed: ENOENT|there is no such socket|");
    }

    private void watch(NetSocket socket) {
        // @start region="error"
        socket.onError(error -> {
            if (error instanceof SystemError system) {
                print(system.syscall() + " failed: " + system.code());
            }
            if (SystemError.codeOf(error).equals("ENOENT")) {
                print("there is no such socket");
            }
        });
        // @end
    }

    @Test
    void buffers() {
        List<ByteBuffer> chunks = new ArrayList<>();
        LoopFixture.run(loop -> {
            NetServer server = NetServer.create(loop, socket -> keep(socket, chunks));
            server.listen(IpAddress.loopback(0));
            server.onListening(() ->
                    NetSocket.connect(loop, server.port(), "127.0.0.1")
                            .onClose(server::close)
                            .end("hello"));
        });
        chunks.forEach(chunk -> print(StandardCharsets.UTF_8.decode(chunk)));
        assertThat(printed).hasToString("hello|");
    }

    private static void keep(NetSocket socket, List<ByteBuffer> chunks) {
        // @start region="buffers"
        // each chunk in an array of its own, which the listener may keep
        socket.bufferSource(suggestedBytes -> ByteBuffer.allocate(suggestedBytes));
        socket.onBytes((array, offset, length) -> {
            chunks.add(ByteBuffer.wrap(array, offset, length));
            return length;
        });
        // @end
    }

    @Test
    @Tag("epoll")
    void terminals() throws IOException {
        try (Libc libc = new Libc()) {
            PseudoTerminal pty = PseudoTerminal.open(libc);
            pty.type(libc, "k");
            pty.resize(libc, 50, 132);
            byte[] key = new byte[1];
            readKey(pty.terminal(), () -> libc.read(pty.terminal(), key, 0, 1));
            pty.close(libc);
        }
        assertThat(printed).hasToString("132 columns|1|");
    }

    private interface Input {
        int read() throws IOException;
    }

    private void readKey(int descriptor, Input in) throws IOException {
        // @start region="terminal"
        try (Terminal terminal = Terminal.of(descriptor)) { // 0 for standard input
            print(terminal.size().columns() + " columns");
            terminal.raw();
            print(in.read()); // one key, at once and unseen
        } // as it was before
        // @end
    }
}
