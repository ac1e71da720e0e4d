package dev.millrace.epoll;

import java.util.HashSet;
import java.util.Set;

/**
 * The epoll sets of this process with listeners on shared descriptions. EPOLLEXCLUSIVE wakes one of
 * them for a connection (epoll_ctl(2)). If an earlier callback of that one's batch has paused or
 * closed its listener, no loop accepts, and the client would wait until another one comes: so it
 * tells the others to look.
 */
final class SharedWakeUps {
    private static final Set<EpollSet> SETS = new HashSet<>();

    private SharedWakeUps() {}

    /** {@code set} has such a listener. */
    static synchronized void join(EpollSet set) {
        SETS.add(set);
    }

    /** {@code set} is closed. */
    static synchronized void forget(EpollSet set) {
        SETS.remove(set);
    }

    /** {@code from} may have been woken for a connection that it does not accept. */
    static synchronized void passOn(EpollSet from) {
        for (EpollSet set : SETS) {
            if (set != from) {
                set.connectionLeft();
            }
        }
    }
}
