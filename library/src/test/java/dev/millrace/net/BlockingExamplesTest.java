package dev.millrace.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.kernel.IpAddress;
import dev.millrace.loop.Loop;
import dev.millrace.testing.LoopFixture;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What the Javadoc of blocking sockets shows, compiled and run. */
class BlockingExamplesTest {
    private final StringBuffer printed = new StringBuffer();

    private void print(Object text) {
        printed.append(text).append('|');
    }

    private String ask(NetServer server, LoopFixture fixture, String text) throws IOException {
        int port = fixture.call(server::port);
        try (BlockingSocket socket = BlockingSocket.connect(fixture.loop(), port, "127.0.0.1")) {
            socket.outputStream().write(text.getBytes(StandardCharsets.UTF_8));
            socket.shutdownOutput();
            return new String(socket.inputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void anEcho() throws IOException {
        try (LoopFixture fixture = new LoopFixture()) {
            NetServer server = fixture.call(() -> echo(fixture.loop()));
            assertThat(ask(server, fixture, "hello")).isEqualTo("hello");
        }
    }

    private static NetServer echo(Loop loop) {
        // @start region="echo"
        NetServer server = NetServer.create(loop);
        server.onConnection(
                BlockingSocket.onVirtualThreads(
                        socket -> socket.inputStream().transferTo(socket.outputStream())));
        server.listen(0, "127.0.0.1");
        // @end
        return server;
    }

    @Test
    void aThreadOfOnesOwn() throws IOException {
        try (LoopFixture fixture = new LoopFixture()) {
            NetServer server = fixture.call(() -> own(fixture.loop()));
            assertThat(ask(server, fixture, "one\ntwo\n")).isEqualTo("one, I see\n");
        }
    }

    private NetServer own(Loop loop) {
        // @start region="blocking"
        NetServer server =
                NetServer.create(
                        loop,
                        socket -> {
                            BlockingSocket blocking = socket.blocking(); // here, on the loop
                            Thread.ofVirtual().start(() -> serve(blocking));
                        });
        // @end
        return server.listen(IpAddress.loopback(0));
    }

    private void serve(BlockingSocket blocking) {
        try {
            greet(blocking);
        } catch (IOException e) {
            print(e);
        }
    }

    // @start region="handler"
    static void greet(BlockingSocket socket) throws IOException {
        try (socket) {
            var lines = new BufferedReader(new InputStreamReader(socket.inputStream()));
            String reply = lines.readLine() + ", I see\n";
            socket.outputStream().write(reply.getBytes(StandardCharsets.UTF_8));
        }
    }

    // @end

    @Test
    void aConversation() throws IOException {
        try (LoopFixture fixture = new LoopFixture()) {
            NetServer server = fixture.call(() -> echo(fixture.loop()));
            talk(fixture.loop(), fixture.call(server::port));
        }
        assertThat(printed).hasToString("hello|");
    }

    private void talk(Loop loop, int port) throws IOException {
        // @start region="connect"
        try (BlockingSocket socket = BlockingSocket.connect(loop, port, "127.0.0.1")) {
            socket.outputStream().write("hello".getBytes(StandardCharsets.UTF_8));
            byte[] reply = socket.inputStream().readNBytes(5);
            print(new String(reply, StandardCharsets.UTF_8));
        }
        // @end
    }

    @Test
    void aPatience() throws IOException {
        try (LoopFixture fixture = new LoopFixture()) {
            int port = fixture.listen(socket -> {});
            BlockingSocket socket = BlockingSocket.connect(fixture.loop(), port, "127.0.0.1");
            ask(socket, Duration.ofMillis(1));
        }
        assertThat(printed).hasToString("it says nothing|");
    }

    private void ask(BlockingSocket socket, Duration patience) throws IOException {
        // @start region="timeout"
        socket.readTimeout(patience);
        try {
            print(socket.inputStream().read());
        } catch (SocketTimeoutException e) {
            print("it says nothing");
            socket.reset();
        }
        // @end
    }
}
