package dev.millrace.loop;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * The requests of a stream's write side that are not over: the writes in their order, then the
 * shutdown. What can't be done has an order of its own: each is told so in the pending phase, not
 * from inside the call that asked for it (row R9), and none waits for the writes before it.
 *
 * <pre>
 *   add ─────▶ writes ──reached, or failed──▶ end       shutdown: behind the last of them
 *   refuse ──▶ refused ──pending phase──────▶ end
 * </pre>
 */
final class StreamRequests {
    private final Loop loop;

    /** The writes that want to hear of it. */
    private @Nullable ArrayDeque<Request> writes;

    private @Nullable Request shutdown;
    private @Nullable ArrayDeque<Refused> refused;

    /** One that can't be done, and what it ends with. */
    private record Refused(Request request, int errno) {}

    StreamRequests(Loop loop) {
        this.loop = loop;
    }

    /** A write that is over when so many bytes of the stream are with the kernel. */
    void add(Request write, long endPosition) {
        write.endPosition = endPosition;
        if (writes == null) {
            writes = new ArrayDeque<>(4);
        }
        writes.add(write);
    }

    /** The shutdown waits for the last byte. */
    void shutdown(Request request) {
        shutdown = request;
    }

    /** Whether something is to be told, now that so many bytes are with the kernel, or all. */
    boolean isNextOver(long bytesSent, boolean isAllSent) {
        return isFirstOver(bytesSent) || (isAllSent && hasShutdown());
    }

    boolean hasShutdown() {
        return shutdown != null;
    }

    /** The first write if it is over, now that so many bytes are with the kernel. */
    @Nullable Request pollOver(long bytesSent) {
        return isFirstOver(bytesSent) && writes != null ? writes.poll() : null;
    }

    boolean isFirstOver(long bytesSent) {
        return writes != null && !writes.isEmpty() && writes.peek().endPosition <= bytesSent;
    }

    /** The next one that waits, or null. */
    @Nullable Request poll() {
        Request next = writes == null ? null : writes.poll();
        if (next == null) {
            next = shutdown;
            shutdown = null;
        }
        return next;
    }

    /** Ends {@code request}, which has begun, with {@code errno}, soon. */
    void refuse(Request request, int errno) {
        if (refused == null) {
            refused = new ArrayDeque<>(1);
        }
        refused.add(new Refused(request, errno));
        loop.pend(this::endRefused);
    }

    /** What a callback has refused anew is told in the next round: others get their turn. */
    private void endRefused() {
        ArrayDeque<Refused> waiting = refused;
        if (waiting != null) {
            for (int count = waiting.size(); count > 0 && !waiting.isEmpty(); count--) {
                Refused next = waiting.remove();
                next.request.end(next.errno);
            }
        }
    }

    /**
     * Ends all of them now, also those that a callback adds meanwhile: the stream is closed. What
     * the kernel had did succeed; the others end with {@code errno} (rows F10, R7).
     */
    void endAll(long bytesSent, int errno) {
        for (Request over = pollOver(bytesSent); over != null; over = pollOver(bytesSent)) {
            over.written();
        }
        for (Request next = poll(); next != null; next = poll()) {
            next.end(errno);
        }
        while (refused != null && !refused.isEmpty()) {
            endRefused();
        }
    }
}
