package dev.millrace.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.loop.Loop;
import dev.millrace.loop.TimerHandle;
import dev.millrace.loop.Work;
import dev.millrace.net.NetServer;
import dev.millrace.net.NetSocket;
import dev.millrace.testing.Ends;
import dev.millrace.testing.Kernel;
import dev.millrace.testing.LoopFixture;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When an operation is over, nothing of the loop holds what the user gave it. */
class LetGoTest {
    private final LoopFixture fixture = new LoopFixture();

    @AfterEach
    void close() {
        fixture.close();
    }

    private static void expectGone(WeakReference<?> gone) {
        Kernel.await(
                "the collector took it",
                () -> {
                    System.gc();
                    return gone.get() == null;
                });
    }

    /** A server that reads and forgets, or does not read; its sockets stay open. */
    private int sink(boolean isReading) {
        CompletableFuture<Integer> port = new CompletableFuture<>();
        fixture.act(() -> {
            NetServer server =
                    Ends.server(
                            fixture.loop(),
                            socket -> {
                                if (isReading) {
                                    socket.resume();
                                } else {
                                    socket.pause();
                                }
                            });
            server.onListening(() -> port.complete(server.port()));
            server.listen(0, "127.0.0.1");
        });
        return fixture.await(port);
    }

    private NetSocket connect(int port) {
        CompletableFuture<NetSocket> connected = new CompletableFuture<>();
        fixture.act(() -> {
            NetSocket socket = Ends.connect(fixture.loop(), port, "127.0.0.1");
            socket.onConnect(() -> connected.complete(socket));
        });
        return fixture.await(connected);
    }

    /** Sizes that are copied, sent at once, and sent in many parts. */
    @ParameterizedTest
    @ValueSource(ints = {100, 17 * 1024, 64 * 1024, 8 * 1024 * 1024})
    void whatWasWritten(int length) {
        NetSocket socket = connect(sink(true));
        CompletableFuture<Boolean> sent = new CompletableFuture<>();
        WeakReference<byte[]> bytes =
                fixture.call(() -> {
                    byte[] array = new byte[length];
                    socket.write(ByteBuffer.wrap(array), error -> sent.complete(error == null));
                    return new WeakReference<>(array);
                });
        assertThat(fixture.await(sent)).isTrue();
        expectGone(bytes);
        assertThat(fixture.<Boolean>call(socket::isDestroyed)).isFalse();
    }

    @Test
    void whatADestroyedSocketHadStillToWrite() {
        NetSocket socket = connect(sink(false));
        CompletableFuture<Boolean> failed = new CompletableFuture<>();
        WeakReference<byte[]> bytes =
                fixture.call(() -> {
                    byte[] array = new byte[32 * 1024 * 1024];
                    socket.write(ByteBuffer.wrap(array), error -> failed.complete(error != null));
                    socket.destroy();
                    return new WeakReference<>(array);
                });
        assertThat(fixture.await(failed)).isTrue();
        expectGone(bytes);
        assertThat(fixture.<Boolean>call(socket::isDestroyed)).isTrue();
    }

    @Test
    void whereBytesWereReceived() {
        List<WeakReference<byte[]>> lent = new ArrayList<>();
        CompletableFuture<Boolean> accepted = new CompletableFuture<>();
        CompletableFuture<Boolean> received = new CompletableFuture<>();
        CompletableFuture<Integer> echo = new CompletableFuture<>();
        fixture.act(() -> {
            NetServer server =
                    Ends.server(
                            fixture.loop(),
                            socket -> {
                                socket.bufferSource(suggested -> {
                                    byte[] array = new byte[1000];
                                    lent.add(new WeakReference<>(array));
                                    return ByteBuffer.wrap(array);
                                });
                                socket.onData(buffer -> received.complete(true));
                                accepted.complete(true);
                            });
            server.onListening(() -> echo.complete(server.port()));
            server.listen(0, "127.0.0.1");
        });
        NetSocket socket = connect(fixture.await(echo));
        fixture.await(accepted);
        fixture.act(() -> socket.write("x"));
        fixture.await(received);
        expectGone(fixture.call(() -> lent.get(0)));
    }

    @Test
    void whatAnEndedTimerAndTaskHeld() {
        CompletableFuture<Boolean> ran = new CompletableFuture<>();
        WeakReference<byte[]> bytes =
                fixture.call(() -> {
                    Loop loop = fixture.loop();
                    byte[] array = new byte[1000];
                    loop.nextTick(() -> array[0]++);
                    loop.queueMicrotask(() -> array[0]++);
                    loop.setImmediate(() -> array[0]++);
                    loop.execute(() -> array[0]++);
                    TimerHandle never = loop.setTimeout(Duration.ofHours(1), () -> array[0]++);
                    never.close();
                    loop.setTimeout(
                            Duration.ZERO,
                            () -> {
                                array[0]++;
                                loop.setImmediate(() -> ran.complete(true));
                            });
                    return new WeakReference<>(array);
                });
        fixture.await(ran);
        expectGone(bytes);
    }

    @Test
    void whatWorkHeldThatIsDoneOrCancelled() {
        Queue<Runnable> held = new ArrayDeque<>();
        List<Work<?>> works = new ArrayList<>();
        List<WeakReference<byte[]>> bytes =
                fixture.call(() -> {
                    byte[] one = new byte[1000];
                    works.add(fixture.loop().offload(Runnable::run, () -> one.length));
                    byte[] other = new byte[1000];
                    Work<Integer> cancelled = fixture.loop().offload(held::add, () -> other.length);
                    cancelled.cancel();
                    works.add(cancelled);
                    return List.of(new WeakReference<>(one), new WeakReference<>(other));
                });
        bytes.forEach(LetGoTest::expectGone);
        assertThat(works).hasSize(2);
        assertThat(held).hasSize(1);
    }

    /** The clock of a stage that has come to its outcome is no reason to keep it. */
    @Test
    void theOutcomeOfAStageWithATimeout() {
        CompletableFuture<Boolean> told = new CompletableFuture<>();
        WeakReference<byte[]> bytes =
                fixture.call(() -> {
                    byte[] array = new byte[1000];
                    fixture.loop()
                            .offload(Runnable::run, () -> array)
                            .orTimeout(1, TimeUnit.HOURS)
                            .thenAccept(value -> told.complete(true));
                    return new WeakReference<>(array);
                });
        fixture.await(told);
        expectGone(bytes);
    }
}
