package dev.millrace.epoll;

import dev.millrace.driver.Driver;
import dev.millrace.sys.Linux;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What one set has to do with listeners that other sets have as well; see {@link AcceptTurns}. */
final class AcceptShare {
    private final EpollSet set;

    /** Those that have left the set for a moment. */
    private final List<EpollPort> steppedBack = new ArrayList<>(0);

    /** When the first of them is to be back, and with it the others. */
    private long returnNanos;

    /** Some loop offered a connection of this port; any thread sets it, the set's takes it. */
    private volatile @Nullable EpollSocket offered;

    /**
     * Connections that came by shared listeners and are open; changed by the set's thread alone.
     */
    private volatile int accepted;

    /** The set waits for events, and shares a listener. */
    private volatile boolean isWaiting;

    private boolean isSharing;

    AcceptShare(EpollSet set) {
        this.set = set;
    }

    /** The set has such a listener. */
    void begin() {
        isSharing = true;
    }

    int accepted() {
        return accepted;
    }

    void count(int difference) {
        accepted = accepted + difference;
    }

    void waits() {
        if (isSharing) {
            isWaiting = true;
        }
    }

    void waited() {
        if (isSharing) {
            isWaiting = false;
        }
    }

    /** Whether an {@link #offer} is going to be looked at soon. Any thread. */
    boolean canBeOffered() {
        return isWaiting && offered == null;
    }

    /** A connection waits at {@code port}, which is of this set. Any thread. */
    void offer(EpollSocket port) {
        offered = port;
        set.wakeUp();
    }

    void takeOffer(Driver.Dispatcher dispatcher) {
        EpollSocket port = offered;
        if (port == null) {
            return;
        }
        offered = null;
        if (port.isClosed || !port.wants(Linux.EPOLLIN)) {
            SharedWakeUps.passOn(set);
            return;
        }
        comeBack(port);
        port.ready = Linux.EPOLLIN;
        dispatcher.enter(port);
    }

    /** {@code port} leaves it to others to accept, for a moment. */
    void stepBack(EpollPort port) {
        set.leave(port);
        if (steppedBack.isEmpty()) {
            returnNanos = System.nanoTime() + AcceptTurns.RETURN_NANOS;
        }
        port.isSteppedBack = true;
        steppedBack.add(port);
    }

    void comeBack(EpollPort port) {
        forget(port);
        set.changed(port);
    }

    void forget(EpollPort port) {
        if (port.isSteppedBack) {
            port.isSteppedBack = false;
            steppedBack.remove(port);
        }
    }

    /** Lets those return whose time has come; how long a wait that may be {@code nanos} can be. */
    long limit(long nanos) {
        if (steppedBack.isEmpty()) {
            return nanos;
        }
        long left = returnNanos - System.nanoTime();
        if (left <= 0) {
            List.copyOf(steppedBack).forEach(this::comeBack);
            return nanos;
        }
        return nanos < 0 ? left : Math.min(nanos, left);
    }
}
