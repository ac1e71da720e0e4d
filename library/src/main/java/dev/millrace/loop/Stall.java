package dev.millrace.loop;

import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A callback that kept its loop from everything else for too long; see {@link StallDetector}.
 *
 * @param thread the name of the loop's thread
 * @param lasted how long so far, or in all once it is over; short of the truth by the detector's
 *     sampling interval at most
 * @param stack where the loop's thread was when the stall was noticed
 * @param isOver whether the callback has returned
 */
public record Stall(String thread, Duration lasted, List<StackTraceElement> stack, boolean isOver) {
    /** Copies the stack. */
    public Stall {
        stack = List.copyOf(stack);
    }

    /** The stack as text, a line each, the innermost frame first. */
    public String stackText() {
        return stack.stream().map(StackTraceElement::toString).collect(Collectors.joining("\n"));
    }
}
