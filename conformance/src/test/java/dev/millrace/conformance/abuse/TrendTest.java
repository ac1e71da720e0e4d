package dev.millrace.conformance.abuse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What is flat, and what is not. */
class TrendTest {

    private static Trend of(double most, double... samples) {
        return new Trend("x", java.util.Arrays.stream(samples).boxed().toList(), most);
    }

    @Test
    void aLineHasItsOwnSlope() {
        assertThat(of(8, 3, 5, 7, 9, 11).slope()).isEqualTo(2);
        assertThat(of(8, 3, 5, 7, 9, 11).growth()).isEqualTo(8);
        assertThat(of(8, 3, 5, 7, 9, 11).isFlat()).isTrue();
        assertThat(of(7.9, 3, 5, 7, 9, 11).isFlat()).isFalse();
    }

    @Test
    void whatGoesUpAndDownIsFlat() {
        assertThat(of(1, 5, 9, 5, 9, 5, 9, 5).growth()).isEqualTo(0, within(1e-9));
        assertThat(of(0, 9, 8, 7).isFlat()).as("what falls").isTrue();
        assertThat(of(0, 4).slope()).isZero();
    }

    @Test
    void itsLineSaysAll() {
        assertThat(new Trend("heap KiB", List.of(1.0, 2.0, 3.0), 1))
                .hasToString(
                        "FAIL heap KiB     from 1.0 to 3.0, slope +1.0000 a sample, +2.00 in all (1)");
    }
}
