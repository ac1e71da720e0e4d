package dev.millrace.http.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every limit at its last good byte and one past it, whole and in pieces. */
class RequestParserLimitsTest {

    private static final WireLimits DEFAULTS = RequestReplay.LIMITS;
    private static final String HOST = "Host: a\r\n";
    private static final String CHUNKED =
            "POST / HTTP/1.1\r\n" + HOST + "Transfer-Encoding: chunked\r\n\r\n";

    @Tag("R49")
    @ParameterizedTest
    @ValueSource(ints = {1, 7, 24, 8192})
    void targets(int limit) {
        WireLimits limits = maxTargetBytes(limit);
        String fits = "/" + "x".repeat(limit - 1);
        assertServed(limits, "GET " + fits + " HTTP/1.1\r\n" + HOST + "\r\n");
        String error = "TARGET_TOO_LONG 414";
        assertRefused(limits, "GET " + fits + "x HTTP/1.1\r\n" + HOST + "\r\n", error, 4 + limit);
        assertRefused(limits, "GET " + fits + "\0", error, 4 + limit);
        assertRefused(limits, "GET " + "/".repeat(100_000), error, 4 + limit);
    }

    @Test
    void aTargetThatFillsTheHeadIsTooLongAsWell() {
        WireLimits limits = maxHeaderBytes(100);
        assertRefused(limits, "GET /" + "x".repeat(8000), "TARGET_TOO_LONG 414", 100);
    }

    @Tag("R49")
    @ParameterizedTest
    @ValueSource(ints = {64, 100, 1024, 16384})
    void heads(int limit) {
        WireLimits limits = maxHeaderBytes(limit);
        assertServed(limits, head(limit));
        assertRefused(limits, head(limit + 1), "HEADER_TOO_LARGE 431", limit);
        assertRefused(limits, head(3 * limit), "HEADER_TOO_LARGE 431", limit);
    }

    @Test
    void theSecondHeadHasTheWholeLimitAgain() {
        WireLimits limits = maxHeaderBytes(100);
        assertServed(limits, head(100) + head(100));
        assertRefused(limits, head(100) + head(101), "HEADER_TOO_LARGE 431", 200);
    }

    @Tag("R51")
    @Test
    void emptyLinesBeforeTheRequestLineCount() {
        WireLimits limits = maxHeaderBytes(100);
        assertServed(limits, "\r\n" + head(98) + "\r\n\r\n" + head(96));
        assertRefused(limits, "\r\n" + head(99), "HEADER_TOO_LARGE 431", 100);
        assertRefused(limits, "\r\n".repeat(80), "HEADER_TOO_LARGE 431", 100);
    }

    @Test
    void longMethodsAndNamesMeetTheLimitOfTheHead() {
        WireLimits limits = maxHeaderBytes(100);
        assertRefused(limits, "A".repeat(200), "HEADER_TOO_LARGE 431", 100);
        String start = "GET / HTTP/1.1\r\n";
        assertRefused(limits, start + "A".repeat(200), "HEADER_TOO_LARGE 431", 100);
        assertRefused(limits, start + "A:" + " ".repeat(200), "HEADER_TOO_LARGE 431", 100);
    }

