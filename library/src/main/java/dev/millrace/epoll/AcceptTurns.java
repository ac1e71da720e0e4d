package dev.millrace.epoll;

import dev.millrace.sys.Linux;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The ports of one shared listener in the sets of several loops, and whose turn a connection is.
 * EPOLLEXCLUSIVE wakes the same loop first as long as it waits, so one of four idle loops would get
 * nearly all connections.
 *
 * <pre>
 *   woken, and a waiting sibling has clearly fewer? ──no──▶ accept
 *                    └─yes─▶ leave the set, offer it to the sibling that has the fewest
 *                                  ▲ back: offered one itself, told to look again, or RETURN_NANOS later
 * </pre>
 *
 * <p>No connection is left: only a sibling that waits in epoll_wait(2), and has no offer that it
 * has not looked at, is offered one; it looks at the listener, or tells all others to; and should
 * its thread not run, the one that stepped back is soon there again and accepts it itself. The
 * counts of other threads may be a little old, which costs a turn at most.
 */
final class AcceptTurns {
    /** How long a port stays out of its set at most. */
    static final long RETURN_NANOS = 5_000_000;

    /** One eighth more than a sibling is not clearly more. */
    private static final int TOLERANCE_SHIFT = 3;

    private final List<EpollSocket> members = new CopyOnWriteArrayList<>();

    /** A member asks whether there is a client, and takes it, in two calls. */
    private final AtomicBoolean isTaking = new AtomicBoolean();

    void join(EpollSocket member) {
        if (!members.contains(member)) {
            members.add(member);
            member.set.share.begin();
        }
    }

    void leave(EpollSocket member) {
        members.remove(member);
    }

    /**
     * Of a description that makes accept(2) wait: whether no sibling is between the question for a
     * client and its accept, so that the answer holds until {@link #taken}.
     */
    boolean mayTake() {
        return isTaking.compareAndSet(false, true);
    }

    /** The accept that {@link #mayTake} has allowed is over. */
    void taken() {
        isTaking.set(false);
    }

    /** Whether {@code member}, for which a connection waits, leaves it to another one. */
    boolean passes(EpollSocket member) {
        EpollSocket next = fewest(member);
        if (next == null) {
            return false;
        }
        int least = next.set.share.accepted();
        if (member.set.share.accepted() <= least + (least >> TOLERANCE_SHIFT)) {
            return false;
        }
        // Out of the set first: its readiness would end every wait until the sibling has accepted.
        member.set.share.stepBack(member);
        next.set.share.offer(next);
        return true;
    }

    private @Nullable EpollSocket fewest(EpollSocket asking) {
        EpollSocket fewest = null;
        for (EpollSocket member : members) {
            if (member != asking
                    && member.wants(Linux.EPOLLIN)
                    && member.set.share.canBeOffered()
                    && (fewest == null
                            || member.set.share.accepted() < fewest.set.share.accepted())) {
                fewest = member;
            }
        }
        return fewest;
    }
}
