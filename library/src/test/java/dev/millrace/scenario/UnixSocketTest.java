package dev.millrace.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.millrace.kernel.SystemError;
import dev.millrace.kernel.UnixAddress;
import dev.millrace.loop.Loop;
import dev.millrace.net.NetServer;
import dev.millrace.net.NetSocket;
import dev.millrace.sys.Libc;
import dev.millrace.sys.Linux;
import dev.millrace.sys.Message;
import dev.millrace.sys.SocketName;
import dev.millrace.testing.ChildJvm;
import dev.millrace.testing.Journal;
import dev.millrace.testing.Kernel;
import dev.millrace.testing.LoopFixture;
import dev.millrace.testing.RawClient;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnixSocketTest {
    private final Journal journal = new Journal();

    private void connect(Path path) {
        LoopFixture.run(loop -> {
            NetSocket socket = NetSocket.connect(loop, UnixAddress.of(path));
            socket.onConnect(journal.line("connected"));
            socket.onError(error -> journal.add(error.getMessage()));
            socket.onClose(journal.line("close"));
            journal.add("returned");
        });
    }

    @Test
    @Tag("G6")
    void aMissingPathIsEnoent(@TempDir Path folder) {
        Path path = folder.resolve("missing");
        connect(path);
        assertThat(journal.lines()).containsExactly("returned", "connect ENOENT " + path, "close");
    }

    @Test
    @Tag("G6")
    void aSocketFileWithoutAListenerIsEconnrefused(@TempDir Path folder) throws Exception {
        Path path = folder.resolve("dead");
        // The JDK leaves the file behind when it closes.
        try (ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            dead.bind(UnixDomainSocketAddress.of(path));
        }
        connect(path);
        assertThat(journal.lines())
                .containsExactly("returned", "connect ECONNREFUSED " + path, "close");
    }

    /** Linux says ECONNREFUSED where other kernels say ENOTSOCK. */
    @Test
    @Tag("G6")
    void aPlainFileIsEconnrefused(@TempDir Path folder) throws Exception {
        Path path = Files.createFile(folder.resolve("plain"));
        connect(path);
        assertThat(journal.lines())
                .containsExactly("returned", "connect ECONNREFUSED " + path, "close");
        assertThat(path).exists();
    }

    @Test
    @Tag("G6")
    void noPermissionIsEacces(@TempDir Path folder) throws Exception {
        Path path = folder.resolve("forbidden");
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(path));
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("---------"));
            List<String> command = new ArrayList<>();
            if (System.getProperty("user.name").equals("root")) {
                assumeTrue(
                        Files.isExecutable(Path.of("/usr/bin/setpriv")),
                        "root may do all: needs setpriv");
                command.addAll(
                        List.of(
                                "/usr/bin/setpriv",
                                "--bounding-set",
                                "-dac_override,-dac_read_search"));
            }
            command.addAll(ChildJvm.command(Connector.class, path.toString()));
            ChildJvm.Result result = ChildJvm.run(command);
            assertThat(result.output()).isEqualTo("EACCES\n");
            assertThat(result.status()).isZero();
        }
    }

    /** Connects and prints the error's code. */
    static final class Connector {
        public static void main(String[] arguments) {
            Loop.run(loop ->
                    NetSocket.connect(loop, UnixAddress.of(arguments[0]))
                            .onError(error -> System.out.println(SystemError.codeOf(error))));
        }
    }

    @Test
    void aPathAloneIsEnoughForBothEnds(@TempDir Path folder) {
        String path = folder.resolve("s").toString();
        LoopFixture.run(loop -> {
            NetServer server = NetServer.create(loop, peer -> peer.onData(peer::end));
            server.listen(path);
            server.onListening(() -> {
                NetSocket socket = NetSocket.connect(loop, path);
                socket.onData(bytes -> journal.add("" + StandardCharsets.UTF_8.decode(bytes)));
                socket.onClose(server::close);
                socket.write("back");
            });
        });
        assertThat(journal.lines()).containsExactly("back");
        LoopFixture.run(loop ->
                assertThatThrownBy(() -> NetSocket.connect(loop, ""))
                        .isInstanceOf(IllegalArgumentException.class));
    }

    @Test
    @Tag("G10")
    void aListenerThatClosesRemovesItsFileAndAnotherMayFollow(@TempDir Path folder) {
        Path path = folder.resolve("s");
        LoopFixture.run(loop -> {
            NetServer first = NetServer.create(loop, socket -> {});
            first.listen(path.toString())
                    .onListening(() -> {
                        journal.add("first " + Files.exists(path));
                        first.close();
                        journal.add("closed " + Files.exists(path));
                    });
            first.onClose(() -> {
                NetServer second = NetServer.create(loop, socket -> {});
                second.listen(path.toString())
                        .onListening(() -> {
                            journal.add("second " + Files.exists(path));
                            second.close();
                        });
            });
        });
        assertThat(journal.lines()).containsExactly("first true", "closed false", "second true");
        assertThat(path).doesNotExist();
    }

    @Test
    @Tag("epoll")
    @Tag("G4")
    @Tag("G13")
    void abstractNamesWorkWithoutAFile() {
        String name = "@millrace-scenario-" + ProcessHandle.current().pid();
        LoopFixture.run(loop -> {
            NetServer server = NetServer.create(loop, peer -> peer.end("hello"));
            server.listen(name)
                    .onListening(() -> {
                        journal.add(server.address().orElseThrow().toString());
                        journal.add("kernel " + isKnownToTheKernel(name));
                        NetSocket socket = NetSocket.connect(loop, UnixAddress.of(name));
                        socket.onData(buffer -> journal.add("data " + buffer.remaining()));
                        socket.onClose(server::close);
                    });
        });
        assertThat(journal.lines()).containsExactly(name, "kernel true", "data 5");
        assertThat(isKnownToTheKernel(name)).as("nothing is left").isFalse();
    }

    private static boolean isKnownToTheKernel(String name) {
        try (Stream<String> lines = Files.lines(Path.of("/proc/net/unix"))) {
            return lines.anyMatch(line -> line.endsWith(" " + name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    @Tag("G8")
    void bytesGoBothWaysAtOnce(@TempDir Path folder) {
        byte[] pattern = RawClient.pattern(1 << 20);
        ByteArrayOutputStream atServer = new ByteArrayOutputStream();
        ByteArrayOutputStream atClient = new ByteArrayOutputStream();
        LoopFixture.run(loop -> {
            NetServer server = NetServer.create(loop, peer -> exchange(peer, pattern, atServer));
            server.listen(folder.resolve("s").toString())
                    .onListening(() -> {
                        NetSocket client = NetSocket.connect(loop, server.address().orElseThrow());
                        exchange(client, pattern, atClient);
                        client.onClose(server::close);
                    });
        });
        assertThat(atServer.toByteArray()).isEqualTo(pattern);
        assertThat(atClient.toByteArray()).isEqualTo(pattern);
    }

    private static void exchange(NetSocket socket, byte[] bytes, ByteArrayOutputStream received) {
        socket.onData(buffer -> received.write(buffer.array(), 0, buffer.limit()));
        socket.write(bytes, 0, bytes.length);
        socket.end();
    }

    /** An ordinary stream asks for no control messages, so the kernel drops them. */
    @Test
    @Tag("G1")
    void descriptorsThatAPeerSendsDoNotLeakIn(@TempDir Path folder) {
        try (LoopFixture fixture = new LoopFixture();
                Libc libc = new Libc()) {
            Path path = folder.resolve("s");
            NetServer server =
                    fixture.call(() ->
                            NetServer.create(
                                            fixture.loop(),
                                            peer -> peer.onData(buffer -> journal.add("data")))
                                    .onListening(journal.line("listening"))
                                    .listen(path.toString()));
            journal.await("listening");
            int sent = libc.open("/dev/zero", Linux.O_RDONLY | Linux.O_CLOEXEC);
            int client = libc.socket(Linux.AF_UNIX, Linux.SOCK_STREAM | Linux.SOCK_CLOEXEC, 0);
            SocketName name =
                    new SocketName(
                            Linux.AF_UNIX, path.toString().getBytes(StandardCharsets.UTF_8), 0, 0);
            assertThat(libc.connect(client, name)).isZero();
            Message message = new Message(1);
            for (int count = 1; count <= 3; count++) {
                message.store(new byte[] {'x'}, 0, 1, sent, sent, sent);
                assertThat(libc.sendmsg(client, message)).isEqualTo(1);
                journal.await("data", count);
            }
            assertThat(Kernel.descriptors("/dev/zero")).containsExactly(sent);
            libc.close(sent);
            libc.close(client);
            fixture.act(server::close);
        }
    }

    @Test
    @Tag("G7")
    void aConnectIsDoneBeforeTheServerAccepts(@TempDir Path folder) {
        LoopFixture.run(loop -> {
            NetServer server = NetServer.create(loop, peer -> journal.add("accepted"));
            server.pause();
            server.listen(folder.resolve("s").toString())
                    .onListening(() -> {
                        NetSocket client = NetSocket.connect(loop, server.address().orElseThrow());
                        client.onConnect(() -> {
                            journal.add("connected");
                            client.destroy();
                            server.close();
                        });
                    });
        });
        assertThat(journal.lines()).containsExactly("connected");
    }
}
