package dev.millrace.nio;

import dev.millrace.driver.Driver;
import dev.millrace.driver.Guarded;
import dev.millrace.kernel.KernelOption;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One listening channel for the loops of a group. Selectors that wait for the same channel all wake
 * up for each connection, so only one of them does: its port is the acceptor, and hands the
 * connections to each loop in turn.
 *
 * <pre>
 *   kernel ──▶ acceptor ──its own turn──▶ onAccept of the acceptor
 *                  └──another's──▶ waiting ──execute──▶ onAccept on that loop
 * </pre>
 *
 * Each loop has a {@link NioSocket} of its own on the channel, a member. A member is a taker from
 * acceptStart to acceptStop. The acceptor is one of the takers: when it stops or is closed, another
 * taker has the part. Connections that wait for a taker that stopped go to the others; nothing is
 * lost until the last member is closed. Several threads use it, so everything happens under its
 * lock, but the calls of a port's events.
 */
final class SharedAcceptor {
    /** What accepted connections get: a copy, because the first port's map is its thread's. */
    final Map<KernelOption, Integer> options;

    /** The port that began: the others are made after it, and have its channel. */
    private final NioSocket first;

    /** The ports that are open, in the order in which they came. */
    private final List<NioSocket> members = new ArrayList<>();

    /** The members that take connections now. */
    private final List<NioSocket> takers = new ArrayList<>();

    /** Accepted, and not taken yet by the loop whose turn it is. */
    private final ArrayDeque<SocketChannel> waiting = new ArrayDeque<>();

    /** The only member whose selector waits for the channel; null while there is no taker. */
    private @Nullable NioSocket acceptor;

    /** The index of the taker that had the last connection. */
    private int turn;

    /** How many holds are open: each keeps the channel open without any member. */
    private int holds;

    /** Begun by {@code first}, which listens; {@code isTaking} when it accepts already. */
    SharedAcceptor(NioSocket first, boolean isTaking) {
        this.first = first;
        this.options = first.options();
        members.add(first);
        if (isTaking) {
            takers.add(first);
            acceptor = first;
        }
    }

    /** A description that the drivers of other loops can adopt, any number of times. */
    synchronized Hold hold() {
        holds++;
        return new Hold();
    }

    /** Keeps the channel open, and lets loops join. Any thread. */
    final class Hold implements Driver.Shared {
        private boolean isClosed;

        /** A member for the loop of {@code selector}, on its thread. */
        NioSocket join(NioSelector selector) {
            synchronized (SharedAcceptor.this) {
                if (isClosed) {
                    throw new IllegalStateException("it has been closed");
                }
                NioSocket member = first.sharedWith(selector, SharedAcceptor.this);
                members.add(member);
                return member;
            }
        }

        @Override
        public void close() {
            synchronized (SharedAcceptor.this) {
                if (!isClosed) {
                    isClosed = true;
                    holds--;
                    closeIfUnused();
                }
            }
        }
    }

    /** {@code member}, on its own loop, takes connections from now on, or no more. */
    synchronized void takes(NioSocket member, boolean isTaking) {
        takers.remove(member);
        if (isTaking) {
            takers.add(member);
            waiting.forEach(connection -> callToTake(member));
        }
        chooseAcceptor(member);
    }

    /** On the loop of {@code here}, the member that changed. */
    private void chooseAcceptor(NioSocket here) {
        if (acceptor == null || !takers.contains(acceptor)) {
            NioSocket next = takers.isEmpty() ? null : takers.getFirst();
            acceptor = next;
            if (next != null && next != here) {
                next.selector.execute(new MemberTask(next, this::becomeAcceptor));
            }
        }
        here.letAccept(here == acceptor);
    }

    /** On the loop of {@code member}; the part may be another's by then. */
    private synchronized void becomeAcceptor(NioSocket member) {
        member.letAccept(member == acceptor);
    }

    /** What the acceptor accepted: false when the turn is its own. */
    synchronized boolean handOn(NioSocket from, SocketChannel connection) {
        NioSocket next = nextTaker();
        if (next == from) {
            return false;
        }
        waiting.add(connection);
        callToTake(next);
        return true;
    }

    private NioSocket nextTaker() {
        turn = (turn + 1) % takers.size();
        return takers.get(turn);
    }

    private void callToTake(NioSocket taker) {
        taker.selector.execute(new MemberTask(taker, this::takeNext));
    }

    /** On the loop of {@code taker}: its turn has come. */
    private void takeNext(NioSocket taker) {
        SocketChannel connection;
        synchronized (this) {
            if (!takers.contains(taker)) {
                passOn(1);
                return;
            }
            connection = waiting.poll();
        }
        if (connection != null) {
            taker.accepted(connection);
        }
    }

    /** Gives the turns that a member can't use to the others. */
    private void passOn(int turns) {
        for (int count = 0; count < turns && !takers.isEmpty(); count++) {
            callToTake(nextTaker());
        }
    }

    /** {@code member}, on its own loop, is closed and out of its selector. */
    synchronized void leave(NioSocket member) {
        members.remove(member);
        takers.remove(member);
        chooseAcceptor(member);
        // Some of what waits may have been meant for it.
        passOn(waiting.size());
        closeIfUnused();
    }

    private void closeIfUnused() {
        if (members.isEmpty() && holds == 0) {
            waiting.forEach(NioSelector::close);
            waiting.clear();
            NioSelector.close(first.channel());
        }
    }

    /**
     * What a member does on its own loop; a listener of its user that throws ends as in onAccept.
     */
    private record MemberTask(NioSocket member, Consumer<NioSocket> task) implements Guarded {
        @Override
        public void call() {
            task.accept(member);
        }

        @Override
        public void failed(Throwable thrown) {
            member.failed(thrown);
        }
    }
}
