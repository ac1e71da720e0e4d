package dev.millrace.sys;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemorySegment;

/**
 * How the kernel shares a processor out between threads (sched(7)). A policy is one thread's, and
 * that of the threads it starts from then on.
 *
 * <pre>
 * struct sched_param { int sched_priority; };   // 0 for every policy that is not of real time
 * </pre>
 */
public final class SchedulingPolicy {
    /** A thread that wakes up takes the processor from no other. */
    private static final int SCHED_BATCH = 3;

    private static final int THIS_THREAD = 0;

    private static final MemorySegment SCHED_SETSCHEDULER = Symbols.find("sched_setscheduler");

    private SchedulingPolicy() {}

    /**
     * The calling thread does not take the processor from another thread when it wakes up: it waits
     * until that one sleeps, or its slice of some milliseconds is over. 0, or a negated errno:
     * EPERM where a sandbox forbids it, and then all stays as it was.
     */
    public static int batch() {
        try (Libc libc = new Libc()) {
            MemorySegment priority = libc.scratch();
            priority.set(JAVA_INT, 0, 0);
            return libc.call(
                    SCHED_SETSCHEDULER, THIS_THREAD, SCHED_BATCH, priority.address(), 0, 0);
        }
    }
}
