package dev.millrace.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.UnixAddress;
import dev.millrace.loop.Loop;
import dev.millrace.loop.PhaseHandle;
import dev.millrace.loop.Request;
import dev.millrace.loop.RunMode;
import dev.millrace.loop.StreamHandle;
import dev.millrace.loop.TimerHandle;
import dev.millrace.net.NetServer;
import dev.millrace.net.NetSocket;
import dev.millrace.testing.Journal;
import dev.millrace.testing.Kernel;
import dev.millrace.testing.LoopFixture;
import dev.millrace.testing.RawClient;
import dev.millrace.testing.RecordedEvents;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** In which order a turn calls back. */
class LoopTurnOrderTest {
    private final Journal journal = new Journal();

    @Test
    @Tag("A3")
    @Tag("R1")
    void phasesComeInLibuvsOrderAndTimersLast() {
        try (Loop loop = Loop.create()) {
            for (var phase : PhaseHandle.Phase.values()) {
                new PhaseHandle(loop, phase).start(journal.line(phase.name()));
            }
            loop.execute(journal.line("poll"));
            loop.setImmediate(journal.line("immediate"));
            loop.setTimeout(Duration.ZERO, journal.line("timer"));
            TimerHandle closing = new TimerHandle(loop);
            closing.onClose(journal.line("closing"));
            closing.close();
            loop.run(RunMode.NOWAIT);
            assertThat(journal.lines())
                    .containsExactly(
                            "IDLE", "PREPARE", "poll", "CHECK", "immediate", "closing", "timer");
        }
    }

    @Test
    @Tag("R1")
    void onlyARunToTheEndBeginsWithTheTimers() {
        try (Loop loop = Loop.create()) {
            loop.setTimeout(Duration.ZERO, journal.line("timer"));
            loop.setImmediate(() -> {
                journal.add("check");
                loop.stop();
            });
            loop.run(RunMode.DEFAULT);
            assertThat(journal.lines()).containsExactly("timer", "check");
        }
    }

    /**
     * A connect that fails at once is a pending callback: it comes in the turn in which it was
     * asked for.
     */
    @Test
    @Tag("A3")
    @Tag("R1")
    void whatBecomesPendingInThePollComesBeforeTheCheckPhase() {
        LoopFixture.run(loop ->
                loop.execute(() -> {
                    loop.setImmediate(journal.line("check"));
                    failingConnect(loop);
                }));
        assertThat(journal.lines()).containsExactly("pending", "check");
    }

    /** As in libuv: what goes on becoming pending does not keep the loop from its next phase. */
    @Test
    @Tag("A3")
    void eightRoundsOfWhatBecomesPendingComeBeforeTheCheckPhase() {
        LoopFixture.run(loop ->
                loop.execute(() -> {
                    loop.setImmediate(journal.line("check"));
                    failingConnects(loop, 10);
                }));
        assertThat(journal.lines()).hasSize(11);
        assertThat(journal.lines().indexOf("check")).isEqualTo(8);
    }

    private void failingConnects(Loop loop, int count) {
        var stream = new StreamHandle(loop, new RecordedEvents(journal));
        stream.connect(
                UnixAddress.of("/nowhere/at/all"),
                new Request(e -> {
                    journal.add("pending");
                    stream.close();
                    if (count > 1) {
                        failingConnects(loop, count - 1);
                    }
                }));
    }

    private void failingConnect(Loop loop) {
        var stream = new StreamHandle(loop, new RecordedEvents(journal));
        stream.connect(
                UnixAddress.of("/nowhere/at/all"),
                new Request(e -> {
                    journal.add("pending");
                    stream.close();
                }));
    }

