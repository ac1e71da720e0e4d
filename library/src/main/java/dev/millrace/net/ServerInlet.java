package dev.millrace.net;

import dev.millrace.kernel.Address;
import dev.millrace.kernel.IpAddress;
import dev.millrace.loop.ListenHandle;
import dev.millrace.loop.Loop;
import org.jspecify.annotations.Nullable;

/**
 * Where a {@link NetServer} takes its connections from: its listener, from the call to listen to
 * the end. What is said before the listener is there holds for it.
 *
 * <pre>
 *   nothing ──listen──▶ opening ──▶ open: taking ◀──▶ not taking (paused, at its rate, no taker)
 * </pre>
 */
final class ServerInlet {
    private final AcceptRate rate;

    /** The listen under way. */
    private @Nullable ServerOpening opening;

    /** The listener; null before the outcome of listen. */
    private @Nullable ListenHandle handle;

    /** Where it listens, to be shown on any thread. */
    private @Nullable Address shown;

    private boolean isReferenced = true;
    private boolean isPaused;

    /** Without one, connections wait in the kernel. */
    private boolean hasTaker;

    ServerInlet(Loop loop, ConnectionLimits limits) {
        this.rate = new AcceptRate(loop, limits.maxPerSecond(), this::update);
    }

    /** A listen begins; its outcome is told by the other methods. */
    ServerOpening begin(ServerOpening started) {
        opening = started;
        started.referenced(isReferenced);
        return started;
    }

    void failed() {
        opening = null;
    }

    void opened(ListenHandle opened) {
        opening = null;
        handle = opened;
        shown = opened.localAddress();
        update();
    }

    void hasTaker() {
        hasTaker = true;
        update();
    }

    /** Whether connections are welcome, be they accepted or not. */
    boolean isOpen() {
        return handle() != null && hasTaker && !isPaused;
    }

    void paused(boolean isPaused) {
        this.isPaused = isPaused;
        update();
    }

    /** A connection was taken. */
    void taken() {
        if (rate.count()) {
            update();
        }
    }

    private void update() {
        if (handle != null && !isPaused && hasTaker && !rate.isSpent()) {
            handle.resume();
        } else if (handle != null) {
            handle.pause();
        }
    }

    /** Lets the server keep its loop alive, or not. */
    void referenced(boolean isReferenced) {
        this.isReferenced = isReferenced;
        if (opening != null) {
            opening.referenced(isReferenced);
        } else if (handle != null && isReferenced) {
            handle.ref();
        } else if (handle != null) {
            handle.unref();
        }
    }

    /** False if there is no listener whose own close will be told. */
    boolean close() {
        rate.stop();
        if (opening != null) {
            opening.cancel();
        }
        if (handle != null) {
            handle.close();
        }
        return handle != null;
    }

    boolean isGone() {
        return handle == null || handle.isClosed();
    }

    @Nullable ListenHandle handle() {
        return handle == null || handle.isClosing() ? null : handle;
    }

    /** Where it listens, or did; null before it has. */
    @Nullable Address shown() {
        return shown;
    }

    @Nullable Address address() {
        return handle == null ? null : handle.localAddress();
    }

    long shedCount() {
        return handle == null ? 0 : handle.shedCount();
    }

    long acceptErrorCount() {
        return handle == null ? 0 : handle.acceptErrorCount();
    }

    /** As {@link NetServer#toString} has it. */
    String text() {
        Address at = shown;
        String scheme = at instanceof IpAddress ? " tcp://" : " unix:";
        return at == null ? "" : scheme + at;
    }
}
