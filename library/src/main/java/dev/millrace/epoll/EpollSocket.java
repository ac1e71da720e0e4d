package dev.millrace.epoll;

import dev.millrace.driver.AcceptErrors;
import dev.millrace.driver.Driver;
import dev.millrace.driver.FileRegion;
import dev.millrace.sys.Errno;
import dev.millrace.sys.Libc;
import dev.millrace.sys.Linux;
import dev.millrace.sys.SharedFile;
import dev.millrace.sys.SocketName;
import org.jspecify.annotations.Nullable;

/**
 * A stream socket in an epoll set, whatever becomes of it.
 *
 * <pre>
 *          listen                connect              connected, or accepted
 *   NEW ──────────▶ LISTENER  NEW ─────────▶ CONNECTING ───────────▶ STREAM ──▶ (closed)
 *                              ▲── refused ──┘
 * </pre>
 */
final class EpollSocket extends EpollStream {
    enum Role {
        NEW,
        LISTENER,
        CONNECTING,
        STREAM
    }

    Role role = Role.NEW;

    /** Connections accepted per readiness (row C12). */
    private int acceptsPerWakeUp = 1;

    /** Whether some listener of this process was sent to another one; see {@link #isForeign}. */
    private static volatile boolean isAnySent;

    /**
     * Whether other processes may hold the listener, which is not known of the loop that sent it
     * alone. Each of them can make accept(2) wait for a client at any time, because O_NONBLOCK is
     * the description's: so the kernel is asked first whether there is one.
     */
    private boolean isForeign;

    /** Of a listener that several loops share: whose turn a connection is. */
    private @Nullable AcceptTurns turns;

    /** Accepted at a shared listener: the set counts it. */
    private boolean isCounted;

    /** Connections that had taken the spare descriptor, not reported yet. */
    private int turnedAway;

