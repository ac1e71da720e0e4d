package dev.millrace.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.kernel.DescriptorKind;
import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.ListenOptions;
import dev.millrace.kernel.SystemError;
import dev.millrace.kernel.UnixAddress;
import dev.millrace.loop.ListenHandle;
import dev.millrace.loop.Loop;
import dev.millrace.loop.LoopGroup;
import dev.millrace.sys.Libc;
import dev.millrace.sys.Linux;
import dev.millrace.testing.Journal;
import dev.millrace.testing.Kernel;
import dev.millrace.testing.LoopFixture;
import dev.millrace.testing.RawClient;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Servers on listeners that exist already. */
class NetServerDescriptorTest {
    private final Journal journal = new Journal();
    private final Loop loop = Loop.create();

    @AfterEach
    void close() {
        loop.close();
    }

    private NetServer server() {
        return NetServer.create(loop, socket -> socket.end("served"))
                .onListening(journal.line("listening"))
                .onError(error -> journal.add(error.getMessage()))
                .onClose(journal.line("closed"));
    }

    private void until(String line) {
        LoopFixture.pollUntil(loop, line, () -> journal.count(line) > 0);
    }

    /** What a client reads of {@code server}, which runs on this thread. */
    private String asked(NetServer server) {
        StringBuilder text = new StringBuilder();
        boolean[] isOver = {false};
        NetSocket.connect(loop, server.address().orElseThrow())
                .onData(data -> text.append(data.remaining()))
                .onClose(() -> isOver[0] = true);
        LoopFixture.pollUntil(loop, "the answer", () -> isOver[0]);
        return text.toString();
    }

    /** A listener of the JDK's, and a second descriptor of it, as if it had been passed. */
    private record Passed(ServerSocketChannel channel, int descriptor) implements AutoCloseable {
        static Passed at(Path path) throws IOException {
            ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            channel.bind(UnixDomainSocketAddress.of(path));
            return new Passed(channel, duplicate(Kernel.descriptor(Kernel.listener(path))));
        }

        static Passed onLoopback() throws IOException {
            ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.INET);
            channel.bind(new InetSocketAddress("127.0.0.1", 0));
            long inode = Kernel.listener(portOf(channel));
            return new Passed(channel, duplicate(Kernel.descriptor(inode)));
        }

        int port() throws IOException {
            return portOf(channel);
        }

        private static int portOf(ServerSocketChannel channel) throws IOException {
            return ((InetSocketAddress) channel.getLocalAddress()).getPort();
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }

    private static int duplicate(int fd) {
        try (Libc libc = new Libc()) {
            return libc.fcntl(fd, Linux.F_DUPFD_CLOEXEC, 0);
        }
    }

    @Test
    @Tag("epoll")
    @Tag("I5")
    void aListenerThatSomebodyElseOpenedIsServed() throws IOException {
        try (Passed passed = Passed.onLoopback()) {
            int fd = passed.descriptor();
            NetServer server = server().listenDescriptor(fd);
            assertThat(journal.lines()).as("not inside the call").isEmpty();
            until("listening");
            assertThat(server.port()).isEqualTo(passed.port());
            assertThat(asked(server)).isEqualTo("6");
            NetServer second = server().listenDescriptor(fd);
            until("open EEXIST: file already exists");
            assertThat(second.isListening()).isFalse();
            server.close();
            until("closed");
            assertThatThrownBy(() -> DescriptorKind.of(fd))
                    .as("the server owned it")
                    .hasMessageContaining("EBADF");
            assertThat(Kernel.isListening(passed.port())).as("the other's stays").isTrue();
        }
    }

