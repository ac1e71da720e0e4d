package dev.millrace.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.driver.Driver;
import dev.millrace.driver.ForwardingDriver;
import dev.millrace.driver.Port;
import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.KernelOption;
import dev.millrace.kernel.SystemError;
import dev.millrace.loop.DriverLoops;
import dev.millrace.loop.Loop;
import dev.millrace.loop.RunMode;
import dev.millrace.testing.Ends;
import dev.millrace.testing.Journal;
import dev.millrace.testing.LoopFixture;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server's life, what it answers in each part of it, and what it refuses. */
class NetServerTest {
    private static final String TWICE = "listen was called already (ERR_SERVER_ALREADY_LISTEN)";

    private final Loop loop = Loop.create();
    private final Journal journal = new Journal();
    private final List<NetSocket> accepted = new ArrayList<>();
    private final NetServer server =
            Ends.server(loop, accepted::add)
                    .onListening(journal.line("listening"))
                    .onClose(journal.line("close"));

    @AfterEach
    void close() {
        loop.close();
    }

    private void until(String what, BooleanSupplier condition) {
        LoopFixture.pollUntil(loop, what, condition);
    }

    private void until(String line) {
        until(line, () -> journal.count(line) > 0);
    }

    private NetServer listening() {
        server.listen(IpAddress.loopback(0));
        until("listening");
        return server;
    }

    private NetSocket connected() {
        int before = accepted.size();
        NetSocket client = Ends.connect(loop, server.address().orElseThrow());
        client.onConnect(journal.line("connect")).onError(error -> {});
        until("a connection", () -> accepted.size() > before);
        until("connect");
        return client;
    }

    private void expectNothingServed() {
        assertThat(server.isListening()).isFalse();
        assertThat(server.address()).isEmpty();
        assertThatThrownBy(server::port)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the server does not listen");
        assertThat(server.connections()).isEmpty();
        assertThat(server.connectionCount()).isZero();
    }

    @Test
    void aNewServerAnswersThatThereIsNothing() {
        expectNothingServed();
        assertThat(server.acceptedCount() + server.droppedCount()).isZero();
        assertThat(server.shedCount() + server.acceptErrorCount()).isZero();
        assertThat(server.loop()).isSameAs(loop);
        assertThat(loop.isAlive()).as("it holds no loop").isFalse();
    }

    @Test
    void itDoesNotListenBeforeItSaysSo() {
        server.listen(IpAddress.loopback(0));
        expectNothingServed();
        assertThat(journal.lines()).isEmpty();
        until("listening");
        assertThat(server.isListening()).isTrue();
        assertThat(server.port()).isPositive();
        assertThat(server.address()).contains(IpAddress.loopback(server.port()));
    }

    @Test
    void onEveryInterfaceNeither() {
        server.listen(0);
        expectNothingServed();
        assertThat(journal.lines()).isEmpty();
        until("listening");
        assertThat(server.port()).isPositive();
    }

    @Test
    @Tag("I7")
    void aServerListensOnce() {
        server.listen(IpAddress.loopback(0));
        expectState(() -> server.listen(0), TWICE);
        expectState(() -> server.listen(0, "127.0.0.1"), TWICE);
        until("listening");
        expectState(() -> server.listen(IpAddress.loopback(0)), TWICE);
        assertThat(server.isListening()).as("the first listen goes on").isTrue();
        assertThat(journal.count("listening")).isOne();
    }

    private static void expectState(ThrowingCallable call, String message) {
        assertThatThrownBy(call).isInstanceOf(IllegalStateException.class).hasMessage(message);
    }

    @Test
    void aClosedServerListensNoMore() {
        listening().close();
        expectState(() -> server.listen(0), "the server is closed");
        until("close");
        expectState(() -> server.listen("/tmp/never"), "the server is closed");
        expectNothingServed();
    }

    @Test
    void aWrongPortIsNamedAndLeavesTheServerAsItWas() {
        String range = " is out of range: use 0 (any free port) to 65535";
        expectArgument(() -> server.listen(65_536), "port 65536" + range);
        expectArgument(() -> server.listen(-1), "port -1" + range);
        expectArgument(() -> server.listen(70_000, "a.name"), "port 70000" + range);
        expectArgument(() -> server.listen(-7, "127.0.0.1"), "port -7" + range);
        assertThat(loop.isAlive()).isFalse();
        assertThat(listening().isListening()).isTrue();
    }

    private static void expectArgument(ThrowingCallable call, String message) {
        assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessage(message);
    }

