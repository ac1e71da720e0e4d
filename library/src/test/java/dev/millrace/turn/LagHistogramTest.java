package dev.millrace.turn;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class LagHistogramTest {
    private final LagHistogram histogram = new LagHistogram();

    @Test
    void everyValueIsInABucketNotWiderThanASixteenthOfIt() {
        Random random = new Random(11);
        for (int i = 0; i < 100_000; i++) {
            long value = random.nextLong() >>> (1 + random.nextInt(63));
            int bucket = LagHistogram.bucket(value);
            long last = LagHistogram.last(bucket);
            assertThat(last).isGreaterThanOrEqualTo(value);
            assertThat(last - value).isLessThanOrEqualTo(value / 16);
            if (bucket > 0) {
                assertThat(LagHistogram.last(bucket - 1)).isLessThan(value);
            }
        }
        assertThat(LagHistogram.last(LagHistogram.bucket(Long.MAX_VALUE)))
                .isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void nothingWasMeasuredYet() {
        assertThat(histogram.read()).isEqualTo(new LagFigures(0, 0, 0, 0, 0, 0));
    }

    @Test
    void oneValueIsEveryFigure() {
        histogram.record(1_000_003);
        long value = 1_000_003;
        assertThat(histogram.read())
                .isEqualTo(new LagFigures(1, value, value, value, value, value));
    }

    @Test
    void percentilesOfAHundredValues() {
        for (int millis = 1; millis <= 100; millis++) {
            histogram.record(millis * 1_000_000L);
        }
        LagFigures lag = histogram.read();
        assertThat(lag.count()).isEqualTo(100);
        assertThat(lag.minNanos()).isEqualTo(1_000_000);
        assertThat(lag.meanNanos()).isEqualTo(50_500_000);
        assertThat(lag.p50Nanos()).isBetween(50_000_000L, 53_200_000L);
        assertThat(lag.p99Nanos()).isBetween(99_000_000L, 100_000_000L);
        assertThat(lag.maxNanos()).isEqualTo(100_000_000);
    }

    @Test
    void whatIsEarlyCountsAsOnTime() {
        histogram.record(-5);
        assertThat(histogram.read()).isEqualTo(new LagFigures(1, 0, 0, 0, 0, 0));
    }
}
