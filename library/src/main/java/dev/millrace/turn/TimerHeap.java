package dev.millrace.turn;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Running timers, the next one due on top: a binary heap by due time, then by start order (rows
 * A16, R2). A timer knows its place, so that stopping it costs no search.
 */
public final class TimerHeap {
    private @Nullable Timer[] heap = new Timer[16];
    private int size;
    private long starts;

    /**
     * When the next timer is due, in the loop's nanoseconds; call only when not {@link #isEmpty}.
     */
    long nextDueNanos() {
        return at(0).dueNanos;
    }

    boolean isEmpty() {
        return size == 0;
    }

    /** The order number that the next started timer gets. */
    long starts() {
        return starts;
    }

    /** Starts {@code timer}, which is not in the heap. */
    public void add(Timer timer, long dueNanos) {
        timer.dueNanos = dueNanos;
        timer.startOrder = starts++;
        if (size == heap.length) {
            heap = Arrays.copyOf(heap, size * 2);
        }
        siftUp(size++, timer);
    }

    /** Stops {@code timer}, if it runs. */
    public void remove(Timer timer) {
        int index = timer.heapIndex;
        if (index < 0) {
            return;
        }
        timer.heapIndex = -1;
        Timer last = at(--size);
        heap[size] = null;
        if (last != timer) {
            siftUp(index, last);
            siftDown(last.heapIndex, last);
        }
    }

    /**
     * Takes out the next timer that is due at {@code nowNanos} and was started before {@code
     * startedBefore}: one that is started while timers run waits for the next round, even if it is
     * due at once (R2).
     */
    @Nullable Timer pollDue(long nowNanos, long startedBefore) {
        if (size == 0) {
            return null;
        }
        Timer top = at(0);
        if (top.dueNanos - nowNanos > 0 || top.startOrder >= startedBefore) {
            return null;
        }
        remove(top);
        return top;
    }

    private Timer at(int index) {
        Timer timer = heap[index];
        assert timer != null;
        return timer;
    }

    private void siftUp(int from, Timer timer) {
        int index = from;
        while (index > 0 && isBefore(timer, at((index - 1) >>> 1))) {
            place(index, at((index - 1) >>> 1));
            index = (index - 1) >>> 1;
        }
        place(index, timer);
    }

    private void siftDown(int from, Timer timer) {
        int index = from;
        for (int child = 2 * index + 1; child < size; child = 2 * index + 1) {
            if (child + 1 < size && isBefore(at(child + 1), at(child))) {
                child++;
            }
            if (!isBefore(at(child), timer)) {
                break;
            }
            place(index, at(child));
            index = child;
        }
        place(index, timer);
    }

    private void place(int index, Timer timer) {
        heap[index] = timer;
        timer.heapIndex = index;
    }

    private static boolean isBefore(Timer a, Timer b) {
        // Differences, not values, are compared: the clock's origin is arbitrary and may be
        // negative.
        long difference = a.dueNanos - b.dueNanos;
        return difference < 0 || (difference == 0 && a.startOrder < b.startOrder);
    }
}
