package dev.millrace.net;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.kernel.IpAddress;
import dev.millrace.loop.Loop;
import dev.millrace.loop.RunMode;
import dev.millrace.stream.WriteLimit;
import dev.millrace.testing.Ends;
import dev.millrace.testing.Journal;
import dev.millrace.testing.LoopFixture;
import dev.millrace.testing.PlainOnly;
import dev.millrace.testing.TriplingFilter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A socket's life, what it answers in each part of it, and what it refuses. */
class NetSocketTest {
    private static final String AFTER_END = "write after end (ERR_STREAM_WRITE_AFTER_END)";

    private final Loop loop = Loop.create();
    private final Journal journal = new Journal();
    private final List<NetSocket> accepted = new ArrayList<>();
    private final NetServer server = Ends.server(loop, accepted::add);

    @BeforeEach
    void listen() {
        server.listen(IpAddress.loopback(0)).unref();
        until("listening", server::isListening);
    }

    @AfterEach
    void close() {
        loop.close();
    }

    private NetSocket connecting() {
        return Ends.connect(loop, server.address().orElseThrow());
    }

    private NetSocket connected() {
        NetSocket client = connecting();
        until("both ends", () -> !client.isConnecting() && !accepted.isEmpty());
        return client;
    }

    private void until(String what, BooleanSupplier condition) {
        LoopFixture.pollUntil(loop, what, condition);
    }

    private void until(String line) {
        until(line, () -> journal.count(line) > 0);
    }

    private Consumer<@Nullable IOException> told(String name) {
        return error -> journal.add(name + " " + (error == null ? "ok" : error.getMessage()));
    }

    private static void expectState(ThrowingCallable call, String message) {
        assertThatThrownBy(call).isInstanceOf(IllegalStateException.class).hasMessage(message);
    }

    @Test
    @PlainOnly(PlainOnly.Reason.BYTES)
    void aSocketThatConnectsHasNoPeerYetAndQueuesWhatIsWritten() {
        NetSocket client = connecting();
        assertThat(client.isConnecting()).isTrue();
        assertThat(client.isDestroyed()).isFalse();
        assertThat(client.remoteAddress()).isEmpty();
        assertThat(client.loop()).isSameAs(loop);
        assertThat(client.tryWrite(new byte[3], 0, 3)).as("nothing is taken at once").isZero();
        assertThat(client.bytesWritten()).isZero();
        client.write("12345");
        assertThat(client.bytesWritten()).isEqualTo(5);
        assertThat(client.queuedBytes()).isEqualTo(5);
        until("sent", () -> client.queuedBytes() == 0);
        assertThat(client.isConnecting()).isFalse();
        assertThat(client.bytesWritten()).isEqualTo(5);
    }

    @Test
    void eachEndNamesTheOther() {
        NetSocket client = connected();
        NetSocket peer = accepted.getFirst();
        assertThat(client.remoteAddress()).isEqualTo(server.address());
        assertThat(client.localAddress()).isPresent().isEqualTo(peer.remoteAddress());
        assertThat(peer.localAddress()).isEqualTo(client.remoteAddress());
        assertThat(client.isReadable() && client.isWritable()).isTrue();
    }

    @Test
    @PlainOnly(PlainOnly.Reason.BYTES)
    void aDestroyedSocketHasNoAddressAndTakesNothing() {
        NetSocket client = connected();
        client.write("12345");
        client.destroy();
        assertThat(client.isDestroyed()).isTrue();
        assertThat(client.hadError()).isFalse();
        assertThat(client.isReadable() || client.isWritable()).isFalse();
        assertThat(client.localAddress()).isEmpty();
        assertThat(client.remoteAddress()).isEmpty();
        assertThat(client.write("x")).isFalse();
        assertThat(client.tryWrite(new byte[1], 0, 1)).isZero();
        assertThat(client.bytesWritten()).as("what was taken before").isEqualTo(5);
    }

