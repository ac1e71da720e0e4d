package dev.millrace.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.kernel.IpAddress;
import dev.millrace.net.NetServer;
import dev.millrace.net.NetSocket;
import dev.millrace.testing.Ends;
import dev.millrace.testing.Journal;
import dev.millrace.testing.Kernel;
import dev.millrace.testing.LoopFixture;
import dev.millrace.testing.RawClient;
import java.util.Arrays;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A relay: what comes in at one server goes out to a client of the other. */
class StreamPipeTest {
    private final LoopFixture fixture = new LoopFixture();
    private final Journal journal = new Journal();
    private NetSocket source;
    private NetSocket destination;
    private RawClient sender;
    private RawClient receiver;

    @AfterEach
    void close() {
        sender.close();
        receiver.close();
        fixture.close();
    }

    private void connect() {
        receiver = RawClient.connect(listen(socket -> destination = socket), "127.0.0.1", 4096);
        journal.await("accepted", 1);
        sender = RawClient.connect(listen(socket -> source = socket));
        journal.await("accepted", 2);
    }

    private int listen(Consumer<NetSocket> keeper) {
        NetServer server =
                fixture.call(() ->
                        Ends.server(
                                        fixture.loop(),
                                        socket -> {
                                            keeper.accept(socket);
                                            journal.add("accepted");
                                        })
                                .listen(IpAddress.loopback(0)));
        return fixture.call(server::port);
    }

    @Test
    void aSlowReaderHoldsTheSenderAndQueuesLittle() {
        connect();
        fixture.act(() -> source.pipeTo(destination));
        byte[] pattern = RawClient.pattern(24 << 20);
        Thread writer = Thread.ofVirtual().start(() -> sender.write(pattern).halfClose());
        // In one look: until the kernel's buffers are full, what is held goes on now and then.
        Kernel.await(
                "the pipe to hold the source",
                () ->
                        fixture.call(() ->
                                source.isPaused()
                                        && destination.queuedBytes()
                                                >= WriteStream.HIGH_WATER_MARK_BYTES));
        assertThat(fixture.<Long>call(destination::queuedBytes))
                .isLessThanOrEqualTo(2L * WriteStream.HIGH_WATER_MARK_BYTES);
        assertThat(writer.isAlive()).as("the sender waits").isTrue();
        for (int part = 0; part < 24; part++) {
            byte[] expected = Arrays.copyOfRange(pattern, part << 20, (part + 1) << 20);
            assertThat(receiver.read(1 << 20)).isEqualTo(expected);
            assertThat(fixture.<Long>call(destination::queuedBytes))
                    .isLessThan(2L * WriteStream.HIGH_WATER_MARK_BYTES);
        }
        assertThat(receiver.readToEnd()).as("the end is passed on").isEmpty();
    }

    @Test
    void aDestinationThatClosesPausesTheSourceAndDoesNotDestroyIt() {
        connect();
        fixture.act(() -> {
            source.pipeTo(destination);
            destination.onClose(journal.line("destination closed"));
            source.onClose(journal.line("source closed"));
            destination.destroy();
        });
        journal.await("destination closed");
        sender.write("nowhere to go");
        assertThat(fixture.<Boolean>call(source::isPaused)).isTrue();
        assertThat(journal.count("source closed")).isZero();
        fixture.act(() -> source.end("still here"));
        assertThat(sender.readToEnd()).isEqualTo("still here");
    }

    @Test
    void aDestinationHasOnePipe() {
        connect();
        fixture.act(() -> {
            assertThat(source.pipeTo(destination)).isSameAs(destination);
            assertThatThrownBy(() -> source.pipeTo(destination))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("a stream is piped there already");
        });
    }

    @Test
    void anEchoIsAPipeToItself() {
        connect();
        fixture.act(() -> source.pipeTo(source));
        assertThat(sender.write("hello").halfClose().readToEnd()).isEqualTo("hello");
    }
}
