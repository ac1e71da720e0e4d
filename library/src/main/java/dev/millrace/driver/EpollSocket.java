package dev.millrace.driver;

import dev.millrace.sys.Errno;
import dev.millrace.sys.Libc;
import dev.millrace.sys.Linux;
import dev.millrace.sys.SocketName;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A stream socket in an epoll set, whatever becomes of it.
 *
 * <pre>
 *          listen                connect              connected, or accepted
 *   NEW ──────────▶ LISTENER  NEW ─────────▶ CONNECTING ───────────▶ STREAM ──▶ (closed)
 *                              ▲── refused ──┘
 * </pre>
 *
 * A stream that nobody reads is watched for RDHUP alone, once: level-triggered it would report for
 * ever. ERR and HUP can't be masked, so after them a stream of which nothing is wanted leaves the
 * set until something is.
 */
final class EpollSocket extends EpollPort {
    /** Reads per readiness, so that a fast sender does not starve the others (row E5). */
    private static final int READS_PER_EVENT = 4;

    enum Role {
        NEW,
        LISTENER,
        CONNECTING,
        STREAM
    }

    Role role = Role.NEW;

    /** Connections accepted per readiness (row C12). */
    private int acceptsPerWakeUp = 1;

    /** That the peer has left was told, or shows by the end of reading. */
    private boolean isPeerGone;

    /** What SO_ERROR said, and so says no more: told by the read that finds the end. */
    private int failure;

    /** The rest of a write that the kernel did not take at once. */
    private byte @Nullable [] parked;

    private int parkedOffset;
    private int parkedEnd;

    EpollSocket(EpollSet set, int fd) {
        super(set, fd);
    }

    @Override
    boolean isExclusive() {
        return role == Role.LISTENER && isShared;
    }

    @Override
    int connect(SocketName peer) {
        int result = libc.connect(fd, peer);
        if (result == -Errno.EINPROGRESS) {
            role = Role.CONNECTING;
            want(Linux.EPOLLOUT);
        } else if (result == 0) {
            connected();
        }
        return result;
    }

    /** A connection stands. */
    void connected() {
        role = Role.STREAM;
        want(Linux.EPOLLRDHUP);
    }

    void acceptStart(int perWakeUp) {
        acceptsPerWakeUp = perWakeUp;
        isStarving = false;
        want(Linux.EPOLLIN);
    }

    @Override
    void readStart() {
        unwant(Linux.EPOLLRDHUP);
        want(Linux.EPOLLIN);
    }

    @Override
    void readStop() {
        unwant(Linux.EPOLLIN);
        if (!isPeerGone) {
            want(Linux.EPOLLRDHUP);
        }
    }

    void park(byte[] array, int offset, int length) {
        parked = array;
        parkedOffset = offset;
        parkedEnd = offset + length;
        want(Linux.EPOLLOUT);
    }

    @Override
    public void call() {
        switch (role) {
            case NEW -> set.leave(this);
            case LISTENER -> accept();
            case CONNECTING -> connectEnded();
            case STREAM -> {
                int bits = ready;
                // HUP and ERR come unasked; whoever waits for either direction gets to know (row
                // E6).
                if (bits != Linux.EPOLLOUT && wants(Linux.EPOLLIN)) {
                    read();
                } else if ((bits & (Linux.EPOLLRDHUP | Linux.EPOLLHUP | Linux.EPOLLERR)) != 0) {
                    peerClosed(bits);
                }
                if ((bits & (Linux.EPOLLOUT | Linux.EPOLLERR | Linux.EPOLLHUP)) != 0
                        && parked != null
                        && !isClosed) {
                    writeParked();
                }
            }
        }
    }

    private void accept() {
        if (isStarving) {
            isStarving = false;
            events().onDescriptorsFreed();
            return;
        }
        // One a wake-up unless asked otherwise: level-triggered epoll brings the rest, and siblings
        // on the same socket get their share (D1).
        for (int count = 0; count < acceptsPerWakeUp && wants(Linux.EPOLLIN); count++) {
            int accepted = libc.accept4(fd, Linux.SOCK_NONBLOCK | Linux.SOCK_CLOEXEC);
            if (accepted >= 0) {
                EpollSocket connection = set.register(new EpollSocket(set, accepted));
                connection.connected();
                events().onAccept(connection);
            } else if (accepted == -Errno.EAGAIN) {
                // A sibling was faster (row D2).
                return;
            } else if (!isOfTheConnection(-accepted)) {
                refused(-accepted);
                return;
            }
        }
    }