    @Test
    void aWriteAfterDestroyIsToldItsErrorLater() {
        NetSocket client = connected();
        client.destroy();
        assertThat(client.write(ByteBuffer.allocate(1), told("buffer"))).isFalse();
        assertThat(client.write(new byte[1], 0, 1, told("array"))).isFalse();
        assertThat(journal.lines()).as("not inside write").isEmpty();
        until("array write after the socket was destroyed (ERR_STREAM_DESTROYED)");
        assertThat(journal.lines())
                .containsExactly(
                        "buffer write after the socket was destroyed (ERR_STREAM_DESTROYED)",
                        "array write after the socket was destroyed (ERR_STREAM_DESTROYED)");
    }

    @Test
    void theFirstDestroyDecidesTheError() {
        NetSocket client = connected();
        client.onError(error -> journal.add("error " + error.getMessage()));
        client.onClose(journal.line("close"));
        client.destroy(new IOException("first"));
        client.destroy(new IOException("second"));
        client.close();
        client.reset();
        assertThat(client.hadError()).isTrue();
        assertThat(journal.lines()).as("not inside destroy").isEmpty();
        until("close");
        client.destroy(new IOException("third"));
        loop.run(RunMode.NOWAIT);
        assertThat(client.hadError()).as("also when it is closed").isTrue();
        assertThat(journal.lines()).containsExactly("error first", "close");
    }

    @Test
    @Tag("R16")
    void afterTheEndAWriteIsTheSocketsErrorOnce() {
        NetSocket client = connected();
        accepted.getFirst().onData(bytes -> journal.add(UTF_8.decode(bytes).toString()));
        accepted.getFirst().onEnd(journal.line("end"));
        client.onError(error -> journal.add("error " + error.getMessage()));
        client.onClose(journal.line("close"));
        client.resume();
        loop.nextTick(() -> {
            client.end("last");
            client.end();
            assertThat(client.isWritable()).isFalse();
            expectState(
                    () -> client.filter(TriplingFilter.asker(TriplingFilter.Stage.NEVER)),
                    "a filter after the end of the socket");
            assertThat(client.write(new byte[1], 0, 1, error -> journal.add("callback " + error)))
                    .isFalse();
            assertThat(client.write("x")).isFalse();
            assertThat(client.write(ByteBuffer.allocate(1))).isFalse();
            assertThat(client.tryWrite(new byte[1], 0, 1)).isZero();
            assertThat(client.isDestroyed()).isTrue();
        });
        until("end");
        assertThat(journal.lines())
                .containsOnlyOnce(
                        "error " + AFTER_END, "callback java.io.IOException: " + AFTER_END)
                .contains("last", "end", "close")
                .doesNotContain("x");
    }

    /** In a chat the member who speaks must not be thrown out because another one has left. */
    @Test
    @Tag("R16")
    void aWriteAfterTheEndIsNotTheErrorOfTheOneWhoSpeaks() {
        NetSocket speaker = connected();
        accepted.getFirst().onData(bytes -> accepted.forEach(one -> one.write(bytes.duplicate())));
        accepted.getFirst().onError(error -> journal.add("speaker " + error.getMessage()));
        NetSocket leaver = connecting();
        until("both", () -> accepted.size() == 2);
        accepted.getLast().onError(error -> journal.add("leaver " + error.getMessage()));
        accepted.getLast().end("bye");
        speaker.onData(bytes -> journal.add("heard " + UTF_8.decode(bytes)));
        leaver.onData(bytes -> journal.add("left with " + UTF_8.decode(bytes)));
        speaker.write("hello");
        until("heard hello");
        until("left with bye");
        assertThat(journal.lines()).contains("leaver " + AFTER_END);
        assertThat(accepted.getFirst().isDestroyed()).isFalse();
    }

    /** Its toString is the user's, and throws. */
    private static final class Unprintable extends RuntimeException {
        private static final long serialVersionUID = 1;

        @Override
        public String toString() {
            throw new IllegalStateException("not even that");
        }
    }

