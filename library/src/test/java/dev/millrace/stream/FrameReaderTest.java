package dev.millrace.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Frames of a read side whose source the test holds in its hand. */
@Tag("E8")
class FrameReaderTest {
    private static final int MAX = 4096;

    private final List<String> seen = new ArrayList<>();
    private final ArrayDeque<Runnable> soon = new ArrayDeque<>();
    private final ReadSide side = new ReadSide(new HeldSource());
    private final Random random = new Random(8);

    private final class HeldSource implements ReadSide.Source {
        @Override
        public void startReading() {}

        @Override
        public void stopReading() {}

        @Override
        public void soon(Runnable task) {
            soon.add(task);
        }

        @Override
        public void endTold() {
            seen.add("end");
        }

        @Override
        public void fail(IOException error) {
            seen.add(error.getMessage());
            side.destroy();
        }
    }

    /** A framing of the test's own, as a user would write one: {@code 3:abc,} (netstring). */
    private static final class Netstring implements Framing<String> {
        @Override
        public int measure(byte[] array, int offset, int length, int seen) throws FrameException {
            int bodyBytes = 0;
            for (int at = 0; at < length; at++) {
                int c = array[offset + at];
                if (c == ':') {
                    return at + 1 + bodyBytes + 1;
                }
                if (c < '0' || c > '9' || at > 3) {
                    throw new FrameException("no netstring");
                }
                bodyBytes = 10 * bodyBytes + c - '0';
            }
            return UNKNOWN;
        }

        @Override
        public String decode(byte[] array, int offset, int length) throws FrameException {
            if (array[offset + length - 1] != ',') {
                throw new FrameException("no comma");
            }
            String whole = new String(array, offset, length - 1, StandardCharsets.UTF_8);
            return whole.substring(whole.indexOf(':') + 1);
        }

        @Override
        public byte[] encode(String frame) {
            return (frame.length() + ":" + frame + ",").getBytes(StandardCharsets.UTF_8);
        }
    }

