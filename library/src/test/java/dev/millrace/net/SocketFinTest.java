package dev.millrace.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.driver.RecordingDriver;
import dev.millrace.testing.Ends;
import dev.millrace.testing.LoopFixture;
import dev.millrace.testing.RawClient;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** By which call a socket ends: shutdown(2), or the close(2) that follows at once. */
@Tag("epoll")
@Timeout(30)
class SocketFinTest {
    private final CompletableFuture<NetSocket> accepted = new CompletableFuture<>();
    private final CompletableFuture<Boolean> closed = new CompletableFuture<>();
    private RecordingDriver driver;
    private LoopFixture fixture;
    private NetServer server;
    private RawClient client;

    @BeforeEach
    void connect() {
        fixture = LoopFixture.on(() -> driver = new RecordingDriver());
        CompletableFuture<Integer> port = new CompletableFuture<>();
        fixture.act(() -> {
            NetServerOptions options = NetServerOptions.DEFAULTS.withAllowHalfOpen(true);
            server = Ends.server(fixture.loop(), options);
            server.onConnection(socket -> {
                socket.onClose(() -> closed.complete(true));
                accepted.complete(socket);
            });
            server.onListening(() -> port.complete(server.port())).listen(0, "127.0.0.1");
        });
        client = RawClient.connect(fixture.await(port));
    }

    @AfterEach
    void close() {
        client.close();
        fixture.act(server::close);
        fixture.awaitEnd();
    }

    private void act(Consumer<NetSocket> deed) {
        NetSocket socket = fixture.await(accepted);
        fixture.act(() -> deed.accept(socket));
    }

    private int shutdowns() {
        return fixture.<Integer>call(() -> driver.calls("shutdown").size());
    }

    @Test
    @Tag("F8")
    void aSocketThatIsDestroyedSoonSendsItsFinByTheClose() {
        act(socket -> {
            socket.write("goodbye");
            socket.destroySoon();
        });
        fixture.await(closed);
        assertThat(client.readToEnd()).isEqualTo("goodbye");
        assertThat(shutdowns()).isZero();
    }

    @Test
    @Tag("F8")
    void theSecondOfTwoEndsIsTheClose() {
        act(socket -> socket.onEnd(() -> socket.end("goodbye")).resume());
        client.halfClose();
        assertThat(client.readToEnd()).isEqualTo("goodbye");
        fixture.await(closed);
        assertThat(shutdowns()).isZero();
    }

    @Test
    @Tag("F8")
    void anEndThatIsTheFirstIsAShutdown() {
        act(socket -> socket.end("goodbye"));
        assertThat(client.readToEnd()).isEqualTo("goodbye");
        assertThat(shutdowns()).isOne();
        act(NetSocket::resume);
        client.halfClose();
        fixture.await(closed);
    }

    /** What else leads to the connection would keep it open. */
    @Test
    @Tag("X107")
    void aDescriptionThatOthersHaveIsShutDown() {
        act(socket -> {
            driver.withSharedConnections();
            socket.write("goodbye");
            socket.destroySoon();
        });
        fixture.await(closed);
        assertThat(client.readToEnd()).isEqualTo("goodbye");
        assertThat(shutdowns()).isOne();
    }
}
