package dev.millrace.cli.get;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 9110 section 14.4. */
class ContentRangeTest {

    @Test
    void aRangeHasItsPlaceAndTheWhole() {
        assertThat(ContentRange.of(List.of("bytes 4-9/10"))).contains(new ContentRange(4, 9, 10));
        assertThat(ContentRange.of(List.of("bytes 4-9/*"))).contains(new ContentRange(4, 9, -1));
        assertThat(ContentRange.of(List.of("bytes */10"))).contains(new ContentRange(-1, -1, 10));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "bytes",
                "bytes 4-9",
                "bytes 9-4/10",
                "bytes 4-10/10",
                "bytes -9/10",
                "bytes */*",
                "items 4-9/10",
                "bytes 4-9/1234567890123456789"
            })
    void whatIsNoneIsNone(String field) {
        assertThat(ContentRange.of(List.of(field))).isEmpty();
    }

    @Test
    void oneFieldAloneCounts() {
        assertThat(ContentRange.of(List.of())).isEmpty();
        assertThat(ContentRange.of(List.of("bytes 0-1/2", "bytes 0-1/2"))).isEmpty();
    }

    @Test
    void theRestBeginsBehindWhatIsThereAndGoesToTheEnd() {
        assertThat(new ContentRange(4, 9, 10).completes(4)).isTrue();
        assertThat(new ContentRange(4, 9, 10).completes(3)).isFalse();
        assertThat(new ContentRange(4, 8, 10).completes(4)).isFalse();
        assertThat(new ContentRange(4, 9, -1).completes(4)).isFalse();
    }
}
