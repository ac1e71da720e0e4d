package dev.millrace.driver;

import dev.millrace.sys.Errno;
import dev.millrace.sys.Libc;
import dev.millrace.sys.Linux;
import dev.millrace.sys.SocketName;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The driver for Linux: level-triggered epoll(7), and completions imitated by trying first and
 * waiting for readiness on EAGAIN. Every trap of that is in {@code docs/design.md}.
 */
final class EpollDriver implements Driver {
    private final EpollSet set = new EpollSet();
    private final Libc libc = set.libc;
    private boolean isClosed;

    EpollDriver() throws IOException {}

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
        set.poll(timeoutNanos, dispatcher);
    }

    @Override
    public void wakeUp() {
        set.wakeUp();
    }

    @Override
    public Port socket(Address address) throws IOException {
        int family = SocketNames.of(address).family();
        int type = Linux.SOCK_STREAM | Linux.SOCK_NONBLOCK | Linux.SOCK_CLOEXEC;
        int fd = EpollSet.check(libc.socket(family, type, 0), "socket");
        return set.register(new EpollSocket(set, fd));
    }

    @Override
    public int bind(Port port, Address address) {
        return libc.bind(fd(port), SocketNames.of(address));
    }

    @Override
    public int listen(Port port, int backlog) {
        SpareDescriptor.keep(libc);
        EpollSocket listener = (EpollSocket) port;
        listener.role = EpollSocket.Role.LISTENER;
        return libc.listen(listener.fd, backlog);
    }

    @Override
    public void acceptStart(Port port, int perWakeUp) {
        ((EpollSocket) port).acceptStart(perWakeUp);
    }

    @Override
    public void acceptStop(Port port) {
        ((EpollSocket) port).unwant(Linux.EPOLLIN);
    }

    @Override
    public int connect(Port port, Address address) {
        EpollSocket connecting = (EpollSocket) port;
        int result = libc.connect(connecting.fd, SocketNames.of(address));
        if (result == -Errno.EINPROGRESS) {
            connecting.role = EpollSocket.Role.CONNECTING;
            connecting.want(Linux.EPOLLOUT);
        } else if (result == 0) {
            connecting.connected();
        }
        return result;
    }

    @Override
    public void readStart(Port port) {
        ((EpollSocket) port).readStart();
    }

    @Override
    public void readStop(Port port) {
        ((EpollSocket) port).readStop();
    }

    @Override
    public int tryWrite(Port port, byte[] array, int offset, int length) {
        return ((EpollSocket) port).tryWrite(array, offset, length);
    }

    @Override
    public void write(Port port, byte[] array, int offset, int length) {
        ((EpollSocket) port).park(array, offset, length);
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
    public int setOption(Port port, PortOption option, int value) {
        OptionPlace place = OptionPlace.of(option);
        return libc.setsockopt(fd(port), place.level(), place.name(), value);
    }

    @Override
    public int getOption(Port port, PortOption option) {
        OptionPlace place = OptionPlace.of(option);
        return libc.getsockopt(fd(port), place.level(), place.name());
    }

    @Override
    public void close(Port port) {
        EpollPort closing = (EpollPort) port;
        if (!closing.isClosed) {
            set.remove(closing);
            libc.close(closing.fd);
            SpareDescriptor.freed(libc);
        }
    }

    @Override
    public void reset(Port port) {
        libc.setLinger(fd(port), 0);
        close(port);
    }

    @Override
    public int chmod(UnixAddress path, int mode) {
        return libc.chmod(path.bytes(), mode);
    }

    @Override
    public void unlink(UnixAddress path) {
        libc.unlink(path.bytes());
    }

    @Override
    public Shared share(Port port) throws IOException {
        EpollSocket listener = (EpollSocket) port;
        listener.isShared = true;
        return new SharedDescriptor(duplicate(libc, listener.fd), EpollSocket.Role.LISTENER);
    }

    @Override
    public Shared detach(Port port) throws IOException {
        EpollSocket connection = (EpollSocket) port;
        Shared shared = new SharedDescriptor(duplicate(libc, connection.fd), connection.role);
        connection.isShared = true;
        close(connection);
        return shared;
    }

    @Override
    public Port adopt(Shared shared) throws IOException {
        SharedDescriptor descriptor = (SharedDescriptor) shared;
        EpollSocket port = new EpollSocket(set, duplicate(libc, descriptor.fd));
        port.isShared = true;
        port.role = descriptor.role;
        return set.register(port);
    }

    private static int duplicate(Libc libc, int fd) throws IOException {
        return EpollSet.check(libc.fcntl(fd, Linux.F_DUPFD_CLOEXEC, 0), "fcntl");
    }

    /** A duplicate that belongs to nobody's epoll set. */
    private record SharedDescriptor(int fd, EpollSocket.Role role) implements Shared {
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
        SpareDescriptor.forget(set);
        for (EpollPort port : set.ports()) {
            if (port != null) {
                close(port);
            }
        }
        set.close();
    }
}
