package dev.millrace.kernel;

import dev.millrace.sys.Errno;
import dev.millrace.sys.FileType;
import dev.millrace.sys.Libc;
import dev.millrace.sys.Linux;
import dev.millrace.sys.Termios;
import java.io.IOException;

/** What stands behind a descriptor that was opened elsewhere: libuv's {@code uv_guess_handle}. */
public enum DescriptorKind {
    /** A stream socket over IPv4 or IPv6. */
    TCP,
    /** A stream socket in the Unix domain, a socketpair(2) for instance. */
    UNIX,
    /** A stream socket that listens, TCP or Unix. */
    LISTENER,
    /** A datagram socket over IPv4 or IPv6. */
    UDP,
    /** A pipe(7) or fifo(7). */
    PIPE,
    /** A terminal. */
    TERMINAL,
    /** A regular file, or a device that behaves like one, as {@code /dev/null} does. */
    FILE,
    /** Anything else: a folder, an eventfd(2), another family's socket. */
    OTHER;

    /**
     * The kind of {@code descriptor}. Any thread; needs native access, on Linux.
     *
     * @throws IOException EBADF
     */
    public static DescriptorKind of(int descriptor) throws IOException {
        try (Libc libc = new Libc()) {
            return of(libc, descriptor);
        }
    }

    private static DescriptorKind of(Libc libc, int fd) throws IOException {
        int type = libc.getsockopt(fd, Linux.SOL_SOCKET, Linux.SO_TYPE);
        if (type >= 0) {
            boolean isListening = libc.getsockopt(fd, Linux.SOL_SOCKET, Linux.SO_ACCEPTCONN) == 1;
            return isListening
                    ? LISTENER
                    : ofSocket(type, libc.getsockopt(fd, Linux.SOL_SOCKET, Linux.SO_DOMAIN));
        }
        if (type != -Errno.ENOTSOCK) {
            throw SystemError.of(-type, "getsockopt");
        }
        if (Termios.isTerminal(libc, fd)) {
            return TERMINAL;
        }
        return switch (FileType.of(libc, fd)) {
            case FileType.S_IFIFO -> PIPE;
            case FileType.S_IFREG, FileType.S_IFCHR -> FILE;
            default -> OTHER;
        };
    }

    private static DescriptorKind ofSocket(int type, int domain) {
        boolean isIp = domain == Linux.AF_INET || domain == Linux.AF_INET6;
        if (type == Linux.SOCK_STREAM && (isIp || domain == Linux.AF_UNIX)) {
            return isIp ? TCP : UNIX;
        }
        return type == Linux.SOCK_DGRAM && isIp ? UDP : OTHER;
    }
}
