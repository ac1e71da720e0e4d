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
    /** A source of listeners that knows of no successor. */
    SuccessorSource NONE =
            new SuccessorSource() {
                @Override
                public void listens(NetServer server) {}

                @Override
                public @Nullable Successor successor(NetServer server) {
                    return null;
                }
            };

    /** {@code source}, if it is one of these, or {@link #NONE}: also for one in front of it. */
    static SuccessorSource of(@Nullable ListenSource source) {
        return source instanceof SuccessorSource one ? one : NONE;
    }

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
