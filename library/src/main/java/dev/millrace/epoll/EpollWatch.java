package dev.millrace.epoll;

import dev.millrace.kernel.Readiness;
import dev.millrace.sys.Linux;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * A descriptor of the user's in an epoll set: tells what it is ready for, and neither reads nor
 * closes it. ERR and HUP can't be masked and count for all that is asked for, so that the next read
 * or writes meets the error; while nothing is asked for, they take it out of the set.
 */
final class EpollWatch extends EpollPort {
    private static final Readiness[] READINESS = Readiness.values();

    /** The set of what each combination of readiness bits stands for. */
    private static final List<Set<Readiness>> SETS =
            IntStream.range(0, 1 << READINESS.length).mapToObj(EpollWatch::setOf).toList();

    EpollWatch(EpollSet set, int fd) {
        super(set, fd);
        this.isShared = true;
    }

    private static Set<Readiness> setOf(int bits) {
        Set<Readiness> found = EnumSet.noneOf(Readiness.class);
        for (Readiness one : READINESS) {
            if ((bits & 1 << one.ordinal()) != 0) {
                found.add(one);
            }
        }
        return Set.copyOf(found);
    }

    private static int bit(Readiness readiness) {
        return switch (readiness) {
            case READABLE -> Linux.EPOLLIN;
            case WRITABLE -> Linux.EPOLLOUT;
            case DISCONNECTED -> Linux.EPOLLRDHUP;
            case PRIORITIZED -> Linux.EPOLLPRI;
        };
    }

    void start(Set<Readiness> interest) {
        int bits = 0;
        for (Readiness one : interest) {
            bits |= bit(one);
        }
        unwant(~bits);
        want(bits);
    }

    void stop() {
        unwant(wanted);
    }

    @Override
    public void call() {
        boolean isBroken = (ready & (Linux.EPOLLERR | Linux.EPOLLHUP)) != 0;
        int bits = isBroken ? wanted : wanted & ready;
        if (bits == 0) {
            set.leave(this);
            return;
        }
        int found = 0;
        for (Readiness one : READINESS) {
            if ((bits & bit(one)) != 0) {
                found |= 1 << one.ordinal();
            }
        }
        events().onReady(SETS.get(found));
    }

    /** It stays the user's. */
    @Override
    void closeDescriptor() {
        fd = -1;
    }
}
