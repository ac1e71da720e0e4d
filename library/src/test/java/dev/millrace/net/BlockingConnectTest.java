package dev.millrace.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.kernel.IpAddress;
import dev.millrace.loop.Loop;
import dev.millrace.loop.LoopStage;
import dev.millrace.testing.Ends;
import dev.millrace.testing.LoopFixture;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.ServerSocket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A thread that waits for a connection. */
class BlockingConnectTest {
    private final LoopFixture fixture = new LoopFixture();

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    @Tag("F11")
    void itStandsWhenTheCallReturns() throws IOException {
        int port = fixture.listen(socket -> socket.end("hello"));
        try (BlockingSocket socket =
                BlockingSocket.connect(
                        fixture.loop(),
                        IpAddress.loopback(port),
                        Ends.of(NetSocketOptions.DEFAULTS))) {
            assertThat(fixture.call(() -> socket.socket().isConnecting())).isFalse();
            byte[] all = socket.inputStream().readAllBytes();
            assertThat(new String(all, StandardCharsets.UTF_8)).isEqualTo("hello");
        }
    }

    @Test
    void aRefusalIsThrownAndGoesNowhereElse() throws IOException {
        int free;
        try (ServerSocket gone = new ServerSocket(0)) {
            free = gone.getLocalPort();
        }
        CompletableFuture<Throwable> uncaught = new CompletableFuture<>();
        fixture.act(() -> fixture.loop().onUncaught(uncaught::complete));
        assertThatThrownBy(() -> BlockingSocket.connect(fixture.loop(), free, "127.0.0.1"))
                .isInstanceOf(ConnectException.class)
                .hasMessageContaining("ECONNREFUSED");
        fixture.act(() -> {});
        assertThat(uncaught).isNotDone();
    }

    @Test
    void aWrongPortIsTheCallersMistake() {
        assertThatThrownBy(() -> BlockingSocket.connect(fixture.loop(), 65_536, "127.0.0.1"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /** Of a name whose look-up never ends. */
    @Test
    @Tag("F11")
    void anInterruptGivesItUp() {
        CompletableFuture<Object> asked = new CompletableFuture<>();
        NameResolver never =
                (loop, host, family) -> {
                    asked.complete(host);
                    return new LoopStage<>(loop);
                };
        NetSocketOptions options =
                NetSocketOptions.DEFAULTS.withNames(NameOptions.DEFAULTS.withResolver(never));
        var connecting =
                new BlockingPair.Running(
                        () -> BlockingSocket.connect(fixture.loop(), 1, "never.test", options));
        fixture.await(asked);
        connecting.thread.interrupt();
        assertThat(fixture.await(connecting.outcome))
                .isExactlyInstanceOf(InterruptedIOException.class)
                .hasToString("java.io.InterruptedIOException: interrupted while connecting");
        assertThat(connecting.isInterrupted).isTrue();
        fixture.awaitEnd();
    }

    @Test
    void theLoopsOwnThreadIsRefused() {
        assertThatThrownBy(() ->
                        fixture.call(() -> BlockingSocket.connect(fixture.loop(), 1, "127.0.0.1")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("use NetSocket.connect");
    }

    @Test
    void aLoopThatIsClosedMakesNoConnection() {
        Loop closed = Loop.create();
        assertThat(closed.isClosed()).isFalse();
        closed.close();
        assertThat(closed.isClosed()).isTrue();
        var connecting =
                new BlockingPair.Running(() -> BlockingSocket.connect(closed, 1, "127.0.0.1"));
        assertThat(fixture.await(connecting.outcome))
                .isInstanceOf(SocketException.class)
                .hasToString("java.net.SocketException: the loop is closed");
    }
}
