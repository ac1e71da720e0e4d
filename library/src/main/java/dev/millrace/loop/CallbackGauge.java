package dev.millrace.loop;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Shows other threads whether a loop's outermost callback is still the same: a number that is odd
 * while one runs and grows with each. The loop writes it twice a callback, opaquely, and reads no
 * clock for it.
 */
final class CallbackGauge {
    private final AtomicLong number = new AtomicLong();

    /** How many detectors look at it; the loop's thread. */
    int watchers;

    void begin() {
        number.setOpaque(number.getPlain() + 1);
    }

    /** Rounds up, so that one that was put up in the middle of a callback is right from then on. */
    void end() {
        number.setOpaque((number.getPlain() | 1) + 1);
    }

    /** Any thread. */
    long read() {
        return number.getOpaque();
    }

    static boolean isInCallback(long number) {
        return (number & 1) == 1;
    }
}
