package dev.millrace.web.content;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 9110 section 14.1.2. */
class RangeFieldTest {

    @ParameterizedTest
    @CsvSource({
        "bytes=0-0,0,1",
        "bytes=0-,0,100",
        "Bytes=99-99,99,1",
        "bytes=99-100,99,1",
        "bytes=50-99999999999999999999,50,50",
        "bytes=-1,99,1",
        "bytes=-100,0,100",
        "bytes=-99999999999999999999,0,100",
        "'bytes=, 5-6 ,',5,2",
    })
    void satisfiable(String field, long first, long length) {
        assertThat(RangeField.asked(List.of(field), 100))
                .contains(List.of(new ByteRange(first, length)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"bytes=100-", "bytes=-0", "bytes=99999999999999999999-"})
    void unsatisfiable(String field) {
        assertThat(RangeField.asked(List.of(field), 100).orElseThrow()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "bytes=",
                "bytes=-",
                "bytes",
                "bytes=1",
                "bytes=2-1",
                "bytes=+1-2",
                "bytes=1--2",
                "bytes=0x1-",
                "bytes=0-1,2-1",
                "bytes=,",
                "bytes=0 - 1",
                "bytes =0-1",
                "pages=0-1",
                "bytes=٣-"
            })
    void ignored(String field) {
        assertThat(RangeField.asked(List.of(field), 100)).isEmpty();
    }

    @Test
    void severalFieldsAreIgnoredAndNoneMeansAll() {
        assertThat(RangeField.asked(List.of("bytes=0-1", "bytes=2-3"), 100)).isEmpty();
        assertThat(RangeField.asked(List.of(), 100)).isEmpty();
    }

    @Test
    void nothingOfAnEmptyFileCanBeHad() {
        for (String field : List.of("bytes=0-", "bytes=0-0", "bytes=-0")) {
            assertThat(RangeField.asked(List.of(field), 0).orElseThrow()).isEmpty();
        }
        assertThat(RangeField.asked(List.of("bytes=-1"), 0)).as("all of it").isEmpty();
    }

    private static List<ByteRange> of(String field, long fileLength) {
        return RangeField.asked(List.of(field), fileLength).orElseThrow();
    }

    @Test
    void severalKeepTheirOrder() {
        assertThat(of("bytes=5000-5009, 0-9,-10", 10_000))
                .containsExactly(
                        new ByteRange(5000, 10), new ByteRange(0, 10), new ByteRange(9990, 10));
        assertThat(of("bytes=0-9,20000-", 10_000)).containsExactly(new ByteRange(0, 10));
    }

    /** RFC 9110 section 15.3.7.2: what lies nearer than the words between them is one part. */
    @Test
    void whatOverlapsOrIsNearIsOnePart() {
        assertThat(of("bytes=0-99,50-149", 10_000)).containsExactly(new ByteRange(0, 150));
        assertThat(of("bytes=0-99,179-199", 10_000)).containsExactly(new ByteRange(0, 200));
        assertThat(of("bytes=0-99,180-199", 10_000)).hasSize(2);
        assertThat(of("bytes=180-199,0-99", 10_000))
                .containsExactly(new ByteRange(180, 20), new ByteRange(0, 100));
        assertThat(of("bytes=0-9,500-509,5-504", 10_000)).containsExactly(new ByteRange(0, 510));
        assertThat(of("bytes=0-,0-,0-,0-", 10_000)).containsExactly(new ByteRange(0, 10_000));
    }

    @Test
    void tooManyPartsAreTheWholeFile() {
        StringBuilder field = new StringBuilder("bytes=0-0");
        for (int part = 1; part < RangeField.PARTS_MAX; part++) {
            field.append(',').append(part * 1000).append('-').append(part * 1000);
        }
        assertThat(of("" + field, 100_000)).hasSize(RangeField.PARTS_MAX);
        assertThat(RangeField.asked(List.of(field + ",90000-"), 100_000)).isEmpty();
    }
}
