package dev.millrace.tls;

import java.util.concurrent.TimeUnit;

/**
 * How many records without data a peer may send: a session ticket and a new key now and then are
 * right, a flood of them makes us work, and answer, for nothing. A bucket of tokens.
 */
final class RecordBudget {
    static final int BURST = 64;

    /** One more after each of these. */
    static final long REFILL_NANOS = TimeUnit.SECONDS.toNanos(1);

    private long left = BURST;
    private long filledNanos;

    RecordBudget(long nowNanos) {
        filledNanos = nowNanos;
    }

    /** False if it is spent. */
    boolean take(long nowNanos) {
        long refill = (nowNanos - filledNanos) / REFILL_NANOS;
        if (refill > 0) {
            filledNanos += refill * REFILL_NANOS;
            left = Math.min(BURST, left + refill);
        }
        return left-- > 0;
    }
}
