package dev.millrace.cli.load;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What came of a {@link LoadPlan}.
 *
 * @param count what was counted behind the warm-up
 * @param elapsed how long that took
 * @param cpu what this process used of the processors meanwhile, all of its threads together
 * @param lastFailure why the last request or connection that failed did; null if none did
 */
public record LoadReport(
        LoadCount count, Duration elapsed, Duration cpu, @Nullable String lastFailure) {
    private static final double SECOND_NANOS = 1e9;

    /** Complete responses a second. */
    public double rate() {
        return perSecond(count.responses());
    }

    /** Bytes received a second. */
    public double bytesPerSecond() {
        return perSecond(count.bytes());
    }

    private double perSecond(long number) {
        return elapsed.isZero() ? 0 : number * SECOND_NANOS / elapsed.toNanos();
    }

    /** Processor time of a response, in microseconds; 0 without any. */
    public double cpuMicros() {
        return count.responses() == 0 ? 0 : cpu.toNanos() / 1e3 / count.responses();
    }

    /** The part of one processor that was used, in percent. */
    public double cpuPercent() {
        return elapsed.isZero() ? 0 : 100.0 * cpu.toNanos() / elapsed.toNanos();
    }
}
