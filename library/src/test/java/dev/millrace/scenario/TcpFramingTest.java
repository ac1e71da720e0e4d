package dev.millrace.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.http.HttpServer;
import dev.millrace.kernel.IpAddress;
import dev.millrace.net.NetSocket;
import dev.millrace.stream.Framing;
import dev.millrace.stream.LengthField;
import dev.millrace.testing.Journal;
import dev.millrace.testing.Kernel;
import dev.millrace.testing.LoopFixture;
import dev.millrace.testing.PlainOnly;
import dev.millrace.testing.RawClient;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Messages over a real connection. */
@Tag("E8")
class TcpFramingTest {
    private final LoopFixture fixture = new LoopFixture();
    private final Journal journal = new Journal();

    @AfterEach
    void close() {
        fixture.close();
    }

    private RawClient connect(Consumer<NetSocket> onConnection) {
        return RawClient.connect(fixture.listen(onConnection));
    }

    /** Lent frames are written as they are: what the kernel does not take at once was copied. */
    @Test
    void aThousandFramesComeBackWholeThroughASlowReader() {
        LengthField framing = Framing.lengthField(4, 1 << 20);
        Random random = new Random(8);
        byte[][] messages = new byte[1000][];
        for (int i = 0; i < messages.length; i++) {
            messages[i] = new byte[random.nextInt(i % 50 == 0 ? 300_000 : 2_000)];
            random.nextBytes(messages[i]);
        }
        try (RawClient client =
                connect(socket ->
                        socket.onFrames(
                                        framing,
                                        frame -> {
                                            socket.write(header(frame.remaining()));
                                            if (!socket.write(frame)) {
                                                socket.pause();
                                            }
                                        })
                                .onDrain(socket::resume))) {
            Thread.ofVirtual().start(() -> sendInPieces(client, framing, messages));
            for (byte[] message : messages) {
                int length = ByteBuffer.wrap(client.read(4)).getInt();
                assertThat(length).isEqualTo(message.length);
                assertThat(client.read(length)).isEqualTo(message);
            }
            assertThat(client.readToEnd()).isEmpty();
        }
    }

    private static byte[] header(int length) {
        return ByteBuffer.allocate(4).putInt(length).array();
    }

    private static void sendInPieces(RawClient client, LengthField framing, byte[][] messages) {
        Random random = new Random(9);
        for (byte[] message : messages) {
            byte[] frame = framing.encode(ByteBuffer.wrap(message));
            int cut = random.nextInt(frame.length);
            client.write(Arrays.copyOf(frame, cut));
            client.write(Arrays.copyOfRange(frame, cut, frame.length));
        }
        client.halfClose();
    }

    @Test
    void aPausedReaderOfFramesHoldsTheSender() {
        NetSocket[] paused = new NetSocket[1];
        int[] frames = {0};
        try (RawClient client =
                connect(socket -> {
                    paused[0] = socket;
                    socket.onFrames(
                            Framing.fixedLength(1000),
                            frame -> {
                                if (++frames[0] == 5) {
                                    socket.pause();
                                    journal.add("paused");
                                }
                            });
                })) {
            Thread sender =
                    Thread.ofVirtual().start(() -> client.write(new byte[24_000_000]).halfClose());
            journal.await("paused");
            assertThat(fixture.<Integer>call(() -> frames[0])).isEqualTo(5);
            assertThat(fixture.<Long>call(() -> paused[0].bytesRead())).isLessThan(1 << 20);
            assertThat(sender.isAlive()).isTrue();
            fixture.act(() -> paused[0].resume());
            Kernel.await("all frames", () -> fixture.call(() -> frames[0]) == 24_000);
        }
    }

    @Test
    void aLineThatIsTooLongIsAnErrorOfTheSocketAndClosesIt() {
        try (RawClient client = connect(this::journalLines)) {
            client.write("hello\n" + "x".repeat(81));
            journal.await("close");
            assertThat(journal.lines())
                    .containsExactly(
                            "hello",
                            "FrameException: a line of at least 81 bytes, the limit is 80 bytes",
                            "close");
        }
    }

    @Test
    void anEndInsideALineIsAnErrorOfTheSocket() {
        try (RawClient client = connect(this::journalLines)) {
            client.write("hello\r\nbye").halfClose();
            journal.await("close");
            assertThat(journal.lines())
                    .containsExactly(
                            "hello",
                            "FrameException: the stream ended inside a frame, after 3 bytes",
                            "close");
        }
    }

    private void journalLines(NetSocket socket) {
        socket.onFrames(Framing.lines(80), journal::add)
                .onEnd(journal.line("end"))
                .onError(error ->
                        journal.add(error.getClass().getSimpleName() + ": " + error.getMessage()))
                .onClose(journal.line("close"));
    }

    @Test
    @PlainOnly(PlainOnly.Reason.PEER)
    void aRequestsBodyIsReadInLinesToo() {
        HttpServer server =
                fixture.call(() ->
                        HttpServer.create(
                                        fixture.loop(),
                                        (request, response) -> {
                                            request.onFrames(Framing.lines(80), journal::add);
                                            request.onError(
                                                    error -> journal.add(error.getMessage()));
                                            request.onEnd(() -> response.end("thanks"));
                                        })
                                .listen(IpAddress.loopback(0)));
        int port = fixture.call(server::port);
        try (RawClient client = RawClient.connect(port)) {
            client.write(post("one\ntwo\n"));
            journal.await("two");
            assertThat(client.readText(15)).isEqualTo("HTTP/1.1 200 OK");
            client.write(post("three\nfour"));
            String message = "the stream ended inside a frame, after 4 bytes";
            journal.await(message);
            assertThat(client.readToEnd()).endsWith("thanks");
            assertThat(journal.lines()).containsExactly("one", "two", "three", message);
        }
    }

    private static byte[] post(String body) {
        return ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: "
                        + body.length()
                        + "\r\n\r\n"
                        + body)
                .getBytes(StandardCharsets.US_ASCII);
    }
}
