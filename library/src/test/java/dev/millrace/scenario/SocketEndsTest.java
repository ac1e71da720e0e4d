package dev.millrace.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.kernel.IpAddress;
import dev.millrace.net.NetServer;
import dev.millrace.net.NetServerOptions;
import dev.millrace.net.NetSocket;
import dev.millrace.net.NetSocketOptions;
import dev.millrace.stream.Framing;
import dev.millrace.testing.Ends;
import dev.millrace.testing.Journal;
import dev.millrace.testing.LoopFixture;
import dev.millrace.testing.RawClient;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How a socket begins to flow, and how it comes to its end. */
class SocketEndsTest {
    private final LoopFixture fixture = new LoopFixture();
    private final Journal journal = new Journal();

    @AfterEach
    void close() {
        fixture.close();
    }

    private NetServer serve(boolean isHalfOpen, Consumer<NetSocket> handler) {
        return fixture.serve(NetServerOptions.DEFAULTS.withAllowHalfOpen(isHalfOpen), handler);
    }

    private NetSocket connect(int port) {
        NetSocketOptions halfOpen = NetSocketOptions.DEFAULTS.withAllowHalfOpen(true);
        return Ends.connect(fixture.loop(), IpAddress.loopback(port), halfOpen);
    }

    private static String text(ByteBuffer bytes) {
        return StandardCharsets.US_ASCII.decode(bytes).toString();
    }

    /** Whichever side ends first: one side alone keeps it open, both together end it. */
    @ParameterizedTest
    @EnumSource(Side.class)
    @Tag("H19")
    void aSocketIsDestroyedOnceBothSidesAreDone(Side first) {
        CompletableFuture<NetSocket> accepted = new CompletableFuture<>();
        NetServer server =
                serve(
                        true,
                        socket -> {
                            socket.onEnd(journal.line("end")).onClose(journal.line("close"));
                            socket.onFinish(journal.line("finish"));
                            socket.resume();
                            accepted.complete(socket);
                        });
        try (RawClient client = RawClient.connect(fixture.call(server::port))) {
            NetSocket socket = accepted.join();
            if (first == Side.OURS) {
                fixture.act(socket::end);
                journal.await("finish");
                assertThat(fixture.<Boolean>call(socket::isDestroyed)).isFalse();
                client.halfClose();
                journal.await("end");
            } else {
                client.halfClose();
                journal.await("end");
                assertThat(fixture.<Boolean>call(socket::isDestroyed)).isFalse();
                fixture.act(socket::end);
                journal.await("finish");
            }
            journal.await("close");
            assertThat(client.readToEnd()).isEmpty();
        }
        assertThat(fixture.call(server::connectionCount)).isZero();
        assertThat(journal.count("close")).isOne();
    }

    /** Whose end comes first. */
    enum Side {
        OURS,
        THEIRS
    }

    /** A way to take what comes. */
    enum Consumption {
        DATA((socket, journal) -> socket.onData(bytes -> journal.add(text(bytes)))),
        BYTES((socket, journal) ->
                socket.onBytes((array, offset, length) -> {
                    journal.add(text(ByteBuffer.wrap(array, offset, length)));
                    return length;
                })),
        FRAMES((socket, journal) ->
                socket.onFrames(Framing.fixedLength(3), frame -> journal.add(text(frame))));

        final BiConsumer<NetSocket, Journal> start;

        Consumption(BiConsumer<NetSocket, Journal> start) {
            this.start = start;
        }
    }

    /** What came before waits, and so does the end behind it. */
    @ParameterizedTest
    @EnumSource(Consumption.class)
    @Tag("H20")
    void theFirstConsumerStartsTheFlow(Consumption consumption) {
        CompletableFuture<NetSocket> accepted = new CompletableFuture<>();
        NetServer server =
                serve(
                        true,
                        socket -> {
                            socket.onEnd(journal.line("end"));
                            accepted.complete(socket);
                        });
        try (RawClient client = RawClient.connect(fixture.call(server::port))) {
            NetSocket socket = accepted.join();
            client.write("abc").halfClose();
            // One that came later is served and over: nothing of the first one is under way.
            NetServer later = serve(false, one -> one.end("z"));
            try (RawClient other = RawClient.connect(fixture.call(later::port))) {
                assertThat(other.readToEnd()).isEqualTo("z");
            }
            assertThat(journal.lines()).isEmpty();
            fixture.act(() -> consumption.start.accept(socket, journal));
            journal.await("end");
            assertThat(journal.lines()).containsExactly("abc", "end");
            fixture.act(socket::destroy);
        }
    }

