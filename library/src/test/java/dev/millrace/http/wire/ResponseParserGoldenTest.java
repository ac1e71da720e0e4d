package dev.millrace.http.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.http.wire.ResponseReplay.Outcome;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The golden files of responses: each sample whole, at every cut and byte by byte, with pauses. */
class ResponseParserGoldenTest {
    private static final List<String> ONE = List.of("expect");
    private static final String CHUNKED = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

    static List<GoldenSample> samples() {
        return GoldenSample.in("response");
    }

    @ParameterizedTest
    @MethodSource("samples")
    @Tag("golden:http/response")
    @Tag("X35")
    void theLogIsTheSameHoweverTheBytesAreCut(GoldenSample sample) {
        byte[] input = sample.input();
        Outcome whole = run(sample, false, input.length);
        assertThat(whole.log()).as(sample.toString()).isEqualTo(sample.log());
        for (int size : new int[] {1, input.length}) {
            ResponseReplay.pausingOnce(sample.limits(), sample.log(), input, size)
                    .forEach(once -> assertThat(once).as(sample + ", one pause").isEqualTo(whole));
        }
        for (int size : new int[] {1, 2, 3, 7, input.length}) {
            assertThat(run(sample, false, size)).as(sample + ", %d", size).isEqualTo(whole);
            assertThat(run(sample, true, size)).as(sample + ", %d", size).isEqualTo(whole);
        }
        IntStream.range(1, input.length)
                .forEach(cut -> {
                    String how = sample + ", cut at " + cut;
                    assertThat(run(sample, false, cut, input.length)).as(how).isEqualTo(whole);
                    assertThat(run(sample, true, cut, input.length)).as(how).isEqualTo(whole);
                });
    }

    private static Outcome run(GoldenSample sample, boolean pausing, int... sizes) {
        return ResponseReplay.run(sample.limits(), sample.log(), sample.input(), pausing, sizes);
    }

    @Test
    void theFilesNameEveryErrorThatAResponseCanHave() {
        Set<ParseError> named =
                samples().stream()
                        .filter(GoldenSample::isRefused)
                        .map(sample -> ParseError.valueOf(sample.log().getLast().substring(6)))
                        .collect(Collectors.toCollection(() -> EnumSet.noneOf(ParseError.class)));
        Set<ParseError> ofRequests = EnumSet.range(ParseError.INVALID_METHOD, ParseError.TLS_HELLO);
        ofRequests.addAll(EnumSet.range(ParseError.MISSING_HOST, ParseError.INVALID_HOST));
        named.addAll(ofRequests);
        assertThat(named).containsExactlyInAnyOrder(ParseError.values());
    }

    @Test
    @Tag("X39")
    void aHeadAtItsLimitIsReadAndOneByteMoreIsNot() {
        String head = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX: " + "x".repeat(56) + "\r\n\r\n";
        WireLimits limits = new WireLimits(1, head.length(), 9, 9, 9);
        assertEnds(limits, ONE, head, "end");
        assertEnds(limits, ONE, head.replace("X:", "XX:"), "error HEADER_TOO_LARGE");
        assertEnds(limits, ONE, "HTTP/1.1 200 " + "x".repeat(999), "error HEADER_TOO_LARGE");
    }

    @Test
    @Tag("X39")
    void interimHeadsShareOneLimitAndTheFinalHeadHasItsOwn() {
        String interim = "HTTP/1.1 103 \r\nLink: a\r\n\r\n";
        String last = "HTTP/1.1 204 No Content\r\nX: 12\r\n\r\n";
        WireLimits limits = new WireLimits(1, 4 * interim.length(), 9, 9, 9);
        assertEnds(limits, ONE, interim.repeat(4) + last, "end");
        assertEnds(limits, ONE, interim.repeat(5) + last, "error INTERIM_TOO_LARGE");
        List<String> two = List.of("expect", "expect");
        assertEnds(limits, two, (interim.repeat(4) + last).repeat(2), "end");
    }

    @Test
    @Tag("X39")
    void fieldLinesAndExtensionsAndBodiesHaveTheirLimits() {
        WireLimits limits = new WireLimits(1, 999, 2, 4, 5);
        String fields = "HTTP/1.1 204 \r\n" + "X: y\r\n".repeat(2);
        assertEnds(limits, ONE, fields + "\r\n", "end");
        assertEnds(limits, ONE, fields + "X: y\r\n\r\n", "error TOO_MANY_FIELDS");
        assertEnds(limits, ONE, CHUNKED + "0;ab\r\n\r\n", "end");
        assertEnds(limits, ONE, CHUNKED + "0;abcd\r\n\r\n", "error CHUNK_EXTENSIONS_TOO_LARGE");
        assertEnds(limits, ONE, CHUNKED + "5\r\n12345\r\n0\r\n\r\n", "end");
        assertEnds(limits, ONE, CHUNKED + "6\r\n123456\r\n0\r\n\r\n", "error BODY_TOO_LARGE");
        String length = "HTTP/1.1 200 OK\r\nContent-Length: ";
        assertEnds(limits, ONE, length + "5\r\n\r\n12345", "end");
        assertEnds(limits, ONE, length + "6\r\n\r\n123456", "error BODY_TOO_LARGE");
        assertEnds(limits, List.of("expect HEAD"), length + "6\r\n\r\n", "end");
        String open = "HTTP/1.1 200 OK\r\n\r\n";
        assertEnds(limits, List.of("expect", "close"), open + "12345", "end");
        assertEnds(limits, ONE, open + "123456", "error BODY_TOO_LARGE");
    }

    private static void assertEnds(
            WireLimits limits, List<String> requests, String text, String last) {
        byte[] input = text.getBytes(ISO_8859_1);
        Outcome whole = ResponseReplay.run(limits, requests, input, false, input.length);
        assertThat(whole.log()).as(text).endsWith(last);
        for (int size : new int[] {1, 2, 7}) {
            assertThat(ResponseReplay.run(limits, requests, input, false, size)).isEqualTo(whole);
        }
    }
}
