package dev.millrace.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where each framing sees the border, what it refuses, and what it writes. */
@Tag("E8")
class FramingTest {
    private static final int MAX = 16;

    private static byte[] hex(String digits) {
        return HexFormat.of().parseHex(digits.replace(" ", ""));
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    private static ByteBuffer utf8(String text) {
        return StandardCharsets.UTF_8.encode(text);
    }

    /** As a reader does it, with something in front of the frame in the array. */
    private static int measure(Framing<?> framing, byte[] bytes, int seen) throws FrameException {
        byte[] array = new byte[bytes.length + 3];
        System.arraycopy(bytes, 0, array, 3, bytes.length);
        return framing.measure(array, 3, bytes.length, seen);
    }

    private static int measure(Framing<?> framing, String text) throws FrameException {
        return measure(framing, text.getBytes(StandardCharsets.UTF_8), 0);
    }

    private static String line(Framing<String> lines, String text) throws FrameException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return lines.decode(bytes, 0, bytes.length);
    }

    @Test
    void aLineEndsWithLfOrCrlf() throws FrameException {
        Lines lines = Framing.lines(MAX);
        assertThat(measure(lines, "one\ntwo\n")).isEqualTo(4);
        assertThat(measure(lines, "one\r\ntwo")).isEqualTo(5);
        assertThat(measure(lines, "\n")).isEqualTo(1);
        assertThat(measure(lines, "one\r")).isEqualTo(Framing.UNKNOWN);
        assertThat(line(lines, "one\n")).isEqualTo("one");
        assertThat(line(lines, "one\r\n")).isEqualTo("one");
        assertThat(line(lines, "\r\n")).isEmpty();
        assertThat(line(lines, "a\rb\n")).as("a CR elsewhere is part of it").isEqualTo("a\rb");
        assertThat(line(lines, "zwölf\n")).isEqualTo("zwölf");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n", "", "\r"})
    void aLineAtTheLimitPassesAndOneByteMoreDoesNot(String end) throws FrameException {
        Lines lines = Framing.lines(MAX);
        assertThat(measure(lines, "x".repeat(MAX) + end)).isNotZero();
        assertThatThrownBy(() -> measure(lines, "x".repeat(MAX + 1) + end))
                .isInstanceOf(FrameException.class)
                .hasMessage("a line of at least 17 bytes, the limit is 16 bytes");
    }

    @Test
    void aLineThatIsNotUtf8IsRefusedAndAReplacementCharacterIsNot() throws FrameException {
        Lines lines = Framing.lines(MAX);
        assertThat(line(lines, "a\uFFFDb\n")).isEqualTo("a\uFFFDb");
        byte[] cut = hex("61 c3 0a");
        assertThatThrownBy(() -> lines.decode(cut, 0, cut.length))
                .isInstanceOf(FrameException.class)
                .hasMessageContaining("not UTF-8");
    }

    @Test
    void aLineIsWrittenWithOneEndAndNoOtherInIt() {
        Lines lines = Framing.lines(MAX);
        assertThat(lines.encode("hello")).asString().isEqualTo("hello\n");
        Lines crlf = lines.withEndsWithCrlf(true);
        assertThat(crlf.encode("hello")).asString().isEqualTo("hello\r\n");
        assertThat(crlf.encode("x".repeat(MAX))).hasSize(MAX + 2);
        assertThat(lines.encode("\uD83D\uDE00")).asString().isEqualTo("\uD83D\uDE00\n");
        String[] bads = {
            "a\nb",
            "a\n",
            "a\r",
            "x".repeat(MAX + 1),
            "\uD83D",
            "\uDE00",
            "a\uD83Db",
            "\uDE00\uD83D"
        };
        for (String bad : bads) {
            assertThatThrownBy(() -> lines.encode(bad))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> crlf.encode(bad)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void aLineThatTheOtherEndWouldNotGetBackIsRefused() throws FrameException {
        Lines lines = Framing.lines(MAX);
        assertThat(line(lines, new String(lines.encode("\uD83D\uDE42"), StandardCharsets.UTF_8)))
                .isEqualTo("\uD83D\uDE42");
        for (String half : new String[] {"a\uD83D", "\uDE42b", "\uDE42\uD83D"}) {
            assertThatThrownBy(() -> lines.encode(half))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("half of a surrogate pair");
        }
        assertThatThrownBy(() -> lines.encode("x".repeat(MAX + 1)))
                .hasMessage("a line of 17 bytes, the limit is 16 bytes");
        assertThatThrownBy(() -> lines.encode("a\nb")).hasMessageContaining("a line end in it");
    }

    @Test
    void aDelimiterIsFoundAcrossWhatWasSeen() throws FrameException {
        Framing<ByteBuffer> framing = Framing.delimiter("--|", MAX);
        byte[] bytes = "ab---|cd".getBytes(StandardCharsets.UTF_8);
        assertThat(measure(framing, bytes, 0)).isEqualTo(6);
        assertThat(measure(framing, bytes, 5)).as("the mark began before").isEqualTo(6);
        assertThat(measure(framing, "ab--")).isEqualTo(Framing.UNKNOWN);
        assertThat(measure(framing, "--|")).as("an empty frame").isEqualTo(3);
        assertThat(framing.decode(bytes, 0, 6)).isEqualTo(utf8("ab-"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"||", "|", ""})
    void aDelimitedFrameAtTheLimitPassesAndOneByteMoreDoesNot(String end) throws FrameException {
        Framing<ByteBuffer> framing = Framing.delimiter("||", MAX);
        assertThat(measure(framing, "x".repeat(MAX) + end)).isNotZero();
        assertThatThrownBy(() -> measure(framing, "x".repeat(MAX + 2) + end))
                .isInstanceOf(FrameException.class)
                .hasMessageContaining("the limit is 16 bytes");
    }

    @Test
    void aFrameIsWrittenWithItsDelimiterAndNoneInIt() {
        Framing<ByteBuffer> framing = Framing.delimiter("||", 4);
        assertThat(framing.encode(utf8("abcd"))).asString().isEqualTo("abcd||");
        assertThat(framing.encode(utf8(""))).asString().isEqualTo("||");
        for (String bad : new String[] {"a||b", "ab|", "abcd|"}) {
            assertThatThrownBy(() -> framing.encode(utf8(bad)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("the delimiter in it");
        }
        assertThatThrownBy(() -> framing.encode(utf8("abcde")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a frame of 5 bytes, the limit is 4 bytes");
    }

    @Test
    void framesOfOneSize() throws FrameException {
        Framing<ByteBuffer> framing = Framing.fixedLength(3);
        assertThat(measure(framing, "a")).isEqualTo(3);
        assertThat(framing.encode(utf8("abc"))).asString().isEqualTo("abc");
        assertThatThrownBy(() -> framing.encode(utf8("abcd")))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "1, 02 6162, 026162",
        "2, 0002 6162, 020061 62",
        "3, 000002 6162, 0200006162",
        "4, 00000002 6162, 020000006162",
        "8, 0000000000000002 6162, 02000000000000006162"
    })
    void aLengthOfEveryWidthInBothOrders(int width, String big, String little)
            throws FrameException {
        LengthField bigEndian = Framing.lengthField(width, MAX);
        LengthField littleEndian = bigEndian.withOrder(ByteOrder.LITTLE_ENDIAN);
        assertThat(measure(bigEndian, hex(big), 0)).isEqualTo(width + 2);
        assertThat(measure(littleEndian, hex(little), 0)).isEqualTo(width + 2);
        assertThat(bigEndian.decode(hex(big), 0, width + 2)).isEqualTo(utf8("ab"));
        assertThat(bigEndian.encode(utf8("ab"))).isEqualTo(hex(big));
        assertThat(littleEndian.encode(utf8("ab"))).isEqualTo(hex(little));
        assertThat(bigEndian.encode(utf8(""))).hasSize(width);
        byte[] partOfTheHeader = new byte[width - 1];
        assertThat(measure(bigEndian, partOfTheHeader, 0)).isEqualTo(Framing.UNKNOWN);
    }

    @Test
    void aLengthInTheMiddleThatCountsTheHeaderWithAChecksumBehind() throws FrameException {
        LengthField framing =
                Framing.lengthField(2, MAX)
                        .withOffsetBytes(1)
                        .withCountsHeader(true)
                        .withExtraBytes(2);
        byte[] frame = hex("77 0005 6162 cccc");
        assertThat(measure(framing, frame, 0)).isEqualTo(7);
        assertThat(framing.decode(frame, 0, 7)).isEqualTo(ByteBuffer.wrap(hex("6162cccc")));
        LengthField whole = framing.withKeepsHeader(true);
        assertThat(whole.decode(frame, 0, 7)).isEqualTo(ByteBuffer.wrap(frame));
        assertThat(hex(whole.encode(ByteBuffer.wrap(hex("77 ffff 6162 cccc")))))
                .as("the length is put in")
                .isEqualTo(hex(frame));
        assertThat(hex(framing.encode(ByteBuffer.wrap(hex("6162 cccc")))))
                .isEqualTo("00000561" + "62cccc");
        assertThatThrownBy(() -> framing.encode(ByteBuffer.wrap(hex("cc"))))
                .as("no room for the checksum")
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aFrameAtTheLimitPassesAndOneByteMoreDoesNot() throws FrameException {
        LengthField framing = Framing.lengthField(4, MAX);
        assertThat(measure(framing, hex("0000000c"), 0)).isEqualTo(MAX);
        assertThatThrownBy(() -> measure(framing, hex("0000000d"), 0))
                .isInstanceOf(FrameException.class)
                .hasMessage("a frame of 17 bytes, the limit is 16 bytes");
        assertThat(framing.encode(ByteBuffer.allocate(MAX - 4))).hasSize(MAX);
        assertThatThrownBy(() -> framing.encode(ByteBuffer.allocate(MAX - 3)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "4, ffffffff, 4294967295",
        "4, 80000000, 2147483648",
        "4, 7fffffff, 2147483647",
        "8, ffffffffffffffff, 18446744073709551615",
        "8, 7fffffffffffffff, 9223372036854775807",
        "8, 8000000000000000, 9223372036854775808",
        "8, 00000000fffffff8, 4294967288"
    })
    void hostileLengthsAreTooLongAndNeverWrapAround(int width, String told, String shown) {
        for (boolean countsHeader : new boolean[] {false, true}) {
            LengthField framing =
                    Framing.lengthField(width, 1 << 20).withCountsHeader(countsHeader);
            assertThatThrownBy(() -> measure(framing, hex(told), 0))
                    .isInstanceOf(FrameException.class)
                    .hasMessage("a frame of " + shown + " bytes, the limit is 1048576 bytes");
        }
    }

    @Test
    void aLengthThatDoesNotEvenCountItsHeaderIsMalformed() {
        LengthField framing = Framing.lengthField(4, MAX).withCountsHeader(true);
        assertThatThrownBy(() -> measure(framing, hex("00000003"), 0))
                .isInstanceOf(FrameException.class)
                .hasMessage("a length of 3 bytes, its header alone has 4");
    }

    @Test
    void aLengthThatItsWidthCannotTellIsNotWritten() {
        LengthField framing = Framing.lengthField(1, 1000);
        assertThat(framing.encode(ByteBuffer.allocate(255))).hasSize(256);
        assertThatThrownBy(() -> framing.encode(ByteBuffer.allocate(256)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void encodingLeavesTheBufferAsItIs() {
        ByteBuffer part = ByteBuffer.wrap(hex("00 61 62 00")).position(1).limit(3);
        assertThat(Framing.fixedLength(2).encode(part)).isEqualTo(hex("6162"));
        assertThat(Framing.delimiter("|", MAX).encode(part)).isEqualTo(hex("61627c"));
        assertThat(Framing.lengthField(1, MAX).encode(part)).isEqualTo(hex("026162"));
        assertThat(part.position()).isEqualTo(1);
    }

    @Test
    void sizesThatMakeNoSenseAreMistakes() {
        assertThatThrownBy(() -> Framing.fixedLength(0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Framing.lines(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("lines of at most 0 bytes: use 1 or more");
        assertThatThrownBy(() -> Framing.delimiter("", MAX))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Framing.delimiter("|", 0))
                .isInstanceOf(IllegalArgumentException.class);
        for (int width : new int[] {0, 5, 7, 9}) {
            assertThatThrownBy(() -> Framing.lengthField(width, MAX))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("use a length of 1, 2, 3, 4 or 8");
        }
        LengthField framing = Framing.lengthField(4, MAX);
        assertThatThrownBy(() -> framing.withOffsetBytes(-1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> framing.withExtraBytes(-1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(framing.withExtraBytes(12).extraBytes()).isEqualTo(12);
        assertThatThrownBy(() -> framing.withExtraBytes(13)).hasMessageContaining("no room");
        assertThatThrownBy(() -> framing.withOffsetBytes(Integer.MAX_VALUE))
                .hasMessageContaining("no room");
    }
}
