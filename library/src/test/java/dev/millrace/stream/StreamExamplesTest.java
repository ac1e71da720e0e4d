package dev.millrace.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.kernel.IpAddress;
import dev.millrace.loop.Loop;
import dev.millrace.net.NetServer;
import dev.millrace.net.NetSocket;
import dev.millrace.testing.LoopFixture;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What the Javadoc for authors of streams shows, compiled and run. */
class StreamExamplesTest {
    private final StringBuilder printed = new StringBuilder();

    private void print(Object text) {
        printed.append(text).append('|');
    }

    // @start region="inbound"
    /** A stream of one text. */
    static final class TextStream extends InboundStream<TextStream> {
        private final ReadSide read;
        private @Nullable Consumer<? super IOException> errorListener;
        private @Nullable Runnable closeListener;
        private boolean isDestroyed;

        TextStream(Loop loop, String text) {
            TextSource source = new TextSource(loop, text, this::destroy);
            read = new ReadSide(source);
            source.begin(read);
        }

        @Override
        protected ReadSide readSide() {
            return read;
        }

        @Override
        protected TextStream self() {
            return this;
        }

        @Override
        public TextStream onError(Consumer<? super IOException> listener) {
            // @start region="listeners"
            errorListener = Listeners.and(errorListener, listener);
            // @end
            return this;
        }

        @Override
        public TextStream onClose(Runnable listener) {
            closeListener = Listeners.and(closeListener, listener);
            return this;
        }

        @Override
        public void destroy() {
            destroy(null);
        }

        private void destroy(@Nullable IOException error) {
            if (isDestroyed) {
                return;
            }
            isDestroyed = true;
            read.destroy();
            if (error != null && errorListener != null) {
                errorListener.accept(error);
            }
            if (closeListener != null) {
                closeListener.run();
            }
        }
    }

    // @end

    // @start region="readSide"
    /** Where the text comes from. */
    private static final class TextSource implements ReadSide.Source {
        private final Loop loop;
        private final byte[] bytes;
        private final Consumer<@Nullable IOException> over;
        private @Nullable ReadSide side;
        private boolean isWanted;
        private boolean isGiven;

        TextSource(Loop loop, String text, Consumer<@Nullable IOException> over) {
            this.loop = loop;
            this.bytes = text.getBytes(StandardCharsets.UTF_8);
            this.over = over;
        }

        void begin(ReadSide itsSide) {
            side = itsSide;
            side.start();
        }

        @Override
        public void startReading() {
            isWanted = true;
            soon(this::give);
        }

        private void give() {
            if (isWanted && !isGiven) {
                isGiven = true;
                side.deliver(bytes, 0, bytes.length);
                side.end();
            }
        }

        @Override
        public void stopReading() {
            isWanted = false;
        }

        @Override
        public void soon(Runnable task) {
            loop.setImmediate(task);
        }

        @Override
        public void endTold() {
            over.accept(null);
        }

        @Override
        public void fail(IOException error) {
            over.accept(error);
        }
    }

    // @end

    @Test
    void aStreamOfOnesOwn() {
        LoopFixture.run(loop -> {
            TextStream text = new TextStream(loop, "one\ntwo\n");
            text.onFrames(Framing.lines(80), this::print);
            text.onEnd(() -> print("end"));
            text.onClose(() -> print("closed"));
        });
        assertThat(printed).hasToString("one|two|end|closed|");
    }

    // @start region="writeSide"
    /** Collects what is written. */
    private static final class Collecting extends WriteSide {
        private final Loop loop;
        private final ByteArrayOutputStream target;

        Collecting(Loop loop, ByteArrayOutputStream target) {
            this.loop = loop;
            this.target = target;
        }

        @Override
        protected boolean handOn(
                byte[] array,
                int offset,
                int length,
                boolean isLent,
                @Nullable Consumer<? super @Nullable IOException> callback) {
            target.write(array, offset, length);
            if (callback != null) {
                soon(() -> callback.accept(null));
            }
            return true;
        }

        @Override
        protected long queuedBytes() {
            return 0; // nothing ever waits
        }

