package dev.millrace.driver;

import dev.millrace.sys.Datagram;
import dev.millrace.sys.EpollEvents;
import dev.millrace.sys.Errno;
import dev.millrace.sys.Libc;
import dev.millrace.sys.Linux;
import dev.millrace.sys.Waker;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * An epoll set and the ports in it: finds the port of an event, and brings what the ports want to
 * hear of in line with what the kernel knows, right before a wait (row A8).
 */
final class EpollSet {
    private static final int EVENTS_MAX = 1024;

    /** Full batches taken per poll before the other phases get their turn (row A9). */
    private static final int BATCHES_MAX = 48;

    private static final long NANOS_PER_MILLI = 1_000_000;

    /** The tag of the wake-up descriptor; no port has a negative generation. */
    private static final long WAKE_TAG = -1;

    final Libc libc = new Libc();

    /** Every read of this loop lands here, and is lent from here (E2). */
    final byte[] received = new byte[Driver.RECEIVE_MAX_BYTES];

    /** Every addressed datagram of this loop passes through it; most loops never need it. */
    private @Nullable Datagram datagram;

    private final EpollEvents events = new EpollEvents(EVENTS_MAX);
    private final int epoll;

    /** For other threads: {@link #libc} belongs to the loop's. */
    private final Waker waker;

    private @Nullable EpollPort[] ports = new EpollPort[64];
    private EpollPort[] changed = new EpollPort[16];
    private int changedCount;
    private int generations;

    /** Some port had no descriptor to accept with, and one was closed since. */
    private volatile boolean isFreed;

    EpollSet() throws IOException {
        epoll = check(libc.epoll_create1(Linux.EPOLL_CLOEXEC), "epoll_create1");
        int wake = check(libc.eventfd(0, Linux.EFD_CLOEXEC | Linux.EFD_NONBLOCK), "eventfd");
        waker = new Waker(wake);
        // Edge-triggered: each write is an edge of its own, so the counter never needs to be read.
        libc.epoll_ctl(epoll, Linux.EPOLL_CTL_ADD, wake, Linux.EPOLLIN | Linux.EPOLLET, WAKE_TAG);
    }

    static int check(int result, String syscall) throws IOException {
        if (result < 0) {
            throw SystemError.of(-result, syscall);
        }
        return result;
    }

    void poll(long timeoutNanos, Driver.Dispatcher dispatcher) {
        applyChanges();
        long deadline = timeoutNanos <= 0 ? 0 : System.nanoTime() + timeoutNanos;
        int count = libc.epoll_wait(epoll, events, millis(timeoutNanos));
        while (count == -Errno.EINTR) {
            long left =
                    timeoutNanos <= 0 ? timeoutNanos : Math.max(0, deadline - System.nanoTime());
            count = libc.epoll_wait(epoll, events, millis(left));
        }
        for (int batch = 0; count > 0 && batch < BATCHES_MAX; batch++) {
            dispatch(count, dispatcher);
            if (count < EVENTS_MAX) {
                break;
            }
            applyChanges();
            count = libc.epoll_wait(epoll, events, 0);
        }
        if (isFreed) {
            isFreed = false;
            tellFreed(dispatcher);
        }
    }

    /**
     * Rounds up: a timer must not find that it is still too early, and wait once more for nothing.
     */
    private static int millis(long nanos) {
        if (nanos <= 0) {
            return nanos == 0 ? 0 : -1;
        }
        return (int) Math.min(Integer.MAX_VALUE, (nanos + NANOS_PER_MILLI - 1) / NANOS_PER_MILLI);
    }

    private void dispatch(int count, Driver.Dispatcher dispatcher) {
        for (int index = 0; index < count; index++) {
            long tag = events.data(index);
            if (tag == WAKE_TAG) {
                continue;
            }
            int fd = (int) tag;
            EpollPort port = fd < ports.length ? ports[fd] : null;
            // An earlier callback of this batch may have closed the port, and the number may
            // already be another's (X71).
            if (port != null && port.tag() == tag) {
                port.ready = events.events(index);
                dispatcher.enter(port);
            }
        }
    }

    private void tellFreed(Driver.Dispatcher dispatcher) {
        for (EpollPort port : ports.clone()) {
            if (port != null && port.isStarving && !port.isClosed) {
                port.ready = 0;
                dispatcher.enter(port);
            }
        }
    }

    /** A descriptor was closed while some port wanted one. Any thread. */
    void descriptorFreed() {
        isFreed = true;
        waker.wake();
    }

    void wakeUp() {
        waker.wake();
    }

    void changed(EpollPort port) {
        if (!port.isListed) {
            port.isListed = true;
            if (changedCount == changed.length) {
                changed = Arrays.copyOf(changed, changedCount * 2);
            }
            changed[changedCount++] = port;
        }
    }

    private void applyChanges() {
        for (int index = 0; index < changedCount; index++) {
            EpollPort port = changed[index];
            port.isListed = false;
            if (!port.isClosed && port.armed != port.wanted) {
                apply(port);
            }
        }
        changedCount = 0;
    }

    private void apply(EpollPort port) {
        if (port.armed == EpollPort.OUT_OF_SET && port.wanted == 0) {
            return;
        }
        if (port.isExclusive()) {
            rearmExclusive(port);
            return;
        }
        boolean isNew = port.armed == EpollPort.OUT_OF_SET;
        int operation = isNew ? Linux.EPOLL_CTL_ADD : Linux.EPOLL_CTL_MOD;
        libc.epoll_ctl(epoll, operation, port.fd, port.wanted, port.tag());
        port.armed = port.wanted;
    }

    /**
     * EPOLLEXCLUSIVE wakes one of the sharing loops, not all; it can't be modified, only added
     * (epoll_ctl(2)).
     */
    private void rearmExclusive(EpollPort port) {
        leave(port);
        if (port.wanted != 0) {
            int events = port.wanted | Linux.EPOLLEXCLUSIVE;
            libc.epoll_ctl(epoll, Linux.EPOLL_CTL_ADD, port.fd, events, port.tag());
            port.armed = port.wanted;
        }
    }

    /** Takes the port out of the set; it comes back when it wants something. */
    void leave(EpollPort port) {
        if (port.armed != EpollPort.OUT_OF_SET) {
            libc.epoll_ctl(epoll, Linux.EPOLL_CTL_DEL, port.fd, 0, 0);
            port.armed = EpollPort.OUT_OF_SET;
        }
    }

    Datagram datagram() {
        if (datagram == null) {
            datagram = new Datagram(Driver.RECEIVE_MAX_BYTES);
        }
        return datagram;
    }

    /** Whether a port has this descriptor already. */
    boolean holds(int fd) {
        return fd < ports.length && ports[fd] != null;
    }

    int nextGeneration() {
        generations = (generations + 1) & Integer.MAX_VALUE;
        return generations;
    }

    <P extends EpollPort> P register(P port) {
        if (port.fd >= ports.length) {
            ports = Arrays.copyOf(ports, Math.max(port.fd + 1, ports.length * 2));
        }
        ports[port.fd] = port;
        return port;
    }

    /** The port is no more; its descriptor is the caller's to close. */
    void remove(EpollPort port) {
        port.isClosed = true;
        port.attach(PortEvents.NONE);
        if (port.isShared) {
            // The description lives on elsewhere, and close() alone would leave it in the set, to
            // report for ever (X107).
            leave(port);
        }
        ports[port.fd] = null;
    }

    /** The ports that are still open. */
    @Nullable EpollPort[] ports() {
        return ports.clone();
    }

    void close() {
        waker.close();
        libc.close(epoll);
        libc.close();
    }
}
