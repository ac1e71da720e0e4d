package dev.millrace.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.kernel.IpAddress;
import dev.millrace.net.NetServer;
import dev.millrace.net.NetSocket;
import dev.millrace.stream.WriteStream;
import dev.millrace.testing.Ends;
import dev.millrace.testing.Journal;
import dev.millrace.testing.Kernel;
import dev.millrace.testing.LoopFixture;
import dev.millrace.testing.PlainOnly;
import dev.millrace.testing.RawClient;
import java.io.ByteArrayOutputStream;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Readers that stop and writers that must wait, seen from the peer and from the kernel. */
class TcpBackPressureTest {
    private static final int KEPT_MAX_BYTES = 64 * 1024;

    private final LoopFixture fixture = new LoopFixture();
    private final Journal journal = new Journal();
    private NetSocket socket;

    @AfterEach
    void close() {
        fixture.close();
    }

    private RawClient connect(int receiveBufferBytes, Consumer<NetSocket> handler) {
        NetServer server =
                fixture.call(() ->
                        Ends.server(
                                        fixture.loop(),
                                        accepted -> {
                                            socket = accepted;
                                            handler.accept(accepted);
                                            journal.add("accepted");
                                        })
                                .listen(IpAddress.loopback(0)));
        RawClient client =
                RawClient.connect(fixture.call(server::port), "127.0.0.1", receiveBufferBytes);
        journal.await("accepted");
        return client;
    }

    private int serverPort() {
        return ((IpAddress) fixture.call(() -> socket.localAddress().orElseThrow())).port();
    }

    @Test
    @Tag("E1")
    @Tag("I14")
    @PlainOnly(PlainOnly.Reason.BYTES)
    void aPausedSocketLeavesEveryByteInTheKernel() {
        try (RawClient client = connect(0, NetSocket::pause)) {
            client.write(new byte[20_000]);
            int port = serverPort();
            Kernel.await(
                    "the bytes to queue",
                    () -> Kernel.unreadBytes(port, client.localPort()) == 20_000);
            assertThat(fixture.<Long>call(socket::bytesRead)).isZero();

            fixture.act(() ->
                    socket.onData(buffer -> journal.add("data " + buffer.remaining())).resume());
            Kernel.await(
                    "the bytes to be read",
                    () -> Kernel.unreadBytes(port, client.localPort()) == 0);
            journal.await("data 20000");
        }
    }

    @Test
    @Tag("E1")
    void pauseTakesEffectInsideTheDataCallback() {
        byte[] pattern = RawClient.pattern(1 << 20);
        ByteArrayOutputStream received = new ByteArrayOutputStream();
        CompletableFuture<Integer> most = new CompletableFuture<>();
        int[] sincePause = {0, 0};
        try (RawClient client =
                connect(
                        0,
                        accepted ->
                                accepted.onData(
                                                buffer -> {
                                                    accepted.pause();
                                                    sincePause[0]++;
                                                    sincePause[1] =
                                                            Math.max(sincePause[1], sincePause[0]);
                                                    received.writeBytes(buffer.array());
                                                    accepted.loop()
                                                            .setImmediate(() -> {
                                                                sincePause[0] = 0;
                                                                accepted.resume();
                                                            });
                                                })
                                        .onEnd(() -> most.complete(sincePause[1])))) {
            client.write(pattern).halfClose();
            assertThat(fixture.await(most))
                    .as("chunks between a pause and its resume")
                    .isEqualTo(1);
            assertThat(received.toByteArray()).isEqualTo(pattern);
        }
    }

