package dev.millrace.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.KeepAlive;
import dev.millrace.kernel.ListenOptions;
import dev.millrace.kernel.UnixAddress;
import dev.millrace.kernel.UnixListenOptions;
import dev.millrace.loop.ListenHandle;
import dev.millrace.loop.Loop;
import dev.millrace.stream.WriteLimit;
import dev.millrace.testing.LoopFixture;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the Javadoc of servers and of their options shows, compiled and run. */
class NetServerExamplesTest {
    private final StringBuilder printed = new StringBuilder();

    private void print(Object text) {
        printed.append(text).append('|');
    }

    /** Connects, prints what comes, and closes the server after the answer. */
    private void talkTo(NetServer server, String text) {
        NetSocket client = NetSocket.connect(server.loop(), server.address().orElseThrow());
        client.onData(data -> print(StandardCharsets.UTF_8.decode(data)));
        client.onClose(server::close);
        client.end(text);
    }

    @Test
    void creating() {
        LoopFixture.run(loop -> {
            NetServer server = echo(loop, 0);
            server.onListening(() -> talkTo(server, "hello"));
        });
        assertThat(printed).hasToString("hello|");
    }

    private static NetServer echo(Loop loop, int port) {
        // @start region="create"
        NetServer server = NetServer.create(loop, socket -> socket.pipeTo(socket)); // an echo
        server.listen(port);
        // @end
        return server;
    }

    @Test
    void listening() {
        LoopFixture.run(loop -> {
            NetServer server = NetServer.create(loop, socket -> {});
            listen(server);
            server.loop().setImmediate(server::close);
        });
        assertThat(printed.toString()).startsWith("listens on port ");
    }

    private void listen(NetServer server) {
        // @start region="listen"
        server.onListening(() -> print("listens on port " + server.port()));
        server.onError(error -> print(error.getMessage())); // EADDRINUSE, say
        server.listen(0, "127.0.0.1"); // any free port
        // @end
    }

    @Test
    void listeningAsAStage() {
        LoopFixture.run(loop -> {
            NetServer server = NetServer.create(loop, socket -> {});
            listenInTurn(server);
            server.loop().setImmediate(server::close);
        });
        assertThat(printed.toString()).startsWith("serving at 127.0.0.1:");
    }

    private void listenInTurn(NetServer server) {
        // @start region="listening"
        server.listen(0, "127.0.0.1")
                .listening()
                .thenAccept(ready -> print("serving at " + ready.address().orElseThrow()))
                .exceptionally(error -> {
                    print("can't listen: " + error.getCause().getMessage());
                    return null;
                });
        // @end
    }

    @Test
    void ending() {
        LoopFixture.run(loop -> {
            NetServer server = NetServer.create(loop, socket -> socket.pipeTo(socket));
            server.listen(IpAddress.loopback(0));
            server.onListening(() -> {
                NetSocket client = NetSocket.connect(loop, server.port(), "127.0.0.1");
                client.onData(data -> end(server));
                client.write("hello");
            });
        });
        assertThat(printed).hasToString("the last connection is gone|");
    }

    private void end(NetServer server) {
        // @start region="close"
        server.onClose(() -> print("the last connection is gone"));
        server.close();
        server.connections().forEach(socket -> socket.end()); // or wait until they end
        // @end
    }

    @Test
    void anOverload() {
        LoopFixture.run(loop -> {
            NetServer server = NetServer.create(loop, socket -> socket.pipeTo(socket));
            watch(server);
            server.listen(IpAddress.loopback(0));
            server.onListening(() -> talkTo(server, "all is well"));
        });
        assertThat(printed).hasToString("all is well|");
    }

    private void watch(NetServer server) {
        // @start region="acceptError"
        server.onAcceptError(report -> print(report)); // accept EMFILE: too many open files ...
        // @end
    }

    @Test
    void aServerBeforeItsListener() {
        LoopFixture.run(loop -> {
            NetServer server = once(loop);
            server.onListening(() -> NetSocket.connect(loop, server.port(), "127.0.0.1").resume());
        });
        assertThat(printed).hasToString("no more than one|");
    }

