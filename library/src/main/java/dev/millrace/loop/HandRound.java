package dev.millrace.loop;

import dev.millrace.driver.Driver;
import dev.millrace.driver.Port;
import dev.millrace.kernel.Address;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One listening socket for the loops of a group where the driver can't put it in all of them: one
 * loop accepts, and hands the connections to each loop in turn.
 *
 * <pre>
 *   kernel ──▶ acceptor's loop ──its own turn──▶ its listener
 *                    └──another's──▶ waiting ──execute──▶ that loop ──▶ its listener
 * </pre>
 *
 * A loop that is paused or leaves is skipped. When the acceptor leaves, the socket moves to another
 * loop with all that is queued in it, and what waits goes to whoever is left: nothing is lost until
 * the last one leaves. Several loops use it, so everything happens under its lock.
 */
final class HandRound implements SharedListeners.Together {
    private final Address asked;
    private final Address actual;

    /** Those that listen, in the order in which they came. */
    private final List<ListenHandle> members = new ArrayList<>();

    /** Those of them that take connections now. */
    private final List<ListenHandle> takers = new ArrayList<>();

    /** Accepted, and not taken yet by the loop whose turn it is. */
    private final ArrayDeque<Driver.Shared> waiting = new ArrayDeque<>();

    private ListenHandle acceptor;

    /** The listening socket on its way to the acceptor. */
    private Driver.@Nullable Shared listener;

    private int turn;

    /** Begun by {@code first}, which listens already. */
    HandRound(ListenHandle first, Address asked) {
        this.asked = asked;
        this.actual = Objects.requireNonNull(first.localAddress(), "a listener has an address");
        this.acceptor = first;
        join(first);
    }

    @Override
    public synchronized void join(ListenHandle handle) {
        members.add(handle);
        handle.join(this, asked);
    }

    /** Where all of them listen, with the port the kernel chose. */
    Address localAddress() {
        return actual;
    }

    /** {@code handle}, on its own loop, takes connections from now on, or no more. */
    synchronized void update(ListenHandle handle) {
        takers.remove(handle);
        if (handle.isTaking()) {
            takers.add(handle);
            waiting.forEach(connection -> handle.loop.execute(() -> takeNext(handle)));
        }
        onAcceptor(() -> acceptor.letAccept(!takers.isEmpty()));
    }

    /** On the acceptor's loop, at once when this is it; the acceptor may be another by then. */
    private void onAcceptor(Runnable task) {
        if (acceptor.loop.inLoop()) {
            task.run();
        } else {
            ListenHandle expected = acceptor;
            expected.loop.execute(() -> {
                synchronized (this) {
                    if (acceptor == expected) {
                        task.run();
                    }
                }
            });
        }
    }

    /** What the acceptor accepted: false when the turn is its own. */
    synchronized boolean handOn(ListenHandle from, Port connection) throws IOException {
        if (!takers.isEmpty()) {
            ListenHandle next = nextTaker();
            if (next == from) {
                return false;
            }
            next.loop.execute(() -> takeNext(next));
        }
        // With nobody to take it, since the last one has just paused, it waits for the next one.
        waiting.add(from.loop.driver.detach(connection));
        return true;
    }

    private ListenHandle nextTaker() {
        turn = (turn + 1) % takers.size();
        return takers.get(turn);
    }

    /** On the loop of {@code taker}: its turn has come. */
    private void takeNext(ListenHandle taker) {
        Driver.Shared connection;
        synchronized (this) {
            if (!taker.isTaking()) {
                passOn(1);
                return;
            }
            connection = waiting.poll();
        }
        if (connection != null) {
            taker.take(connection);
        }
    }

    /** Gives the turns that somebody can't use to the others. */
    private void passOn(int turns) {
        for (int count = 0; count < turns && !takers.isEmpty(); count++) {
            ListenHandle next = nextTaker();
            next.loop.execute(() -> takeNext(next));
        }
    }

    @Override
    public synchronized boolean leave(ListenHandle handle) {
        members.remove(handle);
        takers.remove(handle);
        if (members.isEmpty()) {
            waiting.forEach(Driver.Shared::close);
            waiting.clear();
            // It may still be on its way to the last one, whose to close it is.
            receive();
            return true;
        }
        if (handle == acceptor) {
            listener = listener == null ? handle.detach() : listener;
            acceptor = members.getFirst();
            onAcceptor(this::receive);
        }
        // Some of what waits may have been meant for it.
        passOn(waiting.size());
        return false;
    }

    /** On the acceptor's loop: the socket has arrived. */
    private void receive() {
        Driver.Shared arrived = listener;
        if (arrived != null) {
            listener = null;
            acceptor.receive(arrived);
            acceptor.letAccept(!takers.isEmpty());
        }
    }
}
