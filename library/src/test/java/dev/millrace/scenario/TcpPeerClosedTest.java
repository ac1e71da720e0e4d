package dev.millrace.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.net.NetSocket;
import dev.millrace.testing.Journal;
import dev.millrace.testing.Kernel;
import dev.millrace.testing.LoopFixture;
import dev.millrace.testing.PlainOnly;
import dev.millrace.testing.RawClient;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A peer leaves while nobody reads. */
class TcpPeerClosedTest {
    private final LoopFixture fixture = new LoopFixture();
    private final Journal journal = new Journal();
    private final List<NetSocket> sockets = new ArrayList<>();

    @AfterEach
    void close() {
        fixture.close();
    }

    private int serve(Consumer<NetSocket> handler) {
        return fixture.listen(accepted -> {
            sockets.add(accepted);
            handler.accept(accepted);
            journal.add("accepted");
        });
    }

    private RawClient connect(Consumer<NetSocket> handler) {
        RawClient client = RawClient.connect(serve(handler));
        journal.await("accepted");
        return client;
    }

    private void written(NetSocket socket) {
        socket.onPeerClosed(reset ->
                        journal.add("left " + (reset == null ? "FIN" : reset.getMessage())))
                .onEnd(journal.line("end"))
                .onError(error -> journal.add("error " + error.getMessage()))
                .onClose(journal.line("close"));
    }

    private void readAll() {
        fixture.act(() ->
                sockets.getFirst()
                        .onData(buffer -> journal.add("data " + buffer.remaining()))
                        .resume());
        journal.await("close");
    }

    @Test
    @Tag("H16")
    @Tag("E7")
    @Tag("R22")
    @Tag("epoll")
    @PlainOnly(PlainOnly.Reason.BYTES)
    void aFinIsToldWhilePausedAndDataAndEndFollowOnResume() {
        try (RawClient client =
                connect(socket -> {
                    socket.pause();
                    written(socket);
                })) {
            client.write("twelve bytes").halfClose();
            journal.await("left FIN");
            assertThat(fixture.<Long>call(() -> sockets.getFirst().bytesRead())).isZero();
            readAll();
            assertThat(journal.lines())
                    .containsExactly("accepted", "left FIN", "data 12", "end", "close");
        }
    }

    @Test
    @Tag("H16")
    @Tag("X73")
    @Tag("epoll")
    void aResetIsToldWhilePausedAndDataAndErrorFollowOnResume() {
        RawClient client =
                connect(socket -> {
                    socket.pause();
                    written(socket);
                });
        client.write("twelve bytes").reset();
        journal.await("left read ECONNRESET");
        assertThat(fixture.<Boolean>call(() -> sockets.getFirst().isDestroyed())).isFalse();
        readAll();
        assertThat(journal.lines())
                .containsExactly(
                        "accepted",
                        "left read ECONNRESET",
                        "data 12",
                        "error read ECONNRESET",
                        "close");
    }

    @Test
    @Tag("H16")
    @Tag("epoll")
    void aResetWithNothingToReadIsToldAtOnceAndTheErrorWaitsForTheReader() {
        RawClient client =
                connect(socket -> {
                    socket.pause();
                    written(socket);
                });
        client.reset();
        journal.await("left read ECONNRESET");
        fixture.act(() -> fixture.loop().setImmediate(journal.line("a turn later")));
        journal.await("a turn later");
        assertThat(journal.count("close")).isZero();
        readAll();
        assertThat(journal.lines()).endsWith("error read ECONNRESET", "close");
    }

    @Test
    @Tag("H16")
    @Tag("epoll")
    @PlainOnly(PlainOnly.Reason.BYTES)
    void aPeerThatLeavesWhileItsBytesAreKeptIsToldAsWell() {
        try (RawClient client = connect(this::written)) {
            client.write("kept");
            Kernel.await(
                    "the bytes to be kept",
                    () -> fixture.<Long>call(() -> sockets.getFirst().bytesRead()) == 4);
            client.halfClose();
            journal.await("left FIN");
            readAll();
            assertThat(journal.lines())
                    .containsExactly("accepted", "left FIN", "data 4", "end", "close");
        }
    }

    @Test
    void whoeverReadsIsToldOfTheEndAlone() {
        try (RawClient client =
                connect(socket -> {
                    written(socket);
                    socket.resume();
                })) {
            client.write("x").halfClose();
            journal.await("close");
            assertThat(journal.lines()).containsExactly("accepted", "end", "close");
        }
    }

    @Test
    @Tag("epoll")
    void whatItsListenerThrowsEndsTheSocket() {
        try (RawClient client =
                connect(socket -> {
                    socket.pause();
                    socket.onPeerClosed(reset -> {
                        throw new IllegalStateException("thrown");
                    });
                    socket.onError(error -> journal.add(String.valueOf(error.getMessage())));
                    socket.onClose(journal.line("close"));
                })) {
            client.halfClose();
            journal.await("close");
            assertThat(journal.lines().get(1)).contains("thrown");
        }
    }

    /** The acceptance: nothing is lost, and nothing spins. */
    @Test
    @Tag("H16")
    @Tag("X73")
    @Tag("epoll")
    void aThousandPausedSocketsWhosePeersLeaveLoseNothingAndCostNothing() {
        int count = 1_000;
        long[] read = {0};
        int port =
                serve(socket -> {
                    socket.pause();
                    socket.onPeerClosed(reset -> journal.add(reset == null ? "FIN" : "reset"))
                            .onBytes((array, offset, length) -> {
                                read[0] += length;
                                return length;
                            })
                            .onEnd(journal.line("end"))
                            .onError(error -> journal.add("error"))
                            .onClose(journal.line("close"));
                });
        List<RawClient> clients = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            clients.add(RawClient.connect(port).write("0123456789"));
        }
        journal.await("accepted", count);
        for (int i = 0; i < count; i++) {
            if (i % 2 == 0) {
                clients.get(i).halfClose();
            } else {
                clients.get(i).reset();
            }
        }
        journal.await("FIN", count / 2);
        journal.await("reset", count / 2);

        Duration interval = Duration.ofSeconds(1);
        assertThat(cpuOver(interval)).isLessThan(interval.dividedBy(100));

        fixture.act(() -> sockets.forEach(NetSocket::resume));
        journal.await("close", count);
        assertThat(journal.count("end")).isEqualTo(count / 2);
        assertThat(journal.count("error")).isEqualTo(count / 2);
        assertThat(journal.count("FIN") + journal.count("reset")).isEqualTo(count);
        assertThat(fixture.<Long>call(() -> read[0])).isEqualTo(10L * count);
        clients.forEach(RawClient::close);
    }

    /** The loop's thread's own processor time while a timer of the loop runs. */
    private Duration cpuOver(Duration interval) {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        CompletableFuture<Long> spent = new CompletableFuture<>();
        fixture.act(() -> {
            long before = threads.getCurrentThreadCpuTime();
            fixture.loop()
                    .setTimeout(
                            interval,
                            () -> spent.complete(threads.getCurrentThreadCpuTime() - before));
        });
        return Duration.of(fixture.await(spent), TimeUnit.NANOSECONDS.toChronoUnit());
    }
}
