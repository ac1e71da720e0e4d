package dev.millrace.loop;

import dev.millrace.sys.EpollEvents;
import dev.millrace.sys.Errno;
import dev.millrace.sys.Libc;
import dev.millrace.sys.Linux;
import dev.millrace.sys.SocketName;
import dev.millrace.sys.Waker;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The driver for Linux: level-triggered epoll(7), and completions imitated by trying first and
 * waiting for readiness on EAGAIN. Every trap of that is in DESIGN section 4 of the project's
 * documents, and in {@code docs/design.md}.
 */
final class EpollDriver implements Driver {
    private static final int EVENTS_MAX = 1024;

    /** Full batches taken per poll before the other phases get their turn (row A9). */
    private static final int BATCHES_MAX = 48;

    private static final long NANOS_PER_MILLI = 1_000_000;

    /** The tag of the wake-up descriptor; no port has a negative generation. */
    private static final long WAKE_TAG = -1;

    final Libc libc = new Libc();

    /** Every read of this loop lands here, and is lent from here (E2). */
    final byte[] received = new byte[RECEIVE_MAX_BYTES];

    private final EpollEvents events = new EpollEvents(EVENTS_MAX);
    private final int epoll;
    private final int wake;

    /** For other threads: {@link #libc} belongs to the loop's. */
    private final Waker waker;

    private @Nullable EpollPort[] ports = new EpollPort[64];
    private EpollPort[] changed = new EpollPort[16];
    private int changedCount;
    private int generations;
    private boolean isClosed;

    EpollDriver() throws IOException {
        epoll = check(libc.epoll_create1(Linux.EPOLL_CLOEXEC), "epoll_create1");
        wake = check(libc.eventfd(0, Linux.EFD_CLOEXEC | Linux.EFD_NONBLOCK), "eventfd");
        waker = new Waker(wake);
        // Edge-triggered: each write is an edge of its own, so the counter never needs to be read.
        libc.epoll_ctl(epoll, Linux.EPOLL_CTL_ADD, wake, Linux.EPOLLIN | Linux.EPOLLET, WAKE_TAG);
    }

    private static int check(int result, String syscall) throws IOException {
        if (result < 0) {
            throw SystemError.of(-result, syscall);
        }
        return result;
    }

    @Override
    public String name() {
        return "epoll";
    }

