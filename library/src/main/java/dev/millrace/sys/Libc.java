package dev.millrace.sys;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * The libc functions a loop calls, one method each under the man page's name. An instance belongs
 * to one thread: it owns the scratch memory its calls need. A result is what the call returned, or
 * a negated errno; {@code EINTR} is retried here and never surfaces (row B9), but from {@link
 * #epoll_wait}, whose deadline the caller keeps.
 *
 * <p>A C {@code int} travels in a 64-bit register whose upper half is undefined, so it is narrowed
 * before it is looked at.
 */
public final class Libc implements AutoCloseable {
    /**
     * The most bytes one {@link #recv} or {@link #send} moves: larger ones would delay every
     * safepoint for too long.
     */
    public static final int TRANSFER_MAX_BYTES = 256 * 1024;

    private static final MemorySegment SOCKET = Symbols.find("socket");
    private static final MemorySegment BIND = Symbols.find("bind");
    private static final MemorySegment LISTEN = Symbols.find("listen");
    private static final MemorySegment ACCEPT4 = Symbols.find("accept4");
    private static final MemorySegment CONNECT = Symbols.find("connect");
    private static final MemorySegment GETSOCKNAME = Symbols.find("getsockname");
    private static final MemorySegment GETPEERNAME = Symbols.find("getpeername");
    private static final MemorySegment GETSOCKOPT = Symbols.find("getsockopt");
    private static final MemorySegment SETSOCKOPT = Symbols.find("setsockopt");
    private static final MemorySegment SHUTDOWN = Symbols.find("shutdown");
    private static final MemorySegment CLOSE = Symbols.find("close");
    private static final MemorySegment RECV = Symbols.find("recv");
    private static final MemorySegment SEND = Symbols.find("send");
    private static final MemorySegment SENDTO = Symbols.find("sendto");
    private static final MemorySegment RECVFROM = Symbols.find("recvfrom");
    private static final MemorySegment READ = Symbols.find("read");
    private static final MemorySegment WRITE = Symbols.find("write");
    private static final MemorySegment SENDFILE = Symbols.find("sendfile");
    private static final MemorySegment SENDMSG = Symbols.find("sendmsg");
    private static final MemorySegment RECVMSG = Symbols.find("recvmsg");
    private static final MemorySegment EPOLL_CREATE1 = Symbols.find("epoll_create1");
    private static final MemorySegment EPOLL_CTL = Symbols.find("epoll_ctl");
    private static final MemorySegment EPOLL_WAIT = Symbols.find("epoll_wait");
    private static final MemorySegment EVENTFD = Symbols.find("eventfd");
    private static final MemorySegment FCNTL = Symbols.find("fcntl");
    private static final MemorySegment UNLINK = Symbols.find("unlink");
    private static final MemorySegment CHMOD = Symbols.find("chmod");
    private static final MemorySegment OPEN = Symbols.find("open");

    private static final int SCRATCH_BYTES = 512;

    /**
     * MSG_DONTWAIT: a socket that was opened elsewhere may be a blocking one, and is left so (row
     * B11).
     */
    private static final int SEND_FLAGS = Linux.MSG_NOSIGNAL | Linux.MSG_DONTWAIT;

    private final Arena arena;
    private final MemorySegment errno;

    /**
     * Holds whatever small thing a call points to: an option's value, a socket name and its length,
     * a path.
     */
    private final MemorySegment scratch;

    // A heap segment costs an allocation, and a loop receives into one array and sends from one.
    // No other array is remembered: a segment would keep a user's bytes in memory.
    private byte[] receiveArray = new byte[0];
    private MemorySegment receiveSegment = MemorySegment.ofArray(receiveArray);
    private byte[] sendArray = receiveArray;
    private MemorySegment sendSegment = receiveSegment;

    /** For the calling thread alone. */
    public Libc() {
        this(Arena.ofConfined());
    }

    private Libc(Arena arena) {
        this.arena = arena;
        this.errno = arena.allocate(Linker.Option.captureStateLayout());
        this.scratch = arena.allocate(SCRATCH_BYTES, 8);
    }

    /** For several threads that take turns under a lock of theirs. */
    static Libc locked() {
        return new Libc(Arena.ofShared());
    }

    /** Most of what is received will come into {@code array}, which lives as long as this. */
    public void receivesInto(byte[] array) {
        receiveArray = array;
        receiveSegment = MemorySegment.ofArray(array);
    }

    /** Most of what is sent will come from {@code array}, which lives as long as this. */
    public void sendsFrom(byte[] array) {
        sendArray = array;
        sendSegment = MemorySegment.ofArray(array);
    }

    public int socket(int family, int type, int protocol) {
        return call(SOCKET, family, type, protocol, 0, 0);
    }

    public int bind(int fd, SocketName name) {
        int length = name.store(scratch);
        return call(BIND, fd, scratch.address(), length, 0, 0);
    }

    public int listen(int fd, int backlog) {
        return call(LISTEN, fd, backlog, 0, 0, 0);
    }

    public int accept4(int fd, int flags) {
        return call(ACCEPT4, fd, 0, 0, flags, 0);
    }

    /**
     * Connects. An interrupted call may have begun, and then goes on in the background: the next
     * one answers EALREADY, or EISCONN.
     */
    public int connect(int fd, SocketName name) {
        int length = name.store(scratch);
        int result = callOnce(CONNECT, fd, scratch.address(), length, 0, 0);
        if (result != -Errno.EINTR) {
            return result;
        }
        int again = call(CONNECT, fd, scratch.address(), length, 0, 0);
        return switch (again) {
            case -Errno.EALREADY -> -Errno.EINPROGRESS;
            case -Errno.EISCONN -> 0;
            default -> again;
        };
    }

    /**
     * A datagram socket has no peer any more, nor, unless it was bound to one, a local port
     * (connect(2), AF_UNSPEC).
     */
    public int disconnect(int fd) {
        scratch.asSlice(0, SocketName.MAX_BYTES).fill((byte) 0);
        return call(CONNECT, fd, scratch.address(), SocketName.MAX_BYTES, 0, 0);
    }

    /** The local name of a socket, or null with a bad descriptor. */
    public @Nullable SocketName getsockname(int fd) {
        return name(GETSOCKNAME, fd);
    }

    /** The peer's name, or null when there is no peer (any more). */
    public @Nullable SocketName getpeername(int fd) {
        return name(GETPEERNAME, fd);
    }

    private @Nullable SocketName name(MemorySegment function, int fd) {
        MemorySegment length = scratch.asSlice(SocketName.MAX_BYTES, 4);
        length.set(JAVA_INT, 0, SocketName.MAX_BYTES);
        int result = call(function, fd, scratch.address(), length.address(), 0, 0);
        return result < 0 ? null : SocketName.load(scratch, length.get(JAVA_INT, 0));
    }

    /** The value of an {@code int} option; a failure of the call is its negated errno. */
    public int getsockopt(int fd, int level, int option) {
        scratch.set(JAVA_INT, 4, 4);
        int result = call(GETSOCKOPT, fd, level, option, scratch.address(), scratch.address() + 4);
        return result < 0 ? result : scratch.get(JAVA_INT, 0);
    }

    /** The second field of {@code struct ucred { pid_t pid; uid_t uid; gid_t gid; }}. */
    public int peerUid(int fd) {
        scratch.set(JAVA_INT, 12, 12);
        int result =
                call(
                        GETSOCKOPT,
                        fd,
                        Linux.SOL_SOCKET,
                        Linux.SO_PEERCRED,
                        scratch.address(),
                        scratch.address() + 12);
        return result < 0 ? result : scratch.get(JAVA_INT, 4);
    }

    public int setsockopt(int fd, int level, int option, int value) {
        scratch.set(JAVA_INT, 0, value);
        return call(SETSOCKOPT, fd, level, option, scratch.address(), 4);
    }

    /**
     * Sets SO_LINGER, {@code struct linger { int l_onoff; int l_linger; }}: zero seconds make
     * close() send a reset.
     */
    public int setLinger(int fd, int seconds) {
        scratch.set(JAVA_INT, 0, 1);
        scratch.set(JAVA_INT, 4, seconds);
        return call(SETSOCKOPT, fd, Linux.SOL_SOCKET, Linux.SO_LINGER, scratch.address(), 8);
    }

    /** Joins the group of {@code request}, or leaves it. */
    public int membership(int fd, GroupRequest request, boolean isJoining) {
        int length = request.store(scratch);
        int option = request.option(isJoining);
        return call(SETSOCKOPT, fd, request.level(), option, scratch.address(), length);
    }

    /**
     * Sets IP_MULTICAST_IF, {@code struct ip_mreqn { struct in_addr imr_multiaddr, imr_address; int
     * imr_ifindex; }}, by the interface's index.
     */
    public int setMulticastInterface(int fd, int index) {
        scratch.set(JAVA_LONG, 0, 0);
        scratch.set(JAVA_INT, 8, index);
        int option = Linux.IP_MULTICAST_IF;
        return call(SETSOCKOPT, fd, Linux.IPPROTO_IP, option, scratch.address(), 12);
    }

    public int shutdown(int fd, int how) {
        return call(SHUTDOWN, fd, how, 0, 0, 0);
    }

    /**
     * Never retried: after EINTR Linux has closed the descriptor, and its number may belong to
     * another file.
     */
    public int close(int fd) {
        return callOnce(CLOSE, fd, 0, 0, 0, 0);
    }

    public int recv(int fd, byte[] array, int offset, int length) {
        return transfer(RECV, fd, received(array, offset), length, Linux.MSG_DONTWAIT);
    }

    public int send(int fd, byte[] array, int offset, int length) {
        return transfer(SEND, fd, sent(array, offset), length, SEND_FLAGS);
    }

    /**
     * As {@link #recv}, for a descriptor that is no socket: recv answers ENOTSOCK on terminals and
     * pipes.
     */
    public int read(int fd, byte[] array, int offset, int length) {
        return transfer(READ, fd, received(array, offset), length, 0);
    }

    /** As {@link #send}, for a descriptor that is no socket. */
    public int write(int fd, byte[] array, int offset, int length) {
        return transfer(WRITE, fd, sent(array, offset), length, 0);
    }

    /** Sends {@code datagram} to where it is addressed. */
    public int sendto(int fd, Datagram datagram) {
        return call(
                SENDTO,
                fd,
                datagram.address(),
                datagram.length(),
                SEND_FLAGS,
                datagram.nameAddress(),
                datagram.nameLength());
    }

    /**
     * Receives at most {@code length} bytes of the next datagram; answers how many bytes it had,
     * which may be more (MSG_TRUNC).
     */
    public int recvfrom(int fd, Datagram datagram, int length) {
        datagram.prepareToReceive();
        return call(
                RECVFROM,
                fd,
                datagram.address(),
                Math.min(length, datagram.capacity()),
                Linux.MSG_TRUNC | Linux.MSG_DONTWAIT,
                datagram.nameAddress(),
                datagram.nameLengthAddress());
    }

    /** {@code message} stays valid and unchanged during the call. */
    public int sendmsg(int fd, Message message) {
        return call(SENDMSG, fd, message.address(), SEND_FLAGS, 0, 0);
    }

    /** Descriptors that arrive are close-on-exec from the first moment (row B10). */
    public int recvmsg(int fd, Message message) {
        int flags = Linux.MSG_CMSG_CLOEXEC | Linux.MSG_DONTWAIT;
        return call(RECVMSG, fd, message.prepareToReceive(), flags, 0, 0);
    }

    /**
     * Sends a part of {@code file}; the bytes taken, 0 at its end. It may wait for a disk, and for
     * the peer if the socket's description is a blocking one.
     */
    public int sendfile(int fd, ReadableFile file, long position, int length) {
        scratch.set(JAVA_LONG, 0, position);
        return call(SENDFILE, fd, file.fd(), scratch.address(), length, 0, 0);
    }

    public int epoll_create1(int flags) {
        return call(EPOLL_CREATE1, flags, 0, 0, 0, 0);
    }

    /** {@code data} comes back with every event; see {@link EpollEvents#data}. */
    public int epoll_ctl(int epfd, int operation, int fd, int events, long data) {
        EpollEvents.store(scratch, events, data);
        return call(EPOLL_CTL, epfd, operation, fd, scratch.address(), 0);
    }

    /**
     * Waits at most {@code timeoutMillis} (-1: without end). EINTR surfaces, because only the
     * caller knows its deadline.
     */
    public int epoll_wait(int epfd, EpollEvents events, int timeoutMillis) {
        return callOnce(EPOLL_WAIT, epfd, events.address(), events.capacity(), timeoutMillis, 0);
    }

    public int eventfd(int initial, int flags) {
        return call(EVENTFD, initial, flags, 0, 0, 0);
    }

    /** Adds one to an eventfd, which makes it readable. */
    int eventfdAdd(int fd) {
        scratch.set(JAVA_LONG, 0, 1);
        return call(WRITE, fd, scratch.address(), 8, 0, 0);
    }

    public int fcntl(int fd, int command, int argument) {
        return call(FCNTL, fd, command, argument, 0, 0);
    }

    /** {@code path} is shorter than {@link SocketName#PATH_MAX_BYTES} and holds no NUL. */
    public int unlink(byte[] path) {
        return call(UNLINK, storePath(path), 0, 0, 0, 0);
    }

    /** {@code path} as for {@link #unlink}. */
    public int chmod(byte[] path, int mode) {
        return call(CHMOD, storePath(path), mode, 0, 0, 0);
    }

    /** Opens an existing file; {@code path} as for {@link #unlink}. */
    public int open(String path, int flags) {
        return call(OPEN, storePath(path.getBytes(UTF_8)), flags, 0, 0, 0);
    }

    /** As the other {@code open}; {@code path} ends with NUL and is of any length. */
    int open(MemorySegment path, int flags) {
        return call(OPEN, path.address(), flags, 0, 0, 0);
    }

    /** For rare calls of other classes: valid until the next call. */
    MemorySegment scratch() {
        return scratch;
    }

    long storePath(byte[] path) {
        MemorySegment.copy(path, 0, scratch, JAVA_BYTE, 0, path.length);
        scratch.set(JAVA_BYTE, path.length, (byte) 0);
        return scratch.address();
    }

    /** Frees the scratch memory. The instance is of no use afterwards. */
    @Override
    public void close() {
        arena.close();
    }

    private MemorySegment received(byte[] array, int offset) {
        return slice(array == receiveArray ? receiveSegment : MemorySegment.ofArray(array), offset);
    }

    private static MemorySegment slice(MemorySegment whole, int offset) {
        return offset == 0 ? whole : whole.asSlice(offset);
    }

    private MemorySegment sent(byte[] array, int offset) {
        return slice(array == sendArray ? sendSegment : MemorySegment.ofArray(array), offset);
    }

    private int transfer(
            MemorySegment function, int fd, MemorySegment buffer, int length, int flags) {
        long count = Math.min(length, TRANSFER_MAX_BYTES);
        for (; ; ) {
            long result;
            try {
                result =
                        (long)
                                Symbols.TRANSFER.invokeExact(
                                        function, errno, (long) fd, buffer, count, (long) flags);
            } catch (Throwable impossible) {
                throw new AssertionError(impossible);
            }
            if (result >= 0) {
                return (int) result;
            }
            int code = errno.get(JAVA_INT, 0);
            if (code != Errno.EINTR) {
                return -code;
            }
        }
    }

    int call(MemorySegment function, long a, long b, long c, long d, long e) {
        return call(function, a, b, c, d, e, 0);
    }

    int call(MemorySegment function, long a, long b, long c, long d, long e, long f) {
        for (; ; ) {
            int result = callOnce(function, a, b, c, d, e, f);
            if (result != -Errno.EINTR) {
                return result;
            }
        }
    }

    private int callOnce(MemorySegment function, long a, long b, long c, long d, long e) {
        return callOnce(function, a, b, c, d, e, 0);
    }

    private int callOnce(MemorySegment function, long a, long b, long c, long d, long e, long f) {
        long result;
        try {
            result = (long) Symbols.CALL.invokeExact(function, errno, a, b, c, d, e, f);
        } catch (Throwable impossible) {
            throw new AssertionError(impossible);
        }
        // Only a failed call sets errno; after a successful one the capture holds an older value.
        return (int) result < 0 ? -errno.get(JAVA_INT, 0) : (int) result;
    }
}
