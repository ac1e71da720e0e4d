package dev.millrace.loop;

import dev.millrace.driver.Port;
import dev.millrace.kernel.Descriptor;
import dev.millrace.kernel.SystemError;
import dev.millrace.sys.Errno;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;

/**
 * The connections of a {@link ListenHandle} without a socket of its own: they are accepted
 * elsewhere, and a {@link ListenSource} delivers them. It is the source's end of {@link
 * ListenAttempt#feed}.
 *
 * <pre>
 *   taking ──pause, a connection waits──▶ not taking: what is delivered waits ──resume──▶ taking
 *      └───────────────── the handle closes ─────────────────▶ closed: nothing can be delivered
 * </pre>
 *
 * Loop thread only.
 *
 * {@snippet class="dev.millrace.loop.ListenFeedTest" region="feed"}
 */
public final class ListenFeed {
    private final ListenHandle handle;
    private final Deque<Descriptor> waiting = new ArrayDeque<>();

    /** Also when the loop is closed by force. */
    private final Runnable atLoopClose = this::closeWaiting;

    private boolean isTaking;
    private Runnable demandListener = () -> {};
    private Runnable closeListener = () -> {};

    ListenFeed(ListenHandle handle) {
        this.handle = handle;
        handle.loop.atClose(atLoopClose);
    }

    /**
     * Gives the handle a connection that was accepted elsewhere, which belongs to it from now on.
     * While the handle takes none the connection waits; a source that is polite looks at {@link
     * #isTaking} first.
     *
     * @throws IOException if it is no connection (any more), or the handle is closed, ECANCELED; it
     *     is still the caller's then
     */
    public void deliver(Descriptor connection) throws IOException {
        handle.loop.checkThread();
        if (handle.isClosing()) {
            throw SystemError.of(Errno.ECANCELED, "accept");
        }
        if (isTaking && waiting.isEmpty()) {
            hand(connection);
        } else {
            waiting.add(connection);
        }
    }

    private void hand(Descriptor connection) throws IOException {
        Port port = handle.loop.driver.openConnection(connection.number());
        connection.release();
        handle.taken(port);
    }

    /** Whether the handle takes connections: it was started, and is not paused. */
    public boolean isTaking() {
        handle.loop.checkThread();
        return isTaking;
    }

    /** Told whenever the handle begins to take connections, and nothing waits here. */
    public void onDemand(Runnable listener) {
        handle.loop.checkThread();
        demandListener = Objects.requireNonNull(listener, "listener");
    }

    /** Told once, inside the handle's close: nothing can be delivered any more. */
    public void onClose(Runnable listener) {
        handle.loop.checkThread();
        closeListener = Objects.requireNonNull(listener, "listener");
    }

    /** The handle takes connections, or no more; it says so again and again. */
    void taking(boolean isWanted) {
        if (isWanted && !isTaking) {
            // Not from inside the call that resumed.
            handle.loop.nextTick(this::handWaiting);
        }
        isTaking = isWanted;
    }

    private void handWaiting() {
        while (isTaking && !waiting.isEmpty()) {
            Descriptor next = waiting.remove();
            try {
                hand(next);
            } catch (IOException gone) {
                next.close();
            }
        }
        if (isTaking) {
            demandListener.run();
        }
    }

    void closed() {
        handle.loop.notAtClose(atLoopClose);
        isTaking = false;
        closeWaiting();
        closeListener.run();
    }

    private void closeWaiting() {
        waiting.forEach(Descriptor::close);
        waiting.clear();
    }

    /** {@code ListenFeed[ListenHandle[...]]}. Any thread. */
    @Override
    public String toString() {
        return "ListenFeed[" + handle + "]";
    }
}
