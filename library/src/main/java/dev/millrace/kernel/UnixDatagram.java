package dev.millrace.kernel;

import dev.millrace.sys.Errno;
import dev.millrace.sys.Libc;
import dev.millrace.sys.Linux;
import dev.millrace.sys.Message;
import dev.millrace.sys.SocketName;
import java.io.IOException;
import java.util.List;

/**
 * A single datagram for a socket of the Unix domain (unix(7)), and descriptors with it: how a
 * service manager takes notices. Any thread; needs native access, on Linux.
 *
 * {@snippet class="dev.millrace.kernel.UnixDatagramTest" region="send"}
 */
public final class UnixDatagram {
    private UnixDatagram() {}

    /**
     * Sends {@code bytes} from a socket of its own, at once or not at all: it never waits. The
     * receiver gets duplicates of {@code descriptors}, which stay the caller's.
     *
     * @throws IOException EAGAIN if the receiver has too much to read, ENOENT or ECONNREFUSED if
     *     there is none, EMSGSIZE if that is too much for one datagram, EMFILE, or another one
     * @throws IllegalArgumentException without a byte, or with more than 253 descriptors
     * @throws IllegalStateException if a descriptor is closed or released
     */
    public static void send(UnixAddress to, byte[] bytes, List<Descriptor> descriptors)
            throws IOException {
        if (bytes.length == 0 || descriptors.size() > Message.DESCRIPTORS_MAX) {
            throw new IllegalArgumentException(
                    bytes.length == 0
                            ? "a datagram without a byte: send one at least"
                            : "at most 253 descriptors at once, not " + descriptors.size());
        }
        int[] numbers = descriptors.stream().mapToInt(Descriptor::number).toArray();
        Message message = new Message(bytes.length);
        message.store(bytes, 0, bytes.length, numbers);
        try (Libc libc = new Libc()) {
            int type = Linux.SOCK_DGRAM | Linux.SOCK_CLOEXEC;
            int fd = check(libc.socket(Linux.AF_UNIX, type, 0), "socket", to);
            try {
                SocketName name = new SocketName(Linux.AF_UNIX, to.bytes(), 0, 0);
                check(libc.connect(fd, name), "connect", to);
                int sent = check(libc.sendmsg(fd, message), "sendmsg", to);
                check(sent == bytes.length ? 0 : -Errno.EMSGSIZE, "sendmsg", to);
            } finally {
                libc.close(fd);
            }
        }
    }

    private static int check(int result, String syscall, UnixAddress to) throws IOException {
        if (result < 0) {
            throw SystemError.of(-result, syscall, to);
        }
        return result;
    }
}
