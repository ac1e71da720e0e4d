package dev.millrace.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.kernel.IpAddress;
import dev.millrace.loop.Loop;
import dev.millrace.stream.Filter;
import dev.millrace.stream.FilterWire;
import dev.millrace.testing.Journal;
import dev.millrace.testing.LoopFixture;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What comes with the last step of a handshake is told as it would be without one: behind what the
 * listeners of the connection leave to do.
 */
@Timeout(30)
@Tag("H13")
class FirstDataTest {
    private final Journal journal = new Journal();

    /**
     * Ready with the first byte; the others are the user's, one at a time. {@code !} ends, and
     * {@code #} ends both sides.
     */
    private static final class Handshake implements Filter {
        private final Consumer<Runnable> turn;
        private FilterWire wire;
        private boolean isReady;
        private boolean isEnded;

        /** {@code turn} runs what it does about bytes, at once or later. */
        Handshake(Consumer<Runnable> turn) {
            this.turn = turn;
        }

        @Override
        public void attach(FilterWire toBoth) {
            wire = toBoth;
        }

        @Override
        public void received(byte[] array, int offset, int length) {
            byte[] copy = Arrays.copyOfRange(array, offset, offset + length);
            turn.accept(() -> take(copy));
        }

        private void take(byte[] array) {
            for (int at = 0; at < array.length; at++) {
                if (!isReady) {
                    isReady = true;
                    wire.ready();
                } else if (array[at] == '!' || array[at] == '#') {
                    isEnded = true;
                    wire.deliverEnd();
                    if (array[at] == '#') {
                        wire.sendEnd();
                    }
                } else {
                    wire.deliver(array, at, 1);
                }
            }
        }

        @Override
        public void receivedEnd() {
            if (!isEnded) {
                wire.fail(new IOException("cut off"));
            }
        }

        @Override
        public void written(byte[] array, int offset, int length) {
            wire.send(array, offset, length);
        }

        @Override
        public void writtenEnd() {
            wire.sendEnd();
        }
    }

    /** All of {@code text} and a FIN are there when the client with the filter looks first. */
    private List<String> client(String text, Consumer<NetSocket> client) {
        return client(text, false, client);
    }

    /** {@code isLate}: the handshake is done in a later phase, behind which the loop polls. */
    private List<String> client(String text, boolean isLate, Consumer<NetSocket> client) {
        LoopFixture.run(loop -> {
            NetServer server =
                    NetServer.create(loop, NetServerOptions.DEFAULTS.withAllowHalfOpen(true));
            server.onConnection(socket -> {
                server.close();
                socket.onError(error -> {}).resume().write(text);
                socket.end();
            });
            server.listen(IpAddress.loopback(0))
                    .onListening(() -> {
                        NetSocket socket = NetSocket.connect(loop, server.address().orElseThrow());
                        Consumer<Runnable> turn = isLate ? loop::setImmediate : Runnable::run;
                        log(socket.filter(new Handshake(turn)));
                        client.accept(socket);
                    });
        });
        return journal.lines();
    }

    private void log(NetSocket socket) {
        socket.onData(data -> journal.add(text(data)))
                .onEnd(journal.line("end"))
                .onError(error -> journal.add(error.getMessage()))
                .onClose(journal.line("close"));
    }

    private static String text(ByteBuffer data) {
        return StandardCharsets.UTF_8.decode(data).toString();
    }

    /** What a listener of a connection leaves to do. */
    private void leave(NetSocket socket) {
        Loop loop = socket.loop();
        journal.add("connect");
        loop.nextTick(() -> {
            journal.add("tick");
            loop.queueMicrotask(() -> loop.nextTick(journal.line("tick of a microtask")));
        });
        socket.connected()
                .thenAccept(same -> journal.add("stage"))
                .thenCompose(none -> socket.connected())
                .thenAccept(same -> journal.add("next stage"));
    }