    @Test
    @Tag("X76")
    void anExceptionThatCantBePrintedClosesItsSocketAsEveryOther() {
        NetSocket client = connected();
        client.onError(error -> journal.add(error.getMessage()));
        client.onClose(journal.line("close"));
        client.onData(bytes -> {
            throw new Unprintable();
        });
        accepted.getFirst().onClose(journal.line("peer's close"));
        accepted.getFirst().resume();
        accepted.getFirst().write("x");
        until("peer's close");
        assertThat(journal.lines())
                .contains("a listener of the socket threw " + Unprintable.class.getName(), "close");
        assertThat(server.connectionCount()).isZero();
    }

    @Test
    void listenersAreOneEachAndNeverNull() {
        Map<String, Consumer<NetSocket>> second = new LinkedHashMap<>();
        second.put("onConnect", one -> one.onConnect(() -> {}));
        second.put("onDrain", one -> one.onDrain(() -> {}));
        second.put("onPeerClosed", one -> one.onPeerClosed(reset -> {}));
        second.put("onNoBuffer", one -> one.onNoBuffer(error -> {}));
        NetSocket client = connecting();
        second.forEach((event, register) -> {
            register.accept(client);
            expectState(() -> register.accept(client), event + " has a listener already");
        });
        assertThatThrownBy(() -> connecting().onClose(null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("listener");
    }

    @Test
    void anAcceptedSocketIsConnectedFromTheStart() {
        NetServer other =
                Ends.server(
                        loop,
                        socket -> {
                            assertThat(socket.isConnecting()).isFalse();
                            socket.onConnect(journal.line("connect"));
                            socket.connected()
                                    .thenAccept(same -> journal.add("" + (same == socket)));
                            socket.onData(bytes -> journal.add("data"));
                        });
        other.listen(0, "127.0.0.1")
                .onListening(() -> {
                    NetSocket client = Ends.connect(loop, other.port(), "127.0.0.1");
                    client.write("x");
                });
        until("data");
        assertThat(journal.lines()).containsExactly("true", "data");
    }

    @Test
    void theStageOfASocketDestroyedBeforeItConnectedFails() {
        NetSocket client = connecting();
        client.connected()
                .whenComplete((socket, error) -> journal.add(socket + " " + error.getMessage()));
        client.onConnect(journal.line("connect")).onClose(journal.line("close"));
        client.destroy();
        until("close");
        String failed = "null the socket was destroyed before it was connected";
        assertThat(journal.lines()).containsExactly(failed, "close");
        client.connected().whenComplete((socket, error) -> journal.add("" + error.getMessage()));
        loop.run(RunMode.NOWAIT);
        assertThat(journal.count(failed)).isOne();
    }

    @Test
    @PlainOnly(PlainOnly.Reason.BYTES)
    void bytesAreCountedAtBothEnds() {
        NetSocket client = connected();
        NetSocket peer = accepted.getFirst();
        long[] seen = {0};
        peer.onData(bytes -> seen[0] += bytes.remaining());
        client.write("12345");
        client.write(new byte[10], 2, 3, told("write"));
        client.write(ByteBuffer.allocate(4).position(1));
        until("all", () -> seen[0] == 11);
        assertThat(client.bytesWritten()).isEqualTo(11);
        assertThat(peer.bytesRead()).isEqualTo(11);
        assertThat(client.queuedBytes() + client.bytesRead() + peer.bytesWritten()).isZero();
        assertThat(journal.lines()).containsExactly("write ok");
    }

    @Test
    void aRangeOutsideTheArrayIsRefusedAndNothingIsTaken() {
        NetSocket client = connected();
        byte[] five = new byte[5];
        List<ThrowingCallable> calls =
                List.of(
                        () -> client.write(five, 3, 5),
                        () -> client.write(five, -1, 5),
                        () -> client.write(five, 1, -1, told("write")),
                        () -> client.tryWrite(five, 3, 5));
        long before = client.bytesWritten();
        assertThat(calls)
                .allSatisfy(call ->
                        assertThatThrownBy(call)
                                .isInstanceOf(IndexOutOfBoundsException.class)
                                .hasMessageContaining("out of bounds for length 5"));
        assertThat(client.bytesWritten()).isEqualTo(before);
        assertThat(client.isDestroyed()).isFalse();
        assertThat(journal.lines()).isEmpty();
    }

    @Test
    void theLimitOfTheOptionsHoldsForBothKindsOfSockets() {
        WriteLimit limit = new WriteLimit(1234, WriteLimit.Policy.REFUSE);
        NetSocketOptions options = NetSocketOptions.DEFAULTS.withWriteLimit(limit);
        NetServer other =
                Ends.server(
                        loop,
                        NetServerOptions.DEFAULTS.withWriteLimit(limit),
                        socket -> journal.add("accepted " + socket.writeLimit()));
        other.listen(IpAddress.loopback(0));
        until("listening", other::isListening);
        NetSocket client = Ends.connect(loop, other.address().orElseThrow(), options);
        until("accepted " + limit);
        until("connected", () -> !client.isConnecting());
        assertThat(client.writeLimit()).isEqualTo(limit);
        assertThat(connecting().writeLimit()).isEqualTo(WriteLimit.DEFAULTS);
        assertThat(client.writeLimit(WriteLimit.DEFAULTS).writeLimit())
                .isEqualTo(WriteLimit.DEFAULTS);
        assertThatThrownBy(() -> client.writeLimit(null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("limit");
    }

    @Test
    @PlainOnly(PlainOnly.Reason.PEER)
    void aSocketHasOneFilter() {
        NetSocket client = connected();
        client.filter(TriplingFilter.asker(TriplingFilter.Stage.NEVER));
        expectState(
                () -> client.filter(TriplingFilter.asker(TriplingFilter.Stage.NEVER)),
                "the socket has a filter already");
        assertThat(client.isDestroyed()).isFalse();
        NetSocket other = connecting();
        assertThatThrownBy(() -> other.filter(null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("filter");
    }

    @Test
    void aClosedSocketIsNotHandedOver() {
        NetSocket client = connected();
        client.onClose(journal.line("close")).destroy();
        until("close");
        expectState(client::handOver, "the socket is closed, or a pipe is under way");
    }

    @Test
    void aPipeKeepsItsSocket() {
        NetSocket client = connected();
        NetSocket peer = accepted.getFirst();
        peer.pipeTo(peer);
        expectState(peer::handOver, "the socket is closed, or a pipe is under way");
        client.onData(bytes -> journal.add(UTF_8.decode(bytes).toString()));
        client.write("echo");
        until("echo");
    }

    @Test
    @PlainOnly(PlainOnly.Reason.BYTES)
    void anotherThreadIsRefusedAndNothingIsWritten() {
        try (LoopFixture fixture = new LoopFixture()) {
            IpAddress address = (IpAddress) server.address().orElseThrow();
            NetSocket theirs = fixture.call(() -> Ends.connect(fixture.loop(), address));
            List<ThrowingCallable> calls =
                    List.of(
                            () -> theirs.write("x"),
                            () -> theirs.tryWrite(new byte[1], 0, 1),
                            theirs::end,
                            theirs::destroy,
                            theirs::reset,
                            theirs::unref,
                            theirs::pause,
                            theirs::handOver,
                            () -> theirs.onData(bytes -> {}),
                            () -> theirs.noDelay(false),
                            () -> theirs.writeLimit(WriteLimit.DEFAULTS),
                            () -> Ends.connect(fixture.loop(), address));
            assertThat(calls)
                    .allSatisfy(call ->
                            assertThatThrownBy(call)
                                    .isInstanceOf(WrongThreadException.class)
                                    .hasMessageContaining("fixture-loop")
                                    .hasMessageContaining("loop.execute(() -> ...)"));
            assertThat(fixture.<Long>call(theirs::bytesWritten)).isZero();
            assertThat(fixture.<Boolean>call(theirs::isDestroyed)).isFalse();
        }
    }
}
