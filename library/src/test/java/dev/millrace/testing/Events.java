package dev.millrace.testing;

import dev.millrace.observe.LoopEvent;
import dev.millrace.observe.LoopObserver;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

/** Keeps the events of one thread or object; tests beside it have events as well. */
public final class Events implements LoopObserver {
    private final List<LoopEvent> all = new CopyOnWriteArrayList<>();

    /** Those that fit. */
    public List<LoopEvent> where(Predicate<LoopEvent> fits) {
        return all.stream().filter(fits).toList();
    }

    /** The first that fits, waiting for it. */
    public synchronized LoopEvent await(Predicate<LoopEvent> fits) {
        long end = System.nanoTime() + LoopFixture.DEADLINE_SECONDS * 1_000_000_000L;
        while (where(fits).isEmpty()) {
            long millis = (end - System.nanoTime()) / 1_000_000;
            if (millis <= 0) {
                throw new AssertionError("no such event in " + all);
            }
            try {
                wait(millis);
            } catch (InterruptedException stopped) {
                throw new AssertionError(stopped);
            }
        }
        return where(fits).getFirst();
    }

    @Override
    public synchronized void onEvent(LoopEvent event) {
        all.add(event);
        notifyAll();
    }
}
