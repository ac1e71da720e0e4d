package dev.millrace.sim;

import dev.millrace.sys.Errno;
import java.util.ArrayDeque;
import java.util.Objects;

/** What makes a {@link SimSocket} a listener: connections that wait, and what accepting meets. */
final class Acceptor {
    private final SimSocket socket;
    private final SimDriver driver;
    private final Network network;
    private final int backlogMax;
    private final ArrayDeque<SimSocket> backlog = new ArrayDeque<>();
    private int perWakeUp;
    private boolean isAccepting;
    private boolean isStarving;
    private boolean isFreed;

    Acceptor(SimSocket socket, SimDriver driver, Network network, int backlogMax) {
        this.socket = socket;
        this.driver = driver;
        this.network = network;
        this.backlogMax = backlogMax;
    }

    boolean isFull() {
        return backlog.size() >= backlogMax;
    }

    void queue(SimSocket connection) {
        backlog.add(connection);
        socket.touch();
    }

    void start(int most) {
        perWakeUp = most;
        isAccepting = true;
        isStarving = false;
        socket.touch();
    }

    void stop() {
        isAccepting = false;
    }

    /** A descriptor was closed. */
    void freed() {
        isFreed = true;
        socket.touch();
    }

    boolean isReady() {
        return isStarving ? isFreed : isAccepting && !backlog.isEmpty();
    }

    void run() {
        if (isStarving) {
            isStarving = false;
            socket.events().onDescriptorsFreed();
            return;
        }
        for (int count = 0; count < perWakeUp && isAccepting && !socket.isClosed; count++) {
            if (backlog.isEmpty() || !acceptOne()) {
                return;
            }
        }
    }

    /** False when accepting has failed. */
    private boolean acceptOne() {
        if (network.dice.strikes(Fault.ACCEPT_ERROR)) {
            fail(network.dice.below(2) == 0 ? Errno.ENOBUFS : Errno.ENOMEM, 0);
            return false;
        }
        if (!driver.hasDescriptors() || network.dice.strikes(Fault.EMFILE)) {
            isStarving = true;
            isFreed = false;
            driver.starving(this);
            fail(Errno.EMFILE, dropAll(Fate.SHED, false));
            return false;
        }
        SimSocket connection = backlog.remove();
        if (network.dice.strikes(Fault.ABORT)) {
            // ECONNABORTED, which accept(2) says to pass over.
            drop(connection, Fate.ABORTED, true);
        } else {
            driver.accepted(connection);
            socket.events().onAccept(connection);
        }
        return true;
    }

    private void fail(int errno, int shed) {
        network.note("accept error", socket, errno);
        socket.events().onAcceptError(errno, shed);
    }

    /** Closes what waits; how many those were. */
    int dropAll(Fate why, boolean isReset) {
        int count = backlog.size();
        for (SimSocket one = backlog.poll(); one != null; one = backlog.poll()) {
            drop(one, why, isReset);
        }
        return count;
    }

    private void drop(SimSocket connection, Fate why, boolean isReset) {
        network.note(why.name(), connection, 0);
        connection.fate = why;
        Objects.requireNonNull(connection.peer()).fate = why;
        network.leave(connection, isReset);
        connection.isClosed = true;
    }

    @Override
    public String toString() {
        return "backlog " + backlog.size() + (isAccepting ? "" : ", resting");
    }
}
