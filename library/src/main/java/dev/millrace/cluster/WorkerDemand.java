package dev.millrace.cluster;

import dev.millrace.ipc.Message;
import dev.millrace.ipc.ParentProcess;
import dev.millrace.kernel.Descriptor;
import dev.millrace.loop.ListenFeed;
import java.io.IOException;

/**
 * How many connections one listener of this worker wants from the primary (R35).
 *
 * <pre>
 *   asked for ──comes──▶ delivered, due ──the listener takes──▶ asked for
 *                 └──the server is full──▶ not taken: the next worker's, due ──a place is free──▶ asked for
 * </pre>
 */
final class WorkerDemand {
    /** Connections that may be on their way, asked for and not taken yet. */
    private static final int MAX = 4;

    private final ParentProcess primary;
    private final int number;
    private final ListenFeed feed;

    /** To be asked for. */
    private int due = MAX;

    private boolean isFull;

    /** A tick is due that asks. */
    private boolean isAsking;

    /**
     * @param number the listener's with the primary
     */
    WorkerDemand(ParentProcess primary, int number, ListenFeed feed) {
        this.primary = primary;
        this.number = number;
        this.feed = feed;
        feed.onDemand(this::ask);
    }

    private void ask() {
        if (due > 0 && !isFull) {
            tell(Control.text(Control.Verb.DEMAND, number, due));
            due = 0;
        }
    }

    private void tell(String text) {
        if (primary.isConnected()) {
            primary.send(text);
        }
    }

    /** The server has no place left, or has one again. */
    void full(boolean isFull) {
        this.isFull = isFull;
        if (isFull) {
            tell(Control.text(Control.Verb.FULL, number));
        } else if (due > 0 && feed.isTaking()) {
            ask();
        } else {
            // What it has asked for before is welcome.
            tell(Control.text(Control.Verb.DEMAND, number, 0));
        }
    }

    /** One that is not taken goes to the next worker. */
    void came(Message message) {
        if (!isFull) {
            deliver(message);
        }
        due++;
        if (!isAsking) {
            isAsking = true;
            // For all that is read now, in one message.
            primary.loop().nextTick(this::askAgain);
        }
    }

    private void askAgain() {
        isAsking = false;
        if (feed.isTaking()) {
            ask();
        }
    }

    private void deliver(Message message) {
        Descriptor connection = message.takeDescriptors().getFirst();
        // Once it has been served here, no other worker may serve it again if this one dies.
        message.acknowledge();
        try {
            feed.deliver(connection);
        } catch (IOException gone) {
            // Its client has left meanwhile.
            connection.close();
        }
    }
}
