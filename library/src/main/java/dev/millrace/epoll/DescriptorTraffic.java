package dev.millrace.epoll;

import dev.millrace.driver.Driver;
import dev.millrace.sys.Errno;
import dev.millrace.sys.Libc;
import dev.millrace.sys.Message;

/**
 * The way of a channel's bytes, in both directions: they pass through a message, because only
 * sendmsg(2) and recvmsg(2) know of the descriptors between them (rows E10, F4).
 */
final class DescriptorTraffic {
    private static final int[] NONE = {};

    private final EpollPort port;
    private final EpollSet set;
    private final Libc libc;

    /** The last read came with descriptors, and those end a read (unix(7)). */
    private boolean isCut;

    DescriptorTraffic(EpollPort port) {
        this.port = port;
        this.set = port.set;
        this.libc = port.libc;
    }

    /** As {@link EpollStream#receive}; tells what came along with the bytes first. */
    int receive(byte[] array, int offset, int length) {
        Message message = set.message();
        message.receiveMax(length);
        int count = libc.recvmsg(port.fd, message);
        if (count <= 0) {
            return count;
        }
        int[] descriptors = message.descriptors();
        isCut = descriptors.length > 0;
        if (message.isTruncated()) {
            // Installing them stops at the first that finds no number (unix(7)). Which bytes miss
            // theirs only a receiver with frames can say.
            close(libc, descriptors);
            if (!port.events().onDescriptorsLost()) {
                return -Errno.EMFILE;
            }
        }
        message.received(count, array, offset);
        if (!message.isTruncated() && descriptors.length > 0) {
            port.events().onDescriptors(descriptors);
        }
        return count;
    }

    boolean isCut() {
        return isCut;
    }

    /** See {@link Driver#sendDescriptors}. */
    int send(byte[] array, int offset, int length, int... descriptors) {
        if (length < 1) {
            throw new IllegalArgumentException("descriptors travel with a byte, and there is none");
        }
        if (descriptors.length > Message.DESCRIPTORS_MAX) {
            return -Errno.EINVAL;
        }
        Message message = set.message();
        message.store(array, offset, Math.min(length, message.capacity()), descriptors);
        int count = libc.sendmsg(port.fd, message);
        for (int fd : count < 0 ? NONE : descriptors) {
            set.shared(fd);
            EpollSocket.sent(libc, fd);
        }
        return count;
    }

    static void close(Libc libc, int... descriptors) {
        for (int fd : descriptors) {
            libc.close(fd);
        }
        if (descriptors.length > 0) {
            DescriptorShortage.freed(libc);
        }
    }
}
