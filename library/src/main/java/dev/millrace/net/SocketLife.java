package dev.millrace.net;

import dev.millrace.loop.StreamHandle;
import java.util.Locale;

/** The life of a {@link NetSocket} as drawn there; which side has ended, its two sides know. */
enum SocketLife {
    CONNECTING,
    OPEN,
    DESTROYED,
    CLOSED;

    /** Whether it is over, or about to be. */
    boolean isOver() {
        return this == DESTROYED || this == CLOSED;
    }

    /**
     * @throws IllegalStateException if the socket can't get a new owner
     */
    void checkHandOver(boolean isPiped) {
        if (this == CLOSED || isPiped) {
            throw new IllegalStateException("the socket is closed, or a pipe is under way");
        }
    }

    /**
     * What the socket on {@code handle} says of itself, on any thread: its own state, and what the
     * handle says of addresses and bytes without asking the kernel.
     */
    String text(String id, StreamHandle handle) {
        // "StreamHandle[connected, ...]": that state is the socket's in other words.
        String known = handle.toString();
        String state = name().toLowerCase(Locale.ROOT);
        return "NetSocket" + id + "[" + state + known.substring(known.indexOf(','));
    }
}
