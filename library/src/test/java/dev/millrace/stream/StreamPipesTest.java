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
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** One source, several destinations; and the two ways in which an end's failure counts. */
class StreamPipesTest {
    private final LoopFixture fixture = new LoopFixture();
    private final Journal journal = new Journal();
    private final List<NetSocket> sockets = new ArrayList<>();
    private final List<RawClient> clients = new ArrayList<>();
    private NetSocket source;
    private NetSocket first;
    private NetSocket second;

    @BeforeEach
    void connect() {
        NetServer server =
                fixture.call(() ->
                        Ends.server(
                                        fixture.loop(),
                                        socket -> {
                                            sockets.add(socket);
                                            int index = sockets.size();
                                            socket.onError(e -> journal.add("error " + index));
                                            socket.onClose(journal.line("close " + index));
                                            journal.add("accepted");
                                        })
                                .listen(IpAddress.loopback(0)));
        int port = fixture.call(server::port);
        for (int i = 1; i <= 3; i++) {
            clients.add(RawClient.connect(port, "127.0.0.1", 4096));
            journal.await("accepted", i);
        }
        source = sockets.get(0);
        first = sockets.get(1);
        second = sockets.get(2);
    }

    @AfterEach
    void close() {
        clients.forEach(RawClient::close);
        fixture.close();
    }

    private RawClient sender() {
        return clients.get(0);
    }

    private RawClient receiver(int index) {
        return clients.get(index);
    }

    @Test
    @Tag("R26")
    void allDestinationsGetEverythingAndTheSourceWaitsForTheSlowest() {
        fixture.act(() -> {
            source.pipeTo(first);
            source.pipeTo(second);
        });
        byte[] pattern = RawClient.pattern(16 << 20);
        Thread.ofVirtual().start(() -> sender().write(pattern).halfClose());
        CompletableFuture<byte[]> fast = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> fast.complete(receiver(1).read(16 << 20)));

        Kernel.await(
                "the slow one to hold the source",
                () ->
                        fixture.call(() ->
                                source.isPaused()
                                        && first.queuedBytes() == 0
                                        && second.queuedBytes() > 0));
        assertThat(fast.isDone()).isFalse();
        assertThat(fixture.<Long>call(source::bytesRead)).isLessThan(16 << 20);
        assertThat(fixture.<Long>call(second::queuedBytes))
                .isLessThan(2L * WriteStream.HIGH_WATER_MARK_BYTES);