    /** Of a channel, which descriptors can travel over. */
    private @Nullable DescriptorTraffic traffic;

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
        expectPeer();
    }

    /** See {@link Driver#carryDescriptors}. */
    int carryDescriptors() {
        boolean isUnix = libc.getsockopt(fd, Linux.SOL_SOCKET, Linux.SO_DOMAIN) == Linux.AF_UNIX;
        if (!isUnix || role == Role.LISTENER) {
            return -Errno.EINVAL;
        }
        traffic = new DescriptorTraffic(this);
        return 0;
    }

    @Override
    boolean isCut() {
        return traffic != null && traffic.isCut();
    }

    /** See {@link Driver#sendDescriptors}. */
    int sendDescriptors(byte[] array, int offset, int length, int... descriptors) {
        return traffic == null ? -Errno.EINVAL : traffic.send(array, offset, length, descriptors);
    }

    /** A channel can't: a listener has no bytes for descriptors to come with (row G1). */
    int listen(int backlog) {
        if (traffic != null) {
            return -Errno.EINVAL;
        }
        DescriptorShortage.keep(libc);
        role = Role.LISTENER;
        return libc.listen(fd, backlog);
    }

    /** It listens already: it was opened so, and other processes may hold it. */
    void listensElsewhere() {
        role = Role.LISTENER;
        isForeign = true;
    }

    boolean isForeign() {
        return isForeign || isAnySent;
    }

    /** The descriptor {@code fd} was sent to another process. */
    static void sent(Libc libc, int fd) {
        if (!isAnySent && libc.getsockopt(fd, Linux.SOL_SOCKET, Linux.SO_ACCEPTCONN) == 1) {
            isAnySent = true;
        }
    }

    void acceptStart(int perWakeUp) {
        acceptsPerWakeUp = perWakeUp;
        if (isStarving) {
            // It may be gone, and what is accepted now would take the last descriptor.
            isStarving = false;
            DescriptorShortage.keep(libc);
        }
        want(Linux.EPOLLIN);
    }

    @Override
    public void call() {
        switch (role) {
            case NEW -> set.leave(this);
            case LISTENER -> accept();
            case CONNECTING -> connectEnded();
            case STREAM -> transfer();
        }
    }

    private void accept() {
        if (ready == 0) {
            isStarving = false;
            DescriptorShortage.keep(libc);
            events().onDescriptorsFreed();
            return;
        }
        if (!wants(Linux.EPOLLIN)) {
            // Paused in this very batch; or shut down elsewhere, and HUP can't be masked.
            set.leave(this);
            if (isExclusive()) {
                SharedWakeUps.passOn(set);
            }
            return;
        }
        // One a wake-up unless asked otherwise: level-triggered epoll brings the rest, and siblings
        // on the same socket get their share (D1).
        for (int count = 0;
                count < acceptsPerWakeUp && wants(Linux.EPOLLIN) && !isClosed;
                count++) {
            if (turns != null && turns.passes(this)) {
                return;
            }
            int accepted = tryAccept();
            if (accepted >= 0) {
                EpollSocket connection = set.register(new EpollSocket(set, accepted));
                connection.connected();
                connection.count(turns != null);
                events().onAccept(connection);
                set.early.accepted(connection);
            } else if (accepted == -Errno.EAGAIN) {
                // A sibling was faster (row D2).
                return;
            } else if (DescriptorShortage.isShortage(accepted)) {
                shed(-accepted);
                return;
            } else if (!AcceptErrors.isOfTheConnection(-accepted)) {
                events().onAcceptError(-accepted, 0);
                return;
            }
        }
    }

    private void count(boolean isShared) {
        if (isShared) {
            isCounted = true;
            set.share.count(1);
        }
    }

    /** Other loops have this listener as well, and take turns with this one. */
    AcceptTurns shareTurns() {
        AcceptTurns shared = turns == null ? new AcceptTurns() : turns;
        joinTurns(shared);
        return shared;
    }

    void joinTurns(AcceptTurns shared) {
        turns = shared;
        shared.join(this);
    }

    @Override
    void release() {
        super.release();
        if (turns != null) {
            turns.leave(this);
        }
        if (isCounted) {
            isCounted = false;
            set.share.count(-1);
        }
    }

    private int tryAccept() {
        int accepted = acceptWithSpare();
        if (DescriptorShortage.isShortage(accepted)) {
            // Said before the second try: a descriptor that is closed from now on wakes us, and
            // one that was closed just before is found.
            DescriptorShortage.starving(set);
            accepted = acceptWithSpare();
        }
        if (DescriptorShortage.isShortage(accepted) && !isBlocking()) {
            accepted = DescriptorShortage.acceptAfterAll(libc, fd, accepted);
        }
        if (DescriptorShortage.isShortage(accepted) && events().onDescriptorsShort()) {
            accepted = acceptWithSpare();
        }
        return accepted;
    }

    /** Whether accept(2) may wait: not to be tried under the lock that all loops share. */
    private boolean isBlocking() {
        return isForeign() && SharedFile.isBlocking(libc, fd);
    }

    /** Accepts only if the spare descriptor remains. */
    private int acceptWithSpare() {
        if (DescriptorShortage.isLent()) {
            return -Errno.EMFILE;
        }
        int accepted = isForeign() ? acceptForeign() : acceptNext();
        if (accepted >= 0 && !DescriptorShortage.allows(libc, accepted)) {
            turnedAway++;
            return -Errno.EMFILE;
        }
        return accepted;
    }

    private int acceptNext() {
        return libc.accept4(fd, Linux.SOCK_NONBLOCK | Linux.SOCK_CLOEXEC);
    }

    /**
     * The kernel is asked first. A sibling that took the client meanwhile would make this loop wait
     * for the next one, perhaps for ever; another process can still do that.
     */
    private int acceptForeign() {
        if (turns != null && !turns.mayTake()) {
            return -Errno.EAGAIN;
        }
        try {
            return SharedFile.isReadable(libc, fd) ? acceptNext() : -Errno.EAGAIN;
        } finally {
            if (turns != null) {
                turns.taken();
            }
        }
    }

    private void shed(int errno) {
        isStarving = true;
        int count = turnedAway + DescriptorShortage.shed(libc, fd, isBlocking());
        turnedAway = 0;
        try {
            events().onAcceptError(errno, count);
        } finally {
            DescriptorShortage.giveBack(libc);
        }
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

    @Override
    void lost(int errno) {
        switch (role) {
            case NEW -> {}
            case LISTENER -> {
                wanted = 0;
                events().onAcceptError(errno, 0);
            }
            case CONNECTING -> {
                role = Role.NEW;
                wanted = 0;
                events().onConnect(errno);
            }
            case STREAM -> super.lost(errno);
        }
    }

    @Override
    int receive(byte[] array, int offset, int length) {
        return traffic == null
                ? libc.recv(fd, array, offset, length)
                : traffic.receive(array, offset, length);
    }

    @Override
    int send(byte[] array, int offset, int length) {
        return libc.send(fd, array, offset, length);
    }

    /**
     * sendfile(2) knows no MSG_DONTWAIT, so the flag has to be there, which another holder of the
     * description may have taken away.
     */
    boolean sendsFiles() {
        return role == Role.STREAM && !SharedFile.isBlocking(libc, fd);
    }

    /** See {@link Driver#trySendFile}. */
    int sendFile(FileRegion region, int offset, int length) {
        if (!region.file().isOpen()) {
            return -Errno.ENODATA;
        }
        int count = libc.sendfile(fd, region.file(), region.position() + offset, length);
        if (count == -Errno.EAGAIN) {
            return 0;
        }
        // It knows of no length that it was promised: the file has become shorter.
        return count == 0 ? -Errno.ENODATA : count < 0 ? sendError(count) : count;
    }

    @Override
    int pendingError() {
        return Math.max(0, libc.getsockopt(fd, Linux.SOL_SOCKET, Linux.SO_ERROR));
    }
}
