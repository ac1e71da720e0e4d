package dev.millrace.epoll;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The ports of an epoll set by their descriptors' numbers, which the kernel keeps small. */
final class PortTable {
    private @Nullable EpollPort[] ports = new EpollPort[64];

    /** Who has the number {@code fd}, or null. */
    @Nullable EpollPort get(int fd) {
        return fd < ports.length ? ports[fd] : null;
    }

    /** {@code port} has the number from now on; who had it before, or null. */
    @Nullable EpollPort put(int fd, EpollPort port) {
        if (fd >= ports.length) {
            ports = Arrays.copyOf(ports, Math.max(fd + 1, ports.length * 2));
        }
        EpollPort before = ports[fd];
        ports[fd] = port;
        return before;
    }

    /** The number is free, unless another port has it by now. */
    void release(int fd, EpollPort port) {
        if (fd >= 0 && ports[fd] == port) {
            ports[fd] = null;
        }
    }

    /** All of them, for those who call back: callbacks change the table. */
    @Nullable EpollPort[] copy() {
        return ports.clone();
    }
}
