package dev.millrace.turn;

import java.util.ArrayDeque;
import java.util.function.Consumer;

/**
 * Work that waits for its phase. The phase takes what is there when it begins; what its callbacks
 * add waits for the next time, so that no phase can starve the others.
 */
public final class TurnQueue<T> {
    private final Consumer<? super T> step;
    private ArrayDeque<T> waiting = new ArrayDeque<>();

    /** A queue whose phase hands each thing to {@code step}, which lets no exception out. */
    public TurnQueue(Consumer<? super T> step) {
        this.step = step;
    }

    /** Queues {@code one} for the next time that its phase comes. */
    public void add(T one) {
        waiting.add(one);
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    void run() {
        if (!waiting.isEmpty()) {
            ArrayDeque<T> round = waiting;
            waiting = new ArrayDeque<>();
            round.forEach(step);
        }
    }
}
