package dev.millrace.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.driver.Driver;
import dev.millrace.driver.ForwardingDriver;
import dev.millrace.driver.Port;
import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.KernelOption;
import dev.millrace.kernel.ListenOptions;
import dev.millrace.sys.Errno;
import dev.millrace.testing.Journal;
import dev.millrace.testing.LoopFixture;
import dev.millrace.testing.RawClient;
import dev.millrace.turn.WriteQueue;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Both ends on one loop, with a send buffer so small that every long write is a short one. */
class StreamWriteBacklogTest {
    private final Journal journal = new Journal();
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();

    private class Keeping implements StreamEvents {
        private final StreamHandle stream;

        Keeping(StreamHandle stream) {
            this.stream = stream;
        }

        @Override
        public void onRead(byte[] array, int offset, int length) {
            received.write(array, offset, length);
        }

        @Override
        public void onEnd() {
            stream.close();
        }

        @Override
        public void onError(IOException error) {
            journal.add(error.getMessage());
        }

        @Override
        public void onThrown(Throwable thrown) {
            journal.add(thrown.toString());
        }
    }

    private Request told(String name, Runnable then) {
        return new Request(error -> {
            journal.add(name + " " + (error == null ? "ok" : error.getMessage()));
            then.run();
        });
    }

    private void listen(ListenHandle listener) {
        try {
            listener.bind(IpAddress.loopback(0));
            listener.listen(accepted -> {
                listener.close();
                accepted.owner(new Keeping(accepted));
                accepted.readStart();
            });
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Some of it may be with the driver already when the connection is told to everybody else. */
    @Test
    @Tag("H14")
    void whatIsWrittenBeforeAndInTheConnectCallbackIsSentOnce() {
        byte[] bytes = RawClient.pattern(300_000);
        LoopFixture.run(loop -> {
            ListenHandle listener = new ListenHandle(loop, ListenOptions.DEFAULTS);
            listen(listener);
            StreamHandle stream = new StreamHandle(loop, StreamHandleTest.NOBODY);
            stream.option(KernelOption.SEND_BUFFER_BYTES, 4096);
            Request write = told("write", stream::close);
            stream.connect(
                    listener.localAddress(),
                    told("connect", () -> stream.write(bytes, 0, bytes.length, write)));
        });
        assertThat(journal.lines()).containsExactly("connect ok", "write ok");
        assertThat(received.size()).isEqualTo(bytes.length);
        assertThat(RawClient.isPattern(received.toByteArray())).isTrue();
    }

    /** A driver whose second attempt to write meets a peer that is gone. */
    private static Driver failingSecondWrite() {
        return new ForwardingDriver() {
            private int writes;

            @Override
            public int tryWrite(Port port, byte[] array, int offset, int length) {
                return ++writes == 2 ? -Errno.EPIPE : super.tryWrite(port, array, offset, length);
            }
        };
    }

    @Test
    @Tag("R7")
    void whatWentOutBeforeTheQueueFailedDidEndWell() throws IOException {
        String failure;
        try (Loop loop = Loop.on(failingSecondWrite())) {
            ListenHandle listener = new ListenHandle(loop, ListenOptions.DEFAULTS);
            listen(listener);
            StreamHandle stream = new StreamHandle(loop, StreamHandleTest.NOBODY);
            failure = "second write EPIPE " + listener.localAddress();
            stream.connect(listener.localAddress(), told("connect", () -> {}));
            stream.writeOwned(new byte[5000], 0, 5000, told("first", () -> {}));
            stream.writeOwned(new byte[5000], 0, 5000, told("second", stream::close));
            loop.run(RunMode.DEFAULT);
        }
        assertThat(journal.lines()).containsExactly("connect ok", "first ok", failure);
        assertThat(received.size()).isEqualTo(5000);
    }

    private int mostAtOnce;
    private int atOnce;

    /** Takes whatever it is given at once, as if the peer were faster than any writer. */
    private Driver takingEverything() {
        return new ForwardingDriver() {
            @Override
            public int tryWrite(Port port, byte[] array, int offset, int length) {
                atOnce += length;
                mostAtOnce = Math.max(mostAtOnce, atOnce);
                return length;
            }

            @Override
            public void poll(long timeoutNanos, Dispatcher dispatcher) {
                atOnce = 0;
                super.poll(timeoutNanos, dispatcher);
            }
        };
    }

    /** Runs {@code writer} with a connection that lasts one turn; what comes of it is over then. */
    private void forOneTurn(Loop loop, StreamHandle stream, Runnable writer) {
        try (loop) {
            ListenHandle listener = new ListenHandle(loop, ListenOptions.DEFAULTS);
            listen(listener);
            stream.connect(
                    listener.localAddress(),
                    new Request(error -> {
                        loop.setImmediate(stream::close);
                        writer.run();
                    }));
            loop.run(RunMode.DEFAULT);
        }
    }

    /** As in libuv, whose write queue is left after 32 writes (row F1). */
    @Test
    @Tag("F1")
    void whoWritesOnWhenAWriteIsOverStarvesNobody() {
        int[] writes = {0};
        Loop loop = Loop.on(takingEverything());
        StreamHandle stream = new StreamHandle(loop, StreamHandleTest.NOBODY);
        Runnable[] next = {() -> {}};
        next[0] =
                () -> {
                    // The limit is what an endless loop would come to.
                    if (++writes[0] < 100_000 && !stream.isClosing()) {
                        stream.write(new byte[10], 0, 10, new Request(error -> next[0].run()));
                    }
                };
        forOneTurn(loop, stream, next[0]);
        assertThat(writes[0]).isBetween(2, 1000);
    }

    @Test
    @Tag("F1")
    void whoWritesOnWhenAllIsDrainedStarvesNobody() {
        int[] drains = {0};
        Loop loop = Loop.on(takingEverything());
        StreamHandle stream = new StreamHandle(loop, StreamHandleTest.NOBODY);
        StreamEvents events =
                new Keeping(stream) {
                    @Override
                    public void onDrained() {
                        if (++drains[0] < 100_000 && !stream.isClosing()) {
                            stream.write(new byte[10], 0, 10, null);
                            stream.notifyDrained();
                        }
                    }
                };
        stream.owner(events);
        forOneTurn(loop, stream, events::onDrained);
        assertThat(drains[0]).isBetween(2, 1000);
    }

    @Test
    @Tag("F1")
    void ofALongWriteAPartGoesOutBeforeOthersGetTheirTurn() {
        int length = 8 * WriteQueue.AT_ONCE_MAX_BYTES;
        Loop loop = Loop.on(takingEverything());
        StreamHandle stream = new StreamHandle(loop, StreamHandleTest.NOBODY);
        try (loop) {
            ListenHandle listener = new ListenHandle(loop, ListenOptions.DEFAULTS);
            listen(listener);
            stream.connect(listener.localAddress(), told("connect", () -> {}));
            Request write = told("write", stream::close);
            stream.writeOwned(new byte[length], 0, length, write);
            loop.run(RunMode.DEFAULT);
        }
        assertThat(journal.lines()).containsExactly("connect ok", "write ok");
        assertThat(mostAtOnce).isEqualTo(WriteQueue.AT_ONCE_MAX_BYTES);
    }
}
