package dev.millrace.loop;

import java.io.IOException;

/**
 * Where a loop's listeners get their sockets from. The default opens one; a {@link LoopGroup}
 * shares one among its loops; a cluster's worker asks its primary, and answers when that has.
 *
 * {@snippet class="dev.millrace.loop.LoopExamplesTest" region="listenSource"}
 */
@FunctionalInterface
public interface ListenSource {
    /** Opens a socket for the asking loop alone. */
    ListenSource OWN =
            attempt -> {
                attempt.handle().bind(attempt.address());
                attempt.handle().open();
                attempt.listens();
            };

    /**
     * Makes the attempt's handle listen at its address, without accepting yet, and answers the
     * attempt, now or on a later turn. On the loop's thread. A source that answers later looks at
     * {@link ListenAttempt#isCancelled} before it touches the handle, which is closed then.
     *
     * @throws IOException if it can't; that answers as {@link ListenAttempt#failed} does
     */
    void open(ListenAttempt attempt) throws IOException;

    /**
     * Makes {@code handle} serve the listening socket behind {@code descriptor}, which is this
     * process's own; at once, as {@link ListenHandle#open(int)} does. On the loop's thread.
     */
    default void open(ListenHandle handle, int descriptor) throws IOException {
        handle.open(descriptor);
    }
}