        @Override
        protected void notifyDrained() {
            soon(this::drained);
        }

        @Override
        protected void endWriting() {
            soon(this::finished);
        }

        @Override
        protected IOException writtenTooLate(boolean isWithdrawn) {
            IOException error = afterEnd();
            loop.uncaught(error);
            return error;
        }

        @Override
        protected void soon(Runnable task) {
            loop.setImmediate(task);
        }
    }

    // @end

    @Test
    void aWriteSideOfOnesOwn() {
        ByteArrayOutputStream target = new ByteArrayOutputStream();
        LoopFixture.run(loop -> {
            Collecting side = new Collecting(loop, target);
            side.onFinish(() -> print("finished"));
            print(
                    side.write(
                            ByteBuffer.wrap("hello".getBytes(StandardCharsets.UTF_8)), this::told));
            side.end();
        });
        assertThat(target.toString(StandardCharsets.UTF_8)).isEqualTo("hello");
        assertThat(printed).hasToString("true|told null|finished|");
    }

    private void told(@Nullable IOException error) {
        print("told " + error);
    }

    @Test
    void bytesInPlace() {
        CRC32 sum = new CRC32();
        LoopFixture.run(loop -> checksum(new TextStream(loop, "123456789"), sum));
        assertThat(printed).hasToString("cbf43926|");
    }

    private void checksum(ReadStream stream, CRC32 sum) {
        // @start region="onBytes"
        stream.onBytes((array, offset, length) -> {
            sum.update(array, offset, length); // consumed at once: the array is only lent
            return length; // all of it was taken
        });
        stream.onEnd(() -> print(Long.toHexString(sum.getValue())));
        // @end
    }

    @Test
    void lengthFields() {
        Framing<ByteBuffer> framing = messages();
        byte[] frame = framing.encode(ByteBuffer.wrap(new byte[] {7, 8}));
        assertThat(frame).containsExactly(2, 0, 7, 8);
    }

    private static LengthField messages() {
        // @start region="lengthField"
        // two bytes of length, the low one first, then a body of up to 64 KiB
        LengthField messages = Framing.lengthField(2, 65_538).withOrder(ByteOrder.LITTLE_ENDIAN);
        // @end
        return messages;
    }

    @Test
    void lines() {
        assertThat(smtp().encode("HELO me")).endsWith('m', 'e', '\r', '\n');
    }

    private static Lines smtp() {
        // @start region="lines"
        Lines smtp = Framing.lines(998).withEndsWithCrlf(true);
        // @end
        return smtp;
    }

    // @start region="filterWire"
    /** Says hello, and lets the user talk when the peer has said it too. */
    private static final class Greeting implements Filter {
        private @Nullable FilterWire wire;
        private boolean isGreeted;

        @Override
        public void attach(FilterWire itsWire) {
            wire = itsWire;
            wire.send(new byte[] {'!'}, 0, 1);
        }

        @Override
        public void received(byte[] array, int offset, int length) {
            int skipped = isGreeted ? 0 : 1;
            if (!isGreeted && array[offset] != '!') {
                wire.fail(new IOException("the peer does not greet"));
                return;
            }
            isGreeted = true;
            wire.ready();
            wire.deliver(array, offset + skipped, length - skipped);
        }

        @Override
        public void receivedEnd() {
            wire.deliverEnd();
        }

        @Override
        public void written(byte[] array, int offset, int length) {
            wire.send(array, offset, length);
        }

        @Override
        public void writtenEnd() {
            wire.sendEnd();
        }
    }

    // @end

    @Test
    void aHandshake() {
        LoopFixture.run(loop -> {
            NetServer server =
                    NetServer.create(loop, socket -> socket.filter(new Greeting()).pipeTo(socket));
            server.listen(IpAddress.loopback(0));
            server.onListening(() -> {
                NetSocket client = NetSocket.connect(loop, server.port(), "127.0.0.1");
                client.filter(new Greeting());
                client.onData(data -> print(StandardCharsets.UTF_8.decode(data)));
                client.onClose(server::close).end("hello");
            });
        });
        assertThat(printed).hasToString("hello|");
    }
}
