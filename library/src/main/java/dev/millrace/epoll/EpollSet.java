package dev.millrace.epoll;

import dev.millrace.driver.Driver;
import dev.millrace.driver.PortEvents;
import dev.millrace.kernel.SystemError;
import dev.millrace.sys.Datagram;
import dev.millrace.sys.EpollEvents;
import dev.millrace.sys.Errno;
import dev.millrace.sys.Libc;
import dev.millrace.sys.Linux;
import dev.millrace.sys.Message;
import dev.millrace.sys.Waker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Objects;
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

    /** Every byte of this loop's channels passes through it; most loops have none. */
    private @Nullable Message message;

    private final EpollEvents events = new EpollEvents(EVENTS_MAX);
    private int epoll;

    private final int wake;

    /** For other threads: {@link #libc} belongs to the loop's. */
    private final Waker waker;

    final PortTable ports = new PortTable();
    private @Nullable EpollPort[] changed = new EpollPort[16];
    private int changedCount;
    private int generations;
    private long removals;
    private long removalsBefore;
    private boolean isSpoiled;

    /** What this poll tells, or the next one, without any readiness. */
    final DueEvents due = new DueEvents();

    /** What was accepted in this poll, and may be read at once. */
    final EarlyReads early = new EarlyReads(this);

    /** Reads that found nothing. */
    long emptyReads;

    /** Some port had no descriptor to accept with, and one was closed since. */
    private volatile boolean isFreed;

    /** A loop that shares a listener was woken for a connection, and did not accept it. */
    private volatile boolean isConnectionLeft;

    /** Its part in listeners that other sets have as well. */
    final AcceptShare share = new AcceptShare(this);

    EpollSet() throws IOException {
        libc.receivesInto(received);
        epoll = libc.epoll_create1(Linux.EPOLL_CLOEXEC);
        wake = libc.eventfd(0, Linux.EFD_CLOEXEC | Linux.EFD_NONBLOCK);
        waker = new Waker(wake);
        try {
            check(epoll, "epoll_create1");
            check(wake, "eventfd");
            check(addWaker(epoll), "epoll_ctl");
        } catch (IOException refused) {
            close();
            throw refused;
        }
    }

    private int addWaker(int set) {
        // Edge-triggered: each write is an edge of its own, so the counter never needs to be read.
        int bits = Linux.EPOLLIN | Linux.EPOLLET;
        return libc.epoll_ctl(set, Linux.EPOLL_CTL_ADD, wake, bits, WAKE_TAG);
    }

    static int check(int result, String syscall) throws IOException {
        if (result < 0) {
            throw SystemError.of(-result, syscall);
        }
        return result;
    }

    void poll(long upToNanos, Driver.Dispatcher dispatcher) {
        if (isSpoiled) {
            replace();
        }
        if (isConnectionLeft) {
            isConnectionLeft = false;
            lookAgain();
        }
        removalsBefore = removals;
        long mostNanos = share.limit(upToNanos);
        applyChanges();
        long timeoutNanos = due.isEmpty() ? mostNanos : 0;
        long deadline = timeoutNanos <= 0 ? 0 : System.nanoTime() + timeoutNanos;
        if (timeoutNanos != 0) {
            share.waits();
        }
        int count = libc.epoll_wait(epoll, events, millis(timeoutNanos));
        while (count == -Errno.EINTR) {
            long left =
                    timeoutNanos <= 0 ? timeoutNanos : Math.max(0, deadline - System.nanoTime());
            count = libc.epoll_wait(epoll, events, millis(left));
        }
        share.waited();
        if (count < 0) {
            // It was closed behind our back: nothing comes any more, and the number may be
            // another's.
            epoll = -1;
            throw new UncheckedIOException(SystemError.of(-count, "epoll_wait"));
        }
        for (int batch = 0; count > 0 && batch < BATCHES_MAX; batch++) {
            dispatch(count, dispatcher);
            if (count < EVENTS_MAX) {
                break;
            }
            applyChanges();
            count = libc.epoll_wait(epoll, events, 0);
        }
        early.dispatch(dispatcher);
        if (isFreed) {
            isFreed = false;
            tellFreed(dispatcher);
        }
        share.takeOffer(dispatcher);
        due.dispatch(dispatcher);
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
            EpollPort port = ports.get(fd);
            // An earlier callback of this batch may have closed the port, and the number may
            // already be another's (X71).
            if (port != null && port.tag() == tag) {
                port.ready = events.events(index);
                dispatcher.enter(port);
            } else if (removals == removalsBefore) {
                isSpoiled = true;
            }
        }
    }

    /**
     * An event came of a port that is gone, and none was closed in this poll: its descriptor was
     * closed behind our back while the description lives on elsewhere. It would report for ever,
     * and epoll_ctl can't name it any more; only another set is rid of it (rows X72, X107).
     */
    private void replace() {
        int fresh = libc.epoll_create1(Linux.EPOLL_CLOEXEC);
        if (fresh < 0 || addWaker(fresh) < 0) {
            // The next poll tries again.
            libc.close(fresh);
            return;
        }
        isSpoiled = false;
        libc.close(epoll);
        epoll = fresh;
        for (EpollPort port : ports.copy()) {
            if (port != null && port.armed != EpollPort.OUT_OF_SET) {
                port.armed = EpollPort.OUT_OF_SET;
                changed(port);
            }
        }
    }

    private void tellFreed(Driver.Dispatcher dispatcher) {
        for (EpollPort port : ports.copy()) {
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

    /** See {@link SharedWakeUps}. Any thread. */
    void connectionLeft() {
        isConnectionLeft = true;
        waker.wake();
    }

    /** A port that is added to a set is looked at by the kernel. */
    private void lookAgain() {
        for (EpollPort port : ports.copy()) {
            if (port != null && port.isExclusive()) {
                leave(port);
                share.comeBack(port);
            }
        }
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
            EpollPort port = Objects.requireNonNull(changed[index]);
            // A closed port must not live on here, nor its receiver (B14).
            changed[index] = null;
            port.isListed = false;
            if (!port.isClosed && port.armed != port.wanted) {
                apply(port);
            }
        }
        changedCount = 0;
    }

    private void apply(EpollPort port) {
        if (port.armed == EpollPort.OUT_OF_SET && (port.wanted == 0 || port.isSteppedBack)) {
            return;
        }
        if (port.fd < 0) {
            // Its number may be another's by now, which must not get its events.
            due.lost(port, Errno.EBADF);
            return;
        }
        if (port.isExclusive()) {
            rearmExclusive(port);
            return;
        }
        boolean isNew = port.armed == EpollPort.OUT_OF_SET;
        int operation = isNew ? Linux.EPOLL_CTL_ADD : Linux.EPOLL_CTL_MOD;
        control(operation, port, port.wanted);
    }

    private void control(int operation, EpollPort port, int bits) {
        int result = libc.epoll_ctl(epoll, operation, port.fd, bits, port.tag());
        if (result < 0) {
            lose(port, -result);
        } else {
            port.armed = port.wanted;
        }
    }

    /**
     * The set does not take {@code port}, who is told. If it isn't for want of room, the kernel
     * does not know the descriptor, or knows another one under its number (ENOENT): it was closed
     * behind our back (row X72).
     */
    void lose(EpollPort port, int errno) {
        if (errno != Errno.ENOSPC && errno != Errno.ENOMEM) {
            port.armed = EpollPort.OUT_OF_SET;
            ports.release(port.fd, port);
            port.fd = -1;
        }
        due.lost(port, errno == Errno.ENOENT ? Errno.EBADF : errno);
    }

    /**
     * EPOLLEXCLUSIVE wakes one of the sharing loops, not all; it can't be modified, only added
     * (epoll_ctl(2)).
     */
    private void rearmExclusive(EpollPort port) {
        leave(port);
        if (port.wanted != 0) {
            SharedWakeUps.join(this);
            control(Linux.EPOLL_CTL_ADD, port, port.wanted | Linux.EPOLLEXCLUSIVE);
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

    Message message() {
        if (message == null) {
            message = new Message(Driver.RECEIVE_MAX_BYTES);
        }
        return message;
    }

    /** The description of {@code fd} lives on elsewhere from now on (X107). */
    void shared(int fd) {
        EpollPort port = ports.get(fd);
        if (port != null) {
            port.isShared = true;
        }
    }

    int nextGeneration() {
        generations = (generations + 1) & Integer.MAX_VALUE;
        return generations;
    }

    <P extends EpollPort> P register(P port) {
        EpollPort before = ports.put(port.fd, port);
        if (before != null) {
            before.replaced(port.fd);
        }
        return port;
    }

    /**
     * Puts a port into the set at once, because only that shows whether it can be: a regular file
     * has no readiness (EPERM).
     */
    <P extends EpollPort> P admit(P port) throws IOException {
        int result = libc.epoll_ctl(epoll, Linux.EPOLL_CTL_ADD, port.fd, port.wanted, port.tag());
        if (result < 0) {
            // It may be listed as changed, and its number another's by the next poll.
            port.isClosed = true;
            throw SystemError.of(-result, "epoll_ctl");
        }
        port.armed = port.wanted;
        return register(port);
    }

    /** The port is no more; its descriptor is the caller's to close. */
    void remove(EpollPort port) {
        port.isClosed = true;
        removals++;
        port.attach(PortEvents.NONE);
        port.release();
        share.forget(port);
        if (port.isShared) {
            // The description lives on elsewhere, and close() alone would leave it in the set, to
            // report for ever (X107).
            leave(port);
        }
        ports.release(port.fd, port);
        if (port.isExclusive()) {
            SharedWakeUps.passOn(this);
        }
    }

    void close() {
        waker.close();
        libc.close(epoll);
        libc.close();
    }
}