        assertThat(Arrays.equals(receiver(2).read(16 << 20), pattern)).isTrue();
        assertThat(Arrays.equals(fixture.await(fast), pattern)).isTrue();
        assertThat(receiver(1).readToEnd()).as("the end is passed on").isEmpty();
        assertThat(receiver(2).readToEnd()).isEmpty();
    }

    @Test
    @Tag("R26")
    void aDestinationThatClosesLeavesTheOthersAloneAndTheLastOnePausesTheSource() {
        fixture.act(() -> {
            source.pipeTo(first);
            source.pipeTo(second);
        });
        byte[] pattern = RawClient.pattern(16 << 20);
        Thread.ofVirtual().start(() -> sender().write(pattern));
        Kernel.await("the source to be held", () -> fixture.call(source::isPaused));
        fixture.act(() -> second.destroy());
        assertThat(Arrays.equals(receiver(1).read(16 << 20), pattern)).isTrue();
        assertThat(fixture.<Boolean>call(source::isPaused)).isFalse();

        fixture.act(() -> first.destroy());
        journal.await("close 2");
        assertThat(fixture.<Boolean>call(source::isPaused)).isTrue();
        assertThat(journal.count("close 1")).as("it is not destroyed").isZero();
    }

    @Test
    void aSourceWhoseLastDestinationClosedGoesOnWhenItIsPipedAnew() {
        fixture.act(() -> source.pipeTo(first));
        byte[] pattern = RawClient.pattern(16 << 20);
        // Nobody takes all of it: the rest ends with the connection.
        Thread.ofVirtual()
                .uncaughtExceptionHandler((thread, broken) -> {})
                .start(() -> sender().write(pattern));
        Kernel.await("the source to be held", () -> fixture.call(source::isPaused));
        fixture.act(() -> first.destroy());
        journal.await("close 2");
        assertThat(fixture.<Boolean>call(source::isPaused)).isTrue();
        fixture.act(() -> source.pipeTo(second));
        assertThat(receiver(2).read(4 << 20)).as("more than waits anywhere").hasSize(4 << 20);
    }

    @Test
    @Tag("R26")
    void whenTheSourceOfAPipeFailsTheDestinationStaysOpen() {
        fixture.act(() -> source.pipeTo(first));
        assertThat(sender().write("half").localPort()).isPositive();
        assertThat(receiver(1).readText(4)).isEqualTo("half");
        sender().reset();
        journal.await("close 1");
        fixture.act(() -> first.end("; still here"));
        assertThat(receiver(1).readToEnd()).isEqualTo("; still here");
    }

    @Test
    @Tag("R26")
    void whenTheSourceOfAPipelineFailsTheDestinationsAreDestroyed() {
        fixture.act(() -> {
            source.pipelineTo(first);
            source.pipelineTo(second);
        });
        sender().write("half");
        assertThat(receiver(1).readText(4)).isEqualTo("half");
        assertThat(receiver(2).readText(4)).isEqualTo("half");
        sender().reset();
        journal.await("close 2");
        journal.await("close 3");
        assertThat(fixture.<Boolean>call(first::isDestroyed)).isTrue();
    }

    @Test
    @Tag("R26")
    void whenTheDestinationOfAPipelineClosesTheSourceIsReset() {
        fixture.act(() -> {
            source.pipelineTo(first);
            first.destroy();
        });
        journal.await("close 1");
        assertThat(sender().readEnding()).isEqualTo("Connection reset");
    }

    @Test
    @Tag("R26")
    void aPipelineThatRunsToItsEndDestroysNothing() {
        fixture.act(() -> source.pipelineTo(first));
        sender().write("all of it").halfClose();
        assertThat(receiver(1).readToEnd()).isEqualTo("all of it");
        journal.await("close 1");
        assertThat(fixture.<Boolean>call(first::isDestroyed)).isFalse();
        assertThat(journal.count("error 1") + journal.count("error 2")).isZero();
    }

    @Test
    @Tag("R26")
    void aPipelineToADestinationThatHasGoneResetsTheSource() {
        fixture.act(first::destroy);
        journal.await("close 2");
        fixture.act(() -> source.pipelineTo(first));
        journal.await("close 1");
        assertThat(sender().readEnding()).isEqualTo("Connection reset");
    }

    @Test
    @Tag("R26")
    void aPipelineFromASourceThatHasGoneResetsTheDestination() {
        fixture.act(source::destroy);
        journal.await("close 1");
        fixture.act(() -> source.pipelineTo(first));
        journal.await("close 2");
        assertThat(receiver(1).readEnding()).isEqualTo("Connection reset");
    }

    @Test
    @Tag("R26")
    void aPipeFromASourceThatHasEndedEndsTheDestination() {
        fixture.act(() -> source.onEnd(journal.line("end")).resume());
        sender().halfClose();
        journal.await("close 1");
        fixture.act(() -> source.pipeTo(first));
        assertThat(receiver(1).readToEnd()).isEmpty();
        assertThat(journal.count("end")).isEqualTo(1);
        assertThat(fixture.<Boolean>call(first::isDestroyed)).isFalse();
    }

    /** A destination of somebody's own, which takes everything. */
    private static class Sink implements WriteStream {
        private final List<StreamPipe> pipes = new ArrayList<>();

        @Override
        public boolean write(byte[] array, int offset, int length) {
            return true;
        }

        @Override
        public boolean write(ByteBuffer buffer) {
            return true;
        }

        @Override
        public void end() {}

        @Override
        public void destroy() {}

        @Override
        public WriteStream onDrain(Runnable listener) {
            return this;
        }

        @Override
        public void piped(StreamPipe pipe) {
            pipes.add(pipe);
        }
    }

    @Test
    @Tag("R26")
    void aSourceForgetsTheDestinationsThatHaveClosed() {
        int length =
                fixture.call(() -> {
                    StreamPipe last = null;
                    StreamPipe stays = source.pipeTo(new Sink()).pipes.getFirst();
                    for (int i = 0; i < 100; i++) {
                        last = source.pipeTo(new Sink()).pipes.getFirst();
                        last.onDestinationClosed();
                    }
                    int count = 0;
                    for (StreamPipe at = stays; at != null; at = at.next()) {
                        count++;
                    }
                    return count;
                });
        assertThat(length).as("the one that stays and the last one").isEqualTo(2);
        fixture.act(() -> source.pipeTo(first));
        sender().write("still flowing");
        assertThat(receiver(1).readText(13)).isEqualTo("still flowing");
    }

    @Test
    @Tag("R26")
    void aDestinationThatCanNotBeDestroyedDoesNotKeepTheSourceOpen() {
        Sink broken =
                new Sink() {
                    @Override
                    public void destroy() {
                        throw new IllegalStateException("broken");
                    }
                };
        fixture.act(() -> {
            source.pipelineTo(broken);
            assertThatThrownBy(() -> source.destroy()).hasMessage("broken");
        });
        journal.await("close 1");
        assertThat(sender().readEnding()).isEqualTo("FIN");
    }
}
