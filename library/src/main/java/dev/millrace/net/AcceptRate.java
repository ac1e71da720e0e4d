package dev.millrace.net;

import dev.millrace.loop.Loop;
import dev.millrace.loop.TimerHandle;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How many connections a server takes within a second. When they are taken, the listener rests for
 * what is left of it.
 *
 * <pre>
 *   open ──the last one of this second was taken──▶ spent ──the second is over──▶ open
 * </pre>
 */
final class AcceptRate {
    private static final Duration WINDOW = Duration.ofSeconds(1);

    private final Loop loop;
    private final int max;
    private final Runnable refilled;

    /** When the present second began, on the loop's clock. */
    private long beginNanos;

    private int taken;

    /** Runs while the rate is spent; it never holds the loop. */
    private @Nullable TimerHandle rest;

    AcceptRate(Loop loop, int max, Runnable refilled) {
        this.loop = loop;
        this.max = max;
        this.refilled = refilled;
    }

    /** One more was taken; true if it is the last one for now. */
    boolean count() {
        if (max == ConnectionLimits.NO_LIMIT) {
            return false;
        }
        long now = loop.hrtime();
        if (taken == 0 || now - beginNanos >= WINDOW.toNanos()) {
            beginNanos = now;
            taken = 0;
        }
        taken++;
        if (taken < max) {
            return false;
        }
        rest = loop.setTimeout(WINDOW.minusNanos(now - beginNanos), this::refill);
        rest.unref();
        return true;
    }

    private void refill() {
        rest = null;
        taken = 0;
        refilled.run();
    }

    boolean isSpent() {
        return rest != null;
    }

    /** The server takes none any more. */
    void stop() {
        if (rest != null) {
            rest.close();
            rest = null;
        }
    }
}
