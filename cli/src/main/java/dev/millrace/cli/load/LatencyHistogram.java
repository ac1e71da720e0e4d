package dev.millrace.cli.load;

import java.util.Arrays;

/**
 * Times in nanoseconds with three significant digits, in the buckets of HdrHistogram: what is below
 * 2048 is exact, and above each power of two has 1024 buckets. Its percentiles are HdrHistogram's,
 * value by value, which a test shows. One thread.
 */
public final class LatencyHistogram {
    private static final int HALF_BITS = 10;
    private static final int HALF = 1 << HALF_BITS;
    private static final int EXACT = 2 * HALF;

    /** A little more than an hour; what takes longer counts as that. */
    private static final int TOP_BIT = 42;

    private static final long MOST = (1L << TOP_BIT) - 1;

    private final long[] counts = new long[(TOP_BIT - HALF_BITS + 1) << HALF_BITS];
    private long total;
    private long max;
    private double sum;

    /** Counts one time; below zero is zero. */
    public void record(long nanos) {
        long value = Math.clamp(nanos, 0, MOST);
        counts[bucket(value)]++;
        total++;
        sum += value;
        if (value > max) {
            max = value;
        }
    }

    private static int bucket(long value) {
        int shift = 63 - HALF_BITS - Long.numberOfLeadingZeros(value | (EXACT - 1));
        return (shift << HALF_BITS) + (int) (value >>> shift);
    }

    /** The greatest value that counts in a bucket. */
    private static long greatest(int bucket) {
        if (bucket < EXACT) {
            return bucket;
        }
        int shift = (bucket >>> HALF_BITS) - 1;
        return ((long) ((bucket & (HALF - 1)) + HALF + 1) << shift) - 1;
    }

    /** Counts what {@code other} has counted as well. */
    public void add(LatencyHistogram other) {
        for (int at = 0; at < counts.length; at++) {
            counts[at] += other.counts[at];
        }
        total += other.total;
        sum += other.sum;
        max = Math.max(max, other.max);
    }

    /** Forgets everything. */
    public void clear() {
        Arrays.fill(counts, 0);
        total = 0;
        sum = 0;
        max = 0;
    }

    /** How many were counted. */
    public long count() {
        return total;
    }

    /** The longest; 0 if there is none. */
    public long max() {
        return max;
    }

    /** Their mean; 0 if there is none. */
    public double mean() {
        return total == 0 ? 0 : sum / total;
    }

    /**
     * What at least {@code percent} of all are not above; 0 if there is none.
     *
     * @param percent 0 to 100
     */
    public long percentile(double percent) {
        long wanted = Math.max(1, (long) Math.ceil(Math.nextDown(percent) / 100 * total));
        long seen = 0;
        for (int bucket = 0; bucket < counts.length; bucket++) {
            seen += counts[bucket];
            if (seen >= wanted) {
                return greatest(bucket);
            }
        }
        return 0;
    }
}
