package dev.millrace.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.blocking.ByteRing;
import dev.millrace.testing.Ends;
import dev.millrace.testing.LoopFixture;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What threads that block read and write. */
class BlockingSocketTest {
    private static final int CONNECTIONS = 500;
    private static final int MUCH = 16 << 20;

    private final BlockingPair pair = new BlockingPair();

    BlockingSocketTest() throws IOException {}

    @AfterEach
    void close() throws IOException {
        pair.close();
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(7).nextBytes(bytes);
        return bytes;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    @Tag("F11")
    void fiveHundredVirtualThreadsEchoAtOnce() {
        LoopFixture fixture = pair.fixture;
        NetServer server =
                fixture.serve(
                        NetServerOptions.DEFAULTS,
                        BlockingSocket.onVirtualThreads(
                                socket -> socket.inputStream().transferTo(socket.outputStream())));
        int port = fixture.call(server::port);
        CountDownLatch connected = new CountDownLatch(CONNECTIONS);
        List<CompletableFuture<Object>> clients = new ArrayList<>();
        for (int at = 0; at < CONNECTIONS; at++) {
            byte[] text = bytes("hello from " + at);
            clients.add(pair.start(() -> echoed(port, text, connected)).outcome);
        }
        assertThat(clients).allSatisfy(one -> assertThat(fixture.await(one)).isEqualTo(true));
        assertThat(fixture.call(server::acceptedCount)).isEqualTo(CONNECTIONS);
    }

    /** Nothing is sent before every connection stands. */
    private static boolean echoed(int port, byte[] text, CountDownLatch connected)
            throws IOException, InterruptedException {
        try (Socket client = Ends.client(new Socket(InetAddress.getLoopbackAddress(), port))) {
            connected.countDown();
            connected.await();
            client.getOutputStream().write(text);
            client.shutdownOutput();
            return Arrays.equals(client.getInputStream().readAllBytes(), text);
        }
    }

    @Test
    @Tag("F11")
    void aReadWaitsForTheFirstByteAndTakesWhatThereIs() throws IOException {
        var reading = pair.blocked(() -> new String(pair.in.readNBytes(4), StandardCharsets.UTF_8));
        pair.peer.getOutputStream().write(bytes("ping"));
        assertThat(pair.outcome(reading)).isEqualTo("ping");
        pair.peer.getOutputStream().write(bytes("more"));
        assertThat(pair.outcome(pair.in::read)).isEqualTo((int) 'm');
        assertThat(pair.in.available()).isBetween(0, 3);
        assertThat(pair.outcome(() -> pair.in.readNBytes(3).length)).isEqualTo(3);
        assertThat(pair.in.available()).isZero();
        assertThat(pair.outcome(() -> pair.in.read(new byte[0]))).isEqualTo(0);
    }

    @Test
    void bytesAreUnsigned() throws IOException {
        pair.peer.getOutputStream().write(255);
        assertThat(pair.outcome(pair.in::read)).isEqualTo(255);
        assertThat(
                        pair.outcome(() -> {
                            pair.out.write(254);
                            return "written";
                        }))
                .isEqualTo("written");
        assertThat(pair.peer.getInputStream().read()).isEqualTo(254);
    }

    @Test
    void whatComesWaitsWithinItsBoundAndIsWhole() throws IOException {
        byte[] much = random(MUCH);
        var sending =
                pair.start(() -> {
                    pair.peer.getOutputStream().write(much);
                    pair.peer.shutdownOutput();
                    return true;
                });
        // Nothing is read yet: the loop receives no more than the bound, and what it keeps.
        NetSocket socket = pair.here.socket();
        pair.fixture.await(until(socket));
        // Behind TLS those of the line, with a record that is not whole.
        assertThat(pair.fixture.call(socket::bytesRead))
                .isLessThanOrEqualTo((Ends.HAVE_TLS ? 3L : 2L) * ByteRing.CAPACITY);
        assertThat((byte[]) pair.outcome(pair.in::readAllBytes)).isEqualTo(much);
        assertThat(pair.outcome(sending)).isEqualTo(true);
    }

    private CompletableFuture<Void> until(NetSocket socket) {
        CompletableFuture<Void> paused = new CompletableFuture<>();
        pair.fixture.loop().execute(() -> lookAgain(socket, paused));
        return paused;
    }

    private static void lookAgain(NetSocket socket, CompletableFuture<Void> paused) {
        if (socket.isPaused()) {
            paused.complete(null);
        } else {
            socket.loop().setImmediate(() -> lookAgain(socket, paused));
        }
    }

    @Test
    @Tag("F11")
    void aWriteWaitsForAPeerThatDoesNotRead() throws IOException {
        byte[] much = random(MUCH);
        var writing =
                pair.blocked(() -> {
                    pair.out.write(much);
                    pair.here.shutdownOutput();
                    return true;
                });
        assertThat(writing.outcome).as("it waits").isNotDone();
        NetSocket socket = pair.here.socket();
        assertThat(pair.fixture.call(socket::queuedBytes))
                .isLessThanOrEqualTo(2L * ByteRing.CAPACITY);
        assertThat(pair.peer.getInputStream().readAllBytes()).isEqualTo(much);
        assertThat(pair.outcome(writing)).isEqualTo(true);
    }

    /** Each longer than all that may wait, so that each has to stop in the middle. */
    @Test
    void writesOfSeveralThreadsComeWholeOneAfterTheOther() throws IOException {
        int length = 5 * ByteRing.CAPACITY;
        var writing = Stream.of('a', 'b', 'c', 'd').map(letter -> writing(letter, length)).toList();
        byte[] all = pair.peer.getInputStream().readNBytes(4 * length);
        assertThat(writing).allSatisfy(one -> assertThat(pair.outcome(one)).isEqualTo(true));
        for (int from = 0; from < all.length; from += length) {
            byte first = all[from];
            assertThat(Arrays.copyOfRange(all, from, from + length)).containsOnly(first);
        }
    }

    private BlockingPair.Running writing(char letter, int length) {
        byte[] one = new byte[length];
        Arrays.fill(one, (byte) letter);
        return pair.start(() -> {
            pair.out.write(one);
            return true;
        });
    }

    @Test
    void thePeersEndIsTheEndOfTheInputAndNoMore() throws IOException {
        pair.peer.getOutputStream().write(bytes("question"));
        pair.peer.shutdownOutput();
        assertThat((byte[]) pair.outcome(pair.in::readAllBytes)).asString().isEqualTo("question");
        assertThat(pair.outcome(pair.in::read)).isEqualTo(-1);
        pair.outcome(() -> {
            pair.out.write(bytes("answer"));
            pair.here.close();
            return true;
        });
        assertThat(pair.peer.getInputStream().readAllBytes()).asString().isEqualTo("answer");
    }

    @Test
    void ourEndLeavesTheInputOpen() throws IOException {
        pair.here.shutdownOutput();
        pair.here.shutdownOutput();
        assertThat(pair.peer.getInputStream().read()).isEqualTo(-1);
        assertThat(
                        pair.outcome(() -> {
                            pair.out.write(1);
                            return true;
                        }))
                .hasToString("java.net.SocketException: Socket output is shutdown");
        pair.peer.getOutputStream().write(bytes("still"));
        pair.peer.shutdownOutput();
        assertThat((byte[]) pair.outcome(pair.in::readAllBytes)).asString().isEqualTo("still");
    }

    @Test
    void ofThePlatformThreadsToo() throws IOException {
        pair.peer.getOutputStream().write(bytes("x"));
        assertThat(pair.in.read()).isEqualTo((int) 'x');
        assertThat(pair.here).hasToString("BlockingSocket[" + pair.here.socket() + "]");
        assertThat(pair.here.inputStream()).isSameAs(pair.in);
        assertThat(pair.here.outputStream()).isSameAs(pair.out);
    }

    @Test
    void wrongRangesAreMistakes() {
        assertThatThrownBy(() -> pair.in.read(new byte[2], 1, 2))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> pair.out.write(new byte[2], 1, 2))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }

    /** What was read ahead and what was written goes on with the new owner. */
    @Test
    void anotherOwnerOnTheLoopLosesNoByte() throws IOException {
        pair.peer.getOutputStream().write(bytes("onetwo"));
        assertThat((byte[]) pair.outcome(() -> pair.in.readNBytes(3))).asString().isEqualTo("one");
        var reading =
                pair.blocked(() -> {
                    pair.in.readNBytes(3);
                    return pair.in.read();
                });
        pair.peer.getOutputStream().write(bytes(""));
        CompletableFuture<String> next = new CompletableFuture<>();
        NetSocket socket = pair.here.socket();
        pair.fixture.act(() -> {
            socket.handOver();
            socket.onData(chunk -> next.complete(StandardCharsets.UTF_8.decode(chunk).toString()));
            socket.write("hello");
        });
        assertThat(pair.outcome(reading))
                .hasToString("java.net.SocketException: the socket was handed over");
        assertThat(pair.peer.getInputStream().readNBytes(5)).asString().isEqualTo("hello");
        pair.peer.getOutputStream().write(bytes("three"));
        assertThat(pair.fixture.await(next)).isEqualTo("three");
    }

    @Test
    void whatWasNotReadIsTheNextOwners() throws IOException {
        pair.peer.getOutputStream().write(bytes("unread"));
        pair.fixture.await(arrived());
        CompletableFuture<String> next = new CompletableFuture<>();
        NetSocket socket = pair.here.socket();
        pair.fixture.act(() -> {
            socket.handOver();
            socket.onData(chunk -> next.complete(StandardCharsets.UTF_8.decode(chunk).toString()));
        });
        assertThat(pair.fixture.await(next)).isEqualTo("unread");
    }

    private CompletableFuture<Object> arrived() {
        return pair.start(
                        () -> {
                            while (pair.in.available() < 6) {
                                Thread.yield();
                            }
                            return true;
                        })
                .outcome;
    }
}
