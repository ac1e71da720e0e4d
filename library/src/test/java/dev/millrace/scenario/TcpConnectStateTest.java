package dev.millrace.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.SystemError;
import dev.millrace.loop.Loop;
import dev.millrace.net.NameOptions;
import dev.millrace.net.NetServer;
import dev.millrace.net.NetSocket;
import dev.millrace.net.NetSocketOptions;
import dev.millrace.testing.Journal;
import dev.millrace.testing.LoopFixture;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a socket is while it connects, and what comes first when it has; the same for one address,
 * and for a name with several.
 */
class TcpConnectStateTest {
    private static final IpAddress REFUSED = IpAddress.of("::1", 1);

    private final Journal journal = new Journal();

    /** {@code one} is an address of its own, {@code several} a name that has it and a wrong one. */
    private static NetSocket connect(Loop loop, int port, String how) {
        if (how.equals("one")) {
            return NetSocket.connect(loop, port, "127.0.0.1");
        }
        List<InetAddress> hosts = List.of(REFUSED.host(), IpAddress.loopback(0).host());
        NetSocketOptions options =
                NetSocketOptions.DEFAULTS.withNames(
                        NameOptions.DEFAULTS.withResolver(
                                (on, host, family) -> CompletableFuture.completedFuture(hosts)));
        return NetSocket.connect(loop, port, "several.test", options);
    }

    /** Runs {@code client} beside a server that says hello at once, and ends. */
    private static void greeted(BiConsumer<Loop, Integer> client) {
        LoopFixture.run(loop -> {
            NetServer server = NetServer.create(loop);
            server.onConnection(socket -> {
                server.close();
                socket.end("hello");
            });
            server.listen(IpAddress.loopback(0))
                    .onListening(() -> client.accept(loop, server.port()));
        });
    }

    private static String text(ByteBuffer bytes) {
        return StandardCharsets.UTF_8.decode(bytes).toString();
    }

    private void state(String when, NetSocket socket) {
        StringBuilder line = new StringBuilder(when);
        line.append(socket.isConnecting() ? " connecting" : "");
        line.append(socket.isReadable() ? " readable" : "");
        line.append(socket.isWritable() ? " writable" : "");
        line.append(socket.isDestroyed() ? " destroyed" : "");
        line.append(socket.hadError() ? " failed" : "");
        line.append(socket.remoteAddress().isPresent() ? " peer" : "");
        line.append(socket.localAddress().isPresent() ? " local" : "");
        journal.add(line.toString());
    }

    @ParameterizedTest
    @Tag("H2")
    @ValueSource(strings = {"one", "several"})
    void aSocketTellsWhetherItConnectsIsOpenOrOver(String how) {
        greeted((loop, port) -> {
            NetSocket socket = connect(loop, port, how);
            state("at first", socket);
            socket.onConnect(() -> state("connected", socket));
            socket.onData(data -> {});
            socket.onClose(() -> state("closed", socket));
        });
        assertThat(journal.lines())
                .containsExactly(
                        "at first connecting",
                        "connected readable writable peer local",
                        "closed destroyed");
    }

    @ParameterizedTest
    @Tag("H2")
    @ValueSource(strings = {"one", "several"})
    void aSocketThatFailsToConnectSaysSo(String how) {
        LoopFixture.run(loop -> {
            NetSocket socket = connect(loop, 1, how);
            socket.onError(error -> state(SystemError.codeOf(error), socket));
            socket.onClose(() -> state("closed", socket));
        });
        assertThat(journal.lines())
                .containsExactly("ECONNREFUSED destroyed failed", "closed destroyed failed");
    }

    /** Asked for before there is a connection, and remembered until there is one. */
    @ParameterizedTest
    @Tag("H13")
    @Tag("H15")
    @CsvSource({"one, true", "one, false", "several, true", "several, false"})
    void connectIsToldBeforeTheFirstData(String how, boolean isWritingFirst) {
        greeted((loop, port) -> {
            NetSocket socket = connect(loop, port, how);
            socket.onData(data -> journal.add("data " + text(data)));
            socket.onEnd(journal.line("end"));
            if (isWritingFirst) {
                socket.write("first");
            }
            socket.connected().thenRun(journal.line("stage"));
            socket.onConnect(journal.line("connect"));
            socket.onClose(journal.line("close"));
        });
        assertThat(journal.lines())
                .containsExactly("connect", "stage", "data hello", "end", "close");
    }

    @ParameterizedTest
    @Tag("H15")
    @ValueSource(strings = {"one", "several"})
    void aPauseBeforeTheConnectionIsRememberedAsWell(String how) {
        greeted((loop, port) -> {
            NetSocket socket = connect(loop, port, how);
            socket.onData(data -> journal.add("data " + text(data)));
            socket.pause();
            socket.onPeerClosed(reset -> {});
            socket.onConnect(() ->
                    loop.setImmediate(() ->
                            loop.setImmediate(() -> {
                                journal.add("resumed");
                                socket.resume();
                            })));
        });
        assertThat(journal.lines()).containsExactly("resumed", "data hello");
    }

    @ParameterizedTest
    @Tag("R14")
    @ValueSource(strings = {"one", "several"})
    void whatWasWrittenForAConnectionThatNeverComesFailsBeforeClose(String how) {
        LoopFixture.run(loop -> {
            NetSocket socket = connect(loop, 1, how);
            for (int i = 1; i < 3; i++) {
                String name = "write " + i + " ";
                socket.write(
                        ByteBuffer.allocate(10),
                        error -> journal.add(name + SystemError.codeOf(error)));
            }
            socket.onFinish(journal.line("finish"));
            socket.end();
            socket.onError(error -> journal.add("error " + SystemError.codeOf(error)));
            socket.onClose(journal.line("close"));
        });
        assertThat(journal.lines())
                .containsExactly(
                        "write 1 ECANCELED", "write 2 ECANCELED", "error ECONNREFUSED", "close");
    }
}
