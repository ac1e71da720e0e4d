package dev.millrace.sim;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Sees every callback of one end of a connection, and complains when one comes twice, too early,
 * too late or not at all:
 *
 * <pre>
 *   onConnect? ─▶ (onData | write callbacks, in order)* ─▶ onEnd? ─▶ onError? ─▶ onClose
 *                                  after destroy(): write callbacks and onClose only
 * </pre>
 */
final class Witness {
    private final Oracle oracle;
    private final int conversation;
    private final String who;
    private final ArrayDeque<Integer> writes = new ArrayDeque<>();
    private final Set<Integer> refused = new HashSet<>();
    private int writeCount;
    private boolean isConnected;
    private boolean isLeaveTold;
    private boolean isDestroyed;
    private boolean isFinished;
    private boolean isEnded;
    private boolean isClosed;
    private @Nullable IOException error;
    private long received;

    Witness(Oracle oracle, int conversation, String role) {
        this.oracle = oracle;
        this.conversation = conversation;
        this.who = role + " " + conversation;
    }

    String who() {
        return who;
    }

    private void see(String event, boolean isRight) {
        oracle.note(event, conversation, received);
        if (!isRight) {
            oracle.complain(who, event + " out of turn: " + this);
        }
    }

    void connected() {
        see("connect", !isConnected && !isOver() && received == 0);
        isConnected = true;
    }

    void data(int length) {
        see("data", !isEnded && !isOver() && length > 0);
        received += length;
    }

    void peerLeft() {
        see("peer closed", !isLeaveTold && !isEnded && !isOver());
        isLeaveTold = true;
    }

    void ended() {
        see("end", !isEnded && !isOver());
        isEnded = true;
    }

    void finished() {
        see("finish", !isFinished && !isOver());
        isFinished = true;
    }

    void failed(IOException failure) {
        see("error " + failure.getMessage(), error == null && !isClosed && !isDestroyed);
        error = failure;
    }

    void closed() {
        see("close", !isClosed);
        isClosed = true;
        oracle.require(
                writes.isEmpty(), who, "closed before " + writes.size() + " writes were told");
        oracle.require(
                isEnded || error != null || isDestroyed,
                who,
                "closed without end, error or cause: " + this);
    }

    /** The scenario has destroyed it. */
    void destroyed() {
        isDestroyed = true;
    }

    /**
     * A write begins; the number is for {@link #written}. A socket that is not writable any more
     * refuses it, and may tell so before the outcomes of those that it had taken.
     */
    int writing(boolean isWritable) {
        writes.add(++writeCount);
        if (!isWritable) {
            refused.add(writeCount);
        }
        return writeCount;
    }

    void written(int number, @Nullable IOException failure) {
        boolean isFirst = !writes.isEmpty() && writes.peek() == number;
        boolean isRefused = failure != null && refused.remove(number);
        boolean isKnown = writes.remove(number);
        see(
                failure == null ? "written" : "write failed",
                isKnown && !isClosed && (isFirst || isRefused));
    }

    private boolean isOver() {
        return isClosed || isDestroyed || error != null;
    }

    boolean isDestroyed() {
        return isDestroyed;
    }

    boolean isFinished() {
        return isFinished;
    }

    boolean isEnded() {
        return isEnded;
    }

    boolean isClosed() {
        return isClosed;
    }

    @Nullable IOException error() {
        return error;
    }

    long received() {
        return received;
    }

    @Override
    public String toString() {
        return (isConnected ? "connected " : "")
                + (isEnded ? "ended " : "")
                + (isFinished ? "finished " : "")
                + (isDestroyed ? "destroyed " : "")
                + (isClosed ? "closed " : "")
                + (error == null ? "" : "error " + error.getMessage() + " ")
                + received
                + " bytes, "
                + writes.size()
                + " writes open";
    }
}
