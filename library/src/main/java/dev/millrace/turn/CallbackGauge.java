package dev.millrace.turn;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Shows other threads whether a loop's outermost callback is still the same: a number that is odd
 * while one runs and grows with each. The loop writes it twice a callback, opaquely, and reads no
 * clock for it.
 */
public final class CallbackGauge {
    private final AtomicLong number = new AtomicLong();

    /** How many detectors look at it; the loop's thread. */
    private int watchers;

    /** One more detector looks at it. */
    public void watch() {
        watchers++;
    }

    /** One detector less; true if it was the last. */
    public boolean unwatch() {
        return --watchers == 0;
    }

    void begin() {
        number.setOpaque(number.getPlain() + 1);
    }

    /** Rounds up, so that one that was put up in the middle of a callback is right from then on. */
    void end() {
        number.setOpaque((number.getPlain() | 1) + 1);
    }

    /** Any thread. */
    public long read() {
        return number.getOpaque();
    }

    /** Whether {@code number} was read while a callback ran. */
    public static boolean isInCallback(long number) {
        return (number & 1) == 1;
    }
}
