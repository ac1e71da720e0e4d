package dev.millrace.epoll;

import dev.millrace.driver.Driver;
import dev.millrace.kernel.Address;
import dev.millrace.kernel.BufferSource;
import dev.millrace.kernel.IpAddress;
import dev.millrace.sys.Datagram;
import dev.millrace.sys.Errno;
import dev.millrace.sys.GroupRequest;
import dev.millrace.sys.Linux;
import dev.millrace.sys.SocketName;
import java.net.NetworkInterface;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A datagram socket in an epoll set. It has no states: connected or not, it receives and sends.
 *
 * <p>Its errors are news of single datagrams (an ICMP message that came back to a connected socket,
 * for instance) and end nothing. ERR can't be masked, and stays until the error is fetched: so when
 * it is neither read nor written, the port leaves the set until it is.
 *
 * <p>Another holder of the description may shut it down, which is no error, and readable for ever.
 */
final class EpollDatagram extends EpollPort {
    /** RDHUP: it was shut down. */
    private static final int READING = Linux.EPOLLIN | Linux.EPOLLRDHUP;

    /** Datagrams per readiness, so that a flood does not starve the others. */
    private static final int DATAGRAMS_PER_EVENT = 32;

    EpollDatagram(EpollSet set, int fd) {
        super(set, fd);
    }

    @Override
    int connect(SocketName peer) {
        return libc.connect(fd, peer);
    }

    /** The kernel forgets a port that it has chosen itself, so the socket is bound to it again. */
    int disconnect() {
        SocketName before = libc.getsockname(fd);
        int result = libc.disconnect(fd);
        SocketName after = libc.getsockname(fd);
        if (result < 0 || before == null || after == null || after.port() != 0) {
            return result;
        }
        return libc.bind(
                fd, new SocketName(after.family(), after.bytes(), before.port(), after.scope()));
    }

    @Override
    void readStart() {
        want(READING);
    }

    @Override
    void readStop() {
        unwant(READING);
    }

    @Override
    void awaitWritable() {
        want(Linux.EPOLLOUT);
    }

    @Override
    public void call() {
        int bits = ready;
        if (bits != Linux.EPOLLOUT && wants(Linux.EPOLLIN)) {
            receive();
        }
        if (bits != Linux.EPOLLIN && wants(Linux.EPOLLOUT) && !isClosed) {
            unwant(Linux.EPOLLOUT);
            events().onWritable();
        }
        if ((bits & (Linux.EPOLLERR | Linux.EPOLLHUP)) != 0 && wanted == 0 && !isClosed) {
            set.leave(this);
        }
    }

    @Override
    void lost(int errno) {
        boolean isAwaited = wants(Linux.EPOLLOUT);
        wanted = 0;
        events().onReadError(errno);
        if (isAwaited && !isClosed) {
            // The next send meets the error.
            events().onWritable();
        }
    }

    private void receive() {
        BufferSource source = bufferSource();
        boolean isMore = true;
        for (int count = 0;
                isMore && count < DATAGRAMS_PER_EVENT && wants(Linux.EPOLLIN) && !isClosed;
                count++) {
            if (source == null) {
                isMore = receive(set.received, 0, set.received.length);
                continue;
            }
            ByteBuffer buffer = source.next(Driver.RECEIVE_MAX_BYTES);
            if (!wants(Linux.EPOLLIN) || isClosed) {
                // The source is the user's, and may stop or close.
                return;
            }
            if (buffer == null || !buffer.hasRemaining()) {
                readStop();
                events().onNoBuffer();
                return;
            }
            int offset = buffer.arrayOffset() + buffer.position();
            isMore = receive(buffer.array(), offset, buffer.remaining());
        }
    }

    /** False when there was no datagram. */
    private boolean receive(byte[] array, int offset, int room) {
        Datagram datagram = set.datagram();
        int length = libc.recvfrom(fd, datagram, room);
        if (length >= 0) {
            int count = Math.min(length, Math.min(room, datagram.capacity()));
            datagram.load(array, offset, count);
            Address from = SocketNames.of(datagram.from());
            events().onDatagram(array, offset, count, from, length > count);
        } else if (length != -Errno.EAGAIN) {
            events().onDatagramError(-length);
        } else if ((ready & Linux.EPOLLRDHUP) != 0) {
            readStop();
            events().onReadError(Errno.ESHUTDOWN);
        }
        return length >= 0;
    }

    int trySend(byte[] array, int offset, int length, @Nullable Address to) {
        if (to == null) {
            return libc.send(fd, array, offset, length);
        }
        Datagram datagram = set.datagram();
        if (length > datagram.capacity()) {
            return -Errno.EMSGSIZE;
        }
        datagram.store(array, offset, length, SocketNames.of(to));
        return libc.sendto(fd, datagram);
    }

    int membership(
            IpAddress group,
            @Nullable NetworkInterface networkInterface,
            @Nullable IpAddress source,
            boolean isJoining) {
        int index = networkInterface == null ? 0 : networkInterface.getIndex();
        GroupRequest request =
                new GroupRequest(
                        index,
                        SocketNames.of(group),
                        source == null ? null : SocketNames.of(source));
        return libc.membership(fd, request, isJoining);
    }

    /** For both protocols on an IPv6 socket, as {@link OptionPlace} has it. */
    int multicastInterface(NetworkInterface networkInterface) {
        int index = networkInterface.getIndex();
        if (OptionPlace.isIpv6(libc, fd)) {
            int result = libc.setsockopt(fd, Linux.IPPROTO_IPV6, Linux.IPV6_MULTICAST_IF, index);
            if (result < 0) {
                return result;
            }
        }
        return libc.setMulticastInterface(fd, index);
    }
}
