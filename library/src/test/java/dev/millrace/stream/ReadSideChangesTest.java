package dev.millrace.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Listeners that are replaced or removed, and bytes that are put back. */
class ReadSideChangesTest extends HandFedStream {
    @Test
    void aListenerForBytesTakesThePlaceOfAnother() {
        stream.side.start();
        stream.onData(chunks("first"));
        deliver("ab");
        stream.onData(chunks("second"));
        deliver("cd");
        assertThat(seen).containsExactly("first ab", "second cd");
        assertThatThrownBy(() -> stream.onData(null)).hasMessage("listener");
        assertThatThrownBy(() -> stream.onBytes(null)).hasMessage("listener");
    }

    @Test
    void oneThatIsReplacedInItsOwnCallKeepsTheChunk() {
        stream.side.start();
        stream.onData(chunk -> {
            stream.onData(chunks("second"));
            seen.add("first " + text(chunk));
        });
        deliver("ab");
        deliver("cd");
        assertThat(seen).containsExactly("first ab", "second cd");
    }

    @Test
    void aStreamWithoutAListenerKeepsWhatComes() {
        stream.side.start();
        stream.onData(chunks("first"));
        stream.offData();
        deliver("ab");
        assertThat(isReading).isFalse();
        stream.onBytes((array, offset, length) -> {
            seen.add("bytes " + text(ByteBuffer.wrap(array, offset, length)));
            return length;
        });
        runSoon();
        stream.offBytes();
        deliver("cd");
        stream.onData(chunks("second"));
        runSoon();
        assertThat(seen).containsExactly("bytes ab", "second cd");
        assertThat(isReading).isTrue();
    }

    /** What was resumed without a listener is thrown away, but not what comes after one. */
    @Test
    void aListenerThatLeftEndsTheThrowingAway() {
        stream.side.start();
        stream.resume();
        deliver("lost");
        stream.onData(chunks("first"));
        stream.offData();
        deliver("ab");
        stream.onData(chunks("second"));
        runSoon();
        assertThat(seen).containsExactly("second ab");
    }

    @Test
    void framesChangeInMidStreamAtEveryCut() {
        atEveryCut(
                "3\nabcde\n2\nxyz\n",
                () -> stream.onFrames(Framing.lines(9), this::lengthLine),
                () -> assertThat(seen).containsExactly("3", "abc", "de", "2", "xy", "z"));
    }

    private void lengthLine(String line) {
        seen.add(line);
        if (Character.isDigit(line.charAt(0))) {
            stream.onFrames(
                    Framing.fixedLength(Integer.parseInt(line)),
                    frame -> {
                        seen.add(text(frame));
                        stream.onFrames(Framing.lines(9), this::lengthLine);
                    });
        }
    }

    @Test
    void theBeginningOfAFrameGoesToTheNextListener() {
        stream.side.start();
        stream.onFrames(Framing.lines(9), seen::add);
        stream.onData(chunks("beside"));
        deliver("one\ntw");
        stream.onFrames(Framing.fixedLength(3), frame -> seen.add(text(frame)));
        runSoon();
        deliver("ofour");
        assertThat(seen).containsExactly("beside one\ntw", "one", "beside ofour", "two", "fou");
    }

    @Test
    void aRemovedListenerOfFramesLeavesTheBeginningOfOne() {
        atEveryCut(
                "head\nbody",
                () ->
                        stream.onFrames(
                                Framing.lines(9),
                                line -> {
                                    seen.add(line);
                                    stream.offBytes();
                                }),
                () -> {
                    StringBuilder rest = new StringBuilder();
                    stream.onData(chunk -> rest.append(text(chunk)));
                    runSoon();
                    assertThat(seen).containsExactly("head");
                    assertThat(rest).hasToString("body");
                });
    }

    @Test
    void whatIsPutBackComesFirstAtEveryCut() {
        atEveryCut(
                "abcdefgh",
                () ->
                        stream.onData(chunk -> {
                            byte first = chunk.get();
                            seen.add(String.valueOf((char) first));
                            if (chunk.hasRemaining()) {
                                stream.unshift(chunk);
                            }
                        }),
                () -> assertThat(String.join("", seen)).isEqualTo("abcdefgh"));
    }

