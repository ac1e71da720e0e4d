package dev.millrace.cli.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.SplittableRandom;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

/** Its numbers are HdrHistogram's. */
class LatencyHistogramTest {
    private static final List<Double> PERCENTS =
            List.of(0.0, 0.1, 1.0, 25.0, 50.0, 75.0, 90.0, 99.0, 99.9, 99.99, 100.0);

    private static long value(SplittableRandom random) {
        return random.nextLong(1L << random.nextInt(1, 42));
    }

    @Test
    void itsPercentilesAreHdrHistograms() {
        SplittableRandom random = new SplittableRandom(1);
        for (int count : List.of(1, 2, 10, 1000, 100_000)) {
            LatencyHistogram ours = new LatencyHistogram();
            Histogram theirs = new Histogram(1, (1L << 42) - 1, 3);
            for (int at = 0; at < count; at++) {
                long value = value(random);
                ours.record(value);
                theirs.recordValue(value);
            }
            for (double percent : PERCENTS.subList(1, PERCENTS.size())) {
                assertThat(ours.percentile(percent))
                        .as("%s of %s", percent, count)
                        .isEqualTo(theirs.getValueAtPercentile(percent));
            }
            assertThat(ours.count()).isEqualTo(theirs.getTotalCount());
            assertThat(theirs.highestEquivalentValue(ours.max())).isEqualTo(theirs.getMaxValue());
            assertThat(ours.mean()).isBetween(theirs.getMean() * 0.999, theirs.getMean() * 1.001);
        }
    }

    @Test
    void theEdgesOfTheBucketsAreTheirs() {
        Histogram theirs = new Histogram(1, (1L << 42) - 1, 3);
        for (int bit = 1; bit < 42; bit++) {
            for (long value = (1L << bit) - 1; value <= (1L << bit) + 1; value++) {
                LatencyHistogram ours = new LatencyHistogram();
                ours.record(value);
                assertThat(ours.percentile(50)).isEqualTo(theirs.highestEquivalentValue(value));
            }
        }
    }

    @Test
    void severalAreAddedUpAndForgotten() {
        LatencyHistogram all = new LatencyHistogram();
        for (int part = 0; part < 4; part++) {
            LatencyHistogram one = new LatencyHistogram();
            for (int value = 0; value < 1000; value++) {
                one.record(part * 1000 + value);
            }
            all.add(one);
        }
        assertThat(all.count()).isEqualTo(4000);
        assertThat(all.mean()).isEqualTo(1999.5);
        assertThat(all.max()).isEqualTo(3999);
        assertThat(all.percentile(25)).isEqualTo(999);
        all.clear();
        assertThat(List.of(all.count(), all.max(), all.percentile(50))).containsOnly(0L);
        assertThat(all.mean()).isZero();
    }

    @Test
    void whatIsBeyondCountsAsTheLongest() {
        LatencyHistogram histogram = new LatencyHistogram();
        histogram.record(Long.MAX_VALUE);
        histogram.record(-5);
        assertThat(histogram.percentile(50)).isZero();
        assertThat(histogram.percentile(100)).isEqualTo((1L << 42) - 1);
    }
}