    @Test
    void whatIsMissingIsNamed() {
        assertThatThrownBy(() -> Ends.server(loop, (Consumer<NetSocket>) null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("listener");
        assertThatThrownBy(() -> Ends.server(loop, (NetServerOptions) null, socket -> {}))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("options");
        assertThatThrownBy(() -> NetServer.create(loop, (NetSocketOptions) null, socket -> {}))
                .isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> Ends.server(loop, (NetServerOptions) null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("options");
    }

    @Test
    void listenersAreOneEachAndNeverNull() {
        Map<String, Consumer<NetServer>> second = new LinkedHashMap<>();
        second.put("onConnection", one -> one.onConnection(socket -> {}));
        second.put("onListening", one -> one.onListening(() -> {}));
        second.put("onDrop", one -> one.onDrop(drop -> {}));
        second.put("onAcceptError", one -> one.onAcceptError(report -> {}));
        NetServer fresh = Ends.server(loop);
        second.forEach((event, register) -> {
            register.accept(fresh);
            expectState(() -> register.accept(fresh), event + " has a listener already");
        });
        NetServer other = Ends.server(loop, socket -> {});
        assertThatThrownBy(() -> other.onDrop(null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("listener");
        other.onDrop(drop -> {});
    }

    @Test
    void connectionsWaitInTheKernelUntilThereIsAListener() {
        NetServer late = Ends.server(loop).listen(IpAddress.loopback(0));
        until("listening", late::isListening);
        NetSocket client = Ends.connect(loop, late.address().orElseThrow());
        client.onConnect(journal.line("connect")).onClose(journal.line("client closed"));
        until("it stands", () -> client.localAddress().isPresent());
        late.resume(); // of no effect without a listener
        assertThat(loop.run(RunMode.NOWAIT)).isTrue();
        assertThat(late.acceptedCount()).isZero();
        late.pause();
        late.onConnection(socket -> {
            journal.add("connection");
            socket.end();
        });
        assertThat(loop.run(RunMode.NOWAIT)).isTrue();
        assertThat(late.acceptedCount()).as("it is paused").isZero();
        late.resume();
        until("client closed");
        assertThat(journal.lines()).containsSubsequence("connect", "connection", "client closed");
        late.close();
    }

    @Test
    void aListenerThatComesLateIsEnough() {
        NetServer late = Ends.server(loop).listen(IpAddress.loopback(0));
        until("listening", late::isListening);
        NetSocket client = Ends.connect(loop, late.address().orElseThrow());
        client.onClose(journal.line("client closed")).resume();
        late.onConnection(NetSocket::end);
        until("client closed");
        assertThat(late.acceptedCount()).isEqualTo(1);
        late.close();
    }

    @Test
    void connectionsGetTheirNoDelayFromTheListeningSocket() {
        List<Integer> set = new ArrayList<>();
        Driver watched =
                new ForwardingDriver() {
                    @Override
                    public int setOption(Port port, KernelOption option, int value) {
                        if (option == KernelOption.NO_DELAY) {
                            set.add(value);
                        }
                        return super.setOption(port, option, value);
                    }
                };
        try (Loop other = DriverLoops.on(watched)) {
            NetServerOptions delayed = NetServerOptions.DEFAULTS.withNoDelay(false);
            NetServer first = Ends.server(other, delayed).listen(IpAddress.loopback(0));
            LoopFixture.pollUntil(other, "listening", first::isListening);
            assertThat(set).isEmpty();
            NetServer second = Ends.server(other).listen(IpAddress.loopback(0));
            LoopFixture.pollUntil(other, "listening", second::isListening);
            assertThat(set).containsExactly(1);
        }
    }

    @Test
    void aServerThatNeverListenedClosesLaterAndOnce() {
        server.close();
        server.close();
        assertThat(journal.lines()).as("not inside close").isEmpty();
        assertThat(loop.run(RunMode.DEFAULT)).isFalse();
        assertThat(journal.lines()).containsExactly("close");
        server.close();
        assertThat(loop.isAlive()).isFalse();
    }

    @Test
    void aCloseBeforeItListensIsTheLastWord() {
        server.listen(IpAddress.loopback(0)).close();
        assertThat(loop.run(RunMode.DEFAULT)).isFalse();
        assertThat(journal.lines()).containsExactly("close");
        expectNothingServed();
    }

    @Test
    void aCloseInTheListeningCallbackEndsTheLoop() {
        NetServer other = Ends.server(loop, socket -> {});
        other.onListening(() -> {
            journal.add("port " + (other.port() > 0));
            other.close();
        });
        other.onClose(journal.line("other closed")).listen(0, "127.0.0.1");
        assertThat(loop.run(RunMode.DEFAULT)).isFalse();
        assertThat(journal.lines()).containsExactly("port true", "other closed");
    }

    @Test
    void anErrorWithoutAListenerEndsTheRun() {
        listening().unref();
        NetServer other = Ends.server(loop, socket -> {}).listen(server.address().orElseThrow());
        assertThatThrownBy(() -> loop.run(RunMode.DEFAULT))
                .hasStackTraceContaining("EADDRINUSE")
                .hasStackTraceContaining("127.0.0.1:" + server.port());
        assertThat(other.isListening()).isFalse();
    }

    @Test
    void anErrorWithAListenerIsToldOnceAndTheServerMayTryAgain() {
        listening().unref();
        NetServer other = Ends.server(loop, socket -> {});
        other.onError(error -> journal.add(SystemError.codeOf(error)));
        other.onListening(journal.line("other"));
        other.listen(server.address().orElseThrow());
        assertThat(loop.run(RunMode.DEFAULT)).isFalse();
        assertThat(journal.lines()).containsExactly("listening", "EADDRINUSE");
        other.listen(IpAddress.loopback(0));
        until("other");
        assertThat(other.port()).isNotEqualTo(server.port());
    }

    @Test
    void connectionsAreASnapshotAndTheCountersGoOn() {
        listening();
        connected();
        Set<NetSocket> before = server.connections();
        connected();
        assertThat(before).containsExactly(accepted.getFirst());
        assertThat(server.connections()).containsExactlyInAnyOrderElementsOf(accepted);
        assertThatThrownBy(() -> before.remove(accepted.getFirst()))
                .isInstanceOf(UnsupportedOperationException.class);
        accepted.getFirst().destroy();
        assertThat(server.connectionCount()).isOne();
        assertThat(server.acceptedCount()).isEqualTo(2);
        assertThat(server.droppedCount()).isZero();
    }

    @Test
    @Tag("I18")
    void aClosedServerKeepsItsConnectionsAndTheirCount() {
        listening();
        NetSocket client = connected();
        server.close();
        expectState(() -> server.listen(0), "the server is closed");
        assertThat(server.isListening()).isFalse();
        assertThat(server.connectionCount()).isOne();
        accepted.getFirst().onData(bytes -> journal.add("data"));
        client.write("x");
        until("data");
        assertThat(journal.count("close")).as("one connection is left").isZero();
        accepted.getFirst().destroy();
        until("close");
        assertThat(server.acceptedCount()).isOne();
    }

    @Test
    void aUnixSocketHasNoPort(@TempDir Path folder) {
        server.listen("" + folder.resolve("s"));
        until("listening");
        assertThat(server.port()).isZero();
        assertThat(server.address().orElseThrow()).hasToString("" + folder.resolve("s"));
    }

    @Test
    @Tag("I15")
    void refTakesBackAnUnrefBeforeAndAfterListen() {
        server.unref().ref();
        listening();
        assertThat(loop.isAlive()).isTrue();
        server.unref();
        assertThat(loop.isAlive()).isFalse();
        server.ref();
        assertThat(loop.isAlive()).isTrue();
    }

    @Test
    void anotherThreadIsRefusedAndChangesNothing() {
        try (LoopFixture fixture = new LoopFixture()) {
            NetServer theirs = fixture.call(() -> Ends.server(fixture.loop(), socket -> {}));
            fixture.act(
                    () -> theirs.onListening(journal.line("theirs")).listen(IpAddress.loopback(0)));
            journal.await("theirs");
            List<ThrowingCallable> calls =
                    List.of(
                            theirs::close,
                            theirs::pause,
                            theirs::unref,
                            () -> theirs.listen(0),
                            () -> theirs.onClose(() -> {}),
                            () -> Ends.server(fixture.loop(), socket -> {}));
            assertThat(calls)
                    .allSatisfy(call ->
                            assertThatThrownBy(call)
                                    .isInstanceOf(WrongThreadException.class)
                                    .hasMessageContaining("fixture-loop")
                                    .hasMessageContaining("loop.execute(() -> ...)"));
            assertThat(fixture.<Boolean>call(theirs::isListening)).isTrue();
            fixture.act(() -> theirs.onClose(() -> {}));
        }
    }
}
