package dev.millrace.ipc;

import java.util.OptionalInt;

/**
 * How a {@link ChildProcess} ended.
 *
 * @param status what it gave to exit(3), or 128 and the number of the signal that killed it, as a
 *     shell tells it
 */
public record ChildExit(int status) {
    private static final int SIGNALLED = 128;
    private static final int SIGNAL_MAX = 64;

    /**
     * The signal that killed it. A program that calls exit(3) with such a number looks the same.
     */
    public OptionalInt signal() {
        int number = status - SIGNALLED;
        return number > 0 && number <= SIGNAL_MAX ? OptionalInt.of(number) : OptionalInt.empty();
    }

    /** Whether it ended as programs do when all is well. */
    public boolean isSuccess() {
        return status == 0;
    }
}