    @Test
    void whatAFrameLeftOverGoesToAPipeAtEveryCut() {
        Collected destination = new Collected();
        atEveryCut(
                "4:abGET /\n",
                () -> {
                    destination.text.setLength(0);
                    stream.onFrames(
                            Framing.fixedLength(4),
                            frame -> {
                                frame.position(2);
                                stream.offBytes();
                                stream.unshift(frame);
                                stream.pipeTo(destination);
                            });
                },
                () -> assertThat(destination.text).hasToString("abGET /\n"));
    }

    @Test
    void putBackByAListenerOfFramesAnObserverDoesNotGetItTwice() {
        StringBuilder observed = new StringBuilder();
        atEveryCut(
                "ab12cd34",
                () -> {
                    observed.setLength(0);
                    stream.onData(chunk -> observed.append(text(chunk)));
                    boolean[] isAgain = {false};
                    stream.onFrames(
                            Framing.fixedLength(2),
                            frame -> {
                                isAgain[0] ^= true;
                                if (isAgain[0]) {
                                    stream.unshift(frame);
                                } else {
                                    seen.add(text(frame));
                                }
                            });
                },
                () -> {
                    assertThat(seen).containsExactly("ab", "12", "cd", "34");
                    assertThat(observed).hasToString("ab12cd34");
                });
    }

    @Test
    void outsideADeliveryItComesBeforeTheBeginningOfAFrame() {
        stream.side.start();
        stream.onFrames(Framing.lines(20), seen::add);
        deliver("wor");
        stream.unshift(bytes("hello "));
        runSoon();
        deliver("ld\n");
        assertThat(seen).containsExactly("hello world");
    }

    @Test
    void putBackBytesAreCopiedWaitForAPauseAndForAListener() {
        stream.side.start();
        ByteBuffer back = bytes("ab");
        stream.unshift(back);
        assertThat(back.remaining()).isEqualTo(2);
        back.put(0, (byte) '!');
        stream.pause();
        stream.onData(chunks("data"));
        runSoon();
        assertThat(seen).isEmpty();
        stream.resume();
        runSoon();
        assertThat(seen).containsExactly("data ab");
        assertThat(isReading).isTrue();
    }

    @Test
    void theEndWaitsForWhatIsPutBack() {
        stream.side.start();
        stream.onData(chunk -> {
            seen.add(text(chunk));
            stream.onData(chunks("again"));
            stream.unshift(bytes("xy"));
        });
        stream.side.deliver(bytes("ab").array(), 0, 2);
        stream.side.end();
        runSoon();
        assertThat(seen).containsExactly("ab", "again xy", "end told");
        assertThatThrownBy(() -> stream.unshift(bytes("z")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("unshift after the end of the stream was told");
    }

    @Test
    void aDestroyedStreamForgetsWhatIsPutBack() {
        stream.side.start();
        stream.onData(chunks("data"));
        stream.destroy();
        stream.unshift(bytes("ab"));
        runSoon();
        assertThat(seen).isEmpty();
    }

    @Test
    void aListenerThatThrowsAtTheEndOfItAllDoesNotSaveThePipe() {
        Collected destination = new Collected();
        stream.onBytes(
                new BytesListener() {
                    @Override
                    public int onBytes(byte[] array, int offset, int length) {
                        return length;
                    }

                    @Override
                    public void onDestroyed() {
                        throw new IllegalStateException("thrown");
                    }
                });
        stream.pipelineTo(destination);
        assertThatThrownBy(stream::destroy).hasMessage("thrown");
        assertThat(destination.isDestroyed).isTrue();
    }

    /** A destination that takes everything. */
    private static final class Collected implements WriteStream {
        private final StringBuilder text = new StringBuilder();
        private boolean isDestroyed;

        @Override
        public boolean write(byte[] array, int offset, int length) {
            text.append(new String(array, offset, length, StandardCharsets.UTF_8));
            return true;
        }

        @Override
        public boolean write(ByteBuffer buffer) {
            throw new AssertionError("a pipe writes arrays");
        }

        @Override
        public void end() {}

        @Override
        public void destroy() {
            isDestroyed = true;
        }

        @Override
        public WriteStream onDrain(Runnable listener) {
            return this;
        }

        @Override
        public void piped(StreamPipe pipe) {}
    }
}
