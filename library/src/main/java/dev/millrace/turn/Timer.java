package dev.millrace.turn;

import dev.millrace.driver.Guarded;

/** A timer's place in the {@link TimerHeap}; being called is being due. */
public abstract class Timer implements Guarded {
    /** Its place in the heap, or -1. */
    int heapIndex = -1;

    /** When it is due, on the loop's clock. */
    long dueNanos;

    /** Decides between timers that are due at the same time. */
    long startOrder;

    /** Whether it runs. */
    public final boolean isStarted() {
        return heapIndex >= 0;
    }

    /** When it is due, on the loop's clock; of a timer that runs. */
    public final long dueNanos() {
        return dueNanos;
    }

    /** It is due and no longer in the heap; its call is next. Runs no user code. */
    public abstract void expire();
}
