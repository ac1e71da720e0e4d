package dev.millrace.observe;

import java.util.function.Consumer;

/**
 * In whose callback the calling thread is: the number of a server's connection, a socket or a
 * request, as {@link LoopEvent#id} has it. What is begun there carries it on: timers, immediates,
 * ticks, tasks of other threads, work off the loop, look-ups and connects; so that a log can say
 * for which request something was done, as Node's {@code AsyncLocalStorage} lets it.
 *
 * <p>It is followed while something observes ({@link Observation}, the flight recorder, {@code
 * MILLRACE_DEBUG}), from the loop's next turn on; otherwise it is 0 everywhere, and costs nothing.
 *
 * {@snippet class="dev.millrace.observe.ObserveExamplesTest" region="cause"}
 */
public final class Cause {
    /** What no callback of an object has brought about. */
    public static final long NONE = 0;

    private static final ScopedValue<Long> ID = ScopedValue.newInstance();

    private Cause() {}

    /** The number of the object; {@link #NONE} outside, and while nothing observes. Any thread. */
    public static long id() {
        return ID.isBound() ? ID.get() : NONE;
    }

    /** Runs {@code task} in the callback of the object {@code id}; as it is without one. */
    public static void run(long id, Runnable task) {
        if (id == NONE) {
            task.run();
        } else {
            ScopedValue.where(ID, id).run(task);
        }
    }

    /** As {@link #run}, of a task that throws what it likes and answers. */
    public static <T, X extends Throwable> T call(
            long id, ScopedValue.CallableOp<? extends T, X> task) throws X {
        return id == NONE ? task.call() : ScopedValue.where(ID, id).call(task);
    }

    /**
     * {@code task}, to be run later, in the callback that the calling thread is in now: for what
     * hands tasks to other threads, or keeps them. The task itself where there is none.
     */
    public static Runnable bind(Runnable task) {
        long id = Observation.isOn() ? id() : NONE;
        return id == NONE ? task : () -> run(id, task);
    }

    /** As {@link #bind(Runnable)}, of a listener. */
    public static <T> Consumer<T> bind(Consumer<T> listener) {
        long id = Observation.isOn() ? id() : NONE;
        return id == NONE ? listener : event -> run(id, () -> listener.accept(event));
    }
}
