package dev.millrace.observe;

import dev.millrace.testing.LoopFixture;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

/** Keeps the events of one thread or object; tests beside it have events as well. */
final class Events implements LoopObserver {
    private final List<LoopEvent> all = new CopyOnWriteArrayList<>();

    private synchronized void add(LoopEvent event) {
        all.add(event);
        notifyAll();
    }

    /** Those that fit. */
    List<LoopEvent> where(Predicate<LoopEvent> fits) {
        return all.stream().filter(fits).toList();
    }

    /** The first that fits, waiting for it. */
    synchronized LoopEvent await(Predicate<LoopEvent> fits) {
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
    public void onListen(LoopEvent event) {
        add(event);
    }

    @Override
    public void onAccept(LoopEvent event) {
        add(event);
    }

    @Override
    public void onDrop(LoopEvent event) {
        add(event);
    }

    @Override
    public void onLookup(LoopEvent event) {
        add(event);
    }

    @Override
    public void onConnect(LoopEvent event) {
        add(event);
    }

    @Override
    public void onClose(LoopEvent event) {
        add(event);
    }

    @Override
    public void onStall(LoopEvent event) {
        add(event);
    }

    @Override
    public void onRun(LoopEvent event) {
        add(event);
    }

    @Override
    public void onStop(LoopEvent event) {
        add(event);
    }
}