    @Test
    @Tag("H17")
    void withoutAnyListenerAtMostOneChunkIsKept() {
        try (RawClient client = connect(0, accepted -> {})) {
            Thread writer =
                    Thread.ofVirtual().start(() -> client.write(RawClient.pattern(8 << 20)));
            int port = serverPort();
            Kernel.await(
                    "the kernel to fill",
                    () -> Kernel.unreadBytes(port, client.localPort()) > KEPT_MAX_BYTES);
            long read = fixture.call(socket::bytesRead);
            // Of the line, with its handshake, and a record that was not whole.
            assertThat(read).isBetween(1L, (long) KEPT_MAX_BYTES * (Ends.HAVE_TLS ? 2 : 1));
            assertThat(writer.isAlive()).as("the peer is slowed down").isTrue();

            long[] total = {0};
            ByteArrayOutputStream first = new ByteArrayOutputStream();
            fixture.act(() ->
                    socket.onData(buffer -> {
                        total[0] += buffer.remaining();
                        if (first.size() < KEPT_MAX_BYTES) {
                            first.writeBytes(buffer.array());
                        }
                        if (total[0] == 8 << 20) {
                            journal.add("all");
                        }
                    }));
            journal.await("all");
            assertThat(RawClient.isPattern(first.toByteArray()))
                    .as("what was kept comes first")
                    .isTrue();
        }
    }

    @Test
    @Tag("R13")
    @PlainOnly(PlainOnly.Reason.BYTES)
    void unreadDataHoldsBackTheEnd() {
        try (RawClient client = connect(0, accepted -> accepted.onEnd(journal.line("end")))) {
            client.write("unread").halfClose();
            int port = serverPort();
            Kernel.await("the bytes to be kept", () -> fixture.<Long>call(socket::bytesRead) == 6);
            fixture.act(() -> fixture.loop().setImmediate(journal.line("a turn later")));
            journal.await("a turn later");
            assertThat(Kernel.connection(port, client.localPort())).isPresent();
            assertThat(journal.count("end")).isZero();

            fixture.act(() -> socket.onData(buffer -> journal.add("data " + buffer.remaining())));
            journal.await("end");
            assertThat(journal.lines()).containsSubsequence("data 6", "end");
        }
    }

    @Test
    @Tag("R13")
    void aPausedSocketHoldsBackAnEndThatCameAlready() {
        try (RawClient client =
                connect(
                        0,
                        accepted ->
                                accepted.onData(
                                                buffer -> {
                                                    journal.add("data");
                                                    accepted.pause();
                                                })
                                        .onEnd(journal.line("end")))) {
            client.write("x").halfClose();
            journal.await("data");
            fixture.act(() -> fixture.loop().setImmediate(journal.line("a turn later")));
            journal.await("a turn later");
            assertThat(journal.count("end")).isZero();
            fixture.act(() -> socket.resume());
            journal.await("end");
            assertThat(client.readToEnd()).isEmpty();
        }
    }

    @Test
    @Tag("F8")
    void whatIsWrittenInTheDrainCallbackGoesBeforeTheEndAskedForThere() {
        try (RawClient client =
                connect(
                        4096,
                        accepted ->
                                accepted.onDrain(() -> {
                                    accepted.write("and the last words");
                                    accepted.end();
                                }))) {
            int written =
                    fixture.call(() -> {
                        int count = 0;
                        while (socket.write(new byte[512 * 1024])) {
                            count += 512 * 1024;
                        }
                        return count + 512 * 1024;
                    });
            assertThat(client.read(written)).hasSize(written);
            assertThat(client.readToEnd()).isEqualTo("and the last words");
        }
    }

    @Test
    @Tag("R25")
    @PlainOnly(PlainOnly.Reason.BYTES)
    void writeSaysFalseFromTheMarkOnAndDrainComesOnceWhenAllIsSent() {
        try (RawClient client =
                connect(
                        4096,
                        accepted ->
                                accepted.onDrain(() ->
                                        journal.add("drain queued=" + accepted.queuedBytes())))) {
            long written =
                    fixture.call(() -> {
                        byte[] kib = new byte[1024];
                        long count = 0;
                        // Until the kernel is full, bytes leave at once; from then on they wait.
                        while (socket.queuedBytes() == 0) {
                            assertThat(
                                            socket.write(new byte[512 * 1024])
                                                    == (socket.queuedBytes() < KEPT_MAX_BYTES))
                                    .isTrue();
                            count += 512 * 1024;
                        }
                        while (socket.queuedBytes() < WriteStream.HIGH_WATER_MARK_BYTES - 1024) {
                            assertThat(socket.write(kib, 0, 1024)).isTrue();
                            count += 1024;
                        }
                        for (int i = 0; i < 3; i++) {
                            assertThat(socket.write(kib, 0, 1024))
                                    .isEqualTo(
                                            socket.queuedBytes()
                                                    < WriteStream.HIGH_WATER_MARK_BYTES);
                            count += 1024;
                        }
                        assertThat(socket.write(kib, 0, 1024))
                                .as("it still takes the data")
                                .isFalse();
                        return count + 1024;
                    });
            client.read(Math.toIntExact(written));
            journal.await("drain queued=0");
            fixture.act(() -> assertThat(socket.write("more")).isTrue());
            assertThat(client.readText(4)).isEqualTo("more");
            assertThat(journal.count("drain queued=0")).isEqualTo(1);
        }
    }