    @Override
    public boolean supports(Capability capability) {
        return true;
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public void poll(long timeoutNanos, Dispatcher dispatcher) {
        applyChanges();
        long deadline = timeoutNanos <= 0 ? 0 : nanoTime() + timeoutNanos;
        int count = libc.epoll_wait(epoll, events, millis(timeoutNanos));
        while (count == -Errno.EINTR) {
            long left = timeoutNanos <= 0 ? timeoutNanos : Math.max(0, deadline - nanoTime());
            count = libc.epoll_wait(epoll, events, millis(left));
        }
        for (int batch = 0; count > 0 && batch < BATCHES_MAX; batch++) {
            dispatch(count, dispatcher);
            if (count < EVENTS_MAX) {
                return;
            }
            applyChanges();
            count = libc.epoll_wait(epoll, events, 0);
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

    private void dispatch(int count, Dispatcher dispatcher) {
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
        if (port.role == EpollPort.Role.LISTENER && port.isShared) {
            rearmShared(port);
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
    private void rearmShared(EpollPort port) {
        leave(port);
        if (port.wanted != 0) {
            libc.epoll_ctl(
                    epoll,
                    Linux.EPOLL_CTL_ADD,
                    port.fd,
                    port.wanted | Linux.EPOLLEXCLUSIVE,
                    port.tag());
            port.armed = port.wanted;
        }
    }

    void leave(EpollPort port) {
        if (port.armed != EpollPort.OUT_OF_SET) {
            libc.epoll_ctl(epoll, Linux.EPOLL_CTL_DEL, port.fd, 0, 0);
            port.armed = EpollPort.OUT_OF_SET;
        }
    }

    @Override
    public void wakeUp() {
        waker.wake();
    }

    @Override
    public Port socket(Address address) throws IOException {
        int family = SocketNames.of(address).family();
        int type = Linux.SOCK_STREAM | Linux.SOCK_NONBLOCK | Linux.SOCK_CLOEXEC;
        return register(check(libc.socket(family, type, 0), "socket"));
    }

    private EpollPort register(int fd) {
        if (fd >= ports.length) {
            ports = Arrays.copyOf(ports, Math.max(fd + 1, ports.length * 2));
        }
        generations = (generations + 1) & Integer.MAX_VALUE;
        EpollPort port = new EpollPort(this, fd, generations);
        ports[fd] = port;
        return port;
    }

    @Override
    public int bind(Port port, Address address) {
        return libc.bind(fd(port), SocketNames.of(address));
    }

    @Override
    public int listen(Port port, int backlog) {
        EpollPort listener = (EpollPort) port;
        listener.role = EpollPort.Role.LISTENER;
        return libc.listen(listener.fd, backlog);
    }

    @Override
    public void acceptStart(Port port) {
        ((EpollPort) port).want(Linux.EPOLLIN);
    }

    @Override
    public void acceptStop(Port port) {
        ((EpollPort) port).unwant(Linux.EPOLLIN);
    }

    @Nullable EpollPort accept(EpollPort listener) {
        int fd = libc.accept4(listener.fd, Linux.SOCK_NONBLOCK | Linux.SOCK_CLOEXEC);
        if (fd >= 0) {
            return register(fd);
        }
        // EAGAIN: a sibling was faster. ECONNABORTED: the peer has left already (row D3).
        if (fd != -Errno.EAGAIN && fd != -Errno.ECONNABORTED) {
            listener.events().onAcceptError(-fd);
        }
        return null;
    }

    @Override
    public int connect(Port port, Address address) {
        EpollPort connecting = (EpollPort) port;
        int result = libc.connect(connecting.fd, SocketNames.of(address));
        if (result == -Errno.EINPROGRESS) {
            connecting.role = EpollPort.Role.CONNECTING;
            connecting.want(Linux.EPOLLOUT);
        }
        return result;
    }

    @Override
    public void readStart(Port port) {
        ((EpollPort) port).want(Linux.EPOLLIN);
    }

    @Override
    public void readStop(Port port) {
        ((EpollPort) port).unwant(Linux.EPOLLIN);
    }

    @Override
    public int tryWrite(Port port, byte[] array, int offset, int length) {
        int done = 0;
        while (done < length) {
            int want = Math.min(length - done, Libc.TRANSFER_MAX_BYTES);
            int count = libc.send(fd(port), array, offset + done, want);
            if (count < 0 && count != -Errno.EAGAIN) {
                return count;
            }
            done += Math.max(0, count);
            if (count < want) {
                break;
            }
        }
        return done;
    }

    @Override
    public void write(Port port, byte[] array, int offset, int length) {
        ((EpollPort) port).park(array, offset, length);
    }

    @Override
    public int shutdown(Port port) {
        return libc.shutdown(fd(port), Linux.SHUT_WR);
    }

    @Override
    public @Nullable Address localAddress(Port port) {
        SocketName name = libc.getsockname(fd(port));
        return name == null ? null : SocketNames.of(name);
    }

    @Override
    public @Nullable Address remoteAddress(Port port) {
        SocketName name = libc.getpeername(fd(port));
        return name == null ? null : SocketNames.of(name);
    }

    @Override
    public int setOption(Port port, Option option, int value) {
        int fd = fd(port);
        return switch (option) {
            case NO_DELAY -> libc.setsockopt(fd, Linux.IPPROTO_TCP, Linux.TCP_NODELAY, value);
            case KEEP_ALIVE -> libc.setsockopt(fd, Linux.SOL_SOCKET, Linux.SO_KEEPALIVE, value);
            case REUSE_ADDRESS -> libc.setsockopt(fd, Linux.SOL_SOCKET, Linux.SO_REUSEADDR, value);
            case REUSE_PORT -> libc.setsockopt(fd, Linux.SOL_SOCKET, Linux.SO_REUSEPORT, value);
            case IPV6_ONLY -> libc.setsockopt(fd, Linux.IPPROTO_IPV6, Linux.IPV6_V6ONLY, value);
            case RECEIVE_BUFFER_BYTES ->
                    libc.setsockopt(fd, Linux.SOL_SOCKET, Linux.SO_RCVBUF, value);
            case SEND_BUFFER_BYTES -> libc.setsockopt(fd, Linux.SOL_SOCKET, Linux.SO_SNDBUF, value);
        };
    }

    @Override
    public void close(Port port) {
        EpollPort closing = (EpollPort) port;
        if (closing.isClosed) {
            return;
        }
        closing.isClosed = true;
        closing.attach(PortEvents.NONE);
        if (closing.isShared) {
            leave(closing);
        }
        ports[closing.fd] = null;
        libc.close(closing.fd);
    }

    @Override
    public void reset(Port port) {
        libc.setLinger(fd(port), 0);
        close(port);
    }

    @Override
    public void unlink(UnixAddress path) {
        libc.unlink(path.bytes());
    }

    @Override
    public Shared share(Port port) throws IOException {
        EpollPort listener = (EpollPort) port;
        listener.isShared = true;
        return new SharedDescriptor(duplicate(libc, listener.fd));
    }

    @Override
    public Port adopt(Shared shared) throws IOException {
        EpollPort port = register(duplicate(libc, ((SharedDescriptor) shared).fd));
        port.isShared = true;
        port.role = EpollPort.Role.LISTENER;
        return port;
    }

    private static int duplicate(Libc libc, int fd) throws IOException {
        return check(libc.fcntl(fd, Linux.F_DUPFD_CLOEXEC, 0), "fcntl");
    }

    /** A duplicate that belongs to nobody's epoll set. */
    private record SharedDescriptor(int fd) implements Shared {
        @Override
        public void close() {
            try (Libc libc = new Libc()) {
                libc.close(fd);
            }
        }
    }

    private static int fd(Port port) {
        return ((EpollPort) port).fd;
    }

    @Override
    public void close() {
        if (isClosed) {
            return;
        }
        isClosed = true;
        for (EpollPort port : ports) {
            if (port != null) {
                close(port);
            }
        }
        waker.close();
        libc.close(epoll);
        libc.close();
    }
}
