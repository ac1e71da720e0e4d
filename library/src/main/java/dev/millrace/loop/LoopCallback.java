package dev.millrace.loop;

/**
 * A callback of {@code target}, for {@link Loop#enter}.
 *
 * @param <T> what it is called for
 */
@FunctionalInterface
public interface LoopCallback<T> {
    /** Calls it; what it throws is told to the function that was given beside it. */
    void call(T target) throws Exception;
}
