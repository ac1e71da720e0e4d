package dev.millrace.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.ListenOptions;
import dev.millrace.net.NetServer;
import dev.millrace.sys.JvmSignals;
import dev.millrace.sys.SignalWatch;
import dev.millrace.testing.Journal;
import dev.millrace.testing.Kernel;
import dev.millrace.testing.RawClient;
import java.time.Duration;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How a group ends: in order, at once, and by signals. */
@Timeout(30)
class LoopGroupEndTest {
    private final Map<Loop, NetServer> servers = new ConcurrentHashMap<>();
    private final Queue<Integer> ports = new ConcurrentLinkedQueue<>();
    private final Journal journal = new Journal();

    private LoopGroup start(int count) throws InterruptedException {
        LoopGroup group = LoopGroup.start(count, this::echo);
        journal.await("listening", count);
        return group;
    }

    private void echo(Loop loop) {
        NetServer server = NetServer.create(loop, socket -> socket.pipeTo(socket));
        servers.put(loop, server);
        server.listen(IpAddress.loopback(0))
                .onListening(() -> {
                    ports.add(server.port());
                    journal.add("listening");
                });
    }

    private int port() {
        return ports.element();
    }

    @Test
    void shutdownEndsTheLoopsWhenTheirConnectionsAreGone() throws Exception {
        LoopGroup group = start(3);
        int port = port();
        RawClient first = RawClient.connect(port).write("a");
        RawClient second = RawClient.connect(port).write("b");
        assertThat(first.readText(1) + second.readText(1)).isEqualTo("ab");
        group.shutdown(Duration.ofHours(1));
        Kernel.await("no listener", () -> !Kernel.isListening(port));
        assertThat(first.write("c").readText(1)).as("it goes on").isEqualTo("c");
        first.close();
        assertThat(second.halfClose().readToEnd()).isEmpty();
        group.join();
        assertThat(group).hasToString("LoopGroup[3 loops, 0 running]");
        second.close();
    }

    @Test
    void shutdownCutsOffWhatIsLeftAtItsLimit() throws Exception {
        LoopGroup group = start(2);
        try (RawClient client = RawClient.connect(port()).write("a")) {
            assertThat(client.readText(1)).isEqualTo("a");
            group.shutdown(Duration.ofHours(1));
            group.shutdown(Duration.ZERO);
            group.join();
            assertThat(client.readEnding()).isEqualTo("Connection reset");
        }
        assertThatThrownBy(() -> group.shutdown(Duration.ofMillis(-1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the limit is PT-0.001S: use zero or more");
    }

    /** Without a listener of its own for the shutdown, a handle just closes. */
    @Test
    void aBareListenerIsClosedByAShutdown() throws Exception {
        LoopGroup group =
                LoopGroup.start(
                        1,
                        loop -> {
                            ListenHandle handle = new ListenHandle(loop, ListenOptions.DEFAULTS);
                            ListenAttempt.start(
                                    handle,
                                    IpAddress.loopback(0),
                                    error -> {
                                        handle.onClose(journal.line("closed"));
                                        handle.start(StreamHandle::close);
                                    });
                        });
        group.shutdown(Duration.ofHours(1));
        group.join();
        assertThat(journal.lines()).containsExactly("closed");
    }

    @Test
    void closeStopsEveryLoopAndWaits() throws Exception {
        LoopGroup group = start(3);
        int port = port();
        RawClient client = RawClient.connect(port).write("a");
        assertThat(client.readText(1)).isEqualTo("a");
        group.close();
        assertThat(group).hasToString("LoopGroup[3 loops, 0 running]");
        assertThat(Kernel.isListening(port)).isFalse();
        client.close();
        group.close();
        group.join();
    }

    @Test
    void aLoopMayCloseItsGroupAndAnInterruptedThreadWaitsAllTheSame() throws Exception {
        LoopGroup own = start(2);
        own.each(loop -> own.close());
        own.join();
        LoopGroup other = start(2);
        Thread.currentThread().interrupt();
        other.close();
        assertThat(Thread.interrupted()).as("the flag is the caller's").isTrue();
        assertThat(other).hasToString("LoopGroup[2 loops, 0 running]");
    }

    @Test
    void aSignalIsToldOnceByALoopThatRuns() throws Exception {
        LoopGroup group = start(3);
        assertThatThrownBy(() -> group.onSignal("KILL", name -> {}))
                .isInstanceOf(IllegalArgumentException.class);
        JvmSignals signals = JvmSignals.open();
        Queue<Loop> told = new ConcurrentLinkedQueue<>();
        group.onSignal(
                "SIGURG",
                name -> {
                    servers.keySet().stream().filter(Loop::inLoop).forEach(told::add);
                    journal.add(name);
                });
        signals.raise("URG");
        journal.await("URG");
        Loop first = told.element();
        first.execute(() -> servers.get(first).close());
        Kernel.await("the first to end", () -> group.toString().contains("2 running"));
        signals.raise("URG");
        journal.await("URG", 2);
        assertThat(told).hasSize(2).doesNotHaveDuplicates();
        group.close();
        Runnable mine = journal.line("mine");
        SignalWatch.add("URG", mine);
        signals.raise("URG");
        journal.await("mine");
        SignalWatch.remove("URG", mine);
        assertThat(journal.count("URG")).as("the group has let go of it").isEqualTo(2);
    }
}
