package dev.millrace.http.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The golden files, heading by heading. Each sample is fed whole, cut in two at every byte, in
 * small pieces, all of that once more with a pause at every event, and with one pause at each; the
 * log must always be the same.
 */
class RequestParserGoldenTest {

    /** What the headings say to prove, so that no row loses its samples unseen. */
    private static final String[] ROWS = {
        "J8", "J9", "R49", "R50", "R51", "R52", "R53", "X1", "X2", "X3", "X4", "X5", "X6", "X7",
        "X8", "X9", "X11", "X12", "X13", "X14", "X17", "X18", "X19", "X20", "X21", "X22", "X23",
        "X24", "X25", "X26", "X27", "X28", "X29", "X35"
    };

    /** No request can have them; ResponseParserGoldenTest has them. */
    private static final int OF_RESPONSES = 5;

    static List<GoldenSample> samples() {
        return GoldenSample.in("request");
    }

    @ParameterizedTest
    @MethodSource("samples")
    @Tag("golden:http/request")
    @Tag("X35")
    @Tag("J9")
    void theLogIsTheSameHoweverTheBytesAreCut(GoldenSample sample) {
        assertSample(sample);
    }

    @Test
    void theFilesHoldWhatTheyPromise() {
        List<GoldenSample> all = GoldenSample.in("request");
        assertThat(all.stream().flatMap(sample -> sample.rows().stream()).distinct())
                .containsExactlyInAnyOrder(ROWS);
        assertThat(all).extracting(GoldenSample::toString).doesNotHaveDuplicates();
        Set<String> named =
                all.stream()
                        .filter(GoldenSample::isRefused)
                        .map(sample -> sample.log().getLast().split(" ")[1])
                        .collect(Collectors.toCollection(TreeSet::new));
        assertThat(named).hasSize(ParseError.values().length - OF_RESPONSES);
    }

    @Test
    void everyErrorSaysWhatIsWrongAndWhatToDo() {
        for (ParseError error : ParseError.values()) {
            assertThat(error.status()).isIn(400, 413, 414, 431, 501, 502, 505);
            assertThat(error.code()).startsWith("HPE_");
            assertThat(error.text()).matches("[A-Z].*[;,].+");
        }
        assertThat(ParseError.TLS_HELLO.text()).contains("plain HTTP", "http://");
        assertThat(ParseError.HTTP2_PREFACE.text()).contains("HTTP/2", "HTTP/1.1");
    }

    private static void assertSample(GoldenSample sample) {
        byte[] input = sample.input();
        RequestReplay.Outcome whole = RequestReplay.whole(sample.limits(), input);
        assertThat(whole.log()).as(sample.toString()).isEqualTo(sample.log());
        if (!sample.isRefused()) {
            assertThat(whole.consumed()).as(sample.toString()).isEqualTo(input.length);
        }
        for (int size : new int[] {1, input.length}) {
            RequestReplay.pausingOnce(sample.limits(), input, size)
                    .forEach(once -> assertThat(once).as(sample + ", one pause").isEqualTo(whole));
        }
        for (int size : new int[] {1, 2, 3, 7}) {
            assertSame(sample, whole, "pieces of " + size, size);
        }
        assertSame(sample, whole, "whole", input.length);
        IntStream.range(1, input.length)
                .forEach(cut -> assertSame(sample, whole, "cut at " + cut, cut, input.length));
    }

    private static void assertSame(
            GoldenSample sample, RequestReplay.Outcome whole, String how, int... sizes) {
        byte[] input = sample.input();
        RequestReplay.Outcome pieces = RequestReplay.pieces(sample.limits(), input, sizes);
        assertThat(pieces).as(sample + ", " + how).isEqualTo(whole);
        RequestReplay.Outcome pausing = RequestReplay.pausing(sample.limits(), input, sizes);
        assertThat(pausing).as(sample + ", pausing, " + how).isEqualTo(whole);
    }
}
