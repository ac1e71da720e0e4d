package dev.millrace.driver;

/**
 * Something that {@code Loop.enter} runs: the only way by which a user's code is reached from the
 * loop (house rule: one guarded call site).
 */
public interface Guarded {
    /**
     * Does the work.
     *
     * @throws Exception whatever the user's code throws
     */
    void call() throws Exception;

    /**
     * Told what {@link #call} threw, so that the stream, request or handle it belongs to can end
     * with it.
     */
    void failed(Throwable thrown);
}
