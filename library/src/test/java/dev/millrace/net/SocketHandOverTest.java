package dev.millrace.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.kernel.IpAddress;
import dev.millrace.loop.Loop;
import dev.millrace.stream.Framing;
import dev.millrace.testing.Ends;
import dev.millrace.testing.LoopFixture;
import dev.millrace.testing.PlainOnly;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A protocol of two parts: the first owner reads a line, the second all that follows. The input is
 * cut at every place.
 */
class SocketHandOverTest {
    private static final String GREETING = "hello\n";
    private static final String REST = "rest\nof it";

    /** How the first owner reads, and when the second one comes. */
    private enum Way {
        BYTES,
        BYTES_ONE_BY_ONE,
        DATA,
        FRAMES,
        LATER,
        PAUSED,
        PAUSED_LATER
    }

    private final List<String> log = new ArrayList<>();
    private final StringBuilder received = new StringBuilder();
    private @Nullable NetSocket accepted;
    private @Nullable NetServer server;

    @ParameterizedTest
    @EnumSource
    void nothingIsLostWhereverTheInputIsCut(Way way) {
        String whole = GREETING + REST;
        for (int cut = 0; cut <= whole.length(); cut++) {
            log.clear();
            received.setLength(0);
            accepted = null;
            String answer = exchange(socket -> firstOwner(socket, way), whole, cut);
            assertThat(received.toString()).as("cut at %d", cut).isEqualTo(REST);
            assertThat(answer).as("cut at %d", cut).isEqualTo("ok bye");
            assertThat(log).as("cut at %d", cut).contains("old written null");
            assertThat(log)
                    .filteredOn(line -> !line.equals("old written null"))
                    .as("cut at %d", cut)
                    .containsExactly("end", "finish", "close");
        }
    }

    /** Sends {@code whole} in two pieces and the end; what came back. */
    private String exchange(Consumer<NetSocket> handler, String whole, int cut) {
        StringBuilder answer = new StringBuilder();
        LoopFixture.run(loop -> {
            NetSocketOptions options = NetSocketOptions.DEFAULTS.withAllowHalfOpen(true);
            NetServer created =
                    Ends.server(
                            loop,
                            NetServerOptions.DEFAULTS.withAllowHalfOpen(true),
                            socket -> {
                                accepted = socket;
                                handler.accept(socket);
                            });
            server = created;
            created.listen(IpAddress.loopback(0));
            created.onListening(() -> {
                NetSocket client = Ends.connect(loop, created.address().orElseThrow(), options);
                client.onData(data -> answer.append(StandardCharsets.UTF_8.decode(data)));
                client.onClose(created::close);
                if (cut > 0) {
                    client.write(whole.substring(0, cut));
                }
                whenRead(
                        loop,
                        cut,
                        () -> {
                            client.write(whole.substring(cut));
                            client.end();
                        });
            });
        });
        return answer.toString();
    }

    private Runnable line(String line) {
        return () -> log.add(line);
    }

    private void whenRead(Loop loop, int count, Runnable then) {
        NetSocket socket = accepted;
        if (socket != null && (socket.bytesRead() >= count || socket.isPaused())) {
            then.run();
        } else {
            loop.setImmediate(() -> whenRead(loop, count, then));
        }
    }

    private void firstOwner(NetSocket socket, Way way) {
        socket.onEnd(line("old end"));
        socket.onError(error -> log.add("old's error"));
        socket.onClose(() -> log.add("an old close"));
        socket.onDrain(() -> log.add("an old drain"));
        socket.onFinish(() -> log.add("an old finish"));
        socket.onPeerClosed(error -> log.add("an old peerClosed"));
        socket.onNoBuffer(error -> log.add("an old noBuffer"));
        switch (way) {
            case DATA -> socket.onData(data -> greetingData(socket, data));
            case FRAMES -> socket.onFrames(Framing.lines(80), line -> changeHands(socket, way));
            default ->
                    socket.onBytes((array, offset, length) ->
                            greetingBytes(socket, way, array, offset, length));
        }
    }

    private int greetingBytes(NetSocket socket, Way way, byte[] array, int offset, int length) {
        int limit = way == Way.BYTES_ONE_BY_ONE ? 1 : length;
        for (int taken = 1; taken <= limit; taken++) {
            if (array[offset + taken - 1] == '\n') {
                changeHands(socket, way);
                return taken;
            }
        }
        return limit;
    }

