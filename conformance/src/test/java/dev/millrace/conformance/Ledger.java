package dev.millrace.conformance;

import dev.millrace.kernel.SystemError;
import dev.millrace.net.NetSocket;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/**
 * What the sockets of one loop told: each event once at most, the close exactly once and last.
 * Written on the loop, read from outside.
 */
final class Ledger {
    private static final long DEADLINE_SECONDS = 15;
    private static final int MISTAKES_MAX = 20;

    /** What a peer that resets may cause. */
    private static final Set<String> EXPECTED = Set.of("ECONNRESET", "EPIPE");

    private long opened;
    private long closed;
    private long ended;
    private long failed;
    private final Set<String> mistakes = new TreeSet<>();

    /** The events of one socket, each as a bit. */
    private final class Entry {
        private static final int CONNECT = 1;
        private static final int END = 2;
        private static final int ERROR = 4;
        private static final int CLOSE = 8;

        private int told;

        void tell(int event, String name) {
            if ((told & (event | CLOSE)) != 0) {
                mistake(name + ((told & CLOSE) == 0 ? " was told twice" : " came after the close"));
            }
            told |= event;
        }
    }

    /** Listens to everything but the data of {@code socket}; {@code after} runs at its close. */
    void watch(NetSocket socket, Runnable onConnect, Runnable after) {
        Entry entry = new Entry();
        open();
        socket.onConnect(() -> {
            entry.tell(Entry.CONNECT, "connect");
            onConnect.run();
        });
        socket.onEnd(() -> {
            entry.tell(Entry.END, "end");
            ended();
        });
        socket.onError(error -> {
            entry.tell(Entry.ERROR, "error");
            failed(error);
        });
        socket.onClose(() -> {
            entry.tell(Entry.CLOSE, "close");
            after.run();
            close();
        });
    }

    private synchronized void open() {
        opened++;
    }

    private synchronized void ended() {
        ended++;
    }

    private synchronized void failed(IOException error) {
        failed++;
        if (!EXPECTED.contains(SystemError.codeOf(error))) {
            mistake("an error that nobody caused: " + error.getMessage());
        }
    }

    private synchronized void close() {
        closed++;
        notifyAll();
    }

    synchronized void mistake(String text) {
        if (mistakes.size() < MISTAKES_MAX) {
            mistakes.add(text);
        }
    }

    /** What was wrong, each kind once. */
    synchronized List<String> mistakes() {
        return List.copyOf(mistakes);
    }

    /** Waits until every socket that was opened has told its close. */
    synchronized void awaitQuiet() throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
        while (closed < opened && System.nanoTime() < deadline) {
            wait(TimeUnit.SECONDS.toMillis(1));
        }
        if (closed != opened) {
            mistake("sockets that never closed");
        }
    }

    @Override
    public synchronized String toString() {
        return "%,d opened, %,d closed, %,d ended by the peer, %,d failed"
                .formatted(opened, closed, ended, failed);
    }
}