    /** A framing, and how the test's texts become its frames and back. */
    private record Kind<F>(
            String name,
            Framing<F> framing,
            Function<String, F> frame,
            Function<F, String> text,
            int minBytes,
            int maxBytes) {
        static Kind<ByteBuffer> buffers(
                String name, Framing<ByteBuffer> framing, int min, int max) {
            return new Kind<>(
                    name,
                    framing,
                    StandardCharsets.UTF_8::encode,
                    buffer -> StandardCharsets.UTF_8.decode(buffer).toString(),
                    min,
                    max);
        }

        byte[] encode(String message) {
            return framing.encode(frame.apply(message));
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static List<Kind<?>> kinds() {
        LengthField length = Framing.lengthField(4, MAX);
        return List.of(
                Kind.buffers("fixed length", Framing.fixedLength(77), 77, 77),
                Kind.buffers("length", length, 0, MAX - 4),
                Kind.buffers("length, extra bytes", length.withExtraBytes(9), 9, MAX - 4),
                Kind.buffers("length of one byte", Framing.lengthField(1, MAX), 0, 255),
                Kind.buffers("delimiter", Framing.delimiter("\0", MAX), 0, MAX),
                Kind.buffers("long delimiter", Framing.delimiter("--end--", MAX), 0, MAX),
                new Kind<>("lines", Framing.lines(MAX), t -> t, t -> t, 0, MAX),
                new Kind<>(
                        "CRLF lines",
                        Framing.lines(MAX).withEndsWithCrlf(true),
                        t -> t,
                        t -> t,
                        0,
                        MAX),
                new Kind<>("netstring", new Netstring(), t -> t, t -> t, 0, 999));
    }

    private <F> void read(Kind<F> kind, Runnable afterEach) {
        side.onBytes(
                new FrameReader<>(
                        side,
                        kind.framing(),
                        frame -> {
                            seen.add(kind.text().apply(frame));
                            afterEach.run();
                        }));
        side.onEnd(() -> {});
        side.start();
    }

    private void lines(int max, Runnable afterEach) {
        read(new Kind<>("lines", Framing.lines(max), t -> t, t -> t, 0, max), afterEach);
    }

    private void deliver(String text) {
        deliver(text.getBytes(StandardCharsets.UTF_8));
    }

    /** In an array that is overwritten afterwards, as the loop's is. */
    private void deliver(byte[] bytes) {
        byte[] lent = new byte[bytes.length + 4];
        System.arraycopy(bytes, 0, lent, 2, bytes.length);
        side.deliver(lent, 2, bytes.length);
        Arrays.fill(lent, (byte) '\n');
    }

    private void runSoon() {
        while (!soon.isEmpty()) {
            soon.remove().run();
        }
    }

    private String message(Kind<?> kind) {
        // Mostly short, now and then as long as may be, and empty ones.
        int span = kind.maxBytes() - kind.minBytes();
        int bytes = kind.minBytes();
        if (span > 0) {
            bytes += random.nextInt(random.nextInt(10) == 0 ? span + 1 : Math.min(span, 40));
        }
        StringBuilder text = new StringBuilder();
        while (text.length() < bytes) {
            text.append((char) ('a' + random.nextInt(26)));
        }
        return text.toString();
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void aThousandMessagesCutAndMergedAtRandomComeOutWhole(Kind<?> kind) {
        List<String> sent = new ArrayList<>();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = 0; i < 1000; i++) {
            String message = message(kind);
            sent.add(message);
            bytes.writeBytes(kind.encode(message));
        }
        read(kind, () -> pauseNowAndThen(random));
        byte[] all = bytes.toByteArray();
        int at = 0;
        while (at < all.length) {
            int most = random.nextBoolean() ? 7 : 9000;
            int next = Math.min(all.length, at + 1 + random.nextInt(most));
            deliver(Arrays.copyOfRange(all, at, next));
            at = next;
            while (side.isPaused()) {
                side.resume();
                runSoon();
            }
        }
        side.end();
        sent.add("end");
        assertThat(seen).isEqualTo(sent);
    }

    private void pauseNowAndThen(Random dice) {
        if (dice.nextInt(5) == 0) {
            side.pause();
            if (dice.nextBoolean()) {
                side.resume();
            }
        }
    }

    @Test
    void aPauseInTheMiddleOfAChunkLeavesTheRestUnread() {
        lines(MAX, side::pause);
        deliver("one\ntwo\nthr");
        assertThat(seen).containsExactly("one");
        side.resume();
        runSoon();
        assertThat(seen).containsExactly("one", "two");
        side.resume();
        runSoon();
        deliver("ee\n");
        assertThat(seen).containsExactly("one", "two", "three");
    }

    @Test
    void afterDestroyNoFurtherFrameComes() {
        lines(MAX, side::destroy);
        deliver("one\ntwo\n");
        runSoon();
        assertThat(seen).containsExactly("one");
    }

    @Test
    void aFrameThatLiesWholeInTheChunkIsLentFromThereAndCanNotBeChanged() {
        List<ByteBuffer> frames = new ArrayList<>();
        side.onBytes(new FrameReader<>(side, Framing.lengthField(1, MAX), frames::add));
        side.start();
        byte[] lent = {2, 'a', 'b', 1, 'c', 2, 'd'};
        side.deliver(lent, 0, lent.length);
        assertThat(frames.getFirst().get(0)).isEqualTo((byte) 'a');
        lent[1] = 'z';
        assertThat(frames.getFirst().get(0)).as("the same memory").isEqualTo((byte) 'z');
        assertThat(frames).hasSize(2).allMatch(ByteBuffer::isReadOnly);
        lent[0] = 'e';
        side.deliver(lent, 0, 1);
        assertThat(frames.getLast()).isEqualTo(ByteBuffer.wrap(new byte[] {'d', 'e'}));
    }

    @Test
    void whatComesBeforeATooLongFrameIsGivenAndNothingBehindIt() {
        lines(4, () -> {});
        deliver("one\nfour\nfive5\nsix\n");
        deliver("more\n");
        side.end();
        assertThat(seen)
                .containsExactly("one", "four", "a line of at least 5 bytes, the limit is 4 bytes");
    }

    @Test
    void aFrameThatIsTooLongIsRefusedBeforeItsEndComes() {
        lines(4, () -> {});
        deliver("fi");
        deliver("ve");
        assertThat(seen).isEmpty();
        deliver("5");
        assertThat(seen).containsExactly("a line of at least 5 bytes, the limit is 4 bytes");
    }

    @Test
    void theEndInsideAFrameIsAnErrorAndNoEnd() {
        lines(MAX, () -> {});
        deliver("one\ntw");
        side.end();
        assertThat(seen).containsExactly("one", "the stream ended inside a frame, after 2 bytes");
    }

    @Test
    void theEndAtABorderIsTheEnd() {
        lines(MAX, () -> {});
        deliver("one\n");
        side.end();
        assertThat(seen).containsExactly("one", "end");
    }

    @Test
    void aLongLengthWithFewBytesBehindItTakesLittleMemory() {
        // Two thousand streams that each announce a gigabyte would not fit otherwise.
        for (int i = 0; i < 2000; i++) {
            ReadSide one = new ReadSide(new HeldSource());
            one.onBytes(
                    new FrameReader<>(
                            one,
                            Framing.lengthField(4, Integer.MAX_VALUE),
                            frame -> seen.add("?")));
            one.start();
            one.deliver(new byte[] {0x40, 0, 0, 0, 1, 2}, 0, 6);
            one.deliver(new byte[100], 0, 100);
        }
        assertThat(seen).isEmpty();
    }

    @Test
    void aFramingThatMeasuresNothingIsAMistake() {
        Framing<String> broken =
                new Framing<>() {
                    @Override
                    public int measure(byte[] array, int offset, int length, int seen) {
                        return 0;
                    }

                    @Override
                    public String decode(byte[] array, int offset, int length) {
                        return "";
                    }

                    @Override
                    public byte[] encode(String frame) {
                        return new byte[0];
                    }
                };
        side.onBytes(new FrameReader<>(side, broken, seen::add));
        side.start();
        assertThatThrownBy(() -> deliver("x"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("measures 0 bytes");
    }
}
