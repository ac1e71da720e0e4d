package dev.millrace.cli.get;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One line that fits the terminal. */
class ProgressLineTest {

    @Test
    void itSaysHowFarItIsAndHowLongItTakes() {
        assertThat(ProgressLine.text(5 << 20, 10 << 20, 1 << 20, 80))
                .isEqualTo(
                        " 50 %  [==============              ]"
                                + "  5.0 MiB of 10.0 MiB  1.0 MiB/s  0:05 left");
        assertThat(ProgressLine.text(10, 10, 5, 80)).startsWith("100 %  [").endsWith("5 B/s");
        assertThat(ProgressLine.text(0, 1L << 40, 1 << 20, 200)).endsWith("291 h 16 min left");
    }

    @Test
    void withoutALengthThereIsNoBar() {
        assertThat(ProgressLine.text(2048, -1, 0, 80)).isEqualTo("2.0 KiB");
        assertThat(ProgressLine.text(2048, -1, 100, 80)).isEqualTo("2.0 KiB  100 B/s");
    }

    @ParameterizedTest
    @CsvSource({"79", "50", "20", "5", "1"})
    void itIsNeverLongerThanTheLine(int columns) {
        assertThat(ProgressLine.text(5 << 20, 10 << 20, 1 << 20, columns))
                .hasSizeLessThanOrEqualTo(columns);
        assertThat(ProgressLine.text(5 << 20, -1, 1 << 20, columns))
                .hasSizeLessThanOrEqualTo(columns);
    }

    @ParameterizedTest
    @CsvSource({"0,0 B", "999,999 B", "1000,1.0 KiB", "1048576,1.0 MiB", "5368709120,5.0 GiB"})
    void sizesHaveThreeDigits(long bytes, String text) {
        assertThat(ProgressLine.size(bytes)).isEqualTo(text);
    }
}
