package dev.millrace.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.kernel.Address;
import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.UnixAddress;
import dev.millrace.net.NetServer;
import dev.millrace.testing.ChildJvm;
import dev.millrace.testing.Journal;
import dev.millrace.testing.Kernel;
import dev.millrace.testing.LoopFixture;
import dev.millrace.testing.RawClient;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class LoopGroupTest {
    private final Map<Loop, NetServer> servers = new ConcurrentHashMap<>();
    private final Journal journal = new Journal();

    private LoopGroup start(int count, Address address) throws InterruptedException {
        LoopGroup group = LoopGroup.start(count, loop -> listen(loop, address));
        journal.await("listening", count);
        return group;
    }

    private void listen(Loop loop, Address address) {
        NetServer server =
                NetServer.create(loop, socket -> socket.end(Thread.currentThread().getName()));
        servers.put(loop, server);
        server.listen(address).onListening(journal.line("listening"));
    }

    private int port() {
        Set<Integer> ports = ConcurrentHashMap.newKeySet();
        CountDownLatch asked = new CountDownLatch(servers.size());
        servers.forEach((loop, server) ->
                loop.execute(() -> {
                    ports.add(server.port());
                    asked.countDown();
                }));
        await(asked);
        assertThat(ports).as("one port for all").hasSize(1);
        return ports.iterator().next();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    @Tag("A1")
    void severalLoopsServeOnePortAThreadEach() throws Exception {
        LoopGroup group = start(3, IpAddress.loopback(0));
        int port = port();
        Set<String> names = ConcurrentHashMap.newKeySet();
        // Idle loops take turns; asking until all have served needs no luck, only patience.
        Kernel.await(
                "every loop to serve",
                () -> {
                    try (RawClient client = RawClient.connect(port)) {
                        names.add(client.readToEnd());
                    }
                    return names.size() == 3 || blockOne(names, port);
                });
        group.each(loop -> servers.get(loop).close());
        group.join();
        assertThat(names).contains("millrace-loop-1");
        assertThat(Kernel.isListening(port)).as("the last close frees the port").isFalse();
    }

    /**
     * A loop that has served enough is kept busy while one more client comes, so that another one
     * must serve.
     */
    private boolean blockOne(Set<String> served, int port) {
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch blocked = new CountDownLatch(served.size());
        servers.keySet()
                .forEach(loop ->
                        loop.execute(() -> {
                            if (served.contains(Thread.currentThread().getName())) {
                                blocked.countDown();
                                await(release);
                            }
                        }));
        await(blocked);
        try (RawClient client = RawClient.connect(port)) {
            served.add(client.readToEnd());
        } finally {
            release.countDown();
        }
        return served.size() == servers.size();
    }

    @Test
    @Tag("D2")
    void aConnectionIsServedOnceHoweverManyLoopsWake() throws Exception {
        LoopGroup group = start(4, IpAddress.loopback(0));
        int port = port();
        for (int i = 0; i < 200; i++) {
            try (RawClient client = RawClient.connect(port)) {
                assertThat(client.readToEnd()).startsWith("millrace-loop-");
            }
        }
        ConcurrentLinkedQueue<Long> counts = new ConcurrentLinkedQueue<>();
        group.each(loop -> {
            counts.add(servers.get(loop).acceptedCount());
            assertThat(servers.get(loop).acceptErrorCount()).isZero();
            servers.get(loop).close();
        });
        group.join();
        assertThat(counts.stream().mapToLong(Long::longValue).sum()).isEqualTo(200);
    }

    @Test
    void addressInUseStaysVisibleToASecondGroup() throws Exception {
        LoopGroup group = start(2, IpAddress.loopback(0));
        IpAddress taken = IpAddress.loopback(port());
        LoopGroup second =
                LoopGroup.start(2, loop -> NetServer.create(loop, s -> {}).listen(taken));
        assertThatThrownBy(second::join)
                .hasMessage("listen EADDRINUSE: address already in use " + taken)
                .hasCauseInstanceOf(IOException.class);
        assertThat(Kernel.isListening(taken.port())).isTrue();
        group.each(loop -> servers.get(loop).close());
        group.join();
    }

    /** A group in a process of its own, on the port it is given. */
    static final class SecondProcess {
        private SecondProcess() {}

        public static void main(String[] args) throws InterruptedException {
            IpAddress taken = IpAddress.loopback(Integer.parseInt(args[0]));
            LoopGroup.start(2, loop -> NetServer.create(loop, s -> {}).listen(taken)).join();
        }
    }

    @Test
    void addressInUseStaysVisibleToASecondProcess() throws Exception {
        LoopGroup group = start(2, IpAddress.loopback(0));
        int port = port();
        ChildJvm.Result second = ChildJvm.run(SecondProcess.class, "" + port);
        assertThat(second.status()).isEqualTo(1);
        assertThat(second.output())
                .contains("listen EADDRINUSE: address already in use 127.0.0.1:" + port);
        group.each(loop -> servers.get(loop).close());
        group.join();
    }

    @Test
    @Tag("G10")
    void theLastCloseRemovesTheSocketFile(@TempDir Path folder) throws Exception {
        Path path = folder.resolve("s");
        LoopGroup group = start(2, UnixAddress.of(path));
        Loop first = servers.keySet().iterator().next();
        first.execute(() -> {
            servers.get(first).close();
            journal.add("first closed");
        });
        journal.await("first closed");
        assertThat(path).as("another owner has it").exists();
        assertThat(RawClient.exchange(UnixDomainSocketAddress.of(path), ""))
                .startsWith("millrace-loop-");
        group.each(loop -> servers.get(loop).close());
        group.join();
        assertThat(path).doesNotExist();
    }

    @Test
    void aLoopThatFailsEndsTheGroupAndLetsGoOfThePort(@TempDir Path folder) throws Exception {
        Path path = folder.resolve("s");
        LoopGroup group = start(3, UnixAddress.of(path));
        Loop one = servers.keySet().iterator().next();
        one.execute(() -> {
            throw new IllegalStateException("mine");
        });
        assertThatThrownBy(group::join)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("mine");
        assertThat(path).doesNotExist();
    }

    @Test
    void aSetUpThatFailsEndsTheGroup() throws Exception {
        LoopGroup group =
                LoopGroup.start(
                        4,
                        loop -> {
                            loop.keepAlive();
                            if (Thread.currentThread().getName().endsWith("-3")) {
                                throw new IllegalStateException("mine");
                            }
                        });
        assertThatThrownBy(group::join).hasMessage("mine");
    }

    /** The first one has ended by then, and must not count for the second one as well. */
    @Test
    void aGroupHasStartedWhenEachLoopHasRunItsSetUp() throws Exception {
        CompletableFuture<Thread> first = new CompletableFuture<>();
        LoopGroup group =
                LoopGroup.start(
                        2,
                        loop -> {
                            if (!first.complete(Thread.currentThread())) {
                                join(first.join());
                                letStartReturnIfItDoesNotWait();
                            }
                            journal.add("set up");
                        });
        assertThat(journal.lines()).containsExactly("set up", "set up");
        group.join();
    }

    private static void letStartReturnIfItDoesNotWait() {
        long from = System.nanoTime();
        while (System.nanoTime() - from < 20_000_000) {
            Thread.onSpinWait();
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Nobody has the group then, to end it. */
    @Test
    void whoeverIsInterruptedWhileItStartsLeavesNoLoopBehind() throws Exception {
        CompletableFuture<Thread> late = new CompletableFuture<>();
        CountDownLatch release = new CountDownLatch(1);
        Consumer<Loop> setUp =
                loop -> {
                    loop.keepAlive();
                    if (!late.complete(Thread.currentThread())) {
                        await(release);
                    }
                };
        Thread starter =
                Thread.ofPlatform()
                        .start(() -> {
                            try {
                                LoopGroup.start(2, setUp);
                            } catch (InterruptedException e) {
                                journal.add("interrupted");
                            }
                        });
        Thread running = late.get();
        starter.interrupt();
        journal.await("interrupted");
        release.countDown();
        boolean isOver = running.join(Duration.ofSeconds(LoopFixture.DEADLINE_SECONDS));
        assertThat(isOver).as("the loop has ended").isTrue();
    }

    @Test
    void aLoopCannotWaitForItsOwnGroup() throws Exception {
        LoopGroup group = start(2, IpAddress.loopback(0));
        group.each(loop -> {
            try {
                group.join();
            } catch (IllegalStateException | InterruptedException e) {
                journal.add(e.getMessage());
            }
            servers.get(loop).close();
        });
        group.join();
        assertThat(journal.count("a loop can't wait for the group that it belongs to"))
                .isEqualTo(2);
    }

    @Test
    void aLoopMayListenAgainAfterItHasClosed() throws Exception {
        LoopGroup group = start(2, IpAddress.loopback(0));
        IpAddress fixed = IpAddress.loopback(port());
        group.each(loop -> servers.get(loop).close());
        group.join();
        servers.clear();

        LoopGroup again = start(2, fixed);
        Loop first = servers.keySet().iterator().next();
        first.execute(() -> {
            servers.get(first).onClose(() -> listen(first, fixed));
            servers.get(first).close();
        });
        journal.await("listening", 5);
        again.each(loop -> servers.get(loop).close());
        again.join();
        assertThat(Kernel.isListening(fixed.port())).isFalse();
    }

    @Test
    void aLoopThatListensTwiceOnOnePortMeetsAddressInUse() throws Exception {
        LoopGroup group = start(2, IpAddress.loopback(0));
        IpAddress fixed = IpAddress.loopback(port());
        group.each(loop ->
                NetServer.create(loop, s -> {})
                        .listen(fixed)
                        .onError(e -> {
                            journal.add(e.getMessage());
                            servers.get(loop).close();
                        }));
        group.join();
        assertThat(journal.count("listen EADDRINUSE: address already in use " + fixed))
                .isEqualTo(2);
    }

    @Test
    void aGroupHasAtLeastOneLoop() {
        assertThatThrownBy(() -> LoopGroup.start(0, loop -> {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a group has 1 or more loops, not 0");
    }
}
