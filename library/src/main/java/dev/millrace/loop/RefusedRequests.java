package dev.millrace.loop;

import java.util.ArrayDeque;

/**
 * Requests that can't be done, each told so in the pending phase and not from inside the call that
 * asked for it (row R9). They have an order of their own: none waits for the writes before it.
 */
final class RefusedRequests {
    private final Loop loop;
    private final ArrayDeque<Refused> waiting = new ArrayDeque<>(1);

    /** One of them, and what it ends with. */
    private record Refused(Request request, int errno) {}

    RefusedRequests(Loop loop) {
        this.loop = loop;
    }

    /** Ends {@code request}, which has begun, with {@code errno}, soon. */
    void add(Request request, int errno) {
        waiting.add(new Refused(request, errno));
        loop.pend(this::end);
    }

    /** What a callback has refused anew is told in the next round: others get their turn. */
    private void end() {
        for (int count = waiting.size(); count > 0 && !waiting.isEmpty(); count--) {
            Refused next = waiting.remove();
            next.request.end(next.errno);
        }
    }

    /** Ends all of them now, also those that a callback adds meanwhile: the stream is closed. */
    void endAll() {
        while (!waiting.isEmpty()) {
            end();
        }
    }
}
