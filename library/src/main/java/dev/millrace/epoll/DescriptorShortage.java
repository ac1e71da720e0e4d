package dev.millrace.epoll;

import dev.millrace.sys.Errno;
import dev.millrace.sys.Libc;
import dev.millrace.sys.Linux;
import java.util.HashSet;
import java.util.Set;

/**
 * The descriptor that this process keeps back, so that it can still accept, and close, when it has
 * no other left: otherwise the waiting clients hang, and level-triggered readiness spins (rows D4,
 * D5). One for the whole process, whose loops take turns under a lock, because descriptors run out
 * for the whole process.
 */
final class DescriptorShortage {
    /** Connections shed before other ports get their turn. */
    private static final int SHED_MAX = 1024;

    private static final int TRIES_MAX = 10;

    private static final Set<EpollSet> STARVING = new HashSet<>();
    private static int spare = -1;

    /**
     * Whether {@link #spare} is lent, or gone and nothing is left to open it again with; not when
     * this process may not open it at all. Changed under the lock, read without.
     */
    private static volatile boolean isMissing;

    /** How many have shed and not finished telling so; changed under the lock, read without. */
    private static volatile int lent;

    /** Whether a loop is to be told when a descriptor is closed; read without the lock. */
    private static volatile boolean isAnyStarving;

    private DescriptorShortage() {}

    /** Opens it, unless it is open or lent; before the first listen (rows A15, D5). */
    static synchronized void keep(Libc libc) {
        if (spare >= 0 || lent > 0) {
            return;
        }
        // More than once, because a sibling's accept(2) has a descriptor for a moment.
        int tries = 0;
        do {
            spare = open(libc);
            isMissing = isShortage(spare);
            tries++;
        } while (isMissing && tries < TRIES_MAX);
    }

    private static int open(Libc libc) {
        int flags = Linux.O_RDONLY | Linux.O_CLOEXEC;
        int fd = libc.open("/dev/null", flags);
        return fd == -Errno.ENOENT || fd == -Errno.EACCES ? libc.open("/", flags) : fd;
    }

    /** Whether {@code result}, of a call that makes a descriptor, says that there is none left. */
    static boolean isShortage(int result) {
        return result == -Errno.EMFILE || result == -Errno.ENFILE;
    }

    /**
     * Whether a connection that was just accepted may stay. If it got the last descriptor while
     * another loop was about to shed with it, no loop could answer a client ever after: then it is
     * closed, and its descriptor is the spare one.
     */
    static boolean allows(Libc libc, int accepted) {
        return !isMissing || allowsWithout(libc, accepted);
    }

    private static synchronized boolean allowsWithout(Libc libc, int accepted) {
        keep(libc);
        if (!isMissing || isAnyLeft(libc)) {
            return true;
        }
        libc.close(accepted);
        keep(libc);
        return false;
    }

    private static boolean isAnyLeft(Libc libc) {
        int fd = open(libc);
        if (fd >= 0) {
            libc.close(fd);
        }
        return !isShortage(fd);
    }

    /**
     * Accepts at {@code listener}, where accept(2) said {@code shortage}, if there is a descriptor
     * after all: a sibling's accept(2) has one for a moment, even when it finds no client.
     */
    static synchronized int acceptAfterAll(Libc libc, int listener, int shortage) {
        return lent == 0 && isAnyLeft(libc)
                ? libc.accept4(listener, Linux.SOCK_NONBLOCK | Linux.SOCK_CLOEXEC)
                : shortage;
    }

    /**
     * Accepts and closes what waits at {@code listener}; how many those were. None of a blocking
     * one, where the last try would wait for a client, and all others for the lock; none when
     * another thread of this process takes the descriptor in between: then the clients wait for the
     * next time, and the next descriptor that is closed becomes the spare one. Another loop that
     * takes it gives it back ({@link #allows}).
     *
     * <p>It stays free until {@link #giveBack}, for the listener that is told of the shortage and
     * needs a descriptor to say so: the JDK's own logger reads the table of time zones first, and
     * without it no program that runs out of descriptors would know a time zone ever after.
     */
    static synchronized int shed(Libc libc, int listener, boolean isBlocking) {
        lent = lent + 1;
        if (spare >= 0) {
            // Said before it is free, so that the loop that gets it sees it missing.
            isMissing = true;
            libc.close(spare);
            spare = -1;
        }
        int count = 0;
        while (!isBlocking && count < SHED_MAX) {
            int surplus = libc.accept4(listener, Linux.SOCK_CLOEXEC);
            if (surplus >= 0) {
                libc.close(surplus);
                count++;
            } else if (surplus != -Errno.ECONNABORTED) {
                break;
            }
        }
        return count;
    }

    /** Whether it is free for the listener that is told: then no other loop may accept with it. */
    static boolean isLent() {
        return lent > 0;
    }

    /** The shortage was told. */
    static synchronized void giveBack(Libc libc) {
        lent = lent - 1;
        keep(libc);
    }

    /**
     * {@code set} has a port that wants a descriptor: it is woken when one is closed from now on.
     */
    static synchronized void starving(EpollSet set) {
        STARVING.add(set);
        isAnyStarving = true;
    }

    /** A descriptor was closed. */
    static void freed(Libc libc) {
        if (isAnyStarving) {
            tellStarving(libc);
        }
    }

    /** The spare one comes first: without it the next shortage could not be answered. */
    private static synchronized void tellStarving(Libc libc) {
        keep(libc);
        STARVING.forEach(EpollSet::descriptorFreed);
        STARVING.clear();
        isAnyStarving = false;
    }

    /** {@code set} is closed. */
    static synchronized void forget(EpollSet set) {
        STARVING.remove(set);
    }
}