    /**
     * What befell a connection before it was accepted, which accept(2) says to pass over: above all
     * that the peer has reset it (row D3).
     */
    static boolean isOfTheConnection(int errno) {
        return switch (errno) {
            case Errno.ECONNABORTED,
                    Errno.EPROTO,
                    Errno.ENETDOWN,
                    Errno.ENETUNREACH,
                    Errno.EHOSTUNREACH,
                    Errno.EHOSTDOWN,
                    Errno.ENONET,
                    Errno.ENOPROTOOPT ->
                    true;
            default -> false;
        };
    }

    private void refused(int errno) {
        boolean isOutOfDescriptors = errno == Errno.EMFILE || errno == Errno.ENFILE;
        int shed = 0;
        if (isOutOfDescriptors) {
            shed = SpareDescriptor.shed(libc, fd);
            isStarving = true;
            SpareDescriptor.starving(set);
        }
        events().onAcceptError(errno, shed);
    }

    private void connectEnded() {
        unwant(Linux.EPOLLOUT);
        int error = Math.abs(libc.getsockopt(fd, Linux.SOL_SOCKET, Linux.SO_ERROR));
        if (error == 0) {
            connected();
        } else {
            // HUP can't be masked, and SO_ERROR is told only once: it would look connected by then.
            role = Role.NEW;
            set.leave(this);
        }
        events().onConnect(error);
    }

    private void peerClosed(int bits) {
        unwant(Linux.EPOLLRDHUP);
        if (!isPeerGone) {
            isPeerGone = true;
            if ((bits & Linux.EPOLLERR) != 0) {
                failure = Math.max(0, libc.getsockopt(fd, Linux.SOL_SOCKET, Linux.SO_ERROR));
            }
            events().onPeerClosed(failure);
        }
        if (wanted == 0 && !isClosed) {
            // Whoever wants something of it brings it back.
            set.leave(this);
        }
    }

    private void read() {
        BufferSource source = bufferSource();
        byte[] array = set.received;
        for (int round = 0; round < READS_PER_EVENT && wants(Linux.EPOLLIN) && !isClosed; round++) {
            int count;
            int room;
            if (source == null) {
                room = array.length;
                count = libc.recv(fd, array, 0, room);
                if (count > 0) {
                    events().onRead(array, 0, count);
                }
            } else {
                ByteBuffer buffer = source.next(Driver.RECEIVE_MAX_BYTES);
                if (buffer == null || !buffer.hasRemaining()) {
                    readStop();
                    events().onNoBuffer();
                    return;
                }
                room = Math.min(buffer.remaining(), Libc.TRANSFER_MAX_BYTES);
                int offset = buffer.arrayOffset() + buffer.position();
                count = libc.recv(fd, buffer.array(), offset, room);
                if (count > 0) {
                    events().onRead(buffer.array(), offset, count);
                }
            }
            if (count <= 0) {
                readEnded(count);
                return;
            }
            if (count < room) {
                // A short read has emptied the socket: no second recv just to be told EAGAIN.
                return;
            }
        }
    }

    private void readEnded(int result) {
        if (result == -Errno.EAGAIN) {
            return;
        }
        unwant(Linux.EPOLLIN);
        isPeerGone = true;
        int errno = result == 0 ? failure : -result;
        if (errno == 0) {
            events().onEnd();
        } else {
            events().onReadError(errno);
        }
    }

    int tryWrite(byte[] array, int offset, int length) {
        int done = 0;
        while (done < length) {
            int want = Math.min(length - done, Libc.TRANSFER_MAX_BYTES);
            int count = libc.send(fd, array, offset + done, want);
            if (count < 0 && count != -Errno.EAGAIN) {
                return count == -Errno.EPIPE && failure != 0 ? -failure : count;
            }
            done += Math.max(0, count);
            if (count < want) {
                break;
            }
        }
        return done;
    }

    private void writeParked() {
        byte[] array = Objects.requireNonNull(parked);
        int count = tryWrite(array, parkedOffset, parkedEnd - parkedOffset);
        if (count >= 0 && parkedOffset + count < parkedEnd) {
            parkedOffset += count;
            return;
        }
        parked = null;
        unwant(Linux.EPOLLOUT);
        events().onWritten(count < 0 ? -count : 0);
    }
}
