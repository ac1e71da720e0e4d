package dev.millrace.stdio;

import java.io.IOException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Where standard output's bytes go: to the kernel, as it takes them, or to a thread. */
sealed interface StandardOutlet permits StandardLoopOutlet, StandardThreadOutlet {
    /** {@code isLent}: the array is not ours to keep. */
    void write(byte[] array, int offset, int length, boolean isLent);

    /** Bytes that wait. */
    long queuedBytes();

    /** Tells the output once, when nothing waits any more. */
    void notifyDrained();

    /** {@code finished} gets null when everything was written. */
    void end(Consumer<? super @Nullable IOException> finished);

    /** Throws away what waits; {@code closed} runs later, on the loop. */
    void close(Runnable closed);
}
