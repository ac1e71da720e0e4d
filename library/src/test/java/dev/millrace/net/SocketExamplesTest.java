package dev.millrace.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.kernel.IpAddress;
import dev.millrace.loop.Loop;
import dev.millrace.stream.Framing;
import dev.millrace.stream.ReadStream;
import dev.millrace.stream.WriteStream;
import dev.millrace.testing.LoopFixture;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What the Javadoc of sockets and streams shows, compiled and run. */
class SocketExamplesTest {
    private static final int CHUNKS = 40;

    private final StringBuilder printed = new StringBuilder();

    private void print(Object text) {
        printed.append(text);
    }

    /** Runs both ends of one connection until they are over. */
    private static void exchange(Consumer<NetSocket> handler, BiConsumer<Loop, Integer> client) {
        LoopFixture.run(loop -> {
            NetServer server = NetServer.create(loop);
            server.onConnection(socket -> {
                server.close();
                handler.accept(socket);
            });
            server.listen(IpAddress.loopback(0));
            server.onListening(() -> client.accept(loop, server.port()));
        });
    }

    @Test
    void connecting() {
        exchange(socket -> socket.pipeTo(socket), this::talk);
        assertThat(printed).hasToString("hello");
    }

    private void talk(Loop loop, int port) {
        // @start region="connect"
        NetSocket socket = NetSocket.connect(loop, port, "127.0.0.1");
        socket.onConnect(() -> socket.end("hello"));
        socket.onData(data -> print(StandardCharsets.UTF_8.decode(data)));
        socket.onError(error -> print("no luck: " + error.getMessage()));
        // @end
    }

    @Test
    void anIdleTimeout() {
        exchange(
                this::say,
                (loop, port) -> {
                    NetSocket client = NetSocket.connect(loop, port, "127.0.0.1");
                    client.onData(data -> print(StandardCharsets.UTF_8.decode(data)));
                });
        assertThat(printed).hasToString("bye\n");
    }

    private void say(NetSocket socket) {
        Duration limit = Duration.ofMillis(1);
        // @start region="timeout"
        socket.timeout(limit, () -> socket.end("bye\n")); // a minute, say: Duration.ofSeconds(60)
        // @end
    }

    @Test
    void aShortFarewell() {
        exchange(
                this::dismiss,
                (loop, port) -> {
                    NetSocket client = NetSocket.connect(loop, port, "127.0.0.1");
                    client.onData(data -> print(StandardCharsets.UTF_8.decode(data)));
                });
        assertThat(printed).hasToString("too busy\n");
    }

    private void dismiss(NetSocket socket) {
        // @start region="destroySoon"
        socket.write("too busy\n");
        socket.destroySoon(); // whatever the peer still wants to say
        // @end
    }

    @Test
    void aConnectionAsAStage() {
        exchange(socket -> socket.pipeTo(socket), this::stage);
        assertThat(printed).hasToString("connected to 127.0.0.1");
    }

    private void stage(Loop loop, int port) {
        // @start region="connected"
        NetSocket.connect(loop, port, "127.0.0.1")
                .connected()
                .whenComplete((socket, error) -> {
                    if (error == null) {
                        print("connected to 127.0.0.1");
                        socket.end();
                    } else {
                        print("no luck: " + error.getMessage());
                    }
                });
        // @end
    }

    @Test
    void writing() {
        long[] received = {0};
        exchange(
                socket -> {
                    int[] next = {0};
                    socket.onDrain(() -> send(socket, next));
                    send(socket, next);
                },
                (loop, port) ->
                        NetSocket.connect(loop, port)
                                .onData(data -> received[0] += data.remaining()));
        assertThat(received[0]).isEqualTo(CHUNKS * 16_384L);
    }

    private static ByteBuffer chunk(int number) {
        return ByteBuffer.allocate(number < CHUNKS ? 16_384 : 0);
    }

    private static boolean isLast(int number) {
        return number == CHUNKS - 1;
    }

    // @start region="write"
    /** Called at first, and then by {@code socket.onDrain(() -> send(socket, next))}. */
    private static void send(WriteStream socket, int[] next) {
        boolean mayGoOn = true;
        while (mayGoOn && next[0] >= 0) {
            mayGoOn = socket.write(chunk(next[0]));
            next[0] = isLast(next[0]) ? -1 : next[0] + 1;
        }
        if (next[0] < 0) {
            socket.end();
        }
    }

    // @end

    @Test
    void piping() {
        exchange(
                SocketExamplesTest::echo,
                (loop, port) -> {
                    NetSocket socket = NetSocket.connect(loop, port);
                    receive(socket);
                    socket.end("there and back");
                });
        assertThat(printed).hasToString("there and back that was all");
    }

    private static void echo(NetSocket socket) {
        // @start region="pipeTo"
        socket.pipeTo(socket); // an echo, no faster than the peer reads
        // @end
    }

    private void receive(ReadStream socket) {
        // @start region="onData"
        socket.onData(data -> print(StandardCharsets.UTF_8.decode(data)));
        socket.onEnd(() -> print(" that was all"));
        // @end
    }

    @Test
    void handingOver() {
        exchange(
                this::greet,
                (loop, port) ->
                        NetSocket.connect(loop, port)
                                .onData(data -> print(StandardCharsets.UTF_8.decode(data)))
                                .end("STARTTLS\nsecret"));
        assertThat(printed).hasToString("ready\nsecret");
    }

    private static void secure(NetSocket socket) {
        socket.pipeTo(socket);
    }

    private void greet(NetSocket socket) {
        // @start region="handOver"
        socket.onFrames(
                Framing.lines(80),
                line -> {
                    if (line.equals("STARTTLS")) {
                        socket.write("ready\n");
                        secure(socket.handOver()); // gets what follows the line
                    }
                });
        // @end
    }
}