    @Test
    void aClientHearsOfItBehindTheTicksAndStagesOfItsConnection() {
        List<String> lines = client("?hello!", socket -> socket.onConnect(() -> leave(socket)));
        assertThat(lines)
                .startsWith("connect")
                .contains("tick", "stage", "next stage", "tick of a microtask")
                .endsWith("hello", "end", "close");
        assertThat(lines).hasSize(8);
    }

    @Test
    void soItIsWithTheEndAlone() {
        List<String> lines = client("?!", socket -> socket.onConnect(() -> leave(socket)));
        assertThat(lines).contains("tick of a microtask").endsWith("end", "close").hasSize(7);
    }

    /** The FIN is there as well, and the filter has no use for it. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aFailureBehindItIsToldBehindIt(boolean isLate) {
        assertThat(client("?hello", isLate, socket -> socket.onConnect(journal.line("connect"))))
                .containsExactly("connect", "hello", "cut off", "close");
    }

    @Test
    void aSocketThatWasPausedMeanwhileKeepsIt() {
        List<String> lines =
                client(
                        "?hello!",
                        socket ->
                                socket.onConnect(() -> {
                                    socket.loop().nextTick(socket::pause);
                                    afterTurns(
                                            socket.loop(),
                                            3,
                                            () -> {
                                                journal.add("resume");
                                                socket.resume();
                                            });
                                }));
        assertThat(lines).containsExactly("resume", "hello", "end", "close");
    }

    private static void afterTurns(Loop loop, int turns, Runnable task) {
        if (turns == 0) {
            task.run();
        } else {
            loop.setImmediate(() -> afterTurns(loop, turns - 1, task));
        }
    }

    @Test
    void aSocketThatWasDestroyedMeanwhileTellsNothing() {
        List<String> lines =
                client(
                        "?hello!",
                        socket -> socket.onConnect(() -> socket.loop().nextTick(socket::destroy)));
        assertThat(lines).containsExactly("close");
    }

    /** Nor does the listener that comes in a tick lose a byte, though it begins to read. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aListenerThatComesMeanwhileGetsIt(boolean isLate) {
        List<String> lines =
                client(
                        "?hello",
                        isLate,
                        socket ->
                                socket.onConnect(() ->
                                        socket.loop()
                                                .nextTick(() -> {
                                                    socket.handOver();
                                                    journal.add("new owner");
                                                    log(socket);
                                                })));
        assertThat(lines).containsExactly("new owner", "hello", "cut off", "close");
    }

    /** As TLS 1.2 does, or 1.3 when its peer has no use for the other side. */
    @Test
    void aFilterThatEndsBothSidesWithItLeavesNoneOpen() {
        assertThat(client("?hello#", socket -> socket.onFinish(journal.line("finish"))))
                .containsExactly("hello", "end", "finish", "close");
    }

    @Test
    void norWhileItsReaderIsPaused() {
        List<String> lines =
                client(
                        "?hello#",
                        true,
                        socket -> {
                            socket.onFinish(journal.line("finish")).pause();
                            Runnable release = socket.loop().keepAlive();
                            socket.onConnect(() ->
                                    afterTurns(
                                            socket.loop(),
                                            5,
                                            () -> {
                                                journal.add("resume");
                                                socket.resume();
                                                release.run();
                                            }));
                        });
        assertThat(lines).containsExactly("resume", "hello", "end", "finish", "close");
    }

    @Test
    void anAcceptedSocketHearsOfItInACallbackOfItsOwn() {
        LoopFixture.run(loop -> {
            NetServer server = NetServer.create(loop);
            server.onConnection(socket -> {
                server.close();
                log(socket.filter(new Handshake(Runnable::run)));
                socket.onEnd(socket::end);
            });
            server.listen(IpAddress.loopback(0))
                    .onListening(() -> {
                        NetSocket client = NetSocket.connect(loop, server.address().orElseThrow());
                        client.write("?");
                        client.write("hel");
                        client.write("lo!");
                        client.onData(data -> {}).end();
                    });
        });
        assertThat(journal.lines()).containsExactly("hello", "end", "close");
    }
}
