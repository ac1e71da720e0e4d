package dev.millrace.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.driver.RecordingDriver;
import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.ListenOptions;
import dev.millrace.kernel.UdpOptions;
import dev.millrace.kernel.UnixAddress;
import dev.millrace.loop.DriverLoops;
import dev.millrace.loop.Handle;
import dev.millrace.loop.ListenHandle;
import dev.millrace.loop.Loop;
import dev.millrace.loop.PhaseHandle;
import dev.millrace.loop.RunMode;
import dev.millrace.loop.SignalHandle;
import dev.millrace.loop.TimerHandle;
import dev.millrace.loop.UdpEvents;
import dev.millrace.loop.UdpHandle;
import dev.millrace.net.NetServer;
import dev.millrace.net.NetSocket;
import dev.millrace.testing.Journal;
import dev.millrace.testing.LoopFixture;
import dev.millrace.testing.Specimens;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What holds a loop, and what the loop holds. */
class LoopReferenceTest {
    private final Journal journal = new Journal();

    @Test
    @Tag("B16")
    void anUnrefBeforeTheStartIsRememberedByEveryKindOfHandle() {
        expectUnheld(loop -> {
            var timer = new TimerHandle(loop);
            timer.unref();
            timer.start(Duration.ofHours(1), () -> {});
            return timer;
        });
        expectUnheld(loop -> {
            var hook = new PhaseHandle(loop, PhaseHandle.Phase.CHECK);
            hook.unref();
            hook.start(() -> {});
            return hook;
        });
        expectUnheld(loop -> {
            var signal = new SignalHandle(loop);
            signal.unref();
            signal.start("USR1", name -> {});
            return signal;
        });
        expectUnheld(loop -> {
            var socket = new UdpHandle(loop, UdpOptions.DEFAULTS, Specimens.stub(UdpEvents.class));
            socket.unref();
            socket.receiveStart();
            return socket;
        });
        expectUnheld(loop -> {
            var listener = new ListenHandle(loop, ListenOptions.DEFAULTS);
            listener.unref();
            try {
                listener.bind(IpAddress.loopback(0));
                listener.listen(stream -> {});
            } catch (IOException e) {
                throw new AssertionError(e);
            }
            return listener;
        });
    }

    private static void expectUnheld(Function<Loop, Handle> starter) {
        try (Loop loop = Loop.create()) {
            Handle handle = starter.apply(loop);
            assertThat(handle.isActive()).isTrue();
            assertThat(loop.isAlive()).as(handle + " unreferenced").isFalse();
            handle.ref();
            handle.ref();
            assertThat(loop.isAlive()).as(handle + " referenced").isTrue();
            handle.unref();
            assertThat(loop.run(RunMode.DEFAULT)).as("counted once").isFalse();
            handle.close();
            handle.ref();
            assertThat(loop.run(RunMode.DEFAULT)).as("closed").isFalse();
        }
    }

    @Test
    @Tag("B16")
    void aServerUnreferencedBeforeItListensLetsTheLoopEnd() {
        LoopFixture.run(loop -> {
            NetServer server = NetServer.create(loop, socket -> {}).unref();
            server.listen(IpAddress.loopback(0)).onListening(journal.line("listening"));
        });
        assertThat(journal.lines()).containsExactly("listening");
    }

    @Test
    @Tag("B16")
    void aSocketUnreferencedDoesNotHoldTheLoopAlone() {
        LoopFixture.run(loop -> {
            NetServer server =
                    NetServer.create(loop, socket -> socket.unref().onClose(journal.line("over")));
            server.unref()
                    .listen(IpAddress.loopback(0))
                    .onListening(() -> {
                        NetSocket client =
                                NetSocket.connect(loop, server.port(), "127.0.0.1").unref();
                        client.onConnect(journal.line("connected")).onClose(journal.line("over"));
                    });
        });
        assertThat(journal.lines()).as("and the loop has ended").containsExactly("connected");
    }

    /** A timer that does not hold the loop is met without waiting for it. */
    private static void onVirtualTime(Consumer<Loop> setup) {
        LoopFixture.run(() -> DriverLoops.on(new RecordingDriver().withVirtualTime()), setup);
    }

    @Test
    @Tag("R36")
    void aSocketReferencedAgainHoldsTheLoop() {
        onVirtualTime(loop -> {
            NetServer server = NetServer.create(loop, socket -> socket.unref());
            server.unref()
                    .listen(IpAddress.loopback(0))
                    .onListening(() -> {
                        NetSocket client =
                                NetSocket.connect(loop, server.port(), "127.0.0.1").unref();
                        client.onConnect(() -> {
                            client.ref().onClose(journal.line("over"));
                            loop.setTimeout(Duration.ofMillis(1), client::destroy).unref();
                        });
                    });
        });
        assertThat(journal.lines()).containsExactly("over");
    }

    @Test
    @Tag("R36")
    void aConnectionHoldsTheLoopThoughItsServerDoesNot() {
        onVirtualTime(loop -> {
            NetSocket[] client = new NetSocket[1];
            NetServer server =
                    NetServer.create(
                            loop,
                            socket -> {
                                // Only the accepted connection is left to hold the loop.
                                client[0].unref();
                                Runnable late =
                                        () -> {
                                            journal.add("still here");
                                            socket.destroy();
                                        };
                                loop.setTimeout(Duration.ofMillis(20), late).unref();
                                socket.resume();
                            });
            server.unref();
            server.listen(IpAddress.loopback(0))
                    .onListening(() -> {
                        client[0] = NetSocket.connect(loop, server.address().orElseThrow());
                        client[0].resume();
                    });
        });
        assertThat(journal.lines()).containsExactly("still here");
    }

    /**
     * Ten thousand connections, both ends on one loop, which goes on running: nothing of theirs can
     * be reached any more.
     */
    @Test
    @Tag("B14")
    void tenThousandConnectionsLeaveNoObjectBehind(@TempDir Path folder) {
        int connections = 10_000;
        List<WeakReference<NetSocket>> ends = new ArrayList<>();
        try (LoopFixture fixture = new LoopFixture()) {
            Loop loop = fixture.loop();
            UnixAddress address = UnixAddress.of("" + folder.resolve("s"));
            fixture.act(() ->
                    NetServer.create(
                                    loop,
                                    socket -> {
                                        ends.add(new WeakReference<>(socket));
                                        socket.resume();
                                    })
                            .listen(address)
                            .onListening(() -> connect(loop, address, ends, connections)));
            journal.await("done");
            fixture.act(() -> assertThat(ends).hasSizeGreaterThan(2 * connections - 10));
            // A turn or two, so that what the last callbacks held is gone from the stack as well.
            fixture.act(() -> {});
            awaitCleared(ends);
        }
    }

    private void connect(
            Loop loop, UnixAddress address, List<WeakReference<NetSocket>> ends, int left) {
        if (left == 0) {
            journal.add("done");
            return;
        }
        NetSocket socket = NetSocket.connect(loop, address);
        ends.add(new WeakReference<>(socket));
        socket.onConnect(() -> {
            socket.write(new byte[5], 0, 5);
            socket.end();
        });
        socket.onClose(() -> connect(loop, address, ends, left - 1));
        socket.resume();
    }

    private static void awaitCleared(List<WeakReference<NetSocket>> ends) {
        long alive = ends.size();
        for (int attempt = 0; attempt < 20 && alive > 0; attempt++) {
            System.gc();
            alive = ends.stream().filter(end -> end.get() != null).count();
        }
        assertThat(alive).as("of " + ends.size() + " sockets").isZero();
    }
}
