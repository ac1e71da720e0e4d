package dev.millrace.loop;

import dev.millrace.turn.LagFigures;

/**
 * How long something took or was late, over all times it was measured, in nanoseconds. Percentiles
 * are exact to a sixteenth.
 *
 * @param count how often it was measured; everything else is 0 as long as this is
 * @see Loop#measure
 */
public record Lag(
        long count, long minNanos, long meanNanos, long p50Nanos, long p99Nanos, long maxNanos) {

    static Lag of(LagFigures from) {
        return new Lag(
                from.count(),
                from.minNanos(),
                from.meanNanos(),
                from.p50Nanos(),
                from.p99Nanos(),
                from.maxNanos());
    }
}
