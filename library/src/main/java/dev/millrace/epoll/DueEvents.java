package dev.millrace.epoll;

import dev.millrace.driver.Driver;
import dev.millrace.driver.Guarded;
import java.util.ArrayDeque;

/** What an {@link EpollSet} has to tell its ports without waiting for readiness; mostly nothing. */
final class DueEvents {
    private final ArrayDeque<Due> due = new ArrayDeque<>(0);

    /**
     * One of them.
     *
     * @param errno what the port was lost with; 0: it is to act as if it were ready
     * @param bits what it is to be ready for
     */
    private record Due(EpollPort port, int errno, int bits) implements Guarded {
        @Override
        public void call() throws Exception {
            if (port.isClosed) {
                return;
            }
            if (errno != 0) {
                port.lost(errno);
            } else {
                port.ready = bits;
                port.call();
            }
        }

        @Override
        public void failed(Throwable thrown) {
            port.failed(thrown);
        }
    }

    boolean isEmpty() {
        return due.isEmpty();
    }

    /** {@code port} has no descriptor any more. */
    void lost(EpollPort port, int errno) {
        due.add(new Due(port, errno, 0));
    }

    /** {@code port} is to try what {@code bits} would be readiness for. */
    void ready(EpollPort port, int bits) {
        due.add(new Due(port, 0, bits));
    }

    void dispatch(Driver.Dispatcher dispatcher) {
        for (Due next = due.poll(); next != null; next = due.poll()) {
            dispatcher.enter(next);
        }
    }
}