    /** Where a socket is destroyed by its own listener. */
    enum Moment {
        CONNECT((socket, destroy) -> socket.onConnect(destroy)),
        DATA((socket, destroy) -> socket.onData(bytes -> destroy.run())),
        END((socket, destroy) -> socket.onEnd(destroy).resume()),
        FINISH((socket, destroy) -> {
            socket.onFinish(destroy);
            socket.end();
        }),
        CLOSE((socket, destroy) -> {
            socket.onClose(destroy);
            socket.destroy();
        }),
        WRITTEN((socket, destroy) ->
                socket.write(ByteBuffer.wrap(new byte[1]), error -> destroy.run()));

        final BiConsumer<NetSocket, Runnable> arrange;

        Moment(BiConsumer<NetSocket, Runnable> arrange) {
            this.arrange = arrange;
        }
    }

    /** Twice, and with an error each: the first one is told, and that once. */
    @ParameterizedTest
    @EnumSource(Moment.class)
    @Tag("R19")
    void destroyingAgainDoesNothingInAnyCallback(Moment moment) {
        NetServer server = serve(false, socket -> socket.end("x"));
        fixture.act(() -> {
            NetSocket socket = connect(server.port());
            socket.onError(error -> journal.add("error " + error.getMessage()));
            moment.arrange.accept(
                    socket,
                    () -> {
                        journal.add("destroys");
                        socket.destroy(new IOException("first"));
                        socket.destroy(new IOException("second"));
                        socket.destroy();
                        socket.reset();
                    });
            socket.onClose(() -> {
                journal.add("close");
                socket.destroy(new IOException("late"));
            });
        });
        journal.await("close");
        fixture.act(server::close);
        fixture.awaitEnd();
        if (moment == Moment.CLOSE) {
            assertThat(journal.lines()).containsExactly("destroys", "close");
        } else {
            assertThat(journal.lines()).containsExactly("destroys", "error first", "close");
        }
    }

    @Test
    @Tag("R19")
    void aSocketThatIsResetIsDestroyedAtOnce() {
        CompletableFuture<NetSocket> accepted = new CompletableFuture<>();
        NetServer server =
                serve(
                        false,
                        socket -> {
                            socket.onClose(journal.line("close"));
                            accepted.complete(socket);
                        });
        try (RawClient client = RawClient.connect(fixture.call(server::port))) {
            NetSocket socket = accepted.join();
            fixture.act(() -> {
                socket.reset();
                assertThat(socket.isDestroyed()).isTrue();
                assertThat(socket.write("y")).isFalse();
                socket.reset();
            });
            assertThat(client.readEnding()).isEqualTo("Connection reset");
        }
        journal.await("close");
        assertThat(journal.count("close")).isOne();
    }

    /** It is a new socket that connects again; the old one stays what it was. */
    @Test
    @Tag("H21")
    void aConnectionAfterTheCloseIsAnotherSocket() {
        NetServer server = serve(false, socket -> socket.end("x"));
        int port = fixture.call(server::port);
        NetSocket[] sockets = new NetSocket[2];
        fixture.act(() -> {
            sockets[0] = connect(port);
            sockets[0].onData(bytes -> journal.add("first " + text(bytes)));
            sockets[0].onEnd(sockets[0]::end);
            sockets[0].onClose(() -> {
                journal.add("first close");
                sockets[1] = connect(port);
                sockets[1].onData(bytes -> journal.add("second " + text(bytes)));
                sockets[1].onEnd(sockets[1]::end);
                sockets[1].onClose(journal.line("second close"));
            });
        });
        journal.await("second close");
        assertThat(journal.lines())
                .containsExactly("first x", "first close", "second x", "second close");
        assertThat(fixture.<Boolean>call(() -> sockets[0].write("y"))).isFalse();
        assertThat(fixture.<Boolean>call(sockets[0]::isDestroyed)).isTrue();
    }
}