    @Test
    @Tag("R4")
    @Tag("M4")
    void afterEachCallbackComeTicksThenMicrotasks() {
        LoopFixture.run(loop -> {
            loop.nextTick(journal.line("tick 1"));
            loop.queueMicrotask(journal.line("micro 1"));
            loop.nextTick(() -> {
                journal.add("tick 2");
                loop.nextTick(journal.line("tick of a tick"));
                loop.queueMicrotask(journal.line("micro of a tick"));
            });
            loop.setImmediate(() -> {
                journal.add("callback 1");
                loop.queueMicrotask(journal.line("micro of callback 1"));
                loop.nextTick(journal.line("tick of callback 1"));
            });
            loop.setImmediate(journal.line("callback 2"));
        });
        assertThat(journal.lines())
                .containsExactly(
                        "tick 1",
                        "tick 2",
                        "tick of a tick",
                        "micro 1",
                        "micro of a tick",
                        "callback 1",
                        "tick of callback 1",
                        "micro of callback 1",
                        "callback 2");
    }

    /**
     * As in Node: once microtasks run, all of them run, and a tick they ask for comes behind them.
     */
    @Test
    @Tag("R4")
    void aTickOfAMicrotaskComesAfterTheOtherMicrotasks() {
        LoopFixture.run(loop -> {
            loop.queueMicrotask(() -> {
                journal.add("micro 1");
                loop.nextTick(journal.line("tick of micro 1"));
                loop.queueMicrotask(journal.line("micro of micro 1"));
            });
            loop.queueMicrotask(journal.line("micro 2"));
        });
        assertThat(journal.lines())
                .containsExactly("micro 1", "micro 2", "micro of micro 1", "tick of micro 1");
    }

    @Test
    @Tag("R4")
    void aTickComesBetweenTwoCompletions() {
        LoopFixture.run(loop -> {
            NetServer server = NetServer.create(loop);
            server.onConnection(peer -> peer.resume().onClose(() -> server.close()));
            server.listen(IpAddress.loopback(0))
                    .onListening(() -> {
                        NetSocket socket = NetSocket.connect(loop, server.address().orElseThrow());
                        socket.onConnect(() -> {
                            write(loop, socket, "write 1");
                            write(loop, socket, "write 2");
                            journal.add("connected");
                            socket.end();
                        });
                    });
        });
        assertThat(journal.lines())
                .containsExactly(
                        "connected", "write 1", "tick of write 1", "write 2", "tick of write 2");
    }

    private void write(Loop loop, NetSocket socket, String name) {
        socket.write(
                ByteBuffer.allocate(10),
                e -> {
                    journal.add(name);
                    loop.nextTick(journal.line("tick of " + name));
                });
    }

    @Test
    @Tag("R5")
    void fromAnIoCallbackTheCheckPhaseComesBeforeAZeroTimer() {
        LoopFixture.run(loop -> {
            NetServer server = NetServer.create(loop);
            server.onConnection(peer -> {
                loop.setTimeout(Duration.ZERO, journal.line("timer"));
                loop.setImmediate(journal.line("check"));
                peer.destroy();
                server.close();
            });
            server.listen(IpAddress.loopback(0))
                    .onListening(
                            () -> NetSocket.connect(loop, server.address().orElseThrow()).resume());
        });
        assertThat(journal.lines()).containsExactly("check", "timer");
    }

    /**
     * Both sockets have data when the loop polls; each callback's tick comes before the other's.
     */
    @Test
    @Tag("M4")
    @Tag("A9")
    void aTickComesBetweenTwoEventsOfOnePoll() {
        try (LoopFixture fixture = new LoopFixture()) {
            Loop loop = fixture.loop();
            NetServer server =
                    fixture.call(() ->
                            NetServer.create(
                                            loop,
                                            socket ->
                                                    socket.onData(data -> {
                                                        journal.add("data");
                                                        loop.nextTick(journal.line("tick"));
                                                    }))
                                    .listen(IpAddress.loopback(0)));
            int port = fixture.call(server::port);
            try (RawClient one = RawClient.connect(port);
                    RawClient two = RawClient.connect(port)) {
                Kernel.await("two accepted", () -> fixture.call(server::connectionCount) == 2);
                fixture.act(() -> {
                    one.write("x");
                    two.write("x");
                });
                journal.await("tick", 2);
            }
        }
        assertThat(journal.lines()).containsExactly("data", "tick", "data", "tick");
    }
}
