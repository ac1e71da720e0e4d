package dev.millrace.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.kernel.IpAddress;
import dev.millrace.testing.Ends;
import dev.millrace.testing.Journal;
import dev.millrace.testing.Kernel;
import dev.millrace.testing.LoopFixture;
import dev.millrace.testing.PlainOnly;
import dev.millrace.testing.RawClient;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The owner of a destination ends it: that is not the fate of the source, nor of another one. */
class PipeFateTest {
    private static final NetServerOptions HALF_OPEN =
            NetServerOptions.DEFAULTS.withAllowHalfOpen(true);

    private final LoopFixture fixture = new LoopFixture();
    private final Journal journal = new Journal();
    private final List<NetSocket> accepted = new ArrayList<>();
    private NetServer server;

    @BeforeEach
    void listen() {
        server =
                fixture.call(() ->
                        Ends.server(fixture.loop(), HALF_OPEN, this::accept)
                                .listen(IpAddress.loopback(0)));
    }

    private void accept(NetSocket socket) {
        socket.onError(error -> journal.add("error " + error.getMessage()));
        accepted.add(socket);
        journal.add("accepted " + accepted.size());
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    private RawClient connect(int number) {
        RawClient client = RawClient.connect(fixture.call(server::port));
        journal.await("accepted " + number);
        return client;
    }

    private void onSource(Consumer<NetSocket> task) {
        fixture.act(() -> task.accept(accepted.getFirst()));
    }

    @Test
    void anotherDestinationGetsEverything() {
        try (RawClient writer = connect(1);
                RawClient first = connect(2);
                RawClient second = connect(3)) {
            onSource(source -> {
                source.pipeTo(accepted.get(1));
                source.pipeTo(accepted.get(2));
            });
            writer.write("one ");
            assertThat(first.readText(4)).isEqualTo("one ");
            assertThat(second.readText(4)).isEqualTo("one ");
            fixture.act(() -> accepted.get(1).end("enough"));
            writer.write("two ").write("three").halfClose();
            assertThat(first.readToEnd()).isEqualTo("enough");
            assertThat(second.readToEnd()).isEqualTo("two three");
        }
        assertThat(journal.lines()).containsExactly("accepted 1", "accepted 2", "accepted 3");
    }

    @Test
    void aListenerOfTheSourceGetsEverything() {
        try (RawClient writer = connect(1);
                RawClient first = connect(2)) {
            onSource(source -> {
                source.onData(bytes -> journal.add(StandardCharsets.UTF_8.decode(bytes).toString()))
                        .onEnd(journal.line("end"));
                source.pipeTo(accepted.get(1));
            });
            writer.write("one");
            assertThat(first.readText(3)).isEqualTo("one");
            fixture.act(() -> accepted.get(1).end());
            assertThat(first.readToEnd()).isEmpty();
            writer.write("two");
            journal.await("two");
            writer.halfClose();
            journal.await("end");
        }
        assertThat(journal.lines())
                .containsExactly("accepted 1", "accepted 2", "one", "two", "end");
    }

    @Test
    void whatComesWithoutAnyDestinationWaitsForTheNextOne() {
        try (RawClient writer = connect(1);
                RawClient first = connect(2);
                RawClient second = connect(3)) {
            onSource(source -> source.pipeTo(accepted.get(1)));
            writer.write("one");
            assertThat(first.readText(3)).isEqualTo("one");
            fixture.act(() -> accepted.get(1).end());
            assertThat(first.readToEnd()).isEmpty();
            writer.write("two").halfClose();
            onSource(source -> source.pipeTo(accepted.get(2)));
            assertThat(second.readToEnd()).isEqualTo("two");
        }
        assertThat(journal.lines()).containsExactly("accepted 1", "accepted 2", "accepted 3");
    }

    /** A drain of the destination does not undo a pause of the user's. */
    @Test
    @PlainOnly(PlainOnly.Reason.BYTES)
    void theDrainOfADestinationDoesNotResumeWhatItsUserHasPaused() {
        try (RawClient writer = connect(1);
                RawClient slow = connect(2)) {
            byte[] much = RawClient.pattern(8 << 20);
            onSource(source -> source.pipeTo(accepted.get(1)));
            Thread flood = Thread.ofVirtual().start(() -> writer.write(much).halfClose());
            Kernel.await("a full one", () -> fixture.call(() -> accepted.getFirst().isPaused()));
            fixture.call(() -> accepted.getFirst().pause());
            byte[] before =
                    slow.read((int) (long) fixture.call(() -> accepted.getFirst().bytesRead()));
            assertThat(fixture.call(() -> accepted.get(1).queuedBytes())).isZero();
            assertThat(fixture.call(() -> accepted.getFirst().isPaused())).isTrue();
            fixture.call(() -> accepted.getFirst().resume());
            byte[] rest = slow.read(much.length - before.length);
            assertThat(before.length + rest.length).isEqualTo(much.length);
            assertThat(flood.isVirtual()).isTrue();
        }
    }
}