    @Test
    @Tag("epoll")
    @Tag("I6")
    void aDescriptorOfAnotherKindIsRefusedAndStaysTheCallers(@TempDir Path folder)
            throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        try (Libc libc = new Libc()) {
            int regular = libc.open(file.toString(), 0);
            int datagram = libc.socket(Linux.AF_INET, Linux.SOCK_DGRAM | Linux.SOCK_CLOEXEC, 0);
            int unconnected = libc.socket(Linux.AF_INET, Linux.SOCK_STREAM | Linux.SOCK_CLOEXEC, 0);
            List<IOException> errors = new ArrayList<>();
            for (int fd : new int[] {regular, datagram, unconnected}) {
                NetServer server = NetServer.create(loop, NetSocket::destroy);
                server.onError(errors::add).listenDescriptor(fd);
                LoopFixture.pollUntil(loop, "the error", () -> !errors.isEmpty());
                assertThat(SystemError.codeOf(errors.removeFirst()))
                        .isEqualTo("ERR_INVALID_FD_TYPE");
                assertThat(libc.close(fd)).as("still ours").isZero();
            }
            server().listenDescriptor(datagram);
            until("getsockopt EBADF: bad file descriptor");
            int again = libc.open(file.toString(), 0);
            server().listenDescriptor(again);
            until(
                    "listen ERR_INVALID_FD_TYPE: descriptor "
                            + again
                            + " is of the kind file, pass a socket that listens");
            libc.close(again);
        }
    }

    @Test
    @Tag("epoll")
    @Tag("I5")
    void aSocketFileThatWasPassedStaysWhereItIs(@TempDir Path folder) throws IOException {
        Path path = folder.resolve("s");
        try (Passed passed = Passed.at(path);
                Libc libc = new Libc()) {
            int fd = passed.descriptor();
            NetServer server = server().listenDescriptor(fd);
            until("listening");
            assertThat(server.address()).contains(UnixAddress.of(path));
            assertThat(asked(server)).isEqualTo("6");
            server.close();
            until("closed");
            assertThat(path).exists();
            assertThat(libc.close(fd)).isNegative();
        }
    }

    @Test
    @Tag("epoll")
    @Tag("I5")
    void theLoopsOfAGroupServeOneDescriptorTogether() throws Exception {
        try (Passed passed = Passed.onLoopback()) {
            int fd = passed.descriptor();
            int port = passed.port();
            LoopGroup group =
                    LoopGroup.start(
                            3,
                            own ->
                                    NetServer.create(own, socket -> socket.end("group"))
                                            .onListening(journal.line("listening"))
                                            .listenDescriptor(fd));
            journal.await("listening", 3);
            for (int count = 0; count < 20; count++) {
                try (RawClient client = RawClient.connect(port)) {
                    assertThat(client.readToEnd()).isEqualTo("group");
                }
            }
            group.close();
            assertThatThrownBy(() -> DescriptorKind.of(fd)).hasMessageContaining("EBADF");
            assertThat(Kernel.isListening(port)).as("the other's stays").isTrue();
        }
    }

    @Test
    @Tag("epoll")
    @Tag("I5")
    void aGroupLeavesAPassedSocketFileAsWell(@TempDir Path folder) throws Exception {
        Path path = folder.resolve("s");
        try (Passed passed = Passed.at(path)) {
            LoopGroup group =
                    LoopGroup.start(
                            2,
                            own ->
                                    NetServer.create(own, NetSocket::end)
                                            .onListening(journal.line("listening"))
                                            .listenDescriptor(passed.descriptor()));
            journal.await("listening", 2);
            group.shutdown(Duration.ZERO);
            group.join();
            assertThat(path).exists();
        }
    }

    @Test
    @Tag("I4")
    void aListenerOfTheProgramsOwnIsServedAndClosedWithTheServer() throws IOException {
        ListenHandle handle = new ListenHandle(loop, ListenOptions.DEFAULTS);
        handle.bind(IpAddress.loopback(0));
        handle.open();
        int port = ((IpAddress) handle.localAddress()).port();
        NetServer server = server().listen(handle);
        assertThat(server.isListening()).isFalse();
        until("listening");
        assertThat(server.port()).isEqualTo(port);
        assertThat(asked(server)).isEqualTo("6");
        expectRefused(handle);
        server.close();
        until("closed");
        assertThat(handle.isClosed()).isTrue();
        expectRefused(handle);
    }

    private void expectRefused(ListenHandle handle) {
        NetServer other = server();
        assertThatThrownBy(() -> other.listen(handle))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(
                        "the listener is of another loop, started or closed already: ListenHandle[");
        assertThat(other.listen(IpAddress.loopback(0)).isListening()).isFalse();
        other.close();
    }

    @Test
    @Tag("I4")
    void aListenerThatCanNotBeBoundIsAnErrorAndClosed() throws IOException {
        ListenHandle first = new ListenHandle(loop, ListenOptions.DEFAULTS);
        first.bind(IpAddress.loopback(0));
        first.open();
        ListenHandle second = new ListenHandle(loop, ListenOptions.DEFAULTS);
        second.bind(first.localAddress());
        server().listen(second);
        until("listen EADDRINUSE: address already in use " + first.localAddress());
        LoopFixture.pollUntil(loop, "its close", second::isClosed);
        assertThat(journal.lines()).doesNotContain("listening");
        first.close();
    }

    @Test
    @Tag("I4")
    void aServerThatIsClosedBeforeItListensClosesTheListener() {
        ListenHandle handle = new ListenHandle(loop, ListenOptions.DEFAULTS);
        NetServer server = server().listen(handle);
        server.close();
        until("closed");
        LoopFixture.pollUntil(loop, "its close", handle::isClosed);
        assertThat(journal.lines()).doesNotContain("listening");
    }

    @Test
    @Tag("I4")
    @Tag("I15")
    void anUnrefBeforeCountsForAListenerThatIsGiven() {
        server().unref().listen(new ListenHandle(loop, ListenOptions.DEFAULTS));
        until("listening");
        assertThat(loop.isAlive()).isFalse();
    }
}
