package dev.millrace.epoll;

import dev.millrace.kernel.DescriptorKind;
import dev.millrace.kernel.SystemError;
import dev.millrace.sys.Errno;
import dev.millrace.sys.Libc;
import dev.millrace.sys.Linux;
import dev.millrace.sys.SharedFile;
import dev.millrace.sys.Termios;
import java.io.IOException;

/**
 * Makes ports of descriptors that a user brings (rows B11, X72, X107). The open flags belong to the
 * description, which others may share: they are never changed here, and never trusted, because
 * another holder may change them at any time. Sockets are told MSG_DONTWAIT with every call; a
 * listener is asked before each accept(2); a pipe or a terminal is opened a second time,
 * non-blocking, through {@code /proc/self/fd} (proc(5)), which gives it a description of its own;
 * what can't be and does not block is served by calls that may wait ({@link SharedFile}).
 */
final class OpenDescriptor {
    private OpenDescriptor() {}

    static EpollPort watch(EpollSet set, int fd) throws IOException {
        refuseTwice(set, fd);
        return set.admit(new EpollWatch(set, fd));
    }

    static EpollPort serve(EpollSet set, int fd) throws IOException {
        refuseTwice(set, fd);
        DescriptorKind kind = DescriptorKind.of(fd);
        EpollPort port =
                switch (kind) {
                    case LISTENER -> set.register(listener(set, fd));
                    case TCP, UNIX -> set.register(connected(set, fd));
                    case UDP -> set.register(new EpollDatagram(set, fd));
                    case PIPE, TERMINAL, FILE, OTHER -> pipe(set, fd, kind);
                };
        port.isShared = true;
        port.isStandard = fd <= Linux.STDERR_FILENO;
        return port;
    }

    /** What has a peer does not listen; of a connection that was passed nothing else is asked. */
    static EpollPort connection(EpollSet set, int fd) throws IOException {
        refuseTwice(set, fd);
        if (set.libc.getsockopt(fd, Linux.SOL_SOCKET, Linux.SO_TYPE) != Linux.SOCK_STREAM) {
            throw SystemError.of(Errno.EINVAL, "open");
        }
        EpollPort port = set.register(connected(set, fd));
        port.isShared = true;
        return port;
    }

    private static void refuseTwice(EpollSet set, int fd) throws IOException {
        if (fd < 0) {
            throw SystemError.of(Errno.EBADF, "open");
        }
        if (set.ports.get(fd) != null) {
            throw SystemError.of(Errno.EEXIST, "open");
        }
    }

    private static EpollSocket listener(EpollSet set, int fd) {
        DescriptorShortage.keep(set.libc);
        EpollSocket socket = new EpollSocket(set, fd);
        socket.listensElsewhere();
        return socket;
    }

    /** One that is not connected is refused: connect(2) knows no MSG_DONTWAIT, and would block. */
    private static EpollSocket connected(EpollSet set, int fd) throws IOException {
        if (set.libc.getpeername(fd) == null) {
            throw SystemError.of(Errno.ENOTCONN, "open");
        }
        EpollSocket socket = new EpollSocket(set, fd);
        socket.connected();
        return socket;
    }

    private static EpollPipe pipe(EpollSet set, int fd, DescriptorKind kind) throws IOException {
        Libc libc = set.libc;
        int flags = EpollSet.check(libc.fcntl(fd, Linux.F_GETFL, 0), "fcntl");
        boolean isWriteOnly = (flags & Linux.O_ACCMODE) == Linux.O_WRONLY;
        int own = reopen(libc, fd, kind, flags);
        if (own < 0 && (flags & Linux.O_NONBLOCK) != 0) {
            return set.admit(new EpollPipe(set, fd, fd, isWriteOnly));
        }
        EpollSet.check(own, "open");
        try {
            EpollPipe pipe = set.admit(new EpollPipe(set, own, fd, isWriteOnly));
            // A second descriptor of its own, which no other port may have.
            set.ports.put(fd, pipe);
            return pipe;
        } catch (IOException refused) {
            libc.close(own);
            throw refused;
        }
    }

    /**
     * Only pipes and terminals are the same when they are opened again; other devices may be not
     * (opening the master side of a pseudo terminal makes a new terminal). The descriptor, or a
     * negated errno.
     */
    private static int reopen(Libc libc, int fd, DescriptorKind kind, int flags) {
        if (kind == DescriptorKind.FILE) {
            return -Errno.EPERM;
        }
        boolean isSame =
                kind == DescriptorKind.PIPE
                        || (kind == DescriptorKind.TERMINAL && !Termios.isMaster(libc, fd));
        if (!isSame) {
            return -Errno.EINVAL;
        }
        int own = Linux.O_NONBLOCK | Linux.O_CLOEXEC | Linux.O_NOCTTY;
        return libc.open("/proc/self/fd/" + fd, (flags & Linux.O_ACCMODE) | own);
    }
}