    private NetServer once(Loop loop) {
        // @start region="onConnection"
        NetServer server = NetServer.create(loop);
        server.onConnection(socket -> {
            socket.end("you are the only one\n");
            server.close();
        });
        server.onClose(() -> print("no more than one"));
        server.listen(0, "127.0.0.1");
        // @end
        return server;
    }

    @Test
    void aLimit() {
        LoopFixture.run(loop -> {
            NetServer server = few(loop);
            server.listen(IpAddress.loopback(0));
            server.onListening(() -> {
                NetSocket first = NetSocket.connect(loop, server.port(), "127.0.0.1");
                NetSocket second = NetSocket.connect(loop, server.port(), "127.0.0.1");
                second.onClose(first::destroy);
                first.onClose(server::close);
            });
        });
        assertThat(printed.toString()).startsWith("no room for 127.0.0.1:");
    }

    private NetServer few(Loop loop) {
        // @start region="serverOptions"
        NetServerOptions few = NetServerOptions.DEFAULTS.withMaxConnections(1);
        NetServer server = NetServer.create(loop, few, socket -> socket.pipeTo(socket));
        server.onDrop(drop -> drop.remote().ifPresent(peer -> print("no room for " + peer)));
        // @end
        return server;
    }

    @Test
    void limitsOfConnections() {
        LoopFixture.run(loop -> {
            NetServer server = careful(loop);
            server.listen(IpAddress.loopback(0));
            server.onListening(() -> talkTo(server, "hello"));
        });
        assertThat(printed).hasToString("hello|");
    }

    private NetServer careful(Loop loop) {
        // @start region="connectionLimits"
        ConnectionLimits limits =
                ConnectionLimits.DEFAULTS
                        .withMaxConnections(10_000)
                        .withMaxPerAddress(100)
                        .withMaxPerSecond(1_000);
        NetServerOptions options = NetServerOptions.DEFAULTS.withLimits(limits);
        NetServer server = NetServer.create(loop, options, socket -> socket.pipeTo(socket));
        // @end
        return server;
    }

    @Test
    void aBlockList() {
        LoopFixture.run(loop -> {
            NetServer server = closed(loop);
            server.listen(IpAddress.loopback(0));
            server.onListening(() -> {
                NetSocket client = NetSocket.connect(loop, server.port(), "127.0.0.1");
                client.onClose(server::close).resume();
            });
        });
        assertThat(printed.toString()).startsWith("BLOCKED 127.0.0.1:");
    }

    private NetServer closed(Loop loop) {
        // @start region="blockList"
        BlockList banned = BlockList.of("127.0.0.0/8", "2001:db8::7");
        ConnectionLimits limits = ConnectionLimits.DEFAULTS.withBlocked(banned);
        NetServer server = NetServer.create(loop, NetServerOptions.DEFAULTS.withLimits(limits));
        server.onConnection(socket -> socket.pipeTo(socket));
        server.onDrop(drop -> print(drop.reason() + " " + drop.remote().orElseThrow()));
        banned.add("192.0.2.10-192.0.2.19"); // counts from the next connection
        // @end
        return server;
    }

