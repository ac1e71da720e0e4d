package dev.millrace.loop;

import dev.millrace.turn.TargetCallback;

/**
 * A callback of {@code target}, for {@link Loop#enter}.
 *
 * {@snippet class="dev.millrace.loop.LoopExamplesTest" region="enter"}
 *
 * @param <T> what it is called for
 */
@FunctionalInterface
public interface LoopCallback<T> extends TargetCallback<T> {
    /** Calls it; what it throws is told to the function that was given beside it. */
    @Override
    void call(T target) throws Exception;
}
