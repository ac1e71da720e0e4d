package dev.millrace.epoll;

import dev.millrace.driver.Driver;
import dev.millrace.sys.Linux;
import java.util.ArrayList;
import java.util.List;

/**
 * Connections that were accepted in this poll, and are read before they enter the set.
 *
 * <p>A client that speaks first, and a server with more to do than to wait, meet with the request
 * there already: a read finds it without epoll_ctl(2) and another epoll_wait(2), and one that is
 * answered and closed never enters the set. Where clients are slower the read is for nothing, so it
 * is tried as long as it pays, and once in a while after that.
 */
final class EarlyReads {
    /** Reads for nothing before it is given up. */
    private static final int MISSES_MAX = 4;

    /** Connections not read early before one is tried again. */
    private static final int SKIPPED_MAX = 16;

    private final EpollSet set;
    private final List<EpollSocket> accepted = new ArrayList<>();

    /** Reads for nothing since the last one that brought bytes. */
    private int misses = MISSES_MAX;

    private int skipped;

    EarlyReads(EpollSet set) {
        this.set = set;
    }

    void accepted(EpollSocket connection) {
        if (misses < MISSES_MAX || ++skipped >= SKIPPED_MAX) {
            skipped = 0;
            accepted.add(connection);
        }
    }

    void dispatch(Driver.Dispatcher dispatcher) {
        // What is accepted meanwhile is of the next poll: a callback does not accept.
        for (int at = 0; at < accepted.size(); at++) {
            EpollSocket connection = accepted.get(at);
            if (!connection.isClosed && connection.wants(Linux.EPOLLIN)) {
                long emptyReads = set.emptyReads;
                connection.ready = Linux.EPOLLIN;
                dispatcher.enter(connection);
                misses = set.emptyReads == emptyReads ? 0 : misses + 1;
            }
        }
        accepted.clear();
    }
}