    private void greetingData(NetSocket socket, ByteBuffer data) {
        while (data.hasRemaining()) {
            if (data.get() == '\n') {
                written(socket);
                secondOwner(socket.handOver(data));
                return;
            }
        }
    }

    private void written(NetSocket socket) {
        socket.write(
                ByteBuffer.wrap("ok ".getBytes(StandardCharsets.UTF_8)),
                error -> log.add("old written " + error));
    }

    private void changeHands(NetSocket socket, Way way) {
        written(socket);
        boolean isPaused = way == Way.PAUSED || way == Way.PAUSED_LATER;
        if (isPaused) {
            socket.pause();
        }
        socket.handOver();
        Runnable takeOver =
                () -> {
                    assertThat(socket.isPaused()).isEqualTo(isPaused);
                    secondOwner(socket);
                    if (isPaused) {
                        socket.loop().setImmediate(socket::resume);
                    }
                };
        if (way == Way.LATER || way == Way.PAUSED_LATER) {
            // Meanwhile all the rest comes, with the end.
            socket.loop().setImmediate(() -> socket.loop().setImmediate(takeOver));
        } else {
            takeOver.run();
        }
    }

    private void secondOwner(NetSocket socket) {
        socket.onBytes((array, offset, length) -> {
            received.append(new String(array, offset, length, StandardCharsets.UTF_8));
            return length;
        });
        socket.onEnd(() -> {
            log.add("end");
            socket.write("bye");
            socket.end();
        });
        socket.onError(error -> log.add("error " + error));
        socket.onFinish(line("finish"));
        socket.onClose(line("close"));
    }

    @Test
    void anEndThatTheOldOwnerWasToldIsToldAgain() {
        String answer =
                exchange(
                        socket -> {
                            socket.onBytes((array, offset, length) -> length);
                            socket.onEnd(() -> {
                                log.add("old end");
                                secondOwner(socket.handOver(ByteBuffer.wrap(new byte[] {'x'})));
                            });
                        },
                        "all",
                        1);
        assertThat(answer).isEqualTo("bye");
        assertThat(received.toString()).isEqualTo("x");
        assertThat(log).containsExactly("old end", "end", "finish", "close");
    }

    @Test
    void ourSideThatEndedStaysEnded() {
        String answer =
                exchange(
                        socket -> {
                            socket.write("ok");
                            socket.end();
                            socket.handOver();
                            assertThat(socket.isWritable()).isFalse();
                            socket.onFinish(line("finish"));
                            socket.onEnd(line("end"));
                            socket.onBytes((array, offset, length) -> length);
                            socket.onClose(line("close"));
                        },
                        "all",
                        1);
        assertThat(answer).isEqualTo("ok");
        assertThat(log).containsExactly("finish", "end", "close");
    }

    @Test
    void theServerCountsItUntilItIsGone() {
        exchange(
                socket -> {
                    NetServer counting = server;
                    if (counting != null) {
                        counting.onClose(line("server closed"));
                        log.add("count " + counting.connectionCount());
                        secondOwner(socket.handOver());
                        log.add("count " + counting.connectionCount());
                    }
                },
                "all",
                3);
        assertThat(received.toString()).isEqualTo("all");
        assertThat(log)
                .containsExactly("count 1", "count 1", "end", "finish", "close", "server closed");
    }

    @Test
    @PlainOnly(PlainOnly.Reason.END)
    void theFailureIsToldToTheNewOwner() {
        exchange(
                socket -> {
                    socket.onError(error -> log.add("old " + error.getMessage()));
                    socket.onBytes((array, offset, length) -> {
                        secondOwner(socket.handOver());
                        throw new IllegalStateException("clumsy");
                    });
                },
                "all",
                3);
        assertThat(log)
                .containsExactly(
                        "error java.io.IOException: a listener of the socket threw"
                                + " java.lang.IllegalStateException: clumsy",
                        "close");
    }

    @Test
    void aPipeMustBeOver() {
        exchange(
                socket -> {
                    socket.pipeTo(socket);
                    assertThatThrownBy(socket::handOver)
                            .isInstanceOf(IllegalStateException.class)
                            .hasMessage("the socket is closed, or a pipe is under way");
                    socket.onClose(() -> {
                        log.add("close");
                        assertThatThrownBy(socket::handOver)
                                .isInstanceOf(IllegalStateException.class);
                        log.add("refused");
                    });
                },
                "all",
                2);
        assertThat(log).containsExactly("close", "refused");
    }
}
