package dev.millrace.turn;

/**
 * A callback of {@code target}, for {@link CallbackScope#enter}. One constant lambda serves all
 * targets of a type, so that entering allocates nothing.
 */
@FunctionalInterface
public interface TargetCallback<T> {
    /** Calls it; what it throws is told to the function that was given beside it. */
    void call(T target) throws Exception;
}