    @Test
    @Tag("R25")
    void exactlyAtTheMarkIsTooMuch() {
        try (RawClient client = connect(0, accepted -> {})) {
            boolean below =
                    fixture.call(() -> {
                        NetSocket unconnected = Ends.connect(fixture.loop(), IpAddress.loopback(1));
                        unconnected.onError(e -> {});
                        boolean answer = unconnected.write(new byte[KEPT_MAX_BYTES - 1]);
                        assertThat(unconnected.write(new byte[1])).isFalse();
                        return answer;
                    });
            assertThat(below).isTrue();
            assertThat(client.localPort()).isPositive();
        }
    }

    @Test
    @Tag("F9")
    void writabilityIsWatchedOnlyWhileSomethingWaits() {
        int in = 1;
        int out = 4;
        try (RawClient client =
                connect(4096, accepted -> accepted.onDrain(journal.line("drain")))) {
            int port = serverPort();
            int fd =
                    Kernel.descriptor(
                            Kernel.connection(port, client.localPort()).orElseThrow().inode());
            fixture.act(() -> socket.write("small"));
            client.read(5);
            assertThat(Kernel.watched(fd) & (in | out)).isEqualTo(in);
            fixture.act(() -> socket.write(new byte[8 << 20]));
            Kernel.await(
                    "writability to be watched",
                    () -> (Kernel.watched(fd) & (in | out)) == (in | out));
            client.read(8 << 20);
            journal.await("drain");
            Kernel.await("it to be dropped", () -> (Kernel.watched(fd) & (in | out)) == in);
        }
    }

    /** What is written in onDrain may have to wait as well, and an end waits for it (F8). */
    @Test
    @Tag("F8")
    void theEndThatOnDrainAsksForComesAfterWhatItWrote() {
        byte[] first = new byte[8 << 20];
        byte[] last = RawClient.pattern(8 << 20);
        try (RawClient client = connect(4096, NetSocket::pause)) {
            fixture.act(() -> {
                socket.onDrain(() -> {
                    if (socket.isWritable()) {
                        socket.write(last, 0, last.length);
                        socket.end();
                    }
                });
                socket.onError(error -> journal.add(error.getMessage()));
                assertThat(socket.write(first, 0, first.length)).isFalse();
            });
            assertThat(client.read(first.length)).isEqualTo(first);
            assertThat(client.read(last.length)).isEqualTo(last);
            assertThat(client.readToEnd()).isEmpty();
            assertThat(journal.lines()).containsExactly("accepted");
        }
    }

    @Test
    @Tag("F1")
    void aWriteLeavesBeforeTheNextCallback() {
        CompletableFuture<String> read = new CompletableFuture<>();
        try (RawClient client = connect(0, accepted -> {})) {
            Thread.ofVirtual().start(() -> read.complete(client.readText(5)));
            String seen =
                    fixture.call(
                                    () -> {
                                        CompletableFuture<String> inNextCallback =
                                                new CompletableFuture<>();
                                        socket.write("hello");
                                        // The loop is held here until the peer has the bytes: no
                                        // later poll could send them.
                                        fixture.loop()
                                                .setImmediate(() ->
                                                        inNextCallback.complete(
                                                                fixture.await(read)));
                                        return inNextCallback;
                                    })
                            .join();
            assertThat(seen).isEqualTo("hello");
        }
    }
}
