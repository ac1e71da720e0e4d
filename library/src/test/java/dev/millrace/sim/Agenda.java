package dev.millrace.sim;

import java.util.PriorityQueue;

/** Virtual time, and what is going to happen in it; at the same time, in the order it was noted. */
final class Agenda {
    static final long NEVER = Long.MAX_VALUE;

    private record Entry(long at, long order, Runnable event) implements Comparable<Entry> {
        @Override
        public int compareTo(Entry other) {
            int byTime = Long.compare(at, other.at);
            return byTime != 0 ? byTime : Long.compare(order, other.order);
        }
    }

    private final PriorityQueue<Entry> entries = new PriorityQueue<>();
    private long orders;

    /** Nanoseconds; not from zero, which nobody shall take for the beginning of time. */
    private long now = 1_000_000_000L;

    long now() {
        return now;
    }

    void at(long when, Runnable event) {
        entries.add(new Entry(Math.max(when, now), orders++, event));
    }

    /** When the next event is due, or {@link #NEVER}. */
    long next() {
        Entry first = entries.peek();
        return first == null ? NEVER : first.at;
    }

    /** Lets time pass until {@code when}, without running what is due then. */
    void passTo(long when) {
        now = Math.max(now, when);
    }

    /** Runs what is due. */
    void runDue() {
        for (Entry first = entries.peek();
                first != null && first.at <= now;
                first = entries.peek()) {
            entries.remove();
            first.event.run();
        }
    }
}
