package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 9110 section 14.1.2. */
class ByteRangeTest {

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
        assertThat(ByteRange.asked(List.of(field), 100)).contains(new ByteRange(first, length));
    }

    @ParameterizedTest
    @ValueSource(strings = {"bytes=100-", "bytes=-0", "bytes=99999999999999999999-"})
    void unsatisfiable(String field) {
        assertThat(ByteRange.asked(List.of(field), 100).orElseThrow().isUnsatisfiable()).isTrue();
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
                "bytes=0-1,2-3",
                "bytes=,",
                "bytes=0 - 1",
                "bytes =0-1",
                "pages=0-1",
                "bytes=٣-"
            })
    void ignored(String field) {
        assertThat(ByteRange.asked(List.of(field), 100)).isEmpty();
    }

    @Test
    void severalFieldsAreIgnoredAndNoneMeansAll() {
        assertThat(ByteRange.asked(List.of("bytes=0-1", "bytes=2-3"), 100)).isEmpty();
        assertThat(ByteRange.asked(List.of(), 100)).isEmpty();
    }

    @Test
    void nothingOfAnEmptyFileCanBeHad() {
        for (String field : List.of("bytes=0-", "bytes=0-0", "bytes=-0")) {
            assertThat(ByteRange.asked(List.of(field), 0).orElseThrow().isUnsatisfiable()).isTrue();
        }
        assertThat(ByteRange.asked(List.of("bytes=-1"), 0)).as("all of it").isEmpty();
    }
}
