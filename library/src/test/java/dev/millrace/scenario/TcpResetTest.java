package dev.millrace.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.SystemError;
import dev.millrace.net.NetServer;
import dev.millrace.net.NetServerOptions;
import dev.millrace.net.NetSocket;
import dev.millrace.testing.Ends;
import dev.millrace.testing.Journal;
import dev.millrace.testing.Kernel;
import dev.millrace.testing.LoopFixture;
import dev.millrace.testing.PlainOnly;
import dev.millrace.testing.RawClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A connection breaks in the middle: one error, one close, and every write is told. */
class TcpResetTest {
    private final LoopFixture fixture = new LoopFixture();
    private final Journal journal = new Journal();
    private NetSocket socket;

    @AfterEach
    void close() {
        fixture.close();
    }

    private RawClient connect(Consumer<NetSocket> handler) {
        NetServerOptions options = NetServerOptions.DEFAULTS.withAllowHalfOpen(true);
        NetServer server =
                fixture.call(() ->
                        Ends.server(
                                        fixture.loop(),
                                        options,
                                        accepted -> {
                                            socket = accepted;
                                            accepted.onError(this::failed)
                                                    .onEnd(journal.line("end"))
                                                    .onClose(journal.line("close"));
                                            handler.accept(accepted);
                                            journal.add("accepted");
                                        })
                                .listen(IpAddress.loopback(0)));
        RawClient client = RawClient.connect(fixture.call(server::port), "127.0.0.1", 4096);
        journal.await("accepted");
        return client;
    }

    /** Nothing of what was written follows, and the peer knows that it was not all. */
    @Test
    void aSocketThatIsResetTellsItsPeerSo() {
        try (RawClient client =
                connect(accepted ->
                        accepted.onData(bytes -> {
                            accepted.write(new byte[10]);
                            accepted.reset();
                        }))) {
            client.write("x");
            assertThat(client.readEnding()).isEqualTo("Connection reset");
        }
        journal.await("close");
        assertThat(journal.lines()).containsExactly("accepted", "close");
        assertThat(fixture.call(() -> socket.hadError())).isFalse();
    }

    private void failed(Exception error) {
        assertThat(error).isInstanceOf(SocketException.class);
        journal.add("error " + ((SystemError) error).syscall() + " " + SystemError.codeOf(error));
    }

    private void write(int bytes) {
        socket.write(
                ByteBuffer.allocate(bytes),
                error ->
                        journal.add("write " + (error == null ? "ok" : SystemError.codeOf(error))));
    }

    private List<String> told(String prefix) {
        return journal.lines().stream().filter(line -> line.startsWith(prefix)).toList();
    }

    @Test
    @Tag("X64")
    @Tag("E4")
    void whileReadingItIsOneErrorAndOneClose() {
        RawClient client = connect(accepted -> accepted.onData(b -> journal.add("data")));
        client.write("half of a mess");
        journal.await("data");
        client.reset();
        journal.await("close");
        assertThat(journal.lines())
                .containsExactly("accepted", "data", "error read ECONNRESET", "close");
    }

    @Test
    @Tag("X64")
    @Tag("F7")
    void whileWritesWaitEachIsToldOnce() {
        RawClient client = connect(NetSocket::pause);
        fixture.act(() -> {
            for (int i = 0; i < 5; i++) {
                write(4 << 20);
            }
            assertThat(socket.queuedBytes()).isPositive();
        });
        client.reset();
        journal.await("close");
        assertThat(told("write")).hasSize(5);
        assertThat(told("write E")).isNotEmpty().allMatch("write ECONNRESET"::equals);
        assertThat(told("error")).containsExactly("error write ECONNRESET");
        assertThat(journal.lines()).endsWith("error write ECONNRESET", "close");
        assertThat(told("close")).hasSize(1);
    }

    @Test
    @Tag("X64")
    void whileReadingAndWritingItIsStillOneError() {
        RawClient client = connect(accepted -> accepted.onData(b -> journal.add("data")));
        fixture.act(() -> write(16 << 20));
        client.write("x");
        journal.await("data");
        client.reset();
        journal.await("close");
        assertThat(told("error")).hasSize(1);
        assertThat(told("write")).hasSize(1).doesNotContain("write ok");
        assertThat(told("close")).hasSize(1);
    }

    /** The peer has closed; the first write is answered by a reset, a later one meets EPIPE. */
    @Test
    @Tag("X65")
    void aBrokenPipeIsAnErrorAndTheProcessLives() {
        RawClient client = connect(NetSocket::pause);
        client.close();
        fixture.act(() -> write(1));
        Kernel.await(
                "the error",
                () -> {
                    fixture.act(() -> {
                        if (!socket.isDestroyed()) {
                            write(1);
                        }
                    });
                    return journal.count("close") == 1;
                });
        assertThat(told("error")).hasSize(1);
        assertThat(told("error").getFirst()).isIn("error write EPIPE", "error write ECONNRESET");
        assertThat(told("write E")).isNotEmpty();
        fixture.act(() -> assertThat(socket.write("late")).isFalse());
        assertThat(told("close")).hasSize(1);
    }

    @Test
    @Tag("X64")
    void whoDestroysItInTheErrorChangesNothing() {
        RawClient client =
                connect(accepted ->
                        accepted.onData(data -> {
                            accepted.destroy();
                            accepted.destroy(new java.io.IOException("again"));
                        }));
        client.write("x");
        journal.await("close");
        client.close();
        assertThat(journal.lines()).containsExactly("accepted", "close");
    }

    /** Urgent data is left out of the stream (tcp(7), SO_OOBINLINE is off) and is no event. */
    @Test
    @PlainOnly(PlainOnly.Reason.PEER)
    void urgentDataDoesNotDisturbTheRest() throws IOException {
        NetServer server =
                fixture.call(() ->
                        Ends.server(
                                        fixture.loop(),
                                        accepted -> {
                                            accepted.pipeTo(accepted);
                                            accepted.onError(e -> journal.add("error " + e));
                                        })
                                .listen(IpAddress.loopback(0)));
        int port = fixture.call(server::port);
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
            client.getOutputStream().write('a');
            client.sendUrgentData('!');
            client.getOutputStream().write('b');
            client.shutdownOutput();
            assertThat(client.getInputStream().readAllBytes()).containsExactly('a', 'b');
        }
        assertThat(journal.lines()).noneMatch(line -> line.startsWith("error"));
    }
}
