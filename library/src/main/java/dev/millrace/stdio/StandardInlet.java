package dev.millrace.stdio;

/** Where standard input's bytes come from: the loop's own events, or a thread that may block. */
sealed interface StandardInlet permits StandardLoopInlet, StandardThreadInlet {
    /** Bytes may come from now on. */
    void start();

    /** None comes from right now on. */
    void stop();

    /** Whether waiting for bytes keeps the loop alive. */
    void reference(boolean isReferenced);

    /** No more; {@code closed} runs later, on the loop. */
    void close(Runnable closed);
}
