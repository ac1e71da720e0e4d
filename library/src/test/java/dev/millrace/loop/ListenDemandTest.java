package dev.millrace.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.driver.RecordingDriver;
import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.ListenOptions;
import dev.millrace.testing.Journal;
import dev.millrace.testing.Kernel;
import dev.millrace.testing.LoopFixture;
import dev.millrace.testing.RawClient;
import dev.millrace.testing.RecordedEvents;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Accepting by demand: a connection that nobody takes stops further accepting. */
class ListenDemandTest {
    private final RecordingDriver driver = new RecordingDriver();
    private final Loop loop = Loop.on(driver);
    private final ListenHandle listener = new ListenHandle(loop, ListenOptions.DEFAULTS);
    private final Journal journal = new Journal();
    private final List<RawClient> clients = new ArrayList<>();

    @BeforeEach
    void bind() throws IOException {
        listener.bind(IpAddress.loopback(0));
    }

    @AfterEach
    void close() {
        loop.close();
        clients.forEach(RawClient::close);
    }

    private int port() {
        return ((IpAddress) listener.localAddress()).port();
    }

    private RawClient connect() {
        clients.add(RawClient.connect(port()));
        return clients.getLast();
    }

    /** How many connections the kernel has for the listener: the receive queue of its socket. */
    private long queued() {
        int port = port();
        return Kernel.tcp().stream()
                .filter(one -> one.localPort() == port && one.state() == Kernel.LISTEN)
                .findFirst()
                .orElseThrow()
                .unreadBytes();
    }

    private void turns() {
        for (int turn = 0; turn < 3; turn++) {
            loop.run(RunMode.NOWAIT);
        }
    }

    @Test
    @Tag("D7")
    @Tag("R32")
    void untilItIsTakenThereIsNoOther() throws IOException {
        listener.listen(journal.line("waits"));
        connect();
        connect();
        connect();
        turns();
        assertThat(journal.count("waits")).isEqualTo(1);
        assertThat(driver.calls("accept")).containsExactly("acceptStart", "acceptStop");
        assertThat(queued()).as("the kernel keeps the others").isEqualTo(2);
        assertThat(listener.accept()).isNotNull();
        assertThat(listener.accept()).as("the next one was not even accepted").isNull();
        turns();
        assertThat(journal.count("waits")).isEqualTo(2);
        assertThat(queued()).isEqualTo(1);
    }

    @Test
    @Tag("D7")
    void takenInTheCallbackItCostsNothing() throws IOException {
        List<StreamHandle> taken = new ArrayList<>();
        listener.listen(() -> taken.add(listener.accept()));
        connect();
        connect();
        turns();
        assertThat(taken).hasSize(2).doesNotContainNull();
        assertThat(driver.calls("accept")).containsExactly("acceptStart");
    }

    @Test
    @Tag("D8")
    void whatIsTakenIsReadyReadableAndWritable() throws IOException {
        listener.listen(journal.line("waits"));
        assertThat(listener.accept()).as("EAGAIN").isNull();
        RawClient client = connect();
        turns();
        StreamHandle stream = listener.accept();
        assertThat(stream.loop()).isSameAs(loop);
        assertThat(stream.isConnected() && stream.isReadable() && stream.isWritable()).isTrue();
        stream.owner(new RecordedEvents(journal));
        stream.readStart();
        client.write("hello");
        LoopFixture.turnUntil(loop, "the bytes", () -> journal.lines().contains("read hello"));
        stream.write(new byte[] {'h', 'i'}, 0, 2, null);
        loop.run(RunMode.NOWAIT);
        assertThat(client.readText(2)).isEqualTo("hi");
        assertThat(journal.lines()).containsExactly("waits", "read hello");
    }

    @Test
    @Tag("D8")
    void anotherThreadMayNotTakeIt() {
        assertThatThrownBy(() -> CompletableFuture.runAsync(listener::accept).join())
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(WrongThreadException.class);
    }

    @Test
    @Tag("D7")
    void closingTheListenerClosesTheOneThatWaits() throws IOException {
        listener.listen(journal.line("waits"));
        RawClient client = connect();
        turns();
        listener.close();
        assertThat(client.readEnding()).isEqualTo("FIN");
        assertThat(listener.accept()).isNull();
        loop.run(RunMode.DEFAULT);
        assertThat(loop.isAlive()).isFalse();
    }

    @Test
    @Tag("D7")
    void aListenerThatThrowsKeepsItsConnection() throws IOException {
        loop.onUncaught(thrown -> journal.add(thrown.getMessage()));
        listener.listen(() -> {
            throw new IllegalStateException("not now");
        });
        connect();
        connect();
        turns();
        assertThat(journal.lines()).containsExactly("not now");
        assertThat(listener.accept()).isNotNull();
    }
}
