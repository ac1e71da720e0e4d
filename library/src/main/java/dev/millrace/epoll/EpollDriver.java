package dev.millrace.epoll;

import dev.millrace.driver.Capability;
import dev.millrace.driver.Driver;
import dev.millrace.driver.FileRegion;
import dev.millrace.driver.Port;
import dev.millrace.driver.SocketFile;
import dev.millrace.kernel.Address;
import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.KernelOption;
import dev.millrace.kernel.Readiness;
import dev.millrace.kernel.SystemError;
import dev.millrace.kernel.UnixAddress;
import dev.millrace.sys.Errno;
import dev.millrace.sys.FileIdentity;
import dev.millrace.sys.FileType;
import dev.millrace.sys.Libc;
import dev.millrace.sys.Linux;
import dev.millrace.sys.LockFile;
import dev.millrace.sys.SocketName;
import java.io.Closeable;
import java.io.IOException;
import java.net.NetworkInterface;
import java.util.Arrays;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The driver for Linux: level-triggered epoll(7), and completions imitated by trying first and
 * waiting for readiness on EAGAIN. Every trap of that is in {@code docs/design.md}.
 */
public final class EpollDriver implements Driver {
    private static final byte[] LOCK_SUFFIX = {'.', 'l', 'o', 'c', 'k'};

    private final EpollSet set = new EpollSet();
    private final Libc libc = set.libc;
    private boolean isClosed;

    public EpollDriver() throws IOException {}

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
    public void sendsFrom(byte[] array) {
        set.libc.sendsFrom(array);
    }

    @Override
    public void wakeUp() {
        set.wakeUp();
    }

    @Override
    public Port socket(Address address) throws IOException {
        return set.register(new EpollSocket(set, socket(address, Linux.SOCK_STREAM)));
    }

    @Override
    public Port datagram(Address address) throws IOException {
        return set.register(new EpollDatagram(set, socket(address, Linux.SOCK_DGRAM)));
    }

    private int socket(Address address, int type) throws IOException {
        int family = SocketNames.of(address).family();
        int flags = Linux.SOCK_NONBLOCK | Linux.SOCK_CLOEXEC;
        return EpollSet.check(libc.socket(family, type | flags, 0), "socket");
    }

    @Override
    public Port open(int descriptor) throws IOException {
        return OpenDescriptor.serve(set, descriptor);
    }

    @Override
    public Port openConnection(int descriptor) throws IOException {
        return OpenDescriptor.connection(set, descriptor);
    }

    @Override
    public Port watch(int descriptor) throws IOException {
        return OpenDescriptor.watch(set, descriptor);
    }

    @Override
    public void watchStart(Port port, Set<Readiness> interest) {
        ((EpollWatch) port).start(interest);
    }

    @Override
    public void watchStop(Port port) {
        ((EpollWatch) port).stop();
    }

    @Override
    public int bind(Port port, Address address) {
        return libc.bind(fd(port), SocketNames.of(address));
    }

    @Override
    public int listen(Port port, int backlog) {
        return ((EpollSocket) port).listen(backlog);
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
        return ((EpollPort) port).connect(SocketNames.of(address));
    }

    @Override
    public void readStart(Port port) {
        ((EpollPort) port).readStart();
    }

    @Override
    public void readStop(Port port) {
        ((EpollPort) port).readStop();
    }

    @Override
    public int tryWrite(Port port, byte[] array, int offset, int length) {
        return ((EpollPort) port).tryWrite(array, offset, length);
    }

    @Override
    public void write(Port port, byte[] array, int offset, int length) {
        ((EpollPort) port).park(array, offset, length);
    }

    @Override
    public int carryDescriptors(Port port) {
        return port instanceof EpollSocket socket ? socket.carryDescriptors() : -Errno.EINVAL;
    }

    @Override
    public int sendDescriptors(
            Port port, byte[] array, int offset, int length, int... descriptors) {
        return ((EpollSocket) port).sendDescriptors(array, offset, length, descriptors);
    }

    @Override
    public int duplicate(Port port) throws IOException {
        EpollPort served = (EpollPort) port;
        int duplicate = duplicate(libc, served.fd);
        set.shared(served.fd);
        return duplicate;
    }

    @Override
    public int release(Port port) {
        EpollPort released = (EpollPort) port;
        int fd = released.fd;
        // The set would go on to report it otherwise.
        released.isShared = true;
        set.remove(released);
        released.fd = -1;
        return fd;
    }

    @Override
    public void closeDescriptors(int... descriptors) {
        DescriptorTraffic.close(libc, descriptors);
    }

