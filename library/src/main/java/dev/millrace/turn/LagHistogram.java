package dev.millrace.turn;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Counts durations in buckets that grow with them: sixteen for each power of two, so that a bucket
 * is never wider than a sixteenth of what it holds. The loop's thread writes, any thread reads; a
 * figure is never torn, and the figures of one reading may be a turn apart.
 */
final class LagHistogram {
    private static final int STEPS_LOG2 = 4;
    private static final int STEPS = 1 << STEPS_LOG2;
    private static final int BUCKETS = (Long.SIZE - STEPS_LOG2) * STEPS;

    /** Behind the buckets: the sum, the smallest and the largest. */
    private static final int SUM = BUCKETS;

    private static final int MIN = BUCKETS + 1;
    private static final int MAX = BUCKETS + 2;

    private final AtomicLongArray cells = new AtomicLongArray(BUCKETS + 3);

    LagHistogram() {
        cells.setPlain(MIN, Long.MAX_VALUE);
    }

    /** The loop's thread. What is below zero counts as zero. */
    void record(long nanos) {
        long value = Math.max(0, nanos);
        add(bucket(value), 1);
        add(SUM, value);
        if (value < cells.getPlain(MIN)) {
            cells.setOpaque(MIN, value);
        }
        if (value > cells.getPlain(MAX)) {
            cells.setOpaque(MAX, value);
        }
    }

    private void add(int index, long difference) {
        cells.setOpaque(index, cells.getPlain(index) + difference);
    }

    static int bucket(long value) {
        if (value < STEPS) {
            return (int) value;
        }
        int shift = Long.SIZE - 1 - Long.numberOfLeadingZeros(value) - STEPS_LOG2;
        return (shift + 1) * STEPS + (int) (value >>> shift) - STEPS;
    }

    /** The largest value that belongs to a bucket. */
    static long last(int bucket) {
        if (bucket < STEPS) {
            return bucket;
        }
        int shift = bucket / STEPS - 1;
        return ((long) (bucket % STEPS + STEPS + 1) << shift) - 1;
    }

    /** Any thread. */
    LagFigures read() {
        long[] counts = new long[BUCKETS];
        long count = 0;
        for (int i = 0; i < BUCKETS; i++) {
            counts[i] = cells.getOpaque(i);
            count += counts[i];
        }
        if (count == 0) {
            return new LagFigures(0, 0, 0, 0, 0, 0);
        }
        long max = cells.getOpaque(MAX);
        return new LagFigures(
                count,
                Math.min(max, cells.getOpaque(MIN)),
                cells.getOpaque(SUM) / count,
                Math.min(max, percentile(counts, count, 50)),
                Math.min(max, percentile(counts, count, 99)),
                max);
    }

    private static long percentile(long[] counts, long count, int percent) {
        long rank = Math.ceilDiv(count * percent, 100);
        int bucket = 0;
        for (long seen = counts[0]; seen < rank; seen += counts[bucket]) {
            bucket++;
        }
        return last(bucket);
    }
}
