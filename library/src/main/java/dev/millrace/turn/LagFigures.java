package dev.millrace.turn;

/** What a {@link LagHistogram} counted, in nanoseconds; all zero while nothing was. */
public record LagFigures(
        long count, long minNanos, long meanNanos, long p50Nanos, long p99Nanos, long maxNanos) {}
