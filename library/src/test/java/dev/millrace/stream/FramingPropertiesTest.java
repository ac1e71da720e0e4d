package dev.millrace.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.testing.Choices;
import dev.millrace.testing.Property;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Frames that are encoded come out again, however the stream is cut, and whenever it pauses. */
class FramingPropertiesTest extends HandFedStream {
    private final List<String> frames = new ArrayList<>();

    private static String hex(ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.duplicate().get(copy);
        return HexFormat.of().formatHex(copy);
    }

    /** One byte a char, as {@code deliver} takes it. */
    private void feed(Choices choices, byte... wire) {
        for (int at = 0; at < wire.length; ) {
            int length = Math.min(wire.length - at, choices.between(1, choices.of(3, 40)));
            byte[] lent = new byte[length + 4];
            System.arraycopy(wire, at, lent, 2, length);
            stream.side.deliver(lent, 2, length);
            Arrays.fill(lent, (byte) '!');
            at += length;
            if (choices.oneIn(3)) {
                runSoon();
            }
            if (choices.oneIn(3)) {
                stream.resume();
            }
        }
        for (int i = 0; i < wire.length + 2; i++) {
            stream.resume();
            runSoon();
        }
    }

    private <F> void verifyFrames(
            Choices choices, Framing<F> framing, List<F> sent, Function<F, String> text) {
        stream = new Incoming();
        stream.side.start();
        seen.clear();
        frames.clear();
        stream.onFrames(
                framing,
                frame -> {
                    frames.add(text.apply(frame));
                    if (choices.oneIn(4)) {
                        stream.pause();
                    }
                });
        ByteArrayOutputStream wire = new ByteArrayOutputStream();
        sent.forEach(frame -> wire.writeBytes(framing.encode(frame)));
        feed(choices, wire.toByteArray());
        assertThat(frames).isEqualTo(sent.stream().map(text).toList());
        stream.side.end();
        runSoon();
        assertThat(seen).containsExactly("end told");
    }

    private static List<ByteBuffer> buffers(Choices choices, int least, int most) {
        List<ByteBuffer> all = new ArrayList<>();
        for (int left = choices.below(8); left > 0; left--) {
            all.add(ByteBuffer.wrap(choices.bytes(least, most)));
        }
        return all;
    }

    @Test
    void fixedLengths() {
        Property.verify(choices -> {
            int length = choices.between(1, 20);
            List<ByteBuffer> sent = buffers(choices, length, length);
            verifyFrames(choices, Framing.fixedLength(length), sent, FramingPropertiesTest::hex);
        });
    }

    @Test
    void lengthFieldsOfEveryShape() {
        Property.verify(choices -> {
            int width = choices.of(1, 2, 3, 4, 8);
            boolean keeps = choices.oneIn(2);
            int offset = choices.below(4);
            int extra = choices.below(3);
            LengthField framing =
                    Framing.lengthField(width, 200)
                            .withOffsetBytes(offset)
                            .withExtraBytes(extra)
                            .withCountsHeader(choices.oneIn(2))
                            .withKeepsHeader(keeps)
                            .withOrder(choices.of(ByteOrder.BIG_ENDIAN, ByteOrder.LITTLE_ENDIAN));
            int header = keeps ? offset + width : 0;
            List<ByteBuffer> sent = new ArrayList<>();
            for (ByteBuffer frame : buffers(choices, header + extra, header + extra + 40)) {
                // With the header kept its length is part of the frame, so take what is sent.
                byte[] wire = framing.encode(frame);
                sent.add(keeps ? ByteBuffer.wrap(wire) : frame);
            }
            verifyFrames(choices, framing, sent, FramingPropertiesTest::hex);
        });
    }

    @Test
    void delimitersOfEveryLength() {
        Property.verify(choices -> {
            String mark = choices.text("|-", 1, 4);
            List<ByteBuffer> sent = new ArrayList<>();
            for (int left = choices.below(8); left > 0; left--) {
                String text = choices.text("ab|-", 0, 12);
                if ((text + mark).indexOf(mark) == text.length()) {
                    sent.add(bytes(text));
                }
            }
            verifyFrames(choices, Framing.delimiter(mark, 20), sent, FramingPropertiesTest::hex);
        });
    }

    @Test
    void linesOfAnyText() {
        Property.verify(choices -> {
            List<String> sent = new ArrayList<>();
            for (int left = choices.below(8); left > 0; left--) {
                sent.add(choices.text("ab \r\u00fc\u20ac\ufffd\u0000", 0, 12) + "x");
            }
            Lines lines = Framing.lines(60).withEndsWithCrlf(choices.oneIn(2));
            verifyFrames(choices, lines, sent, line -> line);
        });
    }

    @Test
    void aFrameBeyondTheLimitIsRefusedAndOneAtItIsNot() {
        Property.verify(choices -> {
            int limit = choices.between(1, 30);
            int length = choices.between(0, 60);
            String end = choices.of("\n", "\r\n");
            stream = new Incoming();
            stream.side.start();
            seen.clear();
            stream.onFrames(Framing.lines(limit), line -> seen.add("line " + line.length()));
            byte[] wire = ("x".repeat(length) + end).getBytes(StandardCharsets.UTF_8);
            feed(choices, wire);
            if (length <= limit) {
                assertThat(seen).containsExactly("line " + length);
            } else {
                assertThat(seen).hasSize(1);
                assertThat(seen.getFirst()).startsWith("failed: a line of at least");
            }
        });
    }

    @Test
    void anEndInsideAFrameIsAFailureAndOneAtABorderIsNot() {
        Property.verify(choices -> {
            int size = choices.between(1, 12);
            int length = choices.below(60);
            stream = new Incoming();
            stream.side.start();
            seen.clear();
            stream.onFrames(Framing.fixedLength(size), frame -> seen.add("frame"));
            feed(choices, new byte[length]);
            stream.side.end();
            runSoon();
            assertThat(seen.stream().filter("frame"::equals).count()).isEqualTo(length / size);
            assertThat(seen.contains("end told")).isEqualTo(length % size == 0);
            assertThat(seen.stream().anyMatch(line -> line.startsWith("failed: the stream ended")))
                    .isEqualTo(length % size != 0);
        });
    }
}
