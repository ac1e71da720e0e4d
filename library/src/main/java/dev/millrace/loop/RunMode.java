package dev.millrace.loop;

/** How long {@link Loop#run(RunMode)} goes on. */
public enum RunMode {
    /** Until nothing keeps the loop alive, or {@link Loop#stop} is called. */
    DEFAULT,
    /** One turn, which waits for an event when nothing else is due. */
    ONCE,
    /** One turn, which never waits. */
    NOWAIT
}