    @Override
    public int disconnect(Port port) {
        return ((EpollDatagram) port).disconnect();
    }

    @Override
    public int trySend(Port port, byte[] array, int offset, int length, @Nullable Address to) {
        return ((EpollDatagram) port).trySend(array, offset, length, to);
    }

    @Override
    public void awaitWritable(Port port) {
        ((EpollPort) port).awaitWritable();
    }

    @Override
    public boolean sendsFiles(Port port) {
        return port instanceof EpollSocket socket && socket.sendsFiles();
    }

    @Override
    public int trySendFile(Port port, FileRegion region, int offset, int length) {
        return ((EpollSocket) port).sendFile(region, offset, length);
    }

    @Override
    public int membership(
            Port port,
            IpAddress group,
            @Nullable NetworkInterface networkInterface,
            @Nullable IpAddress source,
            boolean isJoining) {
        return ((EpollDatagram) port).membership(group, networkInterface, source, isJoining);
    }

    @Override
    public int multicastInterface(Port port, NetworkInterface networkInterface) {
        return ((EpollDatagram) port).multicastInterface(networkInterface);
    }

    @Override
    public int shutdown(Port port) {
        return ((EpollPort) port).shutdown();
    }

    @Override
    public boolean endsByClose(Port port) {
        return !((EpollPort) port).isShared;
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
    public int setOption(Port port, KernelOption option, int value) {
        return OptionPlace.set(libc, fd(port), option, value);
    }

    @Override
    public int getOption(Port port, KernelOption option) {
        return OptionPlace.get(libc, fd(port), option);
    }

    @Override
    public void close(Port port) {
        EpollPort closing = (EpollPort) port;
        if (!closing.isClosed) {
            set.remove(closing);
            closing.closeDescriptor();
            DescriptorShortage.freed(libc);
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
    public @Nullable SocketFile file(UnixAddress path) {
        FileIdentity found = FileIdentity.of(libc, path.bytes());
        return found == null ? null : new SocketFile(found, found.type() == FileType.S_IFSOCK);
    }

    @Override
    public Closeable lock(UnixAddress path) throws IOException {
        byte[] beside = Arrays.copyOf(path.bytes(), path.bytes().length + LOCK_SUFFIX.length);
        int end = beside.length - LOCK_SUFFIX.length;
        System.arraycopy(LOCK_SUFFIX, 0, beside, end, LOCK_SUFFIX.length);
        LockFile lock = new LockFile(beside);
        int result = lock.take(libc);
        if (result < 0) {
            int errno = result == -Errno.ENOENT ? Errno.EACCES : -result;
            throw SystemError.of(errno, "listen", path);
        }
        return () -> lock.release(libc);
    }

    @Override
    public Shared share(Port port) throws IOException {
        EpollSocket listener = (EpollSocket) port;
        listener.isShared = true;
        int duplicate = duplicate(libc, listener.fd);
        return new SharedDescriptor(
                duplicate, EpollSocket.Role.LISTENER, listener.isForeign(), listener.shareTurns());
    }

    @Override
    public Shared detach(Port port) throws IOException {
        EpollSocket connection = (EpollSocket) port;
        int duplicate = duplicate(libc, connection.fd);
        Shared shared = new SharedDescriptor(duplicate, connection.role, false, null);
        connection.isShared = true;
        close(connection);
        return shared;
    }

    @Override
    public Port adopt(Shared shared) throws IOException {
        SharedDescriptor descriptor = (SharedDescriptor) shared;
        EpollSocket port = new EpollSocket(set, duplicate(libc, descriptor.fd));
        port.isShared = true;
        if (descriptor.turns != null) {
            port.joinTurns(descriptor.turns);
        }
        port.role = descriptor.role;
        if (port.role == EpollSocket.Role.STREAM) {
            port.expectPeer();
        } else if (descriptor.isForeign) {
            port.listensElsewhere();
        }
        return set.register(port);
    }

    private static int duplicate(Libc libc, int fd) throws IOException {
        return EpollSet.check(libc.fcntl(fd, Linux.F_DUPFD_CLOEXEC, 0), "fcntl");
    }

    /** A duplicate that belongs to no epoll set. */
    private record SharedDescriptor(
            int fd, EpollSocket.Role role, boolean isForeign, @Nullable AcceptTurns turns)
            implements Shared {
        @Override
        public void close() {
            try (Libc libc = new Libc()) {
                libc.close(fd);
                DescriptorShortage.freed(libc);
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
        DescriptorShortage.forget(set);
        SharedWakeUps.forget(set);
        for (EpollPort port : set.ports.copy()) {
            if (port != null) {
                close(port);
            }
        }
        set.close();
    }
}
