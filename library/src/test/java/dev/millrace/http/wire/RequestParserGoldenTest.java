package dev.millrace.http.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The golden files, row by row. Each sample is fed whole, cut in two at every byte, in small
 * pieces, and all of that once more with a pause at every event; the log must always be the same.
 */
class RequestParserGoldenTest {

    private static final WireLimits LIMITS = RequestReplay.LIMITS;

    @Tag("X1")
    @Test
    void lengthAndCodingTogetherAreRefused() {
        assertRow("X1");
    }

    @Tag("X2")
    @Test
    void onlyChunkedIsTaken() {
        assertRow("X2");
    }

    @Tag("X3")
    @Test
    void chunkedStandsOnceAndLast() {
        assertRow("X3");
    }

    @Tag("X4")
    @Test
    void emptyCodingsAreRefused() {
        assertRow("X4");
    }

    @Tag("X5")
    @Test
    void http10HasNoTransferEncoding() {
        assertRow("X5");
    }

    @Tag("X6")
    @Test
    void differentLengthsAreRefused() {
        assertRow("X6");
    }

    @Tag("X7")
    @Test
    void equalLengthsAreRefusedAsWell() {
        assertRow("X7");
    }

    @Tag("X8")
    @Test
    void lengthsAreDigits() {
        assertRow("X8");
    }

    @Tag("X9")
    @Test
    void lengthsDoNotWrap() {
        assertRow("X9");
    }

    @Tag("X11")
    @Test
    void chunkSizesAreHexDigits() {
        assertRow("X11");
    }

    @Tag("X12")
    @Test
    void chunkSizesDoNotWrap() {
        assertRow("X12");
    }

    @Tag("X13")
    @Test
    void chunkFramingEndsWithCrLf() {
        assertRow("X13");
    }

    @Tag("X14")
    @Test
    void chunkExtensionsAreChecked() {
        assertRow("X14");
    }

    @Tag("X17")
    @Test
    void smallChunksAreJoined() {
        assertRow("X17");
    }

    @Tag("X18")
    @Test
    void trailersAreCheckedAndFramingNamesRefused() {
        assertRow("X18");
    }

    @Tag("X19")
    @Test
    void bareCrIsRefused() {
        assertRow("X19");
    }

    @Tag("X20")
    @Test
    void bareLfIsRefused() {
        assertRow("X20");
    }

    @Tag("X21")
    @Test
    void controlBytesInValuesAreRefused() {
        assertRow("X21");
    }

    @Tag("X22")
    @Test
    void foldedLinesAreRefused() {
        assertRow("X22");
    }

    @Tag("X23")
    @Test
    void spacesAroundNamesAreRefused() {
        assertRow("X23");
    }

    @Tag("X24")
    @Test
    void namesAreTokensBeforeAColon() {
        assertRow("X24");
    }

    @Tag("X25")
    @Test
    void hostStandsOnceAndIsWellFormed() {
        assertRow("X25");
    }

    @Tag("X26")
    @Test
    void targetsHaveOneOfFourForms() {
        assertRow("X26");
    }

    @Tag("X27")
    @Test
    void methodsAreTokensAndKeepTheirCase() {
        assertRow("X27");
    }

    @Tag("X28")
    @Test
    void onlyHttp1IsServed() {
        assertRow("X28");
    }

    @Tag("X29")
    @Test
    void otherProtocolsAreNamed() {
        assertRow("X29");
    }

    @Tag("J8")
    @Test
    void eventsComeInOrder() {
        assertRow("J8");
    }

    @Tag("R50")
    @Test
    void ambiguousFramingIsRefused() {
        assertRow("R50");
    }

    @Tag("R51")
    @Test
    void malformedLinesAreRefusedAndLeadingEmptyLinesSkipped() {
        assertRow("R51");
    }

    @Tag("R52")
    @Test
    void chunkFramingIsStrict() {
        assertRow("R52");
    }

    @Tag("R53")
    @Test
    void hostAndVersionAreChecked() {
        assertRow("R53");
    }

    /** Every sample once, those included that belong to rows about the connection. */
    @Tag("X35")
    @Tag("J9")
    @Test
    void noVerdictDependsOnHowTheBytesAreCut() {
        assertThat(RequestSample.all()).hasSizeGreaterThan(500);
        RequestSample.all().forEach(RequestParserGoldenTest::assertSample);
    }

    @Test
    void theFilesHoldWhatTheyPromise() {
        List<RequestSample> all = RequestSample.all();
        assertThat(all).extracting(RequestSample::toString).doesNotHaveDuplicates();
        assertThat(all.stream().filter(RequestSample::isRefused)).hasSizeGreaterThan(300);
        Set<String> named =
                all.stream()
                        .filter(RequestSample::isRefused)
                        .map(sample -> sample.log().getLast().split(" ")[1])
                        .collect(Collectors.toCollection(TreeSet::new));
        // The others need limits that no readable sample reaches; RequestParserLimitsTest has them.
        assertThat(named).hasSize(ParseError.values().length - 5);
    }

    @Test
    void everyErrorSaysWhatIsWrongAndWhatToDo() {
        for (ParseError error : ParseError.values()) {
            assertThat(error.status()).isIn(400, 413, 414, 431, 501, 505);
            assertThat(error.code()).startsWith("HPE_");
            assertThat(error.text()).matches("[A-Z].*[;,].+");
        }
        assertThat(ParseError.TLS_HELLO.text()).contains("plain HTTP", "http://");
        assertThat(ParseError.HTTP2_PREFACE.text()).contains("HTTP/2", "HTTP/1.1");
    }

    private static void assertRow(String row) {
        List<RequestSample> samples = RequestSample.of(row);
        assertThat(samples).as("samples of row " + row).isNotEmpty();
        samples.forEach(RequestParserGoldenTest::assertSample);
    }

    private static void assertSample(RequestSample sample) {
        byte[] input = sample.input();
        RequestReplay.Outcome whole = RequestReplay.whole(LIMITS, input);
        assertThat(whole.log()).as(sample.toString()).isEqualTo(sample.log());
        if (!sample.isRefused()) {
            assertThat(whole.consumed()).as(sample.toString()).isEqualTo(input.length);
        }
        for (int size : new int[] {1, 2, 3, 7}) {
            assertSame(sample, whole, "pieces of " + size, size);
        }
        assertSame(sample, whole, "whole", input.length);
        IntStream.range(1, input.length)
                .forEach(cut -> assertSame(sample, whole, "cut at " + cut, cut, input.length));
    }

    private static void assertSame(
            RequestSample sample, RequestReplay.Outcome whole, String how, int... sizes) {
        byte[] input = sample.input();
        RequestReplay.Outcome pieces = RequestReplay.pieces(LIMITS, input, sizes);
        assertThat(pieces).as(sample + ", " + how).isEqualTo(whole);
        RequestReplay.Outcome pausing = RequestReplay.pausing(LIMITS, input, sizes);
        assertThat(pausing).as(sample + ", pausing, " + how).isEqualTo(whole);
    }
}