    @Test
    void aListenerOfOnesOwn() {
        LoopFixture.run(loop -> {
            NetServer server = NetServer.create(loop, socket -> socket.pipeTo(socket));
            server.onListening(() -> talkTo(server, "hello"));
            try {
                onHandle(loop, server);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        assertThat(printed).hasToString("hello|");
    }

    private static void onHandle(Loop loop, NetServer server) throws IOException {
        // @start region="listenHandle"
        ListenHandle handle = new ListenHandle(loop, ListenOptions.DEFAULTS);
        handle.bind(IpAddress.loopback(0)); // the port is ours from here on
        server.listen(handle);
        // @end
    }

    @Test
    void aListenerThatWasPassed() {
        LoopFixture.run(loop -> {
            NetServer server = NetServer.create(loop, socket -> socket.pipeTo(socket));
            server.onError(error -> print(error.getMessage()));
            try {
                onDescriptor(server);
            } catch (UnsupportedOperationException e) {
                print("listen EBADF");
            }
        });
        assertThat(printed.toString()).contains("EBADF");
    }

    private static void onDescriptor(NetServer server) {
        int descriptor = 1_000_000;
        // @start region="listenDescriptor"
        server.listenDescriptor(descriptor); // 3, the first that systemd passes
        // @end
    }

    @Test
    void tellingConnectionsToFinish() {
        LoopFixture.run(loop -> {
            NetServer server = NetServer.create(loop, socket -> socket.pipeTo(socket));
            server.listen(IpAddress.loopback(0));
            sayGoodbye(server);
            server.onListening(() -> {
                NetSocket client = NetSocket.connect(loop, server.port(), "127.0.0.1");
                client.onData(data -> print(StandardCharsets.UTF_8.decode(data)));
                client.onConnect(() -> loop.setImmediate(() -> finish(server)));
            });
        });
        assertThat(printed.toString()).startsWith("bye|").endsWith(" were cut off|");
    }

    private void sayGoodbye(NetServer server) {
        // @start region="onClosing"
        server.onClosing(() -> server.connections().forEach(socket -> socket.end("bye")));
        // @end
    }

    private void finish(NetServer server) {
        if (server.connectionCount() == 0) {
            server.loop().setImmediate(() -> finish(server));
            return;
        }
        // @start region="shutdown"
        server.shutdown(Duration.ofSeconds(10))
                .thenAccept(end -> print(end.cut().size() + " were cut off"));
        // @end
    }

    @Test
    void optionsOfASocket() {
        LoopFixture.run(loop -> {
            NetServer server = NetServer.create(loop, socket -> socket.pipeTo(socket));
            server.listen(IpAddress.loopback(0));
            server.onListening(() -> {
                NetSocket socket = patient(loop, server.port(), "127.0.0.1");
                socket.onConnect(() -> print("connected"));
                socket.onClose(server::close).end();
            });
        });
        assertThat(printed).hasToString("connected|");
    }

    private static NetSocket patient(Loop loop, int port, String host) {
        // @start region="socketOptions"
        NetSocketOptions options =
                NetSocketOptions.DEFAULTS
                        .withConnectTimeout(Duration.ofSeconds(5))
                        .withKeepAlive(KeepAlive.DEFAULTS);
        NetSocket socket = NetSocket.connect(loop, port, host, options);
        // @end
        return socket;
    }

    @Test
    void optionsOfAListener() {
        LoopFixture.run(loop -> {
            NetServer server = NetServer.create(loop, socket -> socket.pipeTo(socket));
            local(server, 0);
            server.onListening(() -> talkTo(server, "hello"));
        });
        assertThat(printed).hasToString("hello|");
    }

    private static void local(NetServer server, int port) {
        // @start region="listenOptions"
        ListenOptions options = ListenOptions.DEFAULTS.withBacklog(64).withReusePort(true);
        server.listen(port, "127.0.0.1", options);
        // @end
    }

    @Test
    void aSocketFile(@TempDir Path folder) {
        Path path = folder.resolve("hello.sock");
        LoopFixture.run(loop -> {
            NetServer server = NetServer.create(loop, socket -> socket.pipeTo(socket));
            listenAt(server, path);
            server.onListening(() -> {
                print(Files.exists(path));
                server.close();
            });
        });
        assertThat(printed).hasToString("true|");
    }

    private static void listenAt(NetServer server, Path path) {
        // @start region="unixOptions"
        UnixListenOptions forAll =
                UnixListenOptions.DEFAULTS.withWritableAll().withTakeOverStale(true);
        server.listen(UnixAddress.of(path), ListenOptions.DEFAULTS.withUnix(forAll));
        // @end
    }

    @Test
    void optionsOfAConnection() {
        LoopFixture.run(loop -> {
            NetServer server = NetServer.create(loop, NetServerExamplesTest::tune);
            server.listen(IpAddress.loopback(0));
            server.onListening(() -> talkTo(server, "hello"));
        });
        assertThat(printed).hasToString("hello|");
    }

    private static void tune(NetSocket socket) {
        keepAlive(socket);
        limit(socket);
        socket.pipeTo(socket);
    }

    private static void keepAlive(NetSocket socket) {
        // @start region="keepAlive"
        socket.keepAlive(new KeepAlive(Duration.ofMinutes(5), Duration.ofSeconds(10), 3));
        // @end
    }

    private static void limit(NetSocket socket) {
        // @start region="writeLimit"
        socket.writeLimit(new WriteLimit(1 << 20, WriteLimit.Policy.CLOSE)); // 1 MiB
        // @end
    }
}
