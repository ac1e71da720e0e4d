package dev.millrace.net;

import dev.millrace.loop.ListenSource;
import org.jspecify.annotations.Nullable;

/**
 * Where the servers of a loop find their successors, and where connections from elsewhere find
 * their server. The loop's {@link ListenSource} is asked, if it is one of these as well; a
 * cluster's worker has such a source. Called on the loop's thread.
 *
 * {@snippet class="dev.millrace.net.ConnectionMovesExamplesTest" region="source"}
 */
public interface SuccessorSource {
    /**
     * {@code server} has begun to listen. What comes for it from elsewhere is given to {@link
     * ConnectionMoves#take}.
     */
    void listens(NetServer server);

    /**
     * {@code server} is about to close, while its {@linkplain NetServer#handle listener} is still
     * there.
     *
     * @return who takes its connections over; null if they stay
     */
    @Nullable Successor successor(NetServer server);

    /**
     * {@code server} has as many connections as {@link ConnectionLimits#maxConnections} lets it, or
     * has places again; told at each change. A source whose connections other servers could take
     * gives them to those meanwhile.
     */
    default void full(NetServer server, boolean isFull) {}
}