    @Tag("R49")
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 100, 1000})
    void fieldLines(int limit) {
        WireLimits limits = maxHeaderLines(limit);
        String fits = "GET / HTTP/1.1\r\n" + HOST + "X: y\r\n".repeat(limit - 1);
        assertServed(limits, fits + "\r\n");
        assertRefused(limits, fits + "X: y\r\n\r\n", "TOO_MANY_FIELDS 431", fits.length());
    }

    @Tag("X18")
    @Test
    void trailersShareTheLimitsOfTheHead() {
        String body = CHUNKED + "0\r\n";
        String trailer = "A: 1234\r\n";
        WireLimits bytes = maxHeaderBytes(CHUNKED.length() + trailer.length());
        assertServed(bytes, body + "\r\n");
        assertServed(bytes, body + trailer + "\r\n");
        int end = body.length() + trailer.length() + 2;
        assertRefused(bytes, body + "A: 12345\r\n\r\n", "HEADER_TOO_LARGE 431", end);
        assertRefused(bytes, body + "A: " + "1".repeat(5000), "HEADER_TOO_LARGE 431", end);

        WireLimits lines = maxHeaderLines(3);
        assertServed(lines, body + trailer + "\r\n");
        int second = body.length() + trailer.length();
        assertRefused(lines, body + trailer + trailer, "TOO_MANY_FIELDS 431", second);
    }

    @Tag("X18")
    @Test
    void aHeadAtItsLimitMayStillBeChunked() {
        WireLimits limits = maxHeaderBytes(CHUNKED.length());
        assertServed(limits, CHUNKED + "1\r\nx\r\n0\r\n\r\n");
        int end = CHUNKED.length() + 5;
        assertRefused(limits, CHUNKED + "0\r\nA: 1\r\n\r\n", "HEADER_TOO_LARGE 431", end);
    }

    @Tag("X15")
    @Tag("R49")
    @ParameterizedTest
    @ValueSource(ints = {2, 9, 16384})
    void oneHugeExtension(int limit) {
        WireLimits limits = maxChunkExtensionBytes(limit);
        String fits = CHUNKED + "1;" + "a".repeat(limit - 1);
        assertServed(limits, fits + "\r\nx\r\n0\r\n\r\n");
        String error = "CHUNK_EXTENSIONS_TOO_LARGE 413";
        assertRefused(limits, fits + "a\r\nx\r\n0\r\n\r\n", error, fits.length());
        assertRefused(limits, fits + "a".repeat(50_000), error, fits.length());
    }

    @Tag("X16")
    @Tag("R49")
    @Test
    void manySmallExtensions() {
        String chunk = "1;a=b\r\nx\r\n";
        WireLimits limits = maxChunkExtensionBytes(40);
        String fits = CHUNKED + chunk.repeat(10);
        assertServed(limits, fits + "0\r\n\r\n" + fits + "0\r\n\r\n");
        String error = "CHUNK_EXTENSIONS_TOO_LARGE 413";
        assertRefused(limits, fits + "0;\r\n\r\n", error, fits.length() + 1);
        int last = CHUNKED.length() + 4096 * chunk.length();
        assertRefused(DEFAULTS, CHUNKED + chunk.repeat(5000), error, last + 1);
    }

    @Tag("X10")
    @Test
    void announcedBodies() {
        WireLimits limits = maxBodyBytes(10);
        assertServed(limits, "POST / HTTP/1.1\r\n" + HOST + "Content-Length: 10\r\n\r\n0123456789");
        String head = "POST / HTTP/1.1\r\n" + HOST + "Content-Length: 11\r\n\r\n";
        assertRefused(limits, head + "0123456789a", "BODY_TOO_LARGE 413", head.length());
        assertRefused(limits, head, "BODY_TOO_LARGE 413", head.length());
        WireLimits none = maxBodyBytes(0);
        assertServed(none, "POST / HTTP/1.1\r\n" + HOST + "Content-Length: 0\r\n\r\n");
    }

    @Tag("X10")
    @Test
    void chunkedBodies() {
        WireLimits limits = maxBodyBytes(10);
        assertServed(limits, CHUNKED + "7\r\n0123456\r\n3\r\n789\r\n0\r\n\r\n");
        String whole = CHUNKED + "7\r\n0123456\r\n0\r\n\r\n";
        assertServed(limits, whole + whole);
        String fits = CHUNKED + "7\r\n0123456\r\n";
        assertRefused(limits, fits + "4\r\n789a\r\n", "BODY_TOO_LARGE 413", fits.length() + 2);
        String three = CHUNKED + "4\r\n0123\r\n4\r\n4567\r\n4\r\n89ab\r\n";
        int third = three.length() - "\n89ab\r\n".length();
        assertRefused(limits, three, "BODY_TOO_LARGE 413", third);
        String huge = fits + "7fffffffffffffff\r\n";
        assertRefused(limits, huge, "BODY_TOO_LARGE 413", huge.length() - 1);
        // Without a limit the sum of two sizes may not wrap either.
        assertRefused(DEFAULTS, huge, "BODY_TOO_LARGE 413", huge.length() - 1);
    }

    private static WireLimits maxTargetBytes(int most) {
        return new WireLimits(
                most,
                DEFAULTS.maxHeaderBytes(),
                DEFAULTS.maxHeaderLines(),
                DEFAULTS.maxChunkExtensionBytes(),
                DEFAULTS.maxBodyBytes());
    }

    private static WireLimits maxHeaderBytes(int most) {
        return new WireLimits(
                DEFAULTS.maxTargetBytes(),
                most,
                DEFAULTS.maxHeaderLines(),
                DEFAULTS.maxChunkExtensionBytes(),
                DEFAULTS.maxBodyBytes());
    }

    private static WireLimits maxHeaderLines(int most) {
        return new WireLimits(
                DEFAULTS.maxTargetBytes(),
                DEFAULTS.maxHeaderBytes(),
                most,
                DEFAULTS.maxChunkExtensionBytes(),
                DEFAULTS.maxBodyBytes());
    }

    private static WireLimits maxChunkExtensionBytes(int most) {
        return new WireLimits(
                DEFAULTS.maxTargetBytes(),
                DEFAULTS.maxHeaderBytes(),
                DEFAULTS.maxHeaderLines(),
                most,
                DEFAULTS.maxBodyBytes());
    }

    private static WireLimits maxBodyBytes(long most) {
        return new WireLimits(
                DEFAULTS.maxTargetBytes(),
                DEFAULTS.maxHeaderBytes(),
                DEFAULTS.maxHeaderLines(),
                DEFAULTS.maxChunkExtensionBytes(),
                most);
    }

    private static String head(int length) {
        String start = "GET / HTTP/1.1\r\n" + HOST + "X: ";
        return start + "y".repeat(length - start.length() - 4) + "\r\n\r\n";
    }

    private static void assertServed(WireLimits limits, String input) {
        byte[] bytes = input.getBytes(ISO_8859_1);
        RequestReplay.Outcome whole = assertSameInPieces(limits, bytes);
        assertThat(whole.log().getLast()).isEqualTo("end");
        assertThat(whole.consumed()).isEqualTo(bytes.length);
    }

    private static void assertRefused(WireLimits limits, String input, String error, int at) {
        RequestReplay.Outcome whole = assertSameInPieces(limits, input.getBytes(ISO_8859_1));
        assertThat(whole.log().getLast()).isEqualTo("error " + error);
        assertThat(whole.consumed()).as("where the limit strikes").isEqualTo(at);
    }

    private static RequestReplay.Outcome assertSameInPieces(WireLimits limits, byte[] input) {
        RequestReplay.Outcome whole = RequestReplay.whole(limits, input);
        for (int size : List.of(1, 2, 3, 7, 100, 1000)) {
            assertThat(RequestReplay.pieces(limits, input, size)).isEqualTo(whole);
            assertThat(RequestReplay.pausing(limits, input, size)).isEqualTo(whole);
        }
        for (int cut = 1; cut < input.length; cut += 1 + input.length / 200) {
            assertThat(RequestReplay.pieces(limits, input, cut, input.length)).isEqualTo(whole);
        }
        return whole;
    }
}
