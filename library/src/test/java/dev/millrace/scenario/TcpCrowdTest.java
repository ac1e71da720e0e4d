package dev.millrace.scenario;

import static dev.millrace.testing.Kernel.ESTABLISHED;
import static dev.millrace.testing.Kernel.LISTEN;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.kernel.IpAddress;
import dev.millrace.loop.PhaseHandle;
import dev.millrace.net.NetServer;
import dev.millrace.testing.Ends;
import dev.millrace.testing.Journal;
import dev.millrace.testing.Kernel;
import dev.millrace.testing.LoopFixture;
import dev.millrace.testing.RawClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Many connections, or one that is loud. */
class TcpCrowdTest {
    private static final int O_NONBLOCK = 0x800;
    private static final int O_CLOEXEC = 0x8_0000;

    private final Journal journal = new Journal();

    @Test
    @Tag("A13")
    void aCounterWithoutLocksStaysExactUnderAThousandConnections() {
        int connections = 1_000;
        int[] opened = {0};
        int[] bytes = {0};
        try (LoopFixture fixture = new LoopFixture()) {
            NetServer server =
                    fixture.call(() ->
                            Ends.server(
                                            fixture.loop(),
                                            socket -> {
                                                opened[0]++;
                                                socket.onData(
                                                        buffer -> bytes[0] += buffer.remaining());
                                            })
                                    .listen(IpAddress.loopback(0)));
            int port = fixture.call(server::port);
            for (int i = 0; i < connections; i++) {
                Thread.ofVirtual()
                        .start(() -> {
                            try (RawClient client =
                                    RawClient.connect(port).write("0123456789").halfClose()) {
                                client.readToEnd();
                                journal.add("done");
                            }
                        });
            }
            journal.await("done", connections);
            assertThat(fixture.<Integer>call(() -> opened[0])).isEqualTo(connections);
            assertThat(fixture.<Integer>call(() -> bytes[0])).isEqualTo(10 * connections);
        }
    }

    @Test
    @Tag("D1")
    void everyConnectionThatWaitedIsTakenOnceInOrder() {
        List<Integer> served = new ArrayList<>();
        List<RawClient> clients = new ArrayList<>();
        CountDownLatch waiting = new CountDownLatch(1);
        try (LoopFixture fixture = new LoopFixture()) {
            NetServer server =
                    fixture.call(() ->
                            Ends.server(
                                            fixture.loop(),
                                            socket -> {
                                                served.add(
                                                        ((IpAddress)
                                                                        socket.remoteAddress()
                                                                                .orElseThrow())
                                                                .port());
                                                socket.end();
                                            })
                                    .listen(IpAddress.loopback(0)));
            int port = fixture.call(server::port);
            // As SIGSTOP would: the loop stands still while fifty clients queue.
            fixture.loop().execute(() -> await(waiting));
            for (int i = 0; i < 50; i++) {
                clients.add(RawClient.connect(port));
            }
            waiting.countDown();
            clients.forEach(client -> assertThat(client.readToEnd()).isEmpty());
            List<Integer> ports = clients.stream().map(RawClient::localPort).toList();
            assertThat(fixture.call(() -> List.copyOf(served))).isEqualTo(ports);
            assertThat(fixture.<Long>call(server::acceptErrorCount)).isZero();
            clients.forEach(RawClient::close);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Between two answers to the quiet client the loud one gets a bounded number of bytes read. */
    @Test
    @Tag("E5")
    void aFloodingPeerDoesNotStarveTheOthers() {
        long[] flooded = {0, 0};
        long[] mostPerTurn = {0};
        AtomicBoolean isOver = new AtomicBoolean();
        try (LoopFixture fixture = new LoopFixture()) {
            NetServer server =
                    fixture.call(() -> {
                        PhaseHandle turn = new PhaseHandle(fixture.loop(), PhaseHandle.Phase.CHECK);
                        turn.unref();
                        turn.start(() -> {
                            mostPerTurn[0] = Math.max(mostPerTurn[0], flooded[0] - flooded[1]);
                            flooded[1] = flooded[0];
                        });
                        return Ends.server(
                                        fixture.loop(),
                                        socket ->
                                                socket.onData(buffer -> {
                                                    if (buffer.remaining() == 4) {
                                                        socket.write(buffer);
                                                    } else {
                                                        flooded[0] += buffer.remaining();
                                                    }
                                                }))
                                .listen(IpAddress.loopback(0));
                    });
            int port = fixture.call(server::port);
            Thread flood =
                    Thread.ofPlatform()
                            .daemon()
                            .start(() -> {
                                try (RawClient client = RawClient.connect(port)) {
                                    byte[] much = new byte[1 << 20];
                                    while (!isOver.get()) {
                                        client.write(much);
                                    }
                                }
                            });
            try (RawClient client = RawClient.connect(port)) {
                for (int ping = 0; ping < 200; ping++) {
                    assertThat(client.write("ping").readText(4)).isEqualTo("ping");
                }
            }
            Kernel.await("some flood", () -> fixture.call(() -> flooded[0]) > 1 << 20);
            isOver.set(true);
            fixture.await(CompletableFuture.runAsync(() -> join(flood)));
            assertThat(mostPerTurn[0]).isBetween(1L, 4L * 64 * 1024);
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    @Tag("B10")
    @Tag("epoll")
    void everyDescriptorOfALoopIsNonBlockingAndClosedOnExec() {
        try (LoopFixture fixture = new LoopFixture()) {
            NetServer server =
                    fixture.call(() ->
                            Ends.server(fixture.loop(), socket -> journal.add("accepted"))
                                    .listen(IpAddress.loopback(0)));
            int port = fixture.call(server::port);
            fixture.act(() ->
                    Ends.connect(fixture.loop(), IpAddress.loopback(port))
                            .onConnect(journal.line("connected")));
            journal.await("accepted");
            journal.await("connected");
            List<Integer> sockets =
                    Kernel.tcp().stream()
                            .filter(one -> one.localPort() == port || one.remotePort() == port)
                            .filter(one -> Set.of(LISTEN, ESTABLISHED).contains(one.state()))
                            .map(one -> Kernel.descriptor(one.inode()))
                            .toList();
            assertThat(sockets).as("the listener and both ends").hasSize(3).doesNotContain(-1);
            int epoll = Kernel.epollOf(sockets.getFirst());
            Set<Integer> all = new TreeSet<>(Kernel.watchedBy(epoll).keySet());
            all.addAll(sockets);
            assertThat(all).as("these, and what wakes the loop").hasSize(4);
            all.forEach(fd ->
                    assertThat(Kernel.flags(fd) & O_NONBLOCK)
                            .as("non-blocking %d", fd)
                            .isNotZero());
            all.add(epoll);
            all.forEach(fd ->
                    assertThat(Kernel.flags(fd) & O_CLOEXEC)
                            .as("close-on-exec %d", fd)
                            .isNotZero());
        }
    }
}
