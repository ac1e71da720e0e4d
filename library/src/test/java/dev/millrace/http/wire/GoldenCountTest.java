package dev.millrace.http.wire;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How many samples there are at least, so that none is lost unseen. */
class GoldenCountTest {

    @ParameterizedTest
    @CsvSource({"request, 900, 1100", "response, 470, 290"})
    void thereAreEnoughSamplesThatAreReadAndThatAreRefused(String folder, int read, int refused) {
        GoldenCount count = GoldenCount.of(folder);
        assertThat(count.read()).as("read").isGreaterThanOrEqualTo(read);
        assertThat(count.refused()).as("refused").isGreaterThanOrEqualTo(refused);
    }
}
